"""A week of visits as a short text for addresses, ``mon0800x60_wed1800x30~2``, and usual weeks to begin from. Pure.

A visit is its weekday, the clock, ``x`` and its minutes; ``~2`` is every other week, ``p3`` three pieces a visit (meals).
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Message, message
from marketplace.pricing.schedules import Weekday, WeeklyVisit, check_schedule

MOST_VISITS: Final = 60
MOST_CHARACTERS: Final = MOST_VISITS * 24
BETWEEN: Final = "_"
_VISIT: Final = re.compile(
    r"(?P<day>mon|tue|wed|thu|fri|sat|sun)(?P<hour>\d\d)(?P<minute>\d\d)x(?P<minutes>\d{1,4})"
    r"(?:~(?P<every>\d{1,2}))?(?:p(?P<pieces>\d{1,3}))?"
)


class Preset(msgspec.Struct, frozen=True):
    """A usual week, to begin from instead of an empty form."""

    key: str
    name: Message
    visits: tuple[WeeklyVisit, ...]

    @property
    def text(self) -> str:
        return week_text(self.visits)


def week_text(visits: Sequence[WeeklyVisit]) -> str:
    """A week as it stands in an address; ``read_week`` reads it back."""
    return BETWEEN.join(_visit_text(visit) for visit in visits)


def _visit_text(visit: WeeklyVisit) -> str:
    every = f"~{visit.every_weeks}" if visit.every_weeks != 1 else ""
    pieces = f"p{visit.pieces}" if visit.pieces != 1 else ""
    return f"{visit.weekday.value}{visit.start.replace(':', '')}x{visit.minutes}{every}{pieces}"


def read_week(text: str, field: str = "week") -> tuple[WeeklyVisit, ...]:
    """The visits of a week's text; none for an empty one.

    Raises:
        Invalid: it is no week, or one with visits that cannot be.
    """
    parts = [part for part in text.strip().lower()[: MOST_CHARACTERS + 1].split(BETWEEN) if part]
    found = [_VISIT.fullmatch(part) for part in parts]
    if len(text) > MOST_CHARACTERS or len(parts) > MOST_VISITS or not all(found):
        raise Invalid.field(field, message("This address of a week cannot be read. Choose the visits again."))
    visits = tuple(_visit(each) for each in found if each is not None)
    if errors := check_schedule(visits):
        raise Invalid.field(field, errors[0].message)
    return visits


def _visit(found: re.Match[str]) -> WeeklyVisit:
    return WeeklyVisit(
        weekday=Weekday(found["day"]),
        start=f"{found['hour']}:{found['minute']}",
        minutes=int(found["minutes"]),
        every_weeks=int(found["every"] or 1),
        pieces=int(found["pieces"] or 1),
    )


def _daily(start: str, minutes: int, days: Sequence[Weekday] = tuple(Weekday)) -> tuple[WeeklyVisit, ...]:
    return tuple(WeeklyVisit(weekday=day, start=start, minutes=minutes) for day in days)


_WORKDAYS: Final = tuple(Weekday)[:5]

PRESETS: Final = (
    Preset("once", message("Once a week, one hour"), _daily("10:00", 60, (Weekday.WED,))),
    Preset("twice", message("Twice a week, one hour"), _daily("10:00", 60, (Weekday.TUE, Weekday.FRI))),
    Preset("mornings", message("Every weekday morning, 45 minutes"), _daily("08:00", 45, _WORKDAYS)),
    Preset("daily", message("Every day, half an hour in the morning"), _daily("09:00", 30)),
    Preset(
        "morning_evening",
        message("Every day, half an hour in the morning and in the evening"),
        (*_daily("08:30", 30), *_daily("19:00", 30)),
    ),
    Preset(
        "fortnight",
        message("Every other week, two hours"),
        (WeeklyVisit(weekday=Weekday.THU, start="12:00", minutes=120, every_weeks=2),),
    ),
)
"""Weeks that many have: a number of visits, when, and how long."""
