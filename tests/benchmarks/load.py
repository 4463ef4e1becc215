"""A closed-loop load of HTTP requests: each client sends the next request when it has the last answer.

Raw keep-alive sockets in a process of its own, so that the client costs the server as little as possible.
Warm-up is not counted; several runs give a median with its spread.
"""

import asyncio
import multiprocessing
import statistics
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import urlsplit

Result = tuple[float, list[float], int]
"""Rate per second, seconds of every request, failures."""
Measure = Callable[[int, float], Result]
"""One run with so many clients, for so many seconds."""


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


def over_http(base_url: str, requests: Sequence[Request]) -> Measure:
    """The requests are dealt to the clients in turn and start again at the end."""
    return lambda clients, seconds: _in_process(base_url, requests, clients, seconds)


def over_http_once(base_url: str, requests: Sequence[Request], portions: int) -> Measure:
    """For requests that may be sent only once: each of ``portions`` calls has its own, every client a share of them."""
    left = iter([requests[n::portions] for n in range(portions)])

    def measure(clients: int, seconds: float) -> Result:
        portion = next(left)
        return _in_process(base_url, [portion[n::clients] for n in range(clients)], clients, seconds)

    return measure


def of_work(make_sender: "MakeSender") -> Measure:
    """The same loop without HTTP: ``make_sender`` is called in the process that measures and must be importable there."""

    def measure(clients: int, seconds: float) -> Result:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.apply(_work, (make_sender, clients, seconds))

    return measure


def side_by_side(
    ours: tuple[str, Measure], limit: tuple[str, Measure], *, clients: int, seconds: float, runs: int
) -> tuple[Figure, Figure]:
    """Both in turn, run by run, so that whatever else the machine does meets both. The first run warms up and is left out."""
    results = [(ours[1](clients, seconds), limit[1](clients, seconds)) for _ in range(runs + 1)][1:]
    return figure(ours[0], clients, [a for a, _ in results]), figure(limit[0], clients, [b for _, b in results])


def figure(name: str, clients: int, results: Sequence[Result]) -> Figure:
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
    base_url: str, requests: Sequence[Request] | Sequence[Sequence[Request]], clients: int, seconds: float
) -> Result:
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_run, (base_url, requests, clients, seconds))


def _run(
    base_url: str, requests: Sequence[Request] | Sequence[Sequence[Request]], clients: int, seconds: float
) -> Result:
    return asyncio.run(closed_loop(_sender(base_url, requests), clients, seconds))


def _work(make_sender: "MakeSender", clients: int, seconds: float) -> Result:
    return asyncio.run(closed_loop(make_sender, clients, seconds))


async def closed_loop(make_sender: Callable[[int], "Sender"], clients: int, seconds: float) -> Result:
    """Runs ``clients`` senders side by side for a time; gives the rate, every duration and the failures."""
    times: list[float] = []
    failed = 0
    senders = [make_sender(number) for number in range(clients)]
    for sender in senders:
        await sender.open()
    begin = time.perf_counter()

    async def client(sender: "Sender") -> None:
        nonlocal failed
        while time.perf_counter() - begin < seconds:
            sent = time.perf_counter()
            try:
                ok = await sender.send()
            except StopIteration as error:
                raise RuntimeError("there were too few requests for this machine") from error
            times.append(time.perf_counter() - sent)
            failed += not ok

    await asyncio.gather(*(client(sender) for sender in senders))
    rate = len(times) / (time.perf_counter() - begin)
    for sender in senders:
        await sender.close()
    return rate, times, failed


class Sender(ABC):
    """One client: something that does one unit of work and says whether it went well."""

    async def open(self) -> None:  # noqa: B027 - nothing is needed by default
        """Whatever is needed before the clock runs."""

    @abstractmethod
    async def send(self) -> bool:
        """Does it once."""

    async def close(self) -> None:  # noqa: B027 - nothing is open by default
        """Gives back what was opened."""


MakeSender = Callable[[int], Sender]


class HttpSender(Sender):
    """Sends prepared requests over one keep-alive connection."""

    def __init__(self, host: str, port: int, requests: Iterator[Request]) -> None:
        self._address = (host, port)
        self._requests = requests
        self._stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> None:
        self._stream = await asyncio.open_connection(*self._address)

    async def send(self) -> bool:
        assert self._stream is not None, "open first"
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


def _sender(base_url: str, requests: Sequence[Request] | Sequence[Sequence[Request]]) -> Callable[[int], Sender]:
    parts = urlsplit(base_url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80

    def make(number: int) -> Sender:
        share = requests[number % len(requests)]
        if not isinstance(share, Request):
            return HttpSender(host, port, iter(share))
        start = number * 7919 % len(requests)
        return HttpSender(host, port, cycle([*requests[start:], *requests[:start]]))

    return make
