"""Searches per second through HTTP at many offers, beside the engine asked directly with the same searches."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from itertools import cycle, islice
from urllib.parse import urlencode

from marketplace.kernel import db
from marketplace.kernel.config import get_config
from search import dictionaries
from search.engines import engines_of
from search.postgres import PostgresEngine
from search.queries import SearchParameters, checked
from search.schemas import IndexDocument, SearchQuery
from tests.benchmarks.load import Sender, of_work, over_http, request, side_by_side
from tests.benchmarks.report import Pair
from tests.factories.search import synthetic_documents

OFFERS = 20_000
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


async def fill(count: int) -> None:
    """The index with ``count`` made-up offers."""
    dictionaries.load(get_config().data_path / "dictionaries")

    async def batches() -> AsyncIterator[Sequence[IndexDocument]]:
        for some in batches_of(count):
            yield some

    await PostgresEngine().rebuild(batches(), lambda _done: None)


def batches_of(count: int) -> list[Sequence[IndexDocument]]:
    documents = synthetic_documents(count)
    return list(iter(lambda: list(islice(documents, 1_000)), []))


def beside_the_engine(base_url: str, database_url: str, *, clients: int, seconds: float, runs: int) -> Pair:
    asked = [request("GET", f"{base_url}/api/v1/offers?{urlencode(each)}") for each in ASKED]
    ours = ("search through HTTP", over_http(base_url, asked))
    limit = ("engine called directly", of_work(partial(Direct, database_url)))
    return Pair(*side_by_side(ours, limit, clients=clients, seconds=seconds, runs=runs))


class Direct(Sender):
    """One client of the engine, in the process that measures."""

    def __init__(self, database_url: str, number: int) -> None:
        self._database_url = database_url
        asked = [query_of(each) for each in ASKED]
        self._queries = cycle([*asked[number:], *asked[:number]])
        self._engines = engines_of(get_config())

    async def open(self) -> None:
        """One pool for all clients, as in a web process."""
        if db.ENGINE.pool is None:
            dictionaries.load(get_config().data_path / "dictionaries")
            db.use_database(self._database_url)
            await db.start_pool(10)

    async def send(self) -> bool:
        await self._engines.search(next(self._queries))
        return True

    async def close(self) -> None:
        await db.stop_pool()


def query_of(asked: dict[str, str]) -> SearchQuery:
    """The search that the API would make of the same parameters."""
    flags = {name: asked.get(name) == "true" for name in ("available", "evening", "weekend", "night")}
    lists = {name: (asked[name],) for name in ("service_class", "language") if name in asked}
    texts = {
        "text": asked.get("q", ""),
        "municipality": asked.get("municipality", ""),
        "sort": asked.get("sort", "relevance"),
    }
    return checked(SearchParameters(**texts, **lists, **flags))
