"""Everything the double remembers, kept in one JSON file so that it survives a restart."""

import secrets
from pathlib import Path
from typing import Any

import msgspec

Json = dict[str, Any]

PLATFORM = "platform"
"""The name under which the platform's own balance and events are kept; the others are account ids."""

FIRST_TOP_UP_CENTS = 1_000_000_000
"""Ten million euros: no demonstration runs dry by accident."""


class AccountRecord(msgspec.Struct):
    """``stage`` decides what the account may do; see ``accounts.STAGES``."""

    id: str
    created: str
    parameters: Json
    stage: str = "new"
    payout_interval: str = "daily"


class LinkRecord(msgspec.Struct):
    token: str
    account: str
    return_url: str
    refresh_url: str
    expires: float
    used: bool = False


class PayoutRecord(msgspec.Struct):
    """``due`` is when it takes its next step by itself, in seconds since 1970; None waits for ``/_double/advance``."""

    account: str
    body: Json
    fails: bool = False
    due: float | None = None


class EventRecord(msgspec.Struct):
    """An event and how its delivery to ``endpoint`` stands. ``due`` None: delivered, given up, or nobody listens."""

    endpoint: str
    body: Json
    attempts: int = 0
    due: float | None = None
    delivered: bool = False


class KeptAnswer(msgspec.Struct):
    fingerprint: str
    status: int
    body: Json


class World(msgspec.Struct, kw_only=True):
    accounts: dict[str, AccountRecord] = {}
    links: dict[str, LinkRecord] = {}
    transfers: dict[str, Json] = {}
    payouts: dict[str, PayoutRecord] = {}
    balances: dict[str, int] = msgspec.field(default_factory=lambda: {PLATFORM: FIRST_TOP_UP_CENTS})
    events: dict[str, EventRecord] = {}
    kept_answers: dict[str, KeptAnswer] = {}
    payouts_to_fail: int = 0
    payout_seconds: float | None = None
    webhooks_held: bool = False


def new_id(prefix: str) -> str:
    """Random, so that ids of a forgotten world never come back for something else."""
    return f"{prefix}_double{secrets.token_hex(8)}"


def load(path: Path | None) -> World:
    if path is None or not path.exists():
        return World()
    return msgspec.json.decode(path.read_bytes(), type=World)


def save(world: World, path: Path | None) -> None:
    """Replaces the file in one step: a killed double finds the old state or the new one, never half of it."""
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_bytes(msgspec.json.encode(world))
    draft.replace(path)
