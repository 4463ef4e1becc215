"""Delivers events: signed at the moment of sending, repeated until answered with 2xx, given up after the last pause."""

import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence

import httpx
import msgspec

from marketplace.stripe.double.world import EventRecord, World

_ANSWER_WITHIN_SECONDS = 10


class Endpoint(msgspec.Struct, frozen=True):
    url: str
    secret: str


class Deliveries:
    """``pauses`` are the seconds after the first, second … failed attempt; after the last one an event is given up."""

    def __init__(self, world: World, endpoints: Mapping[str, Endpoint], pauses: Sequence[float]) -> None:
        self._world = world
        self._endpoints = endpoints
        self._pauses = pauses
        # Webhooks go to loopback addresses: a proxy of the machine would only be in the way.
        self._client = httpx.AsyncClient(timeout=_ANSWER_WITHIN_SECONDS, trust_env=False)

    def next_due(self) -> float | None:
        """When the next attempt is to be made, in seconds since 1970."""
        if self._world.webhooks_held:
            return None
        return min((record.due for record in self._world.events.values() if record.due is not None), default=None)

    async def send_due(self) -> bool:
        """Makes every attempt whose moment has come, oldest event first. True when there was one."""
        if self._world.webhooks_held:
            return False
        due = [r for r in self._world.events.values() if r.due is not None and r.due <= time.time()]
        for record in due:
            await self._attempt(record)
        return bool(due)

    async def _attempt(self, record: EventRecord) -> None:
        endpoint = self._endpoints.get(record.endpoint)
        if endpoint is None:
            record.due = None
            return
        record.attempts += 1
        record.delivered = await self._accepted(endpoint, msgspec.json.encode(record.body))
        if record.delivered or record.attempts > len(self._pauses):
            record.due = None
        else:
            record.due = time.time() + self._pauses[record.attempts - 1]

    async def _accepted(self, endpoint: Endpoint, payload: bytes) -> bool:
        headers = {"Content-Type": "application/json", "Stripe-Signature": signature(payload, endpoint.secret)}
        try:
            response = await self._client.post(endpoint.url, content=payload, headers=headers)
        except httpx.HTTPError:
            return False
        return response.is_success

    async def aclose(self) -> None:
        await self._client.aclose()


def signature(payload: bytes, secret: str, at: int | None = None) -> str:
    """The ``Stripe-Signature`` header. ``at`` is the moment of sending (real time: the receiver compares with its own)."""
    moment = int(time.time()) if at is None else at
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={moment},v1={signed}"


def release(world: World, *, newest_first: bool) -> None:
    """Lets held events go, in the order of events or against it: receivers must not rely on order."""
    world.webhooks_held = False
    if newest_first:
        world.events = dict(reversed(world.events.items()))


def redeliver(world: World, event_id: str) -> None:
    """Sends an event once more, as Stripe does now and then even to those who answered."""
    record = world.events[event_id]
    record.attempts = 0
    record.due = time.time()
