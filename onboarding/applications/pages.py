"""The applicant's pages: one group of questions at a time, saved as a draft, checked, sent, and followed from there."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import PROVIDER_ROLES, Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.errors import DomainError, Invalid, NotFound
from marketplace.kernel.i18n import Language, message
from marketplace.organisers.organisers import get_organiser, list_organisers
from marketplace.web.forms import Form, empty_form, filled_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.request import UPLOAD_BODY_LIMIT_BYTES
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.applications import attachments, information, submission
from onboarding.applications import drafts as applications
from onboarding.applications.labels import STATUS_TONES
from onboarding.applications.page_forms import (
    DeclarationForm,
    OrganiserForm,
    ScopeForm,
    answers_in,
    form_struct,
    form_with,
    uploads_in,
    without_indexes,
)
from onboarding.applications.schemas import ApplicationSummary, ApplicationView, NewApplication, Receipt, Scope, Words
from onboarding.applications.scopes import missing_scope
from onboarding.applications.states import APPLICANT, APPLICATION_STATUS_NAMES, ApplicationAction, Capability, may
from onboarding.downloads import download
from onboarding.labels import class_names, class_options, municipality_groups, municipality_names
from onboarding.rulebooks.requirements import QuestionGroup, QuestionType, groups_for, missing_answers
from onboarding.rulebooks.versions import organisers_taking_applications

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
PROVIDER = allow(*sorted(PROVIDER_ROLES))
ADMIN = allow(Role.PROVIDER_ADMIN)
INVALID = 422
LIST = "/provider/applications"
ONE = f"{LIST}/{{application_id:uuid}}"


@get(LIST, guards=[PROVIDER], include_in_schema=False)
async def show_applications(request: AnyRequest, actor: Caller) -> Response[str]:
    """All applications of the provider with where they stand."""
    return page(
        request, "applications/applications.html", applications=await applications.my_applications(actor), base=LIST,
        status_names=APPLICATION_STATUS_NAMES, tones=STATUS_TONES, class_names=class_names,
    )  # fmt: skip


@get(f"{LIST}/new", guards=[ADMIN], include_in_schema=False)
async def show_new_application(request: AnyRequest) -> Response[str]:
    """Asks which organiser to apply to."""
    return await _organiser_page(request, empty_form(OrganiserForm))


@post(f"{LIST}/new", guards=[ADMIN], include_in_schema=False)
async def send_new_application(request: AnyRequest, actor: Caller) -> Page:
    """Begins a draft and goes on to services and area."""
    form = await read_form(request, OrganiserForm)

    async def work() -> ApplicationSummary:
        return await applications.start_application(actor, NewApplication(organiser_id=form.data.organiser_id))

    try:
        draft = await idempotent(request, work, ApplicationSummary)
    except DomainError as error:
        form.failed(error)
        return await _organiser_page(request, form, status_code=INVALID)
    return redirect(f"{LIST}/{draft.id}/scope")


async def _organiser_page(request: AnyRequest, form: Form[OrganiserForm], *, status_code: int = 200) -> Response[str]:
    taking, language = set(await organisers_taking_applications()), request.user.language
    options = [(str(each.id), each.name.in_language(language)) for each in await list_organisers() if each.id in taking]
    return page(
        request, "applications/choose_organiser.html", form=form, options=options, base=LIST, status_code=status_code
    )


@get(ONE, guards=[PROVIDER], include_in_schema=False)
async def show_application(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """A draft's task list; of anything sent, where it stands and what was said."""
    view = await applications.application_for_applicant(actor, application_id)
    if may(view.status, Capability.CHANGE_SCOPE):
        return page(
            request,
            "applications/draft.html",
            view=view,
            tasks=_tasks(view, actor.language),
            base=f"{LIST}/{application_id}",
        )
    return _status_page(request, actor, view, empty_form(Words))


