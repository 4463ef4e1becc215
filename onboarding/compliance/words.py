"""What cases are about, in words that a provider understands: the thing, what happened to it and what to do."""

from collections.abc import Mapping
from typing import Any

from marketplace.kernel.i18n import Message, message
from onboarding.compliance.states import CaseKind
from onboarding.providers.facts_kept import REGISTER_NAMES, situation_name
from onboarding.providers.profile_schemas import CERTIFICATE_NAMES, INSURANCE_NAMES, CertificateKind, InsuranceKind

OWN_SITUATIONS: Mapping[str, Message] = {
    "ended": message("The company has ceased"),
    "gone": message("The business ID is no longer known"),
}
SOURCE_NAMES: Mapping[str, Message] = {
    "profile": message("The provider's profile"),
    "approval": message("The approval"),
    "ytj": message("YTJ, the Business Information System (PRH and Tax Administration)"),
    "ytj_double": message("The test stand-in for YTJ"),
    "by_hand": message("Written by hand"),
}
PROFILE_PAGES: Mapping[CaseKind, str] = {
    CaseKind.CERTIFICATE_EXPIRING: "/provider/profile/certificates",
    CaseKind.INSURANCE_EXPIRING: "/provider/profile/insurance",
    CaseKind.SELF_MONITORING_OUTDATED: "/provider/profile/units",
}
"""Where the provider puts a thing in order. Registers and situations are put right with the authorities."""


def thing_words(kind: CaseKind, thing: str, name: str) -> Message:
    """What a case is about, as the beginning of a sentence or a line of a list."""
    match kind:
        case CaseKind.CERTIFICATE_EXPIRING:
            return _named(CERTIFICATE_NAMES.get(_certificate(thing), message("Certificate")), name)
        case CaseKind.INSURANCE_EXPIRING:
            return _named(INSURANCE_NAMES.get(_insurance(thing), message("Insurance")), name)
        case CaseKind.APPROVAL_EXPIRING:
            return message("The approval itself")
        case CaseKind.SELF_MONITORING_OUTDATED:
            return message("Self-monitoring plan of {name}", name=name)
        case CaseKind.REGISTER_LEFT:
            return message("No longer entered: {register}", register=REGISTER_NAMES.get(thing, thing))
        case CaseKind.SITUATION_CHANGED:
            return message(
                "Company's situation: {situation}", situation=OWN_SITUATIONS.get(thing) or situation_name(thing)
            )
        case CaseKind.NAME_CHANGED:
            return message("New name: {name}", name=name)


def what_to_do(kind: CaseKind) -> Message:
    """The provider's way to put the thing in order."""
    match kind:
        case CaseKind.CERTIFICATE_EXPIRING:
            return message("Add a new certificate to your profile. The matter then closes by itself.")
        case CaseKind.INSURANCE_EXPIRING:
            return message(
                "Write the new last day of the insurance into your profile. The matter then closes by itself."
            )
        case CaseKind.APPROVAL_EXPIRING:
            return message("Apply for a renewal if you want to go on: your answers are carried over.")
        case CaseKind.SELF_MONITORING_OUTDATED:
            return message("Update the plan, publish it and write its date into your profile.")
        case CaseKind.REGISTER_LEFT:
            return message("Check your entry with the Tax Administration or the Patent and Registration Office. When the entry is back the matter closes by itself.")  # fmt: skip
        case CaseKind.SITUATION_CHANGED:
            return message("Tell the organiser what has happened and how your clients are cared for.")
        case CaseKind.NAME_CHANGED:
            return message("You need not do anything.")


def _named(what: Message, name: str) -> Message:
    return message("{what} ({name})", what=what, name=name) if name else what


def _certificate(thing: str) -> Any:
    code = thing.partition(":")[0]
    return CertificateKind(code) if code in set(CertificateKind) else None


def _insurance(thing: str) -> Any:
    code = thing.partition(":")[0]
    return InsuranceKind(code) if code in set(InsuranceKind) else None
