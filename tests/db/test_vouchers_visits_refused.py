"""Visits that a voucher does not pay for, or not in full: its caps, clashes, and who may log."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.organisers.schemas import Caps
from marketplace.vouchers.agreements import open_voucher
from marketplace.vouchers.closing import expire_due
from marketplace.vouchers.granting import grant
from marketplace.vouchers.money import give_back
from marketplace.vouchers.queries import voucher_for
from marketplace.vouchers.schemas import OpenVoucher
from marketplace.vouchers.visits import cancel_visit, log_visit
from tests.db.visiting import in_english, log, refusal
from tests.factories.catalogue import suspend
from tests.factories.vouchers import Setting, a_setting, a_visit_setting, another_provider, at, grant_of, hourly


async def test_the_months_hours_have_an_end_and_it_says_what_is_left(setting: Setting) -> None:
    await log(setting, "2026-11-28 00:00", "2026-11-28 19:00")
    error = await refusal(setting, "2026-11-30 08:00", "2026-11-30 09:01")
    assert error.code == "month_minutes_exceeded"
    assert "1 h is left of 20 h" in in_english(error)
    await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")


async def test_another_month_has_hours_of_its_own(setting: Setting) -> None:
    await log(setting, "2026-11-28 00:00", "2026-11-28 20:00")
    with clock_set_to(at("2026-12-02 12:00")):
        visit = await log(setting, "2026-12-01 08:00", "2026-12-01 09:00")
    assert (visit.payer_cents, visit.own_share_cents, visit.overrun_cents) == (3300, 500, 0)


async def test_minutes_billed_and_not_spent_count(database: str, clock) -> None:
    setting = await a_setting(minutes=60, prices=hourly(3800, minimum_minutes=45))
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 08:10")
    assert (visit.minutes, visit.billed_minutes, visit.payer_cents) == (10, 45, 2475)
    assert (await refusal(setting, "2026-11-30 09:00", "2026-11-30 09:10")).code == "month_minutes_exceeded"


async def test_visits_that_are_priced_each_have_a_number_in_the_month(database: str, clock) -> None:
    setting = await a_visit_setting(times=2)
    for hour in ("08", "10"):
        visit = await log(setting, f"2026-11-30 {hour}:00", f"2026-11-30 {hour}:45")
        assert (visit.minutes, visit.billed_minutes, visit.payer_cents, visit.own_share_cents) == (45, 0, 5000, 1800)
    assert (await refusal(setting, "2026-11-30 12:00", "2026-11-30 12:45")).code == "month_units_exceeded"


async def test_the_products_cap_in_euros_is_held(database: str, clock) -> None:
    setting = await a_setting(caps=Caps(cents_per_month=5000))
    assert setting.voucher.reserved_cents == 10_000
    await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    error = await refusal(setting, "2026-11-30 10:00", "2026-11-30 11:00")
    assert (error.code, "€17.00" in in_english(error)) == ("month_amount_exceeded", True)


async def test_nothing_is_paid_beyond_the_reserved_amount(setting: Setting) -> None:
    async with unit_of_work():
        await give_back(setting.organiser.id, setting.voucher.id, 130_000, "test")
    assert (await refusal(setting, "2026-11-30 08:00", "2026-11-30 09:00")).code == "amount_exceeded"


async def test_rounding_visit_by_visit_never_costs_the_client_the_last_minutes(database: str, clock) -> None:
    """Half hours at 34.87 €/h are 17.44 € each: forty of them are twenty cents over the whole of 697.40 €."""
    days = {"valid_from": date(2026, 11, 1), "valid_to": date(2026, 11, 30)}
    setting = await a_setting(value_cents=3487, prices=hourly(4200), minutes=1200, grant_changes=days)
    for i in range(40):
        start = at("2026-11-29 00:00") + timedelta(minutes=30 * i)
        await log_visit(setting.provider, setting.agreement.id, start, start + timedelta(minutes=30))
    voucher = await voucher_for(setting.person, setting.voucher.id)
    assert (voucher.reserved_cents, voucher.used_cents, voucher.left_cents) == (69_760, 69_760, 0)


async def test_the_same_visit_twice_is_told_apart_from_an_overlap(setting: Setting) -> None:
    await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    assert (await refusal(setting, "2026-11-30 08:00", "2026-11-30 09:00")).code == "duplicate_visit"
    error = await refusal(setting, "2026-11-30 08:59", "2026-11-30 09:30")
    assert (error.code, "08:00" in in_english(error)) == ("overlapping_visit", True)
    await log(setting, "2026-11-30 09:00", "2026-11-30 09:30")


async def with_second_voucher(setting: Setting) -> Setting:
    """The same client, provider and service, with another voucher beside the first."""
    voucher = await grant(
        setting.manager, grant_of(setting.client, setting.product, setting.plan, minutes_per_month=600)
    )
    asked = OpenVoucher(voucher_number=voucher.number, offer_id=setting.offer_id, starts_on=date(2026, 11, 17))
    return replace(setting, voucher=voucher, agreement=await open_voucher(setting.provider, asked))


async def test_two_vouchers_do_not_pay_for_the_same_minutes(database: str, clock) -> None:
    setting = await a_setting(grant_changes={"minutes_per_month": 600})
    other = await with_second_voucher(setting)
    await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    error = await refusal(other, "2026-11-30 08:00", "2026-11-30 09:00")
    assert (error.code, "Another voucher" in in_english(error)) == ("overlapping_visit", True)
    await log(other, "2026-11-30 09:00", "2026-11-30 10:00")


async def test_two_workers_at_once_on_two_vouchers_log_one_visit(database: str, clock) -> None:
    setting = await a_setting(grant_changes={"minutes_per_month": 600})
    other = await with_second_voucher(setting)
    times = ("2026-11-30 08:00", "2026-11-30 09:00")
    outcomes = await asyncio.gather(log(setting, *times), log(other, *times), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refused", "VisitView"]


async def test_a_suspended_approval_pays_nothing_from_its_day_on(setting: Setting) -> None:
    await suspend(setting.approval_id, date(2026, 11, 30))
    assert (await refusal(setting, "2026-11-30 08:00", "2026-11-30 09:00")).code == "approval_not_in_force"
    await log(setting, "2026-11-29 08:00", "2026-11-29 09:00")


async def test_a_free_service_leaves_no_own_share(database: str, clock) -> None:
    setting = await a_setting(no_own_share=True, value_cents=3800)
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    assert visit.own_share_cents == 0


async def test_a_closed_voucher_pays_nothing(setting: Setting) -> None:
    with clock_set_to(at("2027-01-20 12:00")):
        assert await expire_due() == 1
        assert (await refusal(setting, "2026-12-30 08:00", "2026-12-30 09:00")).code == "voucher_closed"


async def test_only_the_agreements_own_provider_logs_and_cancels(setting: Setting) -> None:
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    stranger = (await another_provider(setting)).provider
    for actor in (stranger, setting.person, setting.manager):
        with pytest.raises(NotFound):
            await log_visit(actor, setting.agreement.id, at("2026-11-30 10:00"), at("2026-11-30 11:00"))
        with pytest.raises(NotFound):
            await cancel_visit(actor, visit.id)
