"""Searching and comparing over the API."""

from uuid import UUID

import msgspec
import pytest

from marketplace.kernel.db import new_id
from search import dictionaries, engines, indexer
from search.engines import Engines
from search.meilisearch import MeilisearchEngine
from search.postgres import PostgresEngine
from search.schemas import SearchAnswer
from tests.doubles.meilisearch import meilisearch_double
from tests.factories.catalogue import approve, band_prices, make_offer, make_provider
from tests.factories.organisers import make_organiser, make_product

MONDAYS = [{"weekday": "mon", "start": "09:00", "minutes": 60, "every_weeks": 1}]


@pytest.fixture(scope="module", autouse=True)
def base_forms(tmp_path_factory):
    dictionaries.load(tmp_path_factory.mktemp("dictionaries"))


@pytest.fixture
async def organiser(database):
    return await make_organiser()


@pytest.fixture
async def offers(organiser) -> list[UUID]:
    provider = await make_provider("Kotiapu Oy")
    await approve(provider, organiser, service_classes=("V-HOMECARE-REG", "V-CLEANING"))
    made = [
        await make_offer(provider, organiser, prices=band_prices(day=day), name_fi=f"Kotihoito {day}")
        for day in (3000, 4000)
    ]
    await indexer.rebuild()
    return made


async def test_a_search_answers_with_hits_facets_and_the_total(api, offers, organiser):
    response = await api.get("/api/v1/offers", params={"q": "kotihoidon", "municipality": "Helsinki", "sort": "price"})
    answer = response.json()
    assert response.headers["content-type"].startswith("application/json")
    assert [hit["id"] for hit in answer["hits"]] == [str(each) for each in offers]
    assert answer["hits"][0]["price_from_cents"] == 3000
    assert answer["facets"]["organiser"] == {str(organiser.id): 2}
    assert (answer["total"], answer["engine"], answer["next"]) == (2, "postgres", None)


async def test_the_answer_is_what_the_description_says(api, offers):
    msgspec.json.decode((await api.get("/api/v1/offers")).content, type=SearchAnswer)
    description = (await api.get("/api/openapi.json")).json()
    assert "SearchAnswer" in str(description["paths"]["/api/v1/offers"]["get"]["responses"]["200"])


async def test_pages_follow_each_other(api, offers):
    first = (await api.get("/api/v1/offers", params={"limit": 1})).json()
    second = (await api.get("/api/v1/offers", params={"limit": 1, "cursor": first["next"]})).json()
    assert {first["hits"][0]["id"], second["hits"][0]["id"]} == {str(each) for each in offers}
    assert second["next"] is None


async def test_filters_can_be_given_several_times(api, offers):
    params = {"service_class": ["V-MEAL", "V-HOMECARE-REG"], "language": "sv", "available": "true", "evening": "true"}
    assert (await api.get("/api/v1/offers", params=params)).json()["total"] == 2
    assert (await api.get("/api/v1/offers", params={"service_class": "V-MEAL"})).json()["total"] == 0


async def test_what_is_left_empty_is_not_asked(api, offers):
    names = ("q", "municipality", "postal_code", "service_class", "language", "available", "sort", "limit", "cursor")
    answer = await api.get("/api/v1/offers?" + "&".join(f"{name}=" for name in names))
    assert (answer.status_code, answer.json()["total"]) == (200, 2)


async def test_a_postal_code_that_is_none_is_told_as_one(api, database):
    [error] = (await api.get("/api/v1/offers", params={"postal_code": "530"})).json()["errors"]
    assert error == {"field": "postal_code", "message": "Give the postal code in five digits, for example 00530."}


async def test_a_body_that_is_none_and_a_product_s_code_are_named(api, database):
    nothing = await api.post("/api/v1/comparisons", content=b"null", headers={"Content-Type": "application/json"})
    assert nothing.json()["errors"] == [{"field": "", "message": "This must be an object with named fields."}]
    code = await api.post("/api/v1/comparisons", json={"product": "HKI-HOMECARE"})
    assert code.json()["errors"] == [{"field": "product", "message": "Give the id of a voucher product."}]


async def test_everything_wrong_is_told_at_once(api, database):
    params = {"municipality": "Hesinki", "service_class": "X", "organiser": "1", "language": "xx", "sort": "dear"}
    response = await api.get("/api/v1/offers", params=params)
    assert response.status_code == 422
    assert {each["field"] for each in response.json()["errors"]} == set(params)
    assert "Hesinki" in response.text


@pytest.mark.parametrize("text", ["a" * 10_000, "\x1b'\"", "'; drop table offer; --", "\ud83d\ude00"])
async def test_any_text_is_answered(api, offers, text):
    response = await api.get("/api/v1/offers", params={"q": text.encode("utf-16", "surrogatepass").decode("utf-16")})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "value", ["'", '"', '" OR 1=1 --', "] OR [", "\\", "' or true --", "$1", "a" * 10_000, "\x07", "{}", "null"]
)
@pytest.mark.parametrize(
    "name",
    ["q", "place", "municipality", "postal_code", "lat", "lon", "service_class", "organiser", "language", "skill", "available",
     "starts_by", "evening", "prefix", "sort", "limit", "cursor"],
)  # fmt: skip
async def test_any_value_is_only_a_value(api, database, name, value):
    response = await api.get("/api/v1/offers", params={name: value})
    assert response.status_code in {200, 400, 422}
    if response.status_code == 200:
        assert response.json()["total"] == 0


