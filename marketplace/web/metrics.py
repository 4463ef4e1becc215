"""Figures for Prometheus. Labels are route templates and statuses: never an address, an id or a person.

With several web processes, set ``PROMETHEUS_MULTIPROC_DIR`` to an empty folder before they start: each writes its own
figures there and any of them answers for all.
"""

import hmac
import os
from typing import Any

from litestar import Request, Response, get
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

from marketplace.kernel.config import get_config
from marketplace.kernel.errors import NotSignedIn
from marketplace.web.security import allow_anyone

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter("setelitori_http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("setelitori_http_request_seconds", "Time to answer", ["method", "route"], buckets=BUCKETS)


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Counts one answered request. An unheard-of method is counted as such: labels must not grow at a caller's will."""
    known = method if method in METHODS else "OTHER"
    REQUESTS.labels(known, route, str(status)).inc()
    SECONDS.labels(known, route).observe(seconds)


@get("/metrics", guards=[allow_anyone], include_in_schema=False)
async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The figures; with ``METRICS_TOKEN`` set, only for those who send it as a bearer token."""
    expected = get_config().metrics_token
    sent = request.headers.get("authorization", "")
    if expected and not hmac.compare_digest(sent.encode(), f"Bearer {expected}".encode()):
        raise NotSignedIn
    return Response(generate_latest(_registry()), media_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # pyright: ignore[reportUnknownMemberType] - untyped library
    return registry
