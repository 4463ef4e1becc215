"""Opening and moving cases: the row, a step that both sides read, the audit trail and the notice, in one unit of work."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch_one, new_id
from marketplace.kernel.states import TransitionTable
from onboarding.compliance.deadlines import rank_of
from onboarding.compliance.notices import tell
from onboarding.compliance.schemas import Finding
from onboarding.compliance.states import CLOSED, CaseAction, CaseKind, CaseStatus, Step

CASE: Final = "compliance_case"
INSERT = """
insert into compliance_case (id, approval_id, provider_id, organiser_id, kind, thing, name, status, due_on, deadline, source,
    seen_at, before, after, urgent_on, settings_number, opened_at)
values ($1, $2, $3, $4, $5, $6, $7, 'open', $8::date, $8::date, $9, $10, $11, $12, coalesce($8::date, $13::date), $14, $15) returning *
"""
STEP = """
insert into compliance_step (id, case_id, happened_at, role, person_id, step, status, day, words)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
CHANGEABLE: Final = frozenset({
    "due_on", "deadline", "is_extended", "last_reminder", "overdue_on", "hearing_until", "hearing_is_over", "explanation",
    "explained_at", "explained_by", "is_over", "settings_number",
})  # fmt: skip
SILENT: Final = frozenset({Step.OPENED})
"""What the next step of the same day tells of, or what nobody need hear of."""


async def open_case(actor: Actor, approval: Row, finding: Finding, settings_number: int) -> Row:
    """Opens a case in the caller's unit of work. What the provider hears is its first reminder or proposal.

    A new name asks nothing of anybody: the provider is not told of it.
    """
    row = await fetch_one(
        INSERT, new_id(), approval["id"], approval["provider_id"], approval["organiser_id"], finding.kind.value,
        finding.thing, finding.name[:300], finding.due_on, finding.source, finding.seen_at, finding.before[:2000],
        finding.after[:2000], today(), settings_number, now(),
    )  # fmt: skip
    made = row or {}
    await note(actor, made, Step.OPENED)
    if finding.kind is CaseKind.NAME_CHANGED:
        await tell(made, Step.OPENED)
    return made


async def move(
    actor: Actor,
    row: Row,
    table: TransitionTable[CaseStatus, CaseAction],
    action: CaseAction,
    step: Step,
    *,
    day: date | None = None,
    words: str = "",
    **changes: Any,
) -> Row:
    """Moves a case that the caller has locked, notes the step and tells whom it concerns.

    Raises:
        IllegalTransition: the table does not allow the action in the case's status.
    """
    before = CaseStatus(row["status"])
    status = table.after(before, action)
    changed = await change(row, status, **changes)
    await note(actor, changed, step, day=day, words=words, before=before)
    if step not in SILENT:
        await tell(changed, step, day=day, words=words)
    return changed


async def change(row: Row, status: CaseStatus, **changes: Any) -> Row:
    """Writes columns of a case, and those that follow from its status."""
    assert changes.keys() <= CHANGEABLE
    after = {**row, **changes, "status": status.value}
    columns = {
        **changes,
        "status": status.value,
        "rank": rank_of(status),
        "urgent_on": _urgent_on(after, status),
        "closed_at": now() if status in CLOSED else None,
    }
    names = ", ".join(f"{name} = ${number}" for number, name in enumerate(columns, start=2))
    changed = await fetch_one(
        f"update compliance_case set {names} where id = $1 returning *", row["id"], *columns.values()
    )
    return changed or after


def _urgent_on(row: Row, status: CaseStatus) -> date:
    if status is CaseStatus.HEARING and row["hearing_until"] is not None:
        return row["hearing_until"]
    return row["deadline"] or row["urgent_on"]


async def note(
    actor: Actor,
    row: Row,
    step: Step,
    *,
    day: date | None = None,
    words: str = "",
    before: CaseStatus | None = None,
) -> None:
    """Adds a step to a case's history and to the audit trail."""
    role = actor.role.value if actor.role else "system"
    await execute(STEP, new_id(), row["id"], now(), role, actor.person_id, step.value, row["status"], day, words)
    after = {"status": row["status"], "kind": row["kind"], "thing": row["thing"], "day": day, "words": words}
    await audit.record(
        actor, f"compliance.{step}", CASE, row["id"], before={"status": before} if before else None, after=after,
        organiser_id=row["organiser_id"], provider_id=row["provider_id"],
    )  # fmt: skip


async def locked_case(column: str, scope_id: UUID, case_id: UUID) -> Row | None:
    """A case of an organiser (``organiser_id``) or provider (``provider_id``), locked until the end of the transaction."""
    assert column in {"organiser_id", "provider_id"}
    return await fetch_one(
        f"select * from compliance_case where id = $1 and {column} = $2 for update", case_id, scope_id
    )
