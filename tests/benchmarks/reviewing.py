"""The review queue with a thousand, ten thousand and a hundred thousand applications: is it as fast in the largest?

Each size is an organiser of its own in the same database, so that the large one's rows stand in the way of all.
"""

from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import asyncpg
import msgspec

from marketplace.accounts.signing_in import signed_in_as
from marketplace.accounts.tokens import issue_token
from marketplace.demo.people import make_person
from marketplace.kernel.actors import Role
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch_value, new_id, unit_of_work
from tests.benchmarks.load import Sender, of_work, over_http, request, side_by_side
from tests.benchmarks.report import Pair
from tests.factories.accounts import Someone, a_hat
from tests.factories.organisers import make_organiser
from tests.factories.register import BOOK, PROVIDERS, VERSION, business_ids

SIZES = (1_000, 10_000, 100_000)
COMPANIES = 2_000
NAME = "Vertailu"
QUEUE = "/api/v1/organiser/applications"
ABOUT = (
    "`GET /api/v1/organiser/applications` (fifty to a page, with deadlines and handlers) and its counts, signed in by token, "
    "with fifteen different sets of filters, orders and words, beside a prepared SELECT of the oldest fifty by the same "
    "number of clients. Half of the applications are open. Each size is an organiser of its own in one database."
)
APPLICATIONS = """
insert into application (id, reference, provider_id, organiser_id, rulebook_version_id, service_classes, municipality_codes,
    status, kind, claimed_by, claimed_at, created_by, created_at, changed_at, submitted_by, submitted_at, decided_by, decided_at)
select gen_random_uuid(), $6 || '-' || n, p.id, $1, $2,
    case when n % 50 = 0 then array['V-PA', 'V-CLEANING'] else array['V-HOMECARE-REG'] end,
    case when n % 7 = 0 then array['049', '091'] else array['091'] end, s.status,
    case when n % 10 = 0 then 'renewal' when n % 10 = 1 then 'extension' else 'new' end,
    case when n % 3 = 0 then $3::uuid end, case when n % 3 = 0 then $4::timestamptz end, $3, s.sent, s.sent, $3, s.sent,
    case when s.status in ('approved', 'rejected') then $3::uuid end,
    case when s.status in ('approved', 'rejected') then s.sent end
from generate_series(1, $5::int) n
join (select id, row_number() over (order by id) as number from provider where name like $7 || ' %') p
    on p.number = n % $8::int + 1
cross join lateral (
    select (array['submitted', 'approved', 'submitted', 'rejected', 'information_requested', 'approved', 'submitted',
        'withdrawn', 'decision_proposed', 'approved'])[n % 10 + 1] as status,
        $4::timestamptz - make_interval(mins => n % 200000) as sent
) s
"""
BARE = """
select a.*, p.name, p.business_id, o.name_fi from application a join provider p on p.id = a.provider_id
join organiser o on o.id = a.organiser_id
where a.organiser_id = $1 and a.submitted_at is not null
    and a.status in ('submitted', 'information_requested', 'decision_proposed')
order by a.submitted_at, a.id limit 51
"""


class Queue(msgspec.Struct):
    """One organiser's queue: how long it is, and the token of somebody who reviews it."""

    size: int
    organiser_id: UUID
    token: str
    middle: str


async def fill(sizes: Sequence[int]) -> list[Queue]:
    """An organiser for each size, with so many applications of the same companies."""
    person = new_id()
    async with unit_of_work():
        await execute(PROVIDERS, NAME, person, now(), list(islice(business_ids(), 500_000, 500_000 + COMPANIES)))
    ids = islice(business_ids(), 400_000, 400_000 + len(sizes))
    queues = [await _queue(size, business_id) for size, business_id in zip(sizes, ids, strict=True)]
    await execute("analyze")  # Of every table: what autovacuum would do a minute later, in the midst of the first size.
    return queues


async def _queue(size: int, business_id: str) -> Queue:
    organiser = await make_organiser(f"Jono {size}", business_id=business_id)
    book, version = new_id(), new_id()
    async with unit_of_work():
        reviewer = await make_person(f"reviewer{size}@bench.example", "Reviewer", "no password")
        await execute(BOOK, book, organiser.id, now())
        await execute(VERSION, version, book, now())
        await execute(
            APPLICATIONS, organiser.id, version, reviewer, now(), size, f"J{size}", NAME, COMPANIES
        )  # fmt: skip
    await a_hat(Someone(reviewer, f"reviewer{size}@bench.example"), Role.REVIEWER, scope_id=organiser.id)
    token = (await issue_token(await signed_in_as(reviewer, is_strong=True))).token
    return Queue(size, organiser.id, token, await _middle(organiser.id, size))


async def _middle(organiser_id: UUID, size: int) -> str:
    """Where a page in the middle of the queue goes on."""
    found: str = await fetch_value(
        """select to_char(submitted_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00') || '_' || id from application
        where organiser_id = $1 order by submitted_at, id offset $2 limit 1""",
        organiser_id, size // 2,
    )  # fmt: skip
    return found


def asked_of(queue: Queue) -> list[dict[str, str]]:
    """What reviewers ask of a queue: pages in every order, every filter, rare and frequent words."""
    return [
        {},
        {"sort": "deadline"},
        {"sort": "newest"},
        {"after": queue.middle},
        {"handler": "me", "sort": "deadline"},
        {"handler": "nobody"},
        {"overdue": "true"},
        {"status": "approved"},
        {"status": "all", "sort": "newest"},
        {"kind": "renewal"},
        {"service_class": "V-PA"},
        {"municipality": "049"},
        {"q": f"{NAME} 77"},
        {"q": f"J{queue.size}-{queue.size - 1}"},
        {"q": NAME},
    ]


def beside_a_bare_select(
    base_url: str, database_url: str, queues: Sequence[Queue], *, clients: int, seconds: float, runs: int
) -> list[Pair]:
    """Every size beside the statement alone."""
    pairs: list[Pair] = []
    for queue in queues:
        headers = {"Authorization": f"Bearer {queue.token}"}
        addresses = [f"{base_url}{QUEUE}?{urlencode(each)}" for each in asked_of(queue)] + [f"{base_url}{QUEUE}/counts"]
        ours = (
            f"queue of {queue.size:,}",
            over_http(base_url, [request("GET", address, headers=headers) for address in addresses]),
        )
        limit = ("bare SELECT", of_work(partial(Bare, database_url, queue.organiser_id)))
        pairs.append(Pair(*side_by_side(ours, limit, clients=clients, seconds=seconds, runs=runs)))
    return pairs


class Bare(Sender):
    """One connection with a prepared statement, and nothing else."""

    def __init__(self, database_url: str, organiser_id: UUID, _number: int) -> None:
        self._database_url = database_url
        self._organiser_id = organiser_id

    async def open(self) -> None:
        self._connection: Any = await asyncpg.connect(self._database_url)
        self._statement = await self._connection.prepare(BARE)

    async def send(self) -> bool:
        await self._statement.fetch(self._organiser_id)
        return True

    async def close(self) -> None:
        await self._connection.close()
