"""From the double's events over the wire to a verified event."""

import pytest

from marketplace.stripe.double import running_double
from marketplace.stripe.double.control import PayoutStep, TopUp, Webhooks
from marketplace.stripe.double.http import HttpServer, Response
from marketplace.stripe.double.webhooks import signature
from marketplace.stripe.errors import SignatureRefused
from marketplace.stripe.gateway import verify_event
from marketplace.stripe.settings import DOUBLE_SECRETS
from tests.doubles.stripe import active_account, gateway

SECRET = DOUBLE_SECRETS["platform"]
SNAPSHOT = b'{"id":"evt_1","object":"event","type":"transfer.created","created":1,"data":{"object":{"id":"tr_1","object":"transfer"}}}'


class Receiver:
    """Collects webhooks; answers what ``answers`` says, then 200."""

    def __init__(self) -> None:
        self.got = []
        self.answers = []
        self.server = HttpServer(self.receive)
        self.url = ""

    async def receive(self, request):
        self.got.append(request)
        return Response(self.answers.pop(0) if self.answers else 200)

    def events(self):
        return [
            verify_event(r.body, r.headers["stripe-signature"], DOUBLE_SECRETS[r.path.rpartition("/")[2]])
            for r in self.got
        ]


@pytest.fixture
async def receiver():
    receiver = Receiver()
    receiver.url = f"http://127.0.0.1:{await receiver.server.start('127.0.0.1', 0)}"
    yield receiver
    await receiver.server.stop()


async def test_each_kind_of_event_goes_to_its_own_endpoint(receiver):
    async with running_double(webhooks_to=receiver.url) as double, gateway(double) as ours:
        account_id = await active_account(double, ours)
        await ours.transfer(1000, "eur", account_id, "g", "t", {})
        payout = await ours.payout(account_id, 1000, "p")
        double.advance(PayoutStep(payout=payout.payout_id, to="paid"))
        await double.webhooks_sent()
    told = [
        (request.path.rpartition("/")[2], event.type)
        for request, event in zip(receiver.got, receiver.events(), strict=True)
    ]
    assert told == [
        ("accounts", "v2.core.account.created"),
        ("accounts", "v2.core.account[requirements].updated"),
        ("accounts", "v2.core.account[configuration.recipient].capability_status_updated"),
        ("platform", "transfer.created"),
        ("connect", "payout.created"),
        ("connect", "payout.paid"),
    ]
    paid = receiver.events()[-1]
    assert (paid.account_id, paid.object_id, paid.object_type) == (account_id, payout.payout_id, "payout")
    capability = receiver.events()[2]
    assert (capability.account_id, capability.object_type) == (account_id, "v2.core.account")


async def test_event_is_sent_again_until_it_is_taken(receiver):
    receiver.answers = [500, 503]
    async with running_double(webhooks_to=receiver.url, pauses=(0.01, 0.01)) as double:
        double.advance(TopUp(amount=1))
        await double.webhooks_sent()
        [record] = double.world.events.values()
    assert (record.delivered, record.attempts) == (True, 3)
    assert len({event.event_id for event in receiver.events()}) == 1


async def test_event_that_nobody_takes_is_given_up():
    async with running_double(webhooks_to="http://127.0.0.1:9", pauses=(0.01,)) as double:
        double.advance(TopUp(amount=1))
        await double.webhooks_sent()
        [record] = double.world.events.values()
    assert (record.delivered, record.attempts) == (False, 2)


async def test_held_events_come_in_the_wrong_order_and_twice(receiver):
    async with running_double(webhooks_to=receiver.url) as double:
        double.advance(Webhooks(do="hold"))
        double.advance(TopUp(amount=1))
        double.advance(TopUp(amount=2))
        first, second = double.world.events
        double.advance(Webhooks(do="release_reversed"))
        await double.webhooks_sent()
        double.advance(Webhooks(do="redeliver", event=first))
        await double.webhooks_sent()
    assert [event.event_id for event in receiver.events()] == [second, first, first]


def test_signed_event_is_read():
    event = verify_event(SNAPSHOT, signature(SNAPSHOT, SECRET), SECRET)
    assert (event.event_id, event.object_id, event.account_id) == ("evt_1", "tr_1", None)
    assert event.created.tzinfo is not None


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "nonsense",
        "t=1",
        "t=1,v1=00",
        "t=1,v1=é",
        signature(SNAPSHOT, DOUBLE_SECRETS["connect"]),
        signature(SNAPSHOT, SECRET, at=1_700_000_000),
        signature(SNAPSHOT + b" ", SECRET),
    ],
    ids=[
        "none",
        "empty",
        "nonsense",
        "no signature",
        "wrong",
        "not ascii",
        "other endpoint's secret",
        "stale",
        "other content",
    ],
)
def test_unproven_event_is_refused(header):
    with pytest.raises(SignatureRefused):
        verify_event(SNAPSHOT, header, SECRET)


def test_without_a_secret_nothing_is_proven():
    with pytest.raises(SignatureRefused):
        verify_event(SNAPSHOT, signature(SNAPSHOT, ""), "")


@pytest.mark.parametrize("payload", [b"{", b"\xff\xfe", b"[]", b'{"id": "evt_1"}'])
def test_signed_nonsense_is_refused(payload):
    with pytest.raises(SignatureRefused):
        verify_event(payload, signature(payload, SECRET), SECRET)
