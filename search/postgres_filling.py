"""Filling PostgreSQL's index: documents into the live generation, and a whole generation beside it.

A rebuild notes how far it is, so that one that was killed is gone on with by the next. Rows are made while the server takes
in those before.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from marketplace.kernel.clock import now
from marketplace.kernel.db import connection, execute, execute_many, fetch, fetch_one, fetch_value, unit_of_work
from marketplace.kernel.errors import Conflict
from marketplace.kernel.i18n import message
from search import postgres_generations as generations
from search.engine import Advance, Source
from search.postgres_generations import part
from search.postgres_rows import ALL_WORDS, COLUMNS, NAMES, REPLACING, VALUES, card_lines, card_of, lines, row_of
from search.schemas import IndexDocument
from search.vocabulary import shortened

UPSERT: Final = f"""
insert into {{name}} (generation, {COLUMNS}) values ({{generation}}, {VALUES})
on conflict (generation, offer_id) do update set {REPLACING}
"""
UPSERT_CARD: Final = """
insert into {name} (generation, offer_id, card) values ({generation}, $1, $2)
on conflict (generation, offer_id) do update set card = excluded.card
"""
DELETE: Final = "delete from {name} where generation = {generation} and offer_id = any($1)"
PRESENT: Final = "select offer_id from {name} where generation = $1 and offer_id = any($2)"
REVISE: Final = "update search_generation set revision = (random() * 4611686018427387904)::bigint where status = 'live'"
"""By chance and not by counting: a database that was restored while a process lived never repeats a number of before."""

LOCK: Final = "lock table search_document in share row exclusive mode"
WRITE: Final = "lock table search_document in row exclusive mode"
ADD_WORDS: Final = """
insert into search_word (word, shortened, documents) values ($1, $2, $3) on conflict (word) do nothing
"""
COUNT_WORDS: Final = """
create temporary table counted_word on commit drop as select word, ndoc from ts_stat('select words from {name}')
"""
NEW_WORDS: Final = "select word, ndoc from counted_word where word not in (select word from search_word)"
NOTE_WORDS: Final = """
update search_word set documents = counted.ndoc from counted_word counted
where counted.word = search_word.word and counted.ndoc <> search_word.documents
"""
DROP_WORDS: Final = """
delete from search_word where not exists (select from counted_word counted where counted.word = search_word.word)
"""
FILL_AT_ONCE: Final = 2_000
SENT_AT_ONCE: Final = 100
CARD_NAMES: Final = ("offer_id", "card")
ATTEMPTS: Final = 5
TOO_OLD_TO_GO_ON: Final = timedelta(hours=24)


class Building(msgspec.Struct, frozen=True):
    """A generation that is being filled, by whom, and the offer up to which it is."""

    generation: int
    builder: int
    filled_to: UUID | None


async def upsert(documents: Sequence[IndexDocument]) -> None:
    """Into every generation there is, as one change of the live one."""
    rows, cards = [row_of(each) for each in documents], [card_of(each) for each in documents]
    async with unit_of_work():
        written = await _generations()
        for each in written:
            await execute_many(UPSERT.format(name=part("search_document", each), generation=each), rows)
            await execute_many(UPSERT_CARD.format(name=part("search_card", each), generation=each), cards)
        await _add_words({word for each in documents for group in ALL_WORDS for word in getattr(each.words, group)})
        await execute(REVISE)
    for each in written:
        await generations.sort_in(each)


async def delete(offer_ids: Sequence[UUID]) -> None:
    """From every generation there is, as one change of the live one."""
    async with unit_of_work():
        for each in await _generations():
            for table in generations.TABLES:
                await execute(DELETE.format(name=part(table, each), generation=each), list(offer_ids))
        await execute(REVISE)


async def _generations() -> list[int]:
    """Those that are written to. None goes live, begins or ends before the transaction does."""
    await execute(WRITE)
    return [int(row["id"]) for row in await fetch("select id from search_generation order by id")]


async def rebuild(source: Source, advance: Advance) -> int:
    """See ``PostgresEngine.rebuild``."""
    building = await _begin()
    done = await _held(building)
    advance(done)
    async for documents in _ahead(_gathered(source(building.filled_to))):
        await _fill(building, documents)
        done += len(documents)
        advance(done)
    await _attach(building)
    count = await _go_live(building)
    await generations.drop_left()
    return count


async def _begin() -> Building:
    """Goes on with a generation that was left half filled not long ago, else begins one."""
    await generations.drop_left()
    async with unit_of_work():
        await execute(LOCK)
        old = now() - TOO_OLD_TO_GO_ON
        await execute("delete from search_generation where status = 'building' and started_at < $1", old)
        building = await _taken_over() or await _new()
        await generations.make(building.generation)
    return building


async def _taken_over() -> Building | None:
    builder = secrets.randbelow(2**62)
    sql = "update search_generation set builder = $1 where status = 'building' returning id, filled_to"
    found = await fetch_one(sql, builder)
    return None if found is None else Building(found["id"], builder, found["filled_to"])


async def _new() -> Building:
    builder = secrets.randbelow(2**62)
    sql = "insert into search_generation (status, started_at, builder) values ('building', $1, $2) returning id"
    return Building(int(await fetch_value(sql, now(), builder)), builder, None)


async def _held(building: Building) -> int:
    return int(await fetch_value(f"select count(*) from {part('search_document', building.generation)}"))


async def _fill(building: Building, documents: Sequence[IndexDocument]) -> None:
    """One batch, without what is there already: whoever wrote that meanwhile had read it later.

    It is copied, which takes half the time of inserts. Somebody may write one of its offers between the look and the copy:
    then it is tried again.
    """
    for attempt in range(ATTEMPTS):
        try:
            await _copy(building, documents)
            break
        except asyncpg.UniqueViolationError:
            if attempt == ATTEMPTS - 1:
                raise


async def _copy(building: Building, documents: Sequence[IndexDocument]) -> None:
    table, cards = (part(each, building.generation) for each in generations.TABLES)
    async with unit_of_work():
        ids = [each.card.id for each in documents]
        await _still_ours(building, max(ids))
        known = {row["offer_id"] for row in await fetch(PRESENT.format(name=table), building.generation, ids)}
        new = [each for each in documents if each.card.id not in known]
        async with connection() as link:
            await _copy_to(link, table, NAMES, _made(new, lambda some: lines(building.generation, map(row_of, some))))
            await _copy_to(link, cards, CARD_NAMES, _made(new, lambda some: card_lines(building.generation, some)))


async def _made(
    documents: Sequence[IndexDocument], made: Callable[[Sequence[IndexDocument]], bytes]
) -> AsyncIterator[bytes]:
    """A few rows at a time: the server takes them in while the next are made."""
    for start in range(0, len(documents), SENT_AT_ONCE):
        yield made(documents[start : start + SENT_AT_ONCE])


async def _copy_to(link: asyncpg.Connection, table: str, columns: Sequence[str], content: AsyncIterator[bytes]) -> None:
    await link.copy_to_table(table, source=content, columns=["generation", *columns], format="text")


async def _still_ours(building: Building, filled_to: UUID | None) -> None:
    """Notes how far the generation is filled.

    Raises:
        Conflict: another rebuild has taken it over.
    """
    sql = """
    update search_generation set filled_to = coalesce($3, filled_to) where id = $1 and builder = $2 and status = 'building'
    returning id
    """
    if await fetch_value(sql, building.generation, building.builder, filled_to) is None:
        raise Conflict(message("Another rebuild of the search index began meanwhile."))


async def _gathered(batches: AsyncIterator[Sequence[IndexDocument]]) -> AsyncIterator[Sequence[IndexDocument]]:
    """Larger batches with each service together: what is found together then lies together and is read faster."""
    kept: list[IndexDocument] = []
    async for documents in batches:
        kept += documents
        if len(kept) >= FILL_AT_ONCE:
            yield sorted(kept, key=_neighbours)
            kept = []
    if kept:
        yield sorted(kept, key=_neighbours)


def _neighbours(document: IndexDocument) -> str:
    return document.card.service_class


async def _ahead(batches: AsyncIterator[Sequence[IndexDocument]]) -> AsyncIterator[Sequence[IndexDocument]]:
    """The same batches, the next being read while one is dealt with."""
    coming = asyncio.ensure_future(anext(batches, None))
    try:
        while (batch := await coming) is not None:
            coming = asyncio.ensure_future(anext(batches, None))
            yield batch
    finally:
        coming.cancel()


async def _attach(building: Building) -> None:
    """Indexes, and figures for the planner. What is left to vacuum later does the server by itself."""
    for table in generations.TABLES:
        async with unit_of_work():
            await execute(f"lock table {table} in share update exclusive mode")
            await _still_ours(building, None)
            await generations.attach(table, building.generation)
        await execute(f"analyze {part(table, building.generation)}")


async def _go_live(building: Building) -> int:
    """Swaps in one transaction. Writers wait for it, so that none writes to what is being taken away. Returns how many
    documents are live.
    """
    async with unit_of_work():
        await execute(LOCK)
        await _still_ours(building, None)
        await _tidy_words(building)
        await execute("delete from search_generation where id <> $1", building.generation)
        await execute("update search_generation set status = 'live' where id = $1", building.generation)
        await execute(REVISE)
        return await _held(building)


async def _tidy_words(building: Building) -> None:
    await execute(COUNT_WORDS.format(name=part("search_document", building.generation)))
    await _insert_words({row["word"]: row["ndoc"] for row in await fetch(NEW_WORDS)})
    await execute(NOTE_WORDS)
    await execute(DROP_WORDS)


async def _add_words(words: set[str]) -> None:
    """After the documents: a rebuild that drops unused words waits for their lock before it looks."""
    known = {row["word"] for row in await fetch("select word from search_word where word = any($1)", sorted(words))}
    await _insert_words(dict.fromkeys(words - known, 1))


async def _insert_words(words: Mapping[str, int]) -> None:
    await execute_many(ADD_WORDS, [(word, shortened(word), words[word]) for word in sorted(words)])
