"""Places as people write them: those that a text begins, and those it may have meant. Pure."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import cache
from typing import Final

import msgspec

from marketplace.kernel.i18n import Language
from marketplace.organisers.reference import municipalities, municipality, postal_codes
from search.places import distances_to_municipalities, place_of
from search.text import fold

MOST_PROPOSED: Final = 5
LEAST_LIKENESS: Final = 0.6
LONGEST_PLACE: Final = 40
LEAST_DIGITS: Final = 3
CODE_DIGITS: Final = 5
NEAR_ENOUGH_KM: Final = 80


class PlaceProposal(msgspec.Struct, frozen=True, kw_only=True):
    """A place to choose: ``value`` is what a search takes as its place, ``text`` is what people read."""

    text: str
    value: str


def proposals(text: str, language: Language, most: int = MOST_PROPOSED) -> list[PlaceProposal]:
    """Places that the text begins, the largest first; where there are none, those whose names look like it."""
    asked = text.strip()[:LONGEST_PLACE]
    if not asked:
        return []
    if asked.isdigit():
        return _postal(asked, language, most)
    wanted = fold(asked)
    begun = [code for name, code in _names() if name.startswith(wanted)]
    codes = list(dict.fromkeys(begun or _alike(wanted)))[:most]
    return [_proposal(code, language) for code in codes]


def neighbours(code: str, most: int) -> list[str]:
    """The codes of the municipalities nearest to one, by their central places."""
    home = place_of(code)
    away = () if home is None else distances_to_municipalities(home)
    return [each for each, km in away if each != code and km <= NEAR_ENOUGH_KM][:most]


def _proposal(code: str, language: Language) -> PlaceProposal:
    name = municipality(code).name.in_language(language)
    return PlaceProposal(text=name, value=name)


def _postal(digits: str, language: Language, most: int) -> list[PlaceProposal]:
    """Postal codes that begin so; of a whole one that is none, those next to it in number."""
    begun = [each for each in postal_codes() if each.code.startswith(digits)]
    if not begun and LEAST_DIGITS <= len(digits) <= CODE_DIGITS:
        begun = [each for each in postal_codes() if each.code.startswith(digits[:LEAST_DIGITS])]
    return [
        PlaceProposal(
            text=f"{each.code} {municipality(each.municipality_code).name.in_language(language)}", value=each.code
        )
        for each in begun[:most]
    ]


@cache
def _names() -> tuple[tuple[str, str], ...]:
    """Folded names in every language with their codes, the places with most people first."""
    by_people = sorted(municipalities(), key=lambda place: -place.population)
    return tuple(dict.fromkeys((fold(name), place.code) for place in by_people for name in _written(place.code)))


def _written(code: str) -> Iterator[str]:
    name = municipality(code).name
    yield from (each for each in (name.fi, name.sv, name.en) if each)


def _alike(wanted: str) -> list[str]:
    """Codes of the places whose names share most with a text, the likest first."""
    likeness = [(SequenceMatcher(None, wanted, name).ratio(), name, code) for name, code in _names()]
    close = sorted((each for each in likeness if each[0] >= LEAST_LIKENESS), key=lambda each: (-each[0], each[1]))
    return [code for _, _, code in close]
