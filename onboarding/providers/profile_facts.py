"""What a provider's profile can answer in place of a person: the facts that a rulebook's question may name.

A fact is left out where the profile does not say it; then the applicant is asked. Dates are ISO text, as answers are.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec
from babel import Locale

from marketplace.kernel.i18n import Language, Message, message, translate
from onboarding.providers.profile import profile_of
from onboarding.providers.profile_schemas import (
    CertificateKind,
    CertificateView,
    Insurance,
    InsuranceKind,
    ProfileView,
    Section,
    UnitView,
)

Answer = str | int | bool


class FactType(StrEnum):
    """The types of question that a fact can answer, named as rulebooks name them."""

    TEXT = "text"
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"
    ATTACHMENT = "attachment"


class ProfileFact(msgspec.Struct, frozen=True, kw_only=True):
    """One fact. ``is_per_unit`` ones are asked once for each service unit. ``section`` is where it is written."""

    code: str
    type: FactType
    label: Message
    section: Section
    is_per_unit: bool = False


class ProfileFile(msgspec.Struct, frozen=True, kw_only=True):
    """The file of a certificate. Its owner in ``kernel.files`` is ``provider`` with the provider's id."""

    file_id: UUID
    certificate_id: UUID
    name: str
    issued_on: date
    expires_on: date | None


class ProfileFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Answers and files by code; those of a unit by ``code@unit's id``."""

    values: dict[str, Answer]
    files: dict[str, ProfileFile]


def _fact(code: str, kind: FactType, label: Message, section: Section) -> ProfileFact:
    return ProfileFact(code=code, type=kind, label=label, section=section, is_per_unit=code.startswith("unit."))


_ALL: Final = (
    _fact("registers.prepayment", FactType.YES_NO, message("In the prepayment register"), Section.COMPANY),
    _fact("registers.employer", FactType.YES_NO, message("In the employer register"), Section.COMPANY),
    _fact("registers.vat", FactType.YES_NO, message("In the VAT register"), Section.COMPANY),
    _fact("registers.trade", FactType.YES_NO, message("In the trade register"), Section.COMPANY),
    _fact("soteri.provider_id", FactType.TEXT, message("Provider's Soteri id"), Section.SOTERI),
    _fact("insurance.liability", FactType.YES_NO, message("Liability insurance in force"), Section.INSURANCE),
    _fact("insurance.liability.valid_to", FactType.DATE, message("Liability insurance valid to"), Section.INSURANCE),
    _fact("insurance.patient", FactType.YES_NO, message("Patient insurance in force"), Section.INSURANCE),
    _fact("insurance.patient.valid_to", FactType.DATE, message("Patient insurance valid to"), Section.INSURANCE),
    _fact("certificates.tax", FactType.ATTACHMENT, message("Certificate of taxes paid"), Section.CERTIFICATES),
    _fact(
        "certificates.pension", FactType.ATTACHMENT, message("Certificate of pension insurance"), Section.CERTIFICATES
    ),
    _fact(
        "certificates.accident",
        FactType.ATTACHMENT,
        message("Certificate of workers' accident insurance"),
        Section.CERTIFICATES,
    ),
    _fact(
        "certificates.liability",
        FactType.ATTACHMENT,
        message("Certificate of liability insurance"),
        Section.CERTIFICATES,
    ),
    _fact(
        "certificates.patient", FactType.ATTACHMENT, message("Certificate of patient insurance"), Section.CERTIFICATES
    ),
    _fact(
        "certificates.trade_register",
        FactType.ATTACHMENT,
        message("Extract of the trade register"),
        Section.CERTIFICATES,
    ),
    _fact("staff.total", FactType.NUMBER, message("Number of staff"), Section.STAFF),
    _fact("staff.qualified", FactType.NUMBER, message("Staff with a degree in care"), Section.STAFF),
    _fact("languages", FactType.TEXT, message("Languages of service"), Section.LANGUAGES),
    _fact("subcontractors.used", FactType.YES_NO, message("Subcontractors are used"), Section.SUBCONTRACTORS),
    _fact("premises.accessible", FactType.YES_NO, message("Premises are accessible"), Section.PREMISES),
    _fact("unit.soteri_id", FactType.TEXT, message("Unit's Soteri id"), Section.UNITS),
    _fact("unit.self_monitoring_url", FactType.TEXT, message("Unit's self-monitoring plan"), Section.UNITS),
    _fact("unit.self_monitoring_on", FactType.DATE, message("Date of the unit's self-monitoring plan"), Section.UNITS),
    _fact("unit.staff", FactType.NUMBER, message("Number of the unit's staff"), Section.UNITS),
)
FACTS: Final[Mapping[str, ProfileFact]] = {fact.code: fact for fact in _ALL}
"""Every fact that a question of a rulebook may name, by its code."""

