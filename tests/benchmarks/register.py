"""The public register at 5,000 providers: its API and its page, beside bare SELECTs of the same rows by a prepared statement."""

from datetime import date
from functools import partial
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

import asyncpg

from tests.benchmarks.load import Sender, of_work, over_http, request, side_by_side
from tests.benchmarks.report import Pair
from tests.factories.organisers import make_organiser
from tests.factories.register import fill_register

PROVIDERS = 5_000
ASKED: tuple[dict[str, str], ...] = (
    {},
    {"q": "hoiva 4"},
    {"municipality": "091"},
    {"service_class": "V-CLEANING"},
    {"q": "Hoiva 99", "municipality": "049"},
    {"q": "nobody"},
)
ABOUT = (
    "`GET /api/v1/register` and the page `/register` with six different searches (fifty approvals to a page, with units and "
    "published prices) beside a prepared SELECT of the same approvals, units and offers by the same number of clients."
)
BARE = (
    """
    select a.*, p.public_id, p.name, p.kind, p.website from approval a join provider p on p.id = a.provider_id
    where a.status = 'in_force' and a.valid_from <= $1 and (a.valid_to is null or a.valid_to >= $1)
        and lower(p.name) like $2 and ($3 = '' or a.municipality_codes @> array[$3]::varchar[])
        and ($4 = '' or a.service_classes @> array[$4]::varchar[])
    order by lower(p.name), a.id limit 51
    """,
    "select * from provider_unit where provider_id = any($1::uuid[]) and is_open",
    """
    select o.id, v.* from offer o join offer_version v on v.offer_id = o.id
    where o.provider_id = any($1::uuid[]) and v.status = 'published'
    """,
)


async def fill(count: int) -> None:
    """A register of so many providers, all approved by one organiser."""
    await fill_register(await make_organiser("Vertailualue", business_id="1234567-1"), count)


def beside_bare_selects(base_url: str, database_url: str, *, clients: int, seconds: float, runs: int) -> list[Pair]:
    """The API, then the page, each beside the statements alone."""
    pairs: list[Pair] = []
    for name, path in (("register API", "/api/v1/register"), ("register page", "/register")):
        ours = (name, over_http(base_url, [request("GET", f"{base_url}{path}?{urlencode(each)}") for each in ASKED]))
        limit = ("bare SELECTs", of_work(partial(Bare, database_url)))
        pairs.append(Pair(*side_by_side(ours, limit, clients=clients, seconds=seconds, runs=runs)))
    return pairs


class Bare(Sender):
    """One connection with prepared statements, and nothing else."""

    def __init__(self, database_url: str, number: int) -> None:
        self._database_url = database_url
        self._asked = cycle([*ASKED[number % len(ASKED) :], *ASKED[: number % len(ASKED)]])

    async def open(self) -> None:
        self._connection: Any = await asyncpg.connect(self._database_url)
        self._statements = [await self._connection.prepare(text) for text in BARE]

    async def send(self) -> bool:
        each = next(self._asked)
        approvals, units, offers = self._statements
        looked_for = f"%{each.get('q', '').lower()}%"
        rows = await approvals.fetch(date.today(), looked_for, each.get("municipality", ""), each.get("service_class", ""))  # fmt: skip
        ids = [row["provider_id"] for row in rows[:50]]
        await units.fetch(ids)
        await offers.fetch(ids)
        return True

    async def close(self) -> None:
        await self._connection.close()
