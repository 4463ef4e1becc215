"""A month before it happens: weekly visits become the visits of one month, and those become totals.

The days and bands of a month are worked out once (``month_plan``) and then priced by as many price lists as there are
(``estimate``), each as exactly as the visits themselves will be: every visit is rounded on its own.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from marketplace.kernel.calendar import DAY_MINUTES, add_minutes, moment_at, parse_clock
from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import message
from marketplace.pricing.bands import ANY_TIME, BandCalendar, BandMinutes, split_visit
from marketplace.pricing.prices import BANDED_UNITS, PriceList, Unit
from marketplace.pricing.quotes import LineKind, Quote, QuoteLine, quote_runs, quote_units
from marketplace.pricing.shares import ShareLine, share
from marketplace.pricing.values import Household, ValueRule

MAX_EVERY_WEEKS: Final = 52


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
    """A visit that comes back: ``start`` is ``HH:MM`` on a Finnish clock, ``minutes`` pass whatever the clock does."""

    weekday: Weekday
    start: str
    minutes: int
    every_weeks: int = 1


class PlannedVisits(msgspec.Struct, frozen=True):
    """So many visits of a month that all fall into the same bands."""

    runs: tuple[BandMinutes, ...]
    count: int


class MonthPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The visits of one month (of its first day), by bands; and on how many days and in how many weeks they are."""

    month: date
    visits: tuple[PlannedVisits, ...]
    visit_count: int
    days: int
    weeks: int


class EstimateLine(msgspec.Struct, frozen=True, kw_only=True):
    """A month's sum of equal lines: minutes (hours) or units, price and who pays it, in cents."""

    kind: LineKind
    unit: Unit
    band: str | None
    minutes: int
    units: int
    unit_price_cents: int
    price_cents: int
    payer_cents: int
    own_share_cents: int


class MonthEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """A month's price and who pays it, in cents. Without a voucher rule all of it is the client's."""

    lines: tuple[EstimateLine, ...]
    visits: int
    price_cents: int
    payer_cents: int
    own_share_cents: int


def check_schedule(visits: Sequence[WeeklyVisit]) -> list[FieldError]:
    """Everything wrong with a week of visits; fields are named ``visits.0.start`` and so on."""
    return [error for i, visit in enumerate(visits) for error in _visit_errors(f"visits.{i}", visit)]


def _visit_errors(field: str, visit: WeeklyVisit) -> Iterator[FieldError]:
    try:
        starts_today = parse_clock(visit.start) < DAY_MINUTES
    except ValueError:
        starts_today = False
    if not starts_today:
        yield FieldError(f"{field}.start", message("Give the time as hours and minutes, for example 08:30."))
    if not 1 <= visit.minutes <= DAY_MINUTES:
        yield FieldError(f"{field}.minutes", message("A visit takes from 1 minute to 24 hours."))
    if not 1 <= visit.every_weeks <= MAX_EVERY_WEEKS:
        text = message("Give a number of weeks from 1 to {limit}.", limit=MAX_EVERY_WEEKS)
        yield FieldError(f"{field}.every_weeks", text)


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


def month_plan(
    schedule: Sequence[WeeklyVisit],
    month: date,
    calendar: BandCalendar = ANY_TIME,
    *,
    value_calendar: BandCalendar | None = None,
    since: date | None = None,
) -> MonthPlan:
    """The visits that start in the month of a date, split into bands once. A valid schedule is assumed.

    ``value_calendar`` is given where the voucher has bands of its own, ``since`` as for ``visit_days``.

    Raises:
        Refused: a visit outside the hours of service.
        ValueError: a start that is not a time of day.
    """
    starts = [(day, visit) for visit in schedule for day in visit_days(visit, month, since)]
    counted = Counter(_runs(visit, day, calendar, value_calendar) for day, visit in starts)
    days = {day for day, _ in starts}
    return MonthPlan(
        month=month.replace(day=1),
        visits=tuple(PlannedVisits(runs, count) for runs, count in counted.items()),
        visit_count=len(starts),
        days=len(days),
        weeks=len({day.isocalendar()[:2] for day in days}),
    )


def _runs(
    visit: WeeklyVisit, day: date, calendar: BandCalendar, value_calendar: BandCalendar | None
) -> tuple[BandMinutes, ...]:
    start = moment_at(day, parse_clock(visit.start))
    return split_visit(calendar, start, add_minutes(start, visit.minutes), value_calendar)


def estimate(
    plan: MonthPlan, prices: PriceList, rule: ValueRule | None = None, household: Household | None = None
) -> MonthEstimate:
    """What a planned month costs by a price list, and who pays it with a voucher of this rule.

    Days and weeks with a visit count once, a month counts once, every visit brings one piece. Kilometres are not in a
    schedule and cost nothing here.

    Raises:
        Refused: the voucher is for another unit or has no value in a band.
        KeyError: a band that the price list has no price for.
    """
    sums: dict[tuple[LineKind, str | None, str | None], EstimateLine] = {}
    for quote, count in _quotes(plan, prices):
        for line, divided in _divided(quote, rule, household or Household()):
            key = (line.kind, line.band, line.value_band)
            sums[key] = _added(sums.get(key), line, divided, count)
    lines = tuple(sums.values())
    return MonthEstimate(
        lines=lines,
        visits=plan.visit_count,
        price_cents=sum(line.price_cents for line in lines),
        payer_cents=sum(line.payer_cents for line in lines),
        own_share_cents=sum(line.own_share_cents for line in lines),
    )


def _quotes(plan: MonthPlan, prices: PriceList) -> Iterator[tuple[Quote, int]]:
    if prices.unit in BANDED_UNITS:
        for visits in plan.visits:
            yield quote_runs(prices, visits.runs), visits.count
    else:
        yield quote_units(prices, _units(plan, prices.unit)), 1


def _units(plan: MonthPlan, unit: Unit) -> int:
    per_month = 1 if plan.visit_count else 0
    counts = {Unit.DAY: plan.days, Unit.WEEK: plan.weeks, Unit.MONTH: per_month, Unit.PIECE: plan.visit_count}
    return counts.get(unit, 0)


def _divided(
    quote: Quote, rule: ValueRule | None, household: Household
) -> Iterator[tuple[QuoteLine, ShareLine | None]]:
    shares = share(quote, rule, household).lines if rule else (None,) * len(quote.lines)
    yield from zip(quote.lines, shares, strict=True)


def _added(known: EstimateLine | None, line: QuoteLine, divided: ShareLine | None, count: int) -> EstimateLine:
    payer = divided.payer_cents if divided else 0
    return EstimateLine(
        kind=line.kind,
        unit=line.unit,
        band=line.band,
        minutes=line.minutes * count + (known.minutes if known else 0),
        units=line.units * count + (known.units if known else 0),
        unit_price_cents=line.unit_price_cents,
        price_cents=line.cents * count + (known.price_cents if known else 0),
        payer_cents=payer * count + (known.payer_cents if known else 0),
        own_share_cents=(line.cents - payer) * count + (known.own_share_cents if known else 0),
    )
