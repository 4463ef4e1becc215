"""Where PostgreSQL's index lies: a partition of each table for each generation.

One that is being filled stands beside the tables, without the indexes that searches need: it is given them when it is full,
which takes a fraction of what sorting in row by row does. One that has had its day is dropped whole and leaves nothing to
vacuum.
"""

import asyncio
from typing import Final

import asyncpg

from marketplace.kernel.db import execute, fetch, fetch_value, unit_of_work

TABLES: Final = ("search_document", "search_card")
MAKE: Final = """
create table if not exists {name} (like {table} including defaults, unique (generation, offer_id))
"""
ATTACH: Final = "alter table {table} attach partition {name} for values in ({generation})"
IS_ATTACHED: Final = "select relispartition from pg_class where oid = to_regclass($1)"
LEFT: Final = """
select relname from pg_class where relkind = 'r' and pg_table_is_visible(oid) and relname ~ '^search_(document|card)_[0-9]+$'
    and substring(relname from '[0-9]+$')::bigint not in (select id from search_generation) order by relname desc
"""
SORT_IN: Final = """
select gin_clean_pending_list(indexrelid) from pg_index where indrelid = to_regclass($1)
    and indexrelid in (select oid from pg_class where relam = (select oid from pg_am where amname = 'gin'))
"""
DROP_ATTEMPTS: Final = 5
BETWEEN_ATTEMPTS_SECONDS: Final = 0.2


def part(table: str, generation: int) -> str:
    """The name of a generation's part of a table."""
    return f"{table}_{generation:d}"


async def make(generation: int) -> None:
    """Its tables, empty, where they are not there. In the transaction that notes the generation."""
    for table in TABLES:
        await execute(MAKE.format(name=part(table, generation), table=table))


async def attach(table: str, generation: int) -> None:
    """Gives a full part its indexes, then lets searches see it. Who writes to it waits meanwhile, nobody else does."""
    name = part(table, generation)
    if not await fetch_value(IS_ATTACHED, name):
        await execute(ATTACH.format(table=table, name=name, generation=generation))


async def drop_left() -> None:
    """Drops the parts of generations that are no more.

    Dropping waits for whoever reads, and every search behind it: where somebody reads long, such as a backup, it is left for
    the next rebuild.
    """
    for row in await fetch(LEFT):
        for attempt in range(DROP_ATTEMPTS):
            await asyncio.sleep(attempt and BETWEEN_ATTEMPTS_SECONDS)
            if await _is_dropped(row["relname"]):
                break


async def _is_dropped(name: str) -> bool:
    try:
        async with unit_of_work():
            await execute("set local lock_timeout = '200ms'")
            await execute(f"drop table if exists {name}")
    except asyncpg.LockNotAvailableError:
        return False
    return True


async def sort_in(generation: int) -> None:
    """What was written lately lies unsorted beside the indexes, where every search would have to read it."""
    await execute(SORT_IN, part("search_document", generation))
