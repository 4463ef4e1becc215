"""Rebuilding an index: no gap, and one that was cut off is gone on with."""

import asyncio

import pytest

from search import postgres_filling
from search.documents import document_of
from search.schemas import SearchQuery
from tests.contract.offers import OFFERS, numbers, offer


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
    assert told[0] == sum(each.card.id <= begun_after[1] for each in documents)
    assert await numbers(filled) == [100, 101, 102, 103, 104, 105]


async def broken(documents):
    for each in documents:
        yield [each]
        await asyncio.sleep(0.05)
    raise ConnectionError
