"""The webhook addresses over HTTP: who is let in, what is answered, and the whole way from the double to a handler."""

import httpx
import pytest

from marketplace.kernel.db import fetch, fetch_value
from marketplace.stripe import inbox
from marketplace.stripe.api import LARGEST_EVENT_BYTES, receive_stripe_event
from marketplace.stripe.double import running_double
from marketplace.stripe.double.control import PayoutStep, Webhooks
from marketplace.stripe.double.http import HttpServer, Response
from marketplace.stripe.topics import StripeEventReceived
from tests.doubles.stripe import active_account, gateway
from tests.factories.stripe import event_body, signed
from tests.web.browser import browser_of
from tests.web.ground import ground_app

BODY = event_body()


@pytest.fixture(scope="session")
def webhook_app():
    return ground_app(features=[receive_stripe_event])


@pytest.fixture
async def stripe(webhook_app, database):
    """Stripe's side of the wire: no cookie, no token, only a signature."""
    async with browser_of(webhook_app, kind=httpx.AsyncClient) as client:
        yield client


async def send(client, body=BODY, endpoint="connect", header=None):
    headers = {"content-type": "application/json", "stripe-signature": header or signed(body, endpoint)}
    return await client.post(f"/webhooks/stripe/{endpoint}", content=body, headers=headers)


@pytest.mark.parametrize("endpoint", ["platform", "connect", "accounts"])
async def test_signed_event_is_taken(stripe, endpoint):
    answer = await send(stripe, endpoint=endpoint)
    assert (answer.status_code, answer.json()) == (200, {"received": True})
    assert await fetch_value("select endpoint from stripe_event") == endpoint


async def test_second_delivery_is_answered_like_the_first(stripe):
    for _ in range(2):
        assert (await send(stripe)).status_code == 200
    assert await fetch_value("select count(*) from stripe_event") == 1


@pytest.mark.parametrize(
    "header",
    ["t=1,v1=00", "nonsense", signed(BODY, "platform"), signed(BODY, at=1_700_000_000), signed(BODY + b" ")],
    ids=["wrong", "nonsense", "other endpoint's secret", "stale", "other content"],
)
async def test_unproven_event_is_refused_without_a_reason(stripe, header):
    answer = await send(stripe, header=header)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert (answer.json()["code"], answer.json()["errors"]) == ("webhook_refused", [])
    assert await fetch_value("select count(*) from stripe_event") == 0


async def test_missing_signature_is_refused(stripe):
    assert (await stripe.post("/webhooks/stripe/connect", content=BODY)).status_code == 400


async def test_unknown_endpoint_is_not_found(stripe):
    assert (await stripe.post("/webhooks/stripe/other", content=BODY)).status_code == 404


async def test_huge_event_is_refused_before_it_is_read(stripe):
    body = b'{"x":"' + b"y" * LARGEST_EVENT_BYTES + b'"}'
    assert (await send(stripe, body)).status_code == 413


@pytest.fixture
async def our_address(stripe):
    """The application on a real socket, for a Stripe that calls from outside."""

    async def forward(request):
        answer = await stripe.request(request.method, request.path, content=request.body, headers=dict(request.headers))
        return Response(answer.status_code, answer.content)

    server = HttpServer(forward)
    yield f"http://127.0.0.1:{await server.start('127.0.0.1', 0)}"
    await server.stop()


async def test_payout_ends_right_though_its_events_come_backwards_and_twice(our_address):
    known = {}
    async with running_double(webhooks_to=our_address) as double, gateway(double) as ours:

        async def look_again(event):
            payout = await ours.retrieve_payout(event.account_id, event.object_id)
            known[payout.payout_id] = payout.status

        account_id = await active_account(double, ours)
        await ours.transfer(1000, "eur", account_id, "g", "t", {})
        double.advance(Webhooks(do="hold"))
        payout = await ours.payout(account_id, 1000, "p")
        for status in ("in_transit", "failed"):
            double.advance(PayoutStep(payout=payout.payout_id, to=status))
        double.advance(Webhooks(do="release_reversed"))
        await double.webhooks_sent()
        for event_id in double.world.events:
            double.advance(Webhooks(do="redeliver", event=event_id))
        await double.webhooks_sent()
        rows = await fetch("select id from stripe_event where type like 'payout.%' order by received_at, id")
        assert len(rows) == 3
        for row in rows:
            await inbox.handle(StripeEventReceived(row["id"]), {"payout.*": look_again})
    assert known == {payout.payout_id: "failed"}
    assert await fetch_value("select count(*) from stripe_event where handled_at is null and type like 'payout.%'") == 0
