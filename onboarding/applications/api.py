"""What an applicant does, over the API."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, JSONBody

from marketplace.kernel.actors import PROVIDER_ROLES, Role
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import message
from marketplace.web.idempotency import idempotent
from marketplace.web.request import UPLOAD_BODY_LIMIT_BYTES
from marketplace.web.security import Caller, allow
from onboarding.applications import attachments, information, messages, submission
from onboarding.applications import drafts as applications
from onboarding.applications.information import Reply
from onboarding.applications.schemas import (
    AnswersToSave,
    ApplicationSummary,
    ApplicationView,
    AttachmentView,
    NewApplication,
    Receipt,
    RequestItemView,
    Scope,
    Submission,
    Words,
)
from onboarding.downloads import download

AnyRequest = Request[Any, Any, Any]

TAG = "Onboarding"
PROVIDER = allow(*sorted(PROVIDER_ROLES))
PROVIDER_ADMIN = allow(Role.PROVIDER_ADMIN)
MINE = "/api/v1/provider/applications"


class ApplicationList(msgspec.Struct, frozen=True):
    items: list[ApplicationSummary]


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file for a question (its slot): PDF, JPEG or PNG of at most 10 MB. ``issued_on``: the date on the document."""

    question: str = ""
    issued_on: date | None = None
    file: UploadFile | None = None


@get(MINE, guards=[PROVIDER], tags=[TAG])
async def list_my_applications(actor: Caller) -> ApplicationList:
    """Every application of the caller's provider, the newest change first."""
    return ApplicationList(await applications.my_applications(actor))


@post(MINE, guards=[PROVIDER_ADMIN], tags=[TAG])
async def start_application(request: AnyRequest, actor: Caller, data: JSONBody[NewApplication]) -> ApplicationSummary:
    """Begins a draft to one organiser."""

    async def work() -> ApplicationSummary:
        return await applications.start_application(actor, data)

    return await idempotent(request, work, ApplicationSummary)


@get(f"{MINE}/{{application_id:uuid}}", guards=[PROVIDER], tags=[TAG])
async def show_my_application(actor: Caller, application_id: FromPath[UUID]) -> ApplicationView:
    """One application with its rulebook, answers, attachments and messages."""
    return await applications.application_for_applicant(actor, application_id)


@put(f"{MINE}/{{application_id:uuid}}/scope", guards=[PROVIDER_ADMIN], tags=[TAG])
async def save_scope(actor: Caller, application_id: FromPath[UUID], data: JSONBody[Scope]) -> ApplicationView:
    """Chooses the service classes and municipalities of a draft."""
    await applications.save_scope(actor, application_id, data)
    return await applications.application_for_applicant(actor, application_id)


@patch(f"{MINE}/{{application_id:uuid}}/answers", guards=[PROVIDER_ADMIN], tags=[TAG])
async def save_answers(actor: Caller, application_id: FromPath[UUID], data: JSONBody[AnswersToSave]) -> ApplicationView:
    """Saves some answers; those left out stay as they are, null takes one back."""
    await applications.save_answers(actor, application_id, data.answers, edits=data.edits)
    return await applications.application_for_applicant(actor, application_id)


@post(
    f"{MINE}/{{application_id:uuid}}/attachments",
    guards=[PROVIDER_ADMIN],
    tags=[TAG],
    request_max_body_size=UPLOAD_BODY_LIMIT_BYTES,
)
async def attach_file(
    actor: Caller,
    application_id: FromPath[UUID],
    data: Annotated[Upload, Body(media_type=RequestEncodingType.MULTI_PART)],
) -> AttachmentView:
    """Adds a file to a question. The same file for the same question is added once."""
    if data.file is None:
        raise Invalid.field("file", message("Choose a file."))
    content = await data.file.read()
    return await attachments.attach(actor, application_id, data.question, data.file.filename, content, data.issued_on)


