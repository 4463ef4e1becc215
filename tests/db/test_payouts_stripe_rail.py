"""Paying over Stripe: every fault ends in one payment or in a reason, and the books always say where the money is."""

import asyncio

import pytest

from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch, fetch_value, new_id, unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.ledger.chart import AccountKind
from marketplace.payouts import stripe_rail
from marketplace.payouts.by_hand import record_bank_payment
from marketplace.payouts.schemas import BankPayment
from marketplace.payouts.statements import get_statement
from marketplace.payouts.states import PayoutStatus, WaitingFor
from marketplace.payouts.stripe_rail import send, transfer_group
from marketplace.payouts.topics import OfPayout
from marketplace.payouts.words import explain, explain_to_provider
from marketplace.stripe.current import gateway_set_to
from marketplace.stripe.double.faults import Fault, FaultKind
from marketplace.stripe.double.world import PLATFORM
from marketplace.stripe.errors import StripeRefused, StripeUnavailable
from onboarding.providers.bank_accounts import save_bank_account
from onboarding.providers.schemas import BankAccount
from onboarding.topics import PAYOUT_ACCOUNT_CHANGED, OfProvider
from tests.doubles.stripe import gateway
from tests.factories.payouts import a_debt, an_account, books, keep_account, last_payout, settled, waiting_jobs, work

TRANSFERS, PAYOUTS = "/v1/transfers", "/v1/payouts"


async def test_settled_debt_is_transferred_and_sent_to_the_bank(debt, database, stripe_double):
    payout = await settled(debt)
    await work(database)
    sent = await last_payout()
    assert sent.status is PayoutStatus.IN_TRANSIT
    assert sent.arrives_on is not None
    [transfer] = stripe_double.world.transfers.values()
    assert (transfer["amount"], transfer["transfer_group"]) == (3_300, transfer_group(payout.statement_id))
    [bank] = stripe_double.world.payouts.values()
    assert (bank.body["amount"], bank.body["metadata"]["payout_id"]) == (3_300, str(payout.id))
    assert await books(debt) == {AccountKind.STRIPE_CLEARING: 3_300}


async def test_job_that_comes_again_does_nothing(debt, database, stripe_double):
    payout = await settled(debt)
    for _ in range(3):
        await send(OfPayout(payout.id))
    assert len(stripe_double.world.transfers) == len(stripe_double.world.payouts) == 1


async def test_two_jobs_at_once_make_one_payment(debt, stripe_double):
    payout = await settled(debt)
    await asyncio.gather(*(send(OfPayout(payout.id)) for _ in range(4)))
    assert len(stripe_double.world.transfers) == len(stripe_double.world.payouts) == 1
    assert await books(debt) == {AccountKind.STRIPE_CLEARING: 3_300}


@pytest.mark.parametrize("path", [TRANSFERS, PAYOUTS])
@pytest.mark.parametrize("kind", list(FaultKind))
async def test_fault_is_survived_and_one_payment_made(debt, stripe_double, stripe, path, kind):
    payout = await settled(debt)
    stripe_double.faults.add(Fault(kind=kind, path=path, method="POST", seconds=0.2))
    with pytest.raises(StripeUnavailable):
        await send(OfPayout(payout.id))
    unsure = await last_payout()
    assert unsure.status is (PayoutStatus.TRANSFERRING if path == TRANSFERS else PayoutStatus.TRANSFERRED)
    await send(OfPayout(payout.id))
    assert (await last_payout()).status is PayoutStatus.IN_TRANSIT
    assert len(stripe_double.world.transfers) == len(stripe_double.world.payouts) == 1
    assert await books(debt) == {AccountKind.STRIPE_CLEARING: 3_300}


