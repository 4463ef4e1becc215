"""Meilisearch on the wire: exactly what is sent, and what every fault becomes."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
import pytest

from marketplace.catalogue.offers.schemas import Reach
from marketplace.kernel.clock import clock_set_to
from search import dictionaries, meilisearch, meilisearch_query
from search.documents import FORM, document_of
from search.engine import EngineUnavailable
from search.meilisearch import MeilisearchEngine
from search.meilisearch_query import quoted, record, settings
from search.places import place_of
from search.schemas import SearchQuery, Sort
from tests.doubles.meilisearch import MeilisearchDouble, meilisearch_double
from tests.factories.search import published

KEY = "a-key"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NEXT = f"offers_next_{FORM}_{NOON.toordinal()}"
HELSINKI = place_of("091")
ONE, TWO = (document_of(published(offer_id=UUID(int=number))) for number in (1, 2))


@pytest.fixture(scope="module", autouse=True)
def base_forms(tmp_path_factory):
    dictionaries.load(tmp_path_factory.mktemp("dictionaries"))


@pytest.fixture
async def double() -> AsyncIterator[MeilisearchDouble]:
    async with meilisearch_double() as double:
        yield double


@pytest.fixture
async def engine(double) -> AsyncIterator[MeilisearchEngine]:
    engine = MeilisearchEngine(double.url, KEY)
    yield engine
    await engine.close()


@pytest.fixture
async def built(double, engine) -> MeilisearchEngine:
    double.indexes["offers"] = {}
    return engine


def source(*documents):
    async def after_one(after):
        for each in documents:
            if after is None or each.card.id > after:
                yield [each]

    return after_one


async def asked(double, engine, query: SearchQuery) -> list[dict]:
    await engine.query(query)
    return double.sent("POST", "/multi-search")[0]["queries"]


async def test_a_rebuild_applies_settings_first_and_swaps_last(double, engine):
    told: list[int] = []
    with clock_set_to(NOON):
        assert await engine.rebuild(source(ONE, TWO), told.append) == 2
    assert double.writes == [
        "POST /indexes", f"PATCH /indexes/{NEXT}/settings", f"POST /indexes/{NEXT}/documents",
        f"POST /indexes/{NEXT}/documents", "POST /indexes", "POST /swap-indexes", f"DELETE /indexes/{NEXT}",
    ]  # fmt: skip
    assert double.sent("POST", "/swap-indexes") == [[{"indexes": ["offers", NEXT]}]]
    assert told == [0, 1, 2]
    assert await engine.fingerprints() == {each.card.id: each.fingerprint for each in (ONE, TWO)}


async def test_a_rebuild_drops_what_one_of_another_day_left(double, built):
    double.indexes["offers_next_1_738000"] = {"left": {}}
    await built.rebuild(source(ONE), lambda _: None)
    assert double.writes[0] == "DELETE /indexes/offers_next_1_738000"
    assert list(double.indexes) == ["offers"]
    assert list(await built.fingerprints()) == [ONE.card.id]


async def test_a_rebuild_that_was_cut_off_today_is_gone_on_with(double, built):
    with clock_set_to(NOON):
        double.indexes[NEXT] = {str(ONE.card.id): json.loads(msgspec.json.encode(record(ONE)))}
        told: list[int] = []
        await built.rebuild(source(ONE, TWO), told.append)
    assert told == [1, 2]
    assert [[each["id"] for each in sent] for sent in double.sent("POST", f"/indexes/{NEXT}/documents")] == [
        [str(TWO.card.id)]
    ]


async def test_settings_are_whole(double, engine):
    with clock_set_to(NOON):
        await engine.rebuild(source(), lambda _: None)
    [sent] = double.sent("PATCH", f"/indexes/{NEXT}/settings")
    assert sent == settings()
    assert sent["rankingRules"] == ["sort", "words", "typo", "attribute", "exactness", "chance:asc"]
    assert {"id", "areas", "service_class", "night", "skills", "starts_on"} <= set(sent["filterableAttributes"])
    assert "muistisairaus" in sent["synonyms"]["dementia"]


async def test_every_request_carries_the_key(double, built):
    await built.query(SearchQuery())
    assert {each.authorization for each in double.requests} == {f"Bearer {KEY}"}


async def test_documents_are_sent_whole_and_waited_for(double, built):
    double.polls_before_done = 3
    await built.index([ONE])
    [[sent]] = double.sent("POST", "/indexes/offers/documents")
    assert sent["id"] == str(ONE.card.id)
    assert sent["fingerprint"] == ONE.fingerprint
    assert "kotihoito" in sent["service_words"]
    assert (sent["price_cents"], sent["evening"]) == (4000, True)
    assert len(double.sent("GET", "/tasks/0")) == 4


async def test_the_chance_of_equals_changes_every_day():
    with clock_set_to(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        today = meilisearch_query._chance(UUID(int=1))
    with clock_set_to(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        assert meilisearch_query._chance(UUID(int=1)) != today


async def test_deleting_names_the_ids(double, built):
    await built.index([ONE, TWO])
    await built.delete([ONE.card.id])
    assert double.sent("POST", "/indexes/offers/documents/delete-batch") == [[str(ONE.card.id)]]
    assert list(await built.fingerprints([ONE.card.id, TWO.card.id])) == [TWO.card.id]


async def test_all_fingerprints_are_read_in_pages(double, built, monkeypatch):
    monkeypatch.setattr(meilisearch, "PAGE_OF_FINGERPRINTS", 1)
    await built.index([ONE, TWO])
    assert len(await built.fingerprints()) == 2
    assert [each["offset"] for each in double.sent("POST", "/indexes/offers/documents/fetch")] == [0, 1, 2]


async def test_a_plain_search_is_one_query(double, built):
    [query] = await asked(double, built, SearchQuery(text="kotihoidon Turussa", limit=10, page=3))
    assert query == {
        "indexUid": "offers", "q": "kotihoito turku", "matchingStrategy": "all", "filter": [], "page": 3, "hitsPerPage": 10,
        "attributesToRetrieve": ["card"], "sort": [],
        "facets": ["service_class", "organiser_id", "languages", "starts_on", "skills", "accepts_new_clients", "evening",
                   "weekend", "night"],
    }  # fmt: skip


async def test_a_finished_word_is_not_taken_for_a_beginning(double, built):
    [query] = await asked(double, built, SearchQuery(text="kotihoito "))
    assert query["q"] == "kotihoito "


async def test_filters_flags_and_sorts_are_mapped(double, built):
    search = SearchQuery(place=HELSINKI, available=True, night=True, sort=Sort.PRICE)
    [query] = await asked(double, built, search)
    assert query["filter"] == ["accepts_new_clients = true", "night = true", 'areas IN ["091"]']
    assert query["sort"] == ["price_cents:asc"]


async def test_each_filtered_facet_is_counted_without_its_own_filter(double, built):
    search = SearchQuery(service_classes=("V-MEAL",), languages=("sv", "en"), place=HELSINKI)
    page, classes, languages = await asked(double, built, search)
    place, meals, swedish = 'areas IN ["091"]', 'service_class IN ["V-MEAL"]', 'languages IN ["sv", "en"]'
    assert page["filter"] == [place, meals, swedish]
    assert page["facets"] == [
        "organiser_id",
        "starts_on",
        "skills",
        "accepts_new_clients",
        "evening",
        "weekend",
        "night",
    ]
    assert (classes["filter"], classes["facets"], classes["limit"]) == ([place, swedish], ["service_class"], 0)
    assert (languages["filter"], languages["facets"]) == ([place, meals], ["languages"])


async def test_values_cannot_leave_their_quotes(double, built):
    [query] = await asked(double, built, SearchQuery(skills=('x" OR night = true OR x = "\\',)))
    assert query["filter"] == [r'skills = "x\" OR night = true OR x = \"\\"']
    assert quoted('\\"') == r'"\\\""'


async def test_postal_areas_skills_and_starts_are_mapped(double, built):
    search = SearchQuery(place=place_of("00530"), skills=("a", "b"), starts_by=date(2026, 12, 1), sort=Sort.START)
    page, starts = await asked(double, built, search)
    place, skills = 'areas IN ["091+", "00530"]', ['skills = "a"', 'skills = "b"']
    assert page["filter"] == [place, *skills, f"starts_on <= {date(2026, 12, 1).toordinal()}"]
    assert page["sort"] == ["starts_on:asc"]
    assert (starts["filter"], starts["facets"]) == ([place, *skills], ["starts_on"])


async def test_no_position_is_sent_that_could_fail_a_batch(double, built):
    odd = Reach(name="Unit", lat=float("nan"), lon=1e9, km=5)
    await built.index([document_of(msgspec.structs.replace(published(), reach=odd))])
    [[sent]] = double.sent("POST", "/indexes/offers/documents")
    assert "_geo" not in sent
    assert sent["unit_point"] is None


async def test_results_are_put_together(double, built):
    found = {"hits": [{"card": {"id": "x"}}], "totalHits": 7,
             "facetDistribution": {"organiser_id": {"a": 1, "b": 3, "c": 0}, "evening": {"true": 2, "false": 5}}}  # fmt: skip
    classes = {"hits": [], "facetDistribution": {"service_class": {"V-MEAL": 7, "V-PA": 2}}}
    double.found = [[found, classes]]
    result = await built.query(SearchQuery(service_classes=("V-MEAL",)))
    assert (result.total, result.engine, bytes(result.hits[0])) == (7, "meilisearch", b'{"id": "x"}')
    assert result.facets["organiser"] == {"b": 3, "a": 1}
    assert result.facets["service_class"] == {"V-MEAL": 7, "V-PA": 2}
    assert (result.facets["evening"], result.facets["night"]) == ({"true": 2}, {"true": 0})


async def test_words_that_are_nowhere_together_are_asked_for_again_loosely(double, built):
    double.found = [[{"hits": [], "totalHits": 0}], [{"hits": [], "totalHits": 2}]]
    assert (await built.query(SearchQuery(text="siivous lounas"))).total == 2
    strategies = [each["queries"][0]["matchingStrategy"] for each in double.sent("POST", "/multi-search")]
    assert strategies == ["all", "last"]


async def test_an_index_that_is_not_there_is_told(double, engine):
    assert not await engine.is_built()
    double.indexes["offers"] = {}
    assert await engine.is_built()


@pytest.mark.parametrize("status", [400, 401, 404, 500, 503])
async def test_a_refusal_is_unavailable(double, built, status):
    double.status = status
    with pytest.raises(EngineUnavailable, match=str(status)):
        await built.query(SearchQuery())


async def test_nonsense_is_unavailable(double, built):
    double.garbage = True
    with pytest.raises(EngineUnavailable, match="unreadable"):
        await built.query(SearchQuery())


async def test_a_server_that_is_down_is_unavailable():
    engine = MeilisearchEngine("http://127.0.0.1:9")
    with pytest.raises(EngineUnavailable, match="ConnectError"):
        await engine.query(SearchQuery())
    await engine.close()


@pytest.mark.parametrize("status", ["failed", "canceled"])
async def test_a_task_that_fails_is_unavailable(double, built, status):
    double.task_status = status
    with pytest.raises(EngineUnavailable, match=status):
        await built.index([ONE])
