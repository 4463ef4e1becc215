"""What finance does by hand, and the reconciliation that looks after everything else."""

from datetime import timedelta

import pytest

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to, now, today
from marketplace.kernel.db import fetch_value, new_id
from marketplace.kernel.errors import Conflict, IllegalTransition, Invalid, NotFound
from marketplace.ledger.chart import AccountKind
from marketplace.payouts import records
from marketplace.payouts.by_hand import record_bank_payment, retry_payout
from marketplace.payouts.events import on_payout_event, on_transfer_event, take_note_of_transfer
from marketplace.payouts.reconciliation import reconcile
from marketplace.payouts.schemas import BankPayment
from marketplace.payouts.statements import get_statement, list_statements, organiser_sums, provider_sums
from marketplace.payouts.states import PayoutStatus, Rail
from marketplace.payouts.stripe_rail import send, transfer_group
from marketplace.payouts.topics import OfPayout
from marketplace.payouts.words import explain
from marketplace.stripe.double.control import TopUp
from marketplace.stripe.double.faults import Fault, FaultKind
from marketplace.stripe.double.world import PLATFORM
from marketplace.stripe.errors import StripeUnavailable
from tests.factories.payouts import (
    bank_says,
    books,
    event_about,
    finance_of,
    last_payout,
    sent,
    settled,
    waiting_jobs,
)

PAYOUTS = "/v1/payouts"


def a_payment() -> BankPayment:
    return BankPayment(bank_reference="RF18 5390", paid_on=today())


async def refused(debt, double):
    """A payment that failed for want of money at the payment service, which has come in since."""
    double.world.balances[PLATFORM] = 0
    payout = await settled(debt)
    await send(OfPayout(payout.id))
    double.advance(TopUp(amount=100_000))
    return await last_payout()


async def test_retry_after_a_refusal_uses_a_new_key_and_pays(debt, stripe_double):
    failed = await refused(debt, stripe_double)
    fresh = await retry_payout(debt.finance, failed.id)
    assert (fresh.attempt, fresh.status, fresh.failure_code) == (2, PayoutStatus.REQUESTED, None)
    await send(OfPayout(fresh.id))
    assert (await last_payout()).status is PayoutStatus.IN_TRANSIT
    assert len(stripe_double.world.transfers) == 1
    assert await books(debt) == {AccountKind.STRIPE_CLEARING: 3_300}


async def test_retry_after_money_was_taken_back_starts_from_the_beginning(debt, stripe_double, stripe):
    payout = await sent(debt)
    bank_says(stripe_double, payout, "failed")
    await on_payout_event(event_about(payout, "payout.failed"))
    await stripe.reverse_transfer(payout.transfer_id, 3_300, "take-back")
    await on_transfer_event(event_about(payout, "transfer.reversed"))
    fresh = await retry_payout(debt.finance, payout.id)
    assert (fresh.status, fresh.transfer_id) == (PayoutStatus.REQUESTED, None)
    await send(OfPayout(fresh.id))
    assert len(stripe_double.world.transfers) == 2
    assert await books(debt) == {AccountKind.STRIPE_CLEARING: 3_300}


async def test_only_the_last_failed_attempt_is_tried_again(debt, stripe_double):
    failed = await refused(debt, stripe_double)
    await retry_payout(debt.finance, failed.id)
    for payout in (failed, await last_payout()):
        with pytest.raises(Conflict):
            await retry_payout(debt.finance, payout.id)
    assert await fetch_value("select count(*) from payout") == 2


async def test_only_this_organisers_finance_touches_a_payment(debt, stripe_double):
    failed = await refused(debt, stripe_double)
    admin = Actor(person_id=new_id(), role=Role.ORGANISER_ADMIN, organiser_id=debt.organiser_id)
    for actor in (finance_of(new_id()), admin, debt.provider, Actor()):
        with pytest.raises(NotFound):
            await retry_payout(actor, failed.id)
        with pytest.raises(NotFound):
            await record_bank_payment(actor, failed.id, a_payment())


async def test_bank_payment_is_recorded_and_nothing_is_sent(debt, stripe_double):
    payout = await settled(debt)
    paid = await record_bank_payment(debt.finance, payout.id, a_payment())
    assert (paid.status, paid.rail) == (PayoutStatus.PAID, Rail.SEPA)
    assert explain(paid).values["reference"] == "RF18 5390"
    await send(OfPayout(payout.id))
    assert not stripe_double.world.transfers
    assert await books(debt) == {AccountKind.PAID_OUT: 3_300}


async def test_bank_payment_of_what_is_on_its_way_is_refused(debt):
    payout = await sent(debt)
    with pytest.raises(IllegalTransition):
        await record_bank_payment(debt.finance, payout.id, a_payment())
    assert await books(debt) == {AccountKind.STRIPE_CLEARING: 3_300}


@pytest.mark.parametrize("days", [1, -1, -739_000])
async def test_bank_payment_in_the_future_or_before_its_statement_is_refused(debt, days):
    payout = await settled(debt)
    paid_on = today() + timedelta(days=days)
    with pytest.raises(Invalid):
        await record_bank_payment(debt.finance, payout.id, BankPayment(bank_reference="1", paid_on=paid_on))


async def test_reconciliation_learns_what_no_event_told(debt, stripe_double):
    payout = await sent(debt)
    bank_says(stripe_double, payout, "in_transit", "paid")
    seen: list[tuple[int, int]] = []
    found = await reconcile(lambda done, total: seen.append((done, total)))
    assert (found.asked, found.mended, found.unanswered, seen) == (1, 1, 0, [(1, 1)])
    assert await books(debt) == {AccountKind.PAID_OUT: 3_300}
    assert (await reconcile()).mended == 0


