"""How often a thing may be tried: failures are counted by e-mail address and by network address.

A try is written down before its outcome is known, under a lock, so that a hundred tries at once are no more than a
hundred in a row. Whoever succeeds takes the note away again.
"""

import hashlib
import hmac
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from marketplace.kernel.clock import now
from marketplace.kernel.config import get_config
from marketplace.kernel.db import execute, fetch_value, new_id, transactional
from marketplace.kernel.errors import TooManyAttempts
from marketplace.kernel.i18n import counted

WINDOW = timedelta(minutes=15)
PER_EMAIL = 5
PER_ADDRESS = 20
"""More than for one e-mail: a whole office, or a village behind one operator's address, shares it."""


class Attempt(StrEnum):
    """What is tried."""

    SIGN_IN = "sign_in"
    REGISTER = "register"
    LINK = "link"
    VOUCHER_NUMBER = "voucher_number"
    INVITATION = "invitation"
    DECISION_CODE = "decision_code"


OLDEST_COUNTED = """
select happened_at from sign_in_attempt where kind = $1 and {column} = $2 and happened_at > $3
order by happened_at desc offset $4 limit 1
"""


@transactional()
async def begin_attempt(kind: Attempt, email: str, address: str) -> UUID:
    """Notes a try and lets it through.

    Args:
        address: the caller's network address; empty is not counted.

    Raises:
        TooManyAttempts: five tries of this e-mail, or twenty from this address, failed within 15 minutes; tells
            how long to wait.
    """
    keys = [("email_hash", _hash(email.casefold()), PER_EMAIL), ("address_hash", _hash(address), PER_ADDRESS)]
    counted_keys = [key for key in keys if key[0] == "email_hash" or address]
    for _, hashed, _ in sorted(counted_keys, key=lambda key: key[1]):
        await execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"{kind}:{hashed}")
    for column, hashed, most in counted_keys:
        await _refuse_when_spent(kind, column, hashed, most)
    attempt_id = new_id()
    await execute(
        "insert into sign_in_attempt (id, kind, email_hash, address_hash, happened_at) values ($1, $2, $3, $4, $5)",
        attempt_id, kind.value, keys[0][1], keys[1][1], now(),
    )  # fmt: skip
    return attempt_id


async def _refuse_when_spent(kind: Attempt, column: str, hashed: str, most: int) -> None:
    """The wait ends when the oldest of the newest ``most`` tries leaves the window."""
    since = now() - WINDOW
    blocking = await fetch_value(OLDEST_COUNTED.format(column=column), kind.value, hashed, since, most - 1)
    if blocking is None:
        return
    seconds = max(1, int((blocking + WINDOW - now()).total_seconds()))
    minutes = -(-seconds // 60)
    text = counted(
        "Too many attempts. Try again in {count} minute.",
        "Too many attempts. Try again in {count} minutes.",
        count=minutes,
    )
    raise TooManyAttempts(text, retry_after_seconds=seconds)


async def forget_attempt(attempt_id: UUID) -> None:
    """The try was no failure."""
    await execute("delete from sign_in_attempt where id = $1", attempt_id)


async def forget_failures(kind: Attempt, email: str) -> None:
    """The right person has come: earlier failures of this e-mail address no longer count."""
    await execute(
        "delete from sign_in_attempt where kind = $1 and email_hash = $2", kind.value, _hash(email.casefold())
    )


async def forget_old_attempts() -> int:
    """Removes what no longer counts; returns how many. For a periodic job."""
    return await execute("delete from sign_in_attempt where happened_at < $1", now() - WINDOW)


def _hash(text: str) -> str:
    """Keyed, so that a leaked table does not tell by trial whose addresses these were."""
    return hmac.new(get_config().secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()
