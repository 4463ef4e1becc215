"""Finding with more than words: a place, one's own week, why here and why not, searches to keep."""

import json
from uuid import UUID

import pytest

from marketplace.catalogue.offers.schemas import Reach
from marketplace.kernel.db import fetch_value
from marketplace.pricing.values import FlatValue
from search import dictionaries, indexer
from search.finding import cost_order
from tests.factories.accounts import PASSWORD, a_person
from tests.factories.catalogue import approve, band_prices, make_offer, make_provider
from tests.factories.organisers import make_organiser, make_product
from tests.web.browser import Api, Browser

WEEK = "mon0900x60_thu0900x60"
UNIT = Reach(name="Kallion toimipiste", lat=60.184, lon=24.95, km=4)


@pytest.fixture(scope="module", autouse=True)
def base_forms(tmp_path_factory):
    dictionaries.load(tmp_path_factory.mktemp("dictionaries"))


@pytest.fixture
async def organiser(database):
    return await make_organiser()


@pytest.fixture
async def offers(organiser) -> list[UUID]:
    """The first is near Kallio only and knows memory disorders, the second is the cheapest."""
    details = (
        {"prices": band_prices(day=4000), "reach": UNIT, "skills": ("Muistisairaudet",)},
        {"prices": band_prices(day=3500), "accepts_new_clients": False},
        {"prices": band_prices(day=4500)},
    )
    made = []
    for number, (name, more) in enumerate(zip(("Kotiapu Oy", "Hoiva Oy", "Arki Ky"), details, strict=True)):
        provider = await make_provider(name, business_id=f"234567{number}-9")
        await approve(provider, organiser)
        made.append(await make_offer(provider, organiser, **more))
    await indexer.rebuild()
    return made


def providers(page) -> list[str]:
    return [each.get_text(strip=True).split(" ·")[0].split("·")[0] for each in page.select(".st-offer__provider")]


async def signed_in(client: Browser) -> Browser:
    someone = await a_person()
    await client.get("/sign-in")
    answer = await client.submit("/sign-in", {"email": someone.email, "password": PASSWORD})
    assert answer.status_code == 303
    return client


class TestAnOffersOwnPage:
    async def test_it_tells_the_cent_of_the_results(self, client, organiser, offers):
        product = await make_product(organiser, rule=FlatValue(value_cents=3000))
        asked = f"week={WEEK}&month=2027-02&product={product.id}"
        card = (await client.page(f"/?place=00980&{asked}&lang=fi")).select_one(".st-offer")
        page = await client.page(card.select_one("h2 a")["href"])
        told = page.select_one("#month")
        assert told.select_one(".st-month__sum").text == card.select_one(".st-month__sum").text
        assert "240,00" in told.text
        explained = await client.page(told.select("a")[1]["href"])
        back = explained.select_one(f"a[href^='/offers/{offers[1]}?']") or explained.select_one(".st-compare th a")
        assert (await client.page(back["href"])).select_one("#month .st-month__sum").text == told.select_one(
            ".st-month__sum"
        ).text
        assert card.select_one(".st-month__sum .st-money, .st-month__sum").text.split()[1] in explained.text

    async def test_a_week_can_be_made_there(self, client, offers):
        page = await client.page(f"/offers/{offers[0]}?lang=en")
        builder = await client.page(page.select_one("#month a")["href"])
        preset = next(each["href"] for each in builder.select("a[href^='/offers/']") if "week=" in each["href"])
        assert "a month" in (await client.page(preset)).select_one("#month .st-month__sum").text

    async def test_what_cannot_be_is_told_there(self, client, offers):
        page = await client.page(f"/offers/{offers[0]}?week=zzz&lang=en")
        assert page.select_one("#month .st-month__sum") is None
        gone = await client.page(f"/offers/{offers[0]}?week={WEEK}&product={offers[0]}&lang=en")
        assert "Choose the voucher from the list." in gone.select_one("#month").text


