"""What goes into and out of the archive."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Text
from marketplace.kernel.inputs import label
from onboarding.archive.states import KIND_WORDS, RetentionKind

Months = Annotated[int, msgspec.Meta(ge=1, le=600)]


class RetentionPeriods(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many months an organiser keeps the content of closed applications; null keeps it until this is changed."""

    withdrawn_draft: Annotated[Months | None, label(KIND_WORDS[RetentionKind.WITHDRAWN_DRAFT])] = None
    withdrawn_application: Annotated[Months | None, label(KIND_WORDS[RetentionKind.WITHDRAWN_APPLICATION])] = None
    rejected_application: Annotated[Months | None, label(KIND_WORDS[RetentionKind.REJECTED_APPLICATION])] = None
    ended_approval: Annotated[Months | None, label(KIND_WORDS[RetentionKind.ENDED_APPROVAL])] = None


class DueApplication(msgspec.Struct, frozen=True, kw_only=True):
    """An application whose time is over: what would go, and why. ``kept_until`` is the last day, in Finland."""

    id: UUID
    reference: str
    organiser_id: UUID
    organiser_name: Text
    kind: RetentionKind
    counted_from: date
    months: int
    kept_until: date
    answers: int
    files: int
    bytes: int
    notes: int


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One event of an application: when, who (by name, or what part of the system), what, and what it changed."""

    happened_at: datetime
    who: str
    role: str | None
    action: str
    what: str
    changes: list[str]


class ArchivedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A stored file and its place in the archive. ``owner`` and ``owner_id`` are those of the file store."""

    path: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    created_at: datetime
    file_id: UUID
    owner: str
    owner_id: UUID
    slot: str | None = None
    issued_on: date | None = None


class ArchivedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A question with its rule, as the applicant read it, and the answer. ``shown`` is the answer in words."""

    slot: str
    question: Text
    rule: Text | None
    type: str
    answer: str | int | bool | None
    shown: str
    source: str | None
    answered_at: datetime | None
    files: list[str]


class ArchivedGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Questions that stood on one page, of the application itself or of one unit or service."""

    title: Text
    subject: Text
    answers: list[ArchivedAnswer]


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one application that its reader may have. The mappings are what the archive's JSON shows."""

    reference: str
    written_at: datetime
    summary: Mapping[str, Any]
    rulebook: Mapping[str, Any]
    groups: list[ArchivedGroup]
    files: list[ArchivedFile]
    requests: list[Mapping[str, Any]]
    messages: list[Mapping[str, Any]]
    decisions: list[Mapping[str, Any]]
    approvals: list[Mapping[str, Any]]
    events: list[Mapping[str, Any]]
    history: list[HistoryLine]
