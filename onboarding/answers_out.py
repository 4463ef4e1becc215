"""Views whose texts depend on the reader's language, as the API gives them out."""

from datetime import date
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Language, translate
from onboarding.schemas import (
    ApplicationForReview,
    ApplicationView,
    ApprovalView,
    CheckLevel,
    ProviderView,
    RegisterPage,
)
from onboarding.states import ApprovalStatus


class RegisterEntryOut(msgspec.Struct, frozen=True, kw_only=True):
    """One approval in force. Service classes and municipalities are codes (see ``/api/v1/service-classes``)."""

    business_id: str
    name: str
    organiser: str
    organiser_id: UUID
    status: str
    service_classes: list[str]
    municipalities: list[str]
    valid_from: date
    valid_to: date | None


class RegisterOut(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the register. ``next`` is null on the last one."""

    items: list[RegisterEntryOut]
    next: str | None


def register_out(found: RegisterPage, language: Language) -> RegisterOut:
    """The register with organisers' names in the reader's language."""
    items = [
        RegisterEntryOut(
            business_id=each.business_id,
            name=each.name,
            organiser=each.organiser.in_language(language),
            organiser_id=each.organiser_id,
            status="approved",
            service_classes=list(each.service_classes),
            municipalities=list(each.municipalities),
            valid_from=each.valid_from,
            valid_to=each.valid_to,
        )
        for each in found.items
    ]
    return RegisterOut(items=items, next=found.next)


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


class ApprovalOut(msgspec.Struct, frozen=True, kw_only=True):
    """An approval. ``status_from`` is the first day of a suspension or end."""

    id: UUID
    application_id: UUID
    provider_id: UUID
    organiser_id: UUID
    service_classes: list[str]
    municipalities: list[str]
    valid_from: date
    valid_to: date | None
    conditions: str
    status: ApprovalStatus
    status_from: date
    status_reason: str

    @classmethod
    def of(cls, view: ApprovalView) -> "ApprovalOut":
        return msgspec.convert(view, cls, from_attributes=True)
