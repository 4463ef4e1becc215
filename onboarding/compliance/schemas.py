"""What goes into and out of compliance."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.inputs import label
from onboarding.approvals.states import ApprovalStatus
from onboarding.compliance.states import CaseKind, CaseStatus, Step

REGISTERS = ("trade", "prepayment", "employer", "vat")
MOST_DAYS = 365
Days = Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)]


class ComplianceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an organiser keeps its approvals true. All days are calendar days in Finland.

    ``reminder_days``: so many days before the last good day the provider is reminded. ``grace_days`` after it became
    overdue, suspension is proposed, if its kind is among ``proposing``; then the provider has ``hearing_days`` to explain.
    """

    reminder_days: list[Days] = msgspec.field(default_factory=lambda: [60, 30, 14, 7, 1])
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=MOST_DAYS), label(message("Days of grace"))] = 14
    hearing_days: Annotated[int, msgspec.Meta(ge=7, le=MOST_DAYS), label(message("Days for an explanation"))] = 14
    self_monitoring_days: Annotated[
        int, msgspec.Meta(ge=30, le=1830), label(message("Days between updates of a self-monitoring plan"))
    ] = 365
    registers: list[str] = msgspec.field(default_factory=lambda: list(REGISTERS))
    proposing: list[CaseKind] = msgspec.field(
        default_factory=lambda: [
            CaseKind.CERTIFICATE_EXPIRING,
            CaseKind.INSURANCE_EXPIRING,
            CaseKind.REGISTER_LEFT,
            CaseKind.SITUATION_CHANGED,
        ]
    )


class SettingsVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The settings in force with their number; 0 are the product's own, which count until an organiser sets others."""

    number: int
    settings: ComplianceSettings
    made_at: datetime | None
    made_by_name: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A thing of a provider that ends or has changed. ``due_on`` is the last good day; None: it is gone already.

    ``name`` tells things of one kind apart for a reader: a unit, a new name. ``source`` is where it was seen.
    """

    kind: CaseKind
    thing: str
    due_on: date | None
    source: str
    seen_at: datetime
    name: str = ""
    before: str = ""
    after: str = ""


class CaseFilters(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases to list: those under way unless a status is named."""

    status: CaseStatus | None = None
    kind: CaseKind | None = None
    q: str = ""
    approval_id: UUID | None = None
    after: str = ""


class CaseSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A case as a line of a list. ``deadline`` is the last good day, with more time where it was given."""

    id: UUID
    approval_id: UUID
    provider_id: UUID
    provider_name: str
    organiser_id: UUID
    organiser_name: Text
    kind: CaseKind
    thing: str
    name: str
    status: CaseStatus
    due_on: date | None
    deadline: date | None
    hearing_until: date | None
    has_explanation: bool
    opened_at: datetime


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[CaseSummary]
    next: str | None


class CaseStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a case, as both sides read it. ``who`` is a side, never a person: provider, organiser or system."""

    happened_at: datetime
    who: str
    step: Step
    day: date | None
    words: str


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A case with its evidence, its history and what the provider says."""

    summary: CaseSummary
    source: str
    seen_at: datetime
    before: str
    after: str
    explanation: str
    explained_at: datetime | None
    hearing_is_over: bool
    approval_status: ApprovalStatus
    service_classes: list[str]
    steps: list[CaseStep]


class Explanation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the provider says about a proposal."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=5000), label(message("Explanation"))]


class Reasons(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a case is closed or a suspension proposed. The provider reads it."""

    reasons: Annotated[str, msgspec.Meta(min_length=1, max_length=5000), label(message("Reasons"))]


class SuspensionDecision(Reasons, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reasons, and whether the matter cannot wait for the hearing: then they say why."""

    urgent: bool = False


class MoreTime(Reasons, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Until when the provider has time."""

    until: Annotated[date, label(message("Last day"))]


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How many cases wait for somebody: all under way, those with a proposal, and the nearest day."""

    under_way: int
    proposed: int
    nearest: date | None


class RoundResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a round did, counted by step; ``asked`` is how many providers the business register will be asked about."""

    day: date
    providers: int
    steps: dict[str, int]
    failed: int
    asked: int
    is_dry_run: bool


Told = tuple[Message, list[Message]]
"""A notice's subject and paragraphs."""
