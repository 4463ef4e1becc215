"""The worker: runs the jobs that the features' use cases enqueue. Knows every topic and who handles it."""

import asyncio
import signal
from collections.abc import Mapping
from typing import Any

import asyncpg
from pgqueuer import PgQueuer

from marketplace.accounts import wiring as accounts
from marketplace.catalogue import wiring as catalogue
from marketplace.kernel import db
from marketplace.kernel.config import Config, get_config
from marketplace.kernel.jobs import HEARTBEAT_TIMEOUT, Handler, Topic, build_worker
from marketplace.stripe import inbox
from marketplace.stripe.inbox import EventHandler
from marketplace.stripe.topics import STRIPE_EVENT, StripeEventReceived
from onboarding import wiring as onboarding

STRIPE_EVENT_HANDLERS: Mapping[str, EventHandler] = {
    **onboarding.STRIPE_EVENT_HANDLERS,
}
"""Which feature takes note of which of Stripe's events: ``payout.*``, ``v2.core.account*``."""


async def handle_stripe_event(received: StripeEventReceived) -> None:
    await inbox.handle(received, STRIPE_EVENT_HANDLERS)


HANDLERS: Mapping[Topic[Any], Handler] = {
    **accounts.JOB_HANDLERS,
    **onboarding.HANDLERS,
    **catalogue.JOB_HANDLERS,
    STRIPE_EVENT: handle_stripe_event,
}
"""Every topic with its one handler. A topic without one fails ``tests/architecture``."""

POOL_SIZE = 8


async def connected_worker(config: Config) -> tuple[PgQueuer, asyncpg.Connection]:
    """A worker on a connection of its own; the handlers use this process's pool."""
    connection = await asyncpg.connect(config.database_url)
    return build_worker(connection, HANDLERS), connection


async def work(config: Config | None = None) -> None:
    """Serves until SIGTERM or SIGINT; the jobs in hand are finished first."""
    config = config or get_config()
    db.use_database(config.database_url)
    await db.start_pool(POOL_SIZE)
    worker, connection = await connected_worker(config)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, worker.shutdown.set)
    try:
        await worker.run(heartbeat_timeout=HEARTBEAT_TIMEOUT)
    finally:
        await connection.close()
        await db.stop_pool()
