"""What goes into and out of onboarding. Inputs carry their bounds; texts to read are translated when shown."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.inputs import label, wrong
from marketplace.stripe.states import PayoutAccountState
from onboarding.requirements import RulebookContent
from onboarding.states import ApplicationStatus, ApprovalStatus

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
    """A provider as its own people and the organisers that it applied to see it."""

    id: UUID
    business_id: str
    name: str
    kind: ProviderKind
    facts: CompanyFacts | None
    facts_source: FactsSource
    facts_checked_at: datetime | None
    facts_unverified: bool
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


class RulebookVersionView(msgspec.Struct, frozen=True, kw_only=True):
    """One published version of an organiser's rulebook, in force from ``valid_from`` until a later one follows."""

    id: UUID
    organiser_id: UUID
    number: int
    content: RulebookContent
    valid_from: date
    published_at: datetime


class NewRulebook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rulebook to publish, in force from a Finnish day on."""

    content: RulebookContent
    valid_from: date


class Scope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an application asks for: service classes by code, municipalities by their three-digit code."""

    service_classes: Annotated[tuple[str, ...], msgspec.Meta(max_length=200)] = ()
    municipalities: Annotated[tuple[str, ...], msgspec.Meta(max_length=400)] = ()


class NewApplication(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An application to one organiser. Its scope may follow later, before it is sent."""

    organiser_id: Annotated[UUID, label(message("Organiser"))]
    service_classes: Annotated[tuple[str, ...], msgspec.Meta(max_length=200)] = ()
    municipalities: Annotated[tuple[str, ...], msgspec.Meta(max_length=400)] = ()


class AnswersToSave(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers by the question's key; null takes an answer back. Dates are ISO text, numbers whole."""

    answers: Annotated[dict[str, str | int | bool | None], msgspec.Meta(max_length=200)]


class Submission(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sending an application: the declaration of its rulebook must be made."""

    declared: bool


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message, a note or reasons."""

    text: Annotated[LongText, label(message("Text"))]


class ApprovalTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The terms of an approval. Days are Finnish and both included; no ``valid_to`` is until further notice."""

    valid_from: Annotated[date, label(message("First day"))]
    valid_to: Annotated[date, label(message("Last day"))] | None = None
    conditions: Annotated[str, msgspec.Meta(max_length=5000), label(message("Conditions"))] = ""


class AttachmentView(msgspec.Struct, frozen=True, kw_only=True):
    """An attached file. ``id`` is the attachment's, not the file's."""

    id: UUID
    question: str
    file_id: UUID
    name: str
    media_type: str
    size_bytes: int
    created_at: datetime


class NoteKind(StrEnum):
    """``note`` is for the organiser's own eyes; the others are written between reviewer and applicant."""

    NOTE = "note"
    REQUEST = "request"
    ANSWER = "answer"
    DECISION = "decision"


class NoteView(msgspec.Struct, frozen=True, kw_only=True):
    """Words beside an application, and the name of the person who wrote them."""

    kind: NoteKind
    body: str
    written_at: datetime
    written_by: UUID
    writer: str


class ApplicationSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An application in a list."""

    id: UUID
    reference: str
    provider_id: UUID
    provider_name: str
    business_id: str
    organiser_id: UUID
    organiser_name: Text
    service_classes: tuple[str, ...]
    municipalities: tuple[str, ...]
    status: ApplicationStatus
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    claimed_by: UUID | None


class ApplicationView(msgspec.Struct, frozen=True, kw_only=True):
    """A whole application. ``notes`` are those that the reader may see, oldest first."""

    summary: ApplicationSummary
    rulebook: RulebookVersionView
    answers: dict[str, str | int | bool]
    attachments: list[AttachmentView]
    notes: list[NoteView]
    decision_reasons: str

    @property
    def id(self) -> UUID:
        return self.summary.id

    @property
    def status(self) -> ApplicationStatus:
        return self.summary.status


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that something was received: the application's reference, its status now, and the moment."""

    application_id: UUID
    reference: str
    status: ApplicationStatus
    at: datetime


class CheckLevel(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One automatic check of an application: what was looked at, what was found, and when."""

    level: CheckLevel
    subject: Message
    finding: Message


class ApplicationForReview(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer sees of an application."""

    application: ApplicationView
    provider: ProviderView
    checks: list[Check]
    claimed_by_name: str | None


class QueueFilters(msgspec.Struct, frozen=True, kw_only=True):
    """What to show of the queue. ``after`` continues where a page ended."""

    status: ApplicationStatus | None = None
    service_class: str = ""
    mine: bool = False
    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    after: Annotated[str, msgspec.Meta(max_length=100)] = ""


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    """The oldest first. ``next`` goes into the ``after`` of the following page."""

    items: list[ApplicationSummary]
    next: str | None


class ApprovalView(msgspec.Struct, frozen=True, kw_only=True):
    """An approval with its present status. ``status_from`` is the first day of a suspension or end."""

    id: UUID
    application_id: UUID
    provider_id: UUID
    organiser_id: UUID
    organiser_name: Text
    service_classes: tuple[str, ...]
    municipalities: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    conditions: str
    status: ApprovalStatus
    status_from: date
    status_reason: str


class PayoutAccountView(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's account at Stripe. Without an id it is still being made, or its making was refused (``problem``).

    ``requirements_due`` are Stripe's machine-readable names; ``checked_at`` is when Stripe was last asked.
    """

    stripe_account_id: str | None
    state: PayoutAccountState
    can_receive: bool
    requirements_due: tuple[str, ...]
    problem: str
    checked_at: datetime | None


class BankAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bank account by its IBAN; spaces may be there or not."""

    iban: Annotated[str, msgspec.Meta(min_length=1, max_length=50), label(message("Account number (IBAN)"))]


class ReceivingAccount(msgspec.Struct, frozen=True, kw_only=True):
    """Where to pay a provider: ``kind`` is ``stripe`` or ``iban``. ``can_receive``: a payment would go through now."""

    provider_id: UUID
    name: str
    kind: Literal["stripe", "iban"]
    stripe_account_id: str | None
    iban: str | None
    can_receive: bool


class RegisterQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for in the public register; everything may be left out. ``after`` continues where a page ended."""

    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    organiser: UUID | None = None
    municipality: Annotated[str, msgspec.Meta(max_length=3)] = ""
    service_class: Annotated[str, msgspec.Meta(max_length=40)] = ""
    business_id: Annotated[str, msgspec.Meta(max_length=20)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    after: Annotated[str, msgspec.Meta(max_length=400)] = ""


class RegisterEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One approval in force today, as the law wants it public. No personal data."""

    business_id: str
    name: str
    organiser: Text
    organiser_id: UUID
    status: ApprovalStatus
    service_classes: tuple[str, ...]
    municipalities: tuple[str, ...]
    valid_from: date
    valid_to: date | None


class RegisterPage(msgspec.Struct, frozen=True, kw_only=True):
    """By the provider's name. ``next`` goes into the ``after`` of the following page."""

    items: list[RegisterEntry]
    next: str | None
