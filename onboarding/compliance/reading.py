"""Reading cases: an organiser's and a provider's own, the most urgent first, fifty a page."""

from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec

from marketplace.kernel.actors import PROVIDER_ROLES, Actor
from marketplace.kernel.db import Row, fetch, fetch_one
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Text
from onboarding.applications.reading import like_pattern
from onboarding.approvals.states import ApprovalStatus
from onboarding.compliance.schemas import CaseFilters, CasePage, CaseStep, CaseSummary, CaseView, Waiting
from onboarding.compliance.states import UNDER_WAY
from onboarding.scoping import acting_provider, reviewing_organiser

PAGE: Final = 50
SELECT: Final = """
select c.*, p.name as provider_name, o.name_fi, o.name_sv, o.name_en, a.status as approval_status, a.service_classes
from compliance_case c join provider p on p.id = c.provider_id join organiser o on o.id = c.organiser_id
    join approval a on a.id = c.approval_id
"""
LIST: Final = """
where c.{column} = $1 and c.status = any($2::varchar[]) and ($3 = '' or c.kind = $3)
    and ($4 = '' or lower(p.name) like $4 or p.business_id like $4) and ($5::uuid is null or c.approval_id = $5)
    and ($6::smallint is null or (c.rank, c.urgent_on, c.id) > ($6, $7::date, $8::uuid))
order by c.rank, c.urgent_on, c.id limit {limit}
"""
STEPS: Final = "select * from compliance_step where case_id = $1 order by happened_at, id"
WAITING: Final = """
select count(*) as under_way, count(*) filter (where status = 'hearing') as proposed, min(urgent_on) as nearest
from compliance_case where {column} = $1 and closed_at is null and kind <> 'name_changed'
"""
SIDES: Final = {"system": "system", "provider_admin": "provider"}


async def cases_of_organiser(actor: Actor, filters: CaseFilters) -> CasePage:
    """The cases of the actor's organiser, those that wait for a decision first.

    Raises:
        NotFound: the actor reviews for no organiser.
    """
    return await _cases("organiser_id", reviewing_organiser(actor), filters)


async def cases_of_provider(actor: Actor, filters: CaseFilters) -> CasePage:
    """The cases of the actor's own provider.

    Raises:
        NotFound: the actor works for no provider.
    """
    return await _cases("provider_id", acting_provider(actor), filters)


async def case_for_organiser(actor: Actor, case_id: UUID) -> CaseView:
    """One case with its evidence and history.

    Raises:
        NotFound: not a case of the actor's organiser.
    """
    return await _case("organiser_id", reviewing_organiser(actor), case_id)


async def case_for_provider(actor: Actor, case_id: UUID) -> CaseView:
    """One case with its evidence and history.

    Raises:
        NotFound: not a case of the actor's provider.
    """
    return await _case("provider_id", acting_provider(actor), case_id)


async def waiting_for(actor: Actor) -> Waiting:
    """What waits for the actor's provider, or for the reviewers of the actor's organiser: for the card of a desk.

    Raises:
        NotFound: the actor works for neither.
    """
    is_provider = actor.role in PROVIDER_ROLES
    column, scope = ("provider_id", acting_provider(actor)) if is_provider else ("organiser_id", reviewing_organiser(actor))  # fmt: skip
    row = await fetch_one(WAITING.format(column=column), scope)
    return msgspec.convert(row, Waiting)


async def _cases(column: str, scope_id: UUID, filters: CaseFilters) -> CasePage:
    statuses = [filters.status] if filters.status else sorted(UNDER_WAY)
    rank, urgent_on, last_id = _read_cursor(filters.after)
    rows = await fetch(
        SELECT + LIST.format(column=column, limit=PAGE + 1), scope_id, [each.value for each in statuses],
        filters.kind.value if filters.kind else "", like_pattern(filters.q), filters.approval_id, rank, urgent_on, last_id,
    )  # fmt: skip
    shown = rows[:PAGE]
    more = None
    if len(rows) > PAGE:
        more = f"{shown[-1]['rank']}_{shown[-1]['urgent_on']}_{shown[-1]['id']}"
    return CasePage(items=[_summary(row) for row in shown], next=more)


def _read_cursor(text: str) -> tuple[int | None, date | None, UUID | None]:
    """Where the page before ended; anything else begins at the beginning."""
    try:
        rank, urgent_on, last_id = text.split("_")
        return min(max(int(rank), 0), 9), date.fromisoformat(urgent_on), UUID(last_id)
    except ValueError:
        return None, None, None


async def _case(column: str, scope_id: UUID, case_id: UUID) -> CaseView:
    row = await fetch_one(f"{SELECT} where c.id = $1 and c.{column} = $2", case_id, scope_id)
    if row is None:
        raise NotFound
    same = ("source", "seen_at", "before", "after", "explanation", "explained_at", "hearing_is_over", "service_classes")
    return CaseView(
        **{name: row[name] for name in same},
        summary=_summary(row),
        approval_status=ApprovalStatus(row["approval_status"]),
        steps=[_step(each) for each in await fetch(STEPS, case_id)],
    )


def _summary(row: Row) -> CaseSummary:
    values: dict[str, Any] = {
        **row,
        "organiser_name": Text(row["name_fi"], row["name_sv"], row["name_en"]),
        "has_explanation": row["explained_at"] is not None,
    }
    return msgspec.convert({name: values[name] for name in CaseSummary.__struct_fields__}, CaseSummary)


def _step(row: Row) -> CaseStep:
    who = SIDES.get(row["role"], "organiser")
    values = {**row, "who": who}
    return msgspec.convert({name: values[name] for name in CaseStep.__struct_fields__}, CaseStep)
