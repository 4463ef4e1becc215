from datetime import date

import pytest

from marketplace.kernel.errors import Refused
from marketplace.pricing.prices import Unit
from marketplace.pricing.quotes import quote_visit
from marketplace.pricing.schedules import (
    MonthEstimate,
    MonthPlan,
    PlannedVisits,
    Weekday,
    WeeklyVisit,
    check_schedule,
    estimate,
    month_plan,
    visit_days,
)
from marketplace.pricing.values import FlatValue, Household
from tests.factories.pricing import (
    at,
    helsinki_value,
    kenest_calendar,
    kenest_prices,
    lapland_calendar,
    lapland_value,
    one_price,
)

DECEMBER = date(2026, 12, 15)


def weekly(weekday: str, start: str = "08:00", minutes: int = 60, every_weeks: int = 1) -> WeeklyVisit:
    return WeeklyVisit(weekday=Weekday(weekday), start=start, minutes=minutes, every_weeks=every_weeks)


def sums(found: MonthEstimate) -> tuple[int, int, int]:
    return found.price_cents, found.payer_cents, found.own_share_cents


@pytest.mark.parametrize(
    ("visit", "since", "days"),
    [
        (weekly("mon"), None, [7, 14, 21, 28]),
        (weekly("tue"), None, [1, 8, 15, 22, 29]),
        (weekly("mon", every_weeks=2), None, [7, 21]),
        (weekly("mon", every_weeks=5), None, [7]),
        (weekly("mon", every_weeks=2), date(2026, 11, 17), [7, 21]),
        (weekly("mon", every_weeks=2), date(2026, 11, 24), [14, 28]),
        (weekly("mon", every_weeks=2), date(2026, 11, 30), [14, 28]),
        (weekly("thu"), date(2026, 12, 18), [24, 31]),
        (weekly("mon"), date(2027, 1, 1), []),
        (weekly("wed", every_weeks=52), date(2026, 1, 1), []),
    ],
)
def test_the_days_of_a_visit_in_a_month(visit: WeeklyVisit, since: date | None, days: list[int]):
    assert [day.day for day in visit_days(visit, DECEMBER, since)] == days


def test_holidays_of_a_month_have_their_own_price():
    found = estimate(month_plan([weekly("thu"), weekly("fri")], DECEMBER, kenest_calendar()), kenest_prices())
    assert [(line.band, line.minutes, line.price_cents) for line in found.lines] == [
        ("day", 7 * 60, 7 * 38_55),
        ("sunday", 2 * 60, 2 * 77_10),
    ]
    assert (found.visits, sums(found)) == (9, (424_05, 0, 424_05))


def test_a_month_is_the_sum_of_its_visits_each_rounded_on_its_own():
    plan = month_plan([weekly("mon", minutes=50)], DECEMBER)
    rule = FlatValue(value_cents=34_87)
    one = quote_visit(one_price(42_05), at("2026-12-07 08:00"), at("2026-12-07 08:50")).total_cents
    assert sums(estimate(plan, one_price(42_05), rule)) == (4 * one, 4 * 29_06, 4 * (one - 29_06))


def test_equal_visits_are_planned_once():
    plan = month_plan([weekly("mon"), weekly("tue", start="09:00")], DECEMBER, kenest_calendar())
    assert [(visits.runs[0].minutes, visits.count) for visits in plan.visits] == [(60, 9)]
    assert (plan.month, plan.visit_count, plan.days, plan.weeks) == (date(2026, 12, 1), 9, 9, 5)


def test_a_month_with_helsinki_s_voucher():
    plan = month_plan([weekly(day) for day in ("mon", "tue", "wed", "thu", "fri")], date(2026, 11, 1))
    found = estimate(plan, one_price(42_00), helsinki_value(), Household(gross_income_cents=1_500_00))
    assert sums(found) == (21 * 42_00, 21 * 34_87, 21 * 7_13)


def test_a_month_with_lapland_s_bands_beside_the_provider_s():
    plan = month_plan(
        [weekly("thu", start="17:00", minutes=120)], DECEMBER, kenest_calendar(), value_calendar=lapland_calendar()
    )
    found = estimate(plan, kenest_prices(), lapland_value())
    assert [(line.band, line.minutes, line.payer_cents) for line in found.lines] == [
        ("day", 240, 240 * 36_00 // 60),
        ("evening", 180, 180 * 41_40 // 60),
        ("sunday", 60, 36_00),
        ("sunday", 60, 72_00),
        ("evening", 60, 44_33),
    ]


def test_a_night_that_begins_in_the_month_belongs_to_it():
    plan = month_plan([weekly("sat", start="22:00", minutes=480)], date(2026, 10, 1), kenest_calendar())
    assert (plan.visit_count, _minutes(plan)) == (5, {480, 540})


def test_the_minutes_of_a_night_may_pass_whatever_the_clock_does():
    nights = [weekly("sat", start="22:00", minutes=480)]
    assert _minutes(month_plan(nights, date(2026, 10, 1), kenest_calendar(), by_clock=False)) == {480}


def _minutes(plan: MonthPlan) -> set[int]:
    return {sum(run.minutes for run in visits.runs) for visits in plan.visits}


def test_a_visit_outside_the_hours_of_service_is_refused():
    with pytest.raises(Refused):
        month_plan([weekly("mon", start="06:00")], DECEMBER, lapland_calendar())


@pytest.mark.parametrize(
    ("unit", "count"),
    [(Unit.VISIT, 14), (Unit.PIECE, 14), (Unit.DAY, 9), (Unit.WEEK, 5), (Unit.MONTH, 1), (Unit.KM, 0)],
)
def test_other_units_are_counted_by_the_plan(unit: Unit, count: int):
    schedule = [weekly("mon"), weekly("tue"), weekly("tue", start="18:00")]
    found = estimate(
        month_plan(schedule, DECEMBER), one_price(10_00, unit=unit), FlatValue(value_cents=4_00, unit=unit)
    )
    assert sums(found) == (count * 10_00, count * 4_00, count * 6_00)


def test_no_visits_cost_nothing():
    plan = month_plan([], DECEMBER)
    assert plan.visits == tuple[PlannedVisits]()
    assert sums(estimate(plan, one_price(580_00, unit=Unit.MONTH))) == (0, 0, 0)


def test_visit_fees_are_added_up():
    found = estimate(month_plan([weekly("mon")], DECEMBER), one_price(40_00, visit_fee_cents=4_90))
    assert [(line.kind.value, line.units, line.price_cents) for line in found.lines] == [
        ("service", 0, 160_00),
        ("visit_fee", 4, 19_60),
    ]


def test_everything_wrong_with_a_schedule_is_named():
    schedule = [weekly("mon"), weekly("tue", start="8", minutes=0, every_weeks=0), weekly("wed", "24:00", 1441, 53)]
    assert [error.field for error in check_schedule(schedule)] == [
        f"visits.{i}.{field}" for i in (1, 2) for field in ("start", "minutes", "every_weeks")
    ]
