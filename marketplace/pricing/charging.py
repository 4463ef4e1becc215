"""What of a planned month is charged, and how much of it a voucher covers: equal charges are counted, not repeated.

Whatever does not depend on a provider's cents is done here once and shared by all price lists that bill alike.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Final, NamedTuple

from marketplace.kernel.errors import Refused
from marketplace.kernel.i18n import message
from marketplace.pricing.charges import Unit
from marketplace.pricing.limits import CapPeriod, Limits, Overrun
from marketplace.pricing.prices import PriceList
from marketplace.pricing.quotes import billed_bands
from marketplace.pricing.weeks import DatedRuns, MonthPlan

POOLS = (Unit.VISIT, Unit.DAY, Unit.WEEK, Unit.MONTH)
"""Units over which a voucher's value can be pooled, from the shortest to the longest."""

MONTHS_A_YEAR: Final = 12
DAYS_A_YEAR: Final = 365
_DAYS_IN: Final = {Unit.DAY: Fraction(1), Unit.WEEK: Fraction(7), Unit.MONTH: Fraction(DAYS_A_YEAR, MONTHS_A_YEAR)}


def units_in(value_unit: Unit, charged: Unit) -> Fraction:
    """How many units of a value one charge holds: one of its own, 365 / 12 days in a month; 0 where it holds none whole."""
    if value_unit is charged:
        return Fraction(1)
    if value_unit not in _DAYS_IN or charged not in _DAYS_IN:
        return Fraction(0)
    held = _DAYS_IN[charged] / _DAYS_IN[value_unit]
    return held if held > 1 else Fraction(0)


class Bucket(NamedTuple):
    """A span of a month for which pools and caps are reckoned: the visit's number, its day and its week as numbers."""

    visit: int
    day: int
    week: int

    def key(self, unit: Unit) -> int:
        if unit is Unit.WEEK:
            return self.week
        return self.visit if unit is Unit.VISIT else self.day if unit is Unit.DAY else 0


class Item(NamedTuple):
    """So many equal charges: minutes or units each, of which ``covered`` are within the voucher's quantity."""

    quantity: int
    covered: int
    bucket: int
    times: int


class Group(NamedTuple):
    """The charges of a month that have one unit price. ``length`` is the visit's minutes where they decide the price."""

    band: str | None
    value_band: str | None
    length: int
    items: tuple[Item, ...]


class Charges(NamedTuple):
    """All charges of a month, and the visits (parts that touch joined, where hours are billed) that fees are counted by."""

    unit: Unit
    groups: tuple[Group, ...]
    buckets: tuple[Bucket, ...]
    entries: tuple[DatedRuns, ...]


class _Charge(NamedTuple):
    band: str | None
    value_band: str | None
    length: int
    quantity: int


def billed_unit(prices: PriceList) -> Unit:
    """What a list is billed by: its unit, but months for days that are billed by the month."""
    return Unit.MONTH if prices.monthly_average else prices.unit


def charges_of(
    plan: MonthPlan, prices: PriceList, limits: Limits, finest: Unit, days: tuple[date, date] | None = None
) -> Charges:
    """The charges of a month by the way in which a list bills (not by its prices). ``finest`` is the shortest span
    for which the voucher has a pool or a cap in cents; ``days`` the first and the last that it covers, where not all.

    Raises:
        Refused: visits beyond a cap whose overrun is refused (``over_limit``).
    """
    unit = billed_unit(prices)
    entries = plan.joined if unit is Unit.HOUR else plan.dated
    cover = _Cover(limits, by_minutes=unit is Unit.HOUR, days=days)
    buckets: dict[int, tuple[int, Bucket]] = {}
    counted: defaultdict[tuple[str | None, str | None, int], Counter[tuple[int, int, int]]] = defaultdict(Counter)
    for i, (day, charge) in enumerate(_charges(entries, unit, prices)):
        bucket = Bucket(i, day.toordinal(), _week(day))
        number, _ = buckets.setdefault(bucket.key(finest), (len(buckets), bucket))
        covered = cover.take(day, charge.quantity)
        counted[charge.band, charge.value_band, charge.length][charge.quantity, covered, number] += 1
    groups = tuple(
        Group(*key, tuple(Item(*item, count) for item, count in sums.items())) for key, sums in counted.items()
    )
    return Charges(unit, groups, tuple(bucket for _, bucket in buckets.values()), entries)


def _charges(entries: Sequence[DatedRuns], unit: Unit, prices: PriceList) -> Iterator[tuple[date, _Charge]]:
    """Each charge with its day, in order of time."""
    match unit:
        case Unit.HOUR:
            known: dict[int, list[_Charge]] = {}  # Visits alike share their runs: each is billed once.
            for entry in entries:
                if (charges := known.get(id(entry.runs))) is None:
                    charges = known[id(entry.runs)] = _hour_charges(entry, prices)
                yield from ((entry.day, charge) for charge in charges)
        case Unit.VISIT:
            for entry in entries:
                yield from ((entry.day, _visit_charge(entry, prices)),) if entry.runs else ()
        case Unit.PIECE | Unit.KM:
            for entry in entries:
                yield entry.day, _Charge(None, None, 0, entry.pieces if unit is Unit.PIECE else 1)
        case _:
            spans = {_span(entry.day, unit): entry.day for entry in reversed(entries)}
            yield from ((day, _Charge(None, None, 0, 1)) for day in sorted(spans.values()))


def _hour_charges(entry: DatedRuns, prices: PriceList) -> list[_Charge]:
    return [_Charge(*bands, 0, minutes) for bands, minutes in billed_bands(prices, entry.runs).items()]


def _visit_charge(entry: DatedRuns, prices: PriceList) -> _Charge:
    first = entry.runs[0]
    length = sum(run.minutes for run in entry.runs) if prices.length_prices else 0
    return _Charge(first.band, first.value_band or first.band, length, 1)


def _span(day: date, unit: Unit) -> int:
    return {Unit.DAY: day.toordinal(), Unit.WEEK: _week(day)}.get(unit, 0)


def _week(day: date) -> int:
    return (day.toordinal() - 1) // 7


class _Cover:
    """What a voucher's caps on minutes or units still cover, visit by visit in order of time."""

    def __init__(self, limits: Limits, *, by_minutes: bool, days: tuple[date, date] | None) -> None:
        self._overrun, self._days = limits.overrun, days
        self._a_week = limits.quantity(CapPeriod.WEEK, by_minutes=by_minutes)
        longer = [limits.quantity(period, by_minutes=by_minutes) for period in (CapPeriod.MONTH, CapPeriod.PERIOD)]
        self._left = min((most for most in longer if most is not None), default=None)
        self._weeks: dict[int, int] = {}

    def take(self, day: date, quantity: int) -> int:
        """How much of a charge is covered. Raises ``Refused`` (``over_limit``) where overruns are refused."""
        if self._days is not None and not self._days[0] <= day <= self._days[1]:
            return 0
        covered = quantity if self._left is None else min(quantity, self._left)
        if self._a_week is not None:
            covered = min(covered, self._weeks.setdefault(_week(day), self._a_week))
            self._weeks[_week(day)] -= covered
        if self._left is not None:
            self._left -= covered
        if covered < quantity and self._overrun is Overrun.REFUSED:
            raise over_limit()
        return covered


def over_limit() -> Refused:
    """The refusal of visits beyond what a voucher covers."""
    text = message(
        "The visits are more than the voucher covers, and it does not allow more. Plan fewer or shorter visits."
    )
    return Refused(text, code="over_limit")
