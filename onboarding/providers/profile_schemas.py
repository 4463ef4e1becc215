"""What a provider's profile holds. Written once, read by every application. Inputs carry their bounds.

An input's ``version`` is the one that its writer read: where the thing was changed since, the write is refused. Left
out, the write overwrites whatever is there. Days are Finnish days.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Message, message
from marketplace.kernel.inputs import YesNo, label, wrong
from onboarding.providers.schemas import EmailAddress, Line, Phone, PostalCode, ProviderView

Short = Annotated[str, msgspec.Meta(max_length=200)]
Headcount = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Version = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
SecureAddress = Annotated[
    str,
    msgspec.Meta(max_length=300, pattern=r"^(https://[^\s\"'<>\\/?#@:]+\.[^\s\"'<>\\/?#@:]+(:[0-9]{1,5})?([/?#][^\s\"'<>\\]*)?)?$"),
    wrong(message("Write a web address that begins with https://, such as https://www.example.fi/plan.")),
]  # fmt: skip


class Section(StrEnum):
    """A part of the profile, and a page of it."""

    COMPANY = "company"
    CONTACTS = "contacts"
    SOTERI = "soteri"
    UNITS = "units"
    PREMISES = "premises"
    STAFF = "staff"
    LANGUAGES = "languages"
    INSURANCE = "insurance"
    CERTIFICATES = "certificates"
    SUBCONTRACTORS = "subcontractors"
    PAYOUT_ACCOUNT = "payout_account"


class ContactRole(StrEnum):
    GENERAL = "general"
    BILLING = "billing"
    QUALITY = "quality"
    EMERGENCIES = "emergencies"


class InsuranceKind(StrEnum):
    LIABILITY = "liability"
    PATIENT = "patient"
    ACCIDENT = "accident"
    OTHER = "other"


class CertificateKind(StrEnum):
    TAX = "tax"
    PENSION = "pension"
    ACCIDENT = "accident"
    LIABILITY_INSURANCE = "liability_insurance"
    PATIENT_INSURANCE = "patient_insurance"
    TRADE_REGISTER = "trade_register"
    OTHER = "other"


class Edit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of something that a colleague may be changing as well."""

    version: Version | None = None


