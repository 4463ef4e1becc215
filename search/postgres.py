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

from marketplace.kernel.db import CONNECTION_LOST, connection, execute, fetch, unit_of_work
from marketplace.kernel.errors import Unavailable
from search import postgres_filling as filling
from search.engine import Advance, Source
from search.postgres_query import HIT, REVISION, TOTAL, Asked, ids_statement, languages_of, statement
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

NOTHING: Final = SearchResult(hits=(), facets=complete_facets({}), total=0, engine="postgres")
COUNTS_KEPT: Final = 2_000
PROVIDERS: Final = """
select card::json ->> 'provider_name' as name from (
    select distinct on (provider_key) d.generation, offer_id from search_document d
        join search_generation g on g.id = d.generation and g.status = 'live'
    where provider_key ~>=~ $1::text and provider_key ~<~ $2::text order by provider_key limit $3
) found join search_card using (generation, offer_id) order by lower(card::json ->> 'provider_name')
"""


class Counts(msgspec.Struct, frozen=True):
    """Facets and total of a search at a revision of the index, at which they are exact."""

    revision: int
    facets: Facets
    total: int


class PostgresEngine:
    """``SearchEngine`` on the application's own database."""

    keeps_its_chance = False
    name: EngineName = "postgres"

    def __init__(self) -> None:
        self._counts: OrderedDict[object, Counts] = OrderedDict()

    async def is_built(self) -> bool:
        """The migration made an empty one."""
        return True

    async def index(self, documents: Sequence[IndexDocument]) -> None:
        """Into the live generation, and into one that is being filled."""
        await filling.upsert(documents)

    async def delete(self, offer_ids: Sequence[UUID]) -> None:
        async with unit_of_work():
            await execute("delete from search_document where offer_id = any($1)", list(offer_ids))
            await execute("delete from search_card where offer_id = any($1)", list(offer_ids))
            await execute(filling.REVISE)

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
            "select offer_id, fingerprint from search_document d join search_generation g on g.id = d.generation"
            " where g.status = 'live' and ($1::uuid[] is null or offer_id = any($1))",
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
        """With counts that are known only the page is read, and all over again where the index has changed since."""
        known = self._counts.get(asked.counted)
        if known is not None:
            hits, found = _read(await _fetch(link, asked, with_counts=False))
            if found[REVISION][""] == known.revision:
                return _result(hits, known)
        hits, found = _read(await _fetch(link, asked, with_counts=True))
        counts = Counts(found.pop(REVISION)[""], total=found.pop(TOTAL)[""], facets=complete_facets(found))
        self._keep(asked, counts)
        return _result(hits, counts)

    def _keep(self, asked: Asked, counts: Counts) -> None:
        self._counts[asked.counted] = counts
        self._counts.move_to_end(asked.counted)
        if len(self._counts) > COUNTS_KEPT:
            self._counts.popitem(last=False)


def _result(hits: Sequence[msgspec.Raw], counts: Counts) -> SearchResult:
    return SearchResult(hits=tuple(hits), facets=counts.facets, total=counts.total, engine="postgres")


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
        made = ids_statement(asked, most)
        if rows := await link.fetch(made.sql, *made.args):
            return [row["offer_id"] for row in rows], rows[0]["total"]
    return [], 0


async def _fetch(link: asyncpg.Connection, asked: Asked, *, with_counts: bool) -> Sequence[asyncpg.Record]:
    made = statement(asked, with_counts=with_counts)
    return await link.fetch(made.sql, *made.args)


def _read(rows: Sequence[asyncpg.Record]) -> tuple[list[msgspec.Raw], dict[str, dict[str, int]]]:
    """The hits, and everything that was counted."""
    hits: list[msgspec.Raw] = []
    counts: dict[str, dict[str, int]] = {}
    for kind, value, count in rows:
        if kind == HIT:
            hits.append(msgspec.Raw(value.encode()))
        elif kind == "language":
            _add_languages(counts.setdefault(kind, {}), int(value), count)
        else:
            counts.setdefault(kind, {})[value] = count
    return hits, counts


def _add_languages(counts: dict[str, int], bits: int, offers: int) -> None:
    for language in languages_of(bits):
        counts[language] = counts.get(language, 0) + offers
