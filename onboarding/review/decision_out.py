"""Decisions as the API gives them out."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Language, Text
from onboarding.approvals.decision_schemas import (
    CheckSeen,
    DecisionNames,
    DecisionOutcome,
    DecisionView,
    GivenReason,
    ScopePart,
)
from onboarding.review.verification import DocumentState, Verified, VerifiedPart


class DocumentProgress(StrEnum):
    """``failing``: making the PDF failed and is tried again."""

    MADE = "made"
    BEING_MADE = "being_made"
    FAILING = "failing"


class DecisionOut(msgspec.Struct, frozen=True, kw_only=True):
    """A decision. ``appeal`` is null where there is nothing to appeal; ``sha256`` is of the PDF.

    Days are Finnish and both included. ``language`` is the applicant's, in which the document is written.
    """

    id: UUID
    number: str
    organiser_id: UUID
    provider_id: UUID
    application_id: UUID
    approval_id: UUID | None
    outcome: DecisionOutcome
    approved: list[ScopePart]
    refused: list[ScopePart]
    reasons: list[GivenReason]
    words: str
    conditions: str
    valid_from: date | None
    valid_to: date | None
    legal_basis: Text
    appeal: Text | None
    rulebook_version_id: UUID
    rulebook_number: int
    names: DecisionNames
    transferred_to: UUID | None
    decided_at: datetime
    language: Language
    code: str
    document: DocumentProgress
    sha256: str | None

    @classmethod
    def of(cls, view: DecisionView) -> "DecisionOut":
        fields = {name: getattr(view, name) for name in cls.__struct_fields__ if name != "document"}
        return msgspec.convert({**msgspec.to_builtins(fields), "document": progress_of(view)}, cls)


class OrganiserDecisionOut(msgspec.Struct, frozen=True, kw_only=True):
    """A decision as its organiser sees it, with what the automatic checks had found. ``error``: why the PDF failed last."""

    decision: DecisionOut
    checks: list[CheckSeen]
    error: str

    @classmethod
    def of(cls, view: DecisionView) -> "OrganiserDecisionOut":
        return cls(decision=DecisionOut.of(view), checks=list(view.checks), error=view.error)


class VerifiedOut(msgspec.Struct, frozen=True, kw_only=True):
    """A genuine document: what it is, and what holds today by part. ``is_latest``: nothing later has changed it."""

    number: str
    code: str
    outcome: DecisionOutcome
    decided_on: date
    organiser: Text
    provider_name: str
    state: DocumentState
    parts: list[VerifiedPart]
    is_latest: bool
    sha256: str | None

    @classmethod
    def of(cls, found: Verified) -> "VerifiedOut":
        return msgspec.convert(found, cls, from_attributes=True)


def progress_of(view: DecisionView) -> DocumentProgress:
    if view.is_made:
        return DocumentProgress.MADE
    return DocumentProgress.FAILING if view.error else DocumentProgress.BEING_MADE
