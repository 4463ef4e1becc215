"""How often the meant service is among the first ten, for words with typos and for inflected words, beside other ways.

Queries are made by a seeded chance. Typos: one slip of the keyboard (a letter less, more, other, or two swapped) in every
word of a name or synonym, in Finnish and Swedish, half of them with the town, misspelt too. Inflections: the forms that the
dictionaries know of a term's last word (its cases, numbers and possessives), half of them with a place as a filter.
"""

import random
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from search import synonyms
from search.dictionaries import LANGUAGES, base_forms
from search.places import place_of
from search.postgres import PostgresEngine
from search.schemas import Card, SearchQuery
from search.text import tokens
from tests.benchmarks.load import Figure, percentile
from tests.benchmarks.report import Chapter, Pair
from tests.benchmarks.search_engine import TOP, Asked, inflected, meant, source, terms, typos
from tests.benchmarks.search_peers import Look, peers
from tests.factories.search import synthetic_documents

ABOUT = (
    "One client, warm, every query another one; `hit@10` tells how often the service that is meant (in its town, where one "
    "is named) is among the first ten. Typos: one slip of the keyboard in every word of a service's name or synonym, in "
    "Finnish and Swedish. Inflections: forms from the dictionaries turned round, which is kind to us, who read them with the "
    "same ones; those written by hand stand beside. Ours tells facets and the exact total every time, the others neither; what was counted for the same words at the same revision is not counted again."
)
LEAST_LETTERS = 4
STEM = 3


def generated(chance: random.Random, cards: Sequence[Card], count: int) -> Iterator[Asked]:
    """Terms whose last word is in another form than its base."""
    forms = inflected_terms()
    for number, card, town in meant(chance, [each for each in cards if forms.get(each.service_class)], count):
        place = town.code if number % 2 else None
        text = chance.choice(forms[card.service_class])
        query = SearchQuery(text=f"{text} ", place=place_of(place) if place else None, seed=number)
        yield Asked(query, card.service_class, place)


@cache
def inflected_terms() -> Mapping[str, list[str]]:
    """By service class: its names and synonyms with the last word inflected."""
    found: dict[str, list[str]] = defaultdict(list)
    for code, term in terms():
        *before, last = list(tokens(term)) or [""]
        for language in LANGUAGES:
            for form in forms_of(last, language):
                found[code].append(" ".join([*before, form]))
    return found


@cache
def forms_of(word: str, language: str) -> list[str]:
    """The forms of a word, or of the last part of a compound, that the dictionary has besides its base form."""
    if len(word) < LEAST_LETTERS or word in synonyms.stopwords(language):
        return []
    if word in _base_and_forms(word[:STEM], language):
        return _base_and_forms(word[:STEM], language)[word]
    for cut in range(STEM, len(word) - LEAST_LETTERS + 1):
        last = word[cut:]
        if base_forms().is_listed(word[:cut], language) and last in _base_and_forms(last[:STEM], language):
            return [word[:cut] + form for form in _base_and_forms(last[:STEM], language)[last]]
    return []


@cache
def _base_and_forms(stem: str, language: str) -> Mapping[str, list[str]]:
    """The part of the dictionary that begins so, turned round."""
    trie: Any = base_forms()._words[language]._trie
    found: dict[str, list[str]] = defaultdict(list)
    for form, base in trie.items(stem):
        text = base.decode()
        if form != text and form.islower() and form.isalpha() and text.startswith(stem):
            found[text].append(form)
    return found


KINDS = {"typos": typos, "inflections": generated, "inflections by hand": inflected}


async def measure(count: int, queries: int) -> Chapter:
    """In the current database, whose index it replaces."""
    documents = list(synthetic_documents(count))
    cards = [document.card for document in documents]
    engine = PostgresEngine()
    await engine.rebuild(source(documents), lambda _: None)
    others = await peers(cards)
    pairs: list[Pair] = []
    for kind, made in KINDS.items():
        await _ours(engine, list(made(random.Random(1), cards, queries)), kind)
        asked = list(made(random.Random(2), cards, queries))
        ours = await _ours(engine, asked, kind)
        pairs += [Pair(ours, await _other(peer.name, peer.look, asked, cards, kind)) for peer in others]
    return Chapter(f"What a search finds among {count:,} offers", ABOUT, pairs)


async def _ours(engine: PostgresEngine, asked: Sequence[Asked], kind: str) -> Figure:
    times: list[float] = []
    hits = 0
    for each in asked:
        begun = time.perf_counter()
        result = await engine.query(each.query)
        times.append(time.perf_counter() - begun)
        hits += any(each.is_meant(card) for card in result.cards()[:TOP])
    return _figure("our engine on PostgreSQL", kind, times, hits)


async def _other(name: str, look: Look, asked: Sequence[Asked], cards: Sequence[Card], kind: str) -> Figure:
    times: list[float] = []
    hits = 0
    for each in asked:
        town = each.query.place.municipality if each.query.place else None
        begun = time.perf_counter()
        numbers = await look(each.query.text.strip(), town)
        times.append(time.perf_counter() - begun)
        hits += any(each.is_meant(cards[number]) for number in numbers[:TOP])
    return _figure(name, kind, times, hits)


def _figure(name: str, kind: str, times: Sequence[float], hits: int) -> Figure:
    rate = len(times) / sum(times)
    p50, p95 = percentile(times, 50) * 1000, percentile(times, 95) * 1000
    return Figure(f"{name}, {kind}: hit@10 {hits / len(times):.1%}", 1, rate, rate, rate, p50, p95, 0)