def _tasks(view: ApplicationView, language: Language) -> list[tuple[Any, ...]]:
    """The pages of a draft with what they still lack."""
    base, summary = f"{LIST}/{view.id}", view.summary
    missing = {each.field for each in _missing(view)}
    scope_done = not missing_scope(summary.service_classes, summary.municipalities)
    tasks: list[tuple[Any, ...]] = [(message("Services and area"), f"{base}/scope", *_progress(0 if scope_done else 1))]
    for group in _groups(view):
        lacking = sum(question.key in missing for question in group.questions)
        tasks.append((group.title.in_language(language), f"{base}/questions/{group.key}", *_progress(lacking)))
    is_ready = scope_done and not missing
    to_check = (f"{base}/check", message("Ready to be sent"), "") if is_ready else ("", message("Cannot be sent yet"), "quiet")  # fmt: skip
    return [*tasks, (message("Check and send"), *to_check)]


def _progress(lacking: int) -> tuple[Any, str]:
    return (message("Unfinished"), "wait") if lacking else (message("Done"), "done")


def _groups(view: ApplicationView) -> list[QuestionGroup]:
    return groups_for(view.rulebook.content, view.summary.service_classes)


def _missing(view: ApplicationView) -> list[Any]:
    with_file = dict.fromkeys(each.question for each in view.attachments)
    return missing_answers(view.rulebook.content, view.summary.service_classes, [], view.answers, with_file, today())


