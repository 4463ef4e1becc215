"""Filling PostgreSQL's index: documents into the live generation, and a whole generation beside it.

A rebuild notes how far it is, so that one that was killed is gone on with by the next. While the server takes in one batch,
the next is made.
"""

import asyncio
import io
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from marketplace.kernel.clock import now
from marketplace.kernel.db import connection, execute, execute_many, fetch, fetch_one, fetch_value, unit_of_work
from marketplace.kernel.errors import Conflict
from marketplace.kernel.i18n import message
from search.engine import Advance, Source
from search.postgres_rows import ALL_WORDS, COLUMNS, NAMES, REPLACING, VALUES, card_of, lines, row_of
from search.schemas import IndexDocument
from search.vocabulary import shortened

UPSERT: Final = f"""
insert into search_document (generation, {COLUMNS}) select id, {VALUES} from search_generation
on conflict (generation, offer_id) do update set {REPLACING}
"""
UPSERT_CARD: Final = """
insert into search_card (generation, offer_id, card) select id, $1, $2 from search_generation
on conflict (generation, offer_id) do update set card = excluded.card
"""
PRESENT: Final = "select offer_id from search_document where generation = $1 and offer_id = any($2)"
REVISE: Final = "update search_generation set revision = (random() * 4611686018427387904)::bigint where status = 'live'"
"""By chance and not by counting: a database that was restored while a process lived never repeats a number of before."""
SORT_IN: Final = (
    "select gin_clean_pending_list('search_document_words'), gin_clean_pending_list('search_document_areas')"
)
"""What was written lately lies unsorted beside the indexes, where every search would have to read it."""

LOCK: Final = "lock table search_document in share row exclusive mode"
ADD_WORDS: Final = """
insert into search_word (word, shortened, documents) values ($1, $2, 1) on conflict (word) do nothing
"""
COUNT_WORDS: Final = """
create temporary table counted_word on commit drop as select word, ndoc from ts_stat('select words from search_document')
"""
NOTE_WORDS: Final = """
update search_word set documents = counted.ndoc from counted_word counted
where counted.word = search_word.word and counted.ndoc <> search_word.documents
"""
DROP_WORDS: Final = """
delete from search_word where not exists (select from counted_word counted where counted.word = search_word.word)
"""
FILL_AT_ONCE: Final = 2_000
ATTEMPTS: Final = 5
TOO_OLD_TO_GO_ON: Final = timedelta(hours=24)


class Building(msgspec.Struct, frozen=True):
    """A generation that is being filled, by whom, and the offer up to which it is."""

    generation: int
    builder: int
    filled_to: UUID | None


class Batch(msgspec.Struct, frozen=True):
    """Documents with their rows, made while the server takes in those before."""

    documents: Sequence[IndexDocument]
    rows: bytes
    cards: bytes


async def upsert(documents: Sequence[IndexDocument]) -> None:
    """Into every generation there is, as one change of the live one."""
    async with unit_of_work():
        await execute_many(UPSERT, [row_of(each) for each in documents])
        await execute_many(UPSERT_CARD, [card_of(each) for each in documents])
        await _add_words(documents)
        await execute(REVISE)
    await execute(SORT_IN)


async def rebuild(source: Source, advance: Advance) -> int:
    """See ``PostgresEngine.rebuild``."""
    building = await _begin()
    done = await _held(building)
    advance(done)
    async for batch in _ahead(_batches(building, source)):
        await _fill(building, batch)
        done += len(batch.documents)
        advance(done)
    await _go_live(building)
    await execute("vacuum (analyze) search_document, search_card, search_word")
    return await _held(building)


async def _batches(building: Building, source: Source) -> AsyncIterator[Batch]:
    async for documents in _gathered(source(building.filled_to)):
        yield _batch(building, documents)


def _batch(building: Building, documents: Sequence[IndexDocument]) -> Batch:
    rows = lines(building.generation, map(row_of, documents))
    return Batch(documents, rows, lines(building.generation, map(card_of, documents)))


async def _begin() -> Building:
    """Goes on with a generation that was left half filled not long ago, else begins one."""
    builder = secrets.randbelow(2**62)
    async with unit_of_work():
        await execute(LOCK)
        await _drop_generations("status = 'building' and started_at < $1", now() - TOO_OLD_TO_GO_ON)
        taken_over = await fetch_one(
            "update search_generation set builder = $1 where status = 'building' returning id, filled_to", builder
        )
        if taken_over is not None:
            return Building(taken_over["id"], builder, taken_over["filled_to"])
        sql = "insert into search_generation (status, started_at, builder) values ('building', $1, $2) returning id"
        return Building(int(await fetch_value(sql, now(), builder)), builder, None)


async def _held(building: Building) -> int:
    sql = "select count(*) from search_document where generation = $1"
    return int(await fetch_value(sql, building.generation))


async def _fill(building: Building, batch: Batch) -> None:
    """One batch, without what is there already: whoever wrote that meanwhile had read it later.

    It is copied, which takes half the time of inserts. Somebody may write one of its offers between the look and the copy:
    then it is tried again.
    """
    for attempt in range(ATTEMPTS):
        try:
            await _copy(building, batch)
            break
        except asyncpg.UniqueViolationError:
            if attempt == ATTEMPTS - 1:
                raise
    await execute(SORT_IN)


async def _copy(building: Building, batch: Batch) -> None:
    async with unit_of_work():
        ids = [each.card.id for each in batch.documents]
        await _still_ours(building, max(ids))
        known = {row["offer_id"] for row in await fetch(PRESENT, building.generation, ids)}
        new = [each for each in batch.documents if each.card.id not in known]
        left = _batch(building, new) if known else batch
        async with connection() as link:
            await _copy_to(link, "search_document", NAMES, left.rows)
            await _copy_to(link, "search_card", ["offer_id", "card"], left.cards)
        await _add_words(new)


async def _copy_to(link: asyncpg.Connection, table: str, columns: Sequence[str], content: bytes) -> None:
    await link.copy_to_table(table, source=io.BytesIO(content), columns=["generation", *columns], format="text")


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


async def _ahead(batches: AsyncIterator[Batch]) -> AsyncIterator[Batch]:
    """The same batches, the next being made while one is dealt with."""
    coming = asyncio.ensure_future(anext(batches, None))
    try:
        while (batch := await coming) is not None:
            coming = asyncio.ensure_future(anext(batches, None))
            yield batch
    finally:
        coming.cancel()


async def _go_live(building: Building) -> None:
    """Swaps and tidies in one transaction. Writers wait for it, so that none writes to what is being taken away."""
    async with unit_of_work():
        await execute(LOCK)
        await _still_ours(building, None)
        await _drop_generations("id <> $1", building.generation)
        await execute("update search_generation set status = 'live' where id = $1", building.generation)
        await execute(REVISE)
        for tidying in (COUNT_WORDS, NOTE_WORDS, DROP_WORDS):
            await execute(tidying)


async def _drop_generations(which: str, *args: object) -> None:
    for table in ("search_document", "search_card"):
        await execute(
            f"delete from {table} where generation in (select id from search_generation where {which})", *args
        )
    await execute(f"delete from search_generation where {which}", *args)


async def _add_words(documents: Iterable[IndexDocument]) -> None:
    """After the documents: a rebuild that drops unused words holds the documents' lock before it looks."""
    words = {word for each in documents for group in ALL_WORDS for word in getattr(each.words, group)}
    known = {row["word"] for row in await fetch("select word from search_word where word = any($1)", sorted(words))}
    await execute_many(ADD_WORDS, [(word, shortened(word)) for word in sorted(words - known)])
