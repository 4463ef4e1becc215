"""What goes into and out of applications. Inputs carry their bounds."""

from datetime import datetime
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
    """What an application asks for: service classes by code, municipalities by their three-digit code."""

    service_classes: Annotated[tuple[str, ...], msgspec.Meta(max_length=200)] = ()
    municipalities: Annotated[tuple[str, ...], msgspec.Meta(max_length=400)] = ()


class NewApplication(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An application to one organiser. Its scope may follow later, before it is sent."""

    organiser_id: Annotated[UUID, label(message("Organiser"))]
    service_classes: Annotated[tuple[str, ...], msgspec.Meta(max_length=200)] = ()
    municipalities: Annotated[tuple[str, ...], msgspec.Meta(max_length=400)] = ()


class AnswersToSave(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers by the question's key; null takes an answer back. Dates are ISO text, numbers whole."""

    answers: Annotated[dict[str, str | int | bool | None], msgspec.Meta(max_length=200)]


class Submission(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sending an application: the declaration of its rulebook must be made."""

    declared: bool


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message, a note or reasons."""

    text: Annotated[LongText, label(message("Text"))]


class AttachmentView(msgspec.Struct, frozen=True, kw_only=True):
    """An attached file. ``id`` is the attachment's, not the file's."""

    id: UUID
    question: str
    file_id: UUID
    name: str
    media_type: str
    size_bytes: int
    created_at: datetime


class NoteKind(StrEnum):
    """``note`` is for the organiser's own eyes; the others are written between reviewer and applicant."""

    NOTE = "note"
    REQUEST = "request"
    ANSWER = "answer"
    DECISION = "decision"


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


class ApplicationView(msgspec.Struct, frozen=True, kw_only=True):
    """A whole application. ``notes`` are those that the reader may see, oldest first."""

    summary: ApplicationSummary
    rulebook: RulebookVersionView
    answers: dict[str, str | int | bool]
    attachments: list[AttachmentView]
    notes: list[NoteView]
    decision_reasons: str

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
