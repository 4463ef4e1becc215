"""The database: one engine, one unit of work per use case, raw SQL with ``$1`` parameters.

Piccolo's own ``transaction()`` is not used directly: when COMMIT itself fails (a deferred trigger, a
serialization failure) it keeps the connection and the context for good. ``unit_of_work`` always gives both back.
"""

import asyncio
import functools
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, ParamSpec, TypeVar, cast
from uuid import UUID

import asyncpg
import uuid_utils.compat
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from marketplace.kernel.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")
Isolation = Literal["read_committed", "repeatable_read", "serializable"]
Row = dict[str, Any]

RETRYABLE = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
CONNECTION_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # What asyncpg raises on a connection whose server went away between two messages.
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    ConnectionError,
    TimeoutError,
)


class Engine(PostgresEngine):
    """Piccolo's engine, minus the connection it would open (and warn about) when it is merely imported."""

    async def check_version(self) -> None:
        """Readiness, not import, says whether the server is there and new enough."""

    async def prep_database(self) -> None:
        """Extensions are created by migrations."""


ENGINE = Engine(config={})


def new_id() -> UUID:
    """A time-ordered UUID (version 7): made here, so that PostgreSQL 15 serves as well as 18."""
    return uuid_utils.compat.uuid7()


def use_database(url: str) -> None:
    """Points the engine at a database; takes effect for pools and connections opened afterwards."""
    settings = {"timezone": "UTC", "application_name": "setelitori", "idle_in_transaction_session_timeout": "60s"}
    ENGINE.config = {"dsn": url, "server_settings": settings, "timeout": 5.0}


async def start_pool(size: int) -> None:
    """Opens this process's connections. Idle ones are renewed, so a restarted server is found again."""
    await ENGINE.start_connection_pool(min_size=1, max_size=size, command_timeout=30.0, reset=_leave_session)


async def _leave_session(_connection: object) -> None:
    """Saves the round trip that would clean a session's settings, locks and cursors: ours end with their transaction.

    An open transaction is rolled back all the same, before this is asked.
    """


async def stop_pool() -> None:
    if ENGINE.pool is not None:
        await ENGINE.close_connection_pool()


def in_transaction() -> bool:
    return ENGINE.transaction_exists()


@asynccontextmanager
async def unit_of_work(isolation: Isolation = "read_committed") -> AsyncGenerator[None]:
    """One transaction. Inside another unit of work it joins that one: the outermost commits.

    Raises:
        Unavailable: the database cannot be reached, or went away before it confirmed the commit.
    """
    if in_transaction():
        yield
        return
    transaction = await _begin(isolation)
    token = ENGINE.current_transaction.set(transaction)
    try:
        try:
            yield
        except BaseException:
            await _quietly(transaction.rollback())
            raise
        await transaction.commit()
    except CONNECTION_LOST as error:
        raise Unavailable from error
    finally:
        ENGINE.current_transaction.reset(token)
        await _quietly(_give_back(transaction))


async def _begin(isolation: Isolation) -> PostgresTransaction:
    transaction = PostgresTransaction(ENGINE)
    try:
        transaction.connection = await transaction.get_connection()
        transaction.transaction = transaction.connection.transaction(isolation=isolation)
        await transaction.begin()
    except CONNECTION_LOST as error:
        if hasattr(transaction, "connection"):
            await _quietly(_give_back(transaction))
        raise Unavailable from error
    return transaction


async def _give_back(transaction: PostgresTransaction) -> None:
    if ENGINE.pool is not None:
        await ENGINE.pool.release(transaction.connection)
    else:
        await transaction.connection.close()


async def _quietly(cleanup: Awaitable[None]) -> None:
    """Runs a clean-up step on a connection that may be gone: the first error is the one worth telling."""
    try:
        await cleanup
    except CONNECTION_LOST:
        return


def transactional(
    isolation: Isolation = "read_committed", attempts: int = 4
) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    """Makes a use case one unit of work, run again when PostgreSQL says that it lost a race.

    Only serialization failures and deadlocks are tried again, at most ``attempts`` times in all, and
    only by the outermost use case: an inner one cannot undo what the outer one wrote.
    """

    def decorate(use_case: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        @functools.wraps(use_case)
        async def run(*args: P.args, **kwargs: P.kwargs) -> T:
            if in_transaction():
                return await use_case(*args, **kwargs)
            for attempt in range(1, attempts):
                try:
                    async with unit_of_work(isolation):
                        return await use_case(*args, **kwargs)
                except RETRYABLE:
                    await asyncio.sleep(0.01 * 2**attempt)
            async with unit_of_work(isolation):
                return await use_case(*args, **kwargs)

        return run

    return decorate


@asynccontextmanager
async def savepoint() -> AsyncGenerator[None]:
    """Partial undo inside a unit of work: an error leaves the surrounding transaction usable."""
    transaction = ENGINE.current_transaction.get()
    if transaction is None:
        msg = "a savepoint needs a unit of work around it"
        raise RuntimeError(msg)
    async with transaction.connection.transaction():
        yield


async def fetch(sql: str, *args: object) -> list[Row]:
    """Rows of a query, in the current unit of work or on a connection of its own."""
    return [dict(record) for record in await _records(sql, args)]


async def fetch_one(sql: str, *args: object) -> Row | None:
    """The first row, or None."""
    records = await _records(sql, args)
    return dict(records[0]) if records else None


async def fetch_value(sql: str, *args: object) -> Any:
    """The first column of the first row, or None."""
    records = await _records(sql, args)
    return records[0][0] if records else None


async def execute(sql: str, *args: object) -> int:
    """Runs a statement and returns how many rows it touched."""
    try:
        async with connection() as link:
            status = await link.execute(sql, *args)
    except CONNECTION_LOST as error:
        raise Unavailable from error
    count = status.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0


async def execute_many(sql: str, rows: Iterable[Sequence[object]]) -> None:
    """Runs one statement for many rows, in one round trip per batch."""
    async with connection() as link:
        await link.executemany(sql, rows)


async def _records(sql: str, args: Sequence[object]) -> list[asyncpg.Record]:
    try:
        async with connection() as link:
            return await link.fetch(sql, *args)
    except CONNECTION_LOST as error:
        raise Unavailable from error


@asynccontextmanager
async def connection() -> AsyncGenerator[asyncpg.Connection]:
    """The connection of the current unit of work, else one of the pool, else a new one."""
    transaction = ENGINE.current_transaction.get()
    if transaction is not None:
        yield cast("asyncpg.Connection", transaction.connection)
    elif ENGINE.pool is not None:
        async with ENGINE.pool.acquire() as pooled:
            yield cast("asyncpg.Connection", pooled)
    else:
        single = await ENGINE.get_new_connection()
        try:
            yield single
        finally:
            await single.close()
