"""What Stripe tells about our payments, in whatever order and however often: each event is a reason to ask what is true."""

from collections.abc import Mapping
from uuid import UUID

from marketplace.kernel.actors import SYSTEM as SYSTEM_ACTOR
from marketplace.kernel.db import fetch_one, fetch_value, transactional
from marketplace.payouts import books, records
from marketplace.payouts.schemas import PayoutView
from marketplace.payouts.states import STRIPE, PayoutAction
from marketplace.payouts.stripe_rail import arrival_day, transfer_group
from marketplace.stripe.current import current_gateway
from marketplace.stripe.states import PayoutStatus as StripeStatus
from marketplace.stripe.values import StripeEvent, StripePayout, StripeTransfer

SAID: Mapping[StripeStatus, PayoutAction] = {
    StripeStatus.PENDING: PayoutAction.SAY_IN_TRANSIT,
    StripeStatus.IN_TRANSIT: PayoutAction.SAY_IN_TRANSIT,
    StripeStatus.PAID: PayoutAction.SAY_PAID,
    StripeStatus.FAILED: PayoutAction.SAY_FAILED,
    StripeStatus.CANCELED: PayoutAction.SAY_FAILED,
}

OURS = "select id from payout where stripe_payout_id = $1 and stripe_account_id = $2"
PROMISED = (
    "select id from payout where id = $1 and stripe_account_id = $2 and amount_cents = $3 and stripe_payout_id is null"
)
OF_TRANSFER = "select id, statement_id from payout where transfer_id = $1 order by attempt desc limit 1"


async def on_payout_event(event: StripeEvent) -> None:
    """``payout.*`` of a provider's account. Payouts that are not ours, such as the platform's own, are left alone."""
    if event.account_id is None:
        return
    found = await current_gateway().retrieve_payout(event.account_id, event.object_id)
    payout_id = await _payout_behind(found)
    if payout_id is not None:
        await take_note_of_payout(payout_id, found)


async def _payout_behind(found: StripePayout) -> UUID | None:
    """Our row: by Stripe's id, else by the id that we sent along, when the event overtakes the answer to our call."""
    known: UUID | None = await fetch_value(OURS, found.payout_id, found.account_id)
    return known or await fetch_value(
        PROMISED, _uuid(found.metadata.get("payout_id")), found.account_id, found.amount_cents
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


@transactional()
async def take_note_of_payout(payout_id: UUID, found: StripePayout) -> bool:
    """Brings our row and the books to what Stripe says now. False where that is no news."""
    payout = await records.lock(payout_id)
    action = SAID[found.status]
    if not STRIPE.allows(payout.status, action):
        return False
    changes: dict[str, object] = {"stripe_payout_id": found.payout_id, "arrives_on": arrival_day(found)}
    if action is PayoutAction.SAY_PAID:
        changes["paid_transaction_id"] = await books.post_paid(payout, found.payout_id)
    if action is PayoutAction.SAY_FAILED:
        changes |= await _failed(payout, found)
    await records.move(SYSTEM_ACTOR, payout, STRIPE, action, **changes)
    return True


async def _failed(payout: PayoutView, found: StripePayout) -> dict[str, object]:
    if payout.paid_transaction_id is not None:
        await books.undo_paid(payout, payout.paid_transaction_id)
    return {"failure_code": found.failure_code or found.status.value, "failure_text": found.failure_message}


async def on_transfer_event(event: StripeEvent) -> None:
    """``transfer.*`` of our own account. What our calls did we know already; what matters is money taken back."""
    row = await fetch_one(OF_TRANSFER, event.object_id)
    if row is None:
        return
    found = await current_gateway().find_transfers(transfer_group(row["statement_id"]))
    transfer = next((each for each in found if each.transfer_id == event.object_id), None)
    if transfer is not None:
        await take_note_of_transfer(row["id"], transfer)


@transactional()
async def take_note_of_transfer(payout_id: UUID, transfer: StripeTransfer) -> bool:
    """Takes back what was wholly reversed at Stripe. False where that is no news, no whole reversal, or tried again."""
    payout = await records.lock(payout_id)
    if (await records.latest_of(payout.statement_id)).id != payout.id:
        return False
    is_whole = transfer.reversed_cents == transfer.amount_cents == payout.amount_cents
    if not is_whole or not STRIPE.allows(payout.status, PayoutAction.SAY_REVERSED):
        return False
    assert payout.transfer_transaction_id is not None, "a transfer is in the books before its id is in the row"
    await books.undo_transfer(payout, payout.transfer_transaction_id)
    await records.move(SYSTEM_ACTOR, payout, STRIPE, PayoutAction.SAY_REVERSED)
    return True
