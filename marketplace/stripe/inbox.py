"""The inbox of Stripe's webhooks: prove, keep once, answer at once; features take note in a job afterwards.

Stripe sends an event several times, in any order, for days. So an event is kept once for each endpoint, and a handler
never believes what an event says: it takes it as a hint to look at the object again through the gateway.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog

from marketplace.kernel.clock import now
from marketplace.kernel.config import get_config
from marketplace.kernel.db import execute, fetch, fetch_value, new_id, transactional
from marketplace.stripe.gateway import verify_event
from marketplace.stripe.reading import event
from marketplace.stripe.settings import stripe_settings
from marketplace.stripe.topics import STRIPE_EVENT, StripeEventReceived
from marketplace.stripe.values import StripeEvent, WebhookEndpoint
from marketplace.stripe.wire import WireEvent

EventHandler = Callable[[StripeEvent], Awaitable[None]]
"""Takes note of an event. Runs at least once, in any order: it asks the gateway what is true now."""

log = structlog.get_logger("stripe")

KEEP = """
insert into stripe_event (id, endpoint, event_id, type, payload, received_at, attempts)
values ($1, $2, $3, $4, $5::json, $6, 0) on conflict (endpoint, event_id) do nothing
"""
OPEN = "update stripe_event set attempts = attempts + 1 where id = $1 and handled_at is null returning payload::text"
CLOSE = "update stripe_event set handled_at = $2 where id = $1 and handled_at is null"
LEFT = "select id from stripe_event where handled_at is null and received_at < $1 order by attempts, received_at limit 1000"


async def receive(endpoint: WebhookEndpoint, payload: bytes, signature: str | None) -> bool:
    """Keeps a webhook and has it handled soon. False when it was known already.

    Raises:
        SignatureRefused: Stripe did not send this to this endpoint, or not within the last five minutes.
    """
    secret = stripe_settings(get_config()).webhook_secrets[endpoint]
    proven = verify_event(payload, signature, secret)
    return await _keep(endpoint, proven, payload)


@transactional()
async def _keep(endpoint: WebhookEndpoint, proven: StripeEvent, payload: bytes) -> bool:
    row_id = new_id()
    kept = await execute(KEEP, row_id, endpoint.value, proven.event_id, proven.type, payload.decode(), now())
    if kept:
        await STRIPE_EVENT.enqueue(StripeEventReceived(row_id), dedupe_key=_dedupe_key(row_id))
    return bool(kept)


async def handle(received: StripeEventReceived, handlers: Mapping[str, EventHandler]) -> None:
    """The handler of ``STRIPE_EVENT``: passes the event to whom it concerns and notes that it is done.

    ``handlers`` maps event types to handlers; a type that ends with ``*`` stands for all that begin so
    (``payout.*``), and the most exact one wins. An event that concerns nobody is done at once. When a handler fails,
    the event stays open and the job is run again.
    """
    payload: str | None = await fetch_value(OPEN, received.stripe_event_id)
    if payload is None:
        return
    opened = event(msgspec.json.decode(payload, type=WireEvent))
    handler = handler_of(opened.type, handlers)
    if handler is not None:
        await handler(opened)
    await execute(CLOSE, received.stripe_event_id, now())
    log.info("stripe event handled", type=opened.type, concerned=handler is not None)


def handler_of(event_type: str, handlers: Mapping[str, EventHandler]) -> EventHandler | None:
    """The handler of the longest matching type."""
    matching = [name for name in handlers if event_type == name or _covers(name, event_type)]
    return handlers[max(matching, key=len)] if matching else None


def _covers(name: str, event_type: str) -> bool:
    return name.endswith("*") and event_type.startswith(name.removesuffix("*"))


@transactional()
async def hand_out_again(older_than: timedelta) -> int:
    """Enqueues the events that nobody could handle in all that time; returns how many. Periodic work calls it."""
    left = await fetch(LEFT, now() - older_than)
    for row in left:
        await STRIPE_EVENT.enqueue(StripeEventReceived(row["id"]), dedupe_key=_dedupe_key(row["id"]))
    return len(left)


def _dedupe_key(row_id: UUID) -> str:
    return f"stripe.event:{row_id}"