_FILES: Final[Mapping[str, CertificateKind]] = {
    "certificates.tax": CertificateKind.TAX,
    "certificates.pension": CertificateKind.PENSION,
    "certificates.accident": CertificateKind.ACCIDENT,
    "certificates.liability": CertificateKind.LIABILITY_INSURANCE,
    "certificates.patient": CertificateKind.PATIENT_INSURANCE,
    "certificates.trade_register": CertificateKind.TRADE_REGISTER,
}


async def facts_of(provider_id: UUID, day: date) -> ProfileFacts:
    """What the profile says on a Finnish day: insurance and certificates that have ended by then say nothing.

    Raises:
        NotFound: there is no such provider.
    """
    return facts_in(await profile_of(provider_id), day)


def facts_in(profile: ProfileView, day: date) -> ProfileFacts:
    """The facts of a profile that was read already."""
    values: dict[str, Answer | None] = {
        **_registers(profile), **_insurance(profile, day), **_company(profile), **_units(profile.open_units)
    }  # fmt: skip
    return ProfileFacts(values={code: value for code, value in values.items() if value is not None}, files=_files(profile, day))  # fmt: skip


def _registers(profile: ProfileView) -> dict[str, Answer | None]:
    facts = profile.provider.facts
    if facts is None:
        return {}
    return {
        "registers.prepayment": facts.prepayment_register is not None,
        "registers.employer": facts.employer_register is not None,
        "registers.vat": facts.vat_register is not None,
        "registers.trade": facts.trade_register is not None,
    }


def _insurance(profile: ProfileView, day: date) -> dict[str, Answer | None]:
    found: dict[str, Answer | None] = {}
    for kind, code in ((InsuranceKind.LIABILITY, "insurance.liability"), (InsuranceKind.PATIENT, "insurance.patient")):
        in_force = [each for each in profile.insurance if each.kind is kind and _is_in_force(each, day)]
        if in_force:
            ends = [each.valid_to for each in in_force if each.valid_to is not None]
            is_endless = len(ends) < len(in_force)
            found[code] = True
            found[f"{code}.valid_to"] = max(ends).isoformat() if ends and not is_endless else None
    return found


def _is_in_force(insurance: Insurance, day: date) -> bool:
    begins, ends = insurance.valid_from or date.min, insurance.valid_to or date.max
    return begins <= day <= ends


def _company(profile: ProfileView) -> dict[str, Answer | None]:
    staff, premises = profile.staff, profile.premises
    return {
        "soteri.provider_id": profile.soteri.soteri_id if profile.soteri else None,
        "staff.total": staff.total if staff else None,
        "staff.qualified": staff.qualified if staff else None,
        "languages": ", ".join(language_names(profile.languages.languages, Language.FI)) if profile.languages else None,
        "subcontractors.used": _uses_subcontractors(profile),
        "premises.accessible": premises.is_accessible if premises and premises.has_premises else None,
    }


def _uses_subcontractors(profile: ProfileView) -> bool | None:
    if profile.subcontractors:
        return True
    return profile.subcontracting.is_used if profile.subcontracting else None


def _units(units: Sequence[UnitView]) -> dict[str, Answer | None]:
    found: dict[str, Answer | None] = {}
    for unit in units:
        found[f"unit.soteri_id@{unit.id}"] = unit.soteri_id or None
        found[f"unit.self_monitoring_url@{unit.id}"] = unit.self_monitoring_url or None
        found[f"unit.self_monitoring_on@{unit.id}"] = unit.self_monitoring_on and unit.self_monitoring_on.isoformat()
        found[f"unit.staff@{unit.id}"] = unit.staff
    return found


def _files(profile: ProfileView, day: date) -> dict[str, ProfileFile]:
    newest = {code: newest_certificate(profile.certificates, kind, day) for code, kind in _FILES.items()}
    return {
        code: ProfileFile(
            file_id=each.file_id, certificate_id=each.id, name=each.file_name, issued_on=each.issued_on,
            expires_on=each.expires_on,
        )
        for code, each in newest.items()
        if each is not None
    }  # fmt: skip


def newest_certificate(certificates: Sequence[CertificateView], kind: CertificateKind, day: date) -> CertificateView | None:  # fmt: skip
    """The certificate of a kind that was issued last, among those that are good on ``day``."""
    good = [each for each in certificates if each.kind is kind and each.issued_on <= day <= (each.expires_on or date.max)]  # fmt: skip
    return max(good, key=lambda each: each.issued_on, default=None)


def language_names(codes: Sequence[str], language: Language) -> list[str]:
    """The names of languages in a language, in the order given."""
    return [_language_name(code, language) for code in codes]


_NOT_IN_BABEL: Final[Mapping[str, Message]] = {
    "fse": message("Finnish Sign Language"),
    "rom": message("Romani"),
    "smn": message("Inari Sámi"),
    "sms": message("Skolt Sámi"),
}


def _language_name(code: str, language: Language) -> str:
    if code in _NOT_IN_BABEL:
        return translate(_NOT_IN_BABEL[code], language)
    return Locale.parse(language.locale).languages.get(code, code)
