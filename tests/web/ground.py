"""A small application on the real ground, with features made only to try the ground itself."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from marketplace.app import assemble
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.config import Config, get_config
from marketplace.kernel.db import execute, fetch_value, new_id
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.i18n import Language, message
from marketplace.kernel.inputs import Euros, label
from marketplace.web.forms import read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, actor_of, allow, allow_anyone, allow_signed_in
from marketplace.web.sessions import end_session, rotate_session, start_session
from marketplace.web.templating import flash, redirect

REVIEWER_TOKEN = "token-of-a-reviewer"
PEOPLE = {role: new_id() for role in Role}


class FakePrincipals:
    """People who exist only in tests: the session names the role, and one token is a reviewer's."""

    async def of_session(self, session: Mapping[str, Any]) -> Actor | None:
        if "person_id" not in session:
            return None
        role = Role(session["role"]) if session.get("role") else None
        return Actor(person_id=UUID(session["person_id"]), role=role, language=Language.SV)

    async def of_token(self, token: str) -> Actor | None:
        return Actor(person_id=PEOPLE[Role.REVIEWER], role=Role.REVIEWER) if token == REVIEWER_TOKEN else None


class Row(msgspec.Struct, kw_only=True):
    price_cents: Euros
    day: date


class Offer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1, max_length=40), label(message("Title"))]
    places: Annotated[int, Meta(ge=1, le=9)]
    rows: Annotated[list[Row], Meta(max_length=2)] = []


@get("/", guards=[allow_anyone], include_in_schema=False)
async def front(request: Request[Any, Any, Any], actor: Caller) -> dict[str, Any]:
    return {"person": actor.person_id, "role": actor.role, "language": actor.language, "session": request.session}


@post("/enter", guards=[allow_anyone], include_in_schema=False)
async def enter(request: Request[Any, Any, Any]) -> Response[Any]:
    role = (await request.form()).get("role") or ""
    person = PEOPLE[Role(role)] if role else new_id()
    start_session(request, person, {"person_id": str(person), "role": role})
    return redirect("/")


@post("/leave", guards=[allow_signed_in], include_in_schema=False)
async def leave(request: Request[Any, Any, Any]) -> Response[Any]:
    end_session(request)
    flash(request, message("You have signed out."))
    return redirect("/")


@post("/hat", guards=[allow_signed_in], include_in_schema=False)
async def change_hat(request: Request[Any, Any, Any]) -> Response[Any]:
    request.session["role"] = Role.FINANCE.value
    rotate_session(request)
    return redirect("/")


@get("/desk/{thing:uuid}", guards=[allow(Role.REVIEWER)], include_in_schema=False)
async def desk(request: Request[Any, Any, Any], thing: FromPath[UUID]) -> dict[str, Any]:
    return {"role": actor_of(request).role, "thing": thing}


@post("/offers", guards=[allow_anyone], include_in_schema=False)
async def send_offer(request: Request[Any, Any, Any]) -> dict[str, Any]:
    form = await read_form(request, Offer)
    return {"ok": form.ok, "errors": {name: text.text for name, text in form.errors.items()}, "key": form.key}


@post("/once", guards=[allow_anyone], include_in_schema=False)
async def once_page(request: Request[Any, Any, Any]) -> int:
    return await idempotent(request, _work, int)


@get("/broken/{how:str}", guards=[allow_anyone], include_in_schema=False)
async def broken(how: FromPath[str]) -> None:
    raise _error(how)


@get("/api/v1/broken/{how:str}", guards=[allow_anyone])
async def broken_api(how: FromPath[str]) -> None:
    raise _error(how)


@get("/api/v1/me", guards=[allow(Role.REVIEWER)])
async def who_am_i(actor: Caller) -> Actor:
    return actor


@get("/api/v1/offers", guards=[allow_anyone])
async def list_offers(most: Annotated[int, QueryParameter(ge=1, le=50)], since: FromQuery[date]) -> list[int]:
    """Offers, at most so many."""
    return [most, since.year]


@post("/api/v1/offers", guards=[allow_signed_in])
async def create_offer(data: JSONBody[Offer]) -> Offer:
    return data


@post("/api/v1/once", guards=[allow_signed_in])
async def once_api(request: Request[Any, Any, Any]) -> int:
    return await idempotent(request, _work, int)


@post("/webhooks/bank", guards=[allow_anyone], include_in_schema=False)
async def bank_event() -> None:
    return None


HANDLERS = [
    front, enter, leave, change_hat, desk, send_offer, once_page, broken, broken_api, who_am_i, list_offers,
    create_offer, once_api, bank_event,
]  # fmt: skip


def _error(how: FromPath[str]) -> Exception:
    return {
        "not-found": NotFound(),
        "conflict": Conflict(),
        "invalid": Invalid.field("title", message("Check the answers")),
        "twice": asyncpg.UniqueViolationError("duplicate key of matti@example.fi"),
        "number": asyncpg.DataError("value out of int64 range"),
        "deadlock": asyncpg.DeadlockDetectedError("process 1 of matti waits"),
        "year": OverflowError("date value out of range"),
        "bug": ZeroDivisionError("the number of Matti Meikäläinen"),
    }[how]


async def _work() -> int:
    await execute("insert into web_session (id, key_hash, data, started_at, seen_at) values ($1, $2, '', now(), now())",
                  new_id(), new_id().hex)  # fmt: skip
    return await fetch_value("select count(*) from web_session")


def ground_app(config: Config | None = None, features: Sequence[Any] = HANDLERS) -> Litestar:
    return assemble(config or get_config(), features, FakePrincipals(), {"search": _ailing})


async def _ailing() -> bool:
    raise ConnectionError
