"""The pages of one's notices, and the count of unread ones in the header of every page."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from marketplace.kernel.actors import Actor
from marketplace.kernel.db import Row
from marketplace.kernel.i18n import message
from marketplace.notices import reading, settings
from marketplace.notices.mails import SETTINGS_PATH
from marketplace.notices.schemas import NoticeSettings
from marketplace.notices.states import MAIL_WORDS, Delivery
from marketplace.web.forms import filled_form, read_form
from marketplace.web.navigation import Desk, desk_of
from marketplace.web.paths import Kind, kind_of
from marketplace.web.security import CHOOSE_ROLE_PATH, Caller, actor_of, allow_signed_in
from marketplace.web.templating import UNREAD_NOTICES, flash, redirect
from marketplace.web.templating import page as show

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
PageNumber = Annotated[int, QueryParameter(ge=1, le=100_000)]
INVALID = 422
NOTICES_PATH = "/notices"
SCOPES = {Desk.PROVIDER: "provider_id", Desk.ORGANISER: "organiser_id"}
DELIVERIES = [
    (Delivery.AT_ONCE.value, message("At once")),
    (
        Delivery.DAILY.value,
        message("Once a day"),
        message("One e-mail at 7 in the morning, if there is something new."),
    ),
]


@get(NOTICES_PATH, guards=[allow_signed_in], include_in_schema=False)
async def show_notices(request: AnyRequest, actor: Caller, page: PageNumber = 1) -> Response[str]:
    """One's notices, newest first."""
    found = await reading.own_notices(actor, page)
    return show(request, "notices/list.html", found=found, settings_path=SETTINGS_PATH, mail_words=MAIL_WORDS)


@get(f"{NOTICES_PATH}/{{notice_id:uuid}}", guards=[allow_signed_in], include_in_schema=False)
async def open_notice(actor: Caller, notice_id: FromPath[UUID]) -> Redirect:
    """Marks a notice as read and goes to where its reader goes on, by way of the hat that this needs."""
    return redirect(_way(actor, await reading.mark_read(actor, notice_id)))


def _way(actor: Actor, row: Row) -> str:
    """The notice's page, or the choice of hats where it belongs to another of the reader's organisations."""
    scope = SCOPES.get(desk_of(row["path"]))
    needed = row[scope] if scope else None
    if scope is None or needed is None or getattr(actor, scope) == needed:
        return row["path"]
    return f"{CHOOSE_ROLE_PATH}?{urlencode({'next': row['path']})}"


@post(f"{NOTICES_PATH}/{{notice_id:uuid}}/read", guards=[allow_signed_in], include_in_schema=False)
async def mark_notice_read(actor: Caller, notice_id: FromPath[UUID]) -> Redirect:
    """Marks a notice as read and stays on the list."""
    await reading.mark_read(actor, notice_id)
    return redirect(NOTICES_PATH)


@post(f"{NOTICES_PATH}/read", guards=[allow_signed_in], include_in_schema=False)
async def mark_all_notices_read(request: AnyRequest, actor: Caller) -> Redirect:
    """Marks all of one's notices as read."""
    await reading.mark_all_read(actor)
    flash(request, message("All notices are marked as read."))
    return redirect(NOTICES_PATH)


@get(SETTINGS_PATH, guards=[allow_signed_in], include_in_schema=False)
async def show_notice_settings(request: AnyRequest, actor: Caller) -> Response[str]:
    """How often one gets e-mail."""
    form = filled_form(await settings.own_settings(actor))
    return show(request, "notices/settings.html", form=form, options=DELIVERIES)


@post(SETTINGS_PATH, guards=[allow_signed_in], include_in_schema=False)
async def submit_notice_settings(request: AnyRequest, actor: Caller) -> Page:
    """Chooses how often one gets e-mail."""
    form = await read_form(request, NoticeSettings)
    if not form.ok:
        return show(request, "notices/settings.html", status_code=INVALID, form=form, options=DELIVERIES)
    await settings.change_settings(actor, form.data)
    flash(request, message("Your choice was saved."))
    return redirect(NOTICES_PATH)


async def count_for_header(request: AnyRequest) -> None:
    """Before each page of a signed-in person: how many notices they have not read."""
    person_id = actor_of(request).person_id
    if person_id is not None and kind_of(request.scope["path"]) is Kind.PAGE:
        request.scope["state"][UNREAD_NOTICES] = await reading.count_unread(person_id)


PAGES = [
    show_notices, open_notice, mark_notice_read, mark_all_notices_read, show_notice_settings, submit_notice_settings,
]  # fmt: skip
