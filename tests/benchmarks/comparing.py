"""Comparison: a month of 60 visits priced by all offers of a place, from the price book, in CPU time beside its limit.

``python -m tests.benchmarks.comparing`` prints the chapter alone, from a scratch server that is gone afterwards.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import msgspec

from marketplace.kernel import db
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, execute_many, new_id
from marketplace.kernel.embedded_postgres import EmbeddedPostgres
from marketplace.kernel.i18n import Text
from marketplace.kernel.migrations import migrate
from marketplace.pricing.months import MonthVoucher
from marketplace.pricing.values import Household
from marketplace.vouchers.terms import VoucherTerms
from search.comparisons.costs import AskedMonth, asked_month, costs_of
from search.comparisons.own_voucher import Paying
from search.comparisons.price_book import forget
from tests.benchmarks import pricing_months
from tests.benchmarks.load import Figure
from tests.benchmarks.report import Chapter, Pair
from tests.factories.catalogue import make_provider
from tests.factories.organisers import make_organiser
from tests.factories.pricing import helsinki_value

SIZES = (1_000, 10_000, 50_000)
SERVICE = "V-HOMECARE-REG"
ORGANISER, PROVIDER = "0112038-9", "6789012-3"
LIMIT_MS_PER_THOUSAND = pricing_months.LIMIT_MS
ABOUT = (
    "A month of 60 visits (mornings and evenings every day) priced by every offer of a service, with an income-tested voucher "
    "capped in hours and euros: `costs_of`, which asks the database which versions are public and takes their prices from the "
    "book. CPU milliseconds of the process stand as p50 and the slowest run as p95, the rate is offers per second. Beside it "
    "the limit of 50 ms for each 1,000 offers, and the pricing core alone. Not warm: prices read from the database for the "
    "first time, by a process that has priced a month before: what it loads once (public holidays) it loads as it starts."
)
OFFERS = "insert into offer (id, provider_id, organiser_id, service_class, created_at) values ($1, $2, $3, $4, $5)"
VERSIONS = """
insert into offer_version (id, offer_id, number, status, name_fi, name_sv, name_en, description_fi, description_sv,
    description_en, municipality_codes, languages, skills, accepts_new_clients, calendar, prices, created_at, changed_at,
    published_at)
values ($1, $2, 1, 'published', 'Kotihoito', '', '', 'Autamme.', '', '', '{091}', '{fi}', '{}', true, $3::jsonb, $4::jsonb,
    $5, $5, $5)
"""


async def fill(count: int) -> tuple[UUID, list[UUID]]:
    """So many published offers of one organiser, each with its own cents; gives the organiser and the offers."""
    organiser = await make_organiser("Vertailula", business_id=ORGANISER, municipality_codes=("091",))
    provider = await make_provider("Vertailu Oy", business_id=PROVIDER)
    ids, moment = [new_id() for _ in range(count)], now()
    written: dict[int, str] = {}
    versions: list[Sequence[object]] = []
    for offer_id, (prices, calendar) in zip(ids, pricing_months.offers(count), strict=True):
        text = written.setdefault(id(calendar), msgspec.json.encode(calendar).decode())
        versions.append((new_id(), offer_id, text, msgspec.json.encode(prices).decode(), moment))
    await execute_many(OFFERS, [(each, provider.provider_id, organiser.id, SERVICE, moment) for each in ids])
    await execute_many(VERSIONS, versions)
    await execute("analyze offer, offer_version")
    return organiser.id, ids


async def question(organiser_id: UUID) -> AskedMonth:
    """The month of 60 visits, with a capped voucher that depends on income."""
    bare = await asked_month(month=f"{pricing_months.MONTH:%Y-%m}", visits=pricing_months.schedule())
    household = Household(gross_income_cents=1_500_00)
    terms = VoucherTerms(
        rule=helsinki_value(), rule_version="1", calendar=pricing_months.offers(1)[0][1], household=household,
        no_own_share=False,
    )  # fmt: skip
    voucher = MonthVoucher(rule=terms.rule, household=household, limits=pricing_months.LIMITS)
    paying = Paying(organiser_id=organiser_id, service_class=SERVICE, name=Text("Seteli"), terms=terms, voucher=voucher)
    return msgspec.structs.replace(bare, paying=paying)


async def measure(runs: int, sizes: Sequence[int] = SIZES) -> Chapter:
    """Cold and warm prices at every size, and the pricing core alone."""
    organiser_id, ids = await fill(max(sizes))
    pairs: list[Pair] = []
    await _cpu_ms(ids[:1], organiser_id)
    for size in sizes:
        cold = [await _cold_ms(ids[:size], organiser_id) for _ in range(runs)]
        warm = [await _cpu_ms(ids[:size], organiser_id) for _ in range(runs)]
        pairs.append(Pair(_figure(f"{size:,} offers x 60 visits", size, warm), _limit(size)))
        pairs.append(Pair(_figure(f"{size:,} offers, not warm", size, cold), _limit(size)))
    for row in pricing_months.growth(sizes):
        alone = _figure(f"{row.offers:,} offers, the pricing core alone", row.offers, [row.cpu_ms])
        pairs.append(Pair(alone, _limit(row.offers)))
    return Chapter(f"Comparison of up to {max(sizes):,} offers", ABOUT, pairs)


async def _cold_ms(ids: Sequence[UUID], organiser_id: UUID) -> float:
    forget()
    return await _cpu_ms(ids, organiser_id)


async def _cpu_ms(ids: Sequence[UUID], organiser_id: UUID) -> float:
    begun = time.process_time()
    found = await costs_of(ids, await question(organiser_id))
    spent = (time.process_time() - begun) * 1000
    assert len(found) == len(ids)
    assert all(cost.problem is None for cost in found.values())
    return spent


def _figure(name: str, size: int, cpu_ms: Sequence[float]) -> Figure:
    rates = sorted(size / each * 1000 for each in cpu_ms)
    middle = statistics.median(cpu_ms)
    return Figure(name, 1, statistics.median(rates), rates[0], rates[-1], middle, max(cpu_ms), 0)


def _limit(size: int) -> Figure:
    most = LIMIT_MS_PER_THOUSAND * size / 1000
    return _figure("limit: 50 ms for each 1,000", size, [most])


async def run(sizes: Sequence[int], runs: int) -> Chapter:
    """Measures on a scratch embedded server."""
    with tempfile.TemporaryDirectory(prefix="setelitori-bench-") as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101 - the database's own user must pass through it
        server = EmbeddedPostgres(Path(folder) / "postgres")
        server.start("bench_comparing")
        try:
            db.use_database(server.url("bench_comparing"))
            await migrate()
            await db.start_pool(size=2)
            return await measure(runs, sizes)
        finally:
            await db.stop_pool()
            server.stop()


def main() -> None:
    for pair in asyncio.run(run(SIZES, 3)).pairs:
        print(f"{pair.ours.name:45s} {pair.ours.p50:9.1f} ms CPU (limit {pair.limit.p50:.0f} ms)")


if __name__ == "__main__":
    main()
