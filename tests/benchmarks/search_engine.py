"""The PostgreSQL search engine alone: times per kind of query, and how often the meant service is among the first ten.

``python -m tests.benchmarks.search_engine [documents]`` prints one JSON object. Closed loop, one client, warm; every query
is another one. ``typo``: one slip of the keyboard in every word of a service's name or synonym, half of them with a town.
``inflected``: a form that is not the base form. ``filtered``: words, filters, facets and a sort. ``prefix``: as it is typed.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from marketplace.kernel import db
from marketplace.kernel.embedded_postgres import EmbeddedPostgres
from marketplace.kernel.migrations import migrate
from marketplace.organisers.reference import Municipality, municipality, service_classes
from search import dictionaries
from search.documents import areas_served
from search.engine import Source
from search.places import place_of
from search.postgres import PostgresEngine
from search.schemas import Card, IndexDocument, SearchQuery, Sort
from search.synonyms import service_terms
from tests.benchmarks.load import percentile
from tests.factories.search import synthetic_documents

DOCUMENTS, QUERIES, BATCH, TOP = 20_000, 300, 500, 10
LETTERS = "abdefghijklmnoprstuvyäö"
INFLECTED = {
    "V-HOMECARE-REG": "kotihoidon kotihoitoa kotihoitoon kotihoidosta kotihoidossa hemvården hemvårdens hemtjänsten",
    "V-CLEANING": "siivouksen siivousta kotisiivouksesta kotisiivousta siivoojaa siivousapua städningen städningens",
    "V-BATHING": "kylvetystä kylvetyksen kylvetyspalvelua kylvetykseen peseytymiseen",
    "V-MEAL": "ateriapalvelun ateriapalvelua aterioita ateriapalvelusta måltidsservicen",
    "V-SHOPPING": "kauppapalvelua kauppapalvelun asioinnin asiointiapua",
    "V-LAUNDRY": "pyykin pyykkiä pyykkipalvelun vaatehuollon tvätten",
    "V-SAFETY": "turvapuhelimen turvapuhelinta turvarannekkeen trygghetstelefonen",
    "V-ESCORT": "saattajan saattajaa saattajapalvelun saattajapalvelua ledsagaren",
    "V-PA": "avustajan avustajaa avustajapalvelua assistenten",
    "V-HOMENURSING": "kotisairaanhoidon kotisairaanhoitoa kotisairaanhoitoon hemsjukvården hemsjukvårdens",
    "V-PHYSIO": "fysioterapian fysioterapiaa fysioterapeutin fysioterapeuttia fysioterapin",
    "V-FOOT": "jalkahoidon jalkahoitoa jalkahoitajan fotvården fotvårdens",
    "V-WINDOW": "ikkunanpesua ikkunanpesun fönstertvätten",
    "V-TRANSPORT": "kuljetuspalvelun kuljetuspalvelua kuljetusta färdtjänsten",
    "V-CARER-HOME": "omaishoidon omaishoitoa sijaishoidon närståendevården",
    "V-DAY-OLD": "päivätoiminnan päivätoimintaa päivätoimintaan dagverksamheten",
    "V-YARD": "pihatöitä pihatöiden lumitöitä puutarhatöitä",
    "V-SAUNA": "saunapalvelun saunapalvelua",
}


class Asked(NamedTuple):
    """A query with the service that it means and, where it names one, the town."""

    query: SearchQuery
    service_class: str
    town: str | None = None

    def is_meant(self, card: Card) -> bool:
        return card.service_class == self.service_class and (self.town is None or self.town in card.municipality_codes)


def slip(word: str, chance: random.Random) -> str:
    """One letter less, more, other, or two swapped; short words are typed right."""
    if len(word) < 4:
        return word
    at, letter = chance.randrange(1, len(word) - 1), chance.choice(LETTERS)
    return chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


@cache
def terms() -> list[tuple[str, str]]:
    """Services by name and by synonym, in Finnish and Swedish."""
    named = [
        (each.code, name.partition(" (")[0]) for each in service_classes() for name in (each.name.fi, each.name.sv)
    ]
    called = [
        (each.code, term) for each in service_classes() for lang, term in service_terms(each.code) if lang != "en"
    ]
    return named + called


@cache
def terms_of(code: str) -> list[str]:
    return [term for service, term in terms() if service == code]


def meant(chance: random.Random, cards: Sequence[Card], count: int) -> Iterator[tuple[int, Card, Municipality]]:
    """Services that somebody does offer in the whole of the town: the larger the town, the more often."""
    number = 0
    while number < count:
        card = chance.choice(cards)
        towns = set(card.municipality_codes) & set(areas_served(card.municipality_codes, card.postal_codes, card.reach))
        if towns:
            yield number, card, municipality(chance.choice(sorted(towns)))
            number += 1


def typos(chance: random.Random, cards: Sequence[Card], count: int) -> Iterator[Asked]:
    for number, card, town in meant(chance, cards, count):
        words = [*chance.choice(terms_of(card.service_class)).split(), *([town.name.fi] if number % 2 else [])]
        text = " ".join(slip(word.lower(), chance) for word in words)
        yield Asked(SearchQuery(text=text, seed=number), card.service_class, town.code if number % 2 else None)


def inflected(chance: random.Random, cards: Sequence[Card], count: int) -> Iterator[Asked]:
    for number, card, town in meant(chance, [each for each in cards if each.service_class in INFLECTED], count):
        place = town.code if number % 2 else None
        form = chance.choice(INFLECTED[card.service_class].split())
        yield Asked(
            SearchQuery(text=form, place=place_of(place) if place else None, seed=number), card.service_class, place
        )


def filtered(chance: random.Random, cards: Sequence[Card], count: int) -> Iterator[Asked]:
    for number, card, town in meant(chance, cards, count):
        query = SearchQuery(
            text=chance.choice(terms_of(card.service_class)),
            place=place_of(town.code),
            service_classes=(card.service_class,),
            languages=chance.choice(((), card.languages)),
            available=card.accepts_new_clients and chance.random() < 0.5,
            evening=card.evening and chance.random() < 0.5,
            sort=chance.choice((Sort.PRICE, Sort.NAME)),
            seed=number,
        )
        yield Asked(query, card.service_class, town.code)


def prefixes(chance: random.Random, cards: Sequence[Card], count: int) -> Iterator[Asked]:
    for number, card, town in meant(chance, cards, count):
        term = chance.choice(terms_of(card.service_class))
        text = term[: chance.randint(min(5, len(term)), len(term))]
        place = town.code if number % 2 else None
        yield Asked(
            SearchQuery(text=text, place=place_of(place) if place else None, seed=number), card.service_class, place
        )


def browsing(chance: random.Random, cards: Sequence[Card], count: int) -> Iterator[Asked]:
    """No words: what a place offers."""
    for number, _, town in meant(chance, cards, count):
        yield Asked(SearchQuery(place=place_of(town.code), seed=number), "")


KINDS = {"typo": typos, "inflected": inflected, "filtered": filtered, "prefix": prefixes, "browsing": browsing}


async def measured(engine: PostgresEngine, asked: Sequence[Asked]) -> dict[str, float]:
    times: list[float] = []
    found = named = 0
    for each in asked:
        begun = time.perf_counter()
        result = await engine.query(each.query)
        times.append(time.perf_counter() - begun)
        named += bool(each.service_class)
        found += any(each.is_meant(card) for card in result.cards()[:TOP])
    figures = {"p50_ms": round(percentile(times, 50) * 1000, 2), "p95_ms": round(percentile(times, 95) * 1000, 2)}
    return figures | ({"hit_at_10": round(found / named, 3)} if named else {})


def source(documents: Sequence[IndexDocument]) -> Source:
    """The documents as an engine's rebuild takes them."""
    ordered = sorted(documents, key=lambda each: each.card.id)

    async def after_one(after: UUID | None) -> AsyncIterator[Sequence[IndexDocument]]:
        left = ordered if after is None else [each for each in ordered if each.card.id > after]
        for start in range(0, len(left), BATCH):
            yield left[start : start + BATCH]

    return after_one


