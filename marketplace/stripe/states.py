"""What a provider's payout account at Stripe is good for: five states told from Stripe's many."""

from enum import StrEnum

from marketplace.stripe.wire import WireAccount, WireCapability, WireRequirement


class PayoutAccountState(StrEnum):
    """``new`` and ``information_due`` wait for the provider, ``pending`` and ``restricted`` for Stripe."""

    NEW = "new"
    INFORMATION_DUE = "information_due"
    PENDING = "pending"
    ACTIVE = "active"
    RESTRICTED = "restricted"


class PayoutStatus(StrEnum):
    """A payment from a Stripe balance to a bank account. ``paid`` may still become ``failed`` days later."""

    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"


_NOTHING_THE_PROVIDER_CAN_DO = frozenset({"contact_stripe", "no_resolution"})
_STRIPE_IS_LOOKING = frozenset({"determining_status", "requirements_pending_verification"})


def due_from_provider(account: WireAccount) -> list[WireRequirement]:
    """The requirements that the provider has to meet now; those that only come due one day are left out."""
    entries = account.requirements.entries if account.requirements else None
    return [e for e in entries or () if e.awaiting_action_from == "user" and not e.is_for_later]


def payout_account_state(account: WireAccount) -> PayoutAccountState:
    """The state of a recipient account. Active means that money reaches the balance and leaves it for the bank."""
    capabilities = account.capabilities()
    statuses = {capability.status for capability in capabilities}
    if account.closed or statuses & {"rejected", "unsupported"}:
        return PayoutAccountState.RESTRICTED
    if statuses == {"active"}:
        return PayoutAccountState.ACTIVE
    if due_from_provider(account):
        return PayoutAccountState.INFORMATION_DUE if account.terms_accepted else PayoutAccountState.NEW
    return PayoutAccountState.RESTRICTED if _beyond_the_provider(capabilities) else PayoutAccountState.PENDING


def _beyond_the_provider(capabilities: list[WireCapability]) -> bool:
    details = [d for c in capabilities if c.status == "restricted" for d in c.status_details]
    return any(d.resolution in _NOTHING_THE_PROVIDER_CAN_DO and d.code not in _STRIPE_IS_LOOKING for d in details)
