"""Parts of a profile in words, for pages: a row's title and its facts in pairs."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from marketplace.kernel.i18n import Language, Message, message
from marketplace.organisers.reference import is_municipality, municipalities, municipality
from onboarding.providers.profile_facts import language_names
from onboarding.providers.profile_schemas import (
    CERTIFICATE_NAMES,
    CONTACT_ROLE_NAMES,
    INSURANCE_NAMES,
    LANGUAGES_OF_SERVICE,
    CertificateKind,
    CertificateView,
    ContactView,
    Edit,
    InsuranceView,
    Premises,
    ServiceLanguages,
    SoteriRegistration,
    Staff,
    Subcontracting,
    SubcontractorView,
    UnitView,
)

Value = str | int | date | Decimal | Message | None
Pairs = list[tuple[Message, Value]]
YES, NO = message("Yes"), message("No")


class RowInWords(msgspec.Struct, frozen=True, kw_only=True):
    title: str | Message
    pairs: Pairs


def row_in_words(row: msgspec.Struct, language: Language) -> RowInWords:
    """A row of a section as its page shows it."""
    match row:
        case ContactView():
            pairs: Pairs = [
                (message("Matters"), CONTACT_ROLE_NAMES[row.role]), (message("E-mail"), row.email),
                (message("Telephone"), row.phone),
            ]  # fmt: skip
            return RowInWords(title=row.name, pairs=pairs)
        case UnitView():
            return RowInWords(title=row.name, pairs=_unit(row, language))
        case InsuranceView():
            pairs = [
                (message("Insurer"), row.insurer), (message("Policy number"), row.policy_number),
                (message("Valid from"), row.valid_from), (message("Valid to"), row.valid_to or message("until further notice")),
            ]  # fmt: skip
            return RowInWords(title=INSURANCE_NAMES[row.kind], pairs=pairs)
        case CertificateView():
            title = row.title if row.kind is CertificateKind.OTHER else CERTIFICATE_NAMES[row.kind]
            pairs = [(message("Date of issue"), row.issued_on), (message("Expires on"), row.expires_on)]
            return RowInWords(title=title, pairs=pairs)
        case SubcontractorView():
            pairs = [
                (message("Business ID"), row.business_id), (message("What they do"), row.does),
                (message("Approved terms"), YES if row.has_approved_terms else NO),
            ]  # fmt: skip
            return RowInWords(title=row.name, pairs=pairs)
        case _:
            msg = f"no words for {type(row).__name__}"
            raise TypeError(msg)


def _unit(unit: UnitView, language: Language) -> Pairs:
    place = municipality(unit.municipality).name.in_language(language) if is_municipality(unit.municipality) else ""
    address = ", ".join(part for part in (unit.street, f"{unit.postal_code} {unit.post_office}".strip()) if part)
    return [
        (message("Address"), address), (message("Municipality"), place), (message("Soteri id"), unit.soteri_id),
        (message("Self-monitoring plan"), unit.self_monitoring_url),
        (message("Date of the self-monitoring plan"), unit.self_monitoring_on),
        (message("Opening hours"), unit.opening), (message("Number of staff"), unit.staff),
        (message("Is the unit open?"), YES if unit.is_open else NO),
    ]  # fmt: skip


def content_in_words(content: Edit | None, language: Language) -> Pairs:
    """The answers of a section that is one page."""
    match content:
        case SoteriRegistration():
            return [(message("Soteri id"), content.soteri_id), (message("Registered on"), content.registered_on)]
        case Premises():
            accessible = None if content.is_accessible is None else YES if content.is_accessible else NO
            return [
                (message("Premises for clients"), YES if content.has_premises else NO),
                (message("Accessible"), accessible), (message("Description"), content.description),
            ]  # fmt: skip
        case Staff():
            return _staff(content)
        case ServiceLanguages():
            return [(message("Languages"), ", ".join(language_names(content.languages, language)))]
        case Subcontracting():
            return [(message("Subcontractors are used"), YES if content.is_used else NO)]
        case _:
            return []


def _staff(staff: Staff) -> Pairs:
    numbers: list[tuple[Message, int | Decimal]] = [
        (message("Registered nurses"), staff.registered_nurses), (message("Practical nurses"), staff.practical_nurses),
        (message("Bachelors of social services and social workers"), staff.social_workers),
        (message("Physiotherapists and other therapists"), staff.therapists),
        (message("Care assistants"), staff.care_assistants),
        (message("Carers without a degree"), staff.carers_without_degree),
        (message("Cleaners and other support workers"), staff.support_workers), (message("Others"), staff.others),
        (message("Full-time posts"), staff.full_time),
    ]  # fmt: skip
    return [(label, value) for label, value in numbers if value]


def options_of(language: Language) -> dict[str, Sequence[tuple[str, Any]]]:
    """What the forms of the profile let people choose from."""
    return {
        "contact_roles": [(role.value, name) for role, name in CONTACT_ROLE_NAMES.items()],
        "insurance_kinds": [(kind.value, name) for kind, name in INSURANCE_NAMES.items()],
        "certificate_kinds": [(kind.value, name) for kind, name in CERTIFICATE_NAMES.items()],
        "languages": list(zip(LANGUAGES_OF_SERVICE, language_names(LANGUAGES_OF_SERVICE, language), strict=True)),
        "municipalities": _municipalities(language),
    }


def _municipalities(language: Language) -> list[tuple[str, str]]:
    return sorted(((each.code, each.name.in_language(language)) for each in municipalities()), key=lambda pair: pair[1])