async def measure(count: int = DOCUMENTS, queries: int = QUERIES) -> dict[str, object]:
    """Fills the index of the current database and measures."""
    documents = list(synthetic_documents(count))
    engine = PostgresEngine()
    begun = time.perf_counter()
    await engine.rebuild(source(documents), lambda _: None)
    seconds = time.perf_counter() - begun
    figures: dict[str, object] = {"documents": count, "rebuilt_per_second": round(count / seconds)}
    cards = [document.card for document in documents]
    for kind, made in KINDS.items():
        await measured(engine, list(made(random.Random(1), cards, queries // 5)))
        figures[kind] = await measured(engine, list(made(random.Random(2), cards, queries)))
    return figures


async def main(count: int = DOCUMENTS, queries: int = QUERIES) -> dict[str, object]:
    """Measures on a scratch embedded server, gone afterwards, and prints one JSON object."""
    with tempfile.TemporaryDirectory(prefix="setelitori-bench-") as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101 - a path object would be no better for the event loop
        dictionaries.load(Path(folder))
        server = EmbeddedPostgres(Path(folder) / "postgres", fsync=False)
        server.start("bench_search")
        try:
            db.use_database(server.url("bench_search"))
            await migrate()
            await db.start_pool(size=4)
            figures = {"benchmark": "search_engine", **await measure(count, queries)}
        finally:
            await db.stop_pool()
            server.stop()
    print(json.dumps(figures))
    return figures


if __name__ == "__main__":
    asyncio.run(main(*(int(argument) for argument in sys.argv[1:])))
