"""Organisers' and catalogue's routes with people who exist only in tests: whoever you say, you are."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, post

from marketplace.app import assemble
from marketplace.catalogue import wiring as catalogue
from marketplace.kernel.actors import Actor
from marketplace.kernel.config import get_config
from marketplace.kernel.i18n import Language
from marketplace.organisers import wiring as organisers
from marketplace.web.security import allow_anyone
from marketplace.web.sessions import start_session
from marketplace.web.templating import redirect
from tests.web.browser import Api, Browser


class WhoeverTheySay:
    """The session, or the token, is the actor itself."""

    async def of_session(self, session: Mapping[str, Any]) -> Actor | None:
        return msgspec.json.decode(session["actor"], type=Actor) if "actor" in session else None

    async def of_token(self, token: str) -> Actor | None:
        return msgspec.json.decode(bytes.fromhex(token), type=Actor)


@post("/enter", guards=[allow_anyone], include_in_schema=False)
async def enter(request: Request[Any, Any, Any]) -> Response[Any]:
    actor = (await request.form())["who"]
    start_session(request, msgspec.json.decode(actor, type=Actor).person_id, {"actor": actor})
    return redirect("/")


@get("/", guards=[allow_anyone], include_in_schema=False)
async def front() -> str:
    return ""


def desk_app() -> Litestar:
    return assemble(get_config(), [*organisers.ROUTES, *catalogue.ROUTES, enter, front], WhoeverTheySay(), {})


async def sign_in(browser: Browser, actor: Actor) -> Browser:
    """Signs in, to read English."""
    reader = msgspec.structs.replace(actor, language=Language.EN)
    await browser.submit("/enter", {"who": msgspec.json.encode(reader).decode()})
    return browser


def as_program(api: Api, actor: Actor) -> Api:
    return api.with_token(msgspec.json.encode(actor).hex())
