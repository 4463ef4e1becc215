"""What Stripe tells: any order, any number of times, and the books follow."""

import itertools

import pytest

from marketplace.kernel.db import fetch
from marketplace.ledger.chart import AccountKind
from marketplace.payouts import stripe_rail
from marketplace.payouts.by_hand import retry_payout
from marketplace.payouts.events import on_payout_event, on_transfer_event
from marketplace.payouts.states import PayoutStatus
from marketplace.payouts.stripe_rail import send
from marketplace.payouts.topics import OfPayout
from marketplace.payouts.wiring import STRIPE_EVENT_HANDLERS
from marketplace.payouts.words import explain, explain_to_provider
from marketplace.stripe import inbox
from marketplace.stripe.inbox import handler_of
from marketplace.stripe.topics import StripeEventReceived
from marketplace.stripe.values import WebhookEndpoint
from tests.factories.payouts import bank_says, books, event_about, last_payout, sent, settled
from tests.factories.stripe import event_body, signed


def test_our_handlers_take_their_events():
    assert handler_of("payout.paid", STRIPE_EVENT_HANDLERS) is on_payout_event
    assert handler_of("transfer.reversed", STRIPE_EVENT_HANDLERS) is on_transfer_event


async def test_paid_moves_the_books_to_the_bank(debt, stripe_double):
    payout = await sent(debt)
    bank_says(stripe_double, payout, "in_transit", "paid")
    await on_payout_event(event_about(payout, "payout.paid"))
    paid = await last_payout()
    assert paid.status is PayoutStatus.PAID
    assert "reached the bank" in explain(paid).text
    assert await books(debt) == {AccountKind.PAID_OUT: 3_300}


@pytest.mark.parametrize("order", list(itertools.permutations(["payout.created", "payout.updated", "payout.paid"])))
async def test_order_and_repetition_do_not_matter(debt, stripe_double, order):
    payout = await sent(debt)
    bank_says(stripe_double, payout, "in_transit", "paid")
    for type_ in [*order, *order]:
        await on_payout_event(event_about(payout, type_))
    assert (await last_payout()).status is PayoutStatus.PAID
    assert await books(debt) == {AccountKind.PAID_OUT: 3_300}


async def test_failure_leaves_the_money_with_the_payment_service(debt, stripe_double):
    payout = await sent(debt)
    bank_says(stripe_double, payout, "in_transit", "failed")
    await on_payout_event(event_about(payout, "payout.failed"))
    failed = await last_payout()
    assert (failed.status, failed.failure_code) == (PayoutStatus.FAILED, "account_closed")
    assert "closed" in explain(failed).text
    assert "bank did not take" in explain_to_provider(failed).text
    assert await books(debt) == {AccountKind.STRIPE_CLEARING: 3_300}


async def test_failure_days_after_payment_is_taken_back_in_the_books(debt, stripe_double):
    payout = await sent(debt)
    bank_says(stripe_double, payout, "in_transit", "paid")
    await on_payout_event(event_about(payout, "payout.paid"))
    bank_says(stripe_double, payout, "failed")
    for _ in range(2):
        await on_payout_event(event_about(payout, "payout.failed"))
    assert (await last_payout()).status is PayoutStatus.FAILED
    assert await books(debt) == {AccountKind.STRIPE_CLEARING: 3_300}


async def test_cancelled_payout_counts_as_failed(debt, stripe_double):
    payout = await sent(debt)
    bank_says(stripe_double, payout, "canceled")
    await on_payout_event(event_about(payout, "payout.canceled"))
    assert (await last_payout()).failure_code == "canceled"


async def test_event_that_overtakes_our_own_note_is_understood(debt, stripe_double, monkeypatch):
    payout = await settled(debt)
    told: list[object] = []

    async def overtaken(payout_id, made):
        told.append(made)

    with monkeypatch.context() as patched:
        patched.setattr(stripe_rail, "_record_sent", overtaken)
        await send(OfPayout(payout.id))
    [record] = stripe_double.world.payouts.values()
    early = event_about(await last_payout(), "payout.created")
    await on_payout_event(
        type(early)(**{**{f: getattr(early, f) for f in early.__struct_fields__}, "object_id": record.body["id"]})
    )
    assert (await last_payout()).stripe_payout_id == record.body["id"]
    await stripe_rail._record_sent(payout.id, told[0])
    assert (await last_payout()).status is PayoutStatus.IN_TRANSIT


