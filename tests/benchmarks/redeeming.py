"""Redemptions per second through HTTP, beside PostgreSQL's own benchmark on the same server.

Every visit is logged on a voucher of its own among many, all of one organiser: the worst case, since each commit takes the
organiser's ledger in turn.
"""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import msgspec

from marketplace.accounts.signing_in import signed_in_as
from marketplace.accounts.tokens import issue_token
from marketplace.demo.people import make_person
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import HELSINKI, today
from marketplace.kernel.db import unit_of_work
from marketplace.organisers.schemas import Organiser
from marketplace.plans.schemas import MAX_MINUTES_PER_MONTH
from marketplace.vouchers.agreements import open_voucher
from marketplace.vouchers.granting import grant
from marketplace.vouchers.schemas import Grant, OpenVoucher
from tests.benchmarks.load import Request, Result, over_http_once, request, side_by_side
from tests.benchmarks.report import Pair
from tests.factories.accounts import Someone, a_hat
from tests.factories.catalogue import approve, make_offer, make_provider
from tests.factories.organisers import make_organiser, make_product
from tests.factories.plans import a_case_manager, make_client, make_plan, plan_draft

VISIT_MINUTES = 5
DAYS = 12
PER_DAY = 24 * 60 // VISIT_MINUTES - 24
"""Visits a voucher has room for in a day; the last two hours stay free, for days that the clock shortens."""


@dataclass(frozen=True)
class PgBench:
    """``pgbench -N`` with prepared statements: three small statements and a commit, the limit of this server's disk."""

    program: Path
    url: str

    def set_up(self) -> None:
        subprocess.run([str(self.program), "-q", "-i", "-s", "10", self.url], check=True, capture_output=True)

    def measure(self, clients: int, seconds: float) -> Result:
        options = [
            "-N",
            "-M",
            "prepared",
            "-c",
            str(clients),
            "-j",
            str(min(clients, 2)),
            "-T",
            str(max(1, round(seconds))),
        ]
        command = [str(self.program), *options, self.url]
        return read_pgbench(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


class Prepared(msgspec.Struct):
    """Agreements in force, and the token of somebody who logs visits on them."""

    token: str
    agreements: list[UUID]


async def prepare(vouchers: int) -> Prepared:
    """One organiser, one provider, and clients with a voucher and an agreement each."""
    organiser, provider = await make_organiser(), await make_provider()
    since = today() - timedelta(days=DAYS + 1)
    product = await make_product(organiser, valid_from=since - timedelta(days=40))
    await approve(provider, organiser, valid_from=since)
    offer_id = await make_offer(provider, organiser)
    agreements = [await _agreement(organiser, product.id, provider, offer_id, since) for _ in range(vouchers)]
    return Prepared(await _token(provider), agreements)


async def _agreement(organiser: Organiser, product_id: UUID, provider: Actor, offer_id: UUID, since: date) -> UUID:
    manager = a_case_manager(organiser)
    client = await make_client(manager)
    plan = await make_plan(manager, client, plan_draft(MAX_MINUTES_PER_MONTH, valid_from=since))
    voucher = await grant(
        manager,
        Grant(
            client_id=client.id, product_id=product_id, plan_service_id=plan.services[0].id, valid_from=since,
            valid_to=today() + timedelta(days=30), reasons="Measured.",
        ),
    )  # fmt: skip
    opened = await open_voucher(
        provider, OpenVoucher(voucher_number=voucher.number, offer_id=offer_id, starts_on=since)
    )
    return opened.id


async def _token(provider: Actor) -> str:
    async with unit_of_work():
        person_id = await make_person("worker@bench.example", "Worker", "no password")
    await a_hat(Someone(person_id, "worker@bench.example"), Role.PROVIDER_WORKER, scope_id=provider.provider_id)
    return (await issue_token(await signed_in_as(person_id, is_strong=False))).token


def requests_of(base_url: str, prepared: Prepared) -> list[Request]:
    """Every visit that there is room for, on one voucher after the other."""
    headers = {"Authorization": f"Bearer {prepared.token}", "Content-Type": "application/json"}
    made: list[Request] = []
    for ago in range(1, DAYS + 1):
        midnight = datetime.combine(today() - timedelta(days=ago), time(0), HELSINKI)
        for n in range(PER_DAY):
            start = midnight + timedelta(minutes=n * VISIT_MINUTES)
            end = start + timedelta(minutes=VISIT_MINUTES)
            for agreement_id in prepared.agreements:
                body = msgspec.json.encode({"agreement_id": agreement_id, "start": start, "end": end})
                made.append(
                    request("POST", f"{base_url}/api/v1/provider/visits", body=body, headers=headers, expected=201)
                )
    return made


def beside_pgbench(
    base_url: str, asked: Sequence[Request], server: PgBench, *, clients: int, seconds: float, runs: int
) -> Pair:
    ours = ("redemption through HTTP", over_http_once(base_url, asked, runs + 1))
    limit = ("pgbench -N, prepared", server.measure)
    return Pair(*side_by_side(ours, limit, clients=clients, seconds=seconds, runs=runs))


def read_pgbench(output: str) -> Result:
    """Transactions a second; its mean latency stands for every duration, since it tells no others."""
    rate = re.search(r"^tps = ([0-9.]+)", output, re.MULTILINE)
    latency = re.search(r"^latency average = ([0-9.]+) ms", output, re.MULTILINE)
    if rate is None or latency is None:
        raise ValueError(output)
    return float(rate[1]), [float(latency[1]) / 1000], 0
