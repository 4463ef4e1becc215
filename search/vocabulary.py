"""PostgreSQL's tolerance of typos: a sought word is answered with the words that documents really hold.

A word one slip of the keyboard away is found by what is left when a letter is taken from either (both then share a
remainder); what is further away, by the trigrams they share. All of it is looked up in the small table of words, so that
the documents themselves are searched by exact words alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import asyncpg
import msgspec

from marketplace.kernel.db import Row
from search.text import QueryWord

MIN_FOR_TYPOS: Final = 3
MIN_MEANT: Final = 4
MIN_BEGINNING: Final = 3
MOST_LONGER: Final = 12
MOST_NEAR: Final = 8
MOST_LIKE: Final = 5
LEAST_LIKENESS: Final = 0.35
LIKENESS_SPAN: Final = 0.08
AFTER_ALL_LETTERS: Final = "\U0010ffff"

KNOWN_OR_NEAR = """
with known as materialized (
    select sought.number, w.word, 'exact' as how from unnest($1::int[], $2::text[]) as sought(number, form)
        join search_word w on w.word = sought.form
    union all
    (select $3, word, 'longer' from search_word where word::text ~>=~ $4::text and word::text ~<~ $5::text
        order by documents desc, word limit $6)
)
select number, word, how from known
union all
(select sought.number, w.word, 'near' from unnest($7::int[], $8::text[]) as sought(number, shortened)
    join search_word w on w.shortened && string_to_array(sought.shortened, ' ')::varchar[]
    where sought.number not in (select number from known)
    order by w.documents desc, w.word)
"""
"""What is near is looked up only for words that are not known: one round trip, for most searches the only one."""

ALIKE = """
select sought.number, w.word, w.likeness from unnest($1::int[], $2::text[]) as sought(number, form)
    cross join lateral (
        select word, similarity(word, sought.form) as likeness from search_word
        where word % sought.form and similarity(word, sought.form) >= $4::real order by likeness desc, word limit $3
    ) w
"""


class Alternatives(msgspec.Struct, frozen=True):
    """Words of the index for one sought word. ``exact`` are what was written, ``wider`` what may have been meant,
    ``together`` the parts of a compound, all of which must be there where nothing else is.
    """

    exact: tuple[str, ...] = ()
    wider: tuple[str, ...] = ()
    together: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        return self.exact + self.wider

    @property
    def sought(self) -> str:
        """The condition on the words of a document, for ``tsquery``."""
        if self.together:
            return "(" + " & ".join(any_of([part]) for part in self.together) + ")"
        return any_of(self.words)

    @property
    def best(self) -> tuple[str, ...]:
        return self.exact or self.wider or self.together


def any_of(words: Iterable[str]) -> str:
    """Words of the index for ``tsquery``: letters and digits only, quoted all the same."""
    return "(" + " | ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in words) + ")"


async def alternatives(link: asyncpg.Connection, sought: Sequence[QueryWord]) -> list[Alternatives]:
    """What the index holds for each sought word, in their order; words that it has nothing for are left out."""
    found = await _known_or_near(link, sought)
    for look_up in (_taken_apart, _alike):
        missing = {number: word for number, word in enumerate(sought) if number not in found}
        if missing:
            found |= await look_up(link, missing)
    return [found[number] for number in sorted(found)]


async def _known_or_near(link: asyncpg.Connection, sought: Sequence[QueryWord]) -> dict[int, Alternatives]:
    """Words as they were written, and those that begin so where more may be coming; else those one slip away."""
    beginning = _beginning(sought)
    forms = [(number, form) for number, word in enumerate(sought) for form in word.forms]
    mistyped = [(number, form) for number, word in enumerate(sought) for form in _mistypable(word)]
    rows = await link.fetch(
        KNOWN_OR_NEAR,
        [number for number, _ in forms],
        [form for _, form in forms],
        len(sought) - 1,
        beginning,
        beginning + AFTER_ALL_LETTERS,
        MOST_LONGER if beginning else 0,
        [number for number, _ in mistyped],
        [" ".join(shortened(form)) for _, form in mistyped],
    )
    found: dict[int, dict[str, list[str]]] = {}
    for row in rows:
        if row["how"] != "near" or _is_near(row["word"], sought[row["number"]]):
            found.setdefault(row["number"], {}).setdefault(row["how"], []).append(row["word"])
    return {number: _alternatives(each) for number, each in found.items()}


def _alternatives(found: Mapping[str, Sequence[str]]) -> Alternatives:
    exact = tuple(dict.fromkeys(found.get("exact", ())))
    longer = tuple(word for word in found.get("longer", ()) if word not in exact)
    return Alternatives(exact, longer or tuple(dict.fromkeys(found.get("near", ())))[:MOST_NEAR])


def _is_near(word: str, sought: QueryWord) -> bool:
    return len(word) >= MIN_MEANT and any(one_slip(form, word) for form in _mistypable(sought))


def _beginning(sought: Sequence[QueryWord]) -> str:
    last = sought[-1]
    return last.written if last.is_open and len(last.written) >= MIN_BEGINNING else ""


async def _taken_apart(link: asyncpg.Connection, sought: Mapping[int, QueryWord]) -> dict[int, Alternatives]:
    """Compounds that nobody wrote, but whose parts somebody did."""
    parts = {number: word.parts for number, word in sought.items() if word.parts}
    if not parts:
        return {}
    asked = sorted({part for each in parts.values() for part in each})
    known = {row["word"] for row in await link.fetch("select word from search_word where word = any($1)", asked)}
    return {number: Alternatives(together=each) for number, each in parts.items() if known.issuperset(each)}


async def _alike(link: asyncpg.Connection, sought: Mapping[int, QueryWord]) -> dict[int, Alternatives]:
    """Words that look most alike, by trigrams."""
    forms = {number: _mistypable(word) for number, word in sought.items()}
    pairs = [(number, form) for number, each in forms.items() for form in each]
    if not pairs:
        return {}
    rows = await link.fetch(
        ALIKE, [number for number, _ in pairs], [form for _, form in pairs], MOST_LIKE, LEAST_LIKENESS
    )
    found: dict[int, Alternatives] = {}
    for number in {row["number"] for row in rows}:
        best = max(row["likeness"] for row in rows if row["number"] == number)
        close = [row for row in rows if row["likeness"] >= best - LIKENESS_SPAN]
        found[number] = Alternatives(wider=_first(close, number, MOST_LIKE))
    return found


def _first(rows: Iterable[Row | Any], number: int, most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row["word"] for row in rows if row["number"] == number))[:most]


def _mistypable(word: QueryWord) -> list[str]:
    return [form for form in (*word.bases, word.written) if len(form) >= MIN_FOR_TYPOS]


def shortened(word: str) -> list[str]:
    """The word and what is left of it when any one letter is taken away: two words one slip apart share one of these."""
    return list(dict.fromkeys([word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]))


def one_slip(one: str, other: str) -> bool:
    """Whether one letter more, less or other, or two neighbours swapped, make the one word into the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, other_rest = one[start:], other[start:]
    return (
        rest[1:] == other_rest[1:]
        or rest[1:] == other_rest
        or rest == other_rest[1:]
        or (rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:])
    )
