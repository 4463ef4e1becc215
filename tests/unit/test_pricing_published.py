"""Published examples to the cent, from configuration alone."""

from datetime import date

import pytest

from marketplace.kernel.errors import Refused
from marketplace.pricing.charges import Extras, Travel, Unit
from marketplace.pricing.limits import Cap, CapPeriod, Limits
from marketplace.pricing.months import MonthEstimate, estimate
from marketplace.pricing.schedules import DatedVisit, Weekday, WeeklyVisit, month_plan, whole_month_plan
from marketplace.pricing.shares import check_prices_fit_voucher
from marketplace.pricing.values import FlatValue, Household, contradictions, unit_value
from tests.factories.pricing import one_price
from tests.factories.pricing_published import Published, all_published, published

NOVEMBER = date(2026, 11, 1)


def household(euros: float | None, size: int = 1, hours: int | None = None, savings: int | None = None) -> Household:
    return Household(
        size=size,
        gross_income_cents=None if euros is None else round(euros * 100),
        savings_cents=None if savings is None else savings * 100,
        minutes_per_month=None if hours is None else hours * 60,
    )


def hours_on_mondays(hours: int) -> tuple[DatedVisit, ...]:
    """So many hours in November, one visit an hour, none on a holiday or at night."""
    days = [day for day in range(2, 28) if date(2026, 11, day).weekday() < 5]
    return tuple(
        DatedVisit(day=date(2026, 11, days[i % 20]), start=f"{9 + i // 20 * 2:02}:00", minutes=60) for i in range(hours)
    )


def sums(found: MonthEstimate) -> tuple[int, int, int, int]:
    return found.price_cents, found.payer_cents, found.own_share_cents, found.overrun_cents


@pytest.mark.parametrize("example", all_published().values(), ids=lambda e: e.code)
def test_published_rules_contradict_nothing(example: Published):
    assert contradictions(example.rule, example.calendar, example.limits) == []


@pytest.mark.parametrize(
    ("code", "asked", "band", "cents"),
    [
        ("HKI-HOMECARE", household(1500), None, 34_87),
        ("HKI-HOMECARE", household(300), None, 40_80),
        ("HKI-HOMECARE", household(None), None, 8_40),
        ("HKI-HOMECARE", household(9000), None, 8_40),
        ("HKI-HOMECARE", household(2000, size=2), None, 37_30),
        ("LAPLAND-HOMECARE", household(None), "weekday_day", 36_00),
        ("LAPLAND-HOMECARE", household(None), "weekday_evening", 41_40),
        ("LAPLAND-HOMECARE", household(None), "saturday_day", 43_20),
        ("LAPLAND-HOMECARE", household(None), "eve", 72_00),
        ("LAPLAND-HOMECARE", household(None), "sunday", 72_00),
        ("PAIJAT-HOMECARE", household(1500, hours=20), "weekday_day", 22_10),
        ("PAIJAT-HOMECARE", household(1500, hours=5), "weekday_day", 6_14),
        ("PAIJAT-HOMECARE", household(1500, hours=6), "weekday_day", 3_10),
        ("PAIJAT-HOMECARE", household(1500, hours=30), "sunday", 45_16),
        ("PAIJAT-HOMECARE", household(1500, size=2, hours=21), "weekday_evening", 34_64),
        ("PAIJAT-HOMECARE", household(500, hours=21), "saturday_evening", 45_70),
        ("PAIJAT-HOMECARE", household(None), "weekday_day", 0),
        ("TURKU-PA", household(None), "day", 21_00),
        ("TURKU-PA", household(None), "night", 26_30),
        ("TURKU-PA", household(None), "sunday", 42_00),
        ("HUITTINEN-CLEANING", household(1000, savings=3000), None, 20_00),
        ("HUITTINEN-CLEANING", household(1000.01, savings=3000), None, 0),
        ("HUITTINEN-CLEANING", household(1000, savings=3001), None, 0),
        ("HUITTINEN-CLEANING", household(1700, size=2, savings=5000), None, 20_00),
        ("HUITTINEN-CLEANING", household(1000), None, 0),
        ("HKI-CLEANING", household(1138), None, 24_00),
        ("HKI-CLEANING", household(1138.10), None, 21_00),
        ("HKI-CLEANING", household(1422), None, 21_00),
        ("HKI-CLEANING", household(1422.01), None, 0),
        ("HKI-CLEANING", household(1575, size=2), None, 24_00),
        ("HKI-CLEANING", household(2107, size=2), None, 21_00),
        ("HKI-HOUSING", household(900), None, 3300_00),
        ("HKI-HOUSING", household(900.01), None, 3200_00),
        ("HKI-HOUSING", household(1000), None, 3200_00),
        ("HKI-HOUSING", household(2400.01), None, 1700_00),
        ("HKI-HOUSING", household(3600.01), None, 500_00),
        ("HKI-HOUSING", household(8000), None, 500_00),
        ("ACT-2014", household(900), None, 25_10),
        ("ACT-2014", household(3250, size=7), None, 26_90),
        ("HKI-MEAL", household(None), None, 3_90),
    ],
)
def test_the_published_value_of_a_unit(code: str, asked: Household, band: str | None, cents: int):
    assert unit_value(published(code).rule, asked, band) == cents