@pytest.mark.parametrize(
    ("asked", "total"),
    [
        ({"postal_code": "00530"}, 2), ({"place": "00530"}, 2), ({"lat": "60.18", "lon": "24.95"}, 2),
        ({"place": "Åbo"}, 0), ({"starts_by": "2030-01-01"}, 2), ({"skill": "tulkkaus"}, 0),
        ({"place": "Helsinki", "sort": "distance"}, 2), ({"sort": "start"}, 2), ({"q": "kotiho", "prefix": "true"}, 2),
    ],
)  # fmt: skip
async def test_places_starts_and_skills_are_asked_for(api, offers, asked, total):
    response = await api.get("/api/v1/offers", params=asked)
    assert (response.status_code, response.json()["total"]) == (200, total)


async def test_facets_are_all_there(api, offers):
    facets = (await api.get("/api/v1/offers")).json()["facets"]
    assert set(facets) == {
        "service_class", "organiser", "language", "skill", "start", "available", "evening", "weekend", "night",
    }  # fmt: skip
    assert facets["start"] == {"now": 2, "two_weeks": 2, "later": 0}


async def test_places_and_days_that_cannot_be_are_told_at_once(api, database):
    asked = {"postal_code": "99998", "lat": "x", "starts_by": "soon", "limit": "0"}
    response = await api.get("/api/v1/offers", params=asked)
    assert {each["field"] for each in response.json()["errors"]} == set(asked)


async def test_suggestions_come_as_it_is_typed(api, offers):
    response = await api.get("/api/v1/suggestions", params={"q": "koti", "language": "fi"})
    items = response.json()["items"]
    assert {"service", "provider"} <= {each["kind"] for each in items}
    assert "Kotiapu Oy" in [each["text"] for each in items]
    assert (await api.get("/api/v1/suggestions")).json() == {"items": []}
    assert (await api.get("/api/v1/suggestions", params={"language": "xx", "limit": "0"})).status_code == 422


@pytest.mark.parametrize("text", ["a" * 10_000, "\x1b'\"", "%", "'; drop table offer; --"])
async def test_any_beginning_is_answered(api, database, text):
    assert (await api.get("/api/v1/suggestions", params={"q": text})).status_code == 200


async def test_a_down_meilisearch_is_not_noticed(api, offers, monkeypatch):
    async with meilisearch_double() as double:
        double.status = 500
        pair = Engines(PostgresEngine(), MeilisearchEngine(double.url))
        monkeypatch.setattr(engines._Process, "engines", pair)
        response = await api.get("/api/v1/offers", params={"q": "kotihoito"})
        assert (response.status_code, response.json()["total"], response.json()["engine"]) == (200, 2, "postgres")
        assert (await api.get("/health/ready")).json()["parts"]["search"] == "degraded"
        await pair.close()


async def test_meilisearch_answers_where_it_is_well(api, offers, monkeypatch):
    async with meilisearch_double() as double:
        pair = Engines(PostgresEngine(), MeilisearchEngine(double.url))
        monkeypatch.setattr(engines._Process, "engines", pair)
        await indexer.mend()
        answer = (await api.get("/api/v1/offers", params={"q": "kotihoito"})).json()
        assert (answer["engine"], answer["total"]) == ("meilisearch", 2)
        await pair.close()


async def test_offers_side_by_side(api, offers):
    response = await api.get("/api/v1/comparisons", params={"ids": [str(each) for each in offers]})
    items = response.json()["items"]
    assert [item["offer_id"] for item in items] == [str(each) for each in offers]
    assert [item["prices"][0]["price_cents"] for item in items] == [3000, 4000]


async def test_a_month_of_visits_with_a_voucher(api, offers, organiser):
    product = await make_product(organiser, value_cents=3300)
    asked = {
        "offer_ids": [str(each) for each in offers],
        "month": "2026-12",
        "visits": MONDAYS,
        "product": str(product.id),
    }
    response = await api.post("/api/v1/comparisons", json=asked)
    assert response.status_code == 200
    costs = [(each["total_cents"], each["voucher_cents"], each["own_share_cents"]) for each in response.json()["items"]]
    assert costs == [(12_000, 12_000, 0), (16_000, 13_200, 2_800)]


async def test_a_seventh_offer_is_refused(api, database):
    response = await api.get("/api/v1/comparisons", params={"ids": [str(new_id()) for _ in range(7)]})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "offer_ids"


async def test_unknown_offers_are_not_found(api, database):
    assert (await api.get("/api/v1/comparisons", params={"ids": str(new_id())})).status_code == 404
