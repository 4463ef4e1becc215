"""Paying over Stripe: a transfer to the provider's account, then a payout from there to its bank.

Each call is made between two units of work. The first writes what we are about to do; the call carries a key made from
the row's id; the second writes what came of it. Whoever is killed in between leaves a row that says "about to", and the
next try asks Stripe first what is there, because Stripe forgets keys after a day: so one payment is made, never two.
"""

from datetime import date
from uuid import UUID

import msgspec
import structlog

from marketplace.kernel.actors import SYSTEM as SYSTEM_ACTOR
from marketplace.kernel.clock import HELSINKI
from marketplace.kernel.db import transactional
from marketplace.kernel.money import EURO
from marketplace.payouts import books, records
from marketplace.payouts.schemas import PayoutView
from marketplace.payouts.states import SYSTEM, Capability, PayoutAction, PayoutStatus, WaitingFor, may
from marketplace.payouts.topics import OfPayout
from marketplace.stripe.current import current_gateway
from marketplace.stripe.errors import StripeRefused
from marketplace.stripe.gateway import StripeGateway
from marketplace.stripe.values import StripePayout, StripeTransfer
from onboarding.providers.payout_accounts import receiving_account
from onboarding.providers.schemas import ReceivingAccount

log = structlog.get_logger("payouts")


class Sending(msgspec.Struct, frozen=True):
    """A payment in hand. ``resumed``: an earlier try may have called Stripe without our knowing."""

    payout: PayoutView
    resumed: bool

    @property
    def account_id(self) -> str:
        assert self.payout.stripe_account_id is not None, "a transfer begins with its destination"
        return self.payout.stripe_account_id

    @property
    def metadata(self) -> dict[str, str]:
        return {"payout_id": str(self.payout.id), "statement_id": str(self.payout.statement_id)}


def transfer_group(statement_id: UUID) -> str:
    """Under what Stripe lists all transfers of one statement."""
    return f"statement_{statement_id}"


def arrival_day(made: StripePayout) -> date:
    """The day on which the money is to reach the bank, on the Finnish calendar."""
    return made.arrives.astimezone(HELSINKI).date()


async def send(job: OfPayout) -> None:
    """The handler of ``PAYOUT_REQUESTED``. May run any number of times, and twice at once.

    Raises:
        StripeUnavailable: Stripe did not answer; the queue tries again.
    """
    gateway = current_gateway()
    sending = await _begin(job.payout_id)
    if sending is not None and sending.payout.status is PayoutStatus.TRANSFERRING:
        sending = await _transfer(gateway, sending)
    if sending is not None and sending.payout.status is PayoutStatus.TRANSFERRED:
        await _send_to_bank(gateway, sending)


@transactional()
async def _begin(payout_id: UUID) -> Sending | None:
    """Writes the intent, with the destination. None where there is nothing to send, or nowhere to send it yet."""
    payout = await records.lock(payout_id)
    if not may(payout.status, Capability.BE_SENT):
        return None
    if payout.status is not PayoutStatus.REQUESTED:
        return Sending(payout, resumed=True)
    account = await receiving_account(payout.provider_id)
    if (missing := _what_is_missing(account)) is not None:
        await _wait(payout, missing)
        return None
    assert account is not None
    begun = await records.move(
        SYSTEM_ACTOR, payout, SYSTEM, PayoutAction.BEGIN_TRANSFER, stripe_account_id=account.stripe_account_id
    )
    return Sending(begun, resumed=False)


def _what_is_missing(account: ReceivingAccount | None) -> WaitingFor | None:
    """What keeps Stripe from paying. A bank account alone is for a transfer that the organiser makes itself."""
    if account is None:
        return WaitingFor.ACCOUNT
    if account.stripe_account_id is None:
        return WaitingFor.BANK_TRANSFER
    return None if account.can_receive else WaitingFor.ACCOUNT_READY


async def _wait(payout: PayoutView, waiting_for: WaitingFor) -> None:
    if payout.waiting_for is not waiting_for:
        await records.change(SYSTEM_ACTOR, payout, "payout.waits", waiting_for=waiting_for)


async def _transfer(gateway: StripeGateway, sending: Sending) -> Sending | None:
    payout = sending.payout
    try:
        transfer = await _transfer_made_before(gateway, sending) or await gateway.transfer(
            payout.amount_cents,
            EURO,
            sending.account_id,
            transfer_group(payout.statement_id),
            f"payout:{payout.id}:transfer",
            sending.metadata,
        )
    except StripeRefused as refusal:
        return await _record_refusal(payout, refusal)
    return Sending(await _record_transfer(payout.id, transfer), resumed=sending.resumed)


async def _transfer_made_before(gateway: StripeGateway, sending: Sending) -> StripeTransfer | None:
    if not sending.resumed:
        return None
    found = await gateway.find_transfers(transfer_group(sending.payout.statement_id))
    return next((each for each in found if each.metadata.get("payout_id") == str(sending.payout.id)), None)


@transactional()
async def _record_transfer(payout_id: UUID, transfer: StripeTransfer) -> PayoutView:
    payout = await records.lock(payout_id)
    if not SYSTEM.allows(payout.status, PayoutAction.RECORD_TRANSFER):
        return payout  # The other of two tries was faster.
    transaction_id = await books.post_transfer(payout, transfer.transfer_id)
    return await records.move(
        SYSTEM_ACTOR, payout, SYSTEM, PayoutAction.RECORD_TRANSFER,
        transfer_id=transfer.transfer_id, transfer_transaction_id=transaction_id,
    )  # fmt: skip


async def _send_to_bank(gateway: StripeGateway, sending: Sending) -> None:
    payout = sending.payout
    try:
        made = await _payout_made_before(gateway, sending) or await gateway.payout(
            sending.account_id, payout.amount_cents, f"payout:{payout.id}:bank", sending.metadata
        )
    except StripeRefused as refusal:
        await _record_refusal(payout, refusal)
        return
    await _record_sent(payout.id, made)


async def _payout_made_before(gateway: StripeGateway, sending: Sending) -> StripePayout | None:
    if not sending.resumed:
        return None
    found = await gateway.find_payouts(sending.account_id)
    return next((each for each in found if each.metadata.get("payout_id") == str(sending.payout.id)), None)


@transactional()
async def _record_sent(payout_id: UUID, made: StripePayout) -> None:
    payout = await records.lock(payout_id)
    if SYSTEM.allows(payout.status, PayoutAction.RECORD_SENT):
        await records.move(
            SYSTEM_ACTOR, payout, SYSTEM, PayoutAction.RECORD_SENT,
            stripe_payout_id=made.payout_id, arrives_on=arrival_day(made),
        )  # fmt: skip


@transactional()
async def _record_refusal(refused: PayoutView, refusal: StripeRefused) -> None:
    """A refused transfer leaves the money owed under the statement, a refused payout leaves it on the Stripe account.

    Where another try has got further meanwhile the refusal is none: what was refused here is done.
    """
    payout = await records.lock(refused.id)
    if payout.status is not refused.status or not SYSTEM.allows(payout.status, PayoutAction.RECORD_REFUSAL):
        return
    log.warning("payment refused", payout_id=str(payout.id), code=refusal.stripe_code)
    await records.move(
        SYSTEM_ACTOR, payout, SYSTEM, PayoutAction.RECORD_REFUSAL,
        failure_code=refusal.stripe_code[:80], failure_text=refusal.reason,
    )  # fmt: skip
