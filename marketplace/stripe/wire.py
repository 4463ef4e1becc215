"""The parts of Stripe's answers that we read. Unknown and missing fields are fine: Stripe adds and leaves out at will."""

from typing import Any

import msgspec


class WireStatusDetail(msgspec.Struct, frozen=True):
    code: str = ""
    resolution: str = ""


class WireCapability(msgspec.Struct, frozen=True):
    status: str
    status_details: list[WireStatusDetail] = []


class WireStripeBalance(msgspec.Struct, frozen=True):
    stripe_transfers: WireCapability | None = None
    payouts: WireCapability | None = None


class WireCapabilities(msgspec.Struct, frozen=True):
    stripe_balance: WireStripeBalance | None = None


class WireRecipient(msgspec.Struct, frozen=True):
    capabilities: WireCapabilities | None = None


class WireConfiguration(msgspec.Struct, frozen=True):
    recipient: WireRecipient | None = None


class WireDeadline(msgspec.Struct, frozen=True):
    status: str = "currently_due"


class WireRequirement(msgspec.Struct, frozen=True):
    description: str
    awaiting_action_from: str = "user"
    minimum_deadline: WireDeadline | None = None

    @property
    def is_for_later(self) -> bool:
        return self.minimum_deadline is not None and self.minimum_deadline.status == "eventually_due"


class WireRequirements(msgspec.Struct, frozen=True):
    entries: list[WireRequirement] | None = None


class WireTermsAccepted(msgspec.Struct, frozen=True):
    date: str | None = None


class WireTerms(msgspec.Struct, frozen=True):
    account: WireTermsAccepted | None = None


class WireAttestations(msgspec.Struct, frozen=True):
    terms_of_service: WireTerms | None = None


class WireIdentity(msgspec.Struct, frozen=True):
    attestations: WireAttestations | None = None


class WireAccount(msgspec.Struct, frozen=True):
    """An account of Stripe's Accounts v2, asked for with its recipient configuration, requirements and identity."""

    id: str
    closed: bool | None = None
    configuration: WireConfiguration | None = None
    requirements: WireRequirements | None = None
    identity: WireIdentity | None = None
    metadata: dict[str, str] | None = None

    @property
    def transfers(self) -> WireCapability | None:
        balance = self._balance()
        return balance.stripe_transfers if balance else None

    def capabilities(self) -> list[WireCapability]:
        """Receiving transfers, and paying out to the bank where Stripe tells about it."""
        balance = self._balance()
        return [c for c in (balance.stripe_transfers, balance.payouts) if c] if balance else []

    def _balance(self) -> WireStripeBalance | None:
        recipient = self.configuration.recipient if self.configuration else None
        capabilities = recipient.capabilities if recipient else None
        return capabilities.stripe_balance if capabilities else None

    @property
    def terms_accepted(self) -> bool:
        """The last step of Stripe's onboarding pages: done once, the provider has been through all of it."""
        attestations = self.identity.attestations if self.identity else None
        terms = attestations.terms_of_service if attestations else None
        return bool(terms and terms.account and terms.account.date)


class WireLink(msgspec.Struct, frozen=True):
    url: str
    expires_at: str


class WireTransfer(msgspec.Struct, frozen=True):
    id: str
    amount: int
    amount_reversed: int
    currency: str
    created: int
    destination: str | None = None
    transfer_group: str | None = None
    metadata: dict[str, str] | None = None


class WireReversal(msgspec.Struct, frozen=True):
    id: str
    amount: int
    transfer: str


class WirePayout(msgspec.Struct, frozen=True):
    id: str
    amount: int
    currency: str
    status: str
    created: int
    arrival_date: int
    failure_code: str | None = None
    failure_message: str | None = None
    metadata: dict[str, str] | None = None


class WireFunds(msgspec.Struct, frozen=True):
    amount: int
    currency: str


class WireBalance(msgspec.Struct, frozen=True):
    available: list[WireFunds]
    pending: list[WireFunds]


class WireRelatedObject(msgspec.Struct, frozen=True):
    id: str
    type: str = ""


class WireEventData(msgspec.Struct, frozen=True):
    object: dict[str, Any] = {}


class WireEvent(msgspec.Struct, frozen=True):
    """A snapshot event (``object`` is ``event``) or a thin one (``v2.core.event``)."""

    id: str
    object: str
    type: str
    created: int | str
    livemode: bool = False
    account: str | None = None
    context: str | None = None
    data: WireEventData | None = None
    related_object: WireRelatedObject | None = None
