"""Who calls, who may call, and what a browser may do with our pages.

Every route carries exactly one guard of this module; a test walks all routes and holds them to it. The API knows its
caller by a bearer token alone, so that a cookie can never act there; pages know theirs by the session alone.
"""

from collections.abc import Mapping
from typing import Any, Protocol, cast
from urllib.parse import quote, urlencode, urlsplit

from litestar import Response
from litestar.config.csrf import CSRFConfig
from litestar.connection import ASGIConnection, Request
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.config import Config
from marketplace.kernel.errors import Forbidden, NotSignedIn
from marketplace.kernel.i18n import message
from marketplace.web.paths import WITHOUT_CSRF, Kind, kind_of

SIGN_IN_PATH = "/sign-in"
CHOOSE_ROLE_PATH = "/choose-role"
EVERY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 - recognised, not bound

AnyConnection = ASGIConnection[Any, Any, Any, Any]
Caller = NamedDependency[Actor]
"""Annotates the argument ``actor`` of a handler: who calls, in the language of the request."""


class Principals(Protocol):
    """How accounts tells the web who a caller is. None means nobody: unknown, expired or shut out."""

    async def of_session(self, session: Mapping[str, Any]) -> Actor | None:
        """The person of a non-empty session, under the hat they wear."""
        ...

    async def of_token(self, token: str) -> Actor | None:
        """The owner of an API token."""
        ...


class NoPrincipals:
    """Nobody is anybody: what serves where accounts are not wired in."""

    async def of_session(self, session: Mapping[str, Any]) -> Actor | None:  # noqa: ARG002 - the protocol's
        return None

    async def of_token(self, token: str) -> Actor | None:  # noqa: ARG002 - the protocol's
        return None


def actor_of(connection: AnyConnection) -> Actor:
    """Who makes this request. An anonymous caller is an ``Actor`` without a person."""
    return cast("Actor", connection.scope["user"])


def provide_actor(request: Request[Any, Any, Any]) -> Actor:
    """A handler that takes ``actor`` gets the caller, speaking the language of the request."""
    return actor_of(request)


class Authentication:
    """Middleware: turns a bearer token (API) or the session (pages) into ``request.user``.

    Raises:
        NotSignedIn: an API token was sent that is nobody's.
    """

    def __init__(self, app: ASGIApp, *, principals: Principals) -> None:
        self.app = app
        self.principals = principals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["user"], scope["auth"] = Actor(), None
        found = await self._find(scope)
        if found is not None:
            scope["user"] = found
        await self.app(scope, receive, send)

    async def _find(self, scope: Scope) -> Actor | None:
        if kind_of(scope["path"]) is Kind.API:
            return await self._by_token(AnyConnection(scope).headers.get("authorization", ""))
        session = cast("dict[str, Any]", scope["session"])
        return await self.principals.of_session(session) if session else None

    async def _by_token(self, header: str) -> Actor | None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            return None
        found = await self.principals.of_token(token.strip())
        if found is None:
            raise NotSignedIn(message("This access token is not valid, or is no longer."), code="token_not_valid")
        return found


class Access:
    """A guard: who may call a route. ``access`` is ``anyone``, ``signed_in`` or the set of roles."""

    def __init__(self, access: str | frozenset[Role]) -> None:
        self.access = access

    async def __call__(self, connection: AnyConnection, _: BaseRouteHandler) -> None:
        if self.access == "anyone":
            return
        actor = actor_of(connection)
        if actor.person_id is None:
            raise NotSignedIn
        if self.access == "signed_in" or (isinstance(self.access, frozenset) and actor.role in self.access):
            return
        raise NoRoleChosen if actor.role is None else Forbidden


class NoRoleChosen(Forbidden):
    """Signed in, with no hat on: a page sends the person to choose one."""

    code = "no_role_chosen"
    default_message = message("Choose first in which role you act.")


def allow(*roles: Role) -> Access:
    """Only people who wear one of these hats; what they may see of a thing is the use case's to decide."""
    if not roles:
        msg = "name at least one role, or use allow_signed_in or allow_anyone"
        raise ValueError(msg)
    return Access(frozenset(roles))


allow_signed_in = Access("signed_in")
allow_anyone = Access("anyone")


KEPT_IN_ADDRESSES = "/?#[]@!$&'()*+,;=:%"
LONGEST_NEXT = 2_000


def safe_next(target: object, default: str = "/") -> str:
    """A path on this site to go on to, fit for a header, or ``default`` where the text could lead anywhere else."""
    if not isinstance(target, str) or not target.startswith("/") or target.startswith("//"):
        return default
    if "\\" in target or any(ord(character) < 0x21 or ord(character) == 0x7F for character in target):
        return default
    return quote(target, safe=KEPT_IN_ADDRESSES, errors="replace") if len(target) <= LONGEST_NEXT else default


def sign_in_address(request: Request[Any, Any, Any], path: str) -> str:
    """``path`` with the way back to the page that was asked for, where it can be asked for again (GET)."""
    if request.method != "GET" or request.url.path == "/":
        return path
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{path}?{urlencode({'next': request.url.path + query})}"


def csrf_cookie_name(config: Config) -> str:
    """Under https the prefix keeps other hosts of the same domain from planting a token."""
    return "__Host-csrf" if config.secure_cookies else "csrf"


def csrf_config(config: Config) -> CSRFConfig:
    """Double submit of a signed token. Paths without it take no cookie as a proof of who calls."""
    return CSRFConfig(
        secret=config.secret_key or f"development only: {config.data_path}",
        cookie_name=csrf_cookie_name(config),
        cookie_secure=config.secure_cookies,
        cookie_httponly=True,
        cookie_samesite="lax",
        exclude=WITHOUT_CSRF,
    )


def csrf_token(connection: AnyConnection) -> str:
    """What the hidden field ``_csrf_token`` of every form holds; empty where no form is served."""
    token = ScopeState.from_scope(connection.scope).csrf_token
    return token if isinstance(token, str) else ""


def allowed_hosts(config: Config) -> frozenset[str]:
    """The host names we answer to: our own, and this machine's while not in production; ``*`` is any.

    A developer who serves on every address of the machine is asked for by any of them.
    """
    own = urlsplit(config.base_url).hostname or ""
    if config.is_production:
        return frozenset({own})
    return frozenset({own, "localhost", "127.0.0.1", "::1"} | ({"*"} if own in EVERY_ADDRESS else set()))


def content_security_policy(config: Config) -> str:
    """Nothing inline and nothing of another host. Forms may also end at Stripe's onboarding or an identity provider."""
    issuers = sorted({_origin(provider.issuer) for provider in config.oidc()})
    double = [_origin(config.stripe_api_url)] if config.stripe_api_url else []
    targets = " ".join(["'self'", "https://connect.stripe.com", *issuers, *double])
    return (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action {targets}"
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def security_headers(config: Config) -> dict[str, str]:
    """Headers of every answer, errors included."""
    headers = {
        "content-security-policy": content_security_policy(config),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(self), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
    if config.secure_cookies:
        headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    return headers


def embeddable(answer: Response[str]) -> Response[str]:
    """Lets any site show this answer in a frame. Only for public pages on which nothing can be done but read."""
    answer.headers["content-security-policy"] = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors *; form-action 'none'"  # fmt: skip
    answer.headers["x-frame-options"] = (
        "ALLOWALL"  # Overruled by frame-ancestors; unset, the general refusal would be put in.
    )
    answer.headers["cross-origin-resource-policy"] = "cross-origin"
    return answer
