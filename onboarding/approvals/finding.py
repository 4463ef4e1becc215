"""Finding approvals among thousands, and reading what became of one."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, fetch, fetch_one
from marketplace.kernel.errors import NotFound
from onboarding.applications.reading import like_pattern
from onboarding.approvals.approvals import SELECT
from onboarding.approvals.decision_book import decisions_on
from onboarding.approvals.decision_schemas import DecisionOutcome, DecisionView
from onboarding.approvals.schemas import ApprovalView
from onboarding.approvals.states import ApprovalStatus
from onboarding.scoping import reviewing_organiser

PAGE: Final = 50
FOUND: Final = """
select a.id, a.application_id, a.provider_id, a.organiser_id, a.service_classes, a.municipality_codes as municipalities,
    jsonb_build_object('fi', o.name_fi, 'sv', o.name_sv, 'en', o.name_en)::text as organiser_name, a.granted_at,
    a.valid_from, a.valid_to, a.conditions, a.status, a.status_from, a.status_reason, p.name as provider_name, p.business_id
from approval a join organiser o on o.id = a.organiser_id join provider p on p.id = a.provider_id
where a.organiser_id = $1 and ($2 = '' or a.status = $2) and ($3 = '' or $3 = any(a.service_classes))
    and ($4 = '' or $4 = any(a.municipality_codes)) and ($5 = '' or lower(p.name) like $5 or p.business_id like $5)
    and ($6::date is null or (a.status <> 'ended' and a.valid_to <= $6)) and ($7::uuid is null or a.provider_id = $7)
    and ($8::timestamptz is null or (a.granted_at, a.id) < ($8, $9::uuid))
order by a.granted_at desc, a.id desc limit {limit}
"""
LINES: Final = {
    "approval.granted": "granted",
    "approval.suspended": "suspended",
    "approval.in_force": "resumed",
    "approval.ended": "ended",
    "approval.extended": "extended",
    "approval.renewed": "renewed",
    "approval.left": "left",
}
OUTCOMES: Final[Mapping[str, frozenset[DecisionOutcome]]] = {
    "granted": frozenset({DecisionOutcome.APPROVED, DecisionOutcome.PARTLY_APPROVED}),
    "suspended": frozenset({DecisionOutcome.SUSPENDED}),
    "resumed": frozenset({DecisionOutcome.RESUMED}),
    "ended": frozenset({DecisionOutcome.ENDED}),
}


class ApprovalFilters(msgspec.Struct, frozen=True, kw_only=True):
    """Which approvals to list. ``ends_by``: those whose last day is then at the latest."""

    status: ApprovalStatus | None = None
    service_class: str = ""
    municipality: str = ""
    q: str = ""
    ends_by: date | None = None
    provider_id: UUID | None = None
    after: str = ""


class FoundApproval(ApprovalView, frozen=True, kw_only=True):
    """An approval in a list. ``is_over``: its last day has passed, whatever its status says."""

    provider_name: str
    business_id: str | None
    is_over: bool


class ApprovalPage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[FoundApproval]
    next: str | None


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to an approval: granted, suspended, resumed, ended, extended, renewed, left."""

    happened_at: datetime
    what: str
    reason: str
    decision_id: UUID | None
    decision_number: str


async def find_approvals(actor: Actor, filters: ApprovalFilters) -> ApprovalPage:
    """The approvals of the actor's organiser, newest first, fifty a page.

    Raises:
        NotFound: the actor decides for no organiser.
    """
    moment, last_id = _read_cursor(filters.after)
    ends_by = min(filters.ends_by, date(2200, 1, 1)) if filters.ends_by else None
    rows = await fetch(
        FOUND.format(limit=PAGE + 1), reviewing_organiser(actor), filters.status.value if filters.status else "",
        filters.service_class, filters.municipality, like_pattern(filters.q), ends_by, filters.provider_id, moment,
        last_id,
    )  # fmt: skip
    shown = rows[:PAGE]
    more = f"{shown[-1]['granted_at'].isoformat()}_{shown[-1]['id']}" if len(rows) > PAGE else None
    return ApprovalPage(items=[_found(row) for row in shown], next=more)


async def approval_for_organiser(actor: Actor, approval_id: UUID) -> ApprovalView:
    """One approval of the actor's organiser.

    Raises:
        NotFound: there is none, or it is another organiser's.
    """
    row = await fetch_one(f"{SELECT} where a.id = $1 and a.organiser_id = $2", approval_id, reviewing_organiser(actor))
    if row is None:
        raise NotFound
    return msgspec.convert({**row, "organiser_name": msgspec.json.decode(row["organiser_name"])}, ApprovalView)


async def history_of(actor: Actor, approval_id: UUID) -> list[HistoryLine]:
    """What became of an approval, oldest first, with the decisions.

    Raises:
        NotFound: as ``approval_for_organiser``.
    """
    view = await approval_for_organiser(actor, approval_id)
    decisions = [each for each in await decisions_on(view.application_id) if each.approval_id in {None, approval_id}]
    return [_line(entry, decisions) for entry in await audit.history("approval", approval_id)]


def _line(entry: audit.AuditEntry, decisions: list[DecisionView]) -> HistoryLine:
    """A line with the first decision of its kind, which is taken out of ``decisions``: both are in order of time."""
    what = LINES.get(entry.action, "changed")
    decision = next((each for each in decisions if each.outcome in OUTCOMES.get(what, ())), None)
    if decision is not None:
        decisions.remove(decision)
    return HistoryLine(
        happened_at=entry.happened_at, what=what, reason=str((entry.after or {}).get("reason") or ""),
        decision_id=decision.id if decision else None, decision_number=decision.number if decision else "",
    )  # fmt: skip


def _found(row: Row) -> FoundApproval:
    is_over = row["valid_to"] is not None and row["valid_to"] < today()
    values: dict[str, Any] = {**row, "organiser_name": msgspec.json.decode(row["organiser_name"]), "is_over": is_over}
    return msgspec.convert(values, FoundApproval)


def _read_cursor(text: str) -> tuple[datetime | None, UUID | None]:
    """Where the page before ended; anything else begins at the beginning."""
    try:
        moment, last_id = text.split("_")
        found = datetime.fromisoformat(moment)
        return (found, UUID(last_id)) if found.tzinfo and 1900 < found.year < 2200 else (None, None)
    except ValueError:
        return None, None
