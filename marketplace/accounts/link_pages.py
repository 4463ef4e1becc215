"""Pages behind the links of our mails: a new password, a confirmed address, an invitation."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.accounts import invitations, recovery
from marketplace.accounts.browser_session import address_of
from marketplace.accounts.own_pages import ACCOUNT_PATH
from marketplace.accounts.pages import INVALID, enter
from marketplace.accounts.schemas import Acceptance, EmailOnly, NewPassword
from marketplace.accounts.signing_in import signed_in_as
from marketplace.kernel.errors import DomainError, NotFound
from marketplace.kernel.i18n import message
from marketplace.web.forms import Form, empty_form, read_form
from marketplace.web.language import language_of
from marketplace.web.navigation import ROLE_NAMES
from marketplace.web.security import CHOOSE_ROLE_PATH, SIGN_IN_PATH, Caller, allow_anyone, allow_signed_in
from marketplace.web.templating import flash, page, redirect

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect


@get("/forgotten-password", guards=[allow_anyone], include_in_schema=False)
async def show_forgotten_password(request: AnyRequest) -> Response[str]:
    """Asks where to send the link."""
    return page(request, "accounts/forgotten_password.html", form=empty_form(EmailOnly))


@post("/forgotten-password", guards=[allow_anyone], include_in_schema=False)
async def submit_forgotten_password(request: AnyRequest) -> Page:
    """Sends the link, and says the same whether there is an account or not."""
    form = await read_form(request, EmailOnly)
    try:
        await recovery.ask_new_password(form.data.email, language_of(request), address=address_of(request))
    except DomainError as error:
        form.failed(error)
        return page(request, "accounts/forgotten_password.html", status_code=INVALID, form=form)
    flash(request, message("If the address has an account, we sent a link to it. The link is good for an hour."))
    return redirect(SIGN_IN_PATH)


@get("/new-password/{token:str}", guards=[allow_anyone], include_in_schema=False)
async def show_new_password(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """The form behind the link."""
    await recovery.check_new_password_link(token)
    return page(request, "accounts/new_password.html", form=empty_form(NewPassword))


@post("/new-password/{token:str}", guards=[allow_anyone], include_in_schema=False)
async def submit_new_password(request: AnyRequest, token: FromPath[str]) -> Page:
    """Sets the password; the person signs in with it, and with the second factor if there is one."""
    form = await read_form(request, NewPassword)
    try:
        await recovery.set_new_password(token, form.data.password)
    except NotFound:
        raise
    except DomainError as error:
        form.failed(error)
        return page(request, "accounts/new_password.html", status_code=INVALID, form=form)
    flash(request, message("Your password was changed. Sign in with it."))
    return redirect(SIGN_IN_PATH)


@get("/confirm-email/{token:str}", guards=[allow_signed_in], include_in_schema=False)
async def show_confirm_email(request: AnyRequest) -> Response[str]:
    """A button, for programs that look at the links of mails press none."""
    return page(request, "accounts/confirm_email.html")


@post("/confirm-email/{token:str}", guards=[allow_signed_in], include_in_schema=False)
async def submit_confirm_email(request: AnyRequest, actor: Caller, token: FromPath[str]) -> Redirect:
    """Confirms the address of the signed-in person."""
    await recovery.confirm_email(actor, token)
    flash(request, message("Your e-mail address is confirmed."))
    return redirect(ACCOUNT_PATH)


@get("/invitation/{token:str}", guards=[allow_anyone], include_in_schema=False)
async def show_invitation(request: AnyRequest, actor: Caller, token: FromPath[str]) -> Response[str]:
    """To what one is invited, with the way that suits: accept, sign in first, or make an account."""
    return await _invitation_page(request, token, empty_form(Acceptance), is_signed_in=actor.person_id is not None)


@post("/invitation/{token:str}", guards=[allow_anyone], include_in_schema=False)
async def submit_invitation(request: AnyRequest, token: FromPath[str]) -> Page:
    """Makes an account, accepts with it and signs in."""
    form = await read_form(request, Acceptance)
    try:
        person_id = await invitations.accept_as_new(token, form.data.name, form.data.password, language_of(request))
    except NotFound:
        raise
    except DomainError as error:
        form.failed(error)
        return await _invitation_page(request, token, form, is_signed_in=False)
    return await enter(request, await signed_in_as(person_id, is_strong=False), "")


@post("/invitation/{token:str}/accept", guards=[allow_signed_in], include_in_schema=False)
async def accept_invitation(request: AnyRequest, actor: Caller, token: FromPath[str]) -> Redirect:
    """Accepts with the account one is signed in to."""
    await invitations.accept_signed_in(actor, token)
    flash(request, message("You have accepted the invitation. Choose the new role here."))
    return redirect(CHOOSE_ROLE_PATH)


async def _invitation_page(
    request: AnyRequest, token: str, form: Form[Acceptance], *, is_signed_in: bool
) -> Response[str]:
    shown = await invitations.show_invitation(token)
    return page(
        request, "accounts/invitation.html", status_code=200 if form.ok else INVALID, form=form, shown=shown,
        role_name=ROLE_NAMES[shown.role], is_signed_in=is_signed_in,
    )  # fmt: skip


PAGES = [
    show_forgotten_password, submit_forgotten_password, show_new_password, submit_new_password, show_confirm_email,
    submit_confirm_email, show_invitation, submit_invitation, accept_invitation,
]  # fmt: skip
