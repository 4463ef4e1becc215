"""What becomes different in the public register, noted in the unit of work that makes it so.

Approvals that are granted, suspended, resumed, shortened or ended, and providers and units that change, are noted by the
database itself (migration 0022), whoever writes them. Days that pass without anybody writing anything are noted by a round,
and published services and prices by the catalogue.
"""

from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.clock import now, today
from marketplace.kernel.db import execute, new_id, transactional


class ChangeKind(StrEnum):
    """What happened. ``began`` and ``expired`` are days that came: nobody decided anything then."""

    GRANTED = "granted"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    ENDED = "ended"
    SHORTENED = "shortened"
    BEGAN = "began"
    EXPIRED = "expired"
    RENAMED = "renamed"
    DETAILS = "details"
    OFFERS = "offers"


TRANSACTION: Final = "pg_current_xact_id()::text::bigint"
INSERT: Final = f"""
insert into register_change (id, transaction, happened_at, kind, provider_id, organiser_id, approval_id)
values ($1, {TRANSACTION}, $2, $3, $4, $5, $6)
"""
DAYS_PASSED: Final = f"""
insert into register_change (id, transaction, happened_at, kind, provider_id, organiser_id, approval_id)
select gen_random_uuid(), {TRANSACTION}, $2, $3::varchar, a.provider_id, a.organiser_id, a.id from approval a
where a.status = 'in_force' and %s
    and not exists (select from register_change c where c.approval_id = a.id and c.kind = $3::varchar)
"""
BEGUN: Final = DAYS_PASSED % "a.valid_from <= $1 and a.valid_from > (a.granted_at at time zone 'Europe/Helsinki')::date"
EXPIRED: Final = DAYS_PASSED % "a.valid_to < $1"


async def note_change(kind: ChangeKind, provider_id: UUID, organiser_id: UUID | None = None) -> None:
    """Notes, in the current unit of work, that a provider is shown differently, to all its organisers where none is named.

    Only for what is no decision on an approval: those are noted by the database.
    """
    await execute(INSERT, new_id(), now(), kind.value, provider_id, organiser_id, None)


@transactional()
async def note_days_passed() -> None:
    """Approvals whose first day has come, or whose last day has gone, since this ran last. Run twice it notes them once."""
    await execute(BEGUN, today(), now(), ChangeKind.BEGAN.value)
    await execute(EXPIRED, today(), now(), ChangeKind.EXPIRED.value)
