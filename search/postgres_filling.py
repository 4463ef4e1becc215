"""Filling PostgreSQL's index: documents into the live generation, and a whole generation beside it.

A rebuild notes how far it is, so that one that was killed is gone on with by the next. While the server takes in one batch,
the next is made.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, execute_many, fetch, fetch_one, fetch_value, unit_of_work
from marketplace.kernel.errors import Conflict
from marketplace.kernel.i18n import message
from search.documents import normal_skill
from search.engine import Advance, Source
from search.postgres_query import bits_of
from search.schemas import IndexDocument
from search.text import name_key
from search.vocabulary import shortened

COLUMNS: Final = (
    "offer_id, fingerprint, service_class, organiser_id, municipality_codes, language_bits, accepts_new_clients, evening,"
    " weekend, night, price_cents, name_key, areas, postal_codes, skills, starts_on, reach_lat, reach_lon, provider_key,"
    " words, strong_words"
)
NAMES: Final = COLUMNS.replace(" ", "").split(",")
VALUES: Final = ", ".join(
    f"${number}::text::tsvector" if name in {"words", "strong_words"} else f"${number}"
    for number, name in enumerate(NAMES, start=1)
)
REPLACING: Final = ", ".join(f"{name} = excluded.{name}" for name in NAMES[1:])

UPSERT: Final = f"""
insert into search_document (generation, {COLUMNS}) select id, {VALUES} from search_generation
on conflict (generation, offer_id) do update set {REPLACING}
"""
UPSERT_CARD: Final = """
insert into search_card (generation, offer_id, card) select id, $1, $2 from search_generation
on conflict (generation, offer_id) do update set card = excluded.card
"""
FILL: Final = f"""
insert into search_document (generation, {COLUMNS}) values (${len(NAMES) + 1}, {VALUES})
on conflict (generation, offer_id) do nothing
"""
FILL_CARD: Final = """
insert into search_card (generation, offer_id, card) values ($3, $1, $2) on conflict (generation, offer_id) do nothing
"""
REVISE: Final = "update search_generation set revision = nextval('search_revision') where status = 'live'"
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
TOO_OLD_TO_GO_ON: Final = timedelta(hours=24)


class Building(msgspec.Struct, frozen=True):
    """A generation that is being filled, by whom, and the offer up to which it is."""

    generation: int
    builder: int
    filled_to: UUID | None


async def upsert(documents: Sequence[IndexDocument]) -> None:
    """Into every generation there is, as one change of the live one."""
    async with unit_of_work():
        await execute_many(UPSERT, [_row(each) for each in documents])
        await execute_many(UPSERT_CARD, [_card(each) for each in documents])
        await _add_words(documents)
        await execute(REVISE)


async def rebuild(source: Source, advance: Advance) -> int:
    """See ``PostgresEngine.rebuild``."""
    building = await _begin()
    done = await _held(building)
    advance(done)
    async for documents in _ahead(_gathered(source(building.filled_to))):
        await _fill(building, documents)
        done += len(documents)
        advance(done)
    await _go_live(building)
    await execute("vacuum (analyze) search_document, search_card, search_word")
    return await _held(building)


async def _begin() -> Building:
    """Goes on with a generation that was left half filled not long ago, else begins one."""
    builder = secrets.randbelow(2**62)
    async with unit_of_work():
        await execute(LOCK)
        await _drop_generations("status = 'building' and started_at < $1", now() - TOO_OLD_TO_GO_ON)
        taken_over = await fetch_one(
            "update search_generation set builder = $1 where status = 'building' returning id, filled_to", builder
        )
        if taken_over is not None:
            return Building(taken_over["id"], builder, taken_over["filled_to"])
        sql = "insert into search_generation (status, started_at, builder) values ('building', $1, $2) returning id"
        return Building(int(await fetch_value(sql, now(), builder)), builder, None)


async def _held(building: Building) -> int:
    sql = "select count(*) from search_document where generation = $1"
    return int(await fetch_value(sql, building.generation))


async def _fill(building: Building, documents: Sequence[IndexDocument]) -> None:
    async with unit_of_work():
        await _still_ours(building, max(each.card.id for each in documents))
        await execute_many(FILL, [(*_row(each), building.generation) for each in documents])
        await execute_many(FILL_CARD, [(*_card(each), building.generation) for each in documents])
        await _add_words(documents)


async def _still_ours(building: Building, filled_to: UUID | None) -> None:
    """Notes how far the generation is filled.

    Raises:
        Conflict: another rebuild has taken it over.
    """
    sql = """
    update search_generation set filled_to = coalesce($3, filled_to) where id = $1 and builder = $2 and status = 'building'
    returning id
    """
    if await fetch_value(sql, building.generation, building.builder, filled_to) is None:
        raise Conflict(message("Another rebuild of the search index began meanwhile."))


async def _gathered(batches: AsyncIterator[Sequence[IndexDocument]]) -> AsyncIterator[Sequence[IndexDocument]]:
    """Larger batches with each service together: what is found together then lies together and is read faster."""
    kept: list[IndexDocument] = []
    async for documents in batches:
        kept += documents
        if len(kept) >= FILL_AT_ONCE:
            yield sorted(kept, key=_neighbours)
            kept = []
    if kept:
        yield sorted(kept, key=_neighbours)


def _neighbours(document: IndexDocument) -> str:
    return document.card.service_class


async def _ahead(batches: AsyncIterator[Sequence[IndexDocument]]) -> AsyncIterator[Sequence[IndexDocument]]:
    """The same batches, the next being made while one is dealt with."""
    coming = asyncio.ensure_future(anext(batches, None))
    try:
        while (batch := await coming) is not None:
            coming = asyncio.ensure_future(anext(batches, None))
            yield batch
    finally:
        coming.cancel()


async def _go_live(building: Building) -> None:
    """Swaps and tidies in one transaction. Writers wait for it, so that none writes to what is being taken away."""
    async with unit_of_work():
        await execute(LOCK)
        await _still_ours(building, None)
        await _drop_generations("id <> $1", building.generation)
        await execute("update search_generation set status = 'live' where id = $1", building.generation)
        await execute(REVISE)
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
    skills = list(dict.fromkeys(normal_skill(skill) for skill in card.skills))
    lat, lon = (card.reach.lat, card.reach.lon) if card.reach else (None, None)
    return (
        card.id, document.fingerprint, card.service_class, card.organiser_id, list(card.municipality_codes),
        bits_of(card.languages), card.accepts_new_clients, card.evening, card.weekend, card.night, card.price_from_cents,
        name_key(card.name.fi), list(document.areas), list(card.postal_codes), skills, document.starts_on, lat, lon,
        name_key(card.provider_name), _tsvector(document, ALL_WORDS), _tsvector(document, STRONG_WORDS),
    )  # fmt: skip


def _card(document: IndexDocument) -> tuple[object, ...]:
    return document.card.id, msgspec.json.encode(document.card).decode()


def _tsvector(document: IndexDocument, groups: Sequence[str]) -> str:
    """Every word once and without its place in the text: repeating a word wins nothing."""
    return " ".join(f"'{word}'" for group in groups for word in getattr(document.words, group))
