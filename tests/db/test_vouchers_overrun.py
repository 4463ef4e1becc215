"""Visits beyond a voucher's caps: redeemed in part and the rest the client's, or refused, as the product says."""

from datetime import date

import pytest

from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.db import fetch_one
from marketplace.ledger import chart
from marketplace.ledger.queries import balance, trial_balance
from marketplace.organisers.schemas import Caps
from marketplace.pricing.limits import Overrun
from marketplace.pricing.schedules import Weekday, WeeklyVisit, estimate, month_plan
from marketplace.vouchers.queries import voucher_for
from marketplace.vouchers.schemas import VisitView
from marketplace.vouchers.terms import limits_of, read_prices, read_terms
from tests.db.visiting import in_english, log, refusal
from tests.factories.vouchers import Setting, a_setting, at

CLIENT_PAYS = Overrun.CLIENT_PAYS

pytestmark = pytest.mark.usefixtures("clock")


def parts(visit: VisitView) -> tuple[int, int, int, int]:
    return visit.price_cents, visit.payer_cents, visit.own_share_cents, visit.overrun_cents


async def two_hours(**caps) -> Setting:
    """33 €/h paid for a price of 38 €/h, for two hours a month."""
    return await a_setting(minutes=120, caps=Caps(overrun=CLIENT_PAYS, **caps))


async def test_a_visit_across_the_months_hours_is_redeemed_in_part(database: str) -> None:
    setting = await two_hours()
    await log(setting, "2026-11-23 08:00", "2026-11-23 09:30")
    visit = await log(setting, "2026-11-24 08:00", "2026-11-24 09:00")
    assert parts(visit) == (3800, 1650, 250, 1900)
    assert any("beyond what the voucher covers" in words or "ylit" in words for words in visit.words)


async def test_what_is_beyond_is_the_clients_in_the_books(database: str) -> None:
    setting = await two_hours()
    await log(setting, "2026-11-23 08:00", "2026-11-23 10:00")
    assert parts(await log(setting, "2026-11-24 08:00", "2026-11-24 09:00")) == (3800, 0, 0, 3800)
    organiser = setting.organiser.id
    assert await balance(chart.own_share_due(organiser, setting.client.id)) == 1000 + 3800
    assert await balance(chart.payable(organiser, setting.provider.provider_id)) == 6600
    assert (await trial_balance()).is_balanced


async def test_only_what_is_covered_counts_as_used(database: str) -> None:
    setting = await two_hours(minutes_per_week=60)
    await log(setting, "2026-11-17 08:00", "2026-11-17 10:00")
    assert parts(await log(setting, "2026-11-23 08:00", "2026-11-23 09:00")) == (3800, 3300, 500, 0)
    month = (await voucher_for(setting.person, setting.voucher.id)).month
    assert (month.used_minutes, month.left_minutes, month.own_share_cents) == (120, 0, 500 + 500 + 3800)


async def test_a_cap_in_euros_makes_overrun_of_the_rest(database: str) -> None:
    setting = await two_hours(cents_per_month=2000)
    assert parts(await log(setting, "2026-11-23 08:00", "2026-11-23 09:00")) == (3800, 2000, 500, 1300)


async def test_a_week_has_its_own_refusal(database: str) -> None:
    setting = await a_setting(caps=Caps(minutes_per_week=60, overrun=Overrun.REFUSED))
    await log(setting, "2026-11-23 08:00", "2026-11-23 09:00")
    refused = await refusal(setting, "2026-11-24 08:00", "2026-11-24 08:30")
    assert refused.code == "week_minutes_exceeded"
    assert "week" in in_english(refused)
    assert parts(await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")) == (3800, 3300, 500, 0)


async def test_a_voucher_without_a_word_of_overrun_refuses_as_ever(database: str) -> None:
    setting = await a_setting(minutes=60)
    await log(setting, "2026-11-23 08:00", "2026-11-23 09:00")
    assert (await refusal(setting, "2026-11-24 08:00", "2026-11-24 08:30")).code == "month_minutes_exceeded"


@pytest.mark.parametrize("caps", [{}, {"minutes_per_week": 90}, {"cents_per_month": 9999}, {"cents_per_week": 3210}])
async def test_visits_come_to_the_cents_of_the_months_estimate(database: str, caps: dict[str, int]) -> None:
    """December: every Tuesday and Friday for 50 minutes, with a voucher for five hours a month."""
    setting = await a_setting(minutes=300, caps=Caps(overrun=CLIENT_PAYS, **caps), starts_on=date(2026, 11, 17))
    days = [1, 4, 8, 11, 15, 18, 22, 25, 29]
    with clock_set_to(at("2026-12-31 12:00")):
        logged = [await log(setting, f"2026-12-{day:02d} 08:10", f"2026-12-{day:02d} 09:00") for day in days]
    row = await fetch_one("select v.*, a.prices from voucher v join agreement a on a.voucher_id = v.id") or {}
    terms, agreed = read_terms(row["terms"]), read_prices(row["prices"])
    visits = [WeeklyVisit(weekday=day, start="08:10", minutes=50, every_weeks=1) for day in (Weekday.TUE, Weekday.FRI)]
    plan = month_plan(visits, date(2026, 12, 1), agreed.calendar)
    limits = limits_of(terms, minutes=row["minutes_per_month"], units=None, cents=row["cents_per_month"])
    month = estimate(plan, agreed.prices, terms.rule, terms.household, limits=limits)
    sums = tuple(map(sum, zip(*map(parts, logged), strict=True)))
    assert sums == (month.price_cents, month.payer_cents, month.own_share_cents, month.overrun_cents)
