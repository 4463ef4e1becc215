"""The queue, and one application with its checks, answers and notes."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import message
from marketplace.organisers.reference import service_classes
from marketplace.web.forms import Form, empty_form, read_form, read_query
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.applications import attachments
from onboarding.applications.labels import STATUS_TONES
from onboarding.applications.schemas import NoteKind, Words
from onboarding.applications.states import (
    APPLICATION_STATUS_NAMES,
    REVIEWER,
    ApplicationAction,
    ApplicationStatus,
    Capability,
    may,
)
from onboarding.downloads import download
from onboarding.labels import class_names, municipality_names
from onboarding.providers.schemas import KIND_NAMES
from onboarding.review import assignment, notes, queue, reading
from onboarding.review.labels import CHECK_WORDS
from onboarding.review.page_forms import QueueSearch
from onboarding.review.schemas import QueueFilters
from onboarding.rulebooks.requirements import QuestionType, groups_for
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
REVIEW = allow(*sorted(REVIEWING))
INVALID = 422
LIST = "/organiser/applications"
ONE = f"{LIST}/{{application_id:uuid}}"


@get(LIST, guards=[REVIEW], include_in_schema=False)
async def show_queue(request: AnyRequest, actor: Caller) -> Response[str]:
    """The queue, the longest waiting first, with its filters."""
    form = read_query(request, QueueSearch)
    asked = form.data if form.ok else QueueSearch()
    filters = QueueFilters(
        status=asked.status, service_class=asked.service_class, mine=asked.mine, q=asked.q, after=asked.after
    )
    language = request.user.language
    return page(
        request, "review/queue.html", form=form, found=await queue.queue(actor, filters), base=LIST, now=now(),
        status_names=APPLICATION_STATUS_NAMES, tones=STATUS_TONES, class_names=class_names, me=actor.person_id,
        statuses=[(status.value, APPLICATION_STATUS_NAMES[status]) for status in _reviewable()],
        classes=[(each.code, each.name.in_language(language)) for each in service_classes()],
    )  # fmt: skip


def _reviewable() -> list[ApplicationStatus]:
    return [status for status in ApplicationStatus if status is not ApplicationStatus.DRAFT]


@get(ONE, guards=[REVIEW], include_in_schema=False)
async def show_application(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """One application: checks, facts, answers beside their rules, messages, and what can be done."""
    return await _application_page(request, actor, application_id, empty_form(Words))


async def _application_page(
    request: AnyRequest, actor: Actor, application_id: UUID, form: Form[Words], *, status_code: int = 200
) -> Response[str]:
    found = await reading.application_for_reviewer(actor, application_id)
    view = found.application
    return page(
        request, "review/review.html", found=found, view=view, provider=found.provider, form=form,
        groups=groups_for(view.rulebook.content, view.summary.service_classes), types=QuestionType, date_of=date.fromisoformat, me=actor.person_id,
        base=f"{LIST}/{application_id}", list=LIST, check_words=CHECK_WORDS, kind_names=KIND_NAMES, kinds=NoteKind,
        class_names=class_names, municipality_names=municipality_names, status_names=APPLICATION_STATUS_NAMES,
        tones=STATUS_TONES, is_open=may(view.status, Capability.BE_REVIEWED),
        can_request=REVIEWER.allows(view.status, ApplicationAction.REQUEST_INFORMATION), status_code=status_code,
    )  # fmt: skip


@get(f"{ONE}/attachments/{{attachment_id:uuid}}", guards=[REVIEW], include_in_schema=False)
async def show_attachment(
    actor: Caller, application_id: FromPath[UUID], attachment_id: FromPath[UUID]
) -> Response[bytes]:
    """An attached file."""
    return download(*await attachments.attachment_content(actor, application_id, attachment_id))


@post(f"{ONE}/claim", guards=[REVIEW], include_in_schema=False)
async def claim_application(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Redirect:
    """Takes the application; with ``take_over`` from a colleague."""
    take_over = "take_over" in await request.form()
    await assignment.claim(actor, application_id, take_over=take_over)
    flash(request, message("The application is now yours to handle."))
    return redirect(f"{LIST}/{application_id}")


@post(f"{ONE}/release", guards=[REVIEW], include_in_schema=False)
async def release_application(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Redirect:
    """Puts the application back."""
    await assignment.release(actor, application_id)
    flash(request, message("The application is free for any colleague."))
    return redirect(f"{LIST}/{application_id}")


@post(f"{ONE}/notes", guards=[REVIEW], include_in_schema=False)
async def send_note(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Adds an internal note. A double click adds it once."""
    form = await read_form(request, Words)

    async def work() -> None:
        await notes.note_internally(actor, application_id, form.data.text)

    try:
        await idempotent(request, work, type(None))
    except Invalid as invalid:
        form.failed(invalid)
        return await _application_page(request, actor, application_id, form, status_code=INVALID)
    flash(request, message("The note was added."))
    return redirect(f"{LIST}/{application_id}")


PAGES = [
    show_queue,
    show_application,
    show_attachment,
    claim_application,
    release_application,
    send_note,
]
