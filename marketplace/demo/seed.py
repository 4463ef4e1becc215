"""Demo data for ``marketplace run``, made by the real use cases. A second run adds what is missing, and only that.

Each step is one transaction, so that it is there completely or not at all: an interrupted seed is simply run again.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
import httpx
import msgspec

from marketplace.accounts.passwords import hash_password
from marketplace.demo import care, organisers, price_changes, providers, stories
from marketplace.demo.people import PASSWORD, sign_ins_are_known, write_sign_ins
from marketplace.kernel import db
from marketplace.kernel.config import get_config
from marketplace.kernel.jobs import build_worker, run_until_idle
from marketplace.payouts.reconciliation import reconcile
from marketplace.stripe.current import close_gateway
from marketplace.worker import HANDLERS
from onboarding.compliance.rounds import run_round
from onboarding.providers.payout_accounts import refresh
from search.engines import close_engines

LOCK = 7_310_452_017
WAITS_FOR_ITS_ACCOUNT = "0000105-4"
"""This provider has begun with Stripe and not finished: its payment waits."""

Progress = Callable[[int, int], None]


class Step(msgspec.Struct, frozen=True):
    """A part of the demo data: whether it is there, and how it is made within one unit of work."""

    is_done: Callable[[], Awaitable[bool]]
    make: Callable[[], Awaitable[None]]


async def seed(progress: Progress) -> int:
    """Makes what is missing and runs the jobs that follow; returns how many steps there were to do."""
    async with _alone():
        password_hash = await hash_password(PASSWORD)
        steps = [*_organisers(password_hash), *_providers(password_hash), *_clients(password_hash)]
        changes = Step(price_changes.are_made, price_changes.make)
        last = [Step(care.is_settled, care.settle), changes, _sign_ins()]
        todo = [step for step in [*steps, *last] if not await step.is_done()]
        if not todo:
            return 0
        total = len(todo) + 1
        for number, step in enumerate(todo, start=1):
            if step is last[0]:
                await _open_accounts()
            async with db.unit_of_work():
                await step.make()
            progress(number, total)
        await _run_jobs()
        await _pay()
        await run_round()
        await _run_jobs()
        progress(total, total)
        await close_gateway()
        await close_engines()
        return len(todo)


def _organisers(password_hash: str) -> list[Step]:
    async def is_done(key: str) -> bool:
        return await organisers.organiser_id_of(key) is not None

    async def make(key: str) -> None:
        await organisers.make_staff(await organisers.make_organiser(key), key, password_hash)

    return [Step(partial(is_done, key), partial(make, key)) for key in organisers.organisers()]


def _providers(password_hash: str) -> list[Step]:
    return [
        Step(partial(providers.is_made, told), partial(stories.make_provider, told, password_hash))
        for told in providers.providers()
    ]


def _clients(password_hash: str) -> list[Step]:
    return [
        Step(partial(care.is_made, told), partial(care.make_client, told, password_hash)) for told in care.clients()
    ]


def _sign_ins() -> Step:
    data = get_config().data_path
    return Step(partial(sign_ins_are_known, data), partial(write_sign_ins, data))


@asynccontextmanager
async def _alone() -> AsyncGenerator[None]:
    """Two seeds at once would make everything twice: the second waits, and finds that all is there."""
    lock = await db.ENGINE.get_new_connection()
    try:
        await lock.execute("select pg_advisory_lock($1)", LOCK)
        yield
    finally:
        await lock.close()


async def _run_jobs() -> None:
    connection = await asyncpg.connect(get_config().database_url)
    try:
        await run_until_idle(build_worker(connection, HANDLERS))
    finally:
        await connection.close()


# --- what happens at Stripe, with the double only --------------------------------------------------------------------


async def _open_accounts() -> None:
    """Providers who asked for a payout account get it and, at the double, go through Stripe's own pages at once."""
    await _run_jobs()
    for told in providers.providers():
        if told.payout_account and told.business_id != WAITS_FOR_ITS_ACCOUNT:
            actor = await providers.provider_actor(told.business_id)
            account: str | None = await db.fetch_value(
                "select stripe_account_id from payout_account where provider_id = $1 and kind = 'stripe'",
                actor.provider_id,
            )
            if account and await _advance({"what": "account", "account": account, "to": "active"}):
                await refresh(actor)


async def _pay() -> None:
    """The payments of the settlement reach the banks at the double, and we ask how they stand."""
    waiting = await db.fetch(
        "select stripe_payout_id from payout where stripe_payout_id is not null and status <> 'paid'"
    )
    for row in waiting:
        await _advance({"what": "payout", "payout": row["stripe_payout_id"], "to": "paid"})
    if waiting:
        await reconcile()


async def _advance(step: Mapping[str, Any]) -> bool:
    """Makes time pass at the double. False with the real Stripe, and where the double was not willing."""
    config = get_config()
    if not (config.uses_stripe_double and config.stripe_api_url):
        return False
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        answer = await client.post(f"{config.stripe_api_url}/_double/advance", json=step)
    return answer.is_success
