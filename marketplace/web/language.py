"""Which language a request is answered in, and how a reader changes it.

A reader's choice is kept in a cookie for a year. Without one, the signed-in person's own setting counts, then what the
browser asks for. The API goes by ``Accept-Language`` alone and speaks English where none is asked for.
"""

from typing import Any, cast

import msgspec
from litestar import Request, Response, post
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from marketplace.kernel.actors import Actor
from marketplace.kernel.i18n import Language, preferred_language
from marketplace.web.paths import Kind, kind_of
from marketplace.web.security import allow_anyone, safe_next

COOKIE = "language"
ONE_YEAR_SECONDS = 365 * 24 * 60 * 60

AnyConnection = ASGIConnection[Any, Any, Any, Any]


def language_of(connection: AnyConnection) -> Language:
    """The language of this request's answer."""
    return cast("Language", connection.scope["state"].get("language", Language.FI))


def remember_language(connection: AnyConnection, language: Language) -> None:
    """Keeps a language in the browser: the reader's choice, or at sign-in the person's own setting."""
    connection.scope["state"].update(language=language, language_to_keep=language)


def guess_language(connection: AnyConnection) -> None:
    """Decides by what the request itself says, before anybody is known: even a failing sign-in is told in it."""
    state, asked = connection.scope["state"], connection.headers.get("accept-language", "")
    if kind_of(connection.scope["path"]) is Kind.API:
        state["language"] = preferred_language(asked) if asked else Language.EN
        return
    chosen = _language(connection.query_params.get("lang"))
    if chosen is not None:
        remember_language(connection, chosen)
        return
    kept = _language(connection.cookies.get(COOKIE))
    state.update(language=kept or preferred_language(asked), language_kept=kept is not None)


class Languages:
    """Middleware: lets a signed-in person's setting decide where no choice did, and tells caches and readers."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state, actor = scope["state"], cast("Actor", scope["user"])
        is_page = kind_of(scope["path"]) is Kind.PAGE
        if (
            is_page
            and actor.person_id is not None
            and not state.get("language_kept")
            and "language_to_keep" not in state
        ):
            state["language"] = actor.language
        scope["user"] = msgspec.structs.replace(actor, language=state["language"])

        async def send_in_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._tell(scope, message)
            await send(message)

        await self.app(scope, receive, send_in_language)

    def _tell(self, scope: Scope, message: Message) -> None:
        state, headers = scope["state"], MutableScopeHeaders.from_message(message)
        headers["content-language"] = state["language"].value
        if "language_to_keep" in state:
            cookie = Cookie(
                key=COOKIE, value=state["language_to_keep"].value, max_age=ONE_YEAR_SECONDS, path="/",
                secure=self.secure, httponly=True, samesite="lax",
            )  # fmt: skip
            headers.add("set-cookie", cookie.to_header(header=""))


def _language(text: object) -> Language | None:
    return Language(text) if isinstance(text, str) and text in {member.value for member in Language} else None


@post("/language", guards=[allow_anyone], include_in_schema=False, status_code=303)
async def change_language(request: Request[Any, Any, Any]) -> Response[None]:
    """The language menu's form: keeps the choice and goes back to the page it came from."""
    answers = await request.form()
    chosen = _language(answers.get("language"))
    if chosen is not None:
        remember_language(request, chosen)
    return Response(None, status_code=303, headers={"location": safe_next(answers.get("next"))})
