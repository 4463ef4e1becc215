"""A small Meilisearch over real HTTP: remembers every request, keeps documents, answers with tasks, and plays faults.

It filters, sorts and counts as the real one does (``meilisearch_search``) but knows no words: any text finds everything.
``found`` holds the answers to the next multi-searches where a test would rather make them up.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from search.meilisearch_query import settings
from tests.doubles.meilisearch_search import NotAFilter, answer, matching


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: Any
    authorization: str = ""


@dataclass
class MeilisearchDouble:
    requests: list[Request] = field(default_factory=list)
    indexes: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    found: list[list[dict[str, Any]]] = field(default_factory=list)
    status: int | None = None
    """Answers everything with this status where set."""
    delay_seconds: float = 0.0
    garbage: bool = False
    task_status: str = "succeeded"
    polls_before_done: int = 1
    url: str = ""
    _tasks: list[int] = field(default_factory=list)

    def sent(self, method: str, path: str) -> list[Any]:
        """Bodies of the requests to a path."""
        return [each.body for each in self.requests if (each.method, each.path) == (method, path)]

    @property
    def writes(self) -> list[str]:
        """What changed something, in order."""
        reads = ("/multi-search", "/documents/fetch")
        return [
            f"{each.method} {each.path}"
            for each in self.requests
            if each.method != "GET" and not each.path.endswith(reads)
        ]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _read(reader):
                self.requests.append(request)
                await asyncio.sleep(self.delay_seconds)
                status, body = (self.status, {}) if self.status else self._answer_or_refuse(request)
                content = b"<html>" if self.garbage else json.dumps(body).encode()
                writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content)
                await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    def _answer_or_refuse(self, request: Request) -> tuple[int, Any]:
        try:
            return self._answer(request)
        except NotAFilter as error:
            return 400, {"code": "invalid_search_filter", "message": str(error)}

    def _answer(self, request: Request) -> tuple[int, Any]:
        parts = request.path.partition("?")[0].strip("/").split("/")
        match (request.method, *parts):
            case ("GET", "tasks", number):
                return self._task(int(number))
            case ("GET", "indexes"):
                return 200, {"results": [{"uid": name} for name in self.indexes]}
            case ("POST", "indexes", name, "facet-search"):
                return 200, {"facetHits": self._values(name, request.body)}
            case ("GET", "indexes", name):
                return (200, {"uid": name}) if name in self.indexes else (404, {"code": "index_not_found"})
            case ("POST", "multi-search"):
                return 200, {"results": self._found(request.body["queries"])}
            case ("POST", "indexes", name, "documents", "fetch"):
                return 200, {"results": self._page(name, request.body)}
            case _:
                self._write(request.method, parts, request.body)
                self._tasks.append(self.polls_before_done)
                return 202, {"taskUid": len(self._tasks) - 1, "status": "enqueued"}

    def _task(self, number: int) -> tuple[int, Any]:
        if self._tasks[number]:
            self._tasks[number] -= 1
            return 200, {"status": "processing"}
        error = {"code": "internal"} if self.task_status == "failed" else None
        return 200, {"status": self.task_status, "error": error}

    def _write(self, method: str, parts: list[str], body: Any) -> None:
        match (method, *parts):
            case ("POST", "indexes"):
                self.indexes[body["uid"]] = {}
            case ("DELETE", "indexes", name):
                del self.indexes[name]
            case ("POST", "swap-indexes"):
                one, other = body[0]["indexes"]
                for kept in (self.indexes, self.settings):
                    kept[one], kept[other] = kept.get(other, {}), kept.get(one, {})
            case ("POST", "indexes", name, "documents"):
                self.indexes[name] |= {each["id"]: each for each in body}
            case ("POST", "indexes", name, "documents", "delete-batch"):
                self.indexes[name] = {key: each for key, each in self.indexes[name].items() if key not in body}
            case ("PATCH", "indexes", name, "settings"):
                self.settings[name] = body
            case _:
                raise AssertionError(f"{method} {parts}")

    def _page(self, name: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
        rows = matching(self.indexes[name].values(), asked.get("filter", []), self._filterable(name))
        rows.sort(key=lambda each: each["id"])
        start = asked.get("offset", 0)
        return [{key: each[key] for key in asked["fields"]} for each in rows[start : start + asked["limit"]]]

    def _found(self, queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if self.found:
            return self.found.pop(0)
        return [
            answer(self.indexes.get(each["indexUid"], {}).values(), each, self._filterable(each["indexUid"]))
            for each in queries
        ]

    def _values(self, name: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
        values = {each[asked["facetName"]] for each in self.indexes[name].values()}
        return [
            {"value": each} for each in sorted(values) if each.casefold().startswith(asked["facetQuery"].casefold())
        ]

    def _filterable(self, name: str) -> list[str]:
        return self.settings.get(name, settings())["filterableAttributes"]


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """The next request on this connection, or None when the client has gone."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    method, path, _ = first.split(" ")
    return Request(method, path, json.loads(body) if body else None, headers.get("authorization", ""))


@asynccontextmanager
async def meilisearch_double() -> AsyncIterator[MeilisearchDouble]:
    """A double that listens on loopback for the time of a block."""
    double = MeilisearchDouble()
    server = await asyncio.start_server(double.serve, "127.0.0.1", 0)
    double.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield double
    finally:
        server.close()
