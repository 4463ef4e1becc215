"""Months: schedules with dates and pauses, both clock changes, caps, pools and receipts."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest

from marketplace.kernel.errors import Refused
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.pricing.charges import Extras, FeeWaiver, LineKind, Package, Surcharge, Travel, Unit
from marketplace.pricing.limits import Cap, CapPeriod, Limits, Overrun, Used, limit_errors
from marketplace.pricing.month_receipts import (
    MonthReceipt,
    MonthTerms,
    month_formula,
    month_from_json,
    month_to_json,
    receipt_for_month,
    receipt_for_whole_month,
    recompute_month,
)
from marketplace.pricing.months import MonthEstimate, MonthPricer, MonthVoucher, estimate
from marketplace.pricing.schedules import (
    DatedVisit,
    Pause,
    Weekday,
    WeeklyVisit,
    check_pauses,
    check_schedule,
    month_plan,
    month_visits,
    weekly_count,
)
from marketplace.pricing.values import (
    Component,
    ComponentsValue,
    FlatValue,
    Household,
    IncomeTestedValue,
    RoundingOrder,
    ValueRule,
    check_value_rule,
    contradictions,
    plain_rule,
    unit_value,
)
from tests.factories.pricing import (
    helsinki_value,
    kenest_calendar,
    kenest_prices,
    lapland_calendar,
    lapland_value,
    national_value,
    one_price,
    turku_calendar,
    turku_value,
)
from tests.factories.pricing_published import all_published, published

NOVEMBER = date(2026, 11, 1)
DAILY = tuple(WeeklyVisit(weekday=day, start="08:00", minutes=60) for day in Weekday)
NIGHTS = tuple(WeeklyVisit(weekday=day, start="22:00", minutes=480) for day in Weekday)


def sums(found: MonthEstimate) -> tuple[int, int, int, int]:
    return found.price_cents, found.payer_cents, found.own_share_cents, found.overrun_cents


def priced(rule: ValueRule, *caps: Cap, used: Used | None = None, price: int = 40_00) -> tuple[int, int, int, int]:
    limits = Limits(caps=caps, used=used or Used())
    return sums(estimate(month_plan(DAILY, NOVEMBER), one_price(price), rule, limits=limits))


def test_dates_and_pauses_make_a_month():
    dated = DatedVisit(day=date(2026, 11, 5), start="12:00", minutes=30, pieces=2)
    pause = Pause(first_day=date(2026, 11, 6), last_day=date(2026, 11, 30))
    visits = month_visits([*DAILY, dated], NOVEMBER, pauses=[pause])
    assert [visit.day.day for visit in visits] == [1, 2, 3, 4, 5, 5]
    plan = month_plan([*DAILY, dated], NOVEMBER, pauses=[pause])
    assert estimate(plan, one_price(5_00, unit=Unit.PIECE)).price_cents == 7 * 5_00


def test_a_date_of_another_month_or_before_the_beginning_is_none():
    visit = DatedVisit(day=date(2026, 11, 5), start="12:00", minutes=30)
    assert month_visits([visit], date(2026, 12, 1)) == ()
    assert month_visits([visit], NOVEMBER, since=date(2026, 11, 6)) == ()


def test_what_is_wrong_with_a_schedule_is_named():
    wrong = DatedVisit(day=date(2026, 11, 5), start="25:00", minutes=0, pieces=0)
    assert [e.field for e in check_schedule([wrong])] == ["visits.0.start", "visits.0.minutes", "visits.0.pieces"]
    pause = Pause(first_day=date(2026, 11, 6), last_day=date(2026, 11, 5))
    assert [e.field for e in check_pauses([pause])] == ["pauses.0.last_day"]


@pytest.mark.parametrize(("month", "day", "minutes"), [(10, 24, 540), (3, 28, 420), (3, 27, 480)])
def test_a_night_by_the_clock_is_longer_or_shorter_when_the_clock_changes(month: int, day: int, minutes: int):
    visits = month_visits(NIGHTS, date(2026, month, 1))
    [night] = [visit for visit in visits if visit.day.day == day]
    assert sum(part.minutes for part in night.parts) == minutes
    assert night.end.minute == 0


def test_parts_of_a_visit_that_touch_are_one_visit():
    parts = [WeeklyVisit(weekday=Weekday.MON, start=s, minutes=m) for s, m in (("08:00", 25), ("08:25", 35))]
    prices = kenest_prices(visit_fee_cents=4_90)
    whole = estimate(month_plan(DAILY[:1], NOVEMBER, kenest_calendar()), prices)
    assert sums(estimate(month_plan(parts, NOVEMBER, kenest_calendar()), prices)) == sums(whole)


@pytest.mark.parametrize(
    ("caps", "used", "expected"),
    [
        ((), None, (1200_00, 900_00, 300_00, 0)),
        ((Cap(period=CapPeriod.MONTH, minutes=10 * 60),), None, (1200_00, 300_00, 100_00, 800_00)),
        ((Cap(period=CapPeriod.WEEK, minutes=90),), None, (1200_00, 7 * 30_00 + 30_00, 80_00, 880_00)),
        ((Cap(period=CapPeriod.MONTH, cents=500_00),), None, (1200_00, 500_00, 300_00, 400_00)),
        ((Cap(period=CapPeriod.WEEK, cents=100_00),), None, (1200_00, 460_00, 300_00, 440_00)),
        ((Cap(period=CapPeriod.PERIOD, minutes=3000),), Used(minutes=2400), (1200_00, 300_00, 100_00, 800_00)),
        ((Cap(period=CapPeriod.PERIOD, cents=900_00),), Used(cents=900_00), (1200_00, 0, 300_00, 900_00)),
    ],
)
def test_caps_make_overrun_of_what_is_beyond_them(
    caps: tuple[Cap, ...], used: Used | None, expected: tuple[int, int, int, int]
):
    assert priced(FlatValue(value_cents=30_00), *caps, used=used) == expected


@pytest.mark.parametrize("cap", [Cap(period=CapPeriod.MONTH, minutes=60), Cap(period=CapPeriod.MONTH, cents=1)])
def test_an_overrun_can_be_refused(cap: Cap):
    limits = Limits(caps=(cap,), overrun=Overrun.REFUSED)
    with pytest.raises(Refused) as refused:
        estimate(month_plan(DAILY, NOVEMBER), one_price(40_00), FlatValue(value_cents=30_00), limits=limits)
    assert refused.value.code == "over_limit"


@pytest.mark.parametrize(
    ("unit", "value", "payer"),
    [
        (Unit.MONTH, 500_00, 500_00),
        (Unit.MONTH, 5000_00, 1200_00),
        (Unit.WEEK, 100_00, 480_00),
        (Unit.VISIT, 25_00, 750_00),
    ],
)
def test_a_value_for_longer_than_the_price_is_pooled(unit: Unit, value: int, payer: int):
    assert priced(FlatValue(unit=unit, value_cents=value)) == (1200_00, payer, 1200_00 - payer, 0)


def test_two_visits_a_day_share_the_day_s_value():
    twice = (*DAILY, *(msgspec.structs.replace(visit, start="18:00") for visit in DAILY))
    found = estimate(month_plan(twice, NOVEMBER), one_price(40_00), FlatValue(unit=Unit.DAY, value_cents=50_00))
    assert sums(found) == (2400_00, 1500_00, 900_00, 0)


def test_a_voucher_of_several_parts_pays_hours_and_kilometres():
    rule = ComponentsValue(
        parts=(
            Component(key="care", name=Text("Hoiva"), rule=FlatValue(value_cents=30_00)),
            Component(
                key="km", name=Text("Matka"), rule=FlatValue(unit=Unit.KM, value_cents=40), pays=(LineKind.TRAVEL,)
            ),
        )
    )
    prices = one_price(40_00, travel=Travel(cents_per_km=60))
    found = estimate(month_plan(DAILY, NOVEMBER), prices, rule, extras=Extras(metres=5_000))
    assert sums(found) == (1290_00, 960_00, 330_00, 0)
    assert check_value_rule(rule, kenest_calendar()) == []


def test_a_voucher_by_the_hour_does_not_pay_pieces():
    with pytest.raises(Refused) as refused:
        estimate(month_plan(DAILY, NOVEMBER), one_price(5_00, unit=Unit.PIECE), FlatValue(value_cents=30_00))
    assert refused.value.code == "unit_mismatch"


@pytest.mark.parametrize(
    ("order", "cents", "month"),
    [
        (RoundingOrder.BEFORE_HOURS, 34_87, 30 * 34_87),
        (RoundingOrder.BEFORE_FACTOR, 34_87, 30 * 34_87),
        (RoundingOrder.AFTER_HOURS, 34_87, 30 * 34_87),
    ],
)
def test_the_order_of_rounding(order: RoundingOrder, cents: int, month: int):
    rule = msgspec.structs.replace(helsinki_value(), rounding=order)
    household = Household(gross_income_cents=1_500_00)
    assert unit_value(rule, household) == cents
    plan = month_plan(DAILY, NOVEMBER)
    assert estimate(plan, one_price(42_00), rule, household).payer_cents == month


def test_hours_can_be_multiplied_before_rounding():
    rule: IncomeTestedValue = national_value(25, 528, rounding=RoundingOrder.AFTER_HOURS)
    later = [msgspec.structs.replace(visit, minutes=600) for visit in DAILY]
    plan = month_plan(later, NOVEMBER)
    household = Household(gross_income_cents=901_00)
    exact = estimate(plan, one_price(42_00), rule, household).payer_cents
    rounded = msgspec.structs.replace(rule, rounding=RoundingOrder.BEFORE_HOURS)
    # 25 − 373 × 35 % ÷ 60 = 22.824166…: ten hours are 228.24, but 228.20 of the rounded hour.
    assert (exact, estimate(plan, one_price(42_00), rounded, household).payer_cents) == (30 * 228_24, 30 * 228_20)


def test_rounding_up_before_the_factor():
    rule = national_value(
        25, 528, rounding=RoundingOrder.BEFORE_FACTOR, round_up_to_cents=5, factor=Decimal(2), highest_cents=60_00
    )
    assert unit_value(rule, Household(gross_income_cents=900_00)) == 45_70


@pytest.mark.parametrize(
    "code", ["PAIJAT-HOMECARE", "HKI-HOMECARE", "HKI-CLEANING", "HKI-HOUSING", "HKI-MEAL", "TURKU-PA"]
)
def test_a_plain_rule_is_worth_the_same_and_tells_no_income(code: str):
    example = published(code)
    household = Household(gross_income_cents=1_100_00, minutes_per_month=600)
    plain = plain_rule(example.rule, household, example.calendar.keys)
    for key in example.calendar.keys:
        assert unit_value(plain, Household(), key) == unit_value(example.rule, household, key)


def receipt(code: str, household: Household, **changes: object) -> MonthReceipt:
    example = published(code)
    fields: dict[str, object] = {
        "prices": one_price(40_00, unit=example.rule.unit),
        "prices_version": "list 3",
        "calendar": example.calendar,
        "rule": example.rule,
        "rule_version": f"{code} {example.year}",
        "household": household,
        "limits": example.limits,
    }
    visits = [WeeklyVisit(weekday=day, start="16:30", minutes=150) for day in (Weekday.TUE, Weekday.SAT)]
    terms = MonthTerms(**(fields | changes))  # pyright: ignore[reportArgumentType]
    return receipt_for_month(month_visits(visits, NOVEMBER), NOVEMBER, terms, weekly_count(visits))


KNOWN = Household(size=2, gross_income_cents=1_234_00, savings_cents=100_00)


@pytest.mark.parametrize("code", [c for c in all_published() if c not in ("TURKU-PA", "HKI-HOUSING")])
@pytest.mark.parametrize("household", [Household(), KNOWN], ids=["no income", "income"])
def test_a_month_s_receipt_computes_itself_again_and_tells_every_step(code: str, household: Household):
    made = receipt(code, household)
    stored = month_from_json(month_to_json(made))
    assert (stored, recompute_month(stored)) == (made, made)
    for language in Language:
        words = [translate(step, language) for step in month_formula(stored)]
        assert f"{code} " in words[-1]
        assert not [text for text in words if "{" in text]


def test_a_whole_month_s_receipt():
    terms = MonthTerms(
        prices=one_price(120_00, unit=Unit.DAY, monthly_average=True),
        prices_version="1",
        rule=published("HKI-HOUSING").rule,
        rule_version="2024",
        household=Household(gross_income_cents=1_350_00),
    )
    made = receipt_for_whole_month(NOVEMBER, terms)
    assert recompute_month(month_from_json(month_to_json(made))) == made
    words = [translate(step, Language.EN) for step in month_formula(made)]
    assert words[0] == "1 × €3,650.00 per month = €3,650.00."
    assert words[1] == "A month is billed as 365 ÷ 12 days of €120.00."
    assert "started €100.00 of net income over €900.00" in words[2]


def test_a_receipt_tells_fees_caps_tax_and_overrun():
    made = receipt(
        "HKI-HOMECARE",
        KNOWN,
        prices=one_price(40_00, travel=Travel(per_visit_cents=3_00), vat_percent=Decimal("25.5")),
        limits=Limits(caps=(Cap(period=CapPeriod.MONTH, minutes=600, cents=300_00, units=9),)),
    )
    text = " ".join(translate(step, Language.EN) for step in month_formula(made))
    for told in (
        "Travel: 8 × €3.00 = €24.00.",
        "beyond what the voucher covers",
        "value-added tax of 25.5 %",
        "at most 10 h",
    ):
        assert told in text


def test_a_month_without_a_voucher_is_the_client_s():
    made = receipt("HKI-HOMECARE", Household(), rule=None, limits=Limits())
    assert made.result.own_share_cents == made.result.price_cents
    assert translate(month_formula(made)[-1], Language.EN) == "Price list list 3, time bands any time."


@pytest.mark.parametrize("calendar", [kenest_calendar(), turku_calendar()])
def test_a_batch_prices_as_one_by_one(calendar: object):
    assert isinstance(calendar, type(kenest_calendar()))
    visits = month_visits([*DAILY, *NIGHTS], NOVEMBER)
    voucher = MonthVoucher(rule=turku_value(), calendar=turku_calendar())
    pricer = MonthPricer(visits, NOVEMBER, voucher=voucher, weekly_visits=Fraction(14))
    for prices in (one_price(41_37, minimum_minutes=90), one_price(30_01, visit_fee_cents=2_50), one_price(41_37)):
        values = None if calendar == turku_calendar() else turku_calendar()
        plan = month_plan([*DAILY, *NIGHTS], NOVEMBER, calendar, value_calendar=values)
        assert pricer.price(prices, calendar) == estimate(plan, prices, turku_value())


def test_a_batch_refuses_hours_without_service():
    pricer = MonthPricer(month_visits(NIGHTS, NOVEMBER), NOVEMBER)
    with pytest.raises(Refused):
        pricer.price(kenest_prices(), lapland_calendar())


@pytest.mark.parametrize(
    ("caps", "fields"),
    [
        ((Cap(period=CapPeriod.WEEK),), ["limits.caps.0"]),
        ((Cap(period=CapPeriod.WEEK, minutes=-1),), ["limits.caps.0.minutes"]),
        ((Cap(period=CapPeriod.WEEK, units=3),), ["limits.caps.0.units"]),
        ((Cap(period=CapPeriod.MONTH, minutes=60), Cap(period=CapPeriod.MONTH, minutes=90)), ["limits.caps.1.minutes"]),
        ((Cap(period=CapPeriod.MONTH, minutes=60), Cap(period=CapPeriod.WEEK, minutes=90)), ["limits.caps.1.minutes"]),
        ((Cap(period=CapPeriod.WEEK, minutes=90), Cap(period=CapPeriod.MONTH, minutes=60)), ["limits.caps.0.minutes"]),
    ],
)
def test_contradictions_of_caps_are_named(caps: tuple[Cap, ...], fields: list[str]):
    found = contradictions(FlatValue(value_cents=1), kenest_calendar(), Limits(caps=caps))
    assert [error.field for error in found] == fields
    assert list(limit_errors(Limits(), Unit.HOUR)) == []


def test_a_receipt_tells_how_a_price_was_made():
    prices = one_price(
        36_00,
        minimum_minutes=30,
        rounding_minutes=15,
        visit_fee_cents=4_90,
        fee_waiver=FeeWaiver(visits_per_week=1),
        coefficients=lapland_value().bands,
        surcharges=(
            Surcharge(key="e", name=Text("Iltalisä", en="Evening extra"), bands=("weekday_evening",), cents=6_00),
            Surcharge(key="p", name=Text("Lisä", en="Extra"), bands=("eve",), percent=Decimal(10)),
        ),
        vat_percent=Decimal(24),
        vat_added=True,
    )
    made = receipt("LAPLAND-HOMECARE", KNOWN, prices=prices, calendar=lapland_calendar())
    text = " ".join(translate(step, Language.EN) for step in month_formula(made))
    for told in (
        "Each visit is billed for at least 30 min. Each visit is billed up to the next full 15 min.",
        "Weekday evening: the price is €36.00 × 1.15 = €41.40 per hour.",
        "Weekday evening: Evening extra adds €6.00 per hour to the price.",
        "Eve: Extra adds 10 % to the price.",
        "Value-added tax of 24 % is added to the prices.",
        "The visit fee €4.90 is waived",
    ):
        assert told in text
    assert recompute_month(month_from_json(month_to_json(made))) == made


def test_a_package_s_payer_is_spread_over_its_weeks():
    packages = (Package(key="p", name=Text("30 h"), over_minutes=0, up_to_minutes=1800, price_cents=930_00),)
    capped = Limits(caps=(Cap(period=CapPeriod.WEEK, cents=200_00),))
    prices = one_price(40_00, packages=packages)
    made = receipt("HKI-FAMILY", Household(), prices=prices, rule=FlatValue(value_cents=30_00), limits=capped)
    assert made.result.price_cents == 930_00
    assert made.result.payer_cents == 8 * 75_00
    assert "30 h: €930.00 for the month." in [translate(step, Language.EN) for step in month_formula(made)]
