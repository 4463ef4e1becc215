"""Stripe events as Stripe sends them, signed for one of our endpoints."""

import msgspec

from marketplace.stripe.double.webhooks import signature
from marketplace.stripe.settings import DOUBLE_SECRETS


def event_body(event_id: str = "evt_1", type_: str = "payout.paid", **fields) -> bytes:
    snapshot = {"object": {"id": "po_1", "object": "payout", "status": "paid"}}
    body = {"id": event_id, "object": "event", "type": type_, "created": 1_790_000_000, "data": snapshot, **fields}
    return msgspec.json.encode(body)


def signed(body: bytes, endpoint: str = "connect", at: int | None = None) -> str:
    return signature(body, DOUBLE_SECRETS[endpoint], at)
