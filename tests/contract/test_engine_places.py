"""Places, skills and starts: what serves a place, how far it is, and in which order equals stand."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from marketplace.catalogue.offers.schemas import Reach
from marketplace.kernel.clock import clock_set_to
from search.documents import document_of
from search.places import Place, place_near, place_of
from search.schemas import SearchQuery, Sort
from tests.contract.offers import CARE, HELSINKI, TURKU, numbers, offer
from tests.factories.search import synthetic_documents

TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
ESPOO = "049"
KALLIO = Reach(name="Kallion yksikkö", lat=60.18427, lon=24.95034, km=5)
OFFERS = [
    offer(1, municipality_codes=(HELSINKI,)),
    offer(2, municipality_codes=(HELSINKI,), postal_codes=("00530", "00500")),
    offer(3, municipality_codes=(HELSINKI, ESPOO), reach=KALLIO),
    offer(4, municipality_codes=(ESPOO,), skills=("Muistisairaudet", "haavanhoito"), earliest_start=date(2026, 12, 1)),
    offer(5, municipality_codes=(TURKU,), skills=("muistisairaudet",), accepts_new_clients=False),
    offer(6, municipality_codes=(TURKU,), earliest_start=date(2027, 2, 1)),
]


@pytest.fixture
async def filled(engine):
    with clock_set_to(TODAY):
        await engine.index([document_of(each) for each in OFFERS])
        yield engine


def at(text: str) -> Place:
    place = place_of(text)
    assert place is not None
    return place


async def in_order(engine, **asked) -> list[int]:
    return [card.id.int for card in (await engine.query(SearchQuery(**asked))).cards()]


@pytest.mark.parametrize(
    ("place", "served"),
    [
        ("Helsinki", [1, 2, 3]),  # A municipality as a whole: no postal code rules anybody out.
        ("00530", [1, 2, 3]),
        ("00940", [1]),  # Kontula: not among the postal codes, and more than five kilometres from Kallio.
        ("02100", [4]),
        ("Espoo", [4]),
        ("20100", [5, 6]),
        ("Utsjoki", []),
    ],
)
async def test_a_place_is_served_by_municipality_postal_code_and_reach(filled, place, served):
    assert await numbers(filled, place=place) == served


async def test_a_position_is_its_nearest_postal_area(filled):
    result = await filled.query(SearchQuery(place=place_near(60.1843, 24.9503)))
    assert sorted(card.id.int for card in result.cards()) == [1, 2, 3]


async def test_places_and_other_filters_narrow_each_other(filled):
    result = await filled.query(SearchQuery(place=at("Turku"), service_classes=("V-MEAL",)))
    assert (result.total, result.facets["service_class"]) == (0, {CARE: 2})


async def test_the_nearest_come_first(filled):
    found = await in_order(filled, place=at("00530"), sort=Sort.DISTANCE)
    assert found[0] == 2  # Its own postal area.
    assert found[1:] == [3, 1]  # A unit nearby, then the middle of the whole municipality.
    by_municipality = await in_order(filled, place=at("Helsinki"), sort=Sort.DISTANCE)
    assert by_municipality[0] == 1


async def test_pages_by_distance_follow_each_other(filled):
    pages = [await in_order(filled, place=at("00530"), sort=Sort.DISTANCE, limit=2, page=page) for page in (1, 2, 3)]
    assert pages == [[2, 3], [1], []]


async def test_the_earliest_start_comes_first_and_no_start_last(filled):
    found = await in_order(filled, sort=Sort.START)
    assert sorted(found[:3]) == [1, 2, 3]
    assert found[3:] == [4, 6, 5]


async def test_starts_are_filtered_and_counted_as_if_they_were_not(filled):
    assert await numbers(filled, starts_by=date(2026, 12, 1)) == [1, 2, 3, 4]
    result = await filled.query(SearchQuery(starts_by=date(2026, 11, 22)))
    assert result.total == 3
    assert result.facets["start"] == {"now": 3, "two_weeks": 4, "later": 1}


async def test_all_skills_are_needed_and_each_is_counted_within_the_results(filled):
    assert await numbers(filled, skills=("muistisairaudet",)) == [4, 5]
    assert await numbers(filled, skills=("muistisairaudet", "haavanhoito")) == [4]
    facets = (await filled.query(SearchQuery(skills=("muistisairaudet",)))).facets
    assert facets["skill"] == {"muistisairaudet": 2, "haavanhoito": 1}


@pytest.mark.parametrize("sort", [sort for sort in Sort if sort is not Sort.DISTANCE])
async def test_equals_keep_their_order_from_page_to_page(engine, sort):
    documents = [document_of(offer(number, name="Sama")) for number in range(1, 31)]
    await engine.index(documents)
    pages = [await in_order(engine, sort=sort, limit=10, page=page, seed=3) for page in (1, 2, 3)]
    together = [number for page in pages for number in page]
    assert sorted(together) == list(range(1, 31))
    assert together != sorted(together)
    assert await in_order(engine, sort=sort, limit=30, seed=3) == together


async def test_equals_are_in_another_order_another_day(engine):
    with clock_set_to(TODAY):
        await engine.index([document_of(offer(number)) for number in range(1, 31)])
        today = await in_order(engine, limit=30, seed=1)
    with clock_set_to(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        if engine.keeps_its_chance:
            await engine.index([document_of(offer(number)) for number in range(1, 31)])
        assert await in_order(engine, limit=30, seed=2) != today


async def test_all_that_matches_can_be_had_at_once(filled):
    ids, total = await filled.matching_ids(SearchQuery(place=at("00530"), sort=Sort.DISTANCE, limit=1), 2)
    assert ([each.int for each in ids], total) == ([2, 3], 3)
    ids, total = await filled.matching_ids(SearchQuery(page=3, limit=5), 100)
    assert (sorted(each.int for each in ids), total) == ([1, 2, 3, 4, 5, 6], 6)
    assert await filled.matching_ids(SearchQuery(service_classes=("V-MEAL",)), 100) == ([], 0)


async def test_matching_ids_are_in_the_order_of_the_pages(engine):
    await engine.index(list(synthetic_documents(60, seed=4)))
    query = SearchQuery(sort=Sort.PRICE, seed=8, limit=60)
    ids, _ = await engine.matching_ids(query, 60)
    assert ids == [card.id for card in (await engine.query(query)).cards()]


async def test_providers_are_suggested_by_the_beginning_of_their_names(engine):
    names = ("Kotiapu Oy", "Kotiapu Oy", "Kotitähti Ky", "Hoivatiimi")
    await engine.index([document_of(offer(number, provider=name)) for number, name in enumerate(names, 1)])
    found = await engine.suggest_providers("koti", 10)
    assert [each.text for each in found] == ["Kotiapu Oy", "Kotitähti Ky"]
    assert [each.kind for each in found] == ["provider", "provider"]
    assert len(await engine.suggest_providers("koti", 1)) == 1
    assert await engine.suggest_providers("xyz", 5) == []


@pytest.mark.parametrize("prefix", ["'", '"', "%", "\\", "a" * 300, "' or 1=1 --", '" OR id = "'])
async def test_any_prefix_is_only_a_prefix(filled, prefix):
    assert await filled.suggest_providers(prefix, 5) == []


async def test_an_odd_unit_fails_no_batch(engine):
    odd = Reach(name="Yksikkö", lat=float("nan"), lon=float("inf"), km=3)
    await engine.index([document_of(offer(1, reach=odd)), document_of(offer(2))])
    assert await numbers(engine, place="Helsinki") == [1, 2]


async def test_what_is_deleted_is_in_no_count(filled):
    before = (await filled.query(SearchQuery())).facets["service_class"]
    await filled.delete([UUID(int=1)])
    after = (await filled.query(SearchQuery())).facets["service_class"]
    assert (before, after) == ({CARE: 6}, {CARE: 5})
