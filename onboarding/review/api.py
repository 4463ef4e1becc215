"""Review over the API: the queue, assignment, checks, notes and questions."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow
from onboarding.applications import attachments
from onboarding.applications.schemas import Receipt, Words
from onboarding.applications.states import ApplicationStatus
from onboarding.downloads import download
from onboarding.review import assignment, messages, notes, queue, reading
from onboarding.review.answers_out import ReviewOut, review_out
from onboarding.review.schemas import QueueFilters, QueuePage
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]
TAG = "Review"
REVIEWER = allow(*sorted(REVIEWING))
QUEUE = "/api/v1/organiser/applications"


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``take_over`` takes the application from a colleague who has it."""

    take_over: bool = False


@get(QUEUE, guards=[REVIEWER], tags=[TAG])
async def show_queue(
    actor: Caller,
    status: FromQuery[ApplicationStatus | None] = None,
    service_class: Annotated[str, QueryParameter(max_length=40)] = "",
    mine: FromQuery[bool] = False,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    after: Annotated[str, QueryParameter(max_length=100)] = "",
) -> QueuePage:
    """The applications to review, the longest waiting first; of another status where one is named."""
    filters = QueueFilters(status=status, service_class=service_class, mine=mine, q=q, after=after)
    return await queue.queue(actor, filters)


@get(f"{QUEUE}/{{application_id:uuid}}", guards=[REVIEWER], tags=[TAG])
async def show_application_for_review(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> ReviewOut:
    """One application with its automatic checks."""
    return review_out(await reading.application_for_reviewer(actor, application_id), request.user.language)


@get(f"{QUEUE}/{{application_id:uuid}}/attachments/{{attachment_id:uuid}}", guards=[REVIEWER], tags=[TAG])
async def show_attachment_for_review(
    actor: Caller, application_id: FromPath[UUID], attachment_id: FromPath[UUID]
) -> Response[bytes]:
    """An attached file."""
    return download(*await attachments.attachment_content(actor, application_id, attachment_id))


@post(f"{QUEUE}/{{application_id:uuid}}/claim", guards=[REVIEWER], tags=[TAG], status_code=204)
async def claim_application(actor: Caller, application_id: FromPath[UUID], data: JSONBody[Claim]) -> None:
    """Takes an application into one's own hands. Claiming twice is the same as once."""
    await assignment.claim(actor, application_id, take_over=data.take_over)


@post(f"{QUEUE}/{{application_id:uuid}}/release", guards=[REVIEWER], tags=[TAG], status_code=204)
async def release_application(actor: Caller, application_id: FromPath[UUID]) -> None:
    """Puts an application back for any colleague."""
    await assignment.release(actor, application_id)


@post(f"{QUEUE}/{{application_id:uuid}}/notes", guards=[REVIEWER], tags=[TAG], status_code=204)
async def add_internal_note(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[Words]
) -> None:
    """Adds a note for the organiser's own people."""

    async def work() -> None:
        await notes.note_internally(actor, application_id, data.text)

    await idempotent(request, work, type(None))


@post(f"{QUEUE}/{{application_id:uuid}}/request-information", guards=[REVIEWER], tags=[TAG], status_code=200)
async def request_information(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[Words]
) -> Receipt:
    """Asks the applicant for more."""

    async def work() -> Receipt:
        return await messages.request_information(actor, application_id, data.text)

    return await idempotent(request, work, Receipt)


ROUTES = [
    show_queue,
    show_application_for_review,
    show_attachment_for_review,
    claim_application,
    release_application,
    add_internal_note,
    request_information,
]
