"""Pages about oneself: name and language, password, second factor."""

import io
from typing import Any

import segno
from litestar import Request, Response, get, post
from litestar.response import Redirect

from marketplace.accounts import people, recovery, second_factors
from marketplace.accounts.browser_session import address_of, held_session, keep_signed_in
from marketplace.accounts.own import me
from marketplace.accounts.pages import INVALID, SECOND_FACTOR_PATH
from marketplace.accounts.schemas import Code, Details, PasswordChange
from marketplace.kernel.errors import Conflict, DomainError, NotFound
from marketplace.kernel.i18n import message
from marketplace.web.forms import Form, empty_form, filled_form, read_form
from marketplace.web.language import remember_language
from marketplace.web.navigation import ROLE_NAMES
from marketplace.web.security import CHOOSE_ROLE_PATH, Caller, allow_signed_in
from marketplace.web.sessions import end_sessions_of
from marketplace.web.templating import flash, page, redirect

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
ACCOUNT_PATH = "/account"


@get(ACCOUNT_PATH, guards=[allow_signed_in], include_in_schema=False)
async def show_account(request: AnyRequest, actor: Caller) -> Response[str]:
    """What is known of the signed-in person, with what they may change."""
    return page(request, "accounts/account.html", me=await me(actor), role_names=ROLE_NAMES)


@get("/account/details", guards=[allow_signed_in], include_in_schema=False)
async def show_details(request: AnyRequest, actor: Caller) -> Response[str]:
    """The form of name and language."""
    own = await me(actor)
    return page(request, "accounts/details.html", form=filled_form(Details(name=own.name, language=own.language)))


@post("/account/details", guards=[allow_signed_in], include_in_schema=False)
async def submit_details(request: AnyRequest, actor: Caller) -> Page:
    """Changes name and language."""
    form = await read_form(request, Details)
    if not form.ok:
        return page(request, "accounts/details.html", status_code=INVALID, form=form)
    await people.change_details(actor, form.data.name, form.data.language)
    remember_language(request, form.data.language)
    flash(request, message("Your details were changed."))
    return redirect(ACCOUNT_PATH)


@get("/account/password", guards=[allow_signed_in], include_in_schema=False)
async def show_password(request: AnyRequest) -> Response[str]:
    """The form of a new password."""
    return page(request, "accounts/password.html", form=empty_form(PasswordChange))


@post("/account/password", guards=[allow_signed_in], include_in_schema=False)
async def submit_password(request: AnyRequest, actor: Caller) -> Page:
    """Changes the password and signs the person out everywhere else."""
    form = await read_form(request, PasswordChange)
    try:
        data = form.data
        epoch = await people.change_password(
            actor, data.current_password, data.new_password, address=address_of(request)
        )
    except DomainError as error:
        form.failed(error)
        return page(request, "accounts/password.html", status_code=INVALID, form=form)
    await _go_on_here(request, epoch)
    flash(request, message("Your password was changed. You were signed out everywhere else."))
    return redirect(ACCOUNT_PATH)


@post("/account/sign-out-everywhere", guards=[allow_signed_in], include_in_schema=False)
async def sign_out_everywhere_else(request: AnyRequest, actor: Caller) -> Redirect:
    """Ends every other session and every token."""
    await _go_on_here(request, await people.end_everywhere(actor))
    flash(request, message("You were signed out everywhere else."))
    return redirect(ACCOUNT_PATH)


@post("/account/confirmation", guards=[allow_signed_in], include_in_schema=False)
async def send_confirmation(request: AnyRequest, actor: Caller) -> Redirect:
    """Sends the mail that confirms the address once more."""
    await recovery.ask_confirmation(actor, address=address_of(request))
    flash(request, message("We sent you a mail. Open its link to confirm your address."))
    return redirect(ACCOUNT_PATH)


@get(SECOND_FACTOR_PATH, guards=[allow_signed_in], include_in_schema=False)
async def show_second_factor(request: AnyRequest, actor: Caller) -> Response[str]:
    """Where the second factor stands: none, waiting for its first code, in use and shown, or in use and not shown."""
    return await _second_factor_page(request, actor, empty_form(Code))


