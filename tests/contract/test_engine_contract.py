"""What every search engine must do alike. Runs on PostgreSQL always, on Meilisearch where there is one."""

import asyncio
from uuid import UUID

import msgspec
import pytest

from marketplace.kernel.i18n import Text
from search import postgres_filling
from search.documents import document_of
from search.places import place_of
from search.schemas import SearchQuery, Sort
from tests.factories.search import DAYTIME, published, synthetic_documents

CARE, CLEANING, MEALS, WINDOWS = "V-HOMECARE-REG", "V-CLEANING", "V-MEAL", "V-WINDOW"
HELSINKI, TURKU, TAMPERE = "091", "853", "837"
ODD_TEXTS = [
    "'; drop table search_document; --", '" OR 1 = 1', "service_class = V-MEAL", "a & b | !c <-> 'd'", "\x00\x01\x1b\n\t",
    "kotihoito\x00", "\\", "%_%", "😀😀", "-", "((((", "a" * 10_000, "siivous " * 2_000, "\u202ekotihoito", "null",
]  # fmt: skip


def offer(number: int, service_class: str = CARE, **changes):
    return published(service_class, offer_id=UUID(int=number), **changes)


OFFERS = [
    offer(1, provider="Kotiapu Oy", municipality_codes=(HELSINKI,), price_cents=4200, languages=("fi", "sv")),
    offer(2, provider="Hoivatiimi Ky", municipality_codes=(TURKU,), price_cents=3900, calendar=DAYTIME),
    offer(3, CLEANING, name="Kotisiivous", provider="Kiilto ry", municipality_codes=(TURKU, HELSINKI), price_cents=3500),
    offer(4, CLEANING, name="Siivouspalvelu", municipality_codes=(TAMPERE,), price_cents=3300, accepts_new_clients=False),
    offer(5, MEALS, name="Ateriat kotiin", municipality_codes=(TURKU,), price_cents=1200),
    offer(6, WINDOWS, name="Ikkunat kirkkaiksi", municipality_codes=(HELSINKI,), organiser_id=UUID(int=2), price_cents=5000,
          description="Palvelemme myös muistisairaita."),
]  # fmt: skip


@pytest.fixture
async def filled(engine):
    await engine.index([document_of(each) for each in OFFERS])
    return engine


async def numbers(engine, text: str = "", **filters) -> list[int]:
    if isinstance(place := filters.get("place"), str):
        filters["place"] = place_of(place)
    result = await engine.query(SearchQuery(text=text, **filters))
    return sorted(card.id.int for card in result.cards())


async def test_nothing_asked_finds_everything(filled):
    result = await filled.query(SearchQuery())
    assert result.total == len(result.hits) == len(OFFERS)
    assert result.engine == filled.name


async def test_an_empty_index_finds_nothing(engine):
    result = await engine.query(SearchQuery(text="kotihoito"))
    assert (result.total, result.hits) == (0, ())


@pytest.mark.parametrize(
    "text", ["kotihoito", "Kotihoidon", "kotihoitoa", "hemvården", "hemvård", "home care", "KOTIHOIDOSSA"]
)
async def test_inflections_in_any_language_find_the_service(filled, text):
    assert await numbers(filled, text) == [1, 2]


@pytest.mark.parametrize(
    "text", ["kotihoitp", "ktoihoito", "kotihito", "kotihhoito", "kotihoidoon", "kootihoiito", "hemvrd"]
)
async def test_typos_find_the_service(filled, text):
    assert await numbers(filled, text) == [1, 2]


@pytest.mark.parametrize(
    ("text", "found"), [("imurointi", [3, 4]), ("hemtjänst", [1, 2]), ("ruoka kotiin", [5]), ("städerska", [3, 4])]
)
async def test_what_people_call_it_finds_the_service(filled, text, found):
    assert await numbers(filled, text) == found


async def test_a_topic_is_found_by_its_other_names(filled):
    assert await numbers(filled, "dementia") == [6]


async def test_voucher_words_ask_for_nothing(filled):
    assert await numbers(filled, "palveluseteli kotihoito") == [1, 2]


