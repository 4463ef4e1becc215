"""The engine on PostgreSQL: the default, and what answers when Meilisearch does not.

Documents are found by exact base forms in a ``tsvector`` (``vocabulary`` has turned typos into those before). A rebuild
fills a generation of its own (``postgres_filling``); making it the live one is a single transaction, so that no query ever
sees a gap. Facets are counted once per revision of the index and search: paging and sorting counts nothing again.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from marketplace.kernel.db import CONNECTION_LOST, connection, fetch
from marketplace.kernel.errors import Unavailable
from search import postgres_filling as filling
from search.engine import Advance, Source
from search.postgres_query import (
    FIRST_KEPT,
    HIT,
    LIVE,
    ORDER,
    REVISION,
    TOTAL,
    Asked,
    Statement,
    cards_statement,
    ids_statement,
    languages_of,
    order_statement,
    statement,
)
from search.schemas import (
    EngineName,
    Facets,
    IndexDocument,
    SearchQuery,
    SearchResult,
    Suggestion,
    complete_facets,
)
from search.text import name_key, query_words
from search.vocabulary import AFTER_ALL_LETTERS, alternatives

T = TypeVar("T")

UUID_CHARACTERS: Final = 37
NOTHING: Final = SearchResult(hits=(), facets=complete_facets({}), total=0, engine="postgres")
COUNTS_KEPT: Final = 2_000
ORDERS_KEPT: Final = 500
PROVIDERS: Final = f"""
select card::json ->> 'provider_name' as name from (
    select distinct on (provider_key) generation, offer_id from search_document
    where generation = {LIVE} and provider_key ~>=~ $1::text and provider_key ~<~ $2::text order by provider_key limit $3
) found join search_card using (generation, offer_id) order by lower(card::json ->> 'provider_name')
"""


class Counts(msgspec.Struct, frozen=True):
    """Facets and total of a search at a revision of the index, at which they are exact."""

    revision: int
    facets: Facets
    total: int


class Order(msgspec.Struct, frozen=True):
    """The first results of a search in their order, at a revision of the index."""

    revision: int
    ids: Sequence[UUID]


class Kept(OrderedDict[object, T]):
    """The latest of something, so many at most."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def keep(self, key: object, value: T) -> None:
        self[key] = value
        self.move_to_end(key)
        if len(self) > self._most:
            self.popitem(last=False)


