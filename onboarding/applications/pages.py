"""The applicant's list of applications, and where one that was sent stands: dates, messages, answers."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import PROVIDER_ROLES, Actor, Role
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language, message
from marketplace.web.forms import Form, empty_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.applications import attachments, messages, submission
from onboarding.applications import drafts as applications
from onboarding.applications.drafts import own_summary
from onboarding.applications.filling import filling_of, is_draft
from onboarding.applications.labels import STATUS_TONES
from onboarding.applications.page_parts import LIST, STEP_NAMES, AnswerRow, bundle_path, row_of
from onboarding.applications.schemas import ApplicationKind, ApplicationView, Receipt, Words
from onboarding.applications.states import APPLICANT, APPLICATION_STATUS_NAMES, ApplicationAction
from onboarding.downloads import download
from onboarding.labels import class_names, municipality_names

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
PROVIDER = allow(*sorted(PROVIDER_ROLES))
ADMIN = allow(Role.PROVIDER_ADMIN)
INVALID = 422
ONE = f"{LIST}/{{application_id:uuid}}"


@get(LIST, guards=[PROVIDER], include_in_schema=False)
async def show_applications(request: AnyRequest, actor: Caller) -> Response[str]:
    """All applications of the provider with where they stand."""
    return page(
        request, "applications/applications.html", applications=await applications.my_applications(actor), base=LIST,
        status_names=APPLICATION_STATUS_NAMES, tones=STATUS_TONES, class_names=class_names,
    )  # fmt: skip


@get(ONE, guards=[PROVIDER], include_in_schema=False)
async def show_application(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Where an application stands and what was said; a draft's tasks are on the page of its bundle."""
    row = await own_summary(actor, application_id)
    if is_draft(row):
        return redirect(bundle_path(row["bundle_id"]))
    return await _status_page(request, actor, application_id, empty_form(Words))


async def _status_page(
    request: AnyRequest, actor: Actor, application_id: UUID, form: Form[Words], *, status_code: int = 200
) -> Response[str]:
    view = await applications.application_for_applicant(actor, application_id)
    is_admin = actor.has_role(Role.PROVIDER_ADMIN)
    return page(
        request, "applications/application.html", form=form, view=view, base=f"{LIST}/{view.id}", list=LIST,
        groups=await _groups(actor, view, request.user.language), class_names=class_names, step_names=STEP_NAMES,
        municipality_names=municipality_names, status_names=APPLICATION_STATUS_NAMES, tones=STATUS_TONES,
        kinds=ApplicationKind, status_code=status_code,
        open_request=next((each for each in view.requests if each.answered_at is None), None),
        can_answer=is_admin and APPLICANT.allows(view.status, ApplicationAction.ANSWER),
        can_withdraw=is_admin and APPLICANT.allows(view.status, ApplicationAction.WITHDRAW),
        can_write=is_admin and view.summary.submitted_at is not None,
    )  # fmt: skip


async def _groups(actor: Actor, view: ApplicationView, language: Language) -> list[tuple[str, list[AnswerRow]]]:
    """The answers as they were sent, group by group."""
    filling = await filling_of(await own_summary(actor, view.id))
    return [
        (
            " · ".join(each for each in (group.group.title.in_language(language), group.subject.label.in_language(language)) if each),
            [
                row_of(slot.key, slot.question, view.answers.get(slot.key), filling.files_of(slot.key), language, "")
                for slot in group.slots
            ],
        )
        for group in filling.groups
    ]  # fmt: skip


@get(f"{ONE}/attachments/{{attachment_id:uuid}}", guards=[PROVIDER], include_in_schema=False)
async def show_attachment(
    actor: Caller, application_id: FromPath[UUID], attachment_id: FromPath[UUID]
) -> Response[bytes]:
    """The file itself."""
    return download(*await attachments.attachment_content(actor, application_id, attachment_id))


@post(f"{ONE}/messages", guards=[ADMIN], include_in_schema=False)
async def send_message(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Writes to the organiser."""
    form = await read_form(request, Words)

    async def work() -> None:
        await messages.write_to_organiser(actor, application_id, form.data.text)

    try:
        await idempotent(request, work, type(None))
    except Invalid as invalid:
        form.failed(invalid)
        return await _status_page(request, actor, application_id, form, status_code=INVALID)
    flash(request, message("Your message was sent."))
    return redirect(f"{LIST}/{application_id}")


@get(f"{ONE}/withdraw", guards=[ADMIN], include_in_schema=False)
async def ask_withdrawal(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """Asks whether it is really meant."""
    row = await own_summary(actor, application_id)
    base = f"{LIST}/{application_id}"
    return page(
        request, "pages/confirm.html", heading=message("Withdraw the application?"), button=message("Withdraw"),
        text=message("The application {reference} ends here. You can make a new one at any time.", reference=row["reference"]),
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


PAGES = [show_applications, show_application, show_attachment, send_message, ask_withdrawal, withdraw_application]
