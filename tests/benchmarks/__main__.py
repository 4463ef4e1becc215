"""``make bench``: measures against the limits in one run and writes ``docs/benchmarks.md``. ``--quick`` only tries it out."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click

from marketplace.kernel import db
from marketplace.kernel.config import Config, get_config
from marketplace.kernel.embedded_postgres import _reachable_binaries as binaries_folder
from marketplace.kernel.embedded_postgres import free_port
from marketplace.kernel.migrations import migrate
from marketplace.run import Stack, scratch_config
from search.schemas import Card
from tests.benchmarks import comparing, impact, redeeming, register, reindexing, reviewing, search_quality, searching
from tests.benchmarks.machine import Machine, this_machine
from tests.benchmarks.redeeming import PgBench
from tests.benchmarks.report import Chapter, Pair, page

T = TypeVar("T")
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
CLIENTS = (1, 8)

ABOUT_SEARCH = (
    "`GET /api/v1/offers` with twenty different searches (service and place, typos, Swedish, filters, sorting, facets every "
    "time), and three thousand made-up ones of each kind, beside the PostgreSQL engine asked for the same in one process, "
    "without HTTP and JSON. Facets and orders that were counted at the same revision of the index are not counted again, "
    "in either."
)
ABOUT_REDEEMING = (
    "`POST /api/v1/provider/visits`: signed in by token; voucher, agreement and approval checked under a lock; visit split "
    "into bands, priced and divided; ledger entries chained; audit event written; committed to disk. All vouchers are one "
    "organiser's, whose ledger takes one commit at a time. Beside it `pgbench -N -M prepared` (an update, a select, an "
    "insert, a commit) on the same server."
)


@dataclass(frozen=True)
class Size:
    """How much to measure."""

    offers: int
    vouchers: int
    providers: int
    queues: tuple[int, ...]
    seconds: float
    runs: int
    compared: tuple[int, ...]
    quality: tuple[int, int]
    reindexed: int


FULL = Size(
    offers=searching.OFFERS,
    vouchers=60,
    providers=register.PROVIDERS,
    queues=reviewing.SIZES,
    seconds=4.0,
    runs=3,
    compared=comparing.SIZES,
    quality=(min(20_000, searching.OFFERS), 300),
    reindexed=searching.OFFERS,
)
QUICK = Size(offers=1_000, vouchers=4, providers=50, queues=(100, 200), seconds=0.5, runs=1, compared=(100, 200),
             quality=(500, 20), reindexed=1_000)  # fmt: skip


@click.command()
@click.option("--quick", is_flag=True, help="Small and short: shows that it works, measures nothing, writes nothing.")
@click.option("--output", type=click.Path(path_type=Path), default=PAGE, show_default=False, help="The page to write.")
def main(output: Path, *, quick: bool) -> None:
    """Measure against the limits."""
    size = QUICK if quick else FULL
    scratch = Path(tempfile.mkdtemp(prefix="setelitori-bench-"))
    scratch.chmod(0o755)
    try:
        with Stack(scratch_config(Config(log_level="warning"), scratch), port=free_port()) as stack:
            machine, chapters = _measured(stack, size)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    today = datetime.now().astimezone().date()
    written = page(machine, today, chapters, runs=size.runs, seconds=size.seconds)
    click.echo(written)
    if not quick:
        output.write_text(written)
    if any(figure.failed for chapter in chapters for pair in chapter.pairs for figure in (pair.ours, pair.limit)):
        sys.exit("Some requests failed: these figures mean nothing.")


def _measured(stack: Stack, size: Size) -> tuple[Machine, list[Chapter]]:
    os.environ.update(stack.environment)
    get_config.cache_clear()
    _say("Preparing offers and vouchers ...")
    cards, prepared, queues = _within_database(lambda: _prepare(size))
    # A worker would mend the index after the catalogue, in which these offers are not.
    stack.serve(with_worker=False)
    binaries, database_url = binaries_folder(), stack.environment["DATABASE_URL"]
    # Its tables stay out of our database.
    server = PgBench(binaries / "pgbench", database_url.rpartition("/")[0] + "/postgres")
    return this_machine(binaries / "postgres"), [
        Chapter(f"Search at {size.offers:,} offers", ABOUT_SEARCH, _search(stack.local_url, database_url, cards, size)),
        # These replace the index that the searches above need, and come before what leaves the server much to tidy up.
        _quality(size),
        _reindexing(size),
        Chapter(
            f"Register of {size.providers:,} approved providers",
            register.ABOUT,
            _register(stack.local_url, database_url, size),
        ),
        _comparison(size),
        _impact(size),
        Chapter("Review queue as it grows", reviewing.ABOUT, _review(stack.local_url, database_url, queues, size)),
        Chapter("Redemption", ABOUT_REDEEMING, _redeem(stack.local_url, server, prepared, size)),
    ]


async def _prepare(size: Size) -> tuple[list[Card], redeeming.Prepared, list[reviewing.Queue]]:
    await migrate()
    await db.start_pool(4)
    cards = await searching.fill(size.offers)
    await register.fill(size.providers)
    queues = await reviewing.fill(size.queues)
    return cards, await redeeming.prepare(size.vouchers), queues


def _search(url: str, database_url: str, cards: Sequence[Card], size: Size) -> list[Pair]:
    pairs: list[Pair] = []
    for clients in CLIENTS:
        _say(f"Search, {clients} at a time ...")
        options = {"clients": clients, "seconds": size.seconds, "runs": size.runs}
        pairs.extend(searching.beside_the_engine(url, database_url, cards, **options))
    return pairs


def _register(url: str, database_url: str, size: Size) -> list[Pair]:
    pairs: list[Pair] = []
    for clients in CLIENTS:
        _say(f"Register, {clients} at a time ...")
        options = {"clients": clients, "seconds": size.seconds, "runs": size.runs}
        pairs.extend(register.beside_bare_selects(url, database_url, **options))
    return pairs


def _review(url: str, database_url: str, queues: Sequence[reviewing.Queue], size: Size) -> list[Pair]:
    pairs: list[Pair] = []
    for clients in CLIENTS:
        _say(f"Review queue, {clients} at a time ...")
        options = {"clients": clients, "seconds": size.seconds, "runs": size.runs}
        pairs.extend(reviewing.beside_a_bare_select(url, database_url, queues, **options))
    return pairs


def _quality(size: Size) -> Chapter:
    _say("What a search finds ...")

    async def measured() -> Chapter:
        await db.start_pool(2)
        return await search_quality.measure(*size.quality)

    return _within_database(measured)


def _reindexing(size: Size) -> Chapter:
    _say("Reindexing ...")

    async def measured() -> Chapter:
        await db.start_pool(2)
        return await reindexing.measure(size.reindexed, size.runs)

    return _within_database(measured)


def _comparison(size: Size) -> Chapter:
    _say("Comparison ...")

    async def measured() -> Chapter:
        await db.start_pool(2)
        return await comparing.measure(size.runs, size.compared)

    return _within_database(measured)


def _impact(size: Size) -> Chapter:
    _say("Impact of a rulebook ...")

    async def measured() -> Chapter:
        await db.start_pool(2)
        return await impact.measure(size.runs)

    return _within_database(measured)


def _redeem(url: str, server: PgBench, prepared: redeeming.Prepared, size: Size) -> list[Pair]:
    server.set_up()
    asked = redeeming.requests_of(url, prepared)
    parts = [asked[n :: len(CLIENTS)] for n in range(len(CLIENTS))]
    pairs: list[Pair] = []
    for clients, own in zip(CLIENTS, parts, strict=True):
        _say(f"Redemption, {clients} at a time ...")
        options = {"clients": clients, "seconds": size.seconds, "runs": size.runs}
        pairs.append(redeeming.beside_pgbench(url, own, server, **options))
    return pairs


def _within_database(work: Callable[[], Awaitable[T]]) -> T:
    async def within() -> T:
        db.use_database(get_config().database_url)
        try:
            return await work()
        finally:
            await db.stop_pool()

    return asyncio.run(within())


def _say(text: str) -> None:
    click.echo(text, err=True)


if __name__ == "__main__":
    main()
