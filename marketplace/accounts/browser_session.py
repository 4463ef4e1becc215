"""What accounts keeps in a browser's session, and when the session gets a new id."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request

from marketplace.accounts.addresses import caller_address
from marketplace.accounts.hats_on import first_hat
from marketplace.accounts.oidc import PendingSignIn
from marketplace.accounts.principals import SESSION_KEY, SignedInSession, signed_in_session
from marketplace.accounts.schemas import Hat, SecondFactorNeeded, SignedIn
from marketplace.kernel.clock import now
from marketplace.kernel.errors import NotSignedIn
from marketplace.web.language import remember_language
from marketplace.web.sessions import rotate_session, start_session
from marketplace.web.templating import HAT_NAME

AnyRequest = Request[Any, Any, Any]

CODE_WANTED = "code_wanted"
OUTSIDE = "outside_sign_in"
CODE_WANTED_FOR_SECONDS = 600
KEPT_AT_SIGN_IN = ("shortlist",)
"""What a visitor put together before signing in and may take along: ids of public offers, nothing that gives a right."""


def address_of(request: AnyRequest) -> str:
    """The caller's network address."""
    peer = request.client.host if request.client else ""
    return caller_address(peer, ",".join(request.headers.getall("x-forwarded-for", [])))


async def begin_session(request: AnyRequest, signed_in: SignedIn) -> Hat | None:
    """Signs the browser in under a new session id, with the person's only hat on where there is but one."""
    hat = await first_hat(signed_in.person_id, is_strong=signed_in.is_strong)
    held = SignedInSession(
        person_id=signed_in.person_id,
        epoch=signed_in.epoch,
        is_strong=signed_in.is_strong,
        hat=hat.id if hat else None,
    )
    kept = {name: request.session[name] for name in KEPT_AT_SIGN_IN if name in request.session}
    start_session(request, signed_in.person_id, {**kept, SESSION_KEY: msgspec.to_builtins(held)})
    if hat is not None:
        request.session[HAT_NAME] = hat.name
    remember_language(request, signed_in.language)
    return hat


def held_session(request: AnyRequest) -> SignedInSession:
    """The signed-in person's part of the session.

    Raises:
        NotSignedIn: this is a visitor.
    """
    held = signed_in_session(request.session)
    if held is None:
        raise NotSignedIn
    return held


def wear(request: AnyRequest, hat: Hat) -> None:
    """Puts a hat on; the session gets a new id with its new rights."""
    _keep(request, msgspec.structs.replace(held_session(request), hat=hat.id))
    request.session[HAT_NAME] = hat.name


def keep_signed_in(request: AnyRequest, *, epoch: int | None = None, is_strong: bool | None = None) -> None:
    """Lets this session outlive a new epoch, or makes it strong or weak. A weak one loses its hat."""
    held = held_session(request)
    strong = held.is_strong if is_strong is None else is_strong
    hat = held.hat if is_strong is not False else None
    _keep(
        request, msgspec.structs.replace(held, epoch=held.epoch if epoch is None else epoch, is_strong=strong, hat=hat)
    )
    if hat is None:
        request.session.pop(HAT_NAME, None)


def _keep(request: AnyRequest, held: SignedInSession) -> None:
    request.session[SESSION_KEY] = msgspec.to_builtins(held)
    rotate_session(request)


def want_code(request: AnyRequest, needed: SecondFactorNeeded, next_path: str) -> None:
    """Remembers that the password was right and a code must follow within ten minutes."""
    request.session[CODE_WANTED] = {
        "person_id": str(needed.person_id),
        "epoch": needed.epoch,
        "next": next_path,
        "since": int(now().timestamp()),
    }
    rotate_session(request)


def wanted_code(request: AnyRequest) -> tuple[SecondFactorNeeded, str] | None:
    """Whose code is awaited and where they want to go; None where nobody's is, or it has taken too long."""
    kept = request.session.get(CODE_WANTED)
    if kept is None or now().timestamp() - kept["since"] > CODE_WANTED_FOR_SECONDS:
        return None
    return SecondFactorNeeded(person_id=UUID(kept["person_id"]), epoch=kept["epoch"]), kept["next"]


def remember_outside(request: AnyRequest, pending: PendingSignIn) -> None:
    """Keeps what the answer of an identity provider will be held against."""
    request.session[OUTSIDE] = msgspec.to_builtins(pending)


def take_outside(request: AnyRequest) -> PendingSignIn | None:
    """What was kept, this once."""
    kept = request.session.pop(OUTSIDE, None)
    return None if kept is None else msgspec.convert(kept, PendingSignIn)
