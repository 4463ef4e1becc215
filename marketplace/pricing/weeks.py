"""A month's visits before it happens: weeks, dates and pauses become visits, and those become minutes in bands.

Days and clock times are worked out once for a schedule (``month_visits``) and once for each set of bands (``plan_of``).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

import msgspec

from marketplace.kernel.calendar import DAY_MINUTES, Stretch, add_minutes, moment_at, parse_clock, stretches
from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import message
from marketplace.pricing.bands import (
    ANY_TIME,
    BandCalendar,
    BandMinutes,
    DayStretch,
    band_runs,
    pair_runs,
    typed_stretches,
)
from marketplace.pricing.charges import Unit
from marketplace.pricing.quotes import Moment

MAX_EVERY_WEEKS: Final = 52
MAX_PIECES: Final = 100


class Weekday(StrEnum):
    """Days of the week, in order."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_WEEKDAYS: Final = tuple(Weekday)


class WeeklyVisit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A visit that comes back: ``start`` is ``HH:MM`` on a Finnish clock, and ``minutes`` are counted on that clock.

    From 22:00 for 540 minutes is until 07:00: in the two nights in which the clock changes an hour longer or shorter.
    """

    weekday: Weekday
    start: str
    minutes: int
    every_weeks: int = 1
    pieces: int = 1


class DatedVisit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A visit on one day; ``start`` and ``minutes`` as in ``WeeklyVisit``, ``pieces`` brought (meals, say)."""

    day: date
    start: str
    minutes: int
    pieces: int = 1


class Pause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days without visits, both included: a stay in hospital, a holiday."""

    first_day: date
    last_day: date


class PlannedVisits(msgspec.Struct, frozen=True):
    """So many visits of a month that all fall into the same bands."""

    runs: tuple[BandMinutes, ...]
    count: int


class MonthVisit(msgspec.Struct, frozen=True, kw_only=True):
    """One visit of a month: its Finnish day of starting, when it really passes, and what the clock shows meanwhile."""

    day: date
    start: Moment
    end: Moment
    pieces: int
    parts: tuple[Stretch, ...]


class DatedRuns(msgspec.Struct, frozen=True):
    """A visit's day and its minutes by band. ``pieces`` are what it brings."""

    day: date
    runs: tuple[BandMinutes, ...]
    pieces: int = 1


class MonthPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The visits of one month (of its first day), by bands; and on how many days and in how many weeks they are.

    ``dated`` are all visits in order of time. In ``joined`` visits that touch are one: an hour cut in two is still an hour.
    ``weekly_visits`` is how many visits a week come back every week.
    """

    month: date
    visits: tuple[PlannedVisits, ...]
    visit_count: int
    days: int
    weeks: int
    dated: tuple[DatedRuns, ...] = ()
    joined: tuple[DatedRuns, ...] = ()
    weekly_visits: Fraction = Fraction(0)


def check_schedule(visits: Sequence[WeeklyVisit | DatedVisit]) -> list[FieldError]:
    """Everything wrong with a week of visits; fields are named ``visits.0.start`` and so on."""
    return [error for i, visit in enumerate(visits) for error in _visit_errors(f"visits.{i}", visit)]


def check_pauses(pauses: Sequence[Pause]) -> list[FieldError]:
    """Pauses that end before they begin."""
    text = message("The pause must end on its first day or after it.")
    wrong = (i for i, pause in enumerate(pauses) if pause.last_day < pause.first_day)
    return [FieldError(f"pauses.{i}.last_day", text) for i in wrong]


def _visit_errors(field: str, visit: WeeklyVisit | DatedVisit) -> Iterator[FieldError]:
    try:
        starts_today = parse_clock(visit.start) < DAY_MINUTES
    except ValueError:
        starts_today = False
    if not starts_today:
        yield FieldError(f"{field}.start", message("Give the time as hours and minutes, for example 08:30."))
    if not 1 <= visit.minutes <= DAY_MINUTES:
        yield FieldError(f"{field}.minutes", message("A visit takes from 1 minute to 24 hours."))
    if isinstance(visit, WeeklyVisit) and not 1 <= visit.every_weeks <= MAX_EVERY_WEEKS:
        text = message("Give a number of weeks from 1 to {limit}.", limit=MAX_EVERY_WEEKS)
        yield FieldError(f"{field}.every_weeks", text)
    if not 1 <= visit.pieces <= MAX_PIECES:
        yield FieldError(f"{field}.pieces", message("Give a number of pieces from 1 to {limit}.", limit=MAX_PIECES))


def visit_days(visit: WeeklyVisit, month: date, since: date | None = None) -> list[date]:
    """The days of a month on which a visit starts.

    Weeks are counted from the first such weekday on or after ``since`` (the start of an agreement, say), or of the
    month itself where there is none; days before ``since`` have no visits.
    """
    first = month.replace(day=1)
    anchor = _next_weekday(since or first, visit.weekday)
    step = timedelta(weeks=visit.every_weeks)
    skipped = max(-(-(first - anchor) // step), 0)
    day = anchor + skipped * step
    found: list[date] = []
    while (day.year, day.month) == (first.year, first.month):
        found.append(day)
        day += step
    return found


def _next_weekday(day: date, weekday: Weekday) -> date:
    return day + timedelta(days=(_WEEKDAYS.index(weekday) - day.weekday()) % 7)


def month_visits(
    schedule: Sequence[WeeklyVisit | DatedVisit],
    month: date,
    *,
    since: date | None = None,
    pauses: Sequence[Pause] = (),
    by_clock: bool = True,
) -> tuple[MonthVisit, ...]:
    """The visits that start in the month of a date, in order of time; none on the days of a pause.

    A visit that no clock shows (03:30 in March's night) starts as long after midnight as ever. It ends when the clock
    shows what it shows on other nights, so that the visit of a night in which the clock changes is an hour longer or
    shorter; without ``by_clock`` its minutes pass whatever the clock does.

    Raises:
        ValueError: a start that is not a time of day.
    """
    days = ((day, visit) for visit in schedule for day in _days_of(visit, month, since))
    found = (_month_visit(day, visit, by_clock=by_clock) for day, visit in days if not _paused(day, pauses))
    return tuple(sorted(found, key=lambda visit: (visit.start, visit.end)))


def _days_of(visit: WeeklyVisit | DatedVisit, month: date, since: date | None) -> list[date]:
    if isinstance(visit, WeeklyVisit):
        return visit_days(visit, month, since)
    in_month = (visit.day.year, visit.day.month) == (month.year, month.month)
    return [visit.day] if in_month and (since is None or visit.day >= since) else []


def _paused(day: date, pauses: Sequence[Pause]) -> bool:
    return any(pause.first_day <= day <= pause.last_day for pause in pauses)


def _month_visit(day: date, visit: WeeklyVisit | DatedVisit, *, by_clock: bool) -> MonthVisit:
    start = moment_at(day, parse_clock(visit.start))
    end = _clock_end(day, visit) if by_clock else add_minutes(start, visit.minutes)
    return MonthVisit(day=day, start=start, end=end, pieces=visit.pieces, parts=stretches(start, end))


def _clock_end(day: date, visit: WeeklyVisit | DatedVisit) -> datetime:
    days, minute = divmod(parse_clock(visit.start) + visit.minutes, DAY_MINUTES)
    return max(moment_at(day + timedelta(days=days), minute), add_minutes(moment_at(day, parse_clock(visit.start)), 1))


def weekly_count(schedule: Sequence[WeeklyVisit | DatedVisit]) -> Fraction:
    """How many visits a week come back for good: every other week counts a half, single days nothing."""
    return sum((Fraction(1, v.every_weeks) for v in schedule if isinstance(v, WeeklyVisit)), Fraction(0))


def month_plan(
    schedule: Sequence[WeeklyVisit | DatedVisit],
    month: date,
    calendar: BandCalendar = ANY_TIME,
    *,
    value_calendar: BandCalendar | None = None,
    since: date | None = None,
    pauses: Sequence[Pause] = (),
    by_clock: bool = True,
) -> MonthPlan:
    """The visits that start in the month of a date, split into bands once. A valid schedule is assumed.

    ``value_calendar`` is given where the voucher has bands of its own, ``since`` as for ``visit_days``.

    Raises:
        Refused: a visit outside the hours of service.
        ValueError: a start that is not a time of day.
    """
    visits = month_visits(schedule, month, since=since, pauses=pauses, by_clock=by_clock)
    return plan_of(visits, month, calendar, value_calendar, weekly_count(schedule))


def plan_of(
    visits: Sequence[MonthVisit],
    month: date,
    calendar: BandCalendar = ANY_TIME,
    value_calendar: BandCalendar | None = None,
    weekly_visits: Fraction = Fraction(0),
) -> MonthPlan:
    """A month's visits in the bands of a calendar, for reading one schedule by many calendars.

    Raises:
        Refused: a visit outside the hours of service.
    """
    typed = [typed_stretches(calendar, visit.parts) for visit in visits]
    valued = [typed_stretches(value_calendar, visit.parts) for visit in visits] if value_calendar else None
    return plan_from_stretches(visits, month, (calendar, typed), (value_calendar, valued), weekly_visits)


def plan_from_stretches(
    visits: Sequence[MonthVisit],
    month: date,
    priced: tuple[BandCalendar, Sequence[Sequence[DayStretch]]],
    valued: tuple[BandCalendar | None, Sequence[Sequence[DayStretch]] | None],
    weekly_visits: Fraction,
) -> MonthPlan:
    """A plan from stretches whose kinds of day are known already, such as a receipt keeps.

    Raises:
        Refused: a visit outside the hours of service.
    """
    runs = _runs_of(*priced)
    if valued[0] is not None and valued[1] is not None:
        runs = [pair_runs(own, of_value) for own, of_value in zip(runs, _runs_of(valued[0], valued[1]), strict=True)]
    dated = tuple(DatedRuns(visit.day, own, visit.pieces) for visit, own in zip(visits, runs, strict=True))
    counted = Counter(entry.runs for entry in dated)
    days = {visit.day for visit in visits}
    return MonthPlan(
        month=month.replace(day=1),
        visits=tuple(PlannedVisits(own, count) for own, count in counted.items()),
        visit_count=len(dated),
        days=len(days),
        weeks=len({day.isocalendar()[:2] for day in days}),
        dated=dated,
        joined=tuple(_joined(visits, dated)),
        weekly_visits=weekly_visits,
    )


def _runs_of(calendar: BandCalendar, visits: Sequence[Sequence[DayStretch]]) -> list[tuple[BandMinutes, ...]]:
    """The runs of each visit; visits alike in times and kinds of day are split once."""
    known: dict[tuple[object, ...], tuple[BandMinutes, ...]] = {}
    found: list[tuple[BandMinutes, ...]] = []
    for parts in visits:
        key = tuple((part.day_type, part.from_minute, part.to_minute) for part in parts)
        if (runs := known.get(key)) is None:
            runs = known[key] = band_runs(calendar, parts)
        found.append(runs)
    return found


def _joined(visits: Sequence[MonthVisit], dated: Sequence[DatedRuns]) -> Iterator[DatedRuns]:
    """Visits that begin the minute another one ends become one with it."""
    chains: list[DatedRuns] = []
    ending: dict[datetime, int] = {}
    for visit, entry in zip(visits, dated, strict=True):
        at = ending.pop(visit.start, None)
        if at is None:
            at = len(chains)
            chains.append(entry)
        else:
            chains[at] = DatedRuns(
                chains[at].day, _chained(chains[at].runs, entry.runs), chains[at].pieces + entry.pieces
            )
        ending[visit.end] = at
    return iter(chains)


def _chained(first: tuple[BandMinutes, ...], second: tuple[BandMinutes, ...]) -> tuple[BandMinutes, ...]:
    last, begin = first[-1], second[0]
    if (last.band, last.value_band) != (begin.band, begin.value_band):
        return first + second
    return (*first[:-1], BandMinutes(last.band, last.minutes + begin.minutes, last.value_band), *second[1:])


def whole_month_plan(month: date) -> MonthPlan:
    """Every day of a month, for services that have no visits: housing by the day or month."""
    first = month.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    days = [first + timedelta(days=i) for i in range((following - first).days)]
    dated = tuple(DatedRuns(day, ()) for day in days)
    weeks = len({day.isocalendar()[:2] for day in days})
    return MonthPlan(month=first, visits=(), visit_count=0, days=len(days), weeks=weeks, dated=dated, joined=dated)


MOST_UNITS: Final = {Unit.DAY: 31, Unit.WEEK: 5, Unit.MONTH: 1, Unit.KM: 10_000, Unit.PIECE: 1_000}
"""How many units a month can hold, by the units that need no visits."""


def units_plan(unit: Unit, units: int, month: date) -> MonthPlan:
    """So many days, weeks, months, pieces or kilometres in a month, for services whose times do not matter.

    Pieces come in one go and kilometres are one trip. Raises ``ValueError`` for hours and visits, or too many units.
    """
    first = month.replace(day=1)
    if not 0 <= units <= MOST_UNITS.get(unit, -1):
        msg = f"{units} {unit} are no month"
        raise ValueError(msg)
    step = {Unit.DAY: 1, Unit.WEEK: 7}.get(unit)
    days = [first + timedelta(days=i * step) for i in range(units)] if step else [first] if units else []
    dated = tuple(DatedRuns(day, (), units if unit is Unit.PIECE else 1) for day in days)
    weeks = len({day.isocalendar()[:2] for day in days})
    return MonthPlan(month=first, visits=(), visit_count=0, days=len(days), weeks=weeks, dated=dated, joined=dated)
