"""Looking at one provider: opens cases of what ends or has changed, moves those that are due, closes what is in order.

Looking twice on a day changes nothing the second time: what is to be done follows from what is stored and from the day.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from marketplace.kernel.actors import SYSTEM
from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, execute, fetch, transactional
from onboarding.compliance.cases import change, move, note, open_case
from onboarding.compliance.deadlines import Due, Standing, hearing_until, is_within_sight, what_is_due
from onboarding.compliance.notices import tell
from onboarding.compliance.schemas import Finding, SettingsVersion
from onboarding.compliance.settings import settings_of
from onboarding.compliance.sources import approval_finding, findings, keep_seen, standing_of
from onboarding.compliance.states import SYSTEM_MOVES, CaseAction, CaseKind, CaseStatus, Step
from onboarding.topics import APPROVAL_STOPPED, OfApproval

STEPS: Final[Mapping[CaseAction, Step]] = {
    CaseAction.REMIND: Step.REMINDED,
    CaseAction.BECOME_OVERDUE: Step.OVERDUE,
    CaseAction.PROPOSE: Step.PROPOSED,
    CaseAction.LAPSE: Step.LAPSED,
    CaseAction.RESOLVE: Step.RESOLVED,
}
APPROVALS: Final = """
select a.*, exists (select from approval later
    where later.provider_id = a.provider_id and later.organiser_id = a.organiser_id and later.id <> a.id
        and later.status = 'in_force' and a.service_classes <@ later.service_classes
        and a.municipality_codes <@ later.municipality_codes
        and later.valid_from <= a.valid_to + 1 and coalesce(later.valid_to, 'infinity') > a.valid_to) as is_renewed,
    exists (select from approval_leaving l where l.approval_id = a.id) as is_left
