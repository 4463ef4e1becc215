"""What goes into and out of the providers' room. Inputs carry their bounds; texts to read are translated when shown."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.inputs import label, wrong
from marketplace.stripe.states import PayoutAccountState

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


LongText = Annotated[str, msgspec.Meta(min_length=1, max_length=5000)]


EmailAddress = Annotated[
    str,
    msgspec.Meta(min_length=3, max_length=254, pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+$"),
    wrong(message("Write an e-mail address in the form name@example.fi.")),
]


Phone = Annotated[
    str,
    msgspec.Meta(min_length=5, max_length=40, pattern=r"^[+0-9][0-9 ()-]+$"),
    wrong(message("Write a telephone number in digits, such as 040 123 4567.")),
]


PostalCode = Annotated[
    str, msgspec.Meta(pattern=r"^([0-9]{5})?$"), wrong(message("A postal code has five digits, such as 00100."))
]


class ProviderKind(StrEnum):
    """What kind of producer it is. Services of a personal budget may come from others than companies."""

    COMPANY = "company"
    ASSOCIATION = "association"
    FOUNDATION = "foundation"
    SOLE_TRADER = "sole_trader"
    CLOSE_NETWORK = "close_network"


KIND_NAMES: Mapping[ProviderKind, Message] = {
    ProviderKind.COMPANY: message("Company"),
    ProviderKind.ASSOCIATION: message("Association"),
    ProviderKind.FOUNDATION: message("Foundation"),
    ProviderKind.SOLE_TRADER: message("Sole trader"),
    ProviderKind.CLOSE_NETWORK: message("Person of the client's close network"),
}


class FactsSource(StrEnum):
    """Where the facts of a company come from. The double is the stand-in used without a connection to YTJ."""

    YTJ = "ytj"
    YTJ_DOUBLE = "ytj_double"
    BY_HAND = "by_hand"


class CompanyFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the Business Information System (YTJ) says of a company. Register dates are entry dates, None for not in it.

    ``situations`` are codes of bankruptcy (``KONK``), liquidation and the like; ``ended_on`` is set for a ceased company.
    ``left`` names the registers (``trade``, ``prepayment``, ``employer``, ``vat``) that it was in once and is no longer.
    The street address is for visits; ``postal_address`` is where letters go, on one line, where that is another.
    """

    business_id: str
    name: str
    kind: ProviderKind
    form: Text
    industry_code: str
    industry: Text
    street: str
    postal_code: str
    post_office: str
    municipality: str
    website: str
    trade_register: date | None
    prepayment_register: date | None
    employer_register: date | None
    vat_register: date | None
    situations: tuple[str, ...]
    ended_on: date | None
    source: FactsSource
    fetched_at: datetime
    parallel_names: tuple[str, ...] = ()
    auxiliary_names: tuple[str, ...] = ()
    postal_address: str = ""
    left: Mapping[str, date] = {}
    situations_since: Mapping[str, date] = {}


class LookUp(msgspec.Struct, frozen=True):
    """How a look-up in the business register went: facts, or the reason why there are none."""

    facts: CompanyFacts | None = None
    is_answered: bool = True

    @property
    def is_unknown(self) -> bool:
        return self.is_answered and self.facts is None


class ProviderRegistration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new provider. ``name`` and ``kind`` count only where the business register has no facts to offer."""

    business_id: Annotated[str, msgspec.Meta(min_length=1, max_length=40), label(message("Business ID"))]
    contact_name: Annotated[Line, label(message("Contact person"))]
    contact_email: Annotated[EmailAddress, label(message("E-mail"))]
    contact_phone: Annotated[Phone, label(message("Telephone"))]
    name: Annotated[str, msgspec.Meta(max_length=200), label(message("Name"))] = ""
    kind: ProviderKind = ProviderKind.COMPANY
    street: Annotated[str, msgspec.Meta(max_length=200)] = ""
    postal_code: Annotated[PostalCode, label(message("Postal code"))] = ""
    post_office: Annotated[str, msgspec.Meta(max_length=100)] = ""


class ProviderView(msgspec.Struct, frozen=True, kw_only=True):
    """A provider as its own people and the organisers that it applied to see it.

    ``public_id`` is the business id, or a number of ours (``L-000123``) for a person without one.
    """

    id: UUID
    business_id: str | None
    public_id: str
    name: str
    kind: ProviderKind
    facts: CompanyFacts | None
    facts_source: FactsSource
    facts_checked_at: datetime | None
    facts_unverified: bool
    facts_asked_at: datetime | None
    contact_name: str
    contact_email: str
    contact_phone: str
    street: str
    postal_code: str
    post_office: str
    website: str


class ContactDetails(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to reach at the provider."""

    contact_name: Annotated[Line, label(message("Contact person"))]
    contact_email: Annotated[EmailAddress, label(message("E-mail"))]
    contact_phone: Annotated[Phone, label(message("Telephone"))]


class PayoutAccountView(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's account at Stripe. Without an id it is still being made, or its making was refused (``problem``).

    ``requirements_due`` are Stripe's machine-readable names; ``checked_at`` is when Stripe was last asked. While it is
    being made: ``tried_at`` is the last try, ``is_failing`` whether Stripe gave no answer then, ``next_try_at`` the next.
    """

    stripe_account_id: str | None
    state: PayoutAccountState
    can_receive: bool
    requirements_due: tuple[str, ...]
    problem: str
    checked_at: datetime | None
    tried_at: datetime | None = None
    is_failing: bool = False
    next_try_at: datetime | None = None


class BankAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bank account by its IBAN; spaces may be there or not. The BIC is asked only where the number does not tell it."""

    iban: Annotated[str, msgspec.Meta(min_length=1, max_length=50), label(message("Account number (IBAN)"))]
    holder_name: Annotated[Line, label(message("Name of the account holder"))]
    bic: Annotated[str, msgspec.Meta(max_length=20), label(message("BIC of the bank"))] = ""


class BankAccountView(msgspec.Struct, frozen=True, kw_only=True):
    """The bank account as kept. ``holder_differs``: the holder's name is none of the provider's; finance looks at it."""

    iban: str
    bic: str
    holder_name: str
    holder_differs: bool


class ReceivingAccount(msgspec.Struct, frozen=True, kw_only=True):
    """Where to pay a provider: ``kind`` is ``stripe`` or ``iban``. ``can_receive``: a payment would go through now."""

    provider_id: UUID
    name: str
    kind: Literal["stripe", "iban"]
    stripe_account_id: str | None
    iban: str | None
    bic: str
    holder_name: str
    holder_differs: bool
    can_receive: bool