@post("/account/second-factor/start", guards=[allow_signed_in], include_in_schema=False)
async def start_second_factor(request: AnyRequest, actor: Caller) -> Redirect:
    """Makes the secret that the next page shows."""
    try:
        await second_factors.start_second_factor(actor)
    except Conflict as error:
        flash(request, error.message)
    return redirect(SECOND_FACTOR_PATH)


@get("/account/second-factor/qr.svg", guards=[allow_signed_in], include_in_schema=False, media_type="image/svg+xml")
async def second_factor_picture(actor: Caller) -> bytes:
    """The waiting secret as a QR code."""
    offer = await second_factors.pending_second_factor(actor)
    drawn = io.BytesIO()
    segno.make(offer.uri, error="m").save(drawn, kind="svg", scale=5, border=4, light="#fff", xmldecl=False)
    return drawn.getvalue()


@post("/account/second-factor/confirm", guards=[allow_signed_in], include_in_schema=False)
async def confirm_second_factor(request: AnyRequest, actor: Caller) -> Response[str]:
    """Puts the second factor into use. The recovery codes are shown in this answer and never again, hence no redirect."""
    form = await read_form(request, Code)
    try:
        codes = await second_factors.confirm_second_factor(actor, form.data.code, address=address_of(request))
    except DomainError as error:
        form.failed(error)
        return await _second_factor_page(request, actor, form)
    keep_signed_in(request, is_strong=True)
    return page(request, "accounts/recovery_codes.html", codes=codes.codes, next=CHOOSE_ROLE_PATH)


@post("/account/second-factor/show", guards=[allow_signed_in], include_in_schema=False)
async def show_code_now(request: AnyRequest, actor: Caller) -> Page:
    """Shows a code after a sign-in without one, for a hat that needs it."""
    form = await read_form(request, Code)
    try:
        await second_factors.show_own_second_factor(actor, form.data.code, address=address_of(request))
    except DomainError as error:
        form.failed(error)
        return await _second_factor_page(request, actor, form)
    keep_signed_in(request, is_strong=True)
    return redirect(CHOOSE_ROLE_PATH)


@post("/account/second-factor/remove", guards=[allow_signed_in], include_in_schema=False)
async def remove_second_factor(request: AnyRequest, actor: Caller) -> Page:
    """Takes the second factor out of use, on proof of it."""
    form = await read_form(request, Code)
    try:
        epoch = await second_factors.remove_second_factor(actor, form.data.code, address=address_of(request))
    except DomainError as error:
        form.failed(error)
        return await _second_factor_page(request, actor, form)
    keep_signed_in(request, epoch=epoch, is_strong=False)
    flash(request, message("The second factor was removed."))
    return redirect(SECOND_FACTOR_PATH)


async def _second_factor_page(request: AnyRequest, actor: Caller, form: Form[Code]) -> Response[str]:
    own = await me(actor)
    try:
        waiting = await second_factors.pending_second_factor(actor)
    except NotFound:
        waiting = None
    return page(
        request, "accounts/second_factor.html", status_code=200 if form.ok else INVALID, form=form,
        since=own.second_factor_since, waiting=waiting, is_strong=held_session(request).is_strong,
        is_needed=any(hat.needs_second_factor for hat in own.hats),
    )  # fmt: skip


async def _go_on_here(request: AnyRequest, epoch: int) -> None:
    """The session at hand lives on under a new id and the new epoch; the person's others are gone."""
    keep_signed_in(request, epoch=epoch)
    await end_sessions_of(held_session(request).person_id, keep=request)


PAGES = [
    show_account, show_details, submit_details, show_password, submit_password, sign_out_everywhere_else,
    send_confirmation, show_second_factor, start_second_factor, second_factor_picture, confirm_second_factor,
    show_code_now, remove_second_factor,
]  # fmt: skip
