"""Months of any schedule, price list, voucher and caps: what always holds."""

from datetime import date
from decimal import Decimal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.kernel.i18n import Text
from marketplace.pricing.charges import Extras, FeeWaiver, Package, Surcharge, Travel, Unit
from marketplace.pricing.limits import Cap, CapPeriod, Limits, Used
from marketplace.pricing.month_receipts import (
    MonthTerms,
    month_from_json,
    month_to_json,
    receipt_for_month,
    recompute_month,
)
from marketplace.pricing.months import MonthEstimate, MonthPricer, MonthVoucher, estimate
from marketplace.pricing.prices import BandPrice, PriceList, check_price_list
from marketplace.pricing.quotes import quote_visit
from marketplace.pricing.schedules import (
    DatedVisit,
    Weekday,
    WeeklyVisit,
    check_schedule,
    month_plan,
    month_visits,
    weekly_count,
)
from marketplace.pricing.shares import share
from marketplace.pricing.values import Household, ValueRule, unit_value
from tests.factories.pricing import kenest_calendar, turku_calendar
from tests.factories.pricing_published import all_published, published

KEYS = kenest_calendar().keys
MONTHS = st.sampled_from([date(2026, m, 1) for m in (3, 4, 6, 10, 11, 12)])
RULES = ("HKI-HOMECARE", "TURKU-PA", "HUITTINEN-CLEANING", "HKI-CLEANING", "ACT-2014", "HKI-FAMILY")
cents = st.integers(0, 200_00)
weekly = st.builds(
    lambda day, start, minutes, weeks: WeeklyVisit(
        weekday=day, start=f"{start // 60:02}:{start % 60:02}", minutes=minutes, every_weeks=weeks
    ),
    st.sampled_from(Weekday),
    st.integers(0, 1439),
    st.integers(1, 720),
    st.integers(1, 4),
)
schedules = st.lists(weekly, min_size=1, max_size=6)
price_lists = st.builds(
    lambda prices, minimum, step, fee, waived, travel, more, package, vat: PriceList(
        unit=Unit.HOUR,
        band_prices=tuple(map(BandPrice, KEYS, prices)),
        minimum_minutes=minimum,
        rounding_minutes=step,
        visit_fee_cents=fee,
        fee_waiver=FeeWaiver(visits_per_week=2) if waived else None,
        travel=Travel(cents_per_km=travel, free_metres=3_000),
        surcharges=(Surcharge(key="s", name=Text("Lisä"), bands=KEYS[:2], percent=more),),
        packages=(Package(key="p", name=Text("Paketti"), over_minutes=300, up_to_minutes=600, price_cents=package),)
        if package
        else (),
        vat_percent=vat,
        vat_added=bool(vat),
    ),
    st.lists(cents, min_size=len(KEYS), max_size=len(KEYS)),
    st.integers(0, 120),
    st.integers(1, 60),
    st.integers(0, 10_00),
    st.booleans(),
    st.integers(0, 2_00),
    st.decimals(0, 50, places=1),
    st.integers(0, 900_00),
    st.sampled_from([Decimal(0), Decimal("25.5")]),
)
plain_lists = st.builds(
    lambda prices, minimum, step: PriceList(
        unit=Unit.HOUR, band_prices=tuple(map(BandPrice, KEYS, prices)), minimum_minutes=minimum, rounding_minutes=step
    ),
    st.lists(cents, min_size=len(KEYS), max_size=len(KEYS)),
    st.integers(0, 120),
    st.integers(1, 60),
)
incomes = st.integers(0, 10_000_00)
households = st.builds(
    lambda size, income, savings, hours: Household(
        size=size, gross_income_cents=income, savings_cents=savings, minutes_per_month=hours
    ),
    st.integers(1, 9),
    st.none() | incomes,
    st.none() | st.integers(0, 10_000_00),
    st.none() | st.integers(60, 6000),
)
caps = st.lists(
    st.builds(
        lambda period, minutes, money: Cap(period=period, minutes=minutes, cents=money),
        st.sampled_from(CapPeriod),
        st.none() | st.integers(0, 6000),
        st.none() | st.integers(0, 3_000_00),
    ),
    max_size=3,
)
limits = st.builds(
    lambda given, used: Limits(caps=tuple(given), used=Used(minutes=used, cents=used)), caps, st.integers(0, 500)
)
extras = st.builds(lambda metres: Extras(metres=metres, paper_invoice=True), st.integers(0, 30_000))


def rule_of(code: str) -> ValueRule:
    return published(code).rule


def month_of(
    schedule: list[WeeklyVisit], month: date, prices: PriceList, code: str, household: Household, covered: Limits
) -> MonthEstimate:
    plan = month_plan(schedule, month, kenest_calendar(), value_calendar=turku_calendar())
    return estimate(plan, prices, rule_of(code), household, limits=covered)


@given(schedules)
def test_drawn_schedules_are_valid(schedule: list[WeeklyVisit]):
    assert check_schedule(schedule) == []


@given(price_lists)
def test_drawn_price_lists_are_valid(prices: PriceList):
    assert check_price_list(prices, kenest_calendar()) == []


