"""Months without visits by number of units, kilometres with their value, vouchers that pay for some days only."""

from datetime import date

import pytest

from marketplace.kernel.i18n import Language, translate
from marketplace.pricing.bands import ANY_TIME
from marketplace.pricing.charges import Extras, Travel, Unit
from marketplace.pricing.limits import Cap, CapPeriod, Limits
from marketplace.pricing.month_receipts import MonthTerms, month_formula, receipt_for_whole_month, recompute_month
from marketplace.pricing.months import MonthEstimate, MonthPricer, MonthVoucher, estimate
from marketplace.pricing.prices import PriceList
from marketplace.pricing.schedules import MOST_UNITS, Weekday, WeeklyVisit, month_plan, month_visits, units_plan
from marketplace.pricing.values import FlatValue
from marketplace.pricing.weeks import whole_month_plan
from tests.factories.pricing import kenest_calendar, one_price

NOVEMBER = date(2026, 11, 1)
DAILY = tuple(WeeklyVisit(weekday=day, start="08:00", minutes=60) for day in Weekday)


def sums(found: MonthEstimate) -> tuple[int, int, int, int]:
    return found.price_cents, found.payer_cents, found.own_share_cents, found.overrun_cents


@pytest.mark.parametrize(
    ("unit", "units", "charged"),
    [
        (Unit.DAY, 3, 3),
        (Unit.DAY, 31, 31),
        (Unit.WEEK, 4, 4),
        (Unit.MONTH, 1, 1),
        (Unit.PIECE, 12, 12),
        (Unit.DAY, 0, 0),
    ],
)
def test_units_are_charged_each(unit, units, charged):
    found = estimate(
        units_plan(unit, units, NOVEMBER), one_price(10_00, unit=unit), FlatValue(unit=unit, value_cents=7_00)
    )
    assert sums(found) == (charged * 10_00, charged * 7_00, charged * 3_00, 0)


def test_a_value_of_a_shorter_time_is_counted_for_the_whole_of_a_longer_one():
    """Lapland's 180 € a day of housing that is billed by the month: 365 / 12 days of both."""
    day = FlatValue(unit=Unit.DAY, value_cents=180_00)
    averaged = PriceList(unit=Unit.DAY, one_price_cents=190_00, monthly_average=True)
    assert sums(estimate(whole_month_plan(NOVEMBER), averaged, day)) == (5_779_17, 5_475_00, 304_17, 0)
    by_month = one_price(5_000_00, unit=Unit.MONTH)
    assert sums(estimate(whole_month_plan(NOVEMBER), by_month, day)) == (5_000_00, 5_000_00, 0, 0)
    by_week = one_price(1_300_00, unit=Unit.WEEK)
    assert sums(estimate(units_plan(Unit.WEEK, 2, NOVEMBER), by_week, day)) == (2_600_00, 2_520_00, 80_00, 0)


def test_a_longer_time_is_told_in_words():
    terms = MonthTerms(
        prices=one_price(5_000_00, unit=Unit.MONTH), prices_version="1", calendar=ANY_TIME,
        rule=FlatValue(unit=Unit.DAY, value_cents=75_00), rule_version="2",
    )  # fmt: skip
    receipt = receipt_for_whole_month(NOVEMBER, terms)
    assert "For one month it counts 365 ÷ 12 times." in [translate(e, Language.EN) for e in month_formula(receipt)]
    assert (recompute_month(receipt), receipt.result.payer_cents) == (receipt, 2_281_25)


@pytest.mark.parametrize(
    ("unit", "units"), [(Unit.HOUR, 1), (Unit.VISIT, 1), (Unit.DAY, 32), (Unit.MONTH, 2), (Unit.PIECE, -1)]
)
def test_what_is_no_month_of_units(unit, units):
    with pytest.raises(ValueError, match="are no month"):
        units_plan(unit, units, NOVEMBER)
    assert units > MOST_UNITS.get(unit, 0) or units < 0


def test_kilometres_are_worth_their_metres():
    rule = FlatValue(unit=Unit.KM, value_cents=50)
    trip = units_plan(Unit.KM, 1, NOVEMBER)
    found = estimate(trip, one_price(80, unit=Unit.KM), rule, extras=Extras(metres=12_500))
    assert sums(found) == (10_00, 6_25, 3_75, 0)


def test_a_given_plan_holds_for_all_calendars():
    pricer = MonthPricer((), NOVEMBER, plan=units_plan(Unit.PIECE, 5, NOVEMBER))
    prices = PriceList(unit=Unit.PIECE, one_price_cents=9_00, travel=Travel(per_visit_cents=3_00))
    assert pricer.price(prices, kenest_calendar()).price_cents == 45_00


def test_visits_outside_a_vouchers_days_are_the_clients():
    voucher = MonthVoucher(rule=FlatValue(value_cents=30_00), days=(date(2026, 11, 11), date(2026, 11, 20)))
    pricer = MonthPricer(month_visits(DAILY, NOVEMBER), NOVEMBER, voucher=voucher)
    assert sums(pricer.price(one_price(40_00), kenest_calendar())) == (1200_00, 300_00, 100_00, 800_00)


def test_days_outside_use_up_no_cap():
    limits = Limits(caps=(Cap(period=CapPeriod.MONTH, minutes=5 * 60),))
    voucher = MonthVoucher(
        rule=FlatValue(value_cents=30_00), limits=limits, days=(date(2026, 11, 11), date(2026, 11, 20))
    )
    pricer = MonthPricer(month_visits(DAILY, NOVEMBER), NOVEMBER, voucher=voucher)
    assert sums(pricer.price(one_price(40_00), kenest_calendar())) == (1200_00, 150_00, 50_00, 1000_00)
    assert sums(estimate(month_plan(DAILY, NOVEMBER), one_price(40_00), voucher.rule, limits=limits))[1] == 150_00
