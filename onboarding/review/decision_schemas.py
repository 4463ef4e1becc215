"""What goes into decisions, and what is kept of them while they are prepared."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Text, message
from marketplace.kernel.inputs import label
from onboarding.applications.schemas import ApplicationView
from onboarding.approvals.decision_schemas import DecisionOutcome, GivenReason, ScopePart
from onboarding.providers.schemas import LongText, ProviderView

OptionalText = Annotated[str, msgspec.Meta(max_length=5000)]
Title = Annotated[str, msgspec.Meta(max_length=200), label(message("Your title"))]


class DecisionWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a reviewer wants to decide. What is not approved of what was applied for is refused.

    ``approved`` None is everything, an empty list nothing. ``reasons`` are codes of the rulebook; whoever refuses anything
    gives one of them or ``words``. Without a ``valid_to`` the rulebook's length of an approval applies, and where it has
    none, until further notice. Days are Finnish and both included.
    """

    approved: tuple[ScopePart, ...] | None = None
    reasons: tuple[str, ...] = ()
    words: Annotated[OptionalText, label(message("Reasons in your own words"))] = ""
    conditions: Annotated[OptionalText, label(message("Conditions"))] = ""
    valid_from: Annotated[date, label(message("First day"))] | None = None
    valid_to: Annotated[date, label(message("Last day"))] | None = None
    title: Title = ""


class PlannedDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A wish held against the application and its rulebook: exactly what would be decided."""

    outcome: DecisionOutcome
    approved: tuple[ScopePart, ...]
    refused: tuple[ScopePart, ...]
    reasons: tuple[GivenReason, ...]
    words: str
    conditions: str
    valid_from: date | None
    valid_to: date | None
    title: str


class Proposer(msgspec.Struct, frozen=True, kw_only=True):
    """Who prepared a decision that another person confirms, as they signed it."""

    person_id: UUID
    title: str
    role: str


class ProposedContent(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a proposal."""

    planned: PlannedDecision
    proposer: Proposer


class ProposalAnswer(StrEnum):
    CONFIRMED = "confirmed"
    RETURNED = "returned"


class ProposalView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that waits for, or had, the answer of a second person."""

    id: UUID
    planned: PlannedDecision
    proposed_by: UUID
    proposer: str
    proposed_at: datetime
    answer: ProposalAnswer | None
    answerer: str
    answered_at: datetime | None
    words: str


class ProposalList(msgspec.Struct, frozen=True, kw_only=True):
    """Every proposal on an application, newest first."""

    items: list[ProposalView]


class Confirmation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Confirms the proposal that was read, and no other that may have come since."""

    proposal_id: UUID
    title: Title = ""


class ReturnOfProposal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Gives a proposal back, with words about what should be different."""

    proposal_id: UUID
    words: Annotated[LongText, label(message("What should be different"))]


class Transfer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hands an application on to the organiser that is competent (Administrative Procedure Act 434/2003, section 21)."""

    organiser_id: Annotated[UUID, label(message("Organiser"))]
    words: Annotated[LongText, label(message("Reasons"))]
    title: Title = ""


class Choice(StrEnum):
    """The first question of a decision."""

    WHOLE = "whole"
    PART = "part"
    REJECT = "reject"
    TRANSFER = "transfer"


class DraftContent(msgspec.Struct, frozen=True, kw_only=True):
    """The answers given so far to the questions of a decision. ``cells`` are ticked places of the grid, ``CLASS:091``."""

    choice: Choice | None = None
    cells: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    words: str = ""
    conditions: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    organiser_id: UUID | None = None
    title: str = ""


class TransferTarget(msgspec.Struct, frozen=True, kw_only=True):
    """An organiser that takes applications, and how many of the municipalities applied for are its own."""

    id: UUID
    name: Text
    shared_municipalities: int


class DecisionDesk(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer sees while preparing a decision."""

    application: ApplicationView
    provider: ProviderView
    draft: DraftContent
    wants_four_eyes: bool
    first_day: date
    last_day: date | None
