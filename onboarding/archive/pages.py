"""An application's history and its archive for both sides; an organiser's retention periods."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Stream

from marketplace.kernel.actors import PROVIDER_ROLES, Actor, Role
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import message
from marketplace.notices.states import MAIL_WORDS
from marketplace.web.forms import Form, filled_form, read_form
from marketplace.web.navigation import ROLE_NAMES, Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.archive import collecting, retention, rules
from onboarding.archive.answers_out import archive_answer
from onboarding.archive.schemas import RetentionPeriods
from onboarding.archive.states import KIND_WORDS, REASONS
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
REVIEW = allow(*sorted(REVIEWING))
PROVIDER = allow(*sorted(PROVIDER_ROLES))
ADMIN = allow(Role.ORGANISER_ADMIN)
INVALID = 422
SENT: Final = "/organiser/applications"
OWN: Final = "/provider/applications"
RETENTION: Final = "/organiser/retention"

add_to_navigation(Desk.ORGANISER, message("Retention"), RETENTION, order=95, roles=frozenset({Role.ORGANISER_ADMIN}))


@get(f"{SENT}/{{application_id:uuid}}/history", guards=[REVIEW], include_in_schema=False)
async def show_history(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """The audit trail of one application in plain words, the newest first."""
    facts, lines = await collecting.history_of(actor, application_id)
    return page(
        request, "archive/history.html", facts=facts, lines=lines[::-1], application=f"{SENT}/{application_id}",
        mails=await collecting.mails_about(application_id), mail_words=MAIL_WORDS,
        role_names={role.value: name for role, name in ROLE_NAMES.items()},
    )  # fmt: skip


@get(f"{SENT}/{{application_id:uuid}}/archive.zip", guards=[REVIEW], include_in_schema=False)
async def download_archive(actor: Caller, application_id: FromPath[UUID]) -> Stream:
    """One application for the organiser's archive."""
    return await archive_answer(actor, application_id)


@get(f"{OWN}/{{application_id:uuid}}/archive.zip", guards=[PROVIDER], include_in_schema=False)
async def download_own_archive(actor: Caller, application_id: FromPath[UUID]) -> Stream:
    """One of the provider's own applications, without what the organiser keeps to itself."""
    return await archive_answer(actor, application_id)


@get(RETENTION, guards=[ADMIN], include_in_schema=False)
async def show_retention(request: AnyRequest, actor: Caller) -> Response[str]:
    """The organiser's periods, and what would be erased next night."""
    return await _retention_page(request, actor, filled_form(await rules.own_periods(actor)))


@post(RETENTION, guards=[ADMIN], include_in_schema=False)
async def submit_retention(request: AnyRequest, actor: Caller) -> Page:
    """Sets the organiser's periods."""
    form = await read_form(request, RetentionPeriods)
    try:
        await rules.set_periods(actor, form.data)
    except Invalid as invalid:
        form.failed(invalid)
        return await _retention_page(request, actor, form, status_code=INVALID)
    flash(request, message("The periods were saved. They count from next night."))
    return redirect(RETENTION)


async def _retention_page(
    request: AnyRequest, actor: Actor, form: Form[RetentionPeriods], *, status_code: int = 200
) -> Response[str]:
    return page(
        request, "archive/retention.html", status_code=status_code, form=form, kinds=KIND_WORDS, reasons=REASONS,
        due=await retention.own_due_applications(actor), most=retention.SHOWN_AT_ONCE,
    )  # fmt: skip


PAGES = [
    show_history, download_archive, download_own_archive, show_retention, submit_retention,
]  # fmt: skip