async def test_worker_killed_before_the_call_pays_once(debt, stripe_double, monkeypatch):
    payout = await settled(debt)

    async def killed(*_):
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(stripe_rail, "_transfer", killed)
        with pytest.raises(asyncio.CancelledError):
            await send(OfPayout(payout.id))
    assert (await last_payout()).status is PayoutStatus.TRANSFERRING
    assert await books(debt) == {AccountKind.STATEMENT: 3_300}
    await send(OfPayout(payout.id))
    assert len(stripe_double.world.transfers) == 1


@pytest.mark.parametrize("step", ["_record_transfer", "_record_sent"])
async def test_worker_killed_after_the_call_pays_once_even_when_stripe_forgot_the_key(
    debt, stripe_double, monkeypatch, step
):
    payout = await settled(debt)

    async def killed(*_):
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(stripe_rail, step, killed)
        with pytest.raises(asyncio.CancelledError):
            await send(OfPayout(payout.id))
    stripe_double.world.kept_answers.clear()  # As Stripe does after a day.
    await send(OfPayout(payout.id))
    assert len(stripe_double.world.transfers) == len(stripe_double.world.payouts) == 1
    assert await books(debt) == {AccountKind.STRIPE_CLEARING: 3_300}


async def test_failed_call_is_tried_again_by_the_queue(debt, database, stripe_double):
    await settled(debt)
    stripe_double.faults.add(Fault(kind=FaultKind.RATE_LIMIT, path=TRANSFERS, method="POST"))
    await work(database)
    assert (await last_payout()).status is PayoutStatus.TRANSFERRING
    assert await waiting_jobs() == 1


async def test_refused_transfer_fails_with_a_reason_and_leaves_the_money_owed(debt, stripe_double):
    stripe_double.world.balances[PLATFORM] = 100
    payout = await settled(debt)
    await send(OfPayout(payout.id))
    failed = await last_payout()
    assert (failed.status, failed.failure_code) == (PayoutStatus.FAILED, "balance_insufficient")
    assert "not enough money" in explain(failed).text
    assert "organiser will send it again" in explain_to_provider(failed).text
    assert await books(debt) == {AccountKind.STATEMENT: 3_300}


async def test_refused_payout_leaves_the_money_with_the_payment_service(debt, stripe_double, monkeypatch, stripe):
    payout = await settled(debt)

    async def refuse(*_, **__):
        raise StripeRefused("payouts_not_allowed", "Cannot create payouts")

    monkeypatch.setattr(stripe, "payout", refuse)
    await send(OfPayout(payout.id))
    failed = await last_payout()
    assert (failed.status, failed.failure_code) == (PayoutStatus.FAILED, "payouts_not_allowed")
    assert explain(failed).values["reason"] == "Cannot create payouts"
    assert await books(debt) == {AccountKind.STRIPE_CLEARING: 3_300}


async def test_refusal_that_comes_late_changes_nothing(debt):
    payout = await settled(debt)
    await send(OfPayout(payout.id))
    await stripe_rail._record_refusal(payout, StripeRefused("late", "late"))
    assert (await last_payout()).status is PayoutStatus.IN_TRANSIT


async def test_refusal_of_a_transfer_that_another_try_has_made_changes_nothing(debt, stripe, monkeypatch):
    payout = await settled(debt)
    unsure = await stripe_rail._begin(payout.id)
    transfer = await stripe.transfer(3_300, "EUR", unsure.account_id, "g", f"payout:{payout.id}:transfer", {})
    await stripe_rail._record_transfer(payout.id, transfer)
    await stripe_rail._record_refusal(unsure.payout, StripeRefused("late", "late"))
    assert (await last_payout()).status is PayoutStatus.TRANSFERRED
    await send(OfPayout(payout.id))
    assert await books(debt) == {AccountKind.STRIPE_CLEARING: 3_300}