@pytest.mark.parametrize("text", ["siiv", "siivo", "siivous"])
async def test_the_beginning_of_a_word_is_enough(filled, text):
    assert await numbers(filled, text) == [3, 4]


async def test_a_provider_is_found_by_its_name(filled):
    assert await numbers(filled, "hoivatiimi") == [2]


async def test_a_place_in_the_text_narrows(filled):
    assert await numbers(filled, "siivous Turussa") == [3]
    assert await numbers(filled, "siivous åbo") == [3]


async def test_words_that_are_nowhere_together_are_found_apart(filled):
    assert 5 in await numbers(filled, "ateriat ikkunanpesu")


async def test_what_nobody_offers_is_not_found(filled):
    assert await numbers(filled, "xyzzyqwrt") == []


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
    result = await engine.query(SearchQuery(text="kotihoito"))
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


async def test_the_service_comes_before_a_mention(filled):
    mention = offer(7, MEALS, name="Ateriat", description="Teemme myös kotisiivousta.", price_cents=100)
    await filled.index([document_of(mention)])
    found = (await filled.query(SearchQuery(text="kotisiivous"))).cards()
    assert found[-1].id.int == 7
    assert len(found) == 3


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
    assert await numbers(filled, "kotihoito") == [2]


async def test_fingerprints_tell_what_is_held(filled):
    documents = [document_of(each) for each in OFFERS]
    assert await filled.fingerprints() == {each.card.id: each.fingerprint for each in documents}
    assert list(await filled.fingerprints([UUID(int=1), UUID(int=99)])) == [UUID(int=1)]


async def test_a_card_comes_back_as_it_was(filled):
    result = await filled.query(SearchQuery(service_classes=(MEALS,)))
    assert result.cards() == [document_of(OFFERS[4]).card]
    assert result.cards()[0].organiser_name == Text("Helsingin kaupunki", "Helsingfors stad", "City of Helsinki")
    assert msgspec.json.decode(result.hits[0])["id"] == str(UUID(int=5))


def source(documents, pause: float = 0.0):
    """All of them one by one in the order of their ids, from the one after ``after``."""

    async def after_one(after):
        for each in sorted(documents, key=lambda document: document.card.id):
            if after is None or each.card.id > after:
                await asyncio.sleep(pause)
                yield [each]

    return after_one


async def test_a_rebuild_replaces_everything_and_tells_how_far_it_is(filled):
    told: list[int] = []
    count = await filled.rebuild(source([document_of(each) for each in OFFERS[:3]]), told.append)
    assert (count, told[-1]) == (3, 3)
    assert await numbers(filled) == [1, 2, 3]
    assert await numbers(filled, "kotihoidon") == [1, 2]


async def test_a_rebuild_leaves_no_gap(filled):
    """Searches that run beside it see all of the old or all of the new, never less."""
    new = [document_of(offer(100 + number)) for number in range(9)]
    rebuilding = asyncio.create_task(filled.rebuild(source(new, pause=0.01), lambda _: None))
    totals: list[int] = []
    while not rebuilding.done():
        totals.append((await filled.query(SearchQuery())).total)
    await rebuilding
    assert set(totals) <= {len(OFFERS), 9}
    assert (await filled.query(SearchQuery())).total == 9


async def test_a_rebuild_that_was_cut_off_changes_nothing_and_is_gone_on_with(filled, monkeypatch):
    monkeypatch.setattr(postgres_filling, "FILL_AT_ONCE", 1)
    documents = [document_of(offer(100 + number)) for number in range(6)]
    begun_after = []

    def cut_off(after):
        begun_after.append(after)
        return source(documents)(after) if after else broken(documents[:4])

    with pytest.raises(ConnectionError):
        await filled.rebuild(cut_off, lambda _: None)
    assert await numbers(filled) == [1, 2, 3, 4, 5, 6]
    told: list[int] = []
    assert await filled.rebuild(cut_off, told.append) == 6
    assert begun_after[0] is None
    assert begun_after[1] in {each.card.id for each in documents[:4]}
    assert told[0] == begun_after[1].int - 99
    assert await numbers(filled) == [100, 101, 102, 103, 104, 105]


async def broken(documents):
    for each in documents:
        yield [each]
        await asyncio.sleep(0.05)
    raise ConnectionError
