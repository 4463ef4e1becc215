"""Meilisearch on the wire: exactly what is sent, and what every fault becomes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from marketplace.kernel.clock import clock_set_to
from search import dictionaries, meilisearch
from search.documents import document_of
from search.engine import EngineUnavailable
from search.meilisearch import MeilisearchEngine, quoted, settings
from search.schemas import SearchQuery, Sort
from tests.doubles.meilisearch import MeilisearchDouble, meilisearch_double
from tests.factories.search import published

KEY = "a-key"
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


async def batches(*documents):
    for each in documents:
        yield [each]


async def asked(double, engine, query: SearchQuery) -> list[dict]:
    await engine.query(query)
    return double.sent("POST", "/multi-search")[0]["queries"]


async def test_a_rebuild_applies_settings_first_and_swaps_last(double, engine):
    told: list[int] = []
    assert await engine.rebuild(batches(ONE, TWO), told.append) == 2
    assert double.writes == [
        "POST /indexes", "PATCH /indexes/offers_next/settings", "POST /indexes/offers_next/documents",
        "POST /indexes/offers_next/documents", "POST /indexes", "POST /swap-indexes", "DELETE /indexes/offers_next",
    ]  # fmt: skip
    assert double.sent("POST", "/swap-indexes") == [[{"indexes": ["offers", "offers_next"]}]]
    assert told == [1, 2]
    assert await engine.fingerprints() == {each.card.id: each.fingerprint for each in (ONE, TWO)}


async def test_a_rebuild_drops_what_an_earlier_one_left(double, built):
    double.indexes["offers_next"] = {"left": {}}
    await built.rebuild(batches(ONE), lambda _: None)
    assert double.writes[0] == "DELETE /indexes/offers_next"
    assert list(double.indexes) == ["offers"]
    assert list(await built.fingerprints()) == [ONE.card.id]


async def test_settings_are_whole(double, engine):
    await engine.rebuild(batches(), lambda _: None)
    [sent] = double.sent("PATCH", "/indexes/offers_next/settings")
    assert sent == settings()
    assert sent["rankingRules"] == ["sort", "words", "typo", "attribute", "exactness", "chance:asc"]
    assert {"id", "municipality_codes", "service_class", "night"} <= set(sent["filterableAttributes"])
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
        today = meilisearch._chance(UUID(int=1))
    with clock_set_to(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        assert meilisearch._chance(UUID(int=1)) != today


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
        "facets": ["service_class", "organiser_id", "languages", "accepts_new_clients", "evening", "weekend", "night"],
    }  # fmt: skip


async def test_a_finished_word_is_not_taken_for_a_beginning(double, built):
    [query] = await asked(double, built, SearchQuery(text="kotihoito "))
    assert query["q"] == "kotihoito "


async def test_filters_flags_and_sorts_are_mapped(double, built):
    search = SearchQuery(municipality="091", available=True, night=True, sort=Sort.PRICE)
    [query] = await asked(double, built, search)
    assert query["filter"] == ["accepts_new_clients = true", "night = true", 'municipality_codes = "091"']
    assert query["sort"] == ["price_cents:asc"]


async def test_each_filtered_facet_is_counted_without_its_own_filter(double, built):
    search = SearchQuery(service_classes=("V-MEAL",), languages=("sv", "en"), municipality="091")
    page, classes, languages = await asked(double, built, search)
    place, meals, swedish = 'municipality_codes = "091"', 'service_class IN ["V-MEAL"]', 'languages IN ["sv", "en"]'
    assert page["filter"] == [place, meals, swedish]
    assert page["facets"] == ["organiser_id", "accepts_new_clients", "evening", "weekend", "night"]
    assert (classes["filter"], classes["facets"], classes["limit"]) == ([place, swedish], ["service_class"], 0)
    assert (languages["filter"], languages["facets"]) == ([place, meals], ["languages"])


async def test_values_cannot_leave_their_quotes(double, built):
    [query] = await asked(double, built, SearchQuery(municipality='091" OR night = true OR x = "\\'))
    assert query["filter"] == [r'municipality_codes = "091\" OR night = true OR x = \"\\"']
    assert quoted('\\"') == r'"\\\""'


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
