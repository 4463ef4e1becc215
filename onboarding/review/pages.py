"""The organiser's pages: its desk, the queue, an application with its checks, decisions, approvals."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.errors import DomainError, Invalid, NotFound
from marketplace.kernel.i18n import Message, message
from marketplace.organisers.reference import service_classes
from marketplace.web.forms import Form, empty_form, filled_form, read_form, read_query
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.applications import attachments
from onboarding.applications.labels import STATUS_TONES
from onboarding.applications.schemas import NoteKind, Receipt, Words
from onboarding.applications.states import (
    APPLICATION_STATUS_NAMES,
    REVIEWER,
    ApplicationAction,
    ApplicationStatus,
    Capability,
    may,
)
from onboarding.approvals.schemas import ApprovalTerms
from onboarding.downloads import download
from onboarding.labels import class_names, municipality_names
from onboarding.providers.schemas import KIND_NAMES
from onboarding.review import decisions
from onboarding.review.labels import CHECK_WORDS
from onboarding.review.page_forms import QueueSearch, TermsForm
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
        request, "review/queue.html", form=form, found=await decisions.queue(actor, filters), base=LIST, now=now(),
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
    found = await decisions.application_for_reviewer(actor, application_id)
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
    await decisions.claim(actor, application_id, take_over=take_over)
    flash(request, message("The application is now yours to handle."))
    return redirect(f"{LIST}/{application_id}")


@post(f"{ONE}/release", guards=[REVIEW], include_in_schema=False)
async def release_application(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Redirect:
    """Puts the application back."""
    await decisions.release(actor, application_id)
    flash(request, message("The application is free for any colleague."))
    return redirect(f"{LIST}/{application_id}")


@post(f"{ONE}/notes", guards=[REVIEW], include_in_schema=False)
async def send_note(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Adds an internal note. A double click adds it once."""
    form = await read_form(request, Words)

    async def work() -> None:
        await decisions.note_internally(actor, application_id, form.data.text)

    try:
        await idempotent(request, work, type(None))
    except Invalid as invalid:
        form.failed(invalid)
        return await _application_page(request, actor, application_id, form, status_code=INVALID)
    flash(request, message("The note was added."))
    return redirect(f"{LIST}/{application_id}")


@get(f"{ONE}/approve", guards=[REVIEW], include_in_schema=False)
async def show_approval_form(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """Asks for the terms of the approval."""
    return await _decision_page(request, actor, application_id, "approve", filled_form(TermsForm(valid_from=today())))


@post(f"{ONE}/approve", guards=[REVIEW], include_in_schema=False)
async def send_approval(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Approves. A double click approves once."""
    form = await read_form(request, TermsForm)

    async def work() -> Receipt:
        terms = form.data
        wanted = ApprovalTerms(valid_from=terms.valid_from, valid_to=terms.valid_to, conditions=terms.conditions)
        return await decisions.approve(actor, application_id, wanted)

    done = message("The provider was approved. It is in the public register from the first day on.")
    return await _decided(request, actor, application_id, "approve", form, work, done)


@get(f"{ONE}/reject", guards=[REVIEW], include_in_schema=False)
async def show_rejection_form(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """Asks for the reasons."""
    return await _decision_page(request, actor, application_id, "reject", empty_form(Words))


@post(f"{ONE}/reject", guards=[REVIEW], include_in_schema=False)
async def send_rejection(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Rejects, with reasons."""
    form = await read_form(request, Words)

    async def work() -> Receipt:
        return await decisions.reject(actor, application_id, form.data.text)

    done = message("The application was rejected. The applicant is told by e-mail.")
    return await _decided(request, actor, application_id, "reject", form, work, done)


@get(f"{ONE}/request-information", guards=[REVIEW], include_in_schema=False)
async def show_request_form(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """Asks what to ask."""
    return await _decision_page(request, actor, application_id, "request", empty_form(Words))


@post(f"{ONE}/request-information", guards=[REVIEW], include_in_schema=False)
async def send_request(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Asks the applicant for more."""
    form = await read_form(request, Words)

    async def work() -> Receipt:
        return await decisions.request_information(actor, application_id, form.data.text)

    done = message("The question was sent to the applicant.")
    return await _decided(request, actor, application_id, "request", form, work, done)


async def _decided(
    request: AnyRequest,
    actor: Actor,
    application_id: UUID,
    kind: str,
    form: Form[Any],
    work: Callable[[], Awaitable[Receipt]],
    done: Message,
) -> Page:
    """Runs a decision; what is wrong is told at the form, and who came second is told what the first one did."""
    try:
        await idempotent(request, work, Receipt)
    except NotFound:
        raise
    except DomainError as error:
        form.failed(error)
        return await _decision_page(request, actor, application_id, kind, form, status_code=error.status)
    flash(request, done)
    return redirect(f"{LIST}/{application_id}")


async def _decision_page(
    request: AnyRequest, actor: Actor, application_id: UUID, kind: str, form: Form[Any], *, status_code: int = 200
) -> Response[str]:
    found = await decisions.application_for_reviewer(actor, application_id)
    return page(
        request, f"review/decide_{kind}.html", form=form, view=found.application, provider=found.provider,
        base=f"{LIST}/{application_id}", class_names=class_names, municipality_names=municipality_names,
        status_code=status_code,
    )  # fmt: skip


PAGES = [
    show_queue,
    show_application,
    show_attachment,
    claim_application,
    release_application,
    send_note,
    show_approval_form,
    send_approval,
    show_rejection_form,
    send_rejection,
    show_request_form,
    send_request,
]