@settings(max_examples=60, deadline=None)
@given(schedules, MONTHS, price_lists, st.sampled_from(RULES), households, limits, extras)
def test_parts_sum_to_the_price_and_a_receipt_computes_itself_again(
    schedule: list[WeeklyVisit],
    month: date,
    prices: PriceList,
    code: str,
    household: Household,
    covered: Limits,
    more: Extras,
):
    terms = MonthTerms(
        prices=prices,
        prices_version="1",
        calendar=kenest_calendar(),
        rule=rule_of(code),
        rule_version=code,
        value_calendar=turku_calendar(),
        household=household,
        limits=covered,
        extras=more,
    )
    made = receipt_for_month(month_visits(schedule, month), month, terms, weekly_count(schedule))
    for one in (made.result, *made.result.lines):
        assert one.price_cents == one.payer_cents + one.own_share_cents + one.overrun_cents
        assert min(one.payer_cents, one.own_share_cents, one.overrun_cents) >= 0
    assert made.result.price_cents == sum(line.price_cents for line in made.result.lines)
    assert recompute_month(month_from_json(month_to_json(made))) == made


@settings(max_examples=60, deadline=None)
@given(MONTHS, price_lists, st.sampled_from(RULES), households, limits, st.data())
def test_splitting_a_visit_at_any_minute_changes_nothing(
    month: date,
    prices: PriceList,
    code: str,
    household: Household,
    covered: Limits,
    data: st.DataObject,
):
    start = data.draw(st.integers(0, 1200))
    minutes = data.draw(st.integers(2, 239))
    cut = data.draw(st.integers(1, minutes - 1))
    day = data.draw(st.integers(1, 28))
    whole = DatedVisit(day=month.replace(day=day), start=f"{start // 60:02}:{start % 60:02}", minutes=minutes)
    first = msgspec.structs.replace(whole, minutes=cut)
    # The rest begins when the first part ends by the clock; a night in which the clock changes is left out.
    rest = start + cut
    second = msgspec.structs.replace(whole, start=f"{rest // 60:02}:{rest % 60:02}", minutes=minutes - cut)
    if (month.month, day) in ((3, 29), (10, 25)):
        return
    plans = (
        month_plan(parts, month, kenest_calendar(), value_calendar=turku_calendar())
        for parts in ([whole], [first, second])
    )
    one, two = (estimate(plan, prices, rule_of(code), household, limits=covered) for plan in plans)
    assert (one.lines, one.price_cents, one.payer_cents) == (two.lines, two.price_cents, two.payer_cents)


@settings(max_examples=60, deadline=None)
@given(schedules, MONTHS, plain_lists, st.integers(0, len(KEYS) - 1), st.integers(0, 50_00), households, limits)
def test_a_dearer_band_never_makes_the_total_cheaper(
    schedule: list[WeeklyVisit],
    month: date,
    prices: PriceList,
    at: int,
    more: int,
    household: Household,
    covered: Limits,
):
    bands = [BandPrice(b.band, b.price_cents + more * (i == at)) for i, b in enumerate(prices.band_prices)]
    dearer = msgspec.structs.replace(prices, band_prices=tuple(bands))
    plan = month_plan(schedule, month, kenest_calendar())
    cheap, dear = (estimate(plan, p, rule_of("HKI-HOMECARE"), household, limits=covered) for p in (prices, dearer))
    assert dear.price_cents >= cheap.price_cents
    assert dear.payer_cents >= cheap.payer_cents
    assert dear.own_share_cents + dear.overrun_cents >= cheap.own_share_cents + cheap.overrun_cents


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(all_published())), households, incomes, incomes)
def test_a_higher_income_never_raises_the_voucher(code: str, household: Household, one: int, other: int):
    example = published(code)
    known = msgspec.structs.replace(household, minutes_per_month=household.minutes_per_month or 600)
    low, high = (msgspec.structs.replace(known, gross_income_cents=cents) for cents in sorted((one, other)))
    for key in example.calendar.keys:
        assert unit_value(example.rule, low, key) >= unit_value(example.rule, high, key)


@settings(max_examples=40, deadline=None)
@given(schedules, MONTHS, price_lists, households)
def test_without_caps_a_month_is_the_sum_of_its_visits(
    schedule: list[WeeklyVisit], month: date, prices: PriceList, household: Household
):
    bare = msgspec.structs.replace(prices, packages=(), fee_waiver=None)
    visits = month_visits(schedule, month)
    if len({v.start for v in visits} | {v.end for v in visits}) < 2 * len(visits):
        return  # Visits that touch are one: told by another property.
    quotes = [quote_visit(bare, visit.start, visit.end, kenest_calendar()) for visit in visits]
    shares = [share(quote, rule_of("HKI-HOMECARE"), household) for quote in quotes]
    found = estimate(month_plan(schedule, month, kenest_calendar()), bare, rule_of("HKI-HOMECARE"), household)
    assert found.price_cents == sum(quote.total_cents for quote in quotes)
    assert found.payer_cents == sum(each.payer_cents for each in shares)


@settings(max_examples=40, deadline=None)
@given(schedules, MONTHS, st.lists(price_lists, min_size=1, max_size=4), households, limits, extras)
def test_a_batch_prices_like_one_by_one(
    schedule: list[WeeklyVisit],
    month: date,
    lists: list[PriceList],
    household: Household,
    covered: Limits,
    more: Extras,
):
    voucher = MonthVoucher(rule=rule_of("HKI-HOMECARE"), household=household, limits=covered)
    visits = month_visits(schedule, month)
    pricer = MonthPricer(visits, month, voucher=voucher, extras=more, weekly_visits=weekly_count(schedule))
    plan = month_plan(schedule, month, kenest_calendar())
    for prices in lists:
        alone = estimate(plan, prices, voucher.rule, household, limits=covered, extras=more)
        assert pricer.price(prices, kenest_calendar()) == alone