@delete(f"{MINE}/{{application_id:uuid}}/attachments/{{attachment_id:uuid}}", guards=[PROVIDER_ADMIN], tags=[TAG])
async def remove_attachment(actor: Caller, application_id: FromPath[UUID], attachment_id: FromPath[UUID]) -> None:
    """Takes a file out of an application that can still be changed."""
    await attachments.remove_attachment(actor, application_id, attachment_id)


@get(f"{MINE}/{{application_id:uuid}}/attachments/{{attachment_id:uuid}}", guards=[PROVIDER], tags=[TAG])
async def show_my_attachment(
    actor: Caller, application_id: FromPath[UUID], attachment_id: FromPath[UUID]
) -> Response[bytes]:
    """The file itself."""
    return download(*await attachments.attachment_content(actor, application_id, attachment_id))


@post(f"{MINE}/{{application_id:uuid}}/submit", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=200)
async def submit_application(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[Submission]
) -> Receipt:
    """Sends a draft. What is still missing is listed, all of it."""

    async def work() -> Receipt:
        return await submission.submit(actor, application_id, declared=data.declared, rulebook_id=data.rulebook_id)

    return await idempotent(request, work, Receipt)


@post(f"{MINE}/{{application_id:uuid}}/answer", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=200)
async def answer_request(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[Words]
) -> Receipt:
    """Answers all that is still open in the organiser's request with the same words, and sends the answers."""

    async def work() -> Receipt:
        return await information.answer_request(actor, application_id, data.text)

    return await idempotent(request, work, Receipt)


ITEM = f"{MINE}/{{application_id:uuid}}/request-items/{{item_id:uuid}}"


@put(ITEM, guards=[PROVIDER_ADMIN], tags=[TAG])
async def reply_to_item(
    actor: Caller, application_id: FromPath[UUID], item_id: FromPath[UUID], data: JSONBody[Reply]
) -> RequestItemView:
    """Saves the reply to one item of the organiser's request; nothing is sent yet."""
    return await information.reply(actor, application_id, item_id, data)


@post(f"{ITEM}/files", guards=[PROVIDER_ADMIN], tags=[TAG], request_max_body_size=UPLOAD_BODY_LIMIT_BYTES)
async def reply_to_item_with_file(
    actor: Caller,
    application_id: FromPath[UUID],
    item_id: FromPath[UUID],
    data: Annotated[Upload, Body(media_type=RequestEncodingType.MULTI_PART)],
) -> AttachmentView:
    """Adds a file to one item of the organiser's request."""
    if data.file is None:
        raise Invalid.field("file", message("Choose a file."))
    content = await data.file.read()
    return await information.reply_with_file(
        actor, application_id, item_id, data.file.filename, content, data.issued_on
    )


@post(f"{MINE}/{{application_id:uuid}}/send-replies", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=200)
async def send_replies(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Receipt:
    """Sends the replies to everything that the organiser asked. Each item must have one."""

    async def work() -> Receipt:
        return await information.send_replies(actor, application_id)

    return await idempotent(request, work, Receipt)


@post(f"{MINE}/{{application_id:uuid}}/messages", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=204)
async def write_to_organiser(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[Words]
) -> None:
    """Writes to the organiser, at any time after sending."""

    async def work() -> None:
        await messages.write_to_organiser(actor, application_id, data.text)

    await idempotent(request, work, type(None))


@post(f"{MINE}/{{application_id:uuid}}/withdraw", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=200)
async def withdraw_application(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Receipt:
    """Takes an application back, for good."""

    async def work() -> Receipt:
        return await submission.withdraw(actor, application_id)

    return await idempotent(request, work, Receipt)


ROUTES = [
    list_my_applications,
    start_application,
    show_my_application,
    save_scope,
    save_answers,
    attach_file,
    remove_attachment,
    show_my_attachment,
    submit_application,
    answer_request,
    reply_to_item,
    reply_to_item_with_file,
    send_replies,
    write_to_organiser,
    withdraw_application,
]