@pytest.mark.parametrize(
    ("income", "hours", "price", "expected"),
    [(1500, 20, 42_00, (840_00, 697_40, 142_60, 0)), (300, 10, 38_00, (380_00, 380_00, 0, 0))],
)
def test_helsinki_s_worked_examples(income: int, hours: int, price: int, expected: tuple[int, ...]):
    plan = month_plan(hours_on_mondays(hours), NOVEMBER)
    assert sums(estimate(plan, one_price(price), published("HKI-HOMECARE").rule, household(income))) == expected


def test_turku_s_relief_leaves_25_euros_for_five_hours():
    found = estimate(month_plan(hours_on_mondays(5), NOVEMBER), one_price(32_00), FlatValue(value_cents=27_00))
    assert sums(found) == (160_00, 135_00, 25_00, 0)


def test_personal_assistance_leaves_no_own_share():
    turku = published("TURKU-PA")
    too_dear = check_prices_fit_voucher(one_price(21_50), turku.calendar, turku.rule, no_own_share=True)
    assert [error.field for error in too_dear] == ["one_price_cents"]
    plan = month_plan([WeeklyVisit(weekday=Weekday.MON, start="10:00", minutes=60)], NOVEMBER, turku.calendar)
    with pytest.raises(Refused, match="free for the client") as refused:
        estimate(plan, one_price(21_50), turku.rule, no_own_share=True)
    assert refused.value.code == "price_over_value"


def test_helsinki_pays_two_hours_of_cleaning_a_month():
    example = published("HKI-CLEANING")
    plan = month_plan([WeeklyVisit(weekday=Weekday.TUE, start="10:00", minutes=90)], NOVEMBER)
    found = estimate(plan, one_price(40_00), example.rule, household(1100), limits=example.limits)
    assert sums(found) == (240_00, 48_00, 32_00, 160_00)


def test_old_helsinki_covered_forty_hours_a_month():
    limits = Limits(caps=(Cap(period=CapPeriod.MONTH, minutes=40 * 60),))
    plan = month_plan([WeeklyVisit(weekday=day, start="10:00", minutes=90) for day in Weekday], NOVEMBER)
    found = estimate(plan, one_price(42_00), published("HKI-HOMECARE").rule, household(1500), limits=limits)
    # The 27th of 30 visits of 1.5 h is the one that is cut, after an hour.
    assert sums(found) == (1890_00, 26 * 52_31 + 34_87, 26 * (63_00 - 52_31) + 7_13, 5 * 42_00)


def test_meals_and_their_delivery_are_paid_by_two_parts():
    lunches = [WeeklyVisit(weekday=day, start="11:00", minutes=5, pieces=1) for day in Weekday]
    prices = one_price(5_57, unit=Unit.PIECE, travel=Travel(per_visit_cents=7_50))
    found = estimate(month_plan(lunches, NOVEMBER), prices, published("HKI-MEAL").rule)
    assert sums(found) == (30 * (5_57 + 7_50), 30 * (3_90 + 7_00), 30 * (1_67 + 50), 0)


def test_housing_is_billed_by_the_average_month():
    prices = one_price(120_00, unit=Unit.DAY, monthly_average=True)
    found = estimate(whole_month_plan(NOVEMBER), prices, published("HKI-HOUSING").rule, household(1350))
    assert sums(found) == (3650_00, 2800_00, 850_00, 0)


def test_paijat_hame_takes_the_month_s_hours_where_none_are_granted():
    example = published("PAIJAT-HOMECARE")
    plan = month_plan(hours_on_mondays(20), NOVEMBER, example.calendar)
    found = estimate(plan, one_price(38_00), example.rule, household(1500))
    assert sums(found) == (760_00, 20 * 22_10, 20 * 15_90, 0)


def test_a_value_by_hours_needs_the_hours():
    with pytest.raises(Refused) as refused:
        unit_value(published("PAIJAT-HOMECARE").rule, household(1500), "weekday_day")
    assert refused.value.code == "hours_needed"


def test_the_family_s_voucher_is_refused_beyond_thirty_hours():
    example = published("HKI-FAMILY")
    found = estimate(month_plan(hours_on_mondays(30), NOVEMBER), one_price(40_00), example.rule, limits=example.limits)
    assert found.overrun_cents == 0
    with pytest.raises(Refused) as refused:
        estimate(month_plan(hours_on_mondays(31), NOVEMBER), one_price(40_00), example.rule, limits=example.limits)
    assert refused.value.code == "over_limit"


def test_extras_default_to_nothing():
    assert Extras() == Extras(metres=0, paper_invoice=False, vat_free=False, weekly_visits=0)
