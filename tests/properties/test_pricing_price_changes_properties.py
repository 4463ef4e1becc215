"""Price changes: a list that is no increase makes no month and no visit dearer for anybody; days keep to the rules."""

from datetime import date, timedelta

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from marketplace.pricing.charges import Extras
from marketplace.pricing.price_changes import change_errors, earliest_day, is_increase
from marketplace.pricing.prices import BandPrice, IncreaseRules, PriceList
from marketplace.pricing.quotes import quote_visit
from marketplace.pricing.schedules import WeeklyVisit, estimate, month_plan, month_visits
from tests.factories.pricing import kenest_calendar
from tests.properties.test_pricing_months_properties import MONTHS, price_lists, schedules

CALENDAR = kenest_calendar()
clients = st.builds(
    Extras, metres=st.integers(0, 30_000), paper_invoice=st.booleans(), vat_free=st.booleans(), weekly_visits=st.integers(0, 7)
)  # fmt: skip
SCALARS = ("minimum_minutes", "rounding_minutes", "visit_fee_cents", "fee_waiver", "travel", "packages", "vat_percent",
           "vat_added")  # fmt: skip
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
rules = st.builds(
    IncreaseRules,
    most_per_year=st.none() | st.integers(0, 2),
    on_days=st.lists(st.sampled_from(["01-01", "02-29", "07-01", "12-31"]), max_size=2, unique=True).map(tuple),
    notice_days=st.integers(0, 400),
)


@st.composite
def neighbours(draw: st.DrawFn) -> tuple[PriceList, PriceList]:
    """Two lists of which the second took some things over from another one: often cheaper, often not."""
    before, other = draw(price_lists), draw(price_lists)
    taken = {name: getattr(other, name) for name in draw(st.sets(st.sampled_from(SCALARS), max_size=2))}
    lowered = tuple(
        BandPrice(each.band, max(each.price_cents - draw(st.integers(-1, 500)), 0)) for each in before.band_prices
    )
    return before, replace(before, band_prices=lowered, **taken)


@settings(max_examples=150, deadline=None)
@given(neighbours(), schedules, MONTHS, clients)
def test_what_is_no_increase_makes_no_visit_dearer(
    lists: tuple[PriceList, PriceList], schedule: list[WeeklyVisit], month: date, client: Extras
) -> None:
    before, after = lists
    assume(not is_increase(before, CALENDAR, after, CALENDAR))
    for visit in month_visits(schedule, month):
        old, new = (quote_visit(each, visit.start, visit.end, CALENDAR, extras=client) for each in lists)
        assert new.total_cents <= old.total_cents


@settings(max_examples=150, deadline=None)
@given(neighbours(), schedules, MONTHS, clients)
def test_what_is_no_increase_makes_no_month_without_packages_dearer(
    lists: tuple[PriceList, PriceList], schedule: list[WeeklyVisit], month: date, client: Extras
) -> None:
    before, after = (replace(each, packages=()) for each in lists)
    assume(not is_increase(before, CALENDAR, after, CALENDAR))
    plan = month_plan(schedule, month, CALENDAR)
    assert estimate(plan, after, extras=client).price_cents <= estimate(plan, before, extras=client).price_cents


@given(price_lists, price_lists)
def test_of_two_different_lists_one_way_at_least_is_an_increase_or_nothing_is_asked_of_anybody(
    one: PriceList, other: PriceList
) -> None:
    both_ways = is_increase(one, CALENDAR, other, CALENDAR), is_increase(other, CALENDAR, one, CALENDAR)
    if [each.price_cents for each in one.band_prices] != [each.price_cents for each in other.band_prices]:
        assume(not (one.vat_added or other.vat_added))
        assume(one.surcharges == other.surcharges)
        assert any(both_ways)
    assert not is_increase(one, CALENDAR, msgspec.structs.replace(one), CALENDAR)


@given(rules, days, st.lists(days, max_size=4))
def test_the_earliest_day_is_allowed_and_no_day_before_it_is(
    asked: IncreaseRules, today: date, increases: list[date]
) -> None:
    earliest = earliest_day(asked, today, increases)
    assume(earliest is not None)
    assert earliest is not None
    assert change_errors(asked, today, earliest, increases) == []
    before = [today + timedelta(days=n) for n in range((earliest - today).days)]
    assert all(change_errors(asked, today, day, increases) for day in before)