class Contact(Edit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    role: Annotated[ContactRole, label(message("Matters"))]
    name: Annotated[Line, label(message("Name"))]
    email: Annotated[EmailAddress, label(message("E-mail"))]
    phone: Annotated[Phone, label(message("Telephone"))]


class ContactView(Contact, frozen=True, kw_only=True):
    id: UUID


class Unit(Edit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service unit. ``municipality`` is the three-digit code; ``staff`` the number of people who work there."""

    name: Annotated[Line, label(message("Name"))]
    street: Annotated[Short, label(message("Street address"))] = ""
    postal_code: Annotated[PostalCode, label(message("Postal code"))] = ""
    post_office: Annotated[str, msgspec.Meta(max_length=100), label(message("Town or city"))] = ""
    municipality: Annotated[str, msgspec.Meta(max_length=3), label(message("Municipality"))] = ""
    soteri_id: Annotated[str, msgspec.Meta(max_length=60), label(message("Soteri id"))] = ""
    self_monitoring_url: Annotated[SecureAddress, label(message("Self-monitoring plan"))] = ""
    self_monitoring_on: Annotated[date | None, label(message("Date of the self-monitoring plan"))] = None
    opening: Annotated[str, msgspec.Meta(max_length=300), label(message("Opening hours"))] = ""
    staff: Annotated[Headcount | None, label(message("Number of staff"))] = None
    is_open: YesNo = True


class UnitView(Unit, frozen=True, kw_only=True):
    id: UUID


class Insurance(Edit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: Annotated[InsuranceKind, label(message("Kind"))]
    insurer: Annotated[Line, label(message("Insurer"))]
    policy_number: Annotated[str, msgspec.Meta(max_length=60), label(message("Policy number"))] = ""
    valid_from: Annotated[date | None, label(message("Valid from"))] = None
    valid_to: Annotated[date | None, label(message("Valid to"))] = None


class InsuranceView(Insurance, frozen=True, kw_only=True):
    id: UUID


class Certificate(Edit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``title`` says what it is where the kind is ``other``."""

    kind: Annotated[CertificateKind, label(message("Kind"))]
    issued_on: Annotated[date, label(message("Date of issue"))]
    expires_on: Annotated[date | None, label(message("Expires on"))] = None
    title: Annotated[Short, label(message("Name of the certificate"))] = ""


class CertificateView(Certificate, frozen=True, kw_only=True):
    id: UUID
    file_id: UUID
    file_name: str
    file_bytes: int


class Subcontractor(Edit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[Line, label(message("Name"))]
    business_id: Annotated[str, msgspec.Meta(min_length=1, max_length=40), label(message("Business ID"))]
    does: Annotated[str, msgspec.Meta(min_length=1, max_length=500), label(message("What they do"))]
    has_approved_terms: YesNo


class SubcontractorView(Subcontractor, frozen=True, kw_only=True):
    id: UUID


class SoteriRegistration(Edit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The provider's own registration in Soteri; the units have theirs."""

    soteri_id: Annotated[str, msgspec.Meta(min_length=1, max_length=60), label(message("Soteri id"))]
    registered_on: Annotated[date | None, label(message("Registered on"))] = None


class Premises(Edit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    has_premises: YesNo
    is_accessible: Annotated[bool | None, label(message("Accessibility"))] = None
    description: Annotated[str, msgspec.Meta(max_length=2000), label(message("Description"))] = ""


class Staff(Edit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People by their qualification. ``full_time`` is all their work in full-time posts, such as 7.5."""

    registered_nurses: Annotated[Headcount, label(message("Registered nurses"))] = 0
    practical_nurses: Annotated[Headcount, label(message("Practical nurses"))] = 0
    social_workers: Annotated[Headcount, label(message("Bachelors of social services and social workers"))] = 0
    therapists: Annotated[Headcount, label(message("Physiotherapists and other therapists"))] = 0
    care_assistants: Annotated[Headcount, label(message("Care assistants"))] = 0
    carers_without_degree: Annotated[Headcount, label(message("Carers without a degree"))] = 0
    support_workers: Annotated[Headcount, label(message("Cleaners and other support workers"))] = 0
    others: Annotated[Headcount, label(message("Others"))] = 0
    full_time: Annotated[Decimal, label(message("Full-time posts"))] = Decimal(0)

    @property
    def total(self) -> int:
        return self.qualified + self.care_assistants + self.carers_without_degree + self.support_workers + self.others

    @property
    def qualified(self) -> int:
        """People with a degree in health care or social services."""
        return self.registered_nurses + self.practical_nurses + self.social_workers + self.therapists


class ServiceLanguages(Edit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """ISO 639 codes of ``LANGUAGES_OF_SERVICE``."""

    languages: Annotated[list[str], msgspec.Meta(min_length=1, max_length=40), label(message("Languages"))]


class Subcontracting(Edit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether subcontractors are used at all."""

    is_used: YesNo


class SectionState(msgspec.Struct, frozen=True, kw_only=True):
    """``missing`` says in words what a section lacks; nothing where it is done. ``optional``: it may stay empty."""

    section: Section
    missing: tuple[Message, ...]
    is_optional: bool

    @property
    def is_done(self) -> bool:
        return not self.missing


class ProfileView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole profile of a provider. A part that was never written is None."""

    provider: ProviderView
    contacts: tuple[ContactView, ...]
    soteri: SoteriRegistration | None
    units: tuple[UnitView, ...]
    premises: Premises | None
    staff: Staff | None
    languages: ServiceLanguages | None
    insurance: tuple[InsuranceView, ...]
    certificates: tuple[CertificateView, ...]
    subcontractors: tuple[SubcontractorView, ...]
    subcontracting: Subcontracting | None

    @property
    def open_units(self) -> tuple[UnitView, ...]:
        return tuple(unit for unit in self.units if unit.is_open)


SECTION_NAMES: Mapping[Section, Message] = {
    Section.COMPANY: message("Company's details"),
    Section.CONTACTS: message("Contact persons"),
    Section.SOTERI: message("Registration in Soteri"),
    Section.UNITS: message("Service units"),
    Section.PREMISES: message("Premises"),
    Section.STAFF: message("Staff"),
    Section.LANGUAGES: message("Languages of service"),
    Section.INSURANCE: message("Insurance policies"),
    Section.CERTIFICATES: message("Certificates"),
    Section.SUBCONTRACTORS: message("Subcontractors"),
    Section.PAYOUT_ACCOUNT: message("Payout account"),
}
CONTACT_ROLE_NAMES: Mapping[ContactRole, Message] = {
    ContactRole.GENERAL: message("General matters"),
    ContactRole.BILLING: message("Billing and payments"),
    ContactRole.QUALITY: message("Quality and self-monitoring"),
    ContactRole.EMERGENCIES: message("Emergencies"),
}
INSURANCE_NAMES: Mapping[InsuranceKind, Message] = {
    InsuranceKind.LIABILITY: message("Liability insurance"),
    InsuranceKind.PATIENT: message("Patient insurance"),
    InsuranceKind.ACCIDENT: message("Workers' accident insurance"),
    InsuranceKind.OTHER: message("Other insurance"),
}
CERTIFICATE_NAMES: Mapping[CertificateKind, Message] = {
    CertificateKind.TAX: message("Certificate of taxes paid"),
    CertificateKind.PENSION: message("Certificate of pension insurance"),
    CertificateKind.ACCIDENT: message("Certificate of workers' accident insurance"),
    CertificateKind.LIABILITY_INSURANCE: message("Certificate of liability insurance"),
    CertificateKind.PATIENT_INSURANCE: message("Certificate of patient insurance"),
    CertificateKind.TRADE_REGISTER: message("Extract of the trade register"),
    CertificateKind.OTHER: message("Other certificate"),
}
LANGUAGES_OF_SERVICE: tuple[str, ...] = (
    "fi", "sv", "en", "se", "smn", "sms", "fse", "ru", "et", "ar", "so", "fa", "uk", "vi", "th", "tr", "zh", "sq",
    "es", "fr", "de", "pl", "ku", "rom",
)  # fmt: skip
"""ISO 639 codes; ``fse`` is Finnish Sign Language."""
