"""What every search engine must do alike: filters, facets, pages, odd input, writes.

Runs on PostgreSQL and on the double of Meilisearch always, on Meilisearch itself where there is one.
"""

from uuid import UUID

import msgspec
import pytest

from marketplace.kernel.i18n import Text
from search.documents import document_of
from search.places import place_of
from search.schemas import SearchQuery, Sort
from tests.contract.offers import CARE, CLEANING, MEALS, OFFERS, TAMPERE, TURKU, numbers, offer
from tests.factories.search import synthetic_documents

ODD_TEXTS = [
    "'; drop table search_document; --", '" OR 1 = 1', "service_class = V-MEAL", "a & b | !c <-> 'd'", "\x00\x01\x1b\n\t",
    "kotihoito\x00", "\\", "%_%", "😀😀", "-", "((((", "a" * 10_000, "siivous " * 2_000, "\u202ekotihoito", "null",
]  # fmt: skip


async def test_nothing_asked_finds_everything(filled):
    result = await filled.query(SearchQuery())
    assert result.total == len(result.hits) == len(OFFERS)
    assert result.engine == filled.name


async def test_an_empty_index_finds_nothing(engine):
    result = await engine.query(SearchQuery(text="kotihoito"))
    assert (result.total, result.hits) == (0, ())


async def test_filters_narrow_each_other_and_widen_within(filled):
    assert await numbers(filled, place=TURKU) == [2, 3, 5]
    assert await numbers(filled, service_classes=(CARE, MEALS)) == [1, 2, 5]
    assert await numbers(filled, place=TURKU, service_classes=(CARE, MEALS)) == [2, 5]
    assert await numbers(filled, organiser_ids=(UUID(int=2),)) == [6]
    assert await numbers(filled, languages=("sv", "en")) == [1]


async def test_flags_narrow(filled):
    assert await numbers(filled, available=True) == [1, 2, 3, 5, 6]
    assert await numbers(filled, service_classes=(CARE,), evening=True) == [1]
    assert await numbers(filled, service_classes=(CARE,), weekend=True, night=True) == [1]


async def test_facets_count_the_results(filled):
    facets = (await filled.query(SearchQuery(place=place_of(TURKU)))).facets
    assert facets["service_class"] == {CARE: 1, CLEANING: 1, MEALS: 1}
    assert facets["language"] == {"fi": 3}
    assert facets["available"] == {"true": 3}
    assert facets["evening"] == {"true": 1}


async def test_facets_of_one_value_each_sum_to_the_total(engine):
    await engine.index(list(synthetic_documents(300, seed=7)))
    result = await engine.query(SearchQuery(available=True))
    assert sum(result.facets["service_class"].values()) == result.total
    assert sum(result.facets["organiser"].values()) == result.total


async def test_a_filtered_facet_still_counts_its_alternatives(filled):
    result = await filled.query(SearchQuery(place=place_of(TURKU), service_classes=(CARE,)))
    assert result.total == 1
    assert result.facets["service_class"] == {CARE: 1, CLEANING: 1, MEALS: 1}
    assert result.facets["language"] == {"fi": 1}


async def test_sorts(filled):
    by_price = (await filled.query(SearchQuery(sort=Sort.PRICE))).cards()
    assert [card.id.int for card in by_price] == [5, 4, 3, 2, 1, 6]
    by_name = (await filled.query(SearchQuery(sort=Sort.NAME))).cards()
    assert [card.name.fi for card in by_name] == sorted(card.name.fi for card in by_name)


async def test_pages_hold_every_result_once(engine):
    await engine.index(list(synthetic_documents(120, seed=3)))
    pages = [await engine.query(SearchQuery(limit=50, page=page, seed=9)) for page in (1, 2, 3)]
    assert [len(page.hits) for page in pages] == [50, 50, 20]
    assert len({card.id for page in pages for card in page.cards()}) == pages[0].total == 120


@pytest.mark.parametrize("text", ODD_TEXTS)
async def test_any_text_is_only_a_text(filled, text):
    await filled.query(SearchQuery(text=text))
    assert (await filled.query(SearchQuery())).total == len(OFFERS)


@pytest.mark.parametrize("value", ['091" OR service_class = "V-MEAL', "' or true --", "\\", '"] OR ["', "\x00"])
async def test_any_filter_is_only_a_value(filled, value):
    if "\x00" not in value:
        assert await numbers(filled, skills=(value,)) == []
        assert await numbers(filled, languages=(value,)) == []
        assert await numbers(filled, service_classes=(value,)) == []


async def test_indexing_again_replaces(filled):
    await filled.index(
        [document_of(offer(5, MEALS, name="Lounas", price_cents=999, municipality_codes=(TAMPERE,), version=2))]
    )
    result = await filled.query(SearchQuery(service_classes=(MEALS,)))
    assert [(card.version, card.price_from_cents) for card in result.cards()] == [(2, 999)]
    assert await numbers(filled, place=TAMPERE) == [4, 5]


async def test_what_is_deleted_is_gone(filled):
    await filled.delete([UUID(int=1), UUID(int=99)])
    assert await numbers(filled, service_classes=(CARE,)) == [2]


async def test_fingerprints_tell_what_is_held(filled):
    documents = [document_of(each) for each in OFFERS]
    assert await filled.fingerprints() == {each.card.id: each.fingerprint for each in documents}
    assert list(await filled.fingerprints([UUID(int=1), UUID(int=99)])) == [UUID(int=1)]


async def test_a_card_comes_back_as_it_was(filled):
    result = await filled.query(SearchQuery(service_classes=(MEALS,)))
    assert result.cards() == [document_of(OFFERS[4]).card]
    assert result.cards()[0].organiser_name == Text("Helsingin kaupunki", "Helsingfors stad", "City of Helsinki")
    assert msgspec.json.decode(result.hits[0])["id"] == str(UUID(int=5))
