"""The engine on PostgreSQL: the default, and what answers when Meilisearch does not.

Documents are found by exact base forms in a ``tsvector`` (``vocabulary`` has turned typos into those before). A rebuild
fills a generation of its own; making it the live one is a single transaction, so that no query ever sees a gap.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from marketplace.kernel.clock import now
from marketplace.kernel.db import CONNECTION_LOST, connection, execute, execute_many, fetch, fetch_value, unit_of_work
from marketplace.kernel.errors import Conflict, Unavailable
from marketplace.kernel.i18n import message
from search.engine import Advance
from search.postgres_query import HIT, TOTAL, bits_of, languages_of, statement
from search.schemas import EngineName, IndexDocument, SearchQuery, SearchResult, complete_facets
from search.text import QueryWord, fold, query_words
from search.vocabulary import Alternatives, alternatives, shortened

COLUMNS: Final = (
    "offer_id, fingerprint, service_class, organiser_id, municipality_codes, language_bits, accepts_new_clients, evening,"
    " weekend, night, price_cents, name_key, words, strong_words"
)
VALUES: Final = "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::text::tsvector, $14::text::tsvector"
REPLACING: Final = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS.replace(" ", "").split(",")[1:])

UPSERT: Final = f"""
insert into search_document (generation, {COLUMNS}) select id, {VALUES} from search_generation
on conflict (generation, offer_id) do update set {REPLACING}
"""
UPSERT_CARD: Final = """
insert into search_card (generation, offer_id, card) select id, $1, $2 from search_generation
on conflict (generation, offer_id) do update set card = excluded.card
"""
FILL: Final = f"""
insert into search_document (generation, {COLUMNS}) select id, {VALUES} from search_generation where id = $15
on conflict (generation, offer_id) do nothing
"""
FILL_CARD: Final = """
insert into search_card (generation, offer_id, card) select id, $1, $2 from search_generation where id = $3
on conflict (generation, offer_id) do nothing
"""
LOCK: Final = "lock table search_document in share row exclusive mode"
ADD_WORDS: Final = """
insert into search_word (word, shortened, documents) values ($1, $2, 1) on conflict (word) do nothing
"""
COUNT_WORDS: Final = """
update search_word set documents = counted.ndoc
from ts_stat('select words from search_document') counted
where counted.word = search_word.word and counted.ndoc <> search_word.documents
"""
DROP_WORDS: Final = """
delete from search_word where word not in (select word from ts_stat('select words from search_document'))
"""
ALL_WORDS: Final = ("service", "provider", "places", "text")
STRONG_WORDS: Final = ("service",)
FILL_AT_ONCE: Final = 2_000
NOTHING: Final = SearchResult(hits=(), facets=complete_facets({}), total=0, engine="postgres")


class PostgresEngine:
    """``SearchEngine`` on the application's own database."""

    keeps_its_chance = False
    name: EngineName = "postgres"

    async def is_built(self) -> bool:
        """The migration made an empty one."""
        return True

    async def index(self, documents: Sequence[IndexDocument]) -> None:
        """Into the live generation, and into one that is being filled."""
        async with unit_of_work():
            await execute_many(UPSERT, [_row(each) for each in documents])
            await execute_many(UPSERT_CARD, [_card(each) for each in documents])
            await _add_words(documents)

    async def delete(self, offer_ids: Sequence[UUID]) -> None:
        async with unit_of_work():
            await execute("delete from search_document where offer_id = any($1)", list(offer_ids))
            await execute("delete from search_card where offer_id = any($1)", list(offer_ids))

    async def rebuild(self, batches: AsyncIterator[Sequence[IndexDocument]], advance: Advance) -> int:
        """See ``SearchEngine``. A rebuild that began later ends this one, as it ends one that was killed.

        Raises:
            Conflict: another rebuild began meanwhile; it will put the index in order.
        """
        generation = await _begin_generation()
        done = 0
        async for documents in _gathered(batches):
            async with unit_of_work():
                await execute_many(FILL, [(*_row(each), generation) for each in documents])
                await execute_many(FILL_CARD, [(*_card(each), generation) for each in documents])
                await _add_words(documents)
            done += len(documents)
            advance(done)
        await _go_live(generation)
        await execute("vacuum (analyze) search_document, search_card, search_word")
        return done

    async def query(self, query: SearchQuery) -> SearchResult:
        """See ``SearchEngine``. Every word must be found; where nothing has them all, any of them is enough.

        Raises:
            Unavailable: the database is away.
        """
        sought = query_words(query.text)
        try:
            async with connection() as link:
                return await _found(link, query, sought)
        except CONNECTION_LOST as error:
            raise Unavailable from error

    async def fingerprints(self, offer_ids: Sequence[UUID] | None = None) -> Mapping[UUID, str]:
        rows = await fetch(
            "select offer_id, fingerprint from search_document d join search_generation g on g.id = d.generation"
            " where g.status = 'live' and ($1::uuid[] is null or offer_id = any($1))",
            None if offer_ids is None else list(offer_ids),
        )
        return {row["offer_id"]: row["fingerprint"] for row in rows}

    async def close(self) -> None:
        """The pool is the application's; nothing is ours to give back."""


