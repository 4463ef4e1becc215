"""Which engine answers: the breaker, the budget and the fallback."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from marketplace.kernel.config import Config
from search.engine import EngineUnavailable
from search.engines import (
    Breaker,
    BreakerState,
    Engines,
    close_engines,
    current_engines,
    engines_of,
    preferred_is_well,
    search_engines,
)
from search.meilisearch import MeilisearchEngine
from search.postgres import PostgresEngine
from search.schemas import SearchQuery, SearchResult, complete_facets


class Engine:
    """Answers, fails or dawdles as told."""

    def __init__(self, name: str, error: BaseException | None = None, seconds: float = 0.0) -> None:
        self.name, self.error, self.seconds = name, error, seconds
        self.asked = 0
        self.is_closed = False

    async def query(self, _: SearchQuery) -> SearchResult:
        self.asked += 1
        await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        return SearchResult(hits=(), facets=complete_facets({}), total=0, engine=self.name)

    async def close(self) -> None:
        self.is_closed = True


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def fallbacks(reason: str) -> float:
    return REGISTRY.get_sample_value("setelitori_search_fallbacks_total", {"reason": reason}) or 0.0


@pytest.fixture
def postgres():
    return Engine("postgres")


async def test_the_preferred_engine_answers(postgres):
    engines = Engines(postgres, Engine("meilisearch"))
    assert (await engines.search(SearchQuery())).engine == "meilisearch"
    assert postgres.asked == 0


async def test_without_a_preferred_one_the_fallback_does(postgres):
    assert (await Engines(postgres).search(SearchQuery())).engine == "postgres"
    assert Engines(postgres).all == [postgres]


async def test_an_engine_that_is_down_is_answered_for_in_the_same_request(postgres):
    before = fallbacks("failed")
    engines = Engines(postgres, Engine("meilisearch", EngineUnavailable("down")))
    assert (await engines.search(SearchQuery())).engine == "postgres"
    assert fallbacks("failed") == before + 1


async def test_an_engine_that_is_slow_is_not_waited_for(postgres):
    before = fallbacks("slow")
    engines = Engines(postgres, Engine("meilisearch", seconds=5), budget_seconds=0.01)
    assert (await engines.search(SearchQuery())).engine == "postgres"
    assert fallbacks("slow") == before + 1


async def test_after_three_failures_it_rests_and_then_is_tried_once(postgres):
    clock, ailing = Clock(), Engine("meilisearch", EngineUnavailable("down"))
    engines = Engines(postgres, ailing, breaker=Breaker(clock=clock))
    for _ in range(5):
        await engines.search(SearchQuery())
    assert ailing.asked == 3
    clock.seconds = 11.0
    await engines.search(SearchQuery())
    await engines.search(SearchQuery())
    assert ailing.asked == 4
    assert engines.breaker.state is BreakerState.OPEN


async def test_once_it_is_well_again_it_answers_again(postgres):
    clock, ailing = Clock(), Engine("meilisearch", EngineUnavailable("down"))
    engines = Engines(postgres, ailing, breaker=Breaker(failures=1, clock=clock))
    await engines.search(SearchQuery())
    clock.seconds, ailing.error = 11.0, None
    assert (await engines.search(SearchQuery())).engine == "meilisearch"
    assert engines.breaker.state is BreakerState.CLOSED


async def test_half_open_lets_only_one_through():
    clock = Clock()
    breaker = Breaker(failures=1, clock=clock)
    breaker.failed()
    clock.seconds = 11.0
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]


async def test_a_bug_is_not_hidden_but_does_not_leave_the_breaker_half_open(postgres):
    engines = Engines(postgres, Engine("meilisearch", ZeroDivisionError()), breaker=Breaker(failures=1))
    with pytest.raises(ZeroDivisionError):
        await engines.search(SearchQuery())
    assert engines.breaker.state is BreakerState.OPEN


async def test_a_caller_who_goes_away_decides_nothing(postgres):
    clock, slow = Clock(), Engine("meilisearch", seconds=5)
    engines = Engines(postgres, slow, breaker=Breaker(failures=1, clock=clock))
    engines.breaker.failed()
    clock.seconds = 11.0
    task = asyncio.create_task(engines.search(SearchQuery()))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert engines.breaker.lets_through()


async def test_closing_closes_all(postgres):
    preferred = Engine("meilisearch")
    await Engines(postgres, preferred).close()
    assert postgres.is_closed
    assert preferred.is_closed


async def test_the_configuration_chooses():
    assert engines_of(Config()).preferred is None
    chosen = engines_of(Config(meilisearch_url="http://127.0.0.1:9", meilisearch_key="k"))
    assert isinstance(chosen.preferred, MeilisearchEngine)
    assert isinstance(chosen.fallback, PostgresEngine)
    await chosen.close()


async def test_a_process_makes_its_engines_once_and_again_after_closing():
    first = current_engines()
    assert current_engines() is first
    assert await preferred_is_well()
    await close_engines()
    assert current_engines() is not first


async def test_a_web_process_gives_its_engines_back_at_its_end():
    async with search_engines(None):
        first = current_engines()
    assert current_engines() is not first