class TestAPlace:
    async def test_a_postal_code_finds_those_who_come_there(self, client, offers):
        page = await client.page("/?place=00980&lang=fi")
        assert set(providers(page)) == {"Hoiva Oy", "Arki Ky"}
        assert len((await client.page("/?place=00530&lang=fi")).select(".st-offer")) == 3

    async def test_the_distance_is_told_in_words(self, client, offers):
        page = await client.page("/?place=00530&sort=distance&lang=fi")
        assert "Palvelee alueella 00530 Helsinki, matkaa alle 1 km" in page.get_text(" ", strip=True)
        assert page.select_one("#sort option[selected]")["value"] == "distance"

    async def test_a_misspelt_place_proposes_the_nearest_spellings(self, client, offers):
        answer = await client.get(f"/?text=kotihoito&place=Hesinki&week={WEEK}&lang=fi")
        assert answer.status_code == 422
        assert "Tarkoititko jotakin näistä?" in answer.text
        assert "place=Helsinki" in answer.text
        assert f"week={WEEK}" in answer.text

    async def test_nothing_here_tells_of_the_neighbours(self, client, offers):
        page = await client.page("/?text=kotihoito&place=Vantaa&lang=fi")
        told = {link.get_text(strip=True): link["href"] for link in page.select(".st-empty li a")}
        assert "place=091" in told["Hae paikkakunnalta Helsinki"]
        assert (await client.page(told["Hae paikkakunnalta Helsinki"])).h1.get_text(strip=True) == "3 palvelua"


class TestNarrowing:
    async def test_skills_and_starts_are_filters_with_counts(self, client, offers):
        page = await client.page("/?text=&lang=fi")
        labels = [label.get_text(" ", strip=True) for label in page.select("#narrow label")]
        assert "Muistisairaudet (1)" in labels
        assert "Heti (2)" in labels
        skill = page.select_one("input[name=skill]")["value"]
        assert providers(await client.page(f"/?skill={skill}&lang=fi")) == ["Kotiapu Oy"]

    async def test_every_choice_is_kept_by_the_form_of_the_week(self, client, offers):
        page = await client.page(f"/?text=koti&place=00530&skill=muistisairaudet&week={WEEK}&lang=fi")
        sent = {field["name"]: field["value"] for field in page.select(".st-panel__form input[type=hidden]")}
        assert sent == {"text": "koti", "place": "00530", "skill": "muistisairaudet", "week": WEEK}


class TestMyWeek:
    async def test_usual_weeks_are_links_and_ones_own_is_a_step_away(self, client, offers):
        page = await client.page("/?text=&place=00530&lang=fi")
        links = [link["href"] for link in page.select(".st-panel a")]
        assert any("week=" in link and "place=00530" in link for link in links)
        assert any(link.startswith("/compare/week?back=") for link in links)

    async def test_each_result_tells_what_the_month_costs_the_client(self, client, offers, organiser):
        product = await make_product(organiser, rule=FlatValue(value_cents=3000))
        page = await client.page(f"/?text=&week={WEEK}&month=2027-02&product={product.id}&sort=cost&lang=fi")
        sums = [each.get_text(strip=True).replace("\xa0", " ") for each in page.select(".st-month__sum")]
        assert sums == [f"Maksat {each} kuukaudessa" for each in ("40,00 €", "80,00 €", "120,00 €")]
        assert providers(page) == ["Hoiva Oy", "Kotiapu Oy", "Arki Ky"]
        assert "Palveluseteli maksaa 240,00 €. Koko hinta on 280,00 €." in page.get_text().replace("\xa0", " ")

    async def test_a_highest_cost_leaves_out_what_is_dearer(self, client, offers):
        page = await client.page(f"/?text=&week={WEEK}&month=2027-02&at_most=330&lang=fi")
        assert page.h1.get_text(strip=True) == "2 palvelua"
        assert "Minulle enintään 330 € kuukaudessa" in page.select_one(".st-tags").get_text()

    async def test_a_cost_that_nobody_meets_can_be_left_out(self, client, offers):
        page = await client.page(f"/?text=&week={WEEK}&month=2027-02&at_most=1&lang=fi")
        link = page.select_one(".st-empty li a")
        assert link.get_text(strip=True) == "Poista enimmäismaksu"
        assert (await client.page(link["href"])).h1.get_text(strip=True) == "3 palvelua"

    async def test_too_many_to_price_are_asked_to_be_narrowed(self, client, offers, monkeypatch):
        monkeypatch.setattr(cost_order, "MOST_PRICED", 2)
        page = await client.page(f"/?text=&week={WEEK}&sort=cost&lang=fi")
        assert "Palveluja on liikaa kaikkien hintojen laskemiseen: 3" in page.get_text()
        assert len(page.select(".st-month__sum")) == 3

    @pytest.mark.parametrize(
        "wrong",
        ["week=x", f"week={WEEK}&month=2026-99", f"week={WEEK}&product={UUID(int=5)}", f"week={WEEK}&at_most=-"],
    )
    async def test_a_month_that_cannot_be_leaves_the_results_as_they_are(self, client, offers, wrong):
        page = await client.page(f"/?text=&{wrong}&lang=fi")
        assert len(page.select(".st-offer")) == 3
        assert page.select_one(".st-panel strong")


