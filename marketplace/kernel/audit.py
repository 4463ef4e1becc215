"""The audit trail: every write says who did it and what changed, in the same transaction."""

from typing import Any
from uuid import UUID

import msgspec

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch, in_transaction, new_id

INSERT = """
insert into audit_event (id, happened_at, person_id, role, organiser_id, provider_id, action, subject, subject_id, before, after)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::jsonb)
"""


class AuditEntry(msgspec.Struct, kw_only=True, frozen=True):
    """One line of a thing's history."""

    happened_at: Any
    person_id: UUID | None
    role: str | None
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


async def record(
    actor: Actor,
    action: str,
    subject: str,
    subject_id: UUID,
    *,
    before: object = None,
    after: object = None,
    organiser_id: UUID | None = None,
    provider_id: UUID | None = None,
) -> None:
    """Adds an event. ``before`` and ``after`` are Structs or dicts of the fields that matter, free of secrets.

    ``organiser_id`` and ``provider_id`` name whom the event concerns where the actor's own scope does not say.
    """
    if not in_transaction():
        msg = "an audit event belongs to the transaction of the write that it tells of"
        raise RuntimeError(msg)
    await execute(
        INSERT, new_id(), now(), actor.person_id, actor.role.value if actor.role else None,
        organiser_id or actor.organiser_id, provider_id or actor.provider_id, action, subject, subject_id,
        _json(before), _json(after),
    )  # fmt: skip


async def history(subject: str, subject_id: UUID) -> list[AuditEntry]:
    """Every event of one thing, oldest first. The caller has made sure that its reader may see the thing."""
    rows = await fetch(
        "select happened_at, person_id, role, action, before, after from audit_event"
        " where subject = $1 and subject_id = $2 order by happened_at, id",
        subject,
        subject_id,
    )
    return [_entry(row) for row in rows]


def _entry(row: dict[str, Any]) -> AuditEntry:
    before, after = (msgspec.json.decode(row[side]) if row[side] else None for side in ("before", "after"))
    return AuditEntry(
        happened_at=row["happened_at"], person_id=row["person_id"], role=row["role"], action=row["action"],
        before=before, after=after,
    )  # fmt: skip


def _json(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
