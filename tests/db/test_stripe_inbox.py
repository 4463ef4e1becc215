"""The inbox: each event kept once and handled once, whatever order, repetition or failure it meets."""

from datetime import timedelta

import asyncpg
import pytest

from marketplace.kernel.clock import clock_set_to, now
from marketplace.kernel.db import execute, fetch, fetch_one, fetch_value
from marketplace.kernel.jobs import build_worker, run_until_idle
from marketplace.stripe import inbox
from marketplace.stripe.errors import SignatureRefused
from marketplace.stripe.topics import STRIPE_EVENT, StripeEventReceived
from marketplace.stripe.values import WebhookEndpoint
from tests.factories.stripe import event_body, signed

CONNECT = WebhookEndpoint.CONNECT
WAITING = "select count(*) from pgqueuer where status = 'queued'"


async def receive(body: bytes, endpoint: WebhookEndpoint = CONNECT) -> bool:
    return await inbox.receive(endpoint, body, signed(body, endpoint))


async def received(body: bytes) -> StripeEventReceived:
    await receive(body)
    return StripeEventReceived(
        await fetch_value("select id from stripe_event order by received_at desc, id desc limit 1")
    )


def collector():
    seen = []

    async def collect(event):
        seen.append(event)

    return seen, collect


async def test_event_is_kept_with_its_job(database):
    assert await receive(event_body(account="acct_1"))
    row = await fetch_one("select endpoint, event_id, type, handled_at, attempts from stripe_event")
    assert row == {"endpoint": "connect", "event_id": "evt_1", "type": "payout.paid", "handled_at": None, "attempts": 0}
    assert await fetch_value(WAITING) == 1


async def test_event_that_comes_twice_is_kept_once(database):
    assert await receive(event_body())
    assert not await receive(event_body())
    assert await fetch_value("select count(*) from stripe_event") == 1
    assert await fetch_value(WAITING) == 1


async def test_endpoints_keep_their_own(database):
    assert await receive(event_body())
    assert await receive(event_body(), WebhookEndpoint.PLATFORM)


async def test_unproven_event_leaves_nothing(database):
    with pytest.raises(SignatureRefused):
        await inbox.receive(CONNECT, event_body(), signed(event_body(), "platform"))
    assert await fetch_value("select count(*) from stripe_event") == 0


async def test_event_is_handled_once(database):
    seen, collect = collector()
    job = await received(event_body(account="acct_1"))
    await inbox.handle(job, {"payout.*": collect})
    await inbox.handle(job, {"payout.*": collect})
    assert [(event.event_id, event.account_id, event.object_id) for event in seen] == [("evt_1", "acct_1", "po_1")]
    assert (await fetch_one("select attempts, handled_at is not null as done from stripe_event")) == {
        "attempts": 1,
        "done": True,
    }


async def test_event_of_no_concern_is_done_at_once(database):
    await inbox.handle(await received(event_body(type_="customer.created")), {})
    assert await fetch_value("select handled_at from stripe_event") is not None


async def test_failed_handling_leaves_the_event_open(database):
    async def fail(event):
        raise ZeroDivisionError

    job = await received(event_body())
    with pytest.raises(ZeroDivisionError):
        await inbox.handle(job, {"payout.paid": fail})
    assert (await fetch_one("select attempts, handled_at from stripe_event")) == {"attempts": 1, "handled_at": None}


async def test_worker_runs_the_job(database):
    seen, collect = collector()
    await receive(event_body())
    connection = await asyncpg.connect(database)

    async def handle(job):
        await inbox.handle(job, {"payout.paid": collect})

    await run_until_idle(build_worker(connection, {STRIPE_EVENT: handle}))
    await connection.close()
    assert len(seen) == 1


async def test_forgotten_events_are_handed_out_again(database):
    await receive(event_body("evt_1"))
    await execute("delete from pgqueuer")
    assert await inbox.hand_out_again(timedelta(minutes=10)) == 0
    with clock_set_to(now() + timedelta(hours=1)):
        assert await inbox.hand_out_again(timedelta(minutes=10)) == 1
    assert await fetch_value(WAITING) == 1


async def test_events_that_always_fail_keep_no_other_from_being_handed_out(database, monkeypatch):
    monkeypatch.setattr(inbox, "LEFT", inbox.LEFT.replace("1000", "1"))
    for name in ("evt_1", "evt_2"):
        await receive(event_body(name))
    await execute("update stripe_event set attempts = 9 where event_id = 'evt_1'")
    await execute("delete from pgqueuer")
    with clock_set_to(now() + timedelta(hours=1)):
        await inbox.hand_out_again(timedelta(minutes=10))
    second = await fetch_value("select id from stripe_event where event_id = 'evt_2'")
    assert str(second).encode() in await fetch_value("select payload from pgqueuer")


async def test_what_stripe_sent_cannot_be_changed_or_removed(database):
    await receive(event_body())
    for statement in ("update stripe_event set type = 'x'", "delete from stripe_event"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await execute(statement)
    assert len(await fetch("select id from stripe_event")) == 1


def test_most_exact_handler_wins():
    handlers = dict.fromkeys(["payout.*", "payout.paid", "v2.core.account*"])
    names = {name: object() for name in handlers}
    assert inbox.handler_of("payout.paid", names) is names["payout.paid"]
    assert inbox.handler_of("payout.failed", names) is names["payout.*"]
    assert inbox.handler_of("v2.core.account[requirements].updated", names) is names["v2.core.account*"]
    assert inbox.handler_of("transfer.created", names) is None