async def test_without_account_the_payment_waits_and_goes_out_when_there_is_one(database, clock, stripe_double, stripe):
    debt = await a_debt(3_300)
    await settled(debt)
    await work(database)
    waiting = await last_payout()
    assert (waiting.status, waiting.waiting_for) == (PayoutStatus.REQUESTED, WaitingFor.ACCOUNT)
    assert "Open a payout account" in explain_to_provider(waiting).text
    await an_account(stripe_double, stripe, debt.provider_id)
    async with unit_of_work():
        await PAYOUT_ACCOUNT_CHANGED.enqueue(OfProvider(debt.provider_id))
    await work(database)
    sent = await last_payout()
    assert (sent.status, sent.waiting_for) == (PayoutStatus.IN_TRANSIT, None)


async def test_unfinished_account_makes_the_payment_wait_and_says_so_once(database, clock, stripe_double, stripe):
    debt = await a_debt(3_300)
    account = await an_account(stripe_double, stripe, debt.provider_id, stage="new")
    payout = await settled(debt)
    for _ in range(2):
        await send(OfPayout(payout.id))
    waiting = await last_payout()
    assert waiting.waiting_for is WaitingFor.ACCOUNT_READY
    assert "not ready" in explain(waiting).text
    assert await fetch_value("select count(*) from audit_event where action = 'payout.waits'") == 1
    await keep_account(debt.provider_id, account, can_receive=True)
    await send(OfPayout(payout.id))
    assert (await last_payout()).failure_code == "insufficient_capabilities_for_transfer"


async def test_bank_account_alone_waits_for_the_organisers_own_transfer(database, clock, stripe_double, stripe):
    debt = await a_debt(3_300)
    await save_bank_account(debt.provider, BankAccount(iban="FI21 1234 5600 0007 85", holder_name="Stadin Arkiapu"))
    payout = await settled(debt)
    await send(OfPayout(payout.id))
    waiting = await last_payout()
    assert (waiting.status, waiting.waiting_for) == (PayoutStatus.REQUESTED, WaitingFor.BANK_TRANSFER)
    shown = await get_statement(debt.finance, payout.statement_id)
    assert (shown.bank_account, shown.account_holder) == ("FI21 1234 5600 0007 85", "Stadin Arkiapu")
    await record_bank_payment(debt.finance, payout.id, BankPayment(bank_reference="RF18", paid_on=today()))
    await work(database)
    assert await books(debt) == {AccountKind.PAID_OUT: 3_300}
    assert not stripe_double.world.transfers
    assert (await get_statement(debt.finance, payout.statement_id)).bank_account is None


async def test_account_at_stripe_is_paid_before_the_bank_account(database, clock, stripe_double, stripe):
    debt = await a_debt(3_300)
    await save_bank_account(debt.provider, BankAccount(iban="FI21 1234 5600 0007 85", holder_name="Stadin Arkiapu"))
    await an_account(stripe_double, stripe, debt.provider_id)
    await send(OfPayout((await settled(debt)).id))
    assert (await last_payout()).status is PayoutStatus.IN_TRANSIT


async def test_unknown_payment_is_no_payment(database, stripe):
    with pytest.raises(NotFound):
        await send(OfPayout(new_id()))


async def test_every_step_is_in_the_audit_trail(debt):
    payout = await settled(debt)
    await send(OfPayout(payout.id))
    rows = await fetch("select action from audit_event where subject = 'payout' order by happened_at, id")
    steps = ["requested", "begin_transfer", "record_transfer", "record_sent"]
    assert [row["action"] for row in rows] == [f"payout.{step}" for step in steps]


async def test_impatient_gateway_times_out_after_stripe_acted(database, clock, stripe_double):
    debt = await a_debt(3_300)
    async with gateway(stripe_double, timeout_seconds=0.2) as hasty:
        await an_account(stripe_double, hasty, debt.provider_id)
        payout = await settled(debt)
        stripe_double.faults.add(Fault(kind=FaultKind.TIMEOUT_AFTER_ACTING, path=TRANSFERS, method="POST", seconds=1))
        with gateway_set_to(hasty):
            with pytest.raises(StripeUnavailable):
                await send(OfPayout(payout.id))
            await send(OfPayout(payout.id))
    assert len(stripe_double.world.transfers) == 1
