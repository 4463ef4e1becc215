"""One line for each request and for each thing worth telling: JSON for machines, plain on a terminal.

A line names the route's template, never the address itself: addresses carry ids, searches and people's data. No
query, no header, no body and no name of a person is ever written.
"""

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
import structlog.tracebacks
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from marketplace.kernel.config import Config
from marketplace.kernel.db import new_id
from marketplace.web.metrics import observe_request

log = structlog.get_logger(__name__)

_GIVEN_ID = re.compile(rb"[A-Za-z0-9-]{8,64}")
UNMATCHED = "unmatched"
TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
"""Without variables, which hold whatever was being worked on."""
QUIET_ROUTES = ("/health/", "/metrics", "/static/")
"""Asked for all the time and of interest only when they fail."""


def configure_logs(config: Config) -> None:
    """Sets up structlog, and the standard library's loggers behind the same two faces."""
    is_terminal = sys.stderr.isatty()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *([_name_errors] if config.is_production else []),
    ]
    last: Any = structlog.dev.ConsoleRenderer() if is_terminal else structlog.processors.JSONRenderer()
    level = logging.getLevelNamesMapping()[config.log_level.upper()]
    structlog.configure(
        processors=[*shared, TRACEBACKS, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=shared))
    logging.basicConfig(level=max(level, logging.INFO), handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # It would write whole addresses.


def _name_errors(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception by its kind alone: its words may quote a person's data. Libraries log theirs whole."""
    given = event.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given is True else given
    if isinstance(error, BaseException):
        event.setdefault("error", type(error).__name__)
    return event


class Trail:
    """Middleware, outermost: gives the request its id, times it, counts it and writes its line."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000, "reason": "no websockets here"})
            return
        identifier = scope["state"]["request_id"] = _request_id(scope)
        method, started, status = str(scope["method"]), time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", identifier.encode())]
            await send(message)

        try:
            with structlog.contextvars.bound_contextvars(request_id=identifier):
                await self.app(scope, receive, send_with_id)
        finally:
            _write(scope, method, status, time.perf_counter() - started)


def _write(scope: HTTPScope, method: str, status: int, seconds: float) -> None:
    route = str(scope.get("path_template", UNMATCHED)) or "/"
    observe_request(method, route, status, seconds)
    if status < 400 and route.startswith(QUIET_ROUTES):
        return
    log.info(
        "request", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1),
        request_id=scope["state"]["request_id"],
    )  # fmt: skip


def _request_id(scope: HTTPScope) -> str:
    """The id that a proxy has given the request already, or a new one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _GIVEN_ID.fullmatch(given) else str(new_id())
