"""Where a payment stands, who may move it, and what each status allows."""

from collections.abc import Mapping
from enum import StrEnum

from marketplace.kernel.states import TransitionTable


class Rail(StrEnum):
    """How the money travels: by Stripe, or by a bank transfer that the organiser makes and records here."""

    STRIPE = "stripe"
    SEPA = "sepa"


class PayoutStatus(StrEnum):
    """One attempt to pay a statement.

    ``transferring`` is written before Stripe is called, so that no crash can hide a call that may have been made. ``paid``
    may still become ``failed`` days later; then the money lies on the provider's Stripe account. ``reversed``: it was
    taken back from there.
    """

    REQUESTED = "requested"
    TRANSFERRING = "transferring"
    TRANSFERRED = "transferred"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    REVERSED = "reversed"


class PayoutAction(StrEnum):
    BEGIN_TRANSFER = "begin_transfer"
    RECORD_TRANSFER = "record_transfer"
    RECORD_SENT = "record_sent"
    RECORD_REFUSAL = "record_refusal"
    SAY_IN_TRANSIT = "say_in_transit"
    SAY_PAID = "say_paid"
    SAY_FAILED = "say_failed"
    SAY_REVERSED = "say_reversed"
    RECORD_BANK_PAYMENT = "record_bank_payment"


class WaitingFor(StrEnum):
    """Why a requested payment has not been sent."""

    ACCOUNT = "account"
    ACCOUNT_READY = "account_ready"
    BANK_TRANSFER = "bank_transfer"
    """The provider has a bank account with us and none at Stripe that could receive: the organiser pays by itself."""


S, A = PayoutStatus, PayoutAction

SYSTEM = TransitionTable[PayoutStatus, PayoutAction](
    "payout",
    {
        A.BEGIN_TRANSFER: ({S.REQUESTED}, S.TRANSFERRING),
        A.RECORD_TRANSFER: ({S.TRANSFERRING}, S.TRANSFERRED),
        A.RECORD_SENT: ({S.TRANSFERRED}, S.IN_TRANSIT),
        A.RECORD_REFUSAL: ({S.TRANSFERRING, S.TRANSFERRED}, S.FAILED),
    },
)
"""What our own job does between the calls to Stripe."""

STRIPE = TransitionTable[PayoutStatus, PayoutAction](
    "payout",
    {
        A.SAY_IN_TRANSIT: ({S.TRANSFERRED}, S.IN_TRANSIT),
        A.SAY_PAID: ({S.TRANSFERRED, S.IN_TRANSIT}, S.PAID),
        A.SAY_FAILED: ({S.TRANSFERRED, S.IN_TRANSIT, S.PAID}, S.FAILED),
        A.SAY_REVERSED: ({S.TRANSFERRED, S.FAILED}, S.REVERSED),
    },
)
"""What we learn from Stripe, by an event or by asking. What is not allowed here is old news and changes nothing."""

FINANCE = TransitionTable[PayoutStatus, PayoutAction]("payout", {A.RECORD_BANK_PAYMENT: ({S.REQUESTED}, S.PAID)})
"""What the organiser's finance does by hand. A new attempt is a new row and needs ``Capability.BE_TRIED_AGAIN``."""


class Capability(StrEnum):
    """What a status allows: callers ask for one of these and never compare statuses."""

    BE_SENT = "be_sent"
    BE_TRIED_AGAIN = "be_tried_again"
    BE_ASKED_ABOUT = "be_asked_about"


_CAPABILITIES: Mapping[PayoutStatus, frozenset[Capability]] = {
    S.REQUESTED: frozenset({Capability.BE_SENT}),
    S.TRANSFERRING: frozenset({Capability.BE_SENT}),
    S.TRANSFERRED: frozenset({Capability.BE_SENT, Capability.BE_ASKED_ABOUT}),
    S.IN_TRANSIT: frozenset({Capability.BE_ASKED_ABOUT}),
    S.PAID: frozenset({Capability.BE_ASKED_ABOUT}),
    S.FAILED: frozenset({Capability.BE_TRIED_AGAIN, Capability.BE_ASKED_ABOUT}),
    S.REVERSED: frozenset({Capability.BE_TRIED_AGAIN}),
}


def may(status: PayoutStatus, capability: Capability) -> bool:
    """Whether a payment in this status has the capability."""
    return capability in _CAPABILITIES[status]


def statuses_with(capability: Capability) -> list[str]:
    """The statuses that have the capability, for a query."""
    return [status.value for status in PayoutStatus if may(status, capability)]
