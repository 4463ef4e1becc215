"""Rebuilding the search index beside the database's bare ingest of the same rows, and the memory that it takes.

Bare: the same rows, made before the clock runs, go by COPY into the same tables with the same indexes, in batches of the
same size; nothing is noted, counted or swapped.
"""

import io
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from marketplace.kernel.db import connection, execute, fetch_value, unit_of_work
from search.postgres import PostgresEngine
from search.postgres_filling import FILL_AT_ONCE
from search.postgres_rows import NAMES, card_of, lines, row_of
from search.schemas import IndexDocument
from tests.benchmarks.load import Figure
from tests.benchmarks.report import Chapter, Pair
from tests.benchmarks.search_engine import source
from tests.factories.search import synthetic_documents

TITLE = "Reindexing"
ABOUT = (
    "Documents per second of a whole rebuild of PostgreSQL's index (a generation filled beside the live one, words counted, "
    "swapped, the old one cleared, vacuumed) beside COPY of the same rows into the same tables and indexes. "
)


class Rebuilt(NamedTuple):
    """Documents per second, and the megabytes by which the process grew at its highest."""

    per_second: float
    grown_mb: float


async def measure(count: int, runs: int) -> Chapter:
    """In the current database, whose index it replaces."""
    documents = list(synthetic_documents(count))
    ours: list[float] = []
    bare: list[float] = []
    grown = 0.0
    for _ in range(runs):
        bare.append(await _bare(documents))
        rebuilt = await _rebuilt(documents)
        ours.append(rebuilt.per_second)
        grown = max(grown, rebuilt.grown_mb)
    about = f"{ABOUT}The process grew by at most {grown:.0f} MiB during a rebuild, whatever the number of documents."
    return Chapter(TITLE, about, [Pair(_figure("rebuild of the index", ours), _figure("bare COPY", bare))])


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


async def _bare(documents: Sequence[IndexDocument]) -> float:
    """The same rows into a generation of their own, which is cleared afterwards."""
    sql = "insert into search_generation (status, started_at) values ('building', now()) returning id"
    generation = int(await fetch_value(sql))
    batches = [documents[start : start + FILL_AT_ONCE] for start in range(0, len(documents), FILL_AT_ONCE)]
    made = [(lines(generation, map(row_of, batch)), lines(generation, map(card_of, batch))) for batch in batches]
    begun = time.perf_counter()
    for rows, cards in made:
        async with unit_of_work(), connection() as link:
            await _copy(link, "search_document", NAMES, rows)
            await _copy(link, "search_card", ["offer_id", "card"], cards)
    rate = len(documents) / (time.perf_counter() - begun)
    for table in ("search_document", "search_card"):
        await execute(f"delete from {table} where generation = $1", generation)
    await execute("delete from search_generation where id = $1", generation)
    await execute("vacuum search_document, search_card")
    return rate


async def _copy(link, table: str, columns: Sequence[str], content: bytes) -> None:
    columns = ["generation", *columns]
    await link.copy_to_table(table, source=io.BytesIO(content), columns=columns, format="text")
