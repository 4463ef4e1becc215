"""The unit of work: atomic, reusable after a failed commit, tried again after a lost race."""

import asyncio

import asyncpg
import pytest

from marketplace.kernel import db
from marketplace.kernel.db import execute, fetch_value, transactional, unit_of_work

DEFERRED = """
create table note (n int);
create function never() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
create constraint trigger late after insert on note deferrable initially deferred for each row execute function never();
"""


async def test_commit_makes_writes_visible_and_error_undoes_them(database: str) -> None:
    await execute("create table note (n int)")
    async with unit_of_work():
        await execute("insert into note values (1)")
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work():
            await execute("insert into note values (2)")
            raise ZeroDivisionError
    assert await fetch_value("select sum(n) from note") == 1


async def test_failed_commit_gives_the_connection_back(database: str) -> None:
    await execute(DEFERRED)
    for _ in range(20):  # More often than the pool has connections.
        with pytest.raises(asyncpg.RaiseError):
            async with unit_of_work():
                await execute("insert into note values (1)")
    assert not db.in_transaction()
    assert await fetch_value("select count(*) from note") == 0


async def test_inner_unit_joins_the_outer_one(database: str) -> None:
    await execute("create table note (n int)")
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work():
            async with unit_of_work():
                await execute("insert into note values (1)")
            raise ZeroDivisionError
    assert await fetch_value("select count(*) from note") == 0


async def test_serialization_failure_is_tried_again(database: str) -> None:
    await execute("create table counter (n int)")
    await execute("insert into counter values (0)")

    @transactional("serializable", attempts=20)
    async def increase() -> None:
        n = await fetch_value("select n from counter")
        await asyncio.sleep(0.005)
        await execute("update counter set n = $1", n + 1)

    await asyncio.gather(*(increase() for _ in range(5)))
    assert await fetch_value("select n from counter") == 5


async def test_savepoint_undoes_only_its_part(database: str) -> None:
    await execute("create table note (n int primary key)")
    async with unit_of_work():
        await execute("insert into note values (1)")
        with pytest.raises(asyncpg.UniqueViolationError):
            async with db.savepoint():
                await execute("insert into note values (1)")
        await execute("insert into note values (2)")
    assert await fetch_value("select count(*) from note") == 2
