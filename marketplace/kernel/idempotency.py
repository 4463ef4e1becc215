"""Doing a thing once however often it is asked: a double click, a retried request, a repeated job.

The same key with the same input gives the stored answer again; the same key with other input is a conflict.
The key is written in the transaction of the work, so that a failed attempt leaves no trace and may be repeated.
"""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import msgspec

from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch_one, new_id, unit_of_work
from marketplace.kernel.errors import Conflict
from marketplace.kernel.i18n import message

T = TypeVar("T")
KEPT_FOR = timedelta(days=7)
MAX_KEY_LENGTH = 200

CLAIM = """
insert into remembered_answer (id, scope, key, fingerprint, created_at) values ($1, $2, $3, $4, $5)
on conflict (scope, key) do nothing
"""


class KeyReused(Conflict):
    code = "idempotency_key_reused"
    default_message = message("The same request key was used before for something else. Use a new key.")


async def once(
    scope: str, key: str | None, fingerprint: bytes, work: Callable[[], Awaitable[T]], result_type: type[T]
) -> T:
    """Runs ``work`` in one transaction with its key, or returns the answer that the key already has.

    Args:
        scope: whose keys these are (person and action); two people may use the same key.
        key: None runs the work without remembering it.
        fingerprint: the input's bytes, hashed here.

    Raises:
        KeyReused: the key was used with other input.
    """
    if key is None:
        return await work()
    asked = hashlib.sha256(fingerprint).digest()
    async with unit_of_work():
        # A concurrent holder of the key makes this insert wait until it has committed or failed.
        if await execute(CLAIM, new_id(), scope, key[:MAX_KEY_LENGTH], asked, now()) == 0:
            return await _remembered(scope, key, asked, result_type)
        answer = await work()
        await execute(
            "update remembered_answer set answer = $3 where scope = $1 and key = $2",
            scope, key[:MAX_KEY_LENGTH], msgspec.json.encode(answer),
        )  # fmt: skip
        return answer


async def _remembered(scope: str, key: str, asked: bytes, result_type: type[T]) -> T:
    row = await fetch_one(
        "select fingerprint, answer from remembered_answer where scope = $1 and key = $2", scope, key[:MAX_KEY_LENGTH]
    )
    if row is None or row["fingerprint"] != asked or row["answer"] is None:
        raise KeyReused
    return msgspec.json.decode(row["answer"], type=result_type)


async def forget_old_answers() -> int:
    """Removes answers older than a week; returns how many."""
    return await execute("delete from remembered_answer where created_at < $1", now() - KEPT_FOR)