async def _found(link: asyncpg.Connection, query: SearchQuery, sought: Sequence[QueryWord]) -> SearchResult:
    words = await alternatives(link, sought) if sought else []
    if sought and not words:
        return NOTHING
    result = await _ask(link, query, words, "&")
    if result.total == 0 and len(words) > 1:
        return await _ask(link, query, words, "|")
    return result


async def _ask(
    link: asyncpg.Connection, query: SearchQuery, words: Sequence[Alternatives], joined_by: str
) -> SearchResult:
    asked = statement(query, words, joined_by)
    hits: list[msgspec.Raw] = []
    facets: dict[str, dict[str, int]] = {}
    for kind, value, count in await link.fetch(asked.sql, *asked.args):
        if kind == HIT:
            hits.append(msgspec.Raw(value.encode()))
        elif kind == "language":
            _add_languages(facets.setdefault(kind, {}), int(value), count)
        else:
            facets.setdefault(kind, {})[value] = count
    total = facets.pop(TOTAL)[""]
    return SearchResult(hits=tuple(hits), facets=complete_facets(facets), total=total, engine="postgres")


def _add_languages(counts: dict[str, int], bits: int, offers: int) -> None:
    for language in languages_of(bits):
        counts[language] = counts.get(language, 0) + offers


async def _gathered(batches: AsyncIterator[Sequence[IndexDocument]]) -> AsyncIterator[Sequence[IndexDocument]]:
    """Larger batches with each service together: what is found together then lies together and is read faster."""
    kept: list[IndexDocument] = []
    async for documents in batches:
        kept += documents
        if len(kept) >= FILL_AT_ONCE:
            yield sorted(kept, key=lambda each: each.card.service_class)
            kept = []
    yield sorted(kept, key=lambda each: each.card.service_class)


async def _begin_generation() -> int:
    async with unit_of_work():
        await execute(LOCK)
        await _drop_generations("status = 'building'")
        sql = "insert into search_generation (status, started_at) values ('building', $1) returning id"
        return int(await fetch_value(sql, now()))


async def _go_live(generation: int) -> None:
    """Swaps and tidies in one transaction. Writers wait for it, so that none writes to what is being taken away."""
    async with unit_of_work():
        await execute(LOCK)
        if await fetch_value("select status from search_generation where id = $1", generation) != "building":
            raise Conflict(message("Another rebuild of the search index began meanwhile."))
        await _drop_generations("id <> $1", generation)
        await execute("update search_generation set status = 'live' where id = $1", generation)
        await execute(COUNT_WORDS)
        await execute(DROP_WORDS)


async def _drop_generations(which: str, *args: object) -> None:
    for table in ("search_document", "search_card"):
        await execute(
            f"delete from {table} where generation in (select id from search_generation where {which})", *args
        )
    await execute(f"delete from search_generation where {which}", *args)


async def _add_words(documents: Iterable[IndexDocument]) -> None:
    """After the documents: a rebuild that drops unused words holds the documents' lock before it looks."""
    words = {word for each in documents for group in ALL_WORDS for word in getattr(each.words, group)}
    known = {row["word"] for row in await fetch("select word from search_word where word = any($1)", sorted(words))}
    await execute_many(ADD_WORDS, [(word, shortened(word)) for word in sorted(words - known)])


def _row(document: IndexDocument) -> tuple[object, ...]:
    card = document.card
    return (
        card.id, document.fingerprint, card.service_class, card.organiser_id, list(card.municipality_codes),
        bits_of(card.languages), card.accepts_new_clients, card.evening, card.weekend, card.night, card.price_from_cents,
        _name_key(card.name.fi), _tsvector(document, ALL_WORDS), _tsvector(document, STRONG_WORDS),
    )  # fmt: skip


def _card(document: IndexDocument) -> tuple[object, ...]:
    return document.card.id, msgspec.json.encode(document.card).decode()


def _name_key(name: str) -> str:
    """What names are sorted by."""
    return " ".join(fold(word) for word in name.split())[:300]


def _tsvector(document: IndexDocument, groups: Sequence[str]) -> str:
    """Every word once and without its place in the text: repeating a word wins nothing."""
    return " ".join(f"'{word}'" for group in groups for word in getattr(document.words, group))
