"""Logging visits: priced, divided, in the books; and every reason for which a voucher does not pay."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import asyncpg
import pytest

from marketplace.kernel.actors import Role
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.db import execute, fetch_one, new_id, unit_of_work
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refused
from marketplace.ledger import chart
from marketplace.ledger.queries import balance, trial_balance
from marketplace.vouchers.agreements import end_agreement, open_voucher
from marketplace.vouchers.closing import expire_due
from marketplace.vouchers.granting import grant
from marketplace.vouchers.queries import voucher_for
from marketplace.vouchers.schemas import Cancellation, OpenVoucher
from marketplace.vouchers.settling import mark_settled
from marketplace.vouchers.visit_queries import visit_for, visits_for
from marketplace.vouchers.visits import cancel_visit, log_visit, preview_visit
from tests.db.visiting import in_english, log, refusal
from tests.factories.plans import client_of, make_client, make_plan, plan_draft
from tests.factories.pricing import helsinki_value, lapland_calendar, lapland_value
from tests.factories.vouchers import NOW, Setting, a_setting, another_provider, at, grant_of, hourly

COPY = """
insert into visit (id, agreement_id, voucher_id, organiser_id, provider_id, starts_at, ends_at, day, minutes,
    billed_minutes, units, worker_id, price_cents, payer_cents, own_share_cents, receipt, status, statement_id,
    transaction_id, logged_at)
select $1, agreement_id, voucher_id, organiser_id, provider_id, starts_at, ends_at, day, minutes,
    billed_minutes, units, worker_id, price_cents, payer_cents, own_share_cents, receipt, status, statement_id,
    transaction_id, logged_at from visit where id = $2
