"""A closed-loop load of HTTP requests: each client sends the next request when it has the last answer.

Raw keep-alive sockets in a process of its own, so that the client costs the server as little as possible.
Warm-up is not counted; several runs give a median with its spread.
"""

import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")


@dataclass(frozen=True)
class Request:
    """One prepared request: the bytes on the wire, and the status that counts as success."""

    raw: bytes
    expected: int = 200


@dataclass(frozen=True)
class Figure:
    """What one load showed. Rates are per second, times in milliseconds; medians over the runs."""

    name: str
    clients: int
    rate: float
    slowest_rate: float
    fastest_rate: float
    p50: float
    p95: float
    failed: int


def request(
    method: str, url: str, *, body: bytes = b"", headers: dict[str, str] | None = None, expected: int = 200
) -> Request:
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return Request(("\r\n".join(lines) + "\r\n\r\n").encode() + body, expected)


def measure(
    name: str, base_url: str, requests: Sequence[Request], *, clients: int, seconds: float = 4.0, runs: int = 3
) -> Figure:
    """The requests are dealt to the clients in turn and start again at the end. One warm-up run is not counted."""
    results = [_in_process(base_url, requests, clients, seconds if n else seconds / 2) for n in range(runs + 1)][1:]
    return figure(name, clients, results)


def figure(name: str, clients: int, results: Sequence[tuple[float, list[float], int]]) -> Figure:
    """The median of several runs: ``(rate, seconds of every request, failures)`` each."""
    rates = sorted(rate for rate, _, _ in results)
    return Figure(
        name, clients, statistics.median(rates), rates[0], rates[-1],
        statistics.median(percentile(times, 50) for _, times, _ in results) * 1000,
        statistics.median(percentile(times, 95) for _, times, _ in results) * 1000,
        sum(failed for _, _, failed in results),
    )  # fmt: skip


def percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else float("nan")


def _in_process(
    base_url: str, requests: Sequence[Request], clients: int, seconds: float
) -> tuple[float, list[float], int]:
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_run, (base_url, requests, clients, seconds))


def _run(base_url: str, requests: Sequence[Request], clients: int, seconds: float) -> tuple[float, list[float], int]:
    return asyncio.run(closed_loop(_sender(base_url, requests), clients, seconds))


async def closed_loop(
    make_sender: Callable[[int], "Sender"], clients: int, seconds: float
) -> tuple[float, list[float], int]:
    """Runs ``clients`` senders side by side for a time; gives the rate, every duration and the failures."""
    times: list[float] = []
    failed = 0
    begin = time.perf_counter()

    async def client(number: int) -> None:
        nonlocal failed
        sender = make_sender(number)
        while time.perf_counter() - begin < seconds:
            sent = time.perf_counter()
            ok = await sender.send()
            times.append(time.perf_counter() - sent)
            failed += not ok
        await sender.close()

    await asyncio.gather(*(client(number) for number in range(clients)))
    return len(times) / (time.perf_counter() - begin), times, failed


class Sender:
    """One client: something that does one unit of work and says whether it went well."""

    async def send(self) -> bool:
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing to close by default."""


class HttpSender(Sender):
    """Sends prepared requests over one keep-alive connection."""

    def __init__(self, host: str, port: int, requests: Iterator[Request]) -> None:
        self._address = (host, port)
        self._requests = requests
        self._stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self) -> bool:
        if self._stream is None:
            self._stream = await asyncio.open_connection(*self._address)
        reader, writer = self._stream
        asked = next(self._requests)
        writer.write(asked.raw)
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        await _body(reader, head.lower())
        return status == asked.expected

    async def close(self) -> None:
        if self._stream is not None:
            self._stream[1].close()


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    if b"transfer-encoding: chunked" in head:
        return await _chunks(reader)
    _, found, rest = head.partition(b"content-length:")
    return await reader.readexactly(int(rest.split(b"\r\n", 1)[0])) if found else b""


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readline()).strip(), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return body


def _sender(base_url: str, requests: Sequence[Request]) -> Callable[[int], Sender]:
    parts = urlsplit(base_url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80

    def make(number: int) -> Sender:
        start = number * 7919 % len(requests)
        return HttpSender(host, port, cycle([*requests[start:], *requests[:start]]))

    return make
