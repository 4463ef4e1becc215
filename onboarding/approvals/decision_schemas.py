"""Decisions as they were made: what went into them and what is read of them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Language, Text


class DecisionOutcome(StrEnum):
    """What was decided: on an application, or later (the last three) on the approval that it led to."""

    APPROVED = "approved"
    PARTLY_APPROVED = "partly_approved"
    REJECTED = "rejected"
    TRANSFERRED = "transferred"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    ENDED = "ended"


class ScopePart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One service class in some municipalities, by their codes."""

    service_class: Annotated[str, msgspec.Meta(max_length=40)]
    municipalities: Annotated[tuple[str, ...], msgspec.Meta(max_length=400)]


class GivenReason(msgspec.Struct, frozen=True, kw_only=True):
    """A reason of the rulebook as it read on the day of the decision."""

    code: str
    text: Text
    legal_basis: Text | None = None


class CheckSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What an automatic check had found when the decision was made."""

    level: str
    subject: Text
    finding: Text


class DecisionNames(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody was called on the day. A title that nobody wrote is left to the role."""

    organiser: Text
    provider: str
    business_id: str
    reference: str
    decided_by: str
    decided_title: str = ""
    decided_role: str = ""
    confirmed_by: str = ""
    confirmed_title: str = ""
    confirmed_role: str = ""
    transferred_to: Text | None = None
    new_reference: str = ""


class NewDecision(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a decision says, before it has a number. ``appeal`` is None where there is nothing to appeal."""

    organiser_id: UUID
    provider_id: UUID
    application_id: UUID
    approval_id: UUID | None = None
    outcome: DecisionOutcome
    approved: tuple[ScopePart, ...] = ()
    refused: tuple[ScopePart, ...] = ()
    reasons: tuple[GivenReason, ...] = ()
    words: str = ""
    conditions: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    legal_basis: Text
    appeal: Text | None
    rulebook_version_id: UUID
    checks: tuple[CheckSeen, ...] = ()
    names: DecisionNames
    transferred_to: UUID | None = None
    decided_by: UUID | None
    confirmed_by: UUID | None = None
    language: Language


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision. ``sha256`` and ``made_at`` are of its PDF, None while that is being made.

    Days are Finnish and both included. ``language`` is the applicant's, in which the document is written.
    """

    id: UUID
    number: str
    organiser_id: UUID
    provider_id: UUID
    application_id: UUID
    approval_id: UUID | None
    outcome: DecisionOutcome
    approved: tuple[ScopePart, ...]
    refused: tuple[ScopePart, ...]
    reasons: tuple[GivenReason, ...]
    words: str
    conditions: str
    valid_from: date | None
    valid_to: date | None
    legal_basis: Text
    appeal: Text | None
    rulebook_version_id: UUID
    rulebook_number: int
    checks: tuple[CheckSeen, ...]
    names: DecisionNames
    transferred_to: UUID | None
    decided_by: UUID | None
    confirmed_by: UUID | None
    decided_at: datetime
    language: Language
    code: str
    file_id: UUID | None
    sha256: str | None
    made_at: datetime | None
    attempts: int
    error: str

    @property
    def is_made(self) -> bool:
        return self.file_id is not None


class DecisionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A decision in a list."""

    id: UUID
    number: str
    organiser_name: Text
    provider_name: str
    application_id: UUID
    outcome: DecisionOutcome
    decided_at: datetime
    made_at: datetime | None


class DecisionPage(msgspec.Struct, frozen=True, kw_only=True):
    """The newest first. ``next`` goes into the ``after`` of the following page."""

    items: list[DecisionSummary]
    next: str | None
