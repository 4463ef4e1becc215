"""An upload that breaks off is no upload, and no fault of ours."""

from typing import Any

import pytest
from litestar import Litestar, Request, post

from marketplace.app import assemble
from marketplace.kernel.config import get_config
from marketplace.web.security import NoPrincipals, allow_anyone

HALF = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7 half of it'
HEADERS = [
    (b"host", b"127.0.0.1:8000"),
    (b"content-type", b"multipart/form-data; boundary=B"),
    (b"content-length", b"9000"),
]
arrived: list[object] = []


@post("/api/v1/upload", guards=[allow_anyone])
async def upload(request: Request[Any, Any, Any]) -> None:
    arrived.append(await (request.json() if request.content_type[0] == "application/json" else request.form()))


def app() -> Litestar:
    return assemble(get_config(), [upload], NoPrincipals(), {})


@pytest.mark.parametrize(
    "then",
    [{"type": "http.disconnect"}, {"type": "http.request", "body": b"", "more_body": False}],
    ids=["gone", "ends-early"],
)
async def test_half_a_file_never_arrives(then: dict[str, Any]) -> None:
    assert (await status_of(HALF, then, b"multipart/form-data; boundary=B"), arrived) == (400, [])


@pytest.mark.parametrize("kind", [b"application/x-www-form-urlencoded", b"application/json"], ids=["form", "json"])
async def test_half_a_form_is_not_taken_for_a_whole_one(kind: bytes) -> None:
    assert (await status_of(b"amount=42", {"type": "http.disconnect"}, kind), arrived) == (400, [])


async def status_of(body: bytes, then: dict[str, Any], kind: bytes) -> int:
    coming: list[Any] = [{"type": "http.request", "body": body, "more_body": True}, then]
    sent: list[Any] = []

    async def receive() -> Any:
        return coming.pop(0)

    async def send(event: Any) -> None:
        sent.append(event)

    scope: Any = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": "/api/v1/upload",
        "raw_path": b"/api/v1/upload", "root_path": "", "query_string": b"", "headers": [*HEADERS, (b"content-type", kind)], "scheme": "http",
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "state": {}, "extensions": {},
    }  # fmt: skip
    await app()(scope, receive, send)
    return sent[0]["status"]