async def test_payouts_that_are_not_ours_are_left_alone(debt, stripe_double, stripe):
    payout = await sent(debt)
    stripe_double.world.balances[payout.stripe_account_id] += 500
    metadata = {"payout_id": "not an id"}
    stranger = await stripe.payout(payout.stripe_account_id, 500, "stranger", metadata)
    event = event_about(payout, "payout.created")
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    await on_payout_event(type(event)(**{**fields, "object_id": stranger.payout_id}))
    await on_payout_event(type(event)(**{**fields, "account_id": None}))
    assert (await last_payout()).stripe_payout_id == payout.stripe_payout_id


async def test_reversed_transfer_makes_the_statement_owed_again(debt, stripe_double, stripe):
    payout = await sent(debt)
    bank_says(stripe_double, payout, "failed")
    await on_payout_event(event_about(payout, "payout.failed"))
    await stripe.reverse_transfer(payout.transfer_id, 3_300, "take-back")
    for _ in range(2):
        await on_transfer_event(event_about(payout, "transfer.reversed"))
    taken_back = await last_payout()
    assert taken_back.status is PayoutStatus.REVERSED
    assert "came back" in explain(taken_back).text
    assert await books(debt) == {AccountKind.STATEMENT: 3_300}


async def test_partly_reversed_transfer_is_left_for_people(debt, stripe_double, stripe):
    payout = await sent(debt)
    bank_says(stripe_double, payout, "failed")
    await on_payout_event(event_about(payout, "payout.failed"))
    await stripe.reverse_transfer(payout.transfer_id, 100, "take-back")
    await on_transfer_event(event_about(payout, "transfer.reversed"))
    assert (await last_payout()).status is PayoutStatus.FAILED


async def test_transfers_that_are_not_ours_are_left_alone(debt, stripe_double):
    payout = await sent(debt)
    stranger = event_about(payout, "transfer.created")
    fields = {name: getattr(stranger, name) for name in stranger.__struct_fields__}
    await on_transfer_event(type(stranger)(**{**fields, "object_id": "tr_stranger"}))
    stripe_double.world.transfers.clear()
    await on_transfer_event(event_about(payout, "transfer.reversed"))
    assert (await last_payout()).status is PayoutStatus.IN_TRANSIT


async def test_retry_after_a_bank_failure_sends_the_same_money_once_more(debt, stripe_double):
    payout = await sent(debt)
    bank_says(stripe_double, payout, "failed")
    await on_payout_event(event_about(payout, "payout.failed"))
    fresh = await retry_payout(debt.finance, payout.id)
    assert (fresh.attempt, fresh.status) == (2, PayoutStatus.TRANSFERRED)
    await send(OfPayout(fresh.id))
    assert (len(stripe_double.world.transfers), len(stripe_double.world.payouts)) == (1, 2)
    second = await last_payout()
    bank_says(stripe_double, second, "in_transit", "paid")
    await on_payout_event(event_about(second, "payout.paid"))
    assert await books(debt) == {AccountKind.PAID_OUT: 3_300}


async def test_event_comes_through_the_inbox_to_the_books(debt, stripe_double):
    payout = await sent(debt)
    bank_says(stripe_double, payout, "in_transit", "paid")
    body = event_body(
        account=payout.stripe_account_id, data={"object": {"id": payout.stripe_payout_id, "object": "payout"}}
    )
    for _ in range(2):
        await inbox.receive(WebhookEndpoint.CONNECT, body, signed(body))
    await work_on_events()
    assert (await last_payout()).status is PayoutStatus.PAID
    assert await books(debt) == {AccountKind.PAID_OUT: 3_300}


async def work_on_events() -> None:
    """What the worker does with every event in the inbox."""
    for row in await fetch("select id from stripe_event"):
        await inbox.handle(StripeEventReceived(row["id"]), STRIPE_EVENT_HANDLERS)
