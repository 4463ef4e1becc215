"""Other ways to search the same offers: trigrams and plain full text in PostgreSQL, SQLite's FTS5, Tantivy.

Each holds the same text: what a service is called and by whom and where it is offered. Each answers with its ten best; a
place that is asked for apart is a filter where ours is.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import asyncpg
import tantivy

from marketplace.kernel.db import connection
from marketplace.organisers.reference import municipality, service_class
from search.schemas import Card
from search.synonyms import service_terms

TEN = 10
Look = Callable[[str, str | None], Awaitable[list[int]]]
"""The numbers of the ten best cards for a text and, where it is given, a municipality's code."""


class Peer(NamedTuple):
    """A way to search."""

    name: str
    look: Look


def text_of(card: Card) -> str:
    """What a search may find an offer by."""
    terms = [term for _, term in service_terms(card.service_class)]
    towns = [
        name for code in card.municipality_codes for name in (municipality(code).name.fi, municipality(code).name.sv)
    ]
    names = service_class(card.service_class).name
    return " ".join([card.name.fi, names.fi, names.sv, *terms, card.provider_name, *towns]).lower()


async def peers(cards: Sequence[Card]) -> list[Peer]:
    """All of them, filled. Those in PostgreSQL live in the current database, in tables that are made anew."""
    await _fill(cards)
    return [
        Peer("pg_trgm, word similarity", _trigrams),
        Peer("PostgreSQL full text, 'finnish'", _full_text),
        Peer("SQLite FTS5, trigrams", _fts5(cards)),
        Peer("Tantivy, fuzzy terms", _tantivy(cards)),
    ]


async def _fill(cards: Sequence[Card]) -> None:
    rows = [(number, text_of(card), list(card.municipality_codes)) for number, card in enumerate(cards)]
    async with connection() as link:
        await link.execute("drop table if exists bench_peer")
        await link.execute("create table bench_peer (id int primary key, body text, towns varchar[], words tsvector)")
        await link.copy_records_to_table("bench_peer", records=rows, columns=["id", "body", "towns"])
        await link.execute("update bench_peer set words = to_tsvector('finnish', body)")
        await link.execute("create index on bench_peer using gin (body gin_trgm_ops)")
        await link.execute("create index on bench_peer using gin (words)")
        await link.execute("vacuum analyze bench_peer")


async def _trigrams(text: str, town: str | None) -> list[int]:
    """Every word must be like something in the text."""
    words = text.lower().split()
    likeness = " + ".join(f"word_similarity(${number}, body)" for number in range(2, len(words) + 2))
    alike = " and ".join(f"${number} <% body" for number in range(2, len(words) + 2))
    sql = f"""
    select id from bench_peer where {alike} and ($1::text is null or towns @> array[$1]::varchar[])
    order by {likeness} desc, id limit 10
    """
    return await _ids(sql, town, *words)


async def _full_text(text: str, town: str | None) -> list[int]:
    sql = """
    select id from bench_peer where words @@ plainto_tsquery('finnish', $2)
        and ($1::text is null or towns @> array[$1]::varchar[])
    order by ts_rank(words, plainto_tsquery('finnish', $2)) desc, id limit 10
    """
    return await _ids(sql, town, text.lower())


async def _ids(sql: str, *args: str | None) -> list[int]:
    async with connection() as link:
        rows: list[asyncpg.Record] = await link.fetch(sql, *args)
    return [row["id"] for row in rows]


def _fts5(cards: Sequence[Card]) -> Look:
    link = sqlite3.connect(":memory:")
    link.execute("create virtual table offer using fts5(body, tokenize = 'trigram')")
    link.executemany(
        "insert into offer (rowid, body) values (?, ?)", ((n, text_of(card)) for n, card in enumerate(cards))
    )

    async def look(text: str, town: str | None) -> list[int]:
        words = text.lower().split()
        shared = {word[i : i + 3] for word in words for i in range(len(word) - 2)}
        if not shared:
            return []
        asked = " OR ".join(f'"{each}"' for each in sorted(shared))
        found = link.execute("select rowid from offer where offer match ? order by rank limit 500", (asked,))
        numbers = (row[0] for row in found)
        return [number for number in numbers if town is None or town in cards[number].municipality_codes][:TEN]

    return look


def _tantivy(cards: Sequence[Card]) -> Look:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body")
    builder.add_text_field("town", tokenizer_name="raw")
    builder.add_integer_field("number", stored=True)
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer()
    for number, card in enumerate(cards):
        writer.add_document(tantivy.Document(body=[text_of(card)], town=list(card.municipality_codes), number=[number]))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    async def look(text: str, town: str | None) -> list[int]:
        words = [tantivy.Query.fuzzy_term_query(schema, "body", word, distance=1) for word in text.lower().split()]
        asked = [(tantivy.Occur.Must, each) for each in words]
        if town is not None:
            asked.append((tantivy.Occur.Must, tantivy.Query.term_query(schema, "town", town)))
        found = searcher.search(tantivy.Query.boolean_query(asked), TEN).hits
        return [searcher.doc(address)["number"][0] for _, address in found]

    return look
