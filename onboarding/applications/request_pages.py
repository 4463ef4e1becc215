"""The page on which an applicant answers what the organiser asks, item by item."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import DomainError, Invalid
from marketplace.kernel.i18n import Language, message
from marketplace.kernel.scanning import is_scanning
from marketplace.web.forms import Form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.request import UPLOAD_BODY_LIMIT_BYTES
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.applications import drafts as applications
from onboarding.applications import information
from onboarding.applications.drafts import own_summary
from onboarding.applications.filling import filling_of
from onboarding.applications.information import LONGEST_REPLY, Reply
from onboarding.applications.page_forms import (
    AnyForm,
    as_typed,
    form_of,
    in_words,
    issued_field,
    typed,
    typed_date,
    uploads_in,
)
from onboarding.applications.page_parts import LIST
from onboarding.applications.schemas import Receipt, RequestItemView, RequestView
from onboarding.rulebooks.requirements import Question, QuestionType

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
ADMIN = allow(Role.PROVIDER_ADMIN)
INVALID = 422
ANSWER = f"{LIST}/{{application_id:uuid}}/answer"


class ItemField(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a request as fields of the page. ``question`` is what it is about, if anything."""

    item: RequestItemView
    question: Question | None
    text: str
    now: Any
    choices: list[tuple[str, str]]


@get(ANSWER, guards=[ADMIN], include_in_schema=False)
async def show_request(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """What is asked, with what was replied so far."""
    fields, asked = await _fields(actor, application_id, request.user.language)
    sent: dict[str, list[Any]] = {}
    for each in fields:
        sent[f"text.{each.item.id}"] = [each.item.reply]
        if each.question is not None and each.item.answer is not None:
            sent[f"answer.{each.item.id}"] = [as_typed(each.item.answer, each.question)]
    return await _request_page(request, actor, application_id, form_of(sent), fields, asked)


async def _fields(actor: Actor, application_id: UUID, language: Language) -> tuple[list[ItemField], RequestView | None]:
    view = await applications.application_for_applicant(actor, application_id)
    filling = await filling_of(await own_summary(actor, application_id))
    questions = {slot.key: slot.question for group in filling.groups for slot in group.slots}
    asked = next((each for each in view.requests if each.answered_at is None), None)
    return [
        _item_field(item, questions.get(item.slot or ""), view.answers.get(item.slot or ""), language)
        for item in (asked.items if asked else [])
    ], asked


def _item_field(item: RequestItemView, question: Question | None, answer: Any, language: Language) -> ItemField:
    if question is None:
        return ItemField(item=item, question=None, text="", now="", choices=[])
    return ItemField(
        item=item, question=question, text=question.text.in_language(language), now=in_words(answer, question),
        choices=[(each.value, each.text.in_language(language)) for each in question.choices],
    )  # fmt: skip


@post(ANSWER, guards=[ADMIN], include_in_schema=False, request_max_body_size=UPLOAD_BODY_LIMIT_BYTES)
async def send_answers(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Saves the replies; with the button for it, sends them."""
    form = await read_form(request, AnyForm)
    fields, asked = await _fields(actor, application_id, request.user.language)
    for each in fields:
        await _save(actor, application_id, each, form)
    if form.ok and "send" in form.sent:
        await _send(request, actor, application_id, form, fields)
    if not form.ok:
        fields, asked = await _fields(actor, application_id, request.user.language)
        return await _request_page(request, actor, application_id, form, fields, asked, status_code=INVALID)
    if "send" in form.sent:
        flash(request, message("Your answer was sent."))
        return redirect(f"{LIST}/{application_id}")
    flash(request, message("Your replies were saved. They are not sent yet."))
    return redirect(f"{LIST}/{application_id}/answer")


async def _save(actor: Actor, application_id: UUID, field: ItemField, form: Form[AnyForm]) -> None:
    """One item: a file first, so that it is kept whatever is wrong with the words."""
    item = field.item
    issued = typed_date(form.value(issued_field(f"file.{item.id}")))
    try:
        for upload in uploads_in(f"file.{item.id}", form):
            content, day = await upload.read(), issued if isinstance(issued, date) else None
            await information.reply_with_file(actor, application_id, item.id, upload.filename, content, day)
    except DomainError as error:
        form.failed(Invalid.field(f"file.{item.id}", error.fields[0].message if isinstance(error, Invalid) else error.message))  # fmt: skip
    text, answer = form.value(f"text.{item.id}"), None
    if field.question is not None:
        answer = typed(field.question, form.all(f"answer.{item.id}"))
    if len(text) > LONGEST_REPLY:
        form.failed(Invalid.field(f"text.{item.id}", message("Write at most {most} characters.", most=LONGEST_REPLY)))
        return
    try:
        await information.reply(actor, application_id, item.id, Reply(text=text, answer=answer))
    except Invalid as invalid:
        where = "answer" if invalid.fields[0].field.endswith(".answer") else "text"
        form.failed(Invalid.field(f"{where}.{item.id}", invalid.fields[0].message))


async def _send(
    request: AnyRequest, actor: Actor, application_id: UUID, form: Form[AnyForm], fields: list[ItemField]
) -> None:
    async def work() -> Receipt:
        if not fields:
            return await information.answer_request(actor, application_id, form.value("text"))
        return await information.send_replies(actor, application_id)

    try:
        await idempotent(request, work, Receipt)
    except Invalid as invalid:
        ids = {str(each.item.id) for each in fields}
        for error in invalid.fields:
            form.failed(Invalid.field(f"text.{error.field}" if error.field in ids else error.field, error.message))


async def _request_page(
    request: AnyRequest,
    actor: Actor,
    application_id: UUID,
    form: Form[AnyForm],
    fields: list[ItemField],
    asked: RequestView | None,
    *,
    status_code: int = 200,
) -> Response[str]:
    row = await own_summary(actor, application_id)
    return page(
        request, "applications/answer.html", form=form, fields=fields, asked=asked, types=QuestionType,
        base=f"{LIST}/{application_id}", reference=row["reference"], is_scanning=is_scanning(),
        longest=LONGEST_REPLY, issued_field=issued_field, status_code=status_code,
    )  # fmt: skip


PAGES = [show_request, send_answers]