class PostgresEngine:
    """``SearchEngine`` on the application's own database."""

    keeps_its_chance = False
    name: EngineName = "postgres"

    def __init__(self) -> None:
        self._counts: Kept[Counts] = Kept(COUNTS_KEPT)
        self._orders: Kept[Order] = Kept(ORDERS_KEPT)

    async def is_built(self) -> bool:
        """The migration made an empty one."""
        return True

    async def index(self, documents: Sequence[IndexDocument]) -> None:
        """Into the live generation, and into one that is being filled."""
        await filling.upsert(documents)

    async def delete(self, offer_ids: Sequence[UUID]) -> None:
        await filling.delete(offer_ids)

    async def rebuild(self, source: Source, advance: Advance) -> int:
        """See ``SearchEngine``. Of two at the same time the later goes on where the earlier was, which ends.

        Raises:
            Conflict: another rebuild began meanwhile; it will put the index in order.
        """
        return await filling.rebuild(source, advance)

    async def query(self, query: SearchQuery) -> SearchResult:
        """See ``SearchEngine``. Every word must be found; where nothing has them all, any of them is enough.

        Raises:
            Unavailable: the database is away.
        """
        return await self._within_connection(lambda link: self._query(link, query))

    async def matching_ids(self, query: SearchQuery, most: int) -> tuple[list[UUID], int]:
        return await self._within_connection(lambda link: _matching_ids(link, query, most))

    async def suggest_providers(self, prefix: str, limit: int) -> list[Suggestion]:
        """Providers by the beginning of their names."""
        key = name_key(prefix)
        if not key:
            return []
        rows = await fetch(PROVIDERS, key, key + AFTER_ALL_LETTERS, limit)
        return [Suggestion(text=row["name"], kind="provider", value=row["name"]) for row in rows]

    async def fingerprints(self, offer_ids: Sequence[UUID] | None = None) -> Mapping[UUID, str]:
        rows = await fetch(
            f"select offer_id, fingerprint from search_document where generation = {LIVE}"
            " and ($1::uuid[] is null or offer_id = any($1))",
            None if offer_ids is None else list(offer_ids),
        )
        return {row["offer_id"]: row["fingerprint"] for row in rows}

    async def close(self) -> None:
        """The pool is the application's; nothing is ours to give back."""

    async def _within_connection(self, work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
        try:
            async with connection() as link:
                return await work(link)
        except CONNECTION_LOST as error:
            raise Unavailable from error

    async def _query(self, link: asyncpg.Connection, query: SearchQuery) -> SearchResult:
        result = NOTHING
        for asked in await _askings(link, query):
            result = await self._ask(link, asked)
            if result.total:
                break
        return result

    async def _ask(self, link: asyncpg.Connection, asked: Asked) -> SearchResult:
        """Of what is known nothing is read again: all of it is, where the index has changed since."""
        counts, order = self._counts.get(asked.counted), self._orders.get(asked.ordered)
        if counts is not None and (order is None or order.revision == counts.revision):
            read = _read(await _fetch(link, _shortest(asked, order)))
            if read.revision == counts.revision:
                self._remember(asked, read)
                return _result(read, counts)
        read = _read(await _fetch(link, statement(asked)))
        counts = Counts(read.revision, total=read.counts.pop(TOTAL)[""], facets=complete_facets(read.counts))
        self._counts.keep(asked.counted, counts)
        self._remember(asked, read)
        return _result(read, counts)

    def _remember(self, asked: Asked, read: "_Read") -> None:
        if read.ordered is not None:
            ids = [UUID(each) for each in read.ordered[: FIRST_KEPT * UUID_CHARACTERS].split()]
            self._orders.keep(asked.ordered, Order(read.revision, ids))


def _shortest(asked: Asked, order: Order | None) -> Statement:
    """What is to be read of a search whose counts are known."""
    if order is None or asked.query.offset + asked.query.limit > FIRST_KEPT:
        return order_statement(asked)
    return cards_statement(asked, order.ids)


def _result(read: "_Read", counts: Counts) -> SearchResult:
    hits = tuple(msgspec.Raw(read.cards[place].encode()) for place in sorted(read.cards))
    return SearchResult(hits=hits, facets=counts.facets, total=counts.total, engine="postgres")


async def _askings(link: asyncpg.Connection, query: SearchQuery) -> list[Asked]:
    """The search in the words of the index, then in looser ways for when it finds nothing."""
    sought = query_words(query.text, prefix=query.prefix)
    if not sought:
        return [Asked(query)]
    words = tuple(await alternatives(link, sought))
    strict = [Asked(query, words)] if words else []
    return [*strict, Asked(query, words, "|")] if len(words) > 1 else strict


async def _matching_ids(link: asyncpg.Connection, query: SearchQuery, most: int) -> tuple[list[UUID], int]:
    for asked in await _askings(link, query):
        if rows := await _fetch(link, ids_statement(asked, most)):
            return [row["offer_id"] for row in rows], rows[0]["total"]
    return [], 0


async def _fetch(link: asyncpg.Connection, made: Statement) -> Sequence[asyncpg.Record]:
    return await link.fetch(made.sql, *made.args)


class _Read(msgspec.Struct):
    """The rows of a statement."""

    revision: int = 0
    ordered: str | None = None
    cards: dict[int, str] = msgspec.field(default_factory=dict)
    counts: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)


def _read(rows: Sequence[asyncpg.Record]) -> _Read:
    read = _Read()
    for kind, value, count in rows:
        if kind == HIT:
            read.cards[count] = value
        elif kind == REVISION:
            read.revision = count
        elif kind == ORDER:
            read.ordered = value or ""
        elif kind == "language":
            _add_languages(read.counts.setdefault(kind, {}), int(value), count)
        else:
            read.counts.setdefault(kind, {})[value] = count
    return read


def _add_languages(counts: dict[str, int], bits: int, offers: int) -> None:
    for language in languages_of(bits):
        counts[language] = counts.get(language, 0) + offers
