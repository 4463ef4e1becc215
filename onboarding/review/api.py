"""Review over the API: the queue, who has an application, checks, notes, messages and questions."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow
from onboarding.applications import attachments
from onboarding.applications.information import ItemToAsk
from onboarding.applications.messages import write_to_applicant
from onboarding.applications.schemas import ApplicationKind, NoteKind, NoteView, Receipt, Words
from onboarding.downloads import download
from onboarding.review import assignment, messages, notes, presence, queue, reading
from onboarding.review.answers_out import AssignedOut, CheckOut, ReviewOut, assigned_out, checks_out, review_out
from onboarding.review.counts import queue_counts
from onboarding.review.schemas import (
    Colleague,
    Handler,
    Present,
    QueueCounts,
    QueueFilters,
    QueuePage,
    QueueSort,
    QueueStatus,
)
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]
TAG = "Review"
REVIEWER = allow(*sorted(REVIEWING))
QUEUE = "/api/v1/organiser/applications"
ONE = f"{QUEUE}/{{application_id:uuid}}"


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``take_over`` takes the application from a colleague who has it."""

    take_over: bool = False


class Assignment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom an application goes; ``take_over`` although somebody else has it."""

    person_id: UUID
    take_over: bool = False


class Assignments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Several applications to one person; null puts back those that the caller has."""

    application_ids: Annotated[list[UUID], msgspec.Meta(max_length=100)]
    person_id: UUID | None


class Questions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked of the applicant, item by item; ``text`` alone asks one thing. ``due_on`` is a day in Finland."""

    text: Annotated[str, msgspec.Meta(max_length=5000)] = ""
    items: Annotated[list[ItemToAsk], msgspec.Meta(max_length=30)] = []
    due_on: date | None = None


@get(QUEUE, guards=[REVIEWER], tags=[TAG])
async def show_queue(
    actor: Caller,
    status: FromQuery[QueueStatus] = QueueStatus.TO_REVIEW,
    service_class: Annotated[str, QueryParameter(max_length=40)] = "",
    municipality: Annotated[str, QueryParameter(max_length=3)] = "",
    kind: FromQuery[ApplicationKind | None] = None,
    handler: Annotated[str, QueryParameter(max_length=40)] = "",
    mine: FromQuery[bool] = False,
    overdue: FromQuery[bool] = False,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    sort: FromQuery[QueueSort] = QueueSort.AGE,
    after: Annotated[str, QueryParameter(max_length=100)] = "",
) -> QueuePage:
    """The applications to review, the longest waiting first unless asked otherwise.

    ``handler`` is ``me``, ``nobody`` or a colleague's id; ``mine=true`` is an older way to say ``handler=me``.
    """
    filters = QueueFilters(
        status=status,
        service_class=service_class,
        municipality=municipality,
        kind=kind,
        handler=Handler.ME.value if mine else handler,
        is_overdue=overdue,
        q=q,
        sort=sort,
        after=after,
    )
    return await queue.queue(actor, filters)


@get(f"{QUEUE}/counts", guards=[REVIEWER], tags=[TAG])
async def show_queue_counts(actor: Caller) -> QueueCounts:
    """How many applications there are by status, and how many are one's own, nobody's or late."""
    return await queue_counts(actor)


@get(f"{QUEUE}/colleagues", guards=[REVIEWER], tags=[TAG])
async def show_colleagues(actor: Caller) -> list[Colleague]:
    """Those to whom an application can be given."""
    return await assignment.colleagues(actor)


@post(f"{QUEUE}/assign", guards=[REVIEWER], tags=[TAG], status_code=200)
async def assign_applications(request: AnyRequest, actor: Caller, data: JSONBody[Assignments]) -> list[AssignedOut]:
    """Gives several applications to somebody, or puts them back. Each goes by itself; what could not be done is told."""
    done = await assignment.assign_many(actor, data.application_ids, data.person_id)
    return assigned_out(done, request.user.language)


@get(ONE, guards=[REVIEWER], tags=[TAG])
async def show_application_for_review(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> ReviewOut:
    """One application with its automatic checks, and who else has it open."""
    found = await reading.application_for_reviewer(actor, application_id)
    present = (await presence.present_at(actor, [application_id])).get(application_id, [])
    return review_out(found, present, request.user.language)


@get(f"{ONE}/checks", guards=[REVIEWER], tags=[TAG])
async def show_checks(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> list[CheckOut]:
    """The automatic checks of an application, made now."""
    return checks_out((await reading.examined(actor, application_id)).checks, request.user.language)


@get(f"{ONE}/attachments/{{attachment_id:uuid}}", guards=[REVIEWER], tags=[TAG])
async def show_attachment_for_review(
    actor: Caller, application_id: FromPath[UUID], attachment_id: FromPath[UUID]
) -> Response[bytes]:
    """An attached file."""
    return download(*await attachments.attachment_content(actor, application_id, attachment_id))


@post(f"{ONE}/presence", guards=[REVIEWER], tags=[TAG], status_code=200)
async def renew_presence(actor: Caller, application_id: FromPath[UUID]) -> list[Present]:
    """Says that the caller has the application open, for two minutes, and tells who else has."""
    return await presence.here(actor, application_id)


@post(f"{ONE}/claim", guards=[REVIEWER], tags=[TAG], status_code=204)
async def claim_application(actor: Caller, application_id: FromPath[UUID], data: JSONBody[Claim]) -> None:
    """Takes an application into one's own hands. Claiming twice is the same as once."""
    await assignment.claim(actor, application_id, take_over=data.take_over)


