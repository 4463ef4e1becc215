"""Whether the process lives, and whether it can serve. Neither question writes anything."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from marketplace.kernel.errors import Unavailable
from marketplace.kernel.migrations import is_current
from marketplace.web.security import allow_anyone

PATIENCE_SECONDS = 2.0

State = Literal["ok", "degraded", "down", "not_migrated"]
Check = Callable[[], Awaitable[bool]]
"""True where a thing that can be done without (the search engine, Stripe) works at this moment."""


class Health(msgspec.Struct, frozen=True):
    """``status`` is ``ok``, ``degraded`` (serving, with something missing) or ``down``; ``parts`` say which."""

    status: State
    parts: dict[str, State]


def health_routes(checks: Mapping[str, Check]) -> list[HTTPRouteHandler]:
    """The two health addresses. ``checks`` are of parts whose absence is told but stops nothing."""

    @get("/health/live", guards=[allow_anyone], include_in_schema=False)
    async def live() -> Health:
        return Health("ok", {})

    @get("/health/ready", guards=[allow_anyone], include_in_schema=False)
    async def ready() -> Response[Health]:
        database = await _database()
        parts: dict[str, State] = {"database": database}
        for name, check in checks.items():
            parts[name] = "ok" if await _works(check) else "degraded"
        if database != "ok":
            return Response(Health("down", parts), status_code=503)
        return Response(Health("degraded" if "degraded" in parts.values() else "ok", parts))

    return [live, ready]


async def _database() -> State:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return "ok" if await is_current() else "not_migrated"
    except (Unavailable, TimeoutError, OSError):
        return "down"


async def _works(check: Check) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await check()
    except Exception:
        return False
