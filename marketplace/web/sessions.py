"""Sessions kept in PostgreSQL. The browser holds a random id and nothing else.

Litestar's own session backend takes an id that the client chose and writes it back with an upsert, so a planted
cookie would be signed in (fixation) and a request in flight would bring a session back that was just ended. Here an
id is only ever made by us, a session that was loaded is only ever updated, and a new one is only ever inserted.
A visitor with nothing to remember has no row and no cookie.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, cast
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch_one, new_id
from marketplace.web.paths import Kind, kind_of

IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
TOUCHED_EVERY = timedelta(minutes=5)
"""How exactly idleness is known: reading a page writes to the database at most this often."""

AnyConnection = ASGIConnection[Any, Any, Any, Any]

LOAD = """
select data, person_id, started_at, seen_at from web_session
where key_hash = $1 and seen_at > $2 and started_at > $3
"""
INSERT = """
insert into web_session (id, key_hash, person_id, data, started_at, seen_at) values ($1, $2, $3, $4, $5, $6)
"""
UPDATE = "update web_session set data = $2, seen_at = $3 where key_hash = $1"
ROTATE = "update web_session set key_hash = $2, data = $3, seen_at = $4 where key_hash = $1"
DELETE = "delete from web_session where key_hash = $1"


@dataclass
class SessionState:
    """What this request knows of its session beside the data itself."""

    key_hash: str | None = None
    loaded: bytes = b"{}"
    person_id: UUID | None = None
    started_at: datetime = field(default_factory=now)
    seen_at: datetime = field(default_factory=now)
    cookie_sent: bool = False
    change: Literal["none", "rotate", "begin"] = "none"


def start_session(connection: AnyConnection, person_id: UUID, data: Mapping[str, Any]) -> None:
    """Signs in: a new id and a new lifetime; whatever the visitor's session held before is dropped."""
    state = session_state(connection.scope)
    state.change, state.person_id, state.started_at = "begin", person_id, now()
    connection.scope["session"] = dict(data)


def rotate_session(connection: AnyConnection) -> None:
    """Gives the session a new id and keeps its data and its lifetime: for every change of rights, as of hat."""
    state = session_state(connection.scope)
    if state.change == "none":
        state.change = "rotate"


def end_session(connection: AnyConnection) -> None:
    """Signs out. Something written to the session afterwards, such as a farewell, begins a new one."""
    state = session_state(connection.scope)
    state.change, state.person_id, state.started_at = "begin", None, now()
    connection.scope["session"] = {}


async def end_sessions_of(person_id: UUID, *, keep: AnyConnection | None = None) -> int:
    """Signs a person out everywhere, or everywhere but here: after a new password, or when a person is shut out."""
    kept = session_state(keep.scope).key_hash if keep else None
    return await execute(
        "delete from web_session where person_id = $1 and key_hash is distinct from $2", person_id, kept
    )


async def forget_old_sessions() -> int:
    """Removes the sessions that have expired; returns how many. For a periodic job."""
    return await execute(
        "delete from web_session where seen_at <= $1 or started_at <= $2", now() - IDLE, now() - ABSOLUTE
    )


def session_state(scope: Scope) -> SessionState:
    """The state of this request's session; made when first asked for."""
    if "session" not in scope["state"]:
        scope["state"]["session"] = SessionState()
    return cast("SessionState", scope["state"]["session"])


class Sessions:
    """Middleware: loads the session of a page request and saves it just before the answer leaves."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.secure = secure
        self.cookie_name = "__Host-session" if secure else "session"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if kind_of(scope["path"]) is not Kind.PAGE:
            await self.app(scope, receive, send)
            return
        await self._load(scope)

        async def send_with_session(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._save(scope, message)
            await send(message)

        await self.app(scope, receive, send_with_session)

    async def _load(self, scope: Scope) -> None:
        state = session_state(scope)
        scope["session"] = {}
        key = AnyConnection(scope).cookies.get(self.cookie_name)
        if not key:
            return
        state.cookie_sent = True
        row = await fetch_one(LOAD, _hash(key), now() - IDLE, now() - ABSOLUTE)
        if row is not None:
            state.key_hash, state.loaded = _hash(key), row["data"]
            state.person_id, state.started_at, state.seen_at = row["person_id"], row["started_at"], row["seen_at"]
            scope["session"] = msgspec.json.decode(row["data"])

    async def _save(self, scope: Scope, message: Message) -> None:
        state = session_state(scope)
        data = msgspec.json.encode(scope["session"])
        if data == b"{}":
            await self._forget(state, message)
        elif state.key_hash is None or state.change == "begin":
            await self._begin(state, data, message)
        elif state.change == "rotate":
            await self._rotate(state, data, message)
        elif data != state.loaded or now() - state.seen_at > TOUCHED_EVERY:
            await execute(UPDATE, state.key_hash, data, now())

    async def _begin(self, state: SessionState, data: bytes, message: Message) -> None:
        key = secrets.token_urlsafe(32)
        if state.key_hash is not None:
            await execute(DELETE, state.key_hash)
        await execute(INSERT, new_id(), _hash(key), state.person_id, data, state.started_at, now())
        self._set_cookie(message, value=key)

    async def _rotate(self, state: SessionState, data: bytes, message: Message) -> None:
        """Where the old id is gone the session was ended elsewhere meanwhile, and stays ended."""
        key = secrets.token_urlsafe(32)
        if await execute(ROTATE, state.key_hash, _hash(key), data, now()):
            self._set_cookie(message, value=key)

    async def _forget(self, state: SessionState, message: Message) -> None:
        if state.key_hash is not None:
            await execute(DELETE, state.key_hash)
        if state.cookie_sent:
            self._set_cookie(message, value="", max_age=0)

    def _set_cookie(self, message: Message, *, value: str, max_age: int | None = None) -> None:
        """No Max-Age while it lives: the browser forgets the cookie when it is closed, as on a library's computer."""
        cookie = Cookie(
            key=self.cookie_name, value=value, max_age=max_age, path="/",
            secure=self.secure, httponly=True, samesite="lax",
        )  # fmt: skip
        MutableScopeHeaders.from_message(message).add("set-cookie", cookie.to_header(header=""))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
