"""Words: inflections, typos, synonyms and beginnings, on every engine that knows words."""

import pytest

from search.documents import document_of
from search.schemas import SearchQuery
from tests.contract.offers import MEALS, numbers, offer

pytestmark = pytest.mark.words


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


async def test_the_service_comes_before_a_mention(filled):
    mention = offer(7, MEALS, name="Ateriat", description="Teemme myös kotisiivousta.", price_cents=100)
    await filled.index([document_of(mention)])
    found = (await filled.query(SearchQuery(text="kotisiivous"))).cards()
    assert found[-1].id.int == 7
    assert len(found) == 3


async def test_compounds_and_their_parts_find_each_other(filled):
    """``kotisiivous`` and ``siivous kotona`` are the same thing, written in either way."""
    apart = offer(8, "V-PA", name="Siivous kotona")
    await filled.index([document_of(apart)])
    assert set(await numbers(filled, "kotisiivous")) >= {3, 8}
    assert set(await numbers(filled, "siivous kotona")) >= {3, 8}


async def test_a_compound_that_nobody_wrote_is_found_by_its_parts(filled):
    await filled.index([document_of(offer(8, "V-PA", name="Lumi ja hiekka", description="Lapio mukana."))])
    assert 8 in await numbers(filled, "lumilapio ")
