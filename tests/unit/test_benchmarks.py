"""The measuring itself: medians of runs, shares that are sent once, and a page that names no machine."""

from datetime import date
from pathlib import Path

import pytest

from marketplace.kernel.embedded_postgres import _reachable_binaries
from tests.benchmarks import redeeming, searching
from tests.benchmarks.load import Request, Sender, _sender, closed_loop, figure, percentile, request
from tests.benchmarks.machine import Machine, this_machine
from tests.benchmarks.report import Chapter, Pair, page

PGBENCH = """
latency average = 2.500 ms
initial connection time = 5.000 ms
tps = 3200.5 (without initial connection time)
"""


def test_figure_is_the_median_of_its_runs() -> None:
    runs = [(100.0, [0.010] * 9 + [0.1], 0), (300.0, [0.001], 1), (200.0, [0.005], 0)]
    measured = figure("x", 8, runs)
    assert (measured.rate, measured.slowest_rate, measured.fastest_rate) == (200, 100, 300)
    assert measured.p50 == 5.0
    assert measured.failed == 1


@pytest.mark.parametrize(("percent", "expected"), [(0, 1), (50, 51), (95, 96), (100, 100)])
def test_percentile(percent: int, expected: int) -> None:
    assert percentile(range(100, 0, -1), percent) == expected


async def test_closed_loop_counts_what_was_done_and_what_failed() -> None:
    class Every(Sender):
        opened = closed = sent = 0

        async def open(self) -> None:
            Every.opened += 1

        async def send(self) -> bool:
            Every.sent += 1
            return Every.sent % 2 == 0

        async def close(self) -> None:
            Every.closed += 1

    rate, times, failed = await closed_loop(lambda _: Every(), 3, 0.01)
    assert Every.opened == Every.closed == 3
    assert len(times) == Every.sent > 0
    assert failed >= len(times) // 2
    assert rate > 0


def test_clients_with_shares_of_their_own_send_nothing_twice() -> None:
    shares = [[Request(b"a"), Request(b"b")], [Request(b"c")]]
    make = _sender("http://127.0.0.1:1", shares)
    sent = [sent.raw for number in range(2) for sent in make(number)._requests]
    assert sorted(sent) == [b"a", b"b", b"c"]


def test_request_is_what_goes_over_the_wire() -> None:
    made = request("POST", "http://here:8000/visits?x=1", body=b"{}", headers={"A": "b"}, expected=201)
    assert made.raw.startswith(b"POST /visits?x=1 HTTP/1.1\r\nHost: here:8000\r\nContent-Length: 2\r\nA: b\r\n\r\n{}")
    assert made.expected == 201


def test_pgbench_is_read() -> None:
    assert redeeming.read_pgbench(PGBENCH) == (3200.5, [0.0025], 0)
    with pytest.raises(ValueError):
        redeeming.read_pgbench("out of memory")


def test_every_visit_is_sent_once() -> None:
    prepared = redeeming.Prepared("token", [redeeming.UUID(int=n) for n in range(3)])
    asked = redeeming.requests_of("http://here", prepared)
    assert len({each.raw for each in asked}) == len(asked) == 3 * redeeming.DAYS * redeeming.PER_DAY


def test_searches_mean_what_the_api_would_ask() -> None:
    queries = [searching.query_of(asked) for asked in searching.ASKED]
    assert len(set(queries)) == len(queries) == 20
    assert queries[0].place is not None
    assert queries[0].place.municipality == "091"


def test_page_shows_each_figure_beside_its_limit_and_no_machine() -> None:
    ours = figure("ours", 1, [(50.0, [0.02], 0)])
    limit = figure("limit", 1, [(200.0, [0.005], 0)])
    machine = Machine(2, 24, "a processor", "3.11", "18.1")
    text = page(machine, date(2026, 11, 22), [Chapter("One", "About.", [Pair(ours, limit)])], runs=3, seconds=4.0)
    assert "| ours | 1 | 50 (50–50) | 20.0 | 20.0 | 0 | 25% |" in text
    assert "2 cores (a processor), 24 GiB of memory, Python 3.11, PostgreSQL 18.1 with fsync on" in text


def test_machine_is_described_by_numbers() -> None:
    machine = this_machine(Path(_reachable_binaries()) / "postgres")
    assert machine.cores >= 1
    assert machine.memory_gib >= 1
    assert machine.postgresql.partition(".")[0].isdigit()