@get(f"{ONE}/scope", guards=[ADMIN], include_in_schema=False)
async def show_scope(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """Services and area, as chosen so far."""
    view = await applications.application_for_applicant(actor, application_id)
    chosen = ScopeForm(
        service_classes=list(view.summary.service_classes), municipalities=list(view.summary.municipalities)
    )
    return await _scope_page(request, view, filled_form(chosen))


@post(f"{ONE}/scope", guards=[ADMIN], include_in_schema=False)
async def send_scope(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Saves services and area and goes on to the first questions."""
    form = await read_form(request, ScopeForm)
    view = await applications.application_for_applicant(actor, application_id)
    scope = Scope(service_classes=tuple(form.all("service_classes")), municipalities=tuple(form.all("municipalities")))
    try:
        await applications.save_scope(actor, application_id, scope)
    except Invalid as invalid:
        form.failed(without_indexes(invalid))
    if problems := missing_scope(scope.service_classes, scope.municipalities):
        form.failed(Invalid(problems))
    if not form.ok:
        return await _scope_page(request, view, form, status_code=INVALID)
    groups = groups_for(view.rulebook.content, scope.service_classes)
    return redirect(f"{LIST}/{application_id}/questions/{groups[0].key}")


async def _scope_page(
    request: AnyRequest, view: ApplicationView, form: Form[ScopeForm], *, status_code: int = 200
) -> Response[str]:
    organiser, language = await get_organiser(view.summary.organiser_id), request.user.language
    return page(
        request, "applications/scope.html", form=form, view=view, base=f"{LIST}/{view.id}",
        classes=class_options(view.rulebook.content.service_classes, language),
        groups=municipality_groups(organiser.name.in_language(language), organiser.municipality_codes, language),
        status_code=status_code,
    )  # fmt: skip


@get(f"{ONE}/questions/{{key:str}}", guards=[ADMIN], include_in_schema=False)
async def show_questions(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], key: FromPath[str]
) -> Response[str]:
    """One group of questions with the answers given so far."""
    view = await applications.application_for_applicant(actor, application_id)
    group = _group(view, key)
    return _questions_page(request, view, group, form_with(group, view.answers))


@post(
    f"{ONE}/questions/{{key:str}}",
    guards=[ADMIN],
    include_in_schema=False,
    request_max_body_size=UPLOAD_BODY_LIMIT_BYTES,
)
async def send_questions(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], key: FromPath[str]
) -> Page:
    """Saves a group's answers and files as they are; what is missing is told only when the application is sent."""
    view = await applications.application_for_applicant(actor, application_id)
    group = _group(view, key)
    form = await read_form(request, form_struct(group))
    await _attach(actor, application_id, group, form)
    if form.ok:
        try:
            await applications.save_answers(actor, application_id, answers_in(group, form.data))
        except Invalid as invalid:
            form.failed(invalid)
    if not form.ok:
        view = await applications.application_for_applicant(actor, application_id)
        return _questions_page(request, view, group, form, status_code=INVALID)
    return redirect(_after(view, group, stay="attach" in form.sent, later="later" in form.sent))


async def _attach(actor: Actor, application_id: UUID, group: QuestionGroup, form: Form[msgspec.Struct]) -> None:
    """Files are kept even where an answer beside them is wrong: nobody should have to look for them twice."""
    for key, upload in uploads_in(group, form):
        try:
            await attachments.attach(actor, application_id, key, upload.filename, await upload.read())
        except DomainError as error:
            form.failed(error if isinstance(error, Invalid) else Invalid.field(key, error.message))


def _after(view: ApplicationView, group: QuestionGroup, *, stay: bool, later: bool) -> str:
    """The next page: this one again after adding a file, the next group of a draft, else the application."""
    base = f"{LIST}/{view.id}"
    if stay:
        return f"{base}/questions/{group.key}"
    keys = [each.key for each in _groups(view)]
    following = keys[keys.index(group.key) + 1 :]
    if later or not may(view.status, Capability.CHANGE_SCOPE):
        return base
    return f"{base}/questions/{following[0]}" if following else f"{base}/check"


def _group(view: ApplicationView, key: str) -> QuestionGroup:
    found = next((group for group in _groups(view) if group.key == key), None)
    if found is None:
        raise NotFound
    return found


def _questions_page(
    request: AnyRequest, view: ApplicationView, group: QuestionGroup, form: Form[Any], *, status_code: int = 200
) -> Response[str]:
    return page(
        request, "applications/questions.html", form=form, view=view, group=group, types=QuestionType, date_of=date.fromisoformat,
        base=f"{LIST}/{view.id}", status_code=status_code,
    )  # fmt: skip


@post(f"{ONE}/attachments/{{attachment_id:uuid}}/remove", guards=[ADMIN], include_in_schema=False)
async def remove_attachment(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], attachment_id: FromPath[UUID]
) -> Redirect:
    """Takes a file out and shows its questions again."""
    view = await applications.application_for_applicant(actor, application_id)
    asked = next((each.question for each in view.attachments if each.id == attachment_id), None)
    await attachments.remove_attachment(actor, application_id, attachment_id)
    flash(request, message("The file was removed."))
    keys = [group.key for group in _groups(view) if any(question.key == asked for question in group.questions)]
    return redirect(f"{LIST}/{application_id}/questions/{keys[0]}" if keys else f"{LIST}/{application_id}")


@get(f"{ONE}/attachments/{{attachment_id:uuid}}", guards=[PROVIDER], include_in_schema=False)
async def show_attachment(
    actor: Caller, application_id: FromPath[UUID], attachment_id: FromPath[UUID]
) -> Response[bytes]:
    """The file itself."""
    return download(*await attachments.attachment_content(actor, application_id, attachment_id))


@get(f"{ONE}/check", guards=[ADMIN], include_in_schema=False)
async def show_check(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Everything on one page, with the declaration below."""
    view = await applications.application_for_applicant(actor, application_id)
    if not may(view.status, Capability.CHANGE_SCOPE):
        return redirect(f"{LIST}/{application_id}")
    return _check_page(request, view, empty_form(DeclarationForm))


@post(f"{ONE}/check", guards=[ADMIN], include_in_schema=False)
async def send_application(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Sends the application. A double click sends it once."""
    form = await read_form(request, DeclarationForm)
    declared = form.ok and form.data.declared

    async def work() -> Receipt:
        return await submission.submit(actor, application_id, declared=declared)

    try:
        await idempotent(request, work, Receipt)
    except Invalid as invalid:
        form.failed(invalid)
        view = await applications.application_for_applicant(actor, application_id)
        return _check_page(request, view, form, status_code=INVALID)
    return redirect(f"{LIST}/{application_id}/receipt")


def _check_page(
    request: AnyRequest, view: ApplicationView, form: Form[DeclarationForm], *, status_code: int = 200
) -> Response[str]:
    return page(
        request, "applications/check.html", form=form, view=view, groups=_groups(view), types=QuestionType, date_of=date.fromisoformat,
        base=f"{LIST}/{view.id}", class_names=class_names, municipality_names=municipality_names,
        status_code=status_code,
    )  # fmt: skip


@get(f"{ONE}/receipt", guards=[PROVIDER], include_in_schema=False)
async def show_receipt(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """The end of the job: the reference, and what happens next."""
    view = await applications.application_for_applicant(actor, application_id)
    if view.summary.submitted_at is None:
        return redirect(f"{LIST}/{application_id}")
    return page(request, "applications/receipt.html", view=view, base=f"{LIST}/{application_id}")


@post(f"{ONE}/answer", guards=[ADMIN], include_in_schema=False)
async def send_answer(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Answers the reviewer and gives the application back to review."""
    form = await read_form(request, Words)

    async def work() -> Receipt:
        return await information.answer_request(actor, application_id, form.data.text)

    try:
        await idempotent(request, work, Receipt)
    except Invalid as invalid:
        form.failed(invalid)
        view = await applications.application_for_applicant(actor, application_id)
        return _status_page(request, actor, view, form, status_code=INVALID)
    flash(request, message("Your answer was sent."))
    return redirect(f"{LIST}/{application_id}")


def _status_page(
    request: AnyRequest, actor: Actor, view: ApplicationView, form: Form[Words], *, status_code: int = 200
) -> Response[str]:
    is_admin = actor.has_role(Role.PROVIDER_ADMIN)
    return page(
        request, "applications/application.html", form=form, view=view, groups=_groups(view), types=QuestionType, date_of=date.fromisoformat,
        base=f"{LIST}/{view.id}", list=LIST, class_names=class_names, municipality_names=municipality_names,
        status_names=APPLICATION_STATUS_NAMES, tones=STATUS_TONES, status_code=status_code,
        can_answer=is_admin and APPLICANT.allows(view.status, ApplicationAction.ANSWER),
        can_withdraw=is_admin and APPLICANT.allows(view.status, ApplicationAction.WITHDRAW),
        can_edit=is_admin and may(view.status, Capability.EDIT_ANSWERS),
    )  # fmt: skip


@get(f"{ONE}/withdraw", guards=[ADMIN], include_in_schema=False)
async def ask_withdrawal(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """Asks whether it is really meant."""
    view = await applications.application_for_applicant(actor, application_id)
    base = f"{LIST}/{view.id}"
    return page(
        request, "pages/confirm.html", heading=message("Withdraw the application?"), button=message("Withdraw"),
        text=message("The application {reference} ends here. You can make a new one at any time.", reference=view.summary.reference),
        action=f"{base}/withdraw", back=base, danger=True,
    )  # fmt: skip


@post(f"{ONE}/withdraw", guards=[ADMIN], include_in_schema=False)
async def withdraw_application(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Redirect:
    """Takes the application back."""

    async def work() -> Receipt:
        return await submission.withdraw(actor, application_id)

    await idempotent(request, work, Receipt)
    flash(request, message("The application was withdrawn."))
    return redirect(LIST)


PAGES = [
    show_applications,
    show_new_application,
    send_new_application,
    show_application,
    show_scope,
    send_scope,
    show_questions,
    send_questions,
    remove_attachment,
    show_attachment,
    show_check,
    send_application,
    show_receipt,
    send_answer,
    ask_withdrawal,
    withdraw_application,
]
