"""Jobs: born with the commit, gone with the rollback, tried again after a failure, run after a worker died."""

from datetime import timedelta

import asyncpg
import msgspec
import pytest

from marketplace.kernel.db import execute, fetch_value, unit_of_work
from marketplace.kernel.jobs import LONGEST_PAUSE, MAX_ATTEMPTS, Topic, build_worker, run_until_idle


class Ping(msgspec.Struct):
    n: int


PING = Topic("test.ping", Ping)
WAITING = "select count(*) from pgqueuer where status = 'queued'"


async def drain(database: str, handler: object) -> None:
    connection = await asyncpg.connect(database)
    try:
        await run_until_idle(build_worker(connection, {PING: handler}))  # type: ignore[dict-item]
    finally:
        await connection.close()


async def test_job_is_run_after_commit_with_its_payload(database: str) -> None:
    seen: list[int] = []

    async def handler(ping: Ping) -> None:
        seen.append(ping.n)

    async with unit_of_work():
        await PING.enqueue(Ping(n=7))
    await drain(database, handler)
    assert seen == [7]


async def test_rollback_takes_the_job_with_it(database: str) -> None:
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work():
            await PING.enqueue(Ping(n=7))
            raise ZeroDivisionError
    assert await fetch_value(WAITING) == 0


async def test_same_dedupe_key_waits_once(database: str) -> None:
    async with unit_of_work():
        await PING.enqueue(Ping(n=1), dedupe_key="one")
        await PING.enqueue(Ping(n=1), dedupe_key="one")
    assert await fetch_value(WAITING) == 1


@pytest.mark.parametrize(("attempts", "status"), [(MAX_ATTEMPTS - 1, "queued"), (MAX_ATTEMPTS, "failed")])
async def test_job_is_tried_for_more_than_a_day_and_then_kept(database: str, attempts: int, status: str) -> None:
    async def handler(ping: Ping) -> None:
        raise RuntimeError("still not")

    async with unit_of_work():
        await PING.enqueue(Ping(n=1))
    await execute("update pgqueuer set attempts = $1", attempts)
    await drain(database, handler)
    assert await fetch_value("select status::text from pgqueuer") == status
    pauses = [min(timedelta(seconds=2**attempt), LONGEST_PAUSE) for attempt in range(MAX_ATTEMPTS)]
    assert sum(pauses, timedelta(0)) > timedelta(days=1)


async def test_failed_job_waits_for_another_try(database: str) -> None:
    async def handler(ping: Ping) -> None:
        raise RuntimeError("not today")

    async with unit_of_work():
        await PING.enqueue(Ping(n=1))
    await drain(database, handler)
    assert await fetch_value("select count(*) from pgqueuer where execute_after > now()") == 1
