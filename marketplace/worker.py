"""The worker: runs the jobs that the features' use cases enqueue. Knows every topic and who handles it."""

import asyncio
import contextlib
import signal
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import asyncpg
import structlog
from pgqueuer import PgQueuer

from marketplace.accounts import wiring as accounts
from marketplace.catalogue import wiring as catalogue
from marketplace.kernel import db, files
from marketplace.kernel.config import Config, Environment, get_config
from marketplace.kernel.idempotency import forget_old_answers
from marketplace.kernel.jobs import HEARTBEAT_TIMEOUT, Handler, Periodic, Topic, build_worker
from marketplace.notices import wiring as notices
from marketplace.payouts import wiring as payouts
from marketplace.payouts.reconciliation import reconcile
from marketplace.stripe import inbox
from marketplace.stripe.current import close_gateway
from marketplace.stripe.inbox import EventHandler
from marketplace.stripe.topics import STRIPE_EVENT, StripeEventReceived
from marketplace.vouchers import wiring as vouchers
from marketplace.web.logs import configure_logs
from marketplace.web.sessions import forget_old_sessions
from onboarding import wiring as onboarding
from search import wiring as search
from search.engines import close_engines

STRIPE_EVENT_HANDLERS: Final[Mapping[str, EventHandler]] = {
    **onboarding.STRIPE_EVENT_HANDLERS,
    **payouts.STRIPE_EVENT_HANDLERS,
}
"""Which feature takes note of which of Stripe's events: ``payout.*``, ``v2.core.account*``."""


async def handle_stripe_event(received: StripeEventReceived) -> None:
    await inbox.handle(received, STRIPE_EVENT_HANDLERS)


HANDLERS: Final[Mapping[Topic[Any], Handler]] = {
    files.ERASE: files.erase,
    **accounts.JOB_HANDLERS,
    **notices.JOB_HANDLERS,
    **onboarding.HANDLERS,
    **catalogue.HANDLERS,
    **search.HANDLERS,
    **vouchers.JOB_HANDLERS,
    **payouts.JOB_HANDLERS,
    STRIPE_EVENT: handle_stripe_event,
}
"""Every topic with its one handler. A topic without one fails ``tests/architecture``."""

LEFT_BEHIND: Final = timedelta(minutes=5)


async def hand_out_left_events() -> int:
    """Stripe's events whose jobs were tried in vain go back into the queue."""
    return await inbox.hand_out_again(LEFT_BEHIND)


ROUNDS: Final = (
    *vouchers.ROUNDS,
    *notices.ROUNDS,
    *onboarding.ROUNDS,
    *catalogue.ROUNDS,
    Periodic("stripe.left_events", "*/5 * * * *", hand_out_left_events),
    Periodic("payouts.reconcile", "*/10 * * * *", reconcile),
    *search.ROUNDS,
    Periodic("accounts.forget_old_traces", "40 1 * * *", accounts.forget_old_traces),
    Periodic("web.forget_old_sessions", "45 1 * * *", forget_old_sessions),
    Periodic("web.forget_old_answers", "50 1 * * *", forget_old_answers),
)
"""What comes round by the clock (UTC): one worker of many runs each round."""

POOL_SIZE = 8
RECONNECT_SECONDS = 1.0
LOOK_AGAIN = timedelta(seconds=5)
"""New jobs are announced; what nobody announces is a job whose worker died, and a job set for later."""
log = structlog.get_logger("worker")


async def connected_worker(config: Config) -> tuple[PgQueuer, asyncpg.Connection]:
    """A worker on a connection of its own; the handlers use this process's pool."""
    connection = await asyncpg.connect(config.database_url)
    return build_worker(connection, HANDLERS, ROUNDS), connection


async def work(config: Config | None = None) -> None:
    """Serves until SIGTERM or SIGINT; the jobs in hand are finished first. A lost database is waited for."""
    config = config or get_config()
    if config.environment is not Environment.TEST:
        configure_logs(config)
    db.use_database(config.database_url)
    await db.start_pool(POOL_SIZE)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    log.info("worker started", topics=len(HANDLERS), rounds=len(ROUNDS))
    try:
        while not stopping.is_set():
            try:
                await _serve(config, stopping)
            except (*db.CONNECTION_LOST, asyncpg.PostgresError) as error:
                log.warning("worker lost the database", error=type(error).__name__)
            await _pause(stopping)
    finally:
        await close_gateway()
        await close_engines()
        await db.stop_pool()


async def _serve(config: Config, stopping: asyncio.Event) -> None:
    """Runs jobs until asked to stop or until the connection is lost. Jobs in hand then go to whoever comes next."""
    worker, connection = await connected_worker(config)

    def lost(_connection: object) -> None:
        worker.shutdown.set()

    connection.add_termination_listener(lost)
    stop = asyncio.create_task(_pass_on(stopping, worker.shutdown))
    try:
        await worker.run(
            dequeue_timeout=LOOK_AGAIN, heartbeat_timeout=HEARTBEAT_TIMEOUT, shutdown_on_listener_failure=True
        )
    finally:
        stop.cancel()
        await connection.close()


async def _pass_on(stopping: asyncio.Event, shutdown: asyncio.Event) -> None:
    await stopping.wait()
    shutdown.set()


async def _pause(stopping: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), RECONNECT_SECONDS)
