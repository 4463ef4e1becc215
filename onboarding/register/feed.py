"""What changed in the register since a moment, or since the last time somebody asked.

Changes are read in the order of their transactions, and only those that no running transaction could still come
before: a reader that goes on where it ended misses nothing.
"""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from marketplace.kernel.db import Row, fetch, fetch_value
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import message
from onboarding.approvals.changes import ChangeKind
from onboarding.register.register import entries_by_id
from onboarding.register.schemas import Change, ChangePage, RegisterEntry

SETTLED: Final = "c.transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
CHANGES: Final = f"""
select c.transaction, c.id, c.happened_at, c.kind, p.public_id as business_id, p.name, c.organiser_id, c.approval_id
from register_change c join provider p on p.id = c.provider_id
where {SETTLED} and (c.transaction, c.id) > ($1, $2) and ($3::timestamptz is null or c.happened_at >= $3)
order by c.transaction, c.id limit $4
"""
STATE: Final = f"""
select concat_ws('/',
    (select c.transaction || '-' || c.id from register_change c where {SETTLED} order by c.transaction desc, c.id desc limit 1),
    (select string_agg(c.id::text, '-' order by c.id) from register_change c where not ({SETTLED})),
    (select string_agg(concat_ws('-', o.id, o.name_fi, o.name_sv, o.name_en), '-' order by o.id) from organiser o))
"""
NOTHING: Final = UUID(int=0)
MOST: Final = 200


async def changes_since(since: str, limit: int = MOST) -> ChangePage:
    """Changes after a cursor (the ``next`` of an earlier answer), from a moment in ISO 8601 on, or from the beginning.

    Raises:
        Invalid: ``since`` is neither.
    """
    transaction, last_id, moment = _read_since(since)
    rows = await fetch(CHANGES, transaction, last_id, moment, limit + 1)
    shown = rows[:limit]
    entries = await entries_by_id([row["approval_id"] for row in shown if row["approval_id"]])
    end = _cursor(shown[-1]) if shown else _cursor_text(transaction, last_id) if moment is None else since
    return ChangePage(items=[_change(row, entries) for row in shown], next=end, more=len(rows) > limit)


async def state_of_register() -> str:
    """A short text that differs whenever the register reads differently on the same day.

    Beside the latest settled change it tells of those that can be seen already while an older transaction still runs: a
    suspension counts at once, whoever else is writing.
    """
    return hashlib.sha256(str(await fetch_value(STATE)).encode()).hexdigest()[:20]


async def last_change() -> datetime | None:
    return await fetch_value("select max(happened_at) from register_change")


def _change(row: Row, entries: dict[UUID, RegisterEntry]) -> Change:
    return Change(
        cursor=_cursor(row),
        happened_at=row["happened_at"],
        kind=ChangeKind(row["kind"]),
        business_id=row["business_id"],
        name=row["name"],
        organiser_id=row["organiser_id"],
        approval_id=row["approval_id"],
        entry=entries.get(row["approval_id"]),
    )


def _cursor(row: Row) -> str:
    return _cursor_text(row["transaction"], row["id"])


def _cursor_text(transaction: int, last_id: UUID) -> str:
    return f"{transaction}-{last_id.hex}"


def _read_since(text: str) -> tuple[int, UUID, datetime | None]:
    if not text:
        return 0, NOTHING, None
    number, _, rest = text.partition("-")
    try:
        if len(rest) == 32 and number.isascii() and number.isdecimal() and len(number) < 19:
            return int(number), UUID(rest), None
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None and 1900 < moment.year < 2200:
            return 0, NOTHING, moment
    except ValueError:
        pass
    words = message(
        "Give the cursor of an earlier answer, or a moment with its time zone such as 2026-11-30T08:00:00Z."
    )
    raise Invalid.field("since", words)
