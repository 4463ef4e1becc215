"""Work that happens after the commit: typed topics, enqueued in the caller's own transaction.

The queue is PgQueuer's; nothing here is a queue of our own. A job row is invisible until the use case commits
and is gone when it rolls back, so a job never runs ahead of its data nor without it. Handlers run at least
once: they look at the row again and do nothing when the work is already done.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import asyncpg
import msgspec
import structlog
from pgqueuer import AsyncpgDriver, DatabaseRetryEntrypointExecutor, Job, PgQueuer, Queries
from pgqueuer.core.executors import EntrypointExecutorParameters
from pgqueuer.models import Schedule

from marketplace.kernel import db
from marketplace.kernel.clock import now

T = TypeVar("T", bound=msgspec.Struct)
Handler = Callable[[Any], Awaitable[None]]
log = structlog.get_logger("jobs")

MAX_ATTEMPTS = 45
LONGEST_PAUSE = timedelta(hours=1)
"""Pauses double from two seconds on: a mail server may be away for a day, and the mail is sent all the same."""
HEARTBEAT_TIMEOUT = timedelta(seconds=15)
POLL_SECONDS = 0.02
DUE = "select count(*) from pgqueuer where status = 'picked' or (status = 'queued' and execute_after <= now())"

_topics: "dict[str, Topic[Any]]" = {}


class Topic(Generic[T]):
    """One kind of job. ``name`` is ``thing.event``; the payload is a Struct that carries ids, never personal data."""

    def __init__(self, name: str, payload: type[T]) -> None:
        if name in _topics:
            msg = f"topic {name} is declared twice"
            raise ValueError(msg)
        self.name = name
        self.payload = payload
        _topics[name] = self

    async def enqueue(self, payload: T, *, dedupe_key: str | None = None, run_at: datetime | None = None) -> None:
        """Adds a job to the current transaction. While a job with the same ``dedupe_key`` waits, it is not added again."""
        wait = None if run_at is None else max(run_at - now(), timedelta(0))
        await _queries().enqueue(
            self.name, msgspec.json.encode(payload), execute_after=wait, dedupe_key=dedupe_key, on_conflict="skip"
        )


def topics() -> Mapping[str, Topic[Any]]:
    """Every topic that some imported module declares."""
    return dict(_topics)


class CurrentConnectionDriver(AsyncpgDriver):
    """Publishes on whatever connection the current unit of work holds."""

    def __init__(self) -> None:
        self._shutdown = asyncio.Event()

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        return await db.fetch(query, *args)

    async def execute(self, query: str, *args: object) -> str:
        await db.execute(query, *args)
        return ""


def _queries() -> Queries:
    return Queries(CurrentConnectionDriver())


async def install_queue() -> None:
    """Creates or upgrades the queue's own tables. Called by ``marketplace migrate``, under its lock."""
    queries = _queries()
    if await queries.schema_is_installed():
        await queries.upgrade()
    else:
        await queries.install()


class Periodic(msgspec.Struct, frozen=True):
    """Work that comes round by the clock. ``cron`` is in UTC; of many workers one runs each round."""

    name: str
    cron: str
    work: Callable[[], Awaitable[object]]


def build_worker(
    connection: asyncpg.Connection, handlers: Mapping[Topic[Any], Handler], rounds: Sequence[Periodic] = ()
) -> PgQueuer:
    """A worker on a connection of its own that runs ``handlers``; a job that fails for good is kept, as ``failed``."""
    worker = PgQueuer.from_asyncpg_connection(connection)
    for topic, handler in handlers.items():
        worker.entrypoint(topic.name, on_failure="hold", executor_factory=_with_retries)(_runner(topic, handler))
    for periodic in rounds:
        worker.schedule(periodic.name, periodic.cron, clean_old=True)(_round(periodic))
    return worker


async def run_until_idle(worker: PgQueuer) -> None:
    """Runs every job that is due, with the jobs that those enqueue, then returns; jobs set for later stay.

    For tests, demonstrations and the command line: a serving worker uses ``worker.run()``.
    """
    running = asyncio.create_task(worker.run(heartbeat_timeout=HEARTBEAT_TIMEOUT))
    try:
        while not running.done() and await db.fetch_value(DUE):  # noqa: ASYNC110 - the event lives in the database
            await asyncio.sleep(POLL_SECONDS)
    finally:
        worker.shutdown.set()
        await running


def _with_retries(parameters: EntrypointExecutorParameters) -> DatabaseRetryEntrypointExecutor:
    return DatabaseRetryEntrypointExecutor(parameters=parameters, max_attempts=MAX_ATTEMPTS, max_delay=LONGEST_PAUSE)


def _round(periodic: Periodic) -> Callable[[Schedule], Awaitable[None]]:
    async def run(_schedule: Schedule) -> None:
        try:
            await periodic.work()
        except Exception as error:
            # The next round tries again; the metric of failed rounds and this line tell the operator.
            log.warning("round failed", name=periodic.name, error=type(error).__name__)
            return
        log.info("round done", name=periodic.name)

    return run


def _runner(topic: Topic[Any], handler: Handler) -> Callable[[Job], Awaitable[None]]:
    async def run(job: Job) -> None:
        payload = msgspec.json.decode(job.payload or b"{}", type=topic.payload)
        try:
            await handler(payload)
        except Exception as error:
            log.warning("job failed", topic=topic.name, attempt=job.attempts, error=type(error).__name__)
            raise
        log.info("job done", topic=topic.name)

    return run
