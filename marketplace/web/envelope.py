"""What every request and every answer passes, whichever route it meets, and when it meets none.

The path is put into one form first, so that routing, access and cross-site protection never disagree about an address.
"""

from typing import Any, cast
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection, Request
from litestar.datastructures import MutableScopeHeaders
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from litestar.utils.path import normalize_path

from marketplace.kernel.actors import Actor
from marketplace.kernel.config import Config
from marketplace.web.language import guess_language
from marketplace.web.paths import Kind, kind_of
from marketplace.web.problems import answer
from marketplace.web.security import allowed_hosts, security_headers

DRAINED_AT_MOST_BYTES = 100_000_000
"""How much of a refused body is still taken in, so that the browser reads our answer and not a broken connection."""

CACHE_IMMUTABLE = "public, max-age=31536000, immutable"
CACHE_BRIEFLY = "public, max-age=300"


class Envelope:
    """Middleware around everything else: hosts, paths, HEAD, protective headers, caching, and the last resort."""

    def __init__(self, app: ASGIApp, *, config: Config) -> None:
        self.app = app
        self.hosts = allowed_hosts(config)
        self.headers = security_headers(config)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = cast("HTTPScope", scope)
        is_head = _prepare(scope)
        started, all_received = False, False

        async def receive_noting_the_end() -> Any:
            nonlocal all_received
            event = await receive()
            all_received = not _has_more(event)
            return event

        async def send_dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._dress(scope, message)
                if message["status"] == 413 and not all_received:
                    await _drain(receive)
            elif message["type"] == "http.response.body" and is_head:
                message["body"] = b""
            await send(message)

        try:
            self._refuse_unreadable(scope)
            await self.app(scope, receive_noting_the_end, send_dressed)
        except Exception as error:
            if started:
                raise
            await _answer_anyhow(error, scope, receive_noting_the_end, send_dressed)

    def _refuse_unreadable(self, scope: HTTPScope) -> None:
        """Raises a plain 400 for hosts that are not ours and for text that the database could not hold."""
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        is_ours = "*" in self.hosts or _hostname(host) in self.hosts
        if not is_ours and kind_of(scope["path"]) is not Kind.MACHINE:
            raise HTTPException("unknown host", status_code=400)
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            raise HTTPException("NUL in the address", status_code=400)

    def _dress(self, scope: HTTPScope, message: Message) -> None:
        headers = MutableScopeHeaders.from_message(message)
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        headers.setdefault("cache-control", _caching(scope, cast("int", message.get("status", 200))))
        if kind_of(scope["path"]) is Kind.PAGE:
            headers.extend_header_value("vary", "Cookie, Accept-Language, HX-Request")
        elif kind_of(scope["path"]) is Kind.API:
            headers.extend_header_value("vary", "Authorization, Accept-Language")


def _prepare(scope: HTTPScope) -> bool:
    """Puts the request into the form that the rest relies on; True for HEAD, which is answered as GET without a body."""
    scope["path"] = normalize_path(scope["path"])
    scope["session"], scope["user"], scope["auth"] = {}, Actor(), None
    guess_language(ASGIConnection[Any, Any, Any, Any](scope))
    if kind_of(scope["path"]) is Kind.API:
        scope["query_string"] = _filled(scope["query_string"])
    is_head = scope["method"] == "HEAD"
    if is_head:
        scope["method"] = cast("Any", "GET")
    return is_head


def _filled(query: bytes) -> bytes:
    """A program's query without its empty parameters: what is left empty is not asked, whatever its type."""
    return b"&".join(each for each in query.split(b"&") if each.partition(b"=")[1:] != (b"=", b""))


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _caching(scope: HTTPScope, status: int) -> str:
    kind = kind_of(scope["path"])
    if kind is Kind.MACHINE and scope["path"].startswith("/static/") and status < 400:
        return CACHE_IMMUTABLE if scope["query_string"].startswith(b"v=") else CACHE_BRIEFLY
    if kind is Kind.PAGE and scope["user"].person_id is None:
        return "private, no-cache"
    return "no-store"


async def _drain(receive: Receive) -> None:
    """Takes in what is left of a body. Whoever asks after its end would wait until the caller goes away."""
    taken = 0
    while taken < DRAINED_AT_MOST_BYTES:
        event = cast("dict[str, Any]", await receive())
        taken += len(event.get("body", b""))
        if not _has_more(event):
            return


def _has_more(event: Any) -> bool:
    return event["type"] == "http.request" and event.get("more_body", False)


async def _answer_anyhow(error: Exception, scope: HTTPScope, receive: Receive, send: Send) -> None:
    request: Request[Any, Any, Any] = scope["litestar_app"].request_class(scope=scope, receive=receive, send=send)
    response = answer(request, error)
    await response.to_asgi_response(app=None, request=request)(scope, receive, send)