class TestReasons:
    async def test_a_result_tells_why_it_is_here(self, client, offers):
        page = await client.page("/?text=kotihoito&place=00530&lang=fi")
        told = page.select_one(".st-why").get_text(" ", strip=True)
        assert "”kotihoito” on palvelun nimi tai osa siitä." in told
        assert "Se täyttää valintasi: 00530 Helsinki." in told
        assert "arvottu päivälle" in told

    async def test_a_missing_provider_is_told_by_its_rule(self, client, offers):
        page = await client.page("/why-not-here?provider=hoiva&available=true&place=00530&lang=fi")
        card = page.select_one(".st-card")
        assert "Hoiva Oy" in card.h2.get_text()
        assert "Siihen ei nyt oteta uusia asiakkaita." in card.get_text()

    async def test_one_that_is_here_is_told_to_be(self, client, offers):
        page = await client.page("/why-not-here?provider=Arki+Ky&text=kotihoitoa&lang=fi")
        assert "Se on hakutuloksissasi." in page.get_text()

    async def test_who_is_not_approved_in_the_place_is_told_so(self, client, offers):
        page = await client.page("/why-not-here?provider=Arki&place=Turku&lang=fi")
        assert "Arki Ky: ei hyväksyntää tähän paikassa Turku." in page.get_text()

    async def test_an_unapproved_company_is_answered_like_an_unknown_one(self, client, offers):
        await make_provider("Salainen Oy", business_id="5678901-2")
        known, unknown = [
            (await client.page(f"/why-not-here?provider={name}&lang=fi")).select_one(".st-found").get_text(strip=True)
            for name in ("Salainen", "Olematon")
        ]
        assert known == unknown

    async def test_an_approved_one_without_offers_is_told_so(self, client, offers, organiser):
        await approve(await make_provider("Uusi Oy", business_id="5678901-2"), organiser)
        assert (
            "Uusi Oy ei ole julkaissut yhtään palvelua."
            in (await client.page("/why-not-here?provider=Uusi&lang=fi")).get_text()
        )

    async def test_a_name_is_needed_and_a_search_that_cannot_be_is_told(self, client, database):
        assert (await client.get("/why-not-here?provider=%20&lang=fi")).status_code == 422
        assert (await client.get("/why-not-here?provider=x&place=Hesinki&lang=fi")).status_code == 422
        assert (await client.get("/why-not-here")).status_code == 200

    async def test_the_api_tells_the_same(self, api, offers):
        answer = await api.get("/api/v1/offers/reasons", params={"provider": "Hoiva", "available": True})
        found = answer.json()["providers"][0]
        assert found["is_here"] is False
        assert [each["code"] for each in found["offers"][0]["reasons"]] == ["available"]
        assert (await api.get("/api/v1/offers/reasons", params={"provider": " "})).status_code == 422


class TestPlacesByApi:
    async def test_places_are_proposed_as_one_types(self, api, database):
        answer = await api.get("/api/v1/places", params={"q": "esp"}, headers={"accept-language": "sv"})
        assert {"text": "Esbo", "value": "Esbo"} in answer.json()["items"]

    async def test_a_position_becomes_a_postal_area(self, api, database):
        answer = await api.post("/api/v1/places/near", json={"lat": 60.18, "lon": 24.95})
        assert answer.json()["text"].endswith("Helsinki")
        assert (await api.post("/api/v1/places/near", json={"lat": 10, "lon": 10})).status_code == 422
        assert (await api.post("/api/v1/places/near", json={"lat": 200, "lon": 10})).status_code == 422


