"""Views whose texts depend on the reader's language, as the API gives them out."""

import msgspec

from marketplace.kernel.i18n import Language, translate
from onboarding.applications.schemas import ApplicationView
from onboarding.providers.schemas import ProviderView
from onboarding.review.schemas import ApplicationForReview, CheckLevel


class CheckOut(msgspec.Struct, frozen=True, kw_only=True):
    """An automatic check in words."""

    level: CheckLevel
    subject: str
    finding: str


class ReviewOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer sees of an application."""

    application: ApplicationView
    provider: ProviderView
    checks: list[CheckOut]
    claimed_by_name: str | None


def review_out(found: ApplicationForReview, language: Language) -> ReviewOut:
    """An application for review, its checks in the reader's language."""
    checks = [
        CheckOut(level=each.level, subject=translate(each.subject, language), finding=translate(each.finding, language))
        for each in found.checks
    ]
    return ReviewOut(
        application=found.application, provider=found.provider, checks=checks, claimed_by_name=found.claimed_by_name
    )
