"""Rebuilding the search index beside the database's bare ingest of the same rows, and the memory that it takes.

Bare: the same rows, made before the clock runs, in batches of the same size, into a generation of their own; nothing is
noted, counted, swapped or dropped. Into tables that have their indexes, as single offers are written, what was written being
sorted into the indexes: by INSERT, as many rows to a message as there are, and by COPY. And as a rebuild goes about it: by
COPY into tables that are given their indexes afterwards.
"""

import io
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import asyncpg

from marketplace.kernel.db import connection, execute, fetch_value, unit_of_work
from search.postgres import PostgresEngine
from search.postgres_filling import FILL_AT_ONCE
from search.postgres_generations import TABLES, attach, drop_left, make, part, sort_in
from search.postgres_rows import COLUMNS, NAMES, VALUES, card_of, lines, row_of
from search.schemas import IndexDocument
from tests.benchmarks.load import Figure
from tests.benchmarks.report import Chapter, Pair
from tests.benchmarks.search_engine import source
from tests.factories.search import synthetic_documents

ABOUT = (
    "Documents per second of a whole rebuild of PostgreSQL's index (rows made, a generation filled beside the live one and "
    "given its indexes, words counted, analyzed, swapped, the old one dropped) beside the bare ingest of the same rows, made "
    "before the clock runs: into the same tables with their indexes, by INSERT with `executemany` and by COPY, and by COPY "
    "into tables that are given their indexes afterwards, as a rebuild does. "
)


class Rebuilt(NamedTuple):
    """Documents per second, and the megabytes by which the process grew at its highest."""

    per_second: float
    grown_mb: float


async def measure(count: int, runs: int) -> Chapter:
    """In the current database, whose index it replaces."""
    documents = list(synthetic_documents(count))
    ours: list[Rebuilt] = []
    inserted: list[float] = []
    copied: list[float] = []
    indexed_after: list[float] = []
    for _ in range(runs):
        inserted.append(await _bare(documents, _insert))
        ours.append(await _rebuilt(documents))
        copied.append(await _bare(documents, _copy))
        indexed_after.append(await _bare(documents, _copy, indexed_first=False))
    grown = max(each.grown_mb for each in ours)
    about = f"{ABOUT}The process grew by at most {grown:.0f} MiB during a rebuild."
    rebuilt = _figure("rebuild of the index", [each.per_second for each in ours])
    bare = {"bare INSERT": inserted, "bare COPY": copied, "bare COPY, indexes afterwards": indexed_after}
    pairs = [Pair(rebuilt, _figure(name, rates)) for name, rates in bare.items()]
    return Chapter(f"Reindexing {count:,} offers", about, pairs)


def _figure(name: str, rates: Sequence[float]) -> Figure:
    ordered = sorted(rates)
    middle = ordered[len(ordered) // 2]
    return Figure(name, 1, middle, ordered[0], ordered[-1], 1000 / middle, 1000 / ordered[0], 0)


async def _rebuilt(documents: Sequence[IndexDocument]) -> Rebuilt:
    resident = _resident_mb()
    highest = resident

    def advance(_done: int) -> None:
        nonlocal highest
        highest = max(highest, _resident_mb())

    begun = time.perf_counter()
    await PostgresEngine().rebuild(source(documents), advance)
    return Rebuilt(len(documents) / (time.perf_counter() - begun), highest - resident)


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


Way = Callable[[int, Sequence[IndexDocument]], Callable[[asyncpg.Connection], Awaitable[None]]]
"""Makes the rows of one batch, then puts them in."""


async def _bare(documents: Sequence[IndexDocument], way: Way, *, indexed_first: bool = True) -> float:
    """The same rows into a generation of their own, which is dropped afterwards."""
    sql = "insert into search_generation (status, started_at) values ('building', now()) returning id"
    generation = int(await fetch_value(sql))
    await make(generation)
    if indexed_first:
        await _give_indexes(generation)
    batches = [documents[start : start + FILL_AT_ONCE] for start in range(0, len(documents), FILL_AT_ONCE)]
    made = [way(generation, batch) for batch in batches]
    begun = time.perf_counter()
    for put_in in made:
        async with unit_of_work(), connection() as link:
            await put_in(link)
        if indexed_first:
            await sort_in(generation)
    await _give_indexes(generation)
    rate = len(documents) / (time.perf_counter() - begun)
    await execute("delete from search_generation where id = $1", generation)
    await drop_left()
    return rate


async def _give_indexes(generation: int) -> None:
    for table in TABLES:
        await attach(table, generation)


def _insert(generation: int, documents: Sequence[IndexDocument]) -> Callable[[asyncpg.Connection], Awaitable[None]]:
    rows, cards = [row_of(each) for each in documents], [card_of(each) for each in documents]

    async def put_in(link: asyncpg.Connection) -> None:
        await link.executemany(
            f"insert into {part('search_document', generation)} (generation, {COLUMNS}) values ({generation}, {VALUES})",
            rows,
        )
        await link.executemany(
            f"insert into {part('search_card', generation)} (generation, offer_id, card) values ({generation}, $1, $2)",
            cards,
        )

    return put_in


def _copy(generation: int, documents: Sequence[IndexDocument]) -> Callable[[asyncpg.Connection], Awaitable[None]]:
    rows, cards = lines(generation, map(row_of, documents)), lines(generation, map(card_of, documents))

    async def put_in(link: asyncpg.Connection) -> None:
        for table, columns, content in (("search_document", NAMES, rows), ("search_card", ["offer_id", "card"], cards)):
            named = ["generation", *columns]
            name = part(table, generation)
            await link.copy_to_table(name, source=io.BytesIO(content), columns=named, format="text")

    return put_in
