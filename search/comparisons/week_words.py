"""A week of visits said back in words: ``Maanantaisin ja torstaisin klo 9, tunti kerrallaan``. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from marketplace.kernel.i18n import Language, Message, message, show_date, show_minutes, translate
from marketplace.pricing.schedules import Pause, Weekday, WeeklyVisit

DAYS: Final = {
    Weekday.MON: message("Mondays"),
    Weekday.TUE: message("Tuesdays"),
    Weekday.WED: message("Wednesdays"),
    Weekday.THU: message("Thursdays"),
    Weekday.FRI: message("Fridays"),
    Weekday.SAT: message("Saturdays"),
    Weekday.SUN: message("Sundays"),
}
TOGETHER: Final = {
    frozenset(Weekday): message("every day"),
    frozenset(tuple(Weekday)[:5]): message("on weekdays"),
    frozenset({Weekday.SAT, Weekday.SUN}): message("at weekends"),
}
LENGTHS: Final = {
    15: message("a quarter of an hour at a time"),
    30: message("half an hour at a time"),
    60: message("one hour at a time"),
    90: message("an hour and a half at a time"),
    120: message("two hours at a time"),
}
EVERY: Final = {2: message("every other week"), 3: message("every third week"), 4: message("every fourth week")}


class Alike(msgspec.Struct, frozen=True):
    """Visits of a week that differ in their day only."""

    days: tuple[Weekday, ...]
    start: str
    minutes: int
    every_weeks: int
    pieces: int

    def visits(self) -> Iterator[WeeklyVisit]:
        for day in self.days:
            yield WeeklyVisit(
                weekday=day, start=self.start, minutes=self.minutes, every_weeks=self.every_weeks, pieces=self.pieces
            )


def alike(visits: Sequence[WeeklyVisit]) -> tuple[Alike, ...]:
    """The visits put together by time, length and rhythm, in order of their first day and clock."""
    groups: dict[tuple[str, int, int, int], list[Weekday]] = {}
    for each in sorted(visits, key=lambda visit: (list(Weekday).index(visit.weekday), visit.start)):
        days = groups.setdefault((each.start, each.minutes, each.every_weeks, each.pieces), [])
        if each.weekday not in days:
            days.append(each.weekday)
    return tuple(Alike(tuple(days), *rest) for rest, days in groups.items())


def week_words(visits: Sequence[WeeklyVisit], language: Language) -> list[str]:
    """One sentence for each time of the week; none for an empty week."""
    return [_sentence(each, language) for each in alike(visits)]


def clock_words(start: str, language: Language) -> str:
    """``9``, ``8.30``; ``08:30`` in English."""
    if language is Language.EN:
        return start
    hour, minute = start.split(":")
    return f"{int(hour)}.{minute}" if minute != "00" else str(int(hour))


def pause_words(pause: Pause, language: Language) -> str:
    first, last = show_date(pause.first_day, language), show_date(pause.last_day, language)
    return first if first == last else f"{first}–{last}"


def _sentence(each: Alike, language: Language) -> str:
    parts = [
        translate(_when(each, language), language),
        translate(_length(each.minutes), language),
        *(translate(text, language) for text in _more(each)),
    ]
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def _when(each: Alike, language: Language) -> Message:
    return message("{days} at {time}", days=days_words(each.days, language), time=clock_words(each.start, language))


def days_words(days: Sequence[Weekday], language: Language) -> str:
    """``Mondays and Thursdays``; all together by the name that they have together."""
    together = TOGETHER.get(frozenset(days))
    if together is not None:
        return translate(together, language)
    names = [translate(DAYS[day], language) for day in days]
    return listed(names, language)


def listed(names: Sequence[str], language: Language) -> str:
    """``a, b and c``."""
    if len(names) < 2:
        return "".join(names)
    return translate(message("{first} and {last}", first=", ".join(names[:-1]), last=names[-1]), language)


def _length(minutes: int) -> Message:
    return LENGTHS.get(minutes) or message("{length} at a time", length=show_minutes(minutes))


def _more(each: Alike) -> Iterator[Message]:
    if each.every_weeks != 1:
        yield EVERY.get(each.every_weeks) or message("every {count} weeks", count=each.every_weeks)
    if each.pieces != 1:
        yield message("{count} pieces each time", count=each.pieces)
