"""Pages for coming and going: sign-in, its second step, a new account, the choice of a hat, sign-out."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from marketplace.accounts import people
from marketplace.accounts.browser_session import (
    address_of,
    begin_session,
    held_session,
    want_code,
    wanted_code,
    wear,
)
from marketplace.accounts.forms import AccountForm, HatForm, SignInForm
from marketplace.accounts.hats_on import SecondFactorMissing, put_on
from marketplace.accounts.memberships import hats
from marketplace.accounts.schemas import Code, SecondFactorNeeded, SignedIn
from marketplace.accounts.signing_in import authenticate, authenticate_code, signed_in_as
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.config import get_config
from marketplace.kernel.errors import DomainError, NotFound
from marketplace.kernel.i18n import message
from marketplace.web.forms import Form, empty_form, read_form
from marketplace.web.language import language_of
from marketplace.web.navigation import ROLE_NAMES, own_desk
from marketplace.web.security import (
    CHOOSE_ROLE_PATH,
    SIGN_IN_PATH,
    allow_anyone,
    allow_signed_in,
    safe_next,
)
from marketplace.web.sessions import end_session
from marketplace.web.templating import flash, page, redirect

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect

CODE_PATH = "/sign-in/code"
SECOND_FACTOR_PATH = "/account/second-factor"
INVALID = 422


@get(SIGN_IN_PATH, guards=[allow_anyone], include_in_schema=False)
async def show_sign_in(request: AnyRequest) -> Response[str]:
    """E-mail and password, and the buttons of the identity providers."""
    return _sign_in_page(request, empty_form(SignInForm), _asked_next(request))


@post(SIGN_IN_PATH, guards=[allow_anyone], include_in_schema=False)
async def submit_sign_in(request: AnyRequest) -> Page:
    """Signs in, or goes on to the code."""
    form = await read_form(request, SignInForm)
    target = safe_next(form.value("next"), "")
    if not form.ok:
        return _sign_in_page(request, form, target)
    try:
        done = await authenticate(form.data.email, form.data.password, address=address_of(request))
    except DomainError as error:
        form.failed(error)
        return _sign_in_page(request, form, target, _status(error))
    if isinstance(done, SecondFactorNeeded):
        want_code(request, done, target)
        return redirect(CODE_PATH)
    return await enter(request, done, target)


@get(CODE_PATH, guards=[allow_anyone], include_in_schema=False)
async def show_code(request: AnyRequest) -> Page:
    """Asks for the code, once the password was right."""
    if wanted_code(request) is None:
        return redirect(SIGN_IN_PATH)
    return page(request, "accounts/code.html", form=empty_form(Code))


@post(CODE_PATH, guards=[allow_anyone], include_in_schema=False)
async def submit_code(request: AnyRequest) -> Page:
    """The second step of the sign-in."""
    wanted = wanted_code(request)
    if wanted is None:
        flash(request, message("It took too long. Sign in again."))
        return redirect(SIGN_IN_PATH)
    form = await read_form(request, Code)
    if form.ok:
        try:
            done = await authenticate_code(wanted[0], form.data.code, address=address_of(request))
            return await enter(request, done, wanted[1])
        except DomainError as error:
            form.failed(error)
    return page(request, "accounts/code.html", status_code=INVALID, form=form)


@get("/create-account", guards=[allow_anyone], include_in_schema=False)
async def show_create_account(request: AnyRequest) -> Response[str]:
    """The form of a new account."""
    return page(request, "accounts/create_account.html", form=empty_form(AccountForm), next=_asked_next(request))


@post("/create-account", guards=[allow_anyone], include_in_schema=False)
async def submit_create_account(request: AnyRequest) -> Page:
    """Makes the account and signs in."""
    form = await read_form(request, AccountForm)
    target = safe_next(form.value("next"), "")
    try:
        person_id = await people.register_person(
            form.data.email, form.data.password, form.data.name, language_of(request), address=address_of(request)
        )
    except DomainError as error:
        form.failed(error)
        return page(request, "accounts/create_account.html", status_code=_status(error), form=form, next=target)
    response = await enter(request, await signed_in_as(person_id, is_strong=False), target)
    flash(request, message("Your account was made. We sent you a mail: confirm your address with its link."))
    return response


@get(CHOOSE_ROLE_PATH, guards=[allow_signed_in], include_in_schema=False)
async def show_hats(request: AnyRequest) -> Response[str]:
    """The hats a person may wear, each with its button."""
    held = held_session(request)
    return page(
        request, "accounts/hats.html", hats=await hats(held.person_id), worn=held.hat, is_strong=held.is_strong,
        role_names=ROLE_NAMES, next=_asked_next(request), second_factor_path=SECOND_FACTOR_PATH,
    )  # fmt: skip


@post(CHOOSE_ROLE_PATH, guards=[allow_signed_in], include_in_schema=False)
async def choose_hat(request: AnyRequest) -> Page:
    """Puts a hat on under a new session id and goes to its desk."""
    form = await read_form(request, HatForm)
    if not form.ok:
        raise NotFound
    held = held_session(request)
    try:
        hat = await put_on(held.person_id, form.data.membership_id, is_strong=held.is_strong)
    except SecondFactorMissing as error:
        flash(request, error.message)
        return redirect(SECOND_FACTOR_PATH)
    wear(request, hat)
    return redirect(safe_next(form.data.next, desk_path(hat.role)))


@post("/sign-out", guards=[allow_anyone], include_in_schema=False)
async def sign_out(request: AnyRequest) -> Redirect:
    """Ends the session."""
    end_session(request)
    flash(request, message("You have signed out."))
    return redirect("/")


async def enter(request: AnyRequest, signed_in: SignedIn, target: str) -> Redirect:
    """Begins the session of somebody who has proved who they are, and sends them on."""
    hat = await begin_session(request, signed_in)
    if hat is not None:
        return redirect(safe_next(target, desk_path(hat.role)))
    owned = await hats(signed_in.person_id)
    if owned and all(each.needs_second_factor for each in owned) and not signed_in.is_strong:
        return redirect(SECOND_FACTOR_PATH)
    if not owned and target:
        return redirect(safe_next(target))
    return redirect(CHOOSE_ROLE_PATH)


def desk_path(role: Role) -> str:
    """The start page of a hat's desk."""
    desk = own_desk(Actor(role=role))
    return desk.value if desk else "/"


def _asked_next(request: AnyRequest) -> str:
    return safe_next(request.query_params.get("next"), "")


def _status(error: DomainError) -> int:
    """A form shown again is 422, a wrong password included: 401 would have the browser ask for one of its own."""
    return error.status if error.status >= 429 else INVALID


def _sign_in_page(request: AnyRequest, form: Form[SignInForm], target: str, status: int = 0) -> Response[str]:
    providers = get_config().oidc()
    return page(
        request, "accounts/sign_in.html", status_code=status or (200 if form.ok else INVALID), form=form, next=target,
        citizens=[each for each in providers if each.audience == "citizens"],
        staff=[each for each in providers if each.audience == "staff"],
    )  # fmt: skip


PAGES = [
    show_sign_in, submit_sign_in, show_code, submit_code, show_create_account, submit_create_account, show_hats,
    choose_hat, sign_out,
]  # fmt: skip
