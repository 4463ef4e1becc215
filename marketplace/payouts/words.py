"""What a payment's state means in plain words, and what comes next."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from marketplace.kernel.clock import HELSINKI
from marketplace.kernel.i18n import Message, message
from marketplace.payouts.schemas import PayoutView
from marketplace.payouts.states import PayoutStatus, Rail, WaitingFor

S = PayoutStatus

STATUS_WORDS: Final[Mapping[PayoutStatus, Message]] = {
    S.REQUESTED: message("Not sent yet"),
    S.TRANSFERRING: message("Being sent"),
    S.TRANSFERRED: message("With the payment service"),
    S.IN_TRANSIT: message("On its way to the bank"),
    S.PAID: message("Paid"),
    S.FAILED: message("Payment failed"),
    S.REVERSED: message("Taken back"),
}

TONES: Final[Mapping[PayoutStatus, str]] = {
    S.REQUESTED: "wait", S.TRANSFERRING: "", S.TRANSFERRED: "", S.IN_TRANSIT: "", S.PAID: "good", S.FAILED: "bad",
    S.REVERSED: "wait",
}  # fmt: skip

REASONS: Final[Mapping[str, Message]] = {
    "balance_insufficient": message("There is not enough money at the payment service. Add money, then try again."),
    "insufficient_capabilities_for_transfer": message(
        "The provider's account at the payment service cannot receive money now. Ask the provider to check it."
    ),
    "account_closed": message(
        "The bank account has been closed. The provider must give a new one to the payment service."
    ),
    "no_account": message("There is no such bank account. The provider must correct it at the payment service."),
    "invalid_account_number": message(
        "The bank account number is wrong. The provider must correct it at the payment service."
    ),
    "canceled": message("The payment was cancelled at the payment service."),
}
"""Stripe's codes that can be put in words of our own; the others are shown as Stripe says them."""

OF_THE_BANK: Final = frozenset({"account_closed", "no_account", "invalid_account_number"})


def explain(payout: PayoutView) -> Message:
    """For the organiser's finance: how it stands and what to do."""
    match payout.status:
        case S.REQUESTED:
            return _why_not_sent(payout)
        case S.TRANSFERRING | S.TRANSFERRED:
            return message("The payment is being sent. Nothing needs to be done.")
        case S.IN_TRANSIT | S.PAID:
            return _when(payout)
        case S.FAILED:
            return reason(payout)
        case S.REVERSED:
            return message("The money came back from the provider's account at the payment service. You can try again.")


def explain_to_provider(payout: PayoutView) -> Message:
    """For the provider: when the money comes, or why it waits and who must act."""
    if payout.status is S.REQUESTED and payout.waiting_for is WaitingFor.ACCOUNT:
        return message("Open a payout account to be paid. The payment is sent as soon as the account is ready.")
    if payout.status is S.REQUESTED and payout.waiting_for is WaitingFor.ACCOUNT_READY:
        return message("Finish opening your payout account. The payment is sent as soon as the account is ready.")
    if payout.status is S.REQUESTED and payout.waiting_for is WaitingFor.BANK_TRANSFER:
        return message("The organiser pays this to your bank account.")
    if payout.status is S.FAILED and payout.failure_code in OF_THE_BANK:
        return message("The bank did not take the money. Check the bank account of your payout account.")
    if payout.status in {S.FAILED, S.REVERSED}:
        return message("The payment did not go through. The organiser will send it again.")
    return explain(payout)


def reason(payout: PayoutView) -> Message:
    """Why a payment failed."""
    known = REASONS.get(payout.failure_code or "")
    return known or message(
        "The payment service refused this: {reason}", reason=payout.failure_text or payout.failure_code
    )


def _why_not_sent(payout: PayoutView) -> Message:
    match payout.waiting_for:
        case WaitingFor.ACCOUNT:
            return message("The provider has no payout account yet. The payment is sent as soon as it has one.")
        case WaitingFor.ACCOUNT_READY:
            return message("The provider's payout account is not ready yet. The payment is sent as soon as it is.")
        case WaitingFor.BANK_TRANSFER:
            return message(
                "The provider wants to be paid to its bank account. Pay by bank transfer and record it here."
            )
        case None:
            return message("The payment is sent in a moment. Nothing needs to be done.")


def _when(payout: PayoutView) -> Message:
    if payout.rail is Rail.SEPA:
        return message("Paid by bank transfer on {day}, reference {reference}.", day=payout.arrives_on, reference=payout.bank_reference)  # fmt: skip
    if payout.status is S.PAID:
        return message("The money reached the bank on {day}.", day=_reached_on(payout))
    return message("The money should reach the bank by {day}.", day=payout.arrives_on)


def _reached_on(payout: PayoutView) -> date:
    """The bank may be quicker than the payment service foretold, never later than when we heard of it."""
    heard_on = payout.changed_at.astimezone(HELSINKI).date()
    return min(payout.arrives_on or heard_on, heard_on)