@post(f"{ONE}/assign", guards=[REVIEWER], tags=[TAG], status_code=204)
async def assign_application(actor: Caller, application_id: FromPath[UUID], data: JSONBody[Assignment]) -> None:
    """Gives an application to a colleague, who is told; and so is the one who had it."""
    await assignment.assign(actor, application_id, data.person_id, take_over=data.take_over)


@post(f"{ONE}/release", guards=[REVIEWER], tags=[TAG], status_code=204)
async def release_application(actor: Caller, application_id: FromPath[UUID]) -> None:
    """Puts an application back for any colleague."""
    await assignment.release(actor, application_id)


@get(f"{ONE}/notes", guards=[REVIEWER], tags=[TAG])
async def show_internal_notes(actor: Caller, application_id: FromPath[UUID]) -> list[NoteView]:
    """The internal notes, oldest first. The applicant never sees them."""
    found = await reading.application_for_reviewer(actor, application_id)
    return [note for note in found.application.notes if note.kind is NoteKind.NOTE]


@post(f"{ONE}/notes", guards=[REVIEWER], tags=[TAG], status_code=204)
async def add_internal_note(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[Words]
) -> None:
    """Adds a note for the organiser's own people."""

    async def work() -> None:
        await notes.note_internally(actor, application_id, data.text)

    await idempotent(request, work, type(None))


@get(f"{ONE}/messages", guards=[REVIEWER], tags=[TAG])
async def show_messages_with_applicant(actor: Caller, application_id: FromPath[UUID]) -> list[NoteView]:
    """What both sides said to each other, oldest first."""
    found = await reading.application_for_reviewer(actor, application_id)
    return [note for note in found.application.notes if note.kind is not NoteKind.NOTE]


@post(f"{ONE}/messages", guards=[REVIEWER], tags=[TAG], status_code=204)
async def send_message_to_applicant(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[Words]
) -> None:
    """Writes to the applicant without asking for anything."""

    async def work() -> None:
        await write_to_applicant(actor, application_id, data.text)

    await idempotent(request, work, type(None))


@post(f"{ONE}/request-information", guards=[REVIEWER], tags=[TAG], status_code=200)
async def request_information(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[Questions]
) -> Receipt:
    """Asks the applicant for more; the time for the decision stands still until the answer."""

    async def work() -> Receipt:
        items = [ItemToAsk(text=data.text)] if data.text else []
        return await messages.ask(actor, application_id, [*items, *data.items], data.due_on)

    return await idempotent(request, work, Receipt)


ROUTES = [
    show_queue,
    show_queue_counts,
    show_colleagues,
    assign_applications,
    show_application_for_review,
    show_checks,
    show_attachment_for_review,
    renew_presence,
    claim_application,
    assign_application,
    release_application,
    show_internal_notes,
    add_internal_note,
    show_messages_with_applicant,
    send_message_to_applicant,
    request_information,
]
