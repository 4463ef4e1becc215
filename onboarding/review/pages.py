"""One application as its reviewer sees it: who has it, checks, answers, messages and notes."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.errors import DomainError, Invalid, NotFound
from marketplace.kernel.i18n import Message, message
from marketplace.web.forms import Form, empty_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.applications import attachments
from onboarding.applications.labels import STATUS_TONES
from onboarding.applications.messages import write_to_applicant
from onboarding.applications.schemas import NoteKind
from onboarding.applications.states import (
    APPLICATION_STATUS_NAMES,
    REVIEWER,
    ApplicationAction,
    Capability,
    may,
)
from onboarding.downloads import download
from onboarding.labels import class_names, municipality_names
from onboarding.providers.schemas import KIND_NAMES
from onboarding.review import assignment, notes, presence, reading
from onboarding.review.labels import (
    CHECK_WORDS,
    KIND_OF_APPLICATION,
    NOTE_WORDS,
    SOURCE_WORDS,
    STEP_WORDS,
    deadline_words,
)
from onboarding.review.page_forms import GiveForm, MessageForm, NoteForm
from onboarding.review.schemas import Check, CheckLevel, Present
from onboarding.rulebooks.requirements import QuestionType
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
REVIEW = allow(*sorted(REVIEWING))
LIST = "/organiser/applications"
ONE = f"{LIST}/{{application_id:uuid}}"


@get(ONE, guards=[REVIEW], include_in_schema=False)
async def show_application(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """One application: checks, facts, answers beside their rules, messages, and what can be done."""
    return await _application_page(request, actor, application_id)


async def _application_page(
    request: AnyRequest,
    actor: Actor,
    application_id: UUID,
    *,
    note: Form[NoteForm] | None = None,
    letter: Form[MessageForm] | None = None,
    status_code: int = 200,
) -> Response[str]:
    found = await reading.application_for_reviewer(actor, application_id)
    view = found.application
    left = deadline_words(found.decide_by, found.days_left, today())
    return page(
        request, "review/review.html", found=found, view=view, provider=found.provider, form=note or empty_form(NoteForm),
        letter=letter or empty_form(MessageForm), types=QuestionType, date_of=date.fromisoformat, me=actor.person_id,
        base=f"{LIST}/{application_id}", list=LIST, check_words=CHECK_WORDS, check_counts=_levels(found.checks), checks=_worst_first(found.checks),
        kind_names=KIND_NAMES, application_kinds=KIND_OF_APPLICATION, note_words=NOTE_WORDS, note_kind=NoteKind.NOTE,
        source_words=SOURCE_WORDS, step_words=STEP_WORDS, left=left, class_names=class_names,
        municipality_names=municipality_names, status_names=APPLICATION_STATUS_NAMES, tones=STATUS_TONES,
        is_open=may(view.status, Capability.BE_REVIEWED), present=await presence.here(actor, application_id),
        present_key=present_key, actions=REVIEWER.actions(view.status), known_actions=ApplicationAction,
        can_request=REVIEWER.allows(view.status, ApplicationAction.REQUEST_INFORMATION),
        colleagues=await assignment.colleagues(actor), status_code=status_code,
    )  # fmt: skip


def _worst_first(checks: list[Check]) -> list[Check]:
    order = [CheckLevel.RED, CheckLevel.AMBER, CheckLevel.GREEN]
    return sorted(checks, key=lambda check: order.index(check.level))


def _levels(checks: list[Check]) -> dict[CheckLevel, int]:
    found = [check.level for check in _worst_first(checks)]
    return {level: found.count(level) for level in found}


def present_key(present: list[Present]) -> str:
    """Who is shown as present, so that the page is left alone while nobody comes or goes."""
    return " ".join(sorted(str(each.person_id) for each in present))


@post(f"{ONE}/presence", guards=[REVIEW], include_in_schema=False)
async def renew_presence(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page | Response[None]:
    """The page says that it is still open, and hears who else has it open. Without scripts it is shown anew."""
    present = await presence.here(actor, application_id)
    if "hx-request" not in request.headers:
        return redirect(f"{LIST}/{application_id}")
    if (await request.form()).get("shown") == present_key(present):
        return Response(None, status_code=204)
    return page(request, "review/_present.html", present=present, present_key=present_key)


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


@get(f"{ONE}/hand-over", guards=[REVIEW], include_in_schema=False)
async def show_hand_over(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """Asks to whom the application is to go, and for a confirmation where somebody has it."""
    return await _hand_over_page(request, actor, application_id, empty_form(GiveForm))


async def _hand_over_page(
    request: AnyRequest, actor: Actor, application_id: UUID, form: Form[GiveForm], status_code: int = 200
) -> Response[str]:
    found = await reading.application_for_reviewer(actor, application_id)
    holder = found.application.summary.claimed_by
    colleagues = [each for each in await assignment.colleagues(actor) if each.id != holder]
    return page(
        request, "review/hand_over.html", form=form, found=found, base=f"{LIST}/{application_id}", me=actor.person_id,
        colleagues=[(str(each.id), each.name) for each in colleagues], status_code=status_code,
        present=await presence.here(actor, application_id), is_taken=holder not in {None, actor.person_id},
    )  # fmt: skip


@post(f"{ONE}/hand-over", guards=[REVIEW], include_in_schema=False)
async def hand_over(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Gives the application to a colleague, who is told; and so is the one who had it."""
    form = await read_form(request, GiveForm)
    try:
        await assignment.assign(actor, application_id, form.data.person_id, take_over=form.data.take_over)
    except NotFound:
        raise
    except DomainError as error:
        form.failed(error)
        return await _hand_over_page(request, actor, application_id, form, error.status)
    flash(request, message("The application was handed over."))
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
    form = await read_form(request, NoteForm)

    async def work() -> None:
        await notes.note_internally(actor, application_id, form.data.note, field="note")

    async def again(status: int) -> Response[str]:
        return await _application_page(request, actor, application_id, note=form, status_code=status)

    return await _written(request, application_id, form, work, again, message("The note was added."))


@post(f"{ONE}/messages", guards=[REVIEW], include_in_schema=False)
async def send_message(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Writes to the applicant. A double click writes once."""
    form = await read_form(request, MessageForm)

    async def work() -> None:
        await write_to_applicant(actor, application_id, form.data.text)

    async def again(status: int) -> Response[str]:
        return await _application_page(request, actor, application_id, letter=form, status_code=status)

    return await _written(request, application_id, form, work, again, message("The message was sent to the applicant."))


async def _written(
    request: AnyRequest,
    application_id: UUID,
    form: Form[Any],
    work: Callable[[], Awaitable[None]],
    again: Callable[[int], Awaitable[Response[str]]],
    done: Message,
) -> Page:
    try:
        await idempotent(request, work, type(None))
    except Invalid as invalid:
        form.failed(invalid)
        return await again(invalid.status)
    flash(request, done)
    return redirect(f"{LIST}/{application_id}")


PAGES = [
    show_application,
    renew_presence,
    show_attachment,
    claim_application,
    show_hand_over,
    hand_over,
    release_application,
    send_note,
    send_message,
]
