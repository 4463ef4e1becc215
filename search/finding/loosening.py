"""For a search that finds nothing: what else to ask, with how many offers that finds."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from search import queries
from search.finding.asking import MonthWish
from search.finding.showing import Looser, looser, nearby, without_limit
from search.finding.spellings import neighbours
from search.places import place_of
from search.schemas import SearchQuery

NEIGHBOURS_ASKED: Final = 6


async def ways_out(query: SearchQuery, wish: MonthWish, given: Mapping[str, Sequence[str]], total: int) -> list[Looser]:
    """Searches near to the one that found nothing. ``total`` is what it found before the highest cost."""
    if total and wish.at_most_cents is not None:
        return [without_limit(given, total)]
    loosened = looser(query, given, await queries.what_to_loosen(query))
    return [*nearby(given, await _around(query)), *loosened]


async def _around(query: SearchQuery) -> list[tuple[str, int]]:
    """The neighbouring municipalities where the same search finds something."""
    if query.place is None:
        return []
    found: list[tuple[str, int]] = []
    for code in neighbours(query.place.municipality, NEIGHBOURS_ASKED):
        there = msgspec.structs.replace(query, place=place_of(code), page=1, limit=1)
        found.append((code, (await queries.search(there)).total))
    return [(code, total) for code, total in found if total]
