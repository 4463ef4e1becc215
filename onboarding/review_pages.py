"""The organiser's pages: its desk, the queue, an application with its checks, decisions, approvals."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import ORGANISER_ROLES, Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.errors import DomainError, Invalid, NotFound
from marketplace.kernel.i18n import Message, message
from marketplace.organisers.reference import service_classes
from marketplace.web.forms import Form, empty_form, filled_form, read_form, read_query
from marketplace.web.idempotency import idempotent
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding import approvals, attachments, decisions
from onboarding.downloads import download
from onboarding.labels import (
    APPROVAL_TONES,
    CHECK_WORDS,
    STATUS_TONES,
    class_names,
    municipality_names,
)
from onboarding.page_forms import QueueSearch, TermsForm
from onboarding.requirements import QuestionType, groups_for
from onboarding.schemas import KIND_NAMES, ApprovalTerms, ApprovalView, NoteKind, QueueFilters, Receipt, Words
from onboarding.scoping import REVIEWING
from onboarding.states import (
    APPLICATION_STATUS_NAMES,
    APPROVAL_REVIEWER,
    APPROVAL_STATUS_NAMES,
    REVIEWER,
    ApplicationAction,
    ApplicationStatus,
    ApprovalAction,
    Capability,
    may,
)

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
REVIEW = allow(*sorted(REVIEWING))
INVALID = 422
LIST = "/organiser/applications"
ONE = f"{LIST}/{{application_id:uuid}}"
APPROVALS = "/organiser/approvals"

add_to_navigation(Desk.ORGANISER, message("Applications"), LIST, order=10, roles=REVIEWING)
add_to_navigation(Desk.ORGANISER, message("Approvals"), APPROVALS, order=20, roles=REVIEWING)

ACTION_WORDS = {
    ApprovalAction.SUSPEND: message("Suspend"),
    ApprovalAction.RESUME: message("Put back into force"),
    ApprovalAction.END: message("End for good"),
}


@get("/organiser", guards=[allow(*sorted(ORGANISER_ROLES))], include_in_schema=False)
async def show_desk(request: AnyRequest, actor: Caller) -> Response[str]:
    """The organiser's desk: what waits, and the ways to the rest."""
    is_reviewer = actor.role in REVIEWING
    waiting = (await decisions.queue(actor, QueueFilters())).items if is_reviewer else []
    return page(
        request, "onboarding/organiser_desk.html", is_reviewer=is_reviewer, waiting=waiting, base=LIST,
        status_names=APPLICATION_STATUS_NAMES, tones=STATUS_TONES,
    )  # fmt: skip


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
        request, "onboarding/queue.html", form=form, found=await decisions.queue(actor, filters), base=LIST, now=now(),
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
        request, "onboarding/review.html", found=found, view=view, provider=found.provider, form=form,
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
        request, f"onboarding/decide_{kind}.html", form=form, view=found.application, provider=found.provider,
        base=f"{LIST}/{application_id}", class_names=class_names, municipality_names=municipality_names,
        status_code=status_code,
    )  # fmt: skip


@get(APPROVALS, guards=[REVIEW], include_in_schema=False)
async def show_approvals(request: AnyRequest, actor: Caller) -> Response[str]:
    """Everything that the organiser has approved, newest first."""
    found = await approvals.approvals_by_organiser(actor)
    names = await decisions.provider_names(found)
    return page(
        request, "onboarding/approvals.html", approvals=found, names=names, base=APPROVALS, tones=APPROVAL_TONES,
        status_names=APPROVAL_STATUS_NAMES, class_names=class_names,
    )  # fmt: skip


@get(f"{APPROVALS}/{{approval_id:uuid}}", guards=[REVIEW], include_in_schema=False)
async def show_approval(request: AnyRequest, actor: Caller, approval_id: FromPath[UUID]) -> Response[str]:
    """One approval, with what can be done to it."""
    return await _approval_page(request, actor, approval_id, empty_form(Words))


@post(f"{APPROVALS}/{{approval_id:uuid}}/{{action:str}}", guards=[REVIEW], include_in_schema=False)
async def change_approval(
    request: AnyRequest, actor: Caller, approval_id: FromPath[UUID], action: FromPath[str]
) -> Page:
    """Suspends, resumes or ends an approval, with a reason."""
    moves = {
        ApprovalAction.SUSPEND: approvals.suspend_approval,
        ApprovalAction.RESUME: approvals.resume_approval,
        ApprovalAction.END: approvals.end_approval,
    }
    if action not in set(ApprovalAction):
        raise NotFound
    form = await read_form(request, Words)
    try:
        await moves[ApprovalAction(action)](actor, approval_id, form.data.text)
    except NotFound:
        raise
    except DomainError as error:
        form.failed(error)
        return await _approval_page(request, actor, approval_id, form, status_code=error.status)
    flash(request, message("The approval was changed. The register shows it at once."))
    return redirect(f"{APPROVALS}/{approval_id}")


async def _approval_page(
    request: AnyRequest, actor: Actor, approval_id: UUID, form: Form[Words], *, status_code: int = 200
) -> Response[str]:
    view = await _approval(actor, approval_id)
    open_actions = APPROVAL_REVIEWER.actions(view.status)
    return page(
        request, "onboarding/approval.html", view=view, form=form, base=APPROVALS, tones=APPROVAL_TONES,
        name=(await decisions.provider_names([view]))[view.provider_id], status_names=APPROVAL_STATUS_NAMES,
        actions=[(each.value, ACTION_WORDS[each]) for each in ApprovalAction if each in open_actions],
        class_names=class_names, municipality_names=municipality_names, applications=LIST, status_code=status_code,
    )  # fmt: skip


async def _approval(actor: Actor, approval_id: UUID) -> ApprovalView:
    found = next((each for each in await approvals.approvals_by_organiser(actor) if each.id == approval_id), None)
    if found is None:
        raise NotFound
    return found


PAGES = [
    show_desk,
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
    show_approvals,
    show_approval,
    change_approval,
]