async def test_reconciliation_asks_for_weeks_about_what_has_not_arrived(debt, stripe_double):
    payout = await sent(debt)
    bank_says(stripe_double, payout, "in_transit", "paid")
    with clock_set_to(now() + timedelta(days=40)):
        assert (await reconcile()).mended == 1
    with clock_set_to(now() + timedelta(days=80)):
        assert (await reconcile()).asked == 0


async def test_money_taken_back_while_on_its_way_is_seen_once_the_bank_refuses(debt, stripe_double, stripe):
    payout = await sent(debt)
    stripe_double.world.balances[payout.stripe_account_id] = 3_300
    await stripe.reverse_transfer(payout.transfer_id, 3_300, "take-back")
    await on_transfer_event(event_about(payout, "transfer.reversed"))
    bank_says(stripe_double, payout, "failed")
    await on_payout_event(event_about(payout, "payout.failed"))
    assert await books(debt) == {AccountKind.STRIPE_CLEARING: 3_300}
    assert (await reconcile()).mended == 1
    assert await books(debt) == {AccountKind.STATEMENT: 3_300}
    assert (await retry_payout(debt.finance, payout.id)).status is PayoutStatus.REQUESTED


async def test_an_attempt_that_was_followed_by_another_is_not_taken_back(debt, stripe_double, stripe):
    payout = await sent(debt)
    bank_says(stripe_double, payout, "failed")
    await on_payout_event(event_about(payout, "payout.failed"))
    await retry_payout(debt.finance, payout.id)
    await stripe.reverse_transfer(payout.transfer_id, 3_300, "take-back")
    [transfer] = await stripe.find_transfers(transfer_group(payout.statement_id))
    assert not await take_note_of_transfer(payout.id, transfer)
    assert await take_note_of_transfer((await last_payout()).id, transfer)
    assert await books(debt) == {AccountKind.STATEMENT: 3_300}


async def test_reconciliation_sends_stuck_payments_again(debt, stripe_double):
    payout = await settled(debt)
    stripe_double.faults.add(Fault(kind=FaultKind.DROP_AFTER_ACTING, path=PAYOUTS, method="POST"))
    with pytest.raises(StripeUnavailable):
        await send(OfPayout(payout.id))
    before = await waiting_jobs()
    assert (await reconcile()).sent_again == 0
    with clock_set_to(now() + timedelta(minutes=11)):
        assert (await reconcile()).sent_again == 1
    assert await waiting_jobs() == before == 1  # The first job still waits, so that it is not added twice.


async def test_reconciliation_goes_on_when_stripe_does_not_answer(debt, stripe_double):
    await sent(debt)
    stripe_double.faults.add(Fault(kind=FaultKind.SERVER_ERROR, path=PAYOUTS))
    assert (await reconcile()).unanswered == 1


async def test_reconciliation_sees_a_reversal_before_the_payout(debt, stripe_double, stripe):
    payout = await settled(debt)
    stripe_double.faults.add(Fault(kind=FaultKind.SERVER_ERROR, path=PAYOUTS, method="POST"))
    with pytest.raises(StripeUnavailable):
        await send(OfPayout(payout.id))
    await stripe.reverse_transfer((await last_payout()).transfer_id, 3_300, "take-back")
    assert (await reconcile()).mended == 1
    assert await books(debt) == {AccountKind.STATEMENT: 3_300}


async def test_sums_say_where_the_money_is(debt, stripe_double):
    provider, finance = debt.provider, debt.finance
    assert (await organiser_sums(finance)).unsettled_cents == (await provider_sums(provider)).unsettled_cents == 3_300
    payout = await settled(debt)
    assert (await organiser_sums(finance)).to_pay_cents == (await provider_sums(provider)).to_pay_cents == 3_300
    await send(OfPayout(payout.id))
    assert (await organiser_sums(finance)).on_the_way_cents == (await provider_sums(provider)).on_the_way_cents == 3_300
    bank_says(stripe_double, await last_payout(), "in_transit", "paid")
    await reconcile()
    assert (await organiser_sums(finance)).paid_cents == (await provider_sums(provider)).paid_cents == 3_300


async def test_statements_are_seen_by_whom_they_concern_and_nobody_else(debt):
    payout = await settled(debt)
    for actor in (debt.finance, debt.provider, Actor(role=Role.SYSTEM)):
        assert (await list_statements(actor)).total == 1
        assert (await get_statement(actor, payout.statement_id)).summary.amount_cents == 3_300
    strangers = finance_of(new_id()), Actor(person_id=new_id(), role=Role.PROVIDER_ADMIN, provider_id=new_id())
    for actor in strangers:
        assert (await list_statements(actor)).total == 0
        with pytest.raises(NotFound):
            await get_statement(actor, payout.statement_id)


async def test_people_without_money_business_see_nothing(debt):
    worker = Actor(person_id=new_id(), role=Role.PROVIDER_WORKER, provider_id=debt.provider_id)
    for actor in (worker, Actor()):
        for read in (list_statements, organiser_sums, provider_sums):
            with pytest.raises(NotFound):
                await read(actor)
    with pytest.raises(NotFound):
        await get_statement(debt.finance, new_id())
    with pytest.raises(NotFound):
        await records.latest_of(new_id())


async def test_a_payment_is_locked_only_within_a_unit_of_work(debt):
    with pytest.raises(RuntimeError):
        await records.lock(new_id())
