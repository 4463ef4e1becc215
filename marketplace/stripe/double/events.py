"""Events: snapshots for v1 objects, thin ones for v2 accounts. Each goes to the endpoint that listens to its kind."""

import copy
import time
from datetime import UTC, datetime

from marketplace.stripe.double.world import PLATFORM, EventRecord, Json, World, new_id

API_VERSION = "2026-10-28.endive"


def unix_now() -> int:
    return int(time.time())


def rfc3339(seconds: float) -> str:
    """UTC with milliseconds, the way v2 writes times. ``seconds`` since 1970."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rfc3339_now() -> str:
    return rfc3339(time.time())


def snapshot(world: World, type_: str, body: Json, account: str = PLATFORM) -> None:
    """An event with a copy of the object as it is at this moment."""
    event: Json = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": unix_now(),
        "data": {"object": copy.deepcopy(body)},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": type_,
    }
    if account != PLATFORM:
        event["account"] = account
    _add(world, "platform" if account == PLATFORM else "connect", event)


def thin(world: World, type_: str, account_id: str) -> None:
    """An event that only names the account; the receiver asks for the rest."""
    related = {"id": account_id, "type": "v2.core.account", "url": f"/v2/core/accounts/{account_id}"}
    event: Json = {
        "id": new_id("evt"),
        "object": "v2.core.event",
        "type": type_,
        "livemode": False,
        "created": rfc3339_now(),
        "context": None,
        "related_object": related,
        "reason": None,
    }
    _add(world, "accounts", event)


def _add(world: World, endpoint: str, event: Json) -> None:
    world.events[event["id"]] = EventRecord(endpoint, event, due=time.time())
