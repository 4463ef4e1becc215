"""One offer, one schedule and one voucher give the same cents in search, in comparison and when visits are redeemed."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.i18n import Language, Text
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.organisers.schemas import Caps
from marketplace.pricing.charges import FeeWaiver, Surcharge, Travel
from marketplace.pricing.limits import Overrun
from marketplace.pricing.prices import BandCoefficient, BandPrice, PriceList, Unit
from marketplace.pricing.schedules import Weekday, WeeklyVisit, month_visits
from marketplace.pricing.values import BandAmount, BandValue, FlatValue, ValueRule
from marketplace.pricing.weeks import MonthVisit
from marketplace.vouchers.visits import log_visit
from search.comparisons.comparing import CompareRequest, compare
from search.comparisons.costs import asked_month, costs_of
from tests.factories.pricing import helsinki_value
from tests.factories.pricing_published import published
from tests.factories.vouchers import Setting, a_setting

MONTH = "2026-11"
FIRST = date(2026, 11, 1)
BEGIN = datetime(2026, 11, 1, 10, tzinfo=UTC)
AFTER = datetime(2026, 12, 2, 10, tzinfo=UTC)
Sums = tuple[int, int, int, int]


def a_week(chance: random.Random) -> tuple[WeeklyVisit, ...]:
    """Some visits on some days, at odd times and lengths, none of them touching another."""
    days = chance.sample(list(Weekday), chance.randint(2, 5))
    return tuple(
        WeeklyVisit(
            weekday=day,
            start=f"{chance.randint(6, 21):02}:{chance.choice((0, 7, 30, 45)):02}",
            minutes=chance.choice((20, 35, 50, 61, 90, 125)),
            every_weeks=chance.choice((1, 1, 2)),
        )
        for day in days
    )


def some_prices(chance: random.Random) -> PriceList:
    billing: dict[str, Any] = {
        "unit": Unit.HOUR,
        "minimum_minutes": chance.choice((0, 30, 60)),
        "rounding_minutes": chance.choice((1, 15, 30)),
        "visit_fee_cents": chance.choice((0, 4_90)),
        "travel": chance.choice((None, Travel(per_visit_cents=3_55))),
        "surcharges": chance.choice(((), (Surcharge(key="x", name=Text("Lisä"), percent=Decimal("7.5")),))),
    }
    kind = chance.choice(("one", "bands", "coefficients"))
    cents = chance.randint(30_00, 60_00)
    if kind == "one":
        return PriceList(one_price_cents=cents, **billing)
    if kind == "bands":
        bands = tuple(BandPrice(key, cents + 311 * i) for i, key in enumerate(STANDARD_BANDS.keys))
        return PriceList(band_prices=bands, **billing)
    factors = tuple(BandCoefficient(key, Decimal(1) + Decimal(i) / 7) for i, key in enumerate(STANDARD_BANDS.keys))
    rounded = tuple(BandCoefficient(each.band, round(each.coefficient, 2)) for each in factors)
    return PriceList(one_price_cents=cents, coefficients=rounded, **billing)


def a_rule(chance: random.Random) -> ValueRule:
    flat = FlatValue(value_cents=chance.randint(20_00, 50_00))
    bands = tuple(BandAmount(key, 25_00 + 777 * i) for i, key in enumerate(STANDARD_BANDS.keys))
    return chance.choice((flat, BandValue(bands=bands), helsinki_value()))


def some_caps(chance: random.Random) -> Caps:
    """None that bind, hours a week, hours or euros a month, or euros in all; beyond them the client pays."""
    pays = {"overrun": Overrun.CLIENT_PAYS}
    return chance.choice(
        (
            Caps(**pays),
            Caps(minutes_per_week=95, **pays),
            Caps(cents_per_month=150_00, **pays),
            Caps(cents_in_all=99_99, **pays),
        )
    )


async def redeemed(setting: Setting, visits: Sequence[MonthVisit]) -> Sums:
    """Every visit of the month, logged as it was planned."""
    made = [await log_visit(setting.provider, setting.agreement.id, visit.start, visit.end) for visit in visits]
    return (
        sum(each.price_cents for each in made),
        sum(each.payer_cents for each in made),
        sum(each.own_share_cents for each in made),
        sum(each.overrun_cents for each in made),
    )


async def searched(setting: Setting, week: Sequence[WeeklyVisit]) -> Sums:
    asked = await asked_month(month=MONTH, visits=week, voucher=setting.voucher.number, actor=setting.person)
    cost = (await costs_of([setting.offer_id], asked))[setting.offer_id]
    assert cost.problem is None, cost.problem
    return cost.total_cents or 0, cost.voucher_cents or 0, cost.own_share_cents or 0, cost.overrun_cents or 0


async def side_by_side(setting: Setting, week: Sequence[WeeklyVisit]) -> Sums:
    request = CompareRequest(
        offer_ids=(setting.offer_id,), visits=tuple(week), month=MONTH, voucher=setting.voucher.number
    )
    (item,) = (await compare(request, Language.FI, setting.person)).items
    lines = item.lines
    assert item.total_cents == sum(line.total_cents for line in lines)
    assert item.own_share_cents == sum(line.own_share_cents for line in lines)
    return item.total_cents or 0, item.voucher_cents or 0, item.own_share_cents or 0, item.overrun_cents or 0


@pytest.mark.parametrize("number", range(12))
async def test_the_same_cent_everywhere(database, number):
    chance = random.Random(number)
    week, prices, rule, caps = a_week(chance), some_prices(chance), a_rule(chance), some_caps(chance)
    with clock_set_to(BEGIN):
        client = {"household_size": 1, "gross_income_cents": 150_000}
        minutes = chance.choice((240, 1200))
        setting = await a_setting(rule=rule, prices=prices, caps=caps, minutes=minutes, starts_on=FIRST, client=client)
        found = await searched(setting, week)
        assert await side_by_side(setting, week) == found
    with clock_set_to(AFTER):
        assert await redeemed(setting, month_visits(week, FIRST)) == found
    assert found[0] == sum(found[1:])


async def test_a_fee_that_is_waived_for_so_many_visits_a_week_is_not_charged_for_any(database):
    week = tuple(WeeklyVisit(weekday=day, start="09:00", minutes=60) for day in list(Weekday)[:3])
    prices = PriceList(
        unit=Unit.HOUR, one_price_cents=40_00, visit_fee_cents=4_90, fee_waiver=FeeWaiver(visits_per_week=3)
    )
    with clock_set_to(BEGIN):
        setting = await a_setting(prices=prices, starts_on=FIRST, weekly_visits=3)
        found = await searched(setting, week)
    visits = month_visits(week, FIRST)
    with clock_set_to(AFTER):
        assert await redeemed(setting, visits) == found
    assert setting.agreement.weekly_visits == 3
    assert found[0] == len(visits) * 40_00


async def test_a_value_by_household_and_hours_is_granted_with_its_hours(database):
    """Päijät-Häme 2021: the hours granted decide, not those of the schedule."""
    paijat = published("PAIJAT-HOMECARE")
    week = (WeeklyVisit(weekday=Weekday.TUE, start="09:00", minutes=60),)
    with clock_set_to(BEGIN):
        client = {"household_size": 1, "gross_income_cents": 150_000}
        prices = PriceList(unit=Unit.HOUR, one_price_cents=40_00)
        setting = await a_setting(
            rule=paijat.rule, calendar=paijat.calendar, prices=prices, starts_on=FIRST, client=client
        )
        found = await searched(setting, week)
        assert found == (160_00, 4 * 22_10, 4 * 17_90, 0)
        assert await side_by_side(setting, week) == found
    with clock_set_to(AFTER):
        assert await redeemed(setting, month_visits(week, FIRST)) == found
