"""Hours of the week in words: ``ma–pe 7–18, la 0–6`` read into a band's hours, and written in the reader's language.

Pure. Price lists and people write alike, so one reader serves the editor and the import of existing lists.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from marketplace.kernel.calendar import DAY_MINUTES, DayType
from marketplace.kernel.i18n import Language, Message, message, translate
from marketplace.pricing.bands import Hours

_WEEK: Final = (
    ("ma", "mån", "mon", "maanantai", "måndag", "monday"),
    ("ti", "tis", "tue", "tiistai", "tisdag", "tuesday"),
    ("ke", "ons", "wed", "keskiviikko", "onsdag", "wednesday"),
    ("to", "tors", "thu", "torstai", "torsdag", "thursday"),
    ("pe", "fre", "fri", "perjantai", "fredag", "friday"),
    ("la", "lör", "sat", "lauantai", "lauantaisin", "lördag", "lördagar", "saturday", "saturdays"),
    ("su", "sön", "sun", "sunnuntai", "sunnuntaisin", "söndag", "söndagar", "sunday", "sundays"),
)
_DAY_NUMBER: Final = {name: number for number, names in enumerate(_WEEK) for name in names}
_FRIDAY, _SATURDAY, _SUNDAY = 4, 5, 6

_KINDS: Final = {
    DayType.WEEKDAY: "arki arkisin arkipäivä arkipäivät arkipäivisin arki-illat arki-iltaisin vardag vardagar weekday weekdays",
    DayType.HOLIDAY: (
        "arkipyhä arkipyhät arkipyhisin pyhä pyhät pyhisin pyhäpäivä pyhäpäivät pyhäpäivinä juhlapyhä juhlapyhät"
        " helgdag helgdagar holiday holidays"
    ),
    DayType.EVE: "aatto aatot aattona aattoina afton aftnar helgaftnar eve eves",
}
_KIND_OF: Final = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_EVERY_DAY: Final = frozenset({"päivittäin", "joka", "päivä", "dagligen", "alla", "dagar", "daily", "every", "day"})
_FILLERS: Final = frozenset(
    {
        "ja",
        "tai",
        "sekä",
        "muu",
        "muut",
        "klo",
        "kl",
        "och",
        "eller",
        "samt",
        "and",
        "or",
        "at",
        "public",
        "arkipyhän",
        "of",
        "&",
    }
)
_AFTER: Final = frozenset({"jälkeen", "lähtien", "alkaen", "efter", "från", "after", "from"})
_CLOCK = r"(\d{1,2})(?:[.:](\d{2}))?"
_TIMES: Final = re.compile(rf"{_CLOCK}-{_CLOCK}")
_ONE_TIME: Final = re.compile(_CLOCK)

Span = tuple[int, int]
Days = tuple[DayType, ...]

DAY_WORDS: Final = {
    DayType.WEEKDAY: message("Mon–Fri"),
    DayType.SATURDAY: message("Sat"),
    DayType.SUNDAY: message("Sun"),
    DayType.HOLIDAY: message("public holidays"),
    DayType.EVE: message("eves"),
}


class UnreadableTimeError(ValueError):
    """A text that is not days and times; ``words`` say what was not understood."""

    def __init__(self, words: Message) -> None:
        self.words = words
        super().__init__(words.text)


class _Reader:
    """Goes through the words: days are collected until times follow them, then new days begin a new entry."""

    def __init__(self, default_days: Days) -> None:
        self.default_days = default_days
        self.found: list[Hours] = []
        self.days: list[DayType] = []
        self.spans: list[Span] = []
        self.lone_time: int | None = None

    def take(self, word: str) -> None:
        if days := _days(word):
            if self.spans:
                self.close()
            self.days += days
        elif times := _TIMES.fullmatch(word):
            self.spans += spans_between(minute_of(times[1], times[2]), minute_of(times[3], times[4]))
        elif time := _ONE_TIME.fullmatch(word):
            self.lone_time = minute_of(time[1], time[2])
        elif word in _AFTER:
            self._after()
        elif word not in _FILLERS:
            raise UnreadableTimeError(message("“{word}” is not a day or a time.", word=word[:40]))

    def _after(self) -> None:
        """``18 jälkeen`` has its time before the word, ``efter 18`` after it: the latter ends as a lone time."""
        if self.lone_time is not None:
            self.spans.append((self.lone_time, DAY_MINUTES))
            self.lone_time = None

    def end_clause(self) -> None:
        """At a comma: days that have no time yet wait for one, as in ``la, su 9–15``."""
        if self.spans or self.lone_time is not None:
            self.close()

    def end_entry(self) -> None:
        if self.days:
            self.close()

    def close(self) -> None:
        if self.lone_time is not None:
            self.spans.append((self.lone_time, DAY_MINUTES))
            self.lone_time = None
        days = tuple(dict.fromkeys(self.days)) or self.default_days
        if not days:
            raise UnreadableTimeError(message("Say on which days, for example ma–pe 7–18."))
        self.found += [Hours(days, start, end) for start, end in self.spans or [(0, DAY_MINUTES)]]
        self.days, self.spans = [], []


def parse_hours(text: str, default_days: Days = ()) -> tuple[Hours, ...]:
    """Hours from words such as ``ma-pe 21-06``, ``la 00-06 ja 20-24`` or ``sunnuntaisin ja arkipyhisin``.

    Without times the whole day is meant, without days ``default_days``. Hours over midnight become two. Finnish,
    Swedish and English are read; entries are separated by a comma, a semicolon or new days. Days before a comma that have
    no time share the next one: ``la, su 9-15``.

    Raises:
        UnreadableTimeError: a word that is neither day nor time, or weekdays from Monday to Friday apart from each other.
    """
    found: list[Hours] = []
    for entry in re.split(r"[;\n]", _normal(text)):
        reader = _Reader(default_days)
        for clause in entry.split(","):
            for word in clause.split():
                reader.take(word)
            reader.end_clause()
        reader.end_entry()
        found += reader.found
    if not found:
        raise UnreadableTimeError(message("Give days and times, for example ma–pe 7–18."))
    return tuple(dict.fromkeys(found))


def _normal(text: str) -> str:
    plain = re.sub(r"[–—−]", "-", text.casefold())
    return re.sub(
        r"\s*-\s*", "-", re.sub(r"\b(klo|kl|ma|ti|ke|to|pe|la|su|mån|tis|ons|tors|fre|lör|sön)\.", r"\1", plain)
    )


def _days(word: str) -> list[DayType]:
    if word in _KIND_OF:
        return [_KIND_OF[word]]
    if word in _EVERY_DAY:
        return [DayType.WEEKDAY, DayType.SATURDAY, DayType.SUNDAY, DayType.HOLIDAY]
    first, _, last = word.partition("-")
    if first not in _DAY_NUMBER or (last and last not in _DAY_NUMBER):
        return []
    return _kinds_between(_DAY_NUMBER[first], _DAY_NUMBER[last or first], word)


def _kinds_between(first: int, last: int, word: str) -> list[DayType]:
    includes = range(first, last + 1)
    if first > last or (first <= _FRIDAY and (first, min(last, _FRIDAY)) != (0, _FRIDAY)):
        text = message("“{days}”: weekdays from Monday to Friday have the same price. Write ma–pe.", days=word[:40])
        raise UnreadableTimeError(text)
    kinds = {0: DayType.WEEKDAY, _SATURDAY: DayType.SATURDAY, _SUNDAY: DayType.SUNDAY}
    return [kind for number, kind in kinds.items() if number in includes]


def minute_of(hour: str, minutes: str | None) -> int:
    """The minute of the day that an hour and minutes in digits mean; 24:00 is the end of it. Raises ``UnreadableTimeError``."""
    minute = int(hour) * 60 + int(minutes or 0)
    if minute > DAY_MINUTES or int(minutes or 0) > 59:
        raise UnreadableTimeError(message("“{time}” is not a time of day.", time=f"{hour}.{minutes or '00'}"))
    return minute


def spans_between(start: int, end: int) -> list[Span]:
    """The spans from one minute of the day to another: two over midnight, all of it from an hour to the same hour."""
    if start < end:
        return [(start, end)]
    return [span for span in ((start, DAY_MINUTES), (0, end)) if span[0] < span[1]]


def hours_words(hours: Sequence[Hours], language: Language) -> str:
    """A band's hours for people: ``ma–pe 18–22``; a night reads ``22–7``. ``parse_hours`` reads it back."""
    days = [kind for kind in DayType if any(kind in each.days for each in hours)]
    timed = [(_spans_on(hours, kind), kind) for kind in days]
    parts: list[str] = []
    for spans, same in groupby(timed, key=lambda pair: pair[0]):
        names = [translate(DAY_WORDS[kind], language) for _, kind in same]
        parts.append(f"{_listed(names, language)} {_times(spans, language)}".strip())
    return ", ".join(parts)


def _spans_on(hours: Iterable[Hours], kind: DayType) -> tuple[Span, ...]:
    """The minutes of one kind of day, without overlaps: what is said twice is written once."""
    merged: list[Span] = []
    for start, end in sorted((each.from_minute, each.to_minute) for each in hours if kind in each.days):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _listed(names: Sequence[str], language: Language) -> str:
    joining = translate(message("and"), language)
    return names[0] if len(names) == 1 else f"{' '.join(names[:-1])} {joining} {names[-1]}"


def _times(spans: Sequence[Span], language: Language) -> str:
    if list(spans) == [(0, DAY_MINUTES)]:
        return "0–24"
    if len(spans) > 1 and spans[0][0] == 0 and spans[-1][1] == DAY_MINUTES:
        spans = [*spans[1:-1], (spans[-1][0], spans[0][1])]
    joining = translate(message("and"), language)
    return f" {joining} ".join(f"{_clock(start)}–{_clock(end)}" for start, end in spans)


def _clock(minute: int) -> str:
    hours, minutes = divmod(minute, 60)
    return f"{hours}.{minutes:02d}" if minutes else str(hours)
