"""What a text may become while it is typed: services, places and topics of our own lists, providers of the index."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import zip_longest
from typing import Final, Protocol

from marketplace.kernel.i18n import Language
from marketplace.organisers.reference import municipalities, postal_codes, service_classes
from search.places import place_of
from search.schemas import Suggestion
from search.synonyms import service_terms, topics
from search.text import fold, name_key
from search.vocabulary import AFTER_ALL_LETTERS

MOST: Final = 10
LONGEST_PREFIX: Final = 20
SHORTEST_PREFIX: Final = 2
LANGUAGES: Final = ("fi", "sv", "en")
CLOSENESSES: Final = 3

Entry = tuple[str, int, Suggestion]
"""What it is found by, its rank among those that begin alike, and itself."""


class Suggests(Protocol):
    """Whatever knows what offers hold: the engines."""

    async def suggest_providers(self, prefix: str, limit: int) -> list[Suggestion]:
        """At most ``limit`` providers whose names begin so."""
        ...


async def suggestions(engines: Suggests, prefix: str, language: Language, limit: int) -> list[Suggestion]:
    """At most ``limit`` of what begins so, a few of each kind; the first 20 characters are read.

    Services and places are found by their names in all languages, those of ``language`` first.
    """
    key = name_key(prefix.replace("\x00", "")[:LONGEST_PREFIX])
    if len(key) < SHORTEST_PREFIX:
        return []
    listed = _listed(key, language)
    providers = await engines.suggest_providers(key, limit)
    kinds = [[each for each in listed if each.kind == kind] for kind in ("service", "place", "word")]
    kinds.insert(2, providers)
    return _in_turn(kinds, limit)


def _in_turn(kinds: Sequence[Sequence[Suggestion]], limit: int) -> list[Suggestion]:
    """One of each kind, then the second of each and so on, put together by kind again."""
    dealt = [each for row in zip_longest(*kinds) for each in row if each is not None][:limit]
    order = {kind: place for place, kind in enumerate(("service", "place", "provider", "word"))}
    return sorted(dealt, key=lambda each: order[each.kind])


def _listed(key: str, language: Language) -> list[Suggestion]:
    """Entries of our lists that begin so: those in the language first, the shortest first, each thing once."""
    keys, entries = _entries()
    found = entries[bisect_left(keys, key) : bisect_left(keys, key + AFTER_ALL_LETTERS)]
    wanted = LANGUAGES.index(language.value)
    ranked = sorted(
        found, key=lambda entry: (entry[1] % len(LANGUAGES) != wanted, entry[1] // len(LANGUAGES), entry[0])
    )
    once: dict[tuple[str, str], Suggestion] = {}
    for _, _, suggestion in ranked:
        once.setdefault((suggestion.kind, suggestion.value), suggestion)
    return list(once.values())


@cache
def _entries() -> tuple[list[str], list[Entry]]:
    """Everything that can be suggested, by what it is found by; the rank holds the language as its remainder."""
    entries = sorted([*_services(), *_places(), *_topics()], key=lambda entry: entry[:2])
    return [entry[0] for entry in entries], entries


def _services() -> Iterator[Entry]:
    """Of what a service is called, its name comes first, then words of its name, then whatever else people say."""
    for place, each in enumerate(service_classes()):
        names = list(zip(LANGUAGES, (each.name.fi, each.name.sv, each.name.en), strict=True))
        parts = {word.strip("(),") for _, name in names for word in name_key(name).split()}
        for language, term in [*names, *service_terms(each.code)]:
            closeness = 0 if (language, term) in names else 1 if name_key(term) in parts else 2
            if term:
                rank = place * CLOSENESSES + closeness
                yield _entry(language, rank, Suggestion(text=term, kind="service", value=each.code))


def _places() -> Iterator[Entry]:
    largest_first = sorted(municipalities(), key=lambda each: -each.population)
    for rank, each in enumerate(largest_first):
        names = ((each.name.fi, "fi"), (each.name.sv or each.name.fi, "sv"), (each.name.en or each.name.fi, "en"))
        for name, language in names:
            yield _entry(language, rank, Suggestion(text=name, kind="place", value=each.code))
    for area in postal_codes():
        place = place_of(area.code)
        for language in Language if place is not None else ():
            text = place.name.in_language(language) if place is not None else ""
            yield _entry(language.value, 0, Suggestion(text=text, kind="place", value=area.code))


def _topics() -> Iterator[Entry]:
    for rank, word in enumerate(_words(topics())):
        for language in LANGUAGES:
            yield _entry(language, rank, Suggestion(text=word, kind="word", value=word))


def _words(words: Iterable[str]) -> list[str]:
    return sorted(words, key=lambda word: (len(word), fold(word)))


def _entry(language: str, rank: int, suggestion: Suggestion) -> Entry:
    return name_key(suggestion.text), rank * len(LANGUAGES) + LANGUAGES.index(language), suggestion
