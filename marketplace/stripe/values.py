"""What the gateway gives back: values in our own terms. Amounts are integer cents, times are aware, in UTC."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from marketplace.stripe.states import PayoutAccountState, PayoutStatus


class PayoutAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's account at Stripe. ``requirements_due`` are Stripe's machine-readable names of what is missing.

    ``can_receive`` is true as soon as a transfer to it would go through, which may be before it is fully active.
    """

    account_id: str
    state: PayoutAccountState
    can_receive: bool
    requirements_due: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class OnboardingLink(msgspec.Struct, frozen=True):
    """A page of Stripe's for one person and one use. It expires in minutes: make it at the moment of the click."""

    url: str
    expires_at: datetime


class StripeTransfer(msgspec.Struct, frozen=True, kw_only=True):
    """Money moved from the platform's balance to an account's balance."""

    transfer_id: str
    amount_cents: int
    reversed_cents: int
    currency: str
    destination: str
    transfer_group: str
    created: datetime
    metadata: Mapping[str, str]


class StripeReversal(msgspec.Struct, frozen=True, kw_only=True):
    reversal_id: str
    transfer_id: str
    amount_cents: int


class StripePayout(msgspec.Struct, frozen=True, kw_only=True):
    """Money on its way from an account's balance to its bank account. ``arrives`` is Stripe's estimate."""

    payout_id: str
    account_id: str
    amount_cents: int
    currency: str
    status: PayoutStatus
    created: datetime
    arrives: datetime
    failure_code: str | None
    failure_message: str | None
    metadata: Mapping[str, str]


class StripeBalance(msgspec.Struct, frozen=True):
    """The euro balance of the platform or of one account."""

    available_cents: int
    pending_cents: int


class WebhookEndpoint(StrEnum):
    """Where Stripe sends what. Each has a secret of its own: one of them leaked does not open the others.

    ``platform``: events of our own account (transfers, top-ups). ``connect``: events of the providers' accounts
    (payouts). ``accounts``: thin events about the accounts themselves (Accounts v2).
    """

    PLATFORM = "platform"
    CONNECT = "connect"
    ACCOUNTS = "accounts"


class StripeEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A verified event. It says that something changed, not what is true now: ask the gateway about ``object_id``.

    ``account_id`` is the provider's account that it is about, None for the platform's own.
    """

    event_id: str
    type: str
    created: datetime
    account_id: str | None
    object_id: str
    object_type: str
    livemode: bool
