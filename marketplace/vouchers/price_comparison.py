"""What new prices mean for one client: the visits of a month at the old price and at the new one, each with its receipt. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from marketplace.kernel.calendar import DayType, add_minutes, day_types, local_date, moment_at, stretches
from marketplace.kernel.errors import Refused
from marketplace.kernel.i18n import Message
from marketplace.pricing.limits import Limits, Overrun
from marketplace.pricing.month_receipts import MonthReceipt, MonthTerms, month_formula, receipt_for_month
from marketplace.pricing.weeks import MonthVisit
from marketplace.vouchers.terms import AgreedPrices, VoucherTerms, limits_of, value_calendar

USUAL_MINUTES: Final = 60
MORNING: Final = 10 * 60
LONGEST: Final = 12 * 60

Times = tuple[datetime, datetime]


class MonthsPrice(msgspec.Struct, frozen=True, kw_only=True):
    """A month's visits at one price list, in cents. ``client_cents`` is all that the client pays: own share and beyond."""

    price_cents: int
    payer_cents: int
    client_cents: int
    words: tuple[Message, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The same month at the old and the new prices. ``is_real``: with the visits that the client had in it.

    Otherwise with as much as the voucher covers in a month, on weekdays in the daytime.
    """

    month: date
    is_real: bool
    visits: int
    before: MonthsPrice
    after: MonthsPrice


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher's side of an agreement: its terms, and what it covers in a month."""

    terms: VoucherTerms
    minutes_per_month: int | None
    units_per_month: int | None
    cents_per_month: int | None

    @property
    def limits(self) -> Limits:
        """All caps. What a dearer price lifts over them is shown as the client's, whatever the voucher does with it."""
        caps = limits_of(
            self.terms, minutes=self.minutes_per_month, units=self.units_per_month, cents=self.cents_per_month
        )
        return replace(caps, overrun=Overrun.CLIENT_PAYS)


def compare(
    granted: Granted, before: AgreedPrices, after: AgreedPrices, given: Sequence[Times], month: date, coming: date
) -> Comparison | None:
    """The visits of a month at both prices; without any, a usual month of the voucher, that of ``coming``.

    None where one of the price lists does not cover the visits: its hours of service are others.
    """
    visits = [_visit(*times) for times in given] or list(_usual_visits(granted, coming))
    shown = month if given else coming.replace(day=1)
    try:
        first, second = (_priced(granted, each, visits, shown) for each in (before, after))
    except (Refused, KeyError):
        return None
    return Comparison(month=shown, is_real=bool(given), visits=len(visits), before=first, after=second)


def _priced(granted: Granted, agreed: AgreedPrices, visits: Sequence[MonthVisit], month: date) -> MonthsPrice:
    terms = MonthTerms(
        prices=agreed.prices,
        prices_version=agreed.prices_version,
        calendar=agreed.calendar,
        rule=granted.terms.rule,
        rule_version=granted.terms.rule_version,
        value_calendar=value_calendar(granted.terms, agreed.calendar),
        household=granted.terms.household,
        limits=granted.limits,
        no_own_share=granted.terms.no_own_share,
    )
    return _summed(receipt_for_month(tuple(visits), month, terms))


def _summed(receipt: MonthReceipt) -> MonthsPrice:
    result = receipt.result
    return MonthsPrice(
        price_cents=result.price_cents,
        payer_cents=result.payer_cents,
        client_cents=result.own_share_cents + result.overrun_cents,
        words=month_formula(receipt),
    )


def _visit(start: datetime, end: datetime) -> MonthVisit:
    return MonthVisit(day=local_date(start), start=start, end=end, pieces=1, parts=stretches(start, end))


def _usual_visits(granted: Granted, month: date) -> Iterator[MonthVisit]:
    """As much as the voucher covers: hours or visits on plain weekdays from ten o'clock, an hour each where that is enough."""
    days = list(_weekdays(month))
    if granted.minutes_per_month is None:
        lengths = [USUAL_MINUTES] * min(granted.units_per_month or 0, len(days))
    else:
        lengths = _lengths(granted.minutes_per_month, len(days))
    for day, minutes in zip(days, lengths, strict=False):
        start = moment_at(day, MORNING)
        yield _visit(start, add_minutes(start, minutes))


def _lengths(minutes: int, days: int) -> list[int]:
    """So many minutes as visits of an hour, or of equal length on every day where there are too many hours for that."""
    if minutes > USUAL_MINUTES * days:
        return [min(minutes // days, LONGEST)] * days
    whole, rest = divmod(minutes, USUAL_MINUTES)
    return [USUAL_MINUTES] * whole + ([rest] if rest else [])


def _weekdays(month: date) -> Iterator[date]:
    day = month.replace(day=1)
    while day.month == month.month:
        if day_types(day) == frozenset({DayType.WEEKDAY}):
            yield day
        day += timedelta(days=1)
