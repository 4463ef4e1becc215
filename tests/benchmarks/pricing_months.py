"""Comparison: a month of 60 visits priced by many offers, in CPU time; growth from 1,000 to 50,000 offers.

Offers differ in every price and in how they bill; minutes by band are worked out once for each calendar.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.limits import Cap, CapPeriod, Limits
from marketplace.pricing.months import MonthPricer, MonthVoucher
from marketplace.pricing.prices import BandPrice, PriceList, Unit
from marketplace.pricing.schedules import Weekday, WeeklyVisit, month_visits, weekly_count
from marketplace.pricing.values import Household
from tests.factories.pricing import helsinki_value, kenest_calendar, turku_calendar

MONTH = date(2026, 11, 1)
LIMIT_MS = 50.0
"""CPU milliseconds allowed for 1,000 offers."""
SIZES = (1_000, 10_000, 50_000)
LIMITS = Limits(caps=(Cap(period=CapPeriod.MONTH, minutes=40 * 60, cents=2_000_00),))

Offer = tuple[PriceList, BandCalendar]


@dataclass(frozen=True)
class Measured:
    """``visits`` of the month, ``offers`` priced, CPU milliseconds."""

    visits: int
    offers: int
    cpu_ms: float


def schedule() -> tuple[WeeklyVisit, ...]:
    """Mornings and evenings every day: 60 visits in November, of 45 and 35 minutes."""
    mornings = (WeeklyVisit(weekday=day, start="08:15", minutes=45) for day in Weekday)
    evenings = (WeeklyVisit(weekday=day, start="17:40", minutes=35) for day in Weekday)
    return (*mornings, *evenings)


def offers(count: int) -> list[Offer]:
    """So many offers by two calendars, three ways of billing, each with its own cents."""
    calendars = (kenest_calendar(), turku_calendar())
    return [_offer(i, calendars[i % 2]) for i in range(count)]


def _offer(i: int, calendar: BandCalendar) -> Offer:
    prices = tuple(BandPrice(key, 30_00 + (i * 37 + j * 911) % 40_00) for j, key in enumerate(calendar.keys))
    minimum, step = ((0, 1), (30, 15), (60, 30))[i % 3]
    return (
        PriceList(
            unit=Unit.HOUR,
            band_prices=prices,
            minimum_minutes=minimum,
            rounding_minutes=step,
            visit_fee_cents=(i % 4) * 1_50,
        ),
        calendar,
    )


def measure(offered: Sequence[Offer]) -> Measured:
    """CPU of pricing the month by every offer, the schedule's own work included, with an income-tested capped voucher."""
    voucher = MonthVoucher(rule=helsinki_value(), household=Household(gross_income_cents=1_500_00), limits=LIMITS)
    begun = time.process_time()
    visits = month_visits(schedule(), MONTH)
    pricer = MonthPricer(visits, MONTH, voucher=voucher, weekly_visits=weekly_count(schedule()))
    for prices, calendar in offered:
        pricer.price(prices, calendar)
    return Measured(len(visits), len(offered), (time.process_time() - begun) * 1000)


def growth(sizes: Sequence[int] = SIZES) -> list[Measured]:
    """The same month by more and more offers; the best of three each, as a busy machine only adds time."""
    return [min((measure(offered) for _ in range(3)), key=_cpu) for size in sizes if (offered := offers(size))]


def _cpu(measured: Measured) -> float:
    return measured.cpu_ms


def main() -> None:
    for row in growth():
        per_offer = row.cpu_ms * 1000 / row.offers
        print(f"{row.offers:6d} offers x {row.visits} visits: {row.cpu_ms:8.1f} ms CPU, {per_offer:.1f} us an offer")


if __name__ == "__main__":
    main()
