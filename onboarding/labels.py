"""Names and tones for pages: of service classes, municipalities, statuses."""

from collections.abc import Iterable, Mapping, Sequence

from marketplace.kernel.i18n import Language, Message, message
from marketplace.organisers.reference import is_service_class, municipality, service_class
from marketplace.stripe.states import PayoutAccountState
from onboarding.schemas import CheckLevel
from onboarding.states import ApplicationStatus, ApprovalStatus

Groups = list[tuple[str, list[tuple[str, str]]]]

STATUS_TONES: Mapping[ApplicationStatus, str] = {
    ApplicationStatus.DRAFT: "quiet",
    ApplicationStatus.SUBMITTED: "",
    ApplicationStatus.INFORMATION_REQUESTED: "wait",
    ApplicationStatus.APPROVED: "good",
    ApplicationStatus.REJECTED: "bad",
    ApplicationStatus.WITHDRAWN: "quiet",
}
APPROVAL_TONES: Mapping[ApprovalStatus, str] = {
    ApprovalStatus.IN_FORCE: "good",
    ApprovalStatus.SUSPENDED: "wait",
    ApprovalStatus.ENDED: "quiet",
}
CHECK_WORDS: Mapping[CheckLevel, tuple[Message, str]] = {
    CheckLevel.GREEN: (message("In order"), "good"),
    CheckLevel.AMBER: (message("Look at this"), "wait"),
    CheckLevel.RED: (message("Problem"), "bad"),
}
ACCOUNT_WORDS: Mapping[PayoutAccountState, tuple[Message, str, Message]] = {
    PayoutAccountState.NEW: (
        message("Not begun"),
        "wait",
        message("Give the company's bank details on the pages of Stripe. It takes about ten minutes."),
    ),
    PayoutAccountState.INFORMATION_DUE: (
        message("Information missing"),
        "wait",
        message("Stripe needs more information. Go on where you were."),
    ),
    PayoutAccountState.PENDING: (
        message("Being checked"),
        "",
        message(
            "Stripe checks the information. This usually takes from minutes to two days. You need not do anything."
        ),
    ),
    PayoutAccountState.ACTIVE: (message("In order"), "good", message("Money can be paid to you.")),
    PayoutAccountState.RESTRICTED: (
        message("Closed or restricted"),
        "bad",
        message("Stripe does not allow payments to this account. Contact Stripe's support."),
    ),
}
"""What each state is called, its tone, and what to do next."""


def class_names(codes: Iterable[str], language: Language) -> list[str]:
    return [service_class(code).name.in_language(language) if is_service_class(code) else code for code in codes]


def municipality_names(codes: Iterable[str], language: Language) -> list[str]:
    """In the order of the alphabet."""
    return sorted(municipality(code).name.in_language(language) for code in codes)


def class_options(codes: Sequence[str], language: Language) -> list[tuple[str, str]]:
    return list(zip(codes, class_names(codes, language), strict=True))


def municipality_groups(name: str, codes: Sequence[str], language: Language) -> Groups:
    """One organiser's municipalities under its name, in the order of the alphabet, for ticking."""
    pairs = sorted(((code, municipality(code).name.in_language(language)) for code in codes), key=lambda pair: pair[1])
    return [(name, pairs)]
