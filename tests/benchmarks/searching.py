"""Searches per second through HTTP at many offers, beside the engine asked directly with the same searches.

``BENCH_OFFERS`` in the environment takes another number of offers.
"""

import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import cycle, islice
from urllib.parse import urlencode

from marketplace.kernel import db
from marketplace.kernel.config import get_config
from search import dictionaries
from search.engines import current_engines
from search.postgres import PostgresEngine
from search.queries import SearchParameters, checked, parameters_of
from search.schemas import Card, SearchQuery
from tests.benchmarks.load import Sender, of_work, over_http, request, side_by_side
from tests.benchmarks.report import Pair
from tests.benchmarks.search_engine import Asked, filtered, prefixes, source, typos
from tests.factories.search import synthetic_documents

OFFERS = int(os.environ.get("BENCH_OFFERS", "50000"))
SEARCHES = 3_000
ONE_CARD_IN = 25
WARM_UP = 60
"""Searches of each direct client before the clock runs: its process is a new one, the server's is not."""
ASKED: Sequence[dict[str, str]] = (
    {"q": "kotihoito", "municipality": "Helsinki"},
    {"q": "siivous", "municipality": "Tampere"},
    {"q": "kotipalvelu", "municipality": "Oulu", "available": "true"},
    {"municipality": "Turku"},
    {"municipality": "Espoo", "service_class": "V-HOMECARE-REG"},
    {"q": "henkilökohtainen apu", "municipality": "Jyväskylä"},
    {"q": "hemvård", "municipality": "Vasa", "language": "sv"},
    {"q": "städning"},
    {"q": "muistisairaan hoito", "municipality": "Kuopio"},
    {"q": "kotihoioto", "municipality": "Vantaa"},
    {"q": "suihkuapua illalla", "evening": "true"},
    {"q": "omaishoitajan vapaa", "sort": "price"},
    {"service_class": "V-CLEANING", "municipality": "Lahti", "sort": "price"},
    {"municipality": "Rovaniemi", "weekend": "true"},
    {"q": "Hoivapolku"},
    {"q": "fysioterapeutti kotiin", "municipality": "Pori"},
    {"service_class": "V-HOMENURSING", "sort": "name"},
    {"q": "ateriapalvelu", "municipality": "Joensuu"},
    {"language": "ru", "municipality": "Helsinki"},
    {},
)
"""What people ask for: a service and a place mostly; sometimes a company, a typo, Swedish, or only a place."""


KINDS = {"typos": typos, "filters, facets, sort": filtered, "prefixes": prefixes}


async def fill(count: int) -> list[Card]:
    """The index with ``count`` made-up offers. Returns some of them."""
    dictionaries.load(get_config().data_path / "dictionaries")
    documents = list(synthetic_documents(count))
    await PostgresEngine().rebuild(source(documents), lambda _done: None)
    return [document.card for document in documents[::ONE_CARD_IN]]


def beside_the_engine(
    base_url: str, database_url: str, cards: Sequence[Card], *, clients: int, seconds: float, runs: int
) -> list[Pair]:
    """What people ask for in one; with many clients each kind of search besides, every query another one."""
    asked: dict[str, Sequence[Mapping[str, str]]] = {"mixed": ASKED}
    if clients > 1:
        asked |= {kind: _searches(made, cards) for kind, made in KINDS.items()}
    options = {"clients": clients, "seconds": seconds, "runs": runs}
    return [_pair(kind, base_url, database_url, each, **options) for kind, each in asked.items()]


def _pair(
    kind: str,
    base_url: str,
    database_url: str,
    asked: Sequence[Mapping[str, str]],
    *,
    clients: int,
    seconds: float,
    runs: int,
) -> Pair:
    sent = [request("GET", f"{base_url}/api/v1/offers?{urlencode(each)}") for each in asked]
    ours = (f"search through HTTP, {kind}", over_http(base_url, sent))
    limit = (f"engine called directly, {kind}", of_work(partial(Direct, database_url, asked)))
    return Pair(*side_by_side(ours, limit, clients=clients, seconds=seconds, runs=runs))


def _searches(
    made: Callable[[random.Random, Sequence[Card], int], Iterator[Asked]], cards: Sequence[Card]
) -> list[dict[str, str]]:
    return [_parameters(each.query) for each in made(random.Random(3), cards, SEARCHES)]


def _parameters(query: SearchQuery) -> dict[str, str]:
    """A search as the API is asked for it."""
    given = {name: values[0] for name, values in parameters_of(query).items()}
    return {"q" if name == "text" else name: value for name, value in given.items()}


class Direct(Sender):
    """One client of the engine, in the process that measures."""

    def __init__(self, database_url: str, asked: Sequence[Mapping[str, str]], number: int) -> None:
        self._database_url = database_url
        start = number * 7919 % len(asked)
        self._queries = map(query_of, cycle([*asked[start:], *asked[:start]]))
        self._engines = current_engines()

    async def open(self) -> None:
        """One engine and one pool for all clients, as in a web process."""
        if db.ENGINE.pool is None:
            dictionaries.load(get_config().data_path / "dictionaries")
            db.use_database(self._database_url)
            await db.start_pool(10)
        for query in islice(self._queries, WARM_UP):
            await self._engines.search(query)

    async def send(self) -> bool:
        await self._engines.search(next(self._queries))
        return True

    async def close(self) -> None:
        await db.stop_pool()


def query_of(asked: Mapping[str, str]) -> SearchQuery:
    """The search that the API would make of the same parameters."""
    flags = {name: asked.get(name) == "true" for name in ("available", "evening", "weekend", "night")}
    lists = {name: (asked[name],) for name in ("service_class", "language") if name in asked}
    texts = {name: asked.get(name, "") for name in ("place", "municipality", "sort")}
    return checked(SearchParameters(text=asked.get("q", ""), **texts, **lists, **flags))
