"""Approvals as the API gives them out."""

from datetime import date
from uuid import UUID

import msgspec

from onboarding.approvals.schemas import ApprovalView
from onboarding.approvals.states import ApprovalStatus


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


class FoundApprovalOut(ApprovalOut, frozen=True, kw_only=True):
    """An approval in a list, with whom it is for. ``is_over``: its last day has passed."""

    provider_name: str
    business_id: str | None
    is_over: bool

    @classmethod
    def of(cls, view: ApprovalView) -> "FoundApprovalOut":
        return msgspec.convert(view, cls, from_attributes=True)