class TestKeeping:
    async def test_a_search_can_be_sent_to_somebody(self, client, offers):
        page = await client.page(f"/?text=koti&place=00530&page=1&week={WEEK}&lang=fi")
        assert page.select_one("#share")["value"].endswith(f"/?text=koti&place=00530&week={WEEK}")
        assert page.select_one("a[href^='/sign-in?next=']")

    async def test_a_search_is_saved_opened_and_deleted(self, client, offers):
        await signed_in(client)
        saved = await client.submit(
            "/saved-searches", {"name": " Äidille ", "query": f"text=koti&lang=sv&week={WEEK}&page=3"}
        )
        assert saved.headers["location"] == "/saved-searches"
        link = (await client.page("/saved-searches?lang=fi")).select_one(".st-card h2 a")
        assert link.get_text() == "Äidille"
        opened = await client.get(link["href"])
        assert opened.headers["location"] == f"/?text=koti&week={WEEK}"
        assert (await client.submit(f"{link['href']}/delete")).status_code == 303
        assert await fetch_value("select count(*) from saved_search") == 0

    async def test_the_same_name_is_replaced(self, client, offers):
        await signed_in(client)
        for query in ("text=a", "text=b"):
            await client.submit("/saved-searches", {"name": "Haku", "query": query})
        assert await fetch_value("select string_agg(query, ' ') from saved_search") == "text=b"

    @pytest.mark.parametrize(
        "wrong",
        [{"name": ""}, {"name": "  "}, {"name": "x" * 121}, {"name": "x", "query": "text=" + "y" * 3000}],
        ids=["none", "blank", "long", "query"],
    )
    async def test_a_search_that_cannot_be_kept_is_told(self, client, database, wrong):
        await signed_in(client)
        assert (await client.submit("/saved-searches", {"query": "text=a", **wrong})).status_code == 422

    async def test_there_is_an_end_to_them(self, client, database, monkeypatch):
        monkeypatch.setattr("search.shortlists.searches.MOST_KEPT", 1)
        await signed_in(client)
        await client.submit("/saved-searches", {"name": "a", "query": "text=a"})
        answer = await client.submit("/saved-searches", {"name": "b", "query": "text=b"})
        assert answer.status_code == 422
        assert "1 hakua" in answer.text

    async def test_the_api_keeps_only_ones_own(self, api: Api, database):
        tokens = []
        for _ in range(2):
            someone = await a_person()
            answer = await api.post("/api/v1/sign-in", json={"email": someone.email, "password": PASSWORD})
            tokens.append(answer.json()["token"])
        kept = await api.with_token(tokens[0]).post("/api/v1/me/searches", json={"name": "Koti", "query": "text=koti"})
        assert kept.status_code == 201
        address = f"/api/v1/me/searches/{kept.json()['id']}"
        assert (await api.with_token(tokens[1]).delete(address)).status_code == 404
        assert (await api.with_token(tokens[1]).get("/api/v1/me/searches")).json() == {"items": []}
        assert (
            json.loads((await api.with_token(tokens[0]).get("/api/v1/me/searches")).text)["items"][0]["address"]
            == "/?text=koti"
        )
        assert (await api.delete(address)).status_code == 204


ODD = (
    "%00",
    "a" * 5000,
    "%F0%9F%98%80" * 100,
    "' or 1=1 --",
    "{0.__class__}",
    "-1",
    "1e999",
    "9" * 400,
    "%ED%A0%80",
    "٣",
)


@pytest.mark.parametrize(
    "name",
    [
        "text",
        "place",
        "service_class",
        "organiser",
        "language",
        "skill",
        "starts_by",
        "sort",
        "page",
        "week",
        "month",
        "km",
        "pause",
        "product",
        "at_most",
        "provider",
    ],
)
async def test_odd_addresses_are_answered_and_never_crash(client, database, name):
    for number, odd in enumerate(ODD):
        for path in ("/", "/why-not-here"):
            beside = "" if name == "week" else f"&week={WEEK}"
            answer = await client.get(f"{path}?provider=x&{name}={odd}{beside}")
            assert answer.status_code < 500, (path, name, number)


async def test_odd_names_of_searches_are_refused(client, database):
    await signed_in(client)
    for odd in ("\x00", "a\x00b", "\u202e"):
        answer = await client.submit("/saved-searches", {"name": odd, "query": "text=\x00"})
        assert answer.status_code == 422
    assert (await client.submit("/saved-searches", {"name": "ok", "query": "=&&;;%zz&text=%00"})).status_code == 303
