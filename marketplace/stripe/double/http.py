"""As much of an HTTP/1.1 server as a double needs, with the one thing no real server offers: hanging up in mid-answer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

import msgspec

_LARGEST_BODY = 1_000_000


class Request(msgspec.Struct, frozen=True):
    """Header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def base_url(self) -> str:
        """The address under which the caller reached us."""
        return f"http://{self.headers.get('host', '127.0.0.1')}"


class Response(msgspec.Struct, frozen=True):
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}


class HangUp(Exception):
    """Closes the connection without an answer."""


Answer = Callable[[Request], Awaitable[Response]]


def json_response(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, msgspec.json.encode(body), {"Content-Type": "application/json", **(headers or {})})


class HttpServer:
    """Listens and answers until it is stopped; then every conversation ends at once."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._server: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> int:
        """Starts listening and returns the port; ``port`` 0 takes a free one."""
        self._server = await asyncio.start_server(self._connected, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = asyncio.create_task(self._talk(reader, writer))
        self._conversations.add(conversation)
        conversation.add_done_callback(self._conversations.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _converse(self._answer, reader, writer)
            writer.close()
        except (HangUp, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass
        finally:
            if not writer.is_closing():
                writer.transport.abort()


async def _converse(answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers one request after another until the caller goes."""
    while (request := await _read(reader)) is not None:
        response = await answer(request)
        writer.write(_written(response, with_body=request.method != "HEAD"))
        await writer.drain()
        if request.headers.get("connection", "").lower() == "close":
            return


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", "0"))
    if length > _LARGEST_BODY:
        raise HangUp
    address = urlsplit(target)
    return Request(method, address.path, address.query, headers, await reader.readexactly(length))


def _written(response: Response, *, with_body: bool) -> bytes:
    reason = HTTPStatus(response.status).phrase
    headers = {"Content-Length": str(len(response.body)), **response.headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {response.status} {reason}\r\n{head}\r\n".encode("latin-1") + (
        response.body if with_body else b""
    )
