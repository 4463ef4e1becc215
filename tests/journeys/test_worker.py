"""Workers as they live and die: killed in the middle of a payment, cut off from the database, asked to stop."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from marketplace import worker
from marketplace.catalogue.topics import OFFER_CHANGED, OfferChanged
from marketplace.kernel import db
from marketplace.kernel.config import Config, Environment, get_config
from marketplace.kernel.jobs import build_worker
from marketplace.ledger.chart import AccountKind
from marketplace.payouts.states import PayoutStatus
from marketplace.stripe.double import Double
from marketplace.stripe.double.faults import Fault, FaultKind
from tests.db.conftest import clock, debt, stripe
from tests.factories.payouts import Debt, books, last_payout, settled
from tests.journeys.machine import ROOT, environment

__all__ = ["clock", "debt", "stripe"]

BRIEFLY = timedelta(seconds=1)


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - another process works
            await asyncio.sleep(0.05)


async def status_is(status: PayoutStatus) -> bool:
    return (await last_payout()).status is status


@asynccontextmanager
async def another_process(database: str, stripe_url: str) -> AsyncIterator[subprocess.Popen[bytes]]:
    """A worker of its own, to be killed."""
    config = get_config()
    settings = {"DATABASE_URL": database, "STRIPE_API_URL": stripe_url, "SECRET_KEY": config.secret_key,
                "DATA_DIR": config.data_dir, "ENCRYPTION_KEYS": config.encryption_keys}  # fmt: skip
    process = subprocess.Popen(  # noqa: ASYNC220 - it is watched, not waited for
        [sys.executable, "-m", "marketplace", "worker"], cwd=ROOT, env={**environment(), **settings},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def finish_in_this_process(database: str) -> None:
    """The next worker, which takes jobs over from one that has been silent for a second."""
    connection = await asyncpg.connect(database)
    successor = build_worker(connection, worker.HANDLERS)
    running = asyncio.create_task(successor.run(heartbeat_timeout=BRIEFLY, dequeue_timeout=BRIEFLY))
    try:
        await until(lambda: status_is(PayoutStatus.IN_TRANSIT))
    finally:
        successor.shutdown.set()
        await running
        await connection.close()


@pytest.fixture
def silence():
    """An address that takes connections and never answers: the worker is caught between its commit and Stripe."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


async def test_worker_killed_between_commit_and_call(
    debt: Debt, database: str, stripe_double: Double, silence: str
) -> None:
    await settled(debt)
    async with another_process(database, silence) as process:
        await until(lambda: status_is(PayoutStatus.TRANSFERRING))
        process.kill()
    assert stripe_double.world.transfers == {}
    await finish_in_this_process(database)
    assert len(stripe_double.world.transfers) == len(stripe_double.world.payouts) == 1
    assert await books(debt) == {AccountKind.STRIPE_CLEARING: 3_300}


async def test_worker_killed_after_stripe_acted_and_before_it_knew(
    debt: Debt, database: str, stripe_double: Double
) -> None:
    stripe_double.faults.add(
        Fault(kind=FaultKind.TIMEOUT_AFTER_ACTING, path="/v1/transfers", method="POST", seconds=20)
    )
    await settled(debt)

    async def transferred() -> bool:
        return bool(stripe_double.world.transfers)

    async with another_process(database, stripe_double.url) as process:
        await until(transferred)
        process.kill()
    assert await status_is(PayoutStatus.TRANSFERRING)
    await finish_in_this_process(database)
    assert len(stripe_double.world.transfers) == len(stripe_double.world.payouts) == 1
    assert await books(debt) == {AccountKind.STRIPE_CLEARING: 3_300}


# --- one worker's life, in this process ------------------------------------------------------------------------------


async def done(database: str) -> bool:
    """Whether no job is left. On a connection of its own: the pool is the worker's."""
    connection = await asyncpg.connect(database)
    try:
        return await connection.fetchval("select count(*) from pgqueuer") == 0
    finally:
        await connection.close()


async def ask_for_a_job() -> None:
    async with db.unit_of_work():
        await OFFER_CHANGED.enqueue(OfferChanged(db.new_id()))


async def cut_connections(database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()")  # fmt: skip
    finally:
        await connection.close()


async def test_worker_outlives_a_lost_connection_and_stops_when_asked(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "RECONNECT_SECONDS", 0.05)
    await db.stop_pool()
    working = asyncio.create_task(worker.work(Config(environment=Environment.TEST, database_url=database)))
    await asyncio.sleep(0.3)
    await ask_for_a_job()
    await until(lambda: done(database))
    await cut_connections(database)
    await asyncio.sleep(0.3)
    await ask_for_a_job()
    await until(lambda: done(database))
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(working, 10)


async def test_every_round_runs_on_an_empty_database(database: str) -> None:
    for each in worker.ROUNDS:
        await each.work()
    assert len({each.name for each in worker.ROUNDS}) == len(worker.ROUNDS)
