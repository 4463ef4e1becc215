"""What an organiser's finance does about a payment: try again, or record that it was paid from the organiser's own bank."""

from datetime import datetime, time
from uuid import UUID

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import HELSINKI, today
from marketplace.kernel.db import transactional
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.i18n import message
from marketplace.payouts import books, records
from marketplace.payouts.schemas import BankPayment, PayoutView
from marketplace.payouts.states import FINANCE, Capability, PayoutAction, PayoutStatus, Rail, may
from marketplace.payouts.topics import PAYOUT_REQUESTED, OfPayout


@transactional()
async def retry_payout(actor: Actor, payout_id: UUID) -> PayoutView:
    """Makes the next attempt to pay a statement whose last one failed or was taken back; gives the new attempt.

    Raises:
        NotFound: there is no such payment of the actor's organiser.
        Conflict: it has not failed, or another attempt is there already.
    """
    payout = await _locked(actor, payout_id)
    latest = await records.latest_of(payout.statement_id)
    if latest.id != payout.id or not may(payout.status, Capability.BE_TRIED_AGAIN):
        raise Conflict(
            message("This payment cannot be tried again now. Look at the page again."), code="payout.not_failed"
        )
    money_is_there = payout.status is PayoutStatus.FAILED and payout.transfer_id is not None
    fresh = await records.request_again(actor, payout, money_is_there=money_is_there)
    await PAYOUT_REQUESTED.enqueue(OfPayout(fresh.id), dedupe_key=f"payout:{fresh.id}")
    return fresh


@transactional()
async def record_bank_payment(actor: Actor, payout_id: UUID, payment: BankPayment) -> PayoutView:
    """Notes that the organiser has paid a waiting payment by a bank transfer of its own.

    Raises:
        NotFound: there is no such payment of the actor's organiser.
        Invalid: the day is still to come, or before there was anything to pay.
        IllegalTransition: the payment has already begun to go another way.
    """
    payout = await _locked(actor, payout_id)
    if payment.paid_on > today():
        raise Invalid.field("paid_on", message("The day of the bank transfer cannot be in the future."))
    if payment.paid_on < payout.requested_at.astimezone(HELSINKI).date():
        raise Invalid.field("paid_on", message("The bank transfer cannot be older than the statement it pays."))
    happened_at = datetime.combine(payment.paid_on, time(12), HELSINKI)
    FINANCE.after(payout.status, PayoutAction.RECORD_BANK_PAYMENT)
    transaction_id = await books.post_bank_payment(payout, happened_at)
    return await records.move(
        actor, payout, FINANCE, PayoutAction.RECORD_BANK_PAYMENT, rail=Rail.SEPA,
        bank_reference=payment.bank_reference, arrives_on=payment.paid_on, paid_transaction_id=transaction_id,
    )  # fmt: skip


async def _locked(actor: Actor, payout_id: UUID) -> PayoutView:
    payout = await records.lock(payout_id)
    if not actor.has_role(Role.FINANCE) or payout.organiser_id != actor.organiser_id:
        raise NotFound
    return payout