"""


async def test_a_visit_is_priced_and_divided_and_moves_the_money(setting: Setting) -> None:
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:30")
    assert (visit.price_cents, visit.payer_cents, visit.own_share_cents) == (5700, 4950, 750)
    organiser, provider = setting.organiser.id, setting.provider.provider_id
    assert await balance(chart.payable(organiser, provider)) == 4950
    assert await balance(chart.own_share_due(organiser, setting.client.id)) == 750
    voucher = await voucher_for(setting.person, setting.voucher.id)
    assert (voucher.reserved_cents, voucher.used_cents, voucher.left_cents) == (132_000, 4950, 127_050)
    assert (await trial_balance()).is_balanced


async def test_the_visit_keeps_its_receipt_and_its_lines(setting: Setting) -> None:
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:30")
    [line] = visit.lines
    assert line.unit_price_cents == 3800
    assert (line.minutes, line.unit_value_cents, line.payer_cents) == (90, 3300, 4950)
    assert any("33,00" in sentence for sentence in visit.words)


async def test_a_preview_says_the_same_and_writes_nothing(setting: Setting) -> None:
    seen = await preview_visit(setting.worker, setting.agreement.id, at("2026-11-30 08:00"), at("2026-11-30 09:30"))
    assert (seen.price_cents, seen.payer_cents, seen.own_share_cents) == (5700, 4950, 750)
    assert (await voucher_for(setting.person, setting.voucher.id)).used_cents == 0


async def test_helsinkis_published_example_to_the_cent(database: str, clock) -> None:
    """1,500 €/month, household of one, 42 €/h: the city pays 34.87 €/h, 697.40 € of 840 € for twenty hours."""
    setting = await a_setting(
        rule=helsinki_value(), prices=hourly(4200), client={"gross_income_cents": 150_000, "household_size": 1}
    )
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    assert (visit.payer_cents, visit.own_share_cents) == (3487, 713)
    assert setting.voucher.reserved_cents == 2 * 69_740


async def test_a_provider_does_not_learn_what_the_client_earns(database: str, clock) -> None:
    setting = await a_setting(rule=helsinki_value(), prices=hourly(4200), client={"gross_income_cents": 150_000})
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    seen = await preview_visit(setting.worker, setting.agreement.id, at("2026-11-30 10:00"), at("2026-11-30 11:00"))
    for words in (visit.words, seen.words):
        assert "34,87" in " ".join(words)
        assert "500,00" not in " ".join(words)
    assert "500,00" in " ".join((await visit_for(setting.person, visit.id)).words)


async def test_turkus_own_share(database: str, clock) -> None:
    setting = await a_setting(value_cents=2700, prices=hourly(3200))
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    assert (visit.payer_cents, visit.own_share_cents) == (2700, 500)


async def test_never_more_than_the_price_is_paid(database: str, clock) -> None:
    setting = await a_setting(value_cents=4080, prices=hourly(3800))
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    assert (visit.payer_cents, visit.own_share_cents) == (3800, 0)


async def test_a_visit_that_costs_nothing_leaves_the_books_alone(database: str, clock) -> None:
    setting = await a_setting(prices=hourly(0))
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    assert visit.price_cents == 0
    assert (await cancel_visit(setting.provider, visit.id)).status == "reversed"


async def test_a_visit_across_midnight_counts_for_the_day_it_began(setting: Setting) -> None:
    visit = await log(setting, "2026-11-29 23:00", "2026-11-30 01:00")
    assert (visit.minutes, visit.billed_minutes) == (120, 120)


@pytest.mark.parametrize(
    ("now", "start", "end", "minutes"),
    [
        ("2026-10-26 12:00", "2026-10-25 02:30", "2026-10-25 04:30", 180),  # The hour that comes twice.
        ("2027-03-29 12:00", "2027-03-28 02:30", "2027-03-28 04:30", 60),  # The hour that is left out.
    ],
)
async def test_on_the_nights_of_clock_changes_real_minutes_count(database: str, now, start, end, minutes) -> None:
    with clock_set_to(at(now)):
        days = {"valid_from": date(2026, 10, 1), "valid_to": date(2027, 3, 31)}
        setting = await a_setting(grant_changes=days, starts_on=at(start).date() - timedelta(days=1))
        visit = await log_visit(setting.provider, setting.agreement.id, at(start), at(end))
        assert visit.minutes == minutes
        assert visit.payer_cents == 3300 * minutes // 60


async def test_a_visit_to_come_is_refused(setting: Setting) -> None:
    error = await refusal(setting, "2026-11-30 17:30", "2026-11-30 18:01")
    assert error.code == "visit_in_future"


async def test_a_visit_over_a_day_long_is_refused(setting: Setting) -> None:
    assert (await refusal(setting, "2026-11-28 08:00", "2026-11-29 08:01")).code == "visit_too_long"


async def test_times_that_are_no_visit_name_their_field(setting: Setting) -> None:
    with pytest.raises(Invalid) as invalid:
        await log(setting, "2026-11-30 09:00", "2026-11-30 08:00")
    assert [error.field for error in invalid.value.fields] == ["end"]


async def test_days_before_and_after_the_voucher_are_refused(database: str, clock) -> None:
    days = {"valid_from": date(2026, 11, 20), "valid_to": date(2026, 12, 31)}
    setting = await a_setting(grant_changes=days, starts_on=date(2026, 11, 20))
    assert (await refusal(setting, "2026-11-19 23:00", "2026-11-20 01:00")).code == "before_validity"
    with clock_set_to(at("2027-01-03 12:00")):
        error = await refusal(setting, "2026-12-31 23:00", "2027-01-01 00:30")
        assert error.code == "after_validity"
        assert "31 December 2026" in in_english(error)
        await log(setting, "2026-12-31 23:00", "2027-01-01 00:00")


async def test_days_outside_the_agreement_are_refused(setting: Setting) -> None:
    before = await refusal(setting, "2026-11-16 08:00", "2026-11-16 09:00")
    assert (before.code, "17 November" in in_english(before)) == ("agreement_not_active", True)
    await end_agreement(setting.person, setting.agreement.id)
    await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    with clock_set_to(NOW + timedelta(days=1)):
        after = await refusal(setting, "2026-12-01 08:00", "2026-12-01 09:00")
        assert (after.code, "30 November" in in_english(after)) == ("agreement_not_active", True)


async def test_hours_in_which_the_service_is_not_given_are_refused(database: str, clock) -> None:
    setting = await a_setting(rule=lapland_value(), calendar=lapland_calendar(), prices=hourly(4000))
    assert (await refusal(setting, "2026-11-30 06:30", "2026-11-30 07:30")).code == "outside_service_hours"
    visit = await log(setting, "2026-11-29 08:00", "2026-11-29 09:00")
    assert visit.lines[0].unit_value_cents == 7200


async def test_a_cancelled_visit_is_reversed_and_may_be_logged_again(setting: Setting) -> None:
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    cancelled = await cancel_visit(setting.worker, visit.id, Cancellation(reason="wrong_time"))
    assert cancelled.status == "reversed"
    assert await balance(chart.payable(setting.organiser.id, setting.agreement.provider_id)) == 0
    await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    voucher = await voucher_for(setting.person, setting.voucher.id)
    assert (voucher.used_cents, voucher.left_cents) == (3300, 128_700)
    assert (await trial_balance()).is_balanced


async def test_the_reversal_names_what_it_reverses(setting: Setting) -> None:
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    await cancel_visit(setting.provider, visit.id)
    row = await fetch_one("select reference, reverses from ledger_transaction where kind = 'reversal'")
    original = await fetch_one("select transaction_id from visit where id = $1", visit.id)
    assert row == {"reference": f"cancellation:{visit.id}", "reverses": original["transaction_id"]}


async def test_a_visit_is_cancelled_once(setting: Setting) -> None:
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    await cancel_visit(setting.provider, visit.id)
    with pytest.raises(Conflict):
        await cancel_visit(setting.provider, visit.id)


async def test_a_settled_visit_stays(setting: Setting) -> None:
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    async with unit_of_work():
        await mark_settled([visit.id], new_id())
    with pytest.raises(Refused) as refused:
        await cancel_visit(setting.provider, visit.id)
    assert refused.value.code == "visit_settled"


async def test_a_visit_cancelled_after_the_end_goes_back_to_the_budget_at_once(setting: Setting) -> None:
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    with clock_set_to(at("2027-01-20 12:00")):
        await expire_due()
        await cancel_visit(setting.provider, visit.id)
    voucher = await voucher_for(setting.person, setting.voucher.id)
    assert (voucher.used_cents, voucher.left_cents, voucher.returned_cents) == (0, 0, 132_000)
    assert await balance(chart.returned(setting.organiser.id)) == 132_000


async def test_two_workers_at_once_do_not_redeem_the_last_minutes_twice(database: str, clock) -> None:
    setting = await a_setting(minutes=60)
    visits = [("2026-11-30 08:00", "2026-11-30 09:00"), ("2026-11-30 12:00", "2026-11-30 13:00")]
    outcomes = await asyncio.gather(
        *(log_visit(setting.worker, setting.agreement.id, at(start), at(end)) for start, end in visits),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert [error.code for error in refused] == ["month_minutes_exceeded"]
    assert await balance(chart.payable(setting.organiser.id, setting.agreement.provider_id)) == 3300


async def test_a_double_click_logs_one_visit(setting: Setting) -> None:
    outcomes = await asyncio.gather(
        *(log(setting, "2026-11-30 08:00", "2026-11-30 09:00") for _ in range(5)), return_exceptions=True
    )
    assert sorted(getattr(outcome, "code", "logged") for outcome in outcomes) == ["duplicate_visit"] * 4 + ["logged"]


async def test_the_database_refuses_what_the_use_case_would_miss(setting: Setting) -> None:
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    with pytest.raises(asyncpg.ExclusionViolationError):
        await execute(COPY, new_id(), visit.id)
    with pytest.raises(asyncpg.RestrictViolationError):
        await execute("update visit set payer_cents = 0, own_share_cents = price_cents where id = $1", visit.id)


async def test_visits_are_seen_by_their_own_people_only(setting: Setting) -> None:
    visit = await log(setting, "2026-11-30 08:00", "2026-11-30 09:00")
    for actor in (setting.provider, setting.person, client_of(setting.client, Role.PROXY), setting.manager):
        assert [seen.id for seen in (await visits_for(actor)).items] == [visit.id]
        assert (await visit_for(actor, visit.id)).id == visit.id
    stranger = (await another_provider(setting)).provider
    assert (await visits_for(stranger)).items == []
    with pytest.raises(NotFound):
        await visit_for(stranger, visit.id)


async def test_visits_that_began_together_are_not_lost_between_pages(database: str, clock) -> None:
    setting = await a_setting()
    neighbour = await make_client(setting.manager, given_names="Paavo")
    plan = await make_plan(setting.manager, neighbour, plan_draft())
    voucher = await grant(setting.manager, grant_of(neighbour, setting.product, plan))
    asked = OpenVoucher(voucher_number=voucher.number, offer_id=setting.offer_id, starts_on=date(2026, 11, 17))
    other = replace(setting, voucher=voucher, agreement=await open_voucher(setting.provider, asked))
    for times in (("2026-11-30 08:00", "2026-11-30 08:30"), ("2026-11-29 08:00", "2026-11-29 08:30")):
        await log(setting, *times)
        await log(other, *times)
    first = await visits_for(setting.provider, limit=1)
    second = await visits_for(setting.provider, limit=1, before=first.before)
    assert len({visit.id for visit in (*first.items, *second.items)}) == 4


async def test_a_long_list_of_visits_comes_in_pages(setting: Setting) -> None:
    for hour in range(8, 11):
        await log(setting, f"2026-11-30 {hour:02d}:00", f"2026-11-30 {hour:02d}:30")
    first = await visits_for(setting.provider, agreement_id=setting.agreement.id, limit=2)
    second = await visits_for(setting.provider, voucher_id=setting.voucher.id, limit=2, before=first.before)
    assert [len(first.items), len(second.items), second.before] == [2, 1, None]