from approval a where a.provider_id = $1 order by a.id
"""
CASES: Final = """
select * from compliance_case where provider_id = $1 and (closed_at is null or not is_over) order by id for update
"""
OVER: Final = "update compliance_case set is_over = true where id = $1"
Key = tuple[UUID, str, str]


@transactional()
async def look_at(provider_id: UUID, day: date | None = None) -> Counter[str]:
    """Looks at a provider on a Finnish day (today); returns how many steps of each kind were taken.

    Raises:
        NotFound: there is no such provider.
    """
    day, taken = day or today(), Counter[str]()
    known = await standing_of(provider_id)
    approvals = {row["id"]: row for row in await fetch(APPROVALS, provider_id)}
    settings = await settings_of(row["organiser_id"] for row in approvals.values())
    found = _found(
        approvals, {each: await findings(known, version.settings, day) for each, version in settings.items()}, day
    )
    cases = await fetch(CASES, provider_id)
    for row in cases:
        await _settle(row, approvals[row["approval_id"]], found.get(_key(row)), day, taken)
    for case, version in await _to_move(approvals, found, settings, day, taken, provider_id):
        await _move_on(case, approvals[case["approval_id"]], version, day, taken)
    await keep_seen(known)
    return taken


def _found(approvals: Mapping[UUID, Row], by_organiser: Mapping[UUID, list[Finding]], day: date) -> dict[Key, Finding]:
    """What is found of each approval that still counts: suspended ones included, for they may come back."""
    found: dict[Key, Finding] = {}
    for approval in approvals.values():
        if not _counts(approval, day):
            continue
        things = list(by_organiser[approval["organiser_id"]])
        if approval["valid_to"] is not None and not approval["is_renewed"] and not approval["is_left"]:
            things.append(approval_finding(approval))
        found |= {(approval["id"], each.kind.value, each.thing): each for each in things}
    return found


def _counts(approval: Row, day: date) -> bool:
    return approval["status"] != "ended" and (approval["valid_to"] is None or approval["valid_to"] >= day)


def _key(row: Row) -> Key:
    return row["approval_id"], row["kind"], row["thing"]


async def _settle(row: Row, approval: Row, finding: Finding | None, day: date, taken: Counter[str]) -> None:
    """Closes a case whose matter is in order or whose approval has ended; a decided one is over when its matter is."""
    counts = _counts(approval, day)
    if counts and _goes_on(row, approval, finding):
        if finding is not None and row["closed_at"] is None and finding.due_on != row["due_on"]:
            await change(row, CaseStatus(row["status"]), due_on=finding.due_on, deadline=finding.due_on)
        return
    if row["closed_at"] is not None:
        await _is_over(row, approval, day, taken)
        return
    is_ending = row["kind"] == CaseKind.APPROVAL_EXPIRING
    action = CaseAction.RESOLVE if counts or (is_ending and approval["is_renewed"]) else CaseAction.LAPSE
    await _step(row, Due(action), day, taken)
    if is_ending and action is CaseAction.LAPSE and approval["status"] != "ended":
        await APPROVAL_STOPPED.enqueue(
            OfApproval(approval["id"]), dedupe_key=f"approval.stopped:{approval['id']}:lapsed"
        )


def _goes_on(row: Row, approval: Row, finding: Finding | None) -> bool:
    """A new name waits until somebody has noted it. What led to a suspension is looked at anew once it is in force again."""
    if row["kind"] == CaseKind.NAME_CHANGED:
        return row["closed_at"] is None
    if row["status"] == CaseStatus.SUSPENDED and approval["status"] == "in_force":
        return False
    if finding is None:
        return False
    return finding.due_on is None or row["due_on"] is None or finding.due_on <= row["due_on"]


async def _is_over(row: Row, approval: Row, day: date, taken: Counter[str]) -> None:
    await execute(OVER, row["id"])
    if row["status"] == CaseStatus.SUSPENDED and approval["status"] == "suspended" and _counts(approval, day):
        await note(SYSTEM, row, Step.REMEDIED)
        await tell(row, Step.REMEDIED)
        taken[Step.REMEDIED] += 1


async def _to_move(
    approvals: Mapping[UUID, Row],
    found: Mapping[Key, Finding],
    settings: Mapping[UUID, SettingsVersion],
    day: date,
    taken: Counter[str],
    provider_id: UUID,
) -> list[tuple[Row, SettingsVersion]]:
    """Cases under way, with those that are opened now. A decided matter stays decided while it lasts."""
    there = {_key(row): row for row in await fetch(CASES, provider_id)}
    for key, finding in found.items():
        approval = approvals[key[0]]
        version = settings[approval["organiser_id"]]
        if key not in there and is_within_sight(finding.due_on, version.settings, day):
            there[key] = await open_case(SYSTEM, approval, finding, version.number)
            taken[Step.OPENED] += 1
    rows = [row for row in there.values() if row["closed_at"] is None]
    return [(row, settings[row["organiser_id"]]) for row in rows]


async def _move_on(row: Row, approval: Row, version: SettingsVersion, day: date, taken: Counter[str]) -> None:
    is_in_force = approval["status"] == "in_force"
    while due := what_is_due(standing(row), version.settings, day, may_propose=is_in_force):
        row = await _step(row, due, day, taken, version)
        if row["closed_at"] is not None:
            return
    if row["status"] == CaseStatus.HEARING and day > row["hearing_until"] and not row["hearing_is_over"]:
        row = await change(row, CaseStatus.HEARING, hearing_is_over=True)
        await note(SYSTEM, row, Step.HEARING_OVER)
        await tell(row, Step.HEARING_OVER)
        taken[Step.HEARING_OVER] += 1


async def _step(row: Row, due: Due, day: date, taken: Counter[str], version: SettingsVersion | None = None) -> Row:
    step = STEPS[due.action]
    changes: dict[str, Any] = {}
    shown: date | None = None
    match due.action:
        case CaseAction.REMIND:
            changes, shown = {"last_reminder": due.reminder}, row["deadline"]
        case CaseAction.BECOME_OVERDUE:
            changes, shown = {"overdue_on": day}, row["deadline"]
        case CaseAction.PROPOSE if version is not None:
            shown = hearing_until(day, version.settings)
            changes = {"hearing_until": shown, "settings_number": version.number}
        case _:
            changes = {"is_over": True}
    taken[step] += 1
    return await move(SYSTEM, row, SYSTEM_MOVES, due.action, step, day=shown, **changes)


def standing(row: Row) -> Standing:
    """A case as the rule of days sees it."""
    return Standing(
        kind=CaseKind(row["kind"]), status=CaseStatus(row["status"]), deadline=row["deadline"],
        is_extended=row["is_extended"], last_reminder=row["last_reminder"], overdue_on=row["overdue_on"],
        hearing_until=row["hearing_until"], hearing_is_over=row["hearing_is_over"],
    )  # fmt: skip
