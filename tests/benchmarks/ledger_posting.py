"""Postings per second through ``ledger.posting`` beside bare inserts of the same rows, on the same server in the same run.

``python -m tests.benchmarks.ledger_posting`` prints one JSON object. Closed loop, one process, 1 and 8 connections; each
figure is the median of three rounds after a warm-up. Three ways: all to one journal (the worst case: one head), each
connection to a journal of its own, and batches of fifty. The bare insert is one statement that writes a transaction and two
entries without checks, chain or idempotency: the limit of this machine for this kind of work.
"""

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

from marketplace.kernel import db
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, new_id, unit_of_work
from marketplace.kernel.embedded_postgres import EmbeddedPostgres
from marketplace.kernel.migrations import migrate
from marketplace.ledger import chart
from marketplace.ledger.posting import post_many
from marketplace.ledger.proof import verify
from marketplace.ledger.queries import balance
from marketplace.ledger.schemas import Posting, TransactionKind, move

SECONDS, ROUNDS, BATCH = 2.0, 3, 50
DATABASE = "bench_ledger"

BARE_TABLES = """
create table bare_transaction (id uuid primary key, reference text unique, posted_at timestamptz not null);
create table bare_entry (id bigserial primary key, transaction_id uuid not null, account_id uuid not null, cents bigint not null);
create index on bare_entry (account_id) include (cents);
create index on bare_entry (transaction_id);
"""

BARE_INSERT = """
with t as (insert into bare_transaction values ($1, $2, now()) returning id)
insert into bare_entry (transaction_id, account_id, cents) select id, $3::uuid, 100 from t union all select id, $4::uuid, -100 from t
"""

Work = Callable[[int], Awaitable[int]]


def _granted(journal_id: UUID, voucher_id: UUID) -> Posting:
    legs = move(chart.budget(journal_id), chart.voucher(journal_id, voucher_id), 100)
    return Posting(kind=TransactionKind.GRANT, reference=f"bench:{new_id()}", legs=legs, happened_at=now())


def _posting(journals: list[UUID], vouchers: list[UUID], batch: int) -> Work:
    async def work(client: int) -> int:
        async with unit_of_work():
            await post_many([_granted(journals[client % len(journals)], vouchers[client]) for _ in range(batch)])
        return batch

    return work


async def _bare(client: int) -> int:
    async with unit_of_work():
        identity = new_id()
        await execute(BARE_INSERT, identity, f"bench:{identity}", identity, new_id())
    return 1


async def _rate(work: Work, clients: int, seconds: float) -> float:
    async def loop(client: int) -> int:
        done = 0
        while time.perf_counter() < end:
            done += await work(client)
        return done

    begun = time.perf_counter()
    end = begun + seconds
    done = sum(await asyncio.gather(*(loop(client) for client in range(clients))))
    return done / (time.perf_counter() - begun)


async def _measure(seconds: float, rounds: int) -> dict[str, object]:
    organisers, vouchers = [new_id() for _ in range(8)], [new_id() for _ in range(8)]
    ways = {
        "bare_insert": _bare,
        "post_one_journal": _posting(organisers[:1], vouchers, 1),
        "post_own_journals": _posting(organisers, vouchers, 1),
        "post_batches_of_50": _posting(organisers, vouchers, BATCH),
    }
    await execute(BARE_TABLES)
    figures: dict[str, object] = {}
    for clients in (1, 8):
        for work in ways.values():
            await _rate(work, clients, seconds / 4)
        taken = {name: [await _rate(work, clients, seconds) for _ in range(rounds)] for name, work in ways.items()}
        figures[f"per_second_{clients}_connections"] = {name: round(statistics.median(t)) for name, t in taken.items()}
    return figures | await _reading(organisers[0])


async def _reading(organiser_id: UUID) -> dict[str, object]:
    entries = await db.fetch_value(
        "select count(*) from ledger_entry where account_id = $1", chart.budget(organiser_id).id
    )
    begun = time.perf_counter()
    await balance(chart.budget(organiser_id))
    balance_ms = (time.perf_counter() - begun) * 1000
    begun = time.perf_counter()
    proof = await verify()
    verify_seconds = time.perf_counter() - begun
    return {
        "busiest_account_entries": entries,
        "busiest_balance_ms": round(balance_ms, 2),
        "transactions": proof.transactions,
        "verified_per_second": round(proof.transactions / verify_seconds),
        "proof_holds": proof.ok,
    }


async def run(seconds: float = SECONDS, rounds: int = ROUNDS) -> dict[str, object]:
    """Measures on a scratch embedded server with durable commits, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="setelitori-bench-") as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101 - the database's own user must pass through it
        server = EmbeddedPostgres(Path(folder) / "postgres")
        server.start(DATABASE)
        try:
            db.use_database(server.url(DATABASE))
            await migrate()
            await db.start_pool(size=8)
            return {"benchmark": "ledger_posting", **await _measure(seconds, rounds)}
        finally:
            await db.stop_pool()
            server.stop()


def main() -> None:
    print(json.dumps(asyncio.run(run())))


if __name__ == "__main__":
    main()
