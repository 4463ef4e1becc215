"""The forms of the queue and of an application's page."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import label
from onboarding.applications.schemas import ApplicationKind
from onboarding.providers.schemas import LongText
from onboarding.review.schemas import QueueSort, QueueStatus


class QueueSearch(msgspec.Struct, frozen=True, kw_only=True):
    """The filters above the queue."""

    status: QueueStatus = QueueStatus.TO_REVIEW
    service_class: Annotated[str, msgspec.Meta(max_length=40)] = ""
    municipality: Annotated[str, msgspec.Meta(max_length=3)] = ""
    kind: ApplicationKind | None = None
    handler: Annotated[str, msgspec.Meta(max_length=40)] = ""
    is_overdue: bool = False
    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    sort: QueueSort = QueueSort.AGE
    after: Annotated[str, msgspec.Meta(max_length=100)] = ""


class BulkAction(StrEnum):
    """Which of the buttons under the queue was pressed."""

    TAKE = "take"
    GIVE = "give"
    PUT_BACK = "put_back"


class BulkForm(msgspec.Struct, frozen=True, kw_only=True):
    """Several applications of one page. ``back``: the query of the page to return to."""

    action: BulkAction
    application_ids: Annotated[list[UUID], msgspec.Meta(max_length=100)] = []
    person_id: Annotated[UUID | None, label(message("Colleague"))] = None
    back: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class GiveForm(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague to give an application to. ``take_over``: although somebody else has it."""

    person_id: Annotated[UUID, label(message("Colleague"))]
    take_over: bool = False


class NoteForm(msgspec.Struct, frozen=True, kw_only=True):
    note: Annotated[LongText, label(message("Internal note"))]


class MessageForm(msgspec.Struct, frozen=True, kw_only=True):
    text: Annotated[LongText, label(message("Message"))]


class AskedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the request: what is asked, and of which answer."""

    text: Annotated[LongText, label(message("Question"))]
    slot: Annotated[str, msgspec.Meta(max_length=120)] | None = None


class AskForm(msgspec.Struct, frozen=True, kw_only=True):
    items: Annotated[list[AskedItem], msgspec.Meta(min_length=1, max_length=30), label(message("Questions"))]
    due_on: Annotated[date | None, label(message("Answer by"))] = None
