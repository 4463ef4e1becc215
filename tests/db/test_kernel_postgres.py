"""The embedded server: kept data, recovery after a kill, a clear word when it cannot start; lost connections."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from marketplace.kernel import db
from marketplace.kernel.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from marketplace.kernel.errors import Unavailable


@pytest.fixture
def folder() -> Path:
    """A place that the server's own user can walk down to."""
    return Path(os.environ["DATA_DIR"]) / f"servers-{db.new_id().hex}"


async def value(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_data_outlives_a_clean_stop_and_a_kill(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "postgres", fsync=False)
    with server.running() as url:
        await value(url, "create table kept as select 7 as n")
    again = EmbeddedPostgres(folder / "postgres", fsync=False)
    again.start()
    process = again._process
    assert process is not None
    assert await value(again.url(), "select n from kept") == 7
    third = EmbeddedPostgres(folder / "postgres", fsync=False)  # Its first owner is gone without stopping it.
    third.start()
    assert await value(third.url(), "select n from kept") == 7
    process.wait(timeout=10)
    third.stop()


async def test_killed_server_recovers(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    await value(server.url(), "create table kept as select 7 as n")
    assert server._process is not None
    os.kill(server._process.pid, signal.SIGKILL)
    server._process.wait()
    with EmbeddedPostgres(folder / "postgres").running() as url:
        assert await value(url, "select n from kept") == 7


def test_failure_to_start_shows_the_log(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "postgres", fsync=False)
    server.start()
    server.stop()
    (server.data / "postgresql.conf").write_text("no_such_setting = on\n")
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        server.start()


async def write_notes(first: int, confirmed: list[int]) -> None:
    """One client that goes on through an outage, and remembers what was confirmed to it."""
    for n in range(first, first + 200):
        try:
            async with db.unit_of_work():
                await db.execute("insert into note values ($1)", n)
            confirmed.append(n)
        except Unavailable:
            await asyncio.sleep(0.05)


@pytest.fixture
async def restartable(folder: Path) -> AsyncIterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    db.use_database(server.url())
    await db.start_pool(4)
    await db.execute("create table note (n int primary key)")
    yield server
    await db.stop_pool()
    server.stop()


async def test_restart_under_load_loses_and_doubles_nothing(restartable: EmbeddedPostgres) -> None:
    confirmed: list[int] = []
    work = asyncio.gather(*(write_notes(n * 1000, confirmed) for n in range(4)))
    await asyncio.sleep(0.1)
    await asyncio.to_thread(restartable.stop)
    await asyncio.to_thread(restartable.start)
    await work
    kept = {row["n"] for row in await db.fetch("select n from note")}
    assert set(confirmed) <= kept  # What was confirmed is there; what was not confirmed said so.
    assert len(confirmed) > 300
