"""Which engine answers: Meilisearch where it is configured and well, PostgreSQL otherwise and at once.

A reader never waits for an ailing Meilisearch longer than its budget and is never told: PostgreSQL's index is kept up to
date beside it and answers in the same request. After a few failures Meilisearch is left alone for a while (the breaker
is open), then tried again with one request (half open).
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge

from marketplace.kernel.config import Config, get_config
from search import dictionaries
from search.engine import EngineUnavailable, SearchEngine
from search.meilisearch import MeilisearchEngine
from search.postgres import PostgresEngine
from search.schemas import SearchQuery, SearchResult, Suggestion

T = TypeVar("T")

READ_BUDGET_SECONDS: Final = 0.3
FAILURES_TO_OPEN: Final = 3
REST_SECONDS: Final = 10.0

SEARCHES = Counter("setelitori_searches_total", "Searches answered", ["engine"])
FALLBACKS = Counter("setelitori_search_fallbacks_total", "Searches that another engine had to answer", ["reason"])
BREAKER_OPEN = Gauge(
    "setelitori_search_breaker_open", "1 while Meilisearch is being left alone", multiprocess_mode="max"
)

log = structlog.get_logger("search")


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Opens after several failures in a row, and lets one request through once it has rested."""

    def __init__(
        self,
        failures: int = FAILURES_TO_OPEN,
        rest_seconds: float = REST_SECONDS,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.state = BreakerState.CLOSED
        self._limit, self._rest, self._clock = failures, rest_seconds, clock
        self._failures = 0
        self._opened_at = 0.0

    def lets_through(self) -> bool:
        """Whether to try. The first to ask after the rest is the one that tries; the others wait for how it went."""
        if self.state is BreakerState.OPEN and self._clock() - self._opened_at >= self._rest:
            self.state = BreakerState.HALF_OPEN
            return True
        return self.state is BreakerState.CLOSED

    def succeeded(self) -> None:
        self.state, self._failures = BreakerState.CLOSED, 0
        BREAKER_OPEN.set(0)

    def failed(self) -> None:
        self._failures += 1
        if self.state is BreakerState.HALF_OPEN or self._failures >= self._limit:
            self.state, self._opened_at = BreakerState.OPEN, self._clock()
            BREAKER_OPEN.set(1)

    def undecided(self) -> None:
        """The caller went away before there was an answer: the next to ask may try."""
        if self.state is BreakerState.HALF_OPEN:
            self.state = BreakerState.OPEN


class Engines:
    """The engines of one process: ``all`` are kept up to date, ``search`` asks the best one that is well."""

    def __init__(
        self, fallback: SearchEngine, preferred: SearchEngine | None = None, *,
        breaker: Breaker | None = None, budget_seconds: float = READ_BUDGET_SECONDS,
    ) -> None:  # fmt: skip
        self.fallback = fallback
        self.preferred = preferred
        self.breaker = breaker or Breaker()
        self._budget = budget_seconds

    @property
    def all(self) -> list[SearchEngine]:
        """Every engine that must know of an offer, the one that never fails first."""
        return [self.fallback] if self.preferred is None else [self.fallback, self.preferred]

    async def search(self, query: SearchQuery) -> SearchResult:
        """One page of results, from whichever engine answers.

        Raises:
            Unavailable: the database is away too.
        """
        result = await self._first(lambda engine: engine.query(query))
        SEARCHES.labels(result.engine).inc()
        return result

    async def matching_ids(self, query: SearchQuery, most: int) -> tuple[list[UUID], int]:
        """The offers that are found, at most ``most``, best first, with how many there are.

        Raises:
            Unavailable: the database is away too.
        """
        return await self._first(lambda engine: engine.matching_ids(query, most))

    async def suggest_providers(self, prefix: str, limit: int) -> list[Suggestion]:
        """Providers whose names begin so.

        Raises:
            Unavailable: the database is away too.
        """
        return await self._first(lambda engine: engine.suggest_providers(prefix, limit))

    async def close(self) -> None:
        for engine in self.all:
            await engine.close()

    async def _first(self, asked: Callable[[SearchEngine], Awaitable[T]]) -> T:
        """The preferred engine's answer, or the other one's where there is none within the budget."""
        if self.preferred is None:
            return await asked(self.fallback)
        if not self.breaker.lets_through():
            FALLBACKS.labels("resting").inc()
            return await asked(self.fallback)
        try:
            async with asyncio.timeout(self._budget):
                found = await asked(self.preferred)
        except (EngineUnavailable, TimeoutError) as error:
            self._note(error)
            return await asked(self.fallback)
        except asyncio.CancelledError:
            self.breaker.undecided()
            raise
        except Exception:
            self.breaker.failed()
            raise
        self.breaker.succeeded()
        return found

    def _note(self, error: Exception) -> None:
        self.breaker.failed()
        reason = "slow" if isinstance(error, TimeoutError) else "failed"
        FALLBACKS.labels(reason).inc()
        log.warning(
            "search engine did not answer", engine="meilisearch", reason=reason, breaker=self.breaker.state.value
        )


def engines_of(config: Config) -> Engines:
    """The engines that a configuration asks for. Whoever makes them closes them."""
    if not config.meilisearch_url:
        return Engines(PostgresEngine())
    return Engines(PostgresEngine(), MeilisearchEngine(config.meilisearch_url, config.meilisearch_key))


class _Process:
    engines: Engines | None = None


def current_engines() -> Engines:
    """The engines of this process, made when first asked for."""
    if _Process.engines is None:
        _Process.engines = engines_of(get_config())
    return _Process.engines


async def preferred_is_well() -> bool:
    """For readiness: whether Meilisearch can be asked, where it is configured. Searching goes on without it."""
    preferred = current_engines().preferred
    return preferred is None or await preferred.is_built()


async def close_engines() -> None:
    """Gives their connections back; the next search makes them anew."""
    if _Process.engines is not None:
        await _Process.engines.close()
        _Process.engines = None


@asynccontextmanager
async def search_engines(_application: object) -> AsyncGenerator[None]:
    """For the life of a web process: base forms are loaded beside it, connections are given back at its end."""
    dictionaries.load_in_background(get_config().data_path / "dictionaries")
    try:
        yield
    finally:
        await close_engines()
