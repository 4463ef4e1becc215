"""What goes into and out of applications. Inputs carry their bounds."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Text, message
from marketplace.kernel.inputs import label
from onboarding.applications.states import ApplicationStatus
from onboarding.providers.schemas import LongText
from onboarding.rulebooks.versions import RulebookVersionView


class Scope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an application asks for: service classes by code, municipalities by their three-digit code.

    ``units``: the provider's service units that do it, for rulebooks that ask about each.
    """

    service_classes: Annotated[tuple[str, ...], msgspec.Meta(max_length=200)] = ()
    municipalities: Annotated[tuple[str, ...], msgspec.Meta(max_length=400)] = ()
    units: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=200)] = ()


class NewApplication(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An application to one organiser. Its scope may follow later, before it is sent."""

    organiser_id: Annotated[UUID, label(message("Organiser"))]
    service_classes: Annotated[tuple[str, ...], msgspec.Meta(max_length=200)] = ()
    municipalities: Annotated[tuple[str, ...], msgspec.Meta(max_length=400)] = ()
    units: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=200)] = ()


class AnswersToSave(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers by slot (a question's key, or ``key@subject``); null takes an answer back. Dates are ISO text, numbers whole.

    ``edits``: the counter that the answers were read with. Where a colleague has changed one of them since, nothing is
    saved. Without it the answers are written whatever happened.
    """

    answers: Annotated[dict[str, str | int | bool | None], msgspec.Meta(max_length=400)]
    edits: Annotated[int, msgspec.Meta(ge=0)] | None = None


class Submission(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sending an application: the declaration of its rulebook must be made.

    ``rulebook_id``: the version that was read before declaring. Where another is in force by now, nothing is sent.
    """

    declared: bool
    rulebook_id: UUID | None = None


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message, a note or reasons."""

    text: Annotated[LongText, label(message("Text"))]


class Source(StrEnum):
    """Where an answer comes from: the applicant's own words, the provider's profile, an earlier application."""

    OWN = "own"
    PROFILE = "profile"
    CARRIED = "carried"


class ApplicationKind(StrEnum):
    """A new application, or one that extends or renews an approval."""

    NEW = "new"
    EXTENSION = "extension"
    RENEWAL = "renewal"


class AttachmentView(msgspec.Struct, frozen=True, kw_only=True):
    """An attached file. ``id`` is the attachment's, not the file's; ``issued_on`` the date on the document.

    In a draft, a certificate of the provider's profile is no attachment yet: its ``id`` is the file's.
    """

    id: UUID
    question: str
    file_id: UUID
    name: str
    media_type: str
    size_bytes: int
    created_at: datetime
    issued_on: date | None = None
    source: Source = Source.OWN


class NoteKind(StrEnum):
    """``note`` is for the organiser's own eyes; the others are written between reviewer and applicant.

    ``to_organiser`` and ``to_applicant`` are messages, which ask for nothing.
    """

    NOTE = "note"
    REQUEST = "request"
    ANSWER = "answer"
    DECISION = "decision"
    TO_ORGANISER = "to_organiser"
    TO_APPLICANT = "to_applicant"


class NoteView(msgspec.Struct, frozen=True, kw_only=True):
    """Words beside an application, and the name of the person who wrote them."""

    kind: NoteKind
    body: str
    written_at: datetime
    written_by: UUID
    writer: str


class ApplicationSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An application in a list."""

    id: UUID
    reference: str
    provider_id: UUID
    provider_name: str
    business_id: str
    organiser_id: UUID
    organiser_name: Text
    service_classes: tuple[str, ...]
    municipalities: tuple[str, ...]
    status: ApplicationStatus
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    claimed_by: UUID | None
    kind: ApplicationKind = ApplicationKind.NEW
    bundle_id: UUID | None = None
    units: tuple[UUID, ...] = ()
    previous_approval_id: UUID | None = None


class RequestItemView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the organiser asks, with what was replied so far. ``slot``: the answer it is about.

    ``files`` are those that were added for it, under the slot, or under ``request@<item>`` where it has none.
    """

    id: UUID
    asked: str
    slot: str | None
    reply: str
    answer: str | int | bool | None
    files: list[AttachmentView]
    replied_at: datetime | None
    is_answered: bool


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request for more information, open until ``answered_at``. ``due_on``: the last day to answer, if one was set."""

    id: UUID
    asked_at: datetime
    due_on: date | None
    answered_at: datetime | None
    items: list[RequestItemView]

    @property
    def answered(self) -> int:
        """How many items have an answer."""
        return sum(item.is_answered for item in self.items)


class Milestone(StrEnum):
    """What has happened to an application, or is expected, with its date."""

    SENT = "sent"
    TAKEN_UP = "taken_up"
    ASKED = "asked"
    ANSWER_DUE = "answer_due"
    ANSWERED = "answered"
    DECISION_EXPECTED = "decision_expected"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class DatedStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an application on its day in Finland; one that is only expected lies ahead."""

    step: Milestone
    on: date
    is_expected: bool = False


class ApplicationView(msgspec.Struct, frozen=True, kw_only=True):
    """A whole application. ``notes`` are those that the reader may see, oldest first."""

    summary: ApplicationSummary
    rulebook: RulebookVersionView
    answers: dict[str, str | int | bool]
    sources: dict[str, Source]
    attachments: list[AttachmentView]
    notes: list[NoteView]
    decision_reasons: str
    requests: list[RequestView]
    steps: list[DatedStep]
    edits: int

    @property
    def id(self) -> UUID:
        return self.summary.id

    @property
    def status(self) -> ApplicationStatus:
        return self.summary.status


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that something was received: the application's reference, its status now, and the moment."""

    application_id: UUID
    reference: str
    status: ApplicationStatus
    at: datetime
