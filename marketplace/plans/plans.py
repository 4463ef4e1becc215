"""Plans: written by the case manager, put into force, followed by the next; seen by the client."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import CLIENT_ROLES, Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, execute_many, fetch, fetch_one, new_id, transactional
from marketplace.kernel.errors import FieldError, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Message, message
from marketplace.kernel.scoping import client_of
from marketplace.organisers.reference import is_service_class, service_class
from marketplace.plans.clients import case_manager_of, client_for
from marketplace.plans.schemas import (
    MAX_MINUTES_PER_MONTH,
    MAX_UNITS_PER_MONTH,
    PlanDraft,
    PlannedService,
    PlanServiceView,
    PlanView,
)
from marketplace.plans.states import CASE_MANAGER, PlanAction, PlanStatus
from marketplace.pricing.prices import Unit

COLUMNS = "id, client_id, organiser_id, status, goals, valid_from, valid_to"
UPSERT = """
insert into plan (id, client_id, organiser_id, case_manager_id, goals, status, valid_from, valid_to, created_at)
values ($1, $2, $3, $4, $5, 'draft', $6, $7, $8)
on conflict (client_id) where status = 'draft'
do update set case_manager_id = $4, goals = $5, valid_from = $6, valid_to = $7
returning id
"""
INSERT_SERVICE = """
insert into plan_service (id, plan_id, service_class, minutes_per_month, units_per_month) values ($1, $2, $3, $4, $5)
"""
BY_HOUR = message("This service is priced by the hour: give the minutes in a month.")
BY_TIMES = message("Give the number of times in a month.")
NOT_IN_A_MONTH = message("Give a whole number of at least 1 that fits into a month.")
NEWEST_FIRST = "order by status = 'active' desc, status = 'draft' desc, valid_from desc, id desc"


@transactional()
async def save_plan(actor: Actor, client_id: UUID, draft: PlanDraft) -> PlanView:
    """Writes the client's draft plan anew; a plan in force stays as it is.

    Raises:
        NotFound: not a client of the actor's organiser.
        Invalid: days or services are wrong; all is named.
    """
    organiser_id = case_manager_of(actor)
    await client_for(actor, client_id)
    if errors := _errors(draft):
        raise Invalid(errors)
    row = await fetch_one(
        UPSERT, new_id(), client_id, organiser_id, actor.person_id, draft.goals.strip(), draft.valid_from,
        draft.valid_to, now(),
    )  # fmt: skip
    plan_id: UUID = row["id"] if row else new_id()
    await execute("delete from plan_service where plan_id = $1", plan_id)
    services = [(new_id(), plan_id, s.service_class, s.minutes_per_month, s.units_per_month) for s in draft.services]
    await execute_many(INSERT_SERVICE, services)
    after = {
        "client_id": client_id,
        "valid_from": draft.valid_from,
        "valid_to": draft.valid_to,
        "services": draft.services,
    }
    await audit.record(actor, "plan.saved", "plan", plan_id, after=after)
    return await plan_for(actor, plan_id)


def _errors(draft: PlanDraft) -> list[FieldError]:
    errors: list[FieldError] = []
    if draft.valid_to is not None and draft.valid_to < draft.valid_from:
        errors.append(FieldError("valid_to", message("The last day cannot be before the first day.")))
    if not draft.services:
        errors.append(FieldError("services", message("Choose at least one service.")))
    seen: set[str] = set()
    for i, planned in enumerate(draft.services):
        errors += _service_errors(f"services.{i}", planned, seen)
        seen.add(planned.service_class)
    return errors


def _service_errors(field: str, planned: PlannedService, seen: set[str]) -> list[FieldError]:
    if not is_service_class(planned.service_class):
        return [FieldError(f"{field}.service_class", message("Choose a service class from the list."))]
    if planned.service_class in seen:
        return [FieldError(f"{field}.service_class", message("This service is in the plan twice."))]
    if service_class(planned.service_class).unit is Unit.HOUR:
        return _amount_errors(f"{field}.minutes_per_month", planned.minutes_per_month, planned.units_per_month, BY_HOUR)
    return _amount_errors(f"{field}.units_per_month", planned.units_per_month, planned.minutes_per_month, BY_TIMES)


def _amount_errors(field: str, asked: int | None, other: int | None, what: Message) -> list[FieldError]:
    most = MAX_MINUTES_PER_MONTH if what is BY_HOUR else MAX_UNITS_PER_MONTH
    if asked is None or other is not None:
        return [FieldError(field, what)]
    return [] if 0 < asked <= most else [FieldError(field, NOT_IN_A_MONTH)]


@transactional()
async def activate_plan(actor: Actor, plan_id: UUID) -> PlanView:
    """Puts a draft into force. The client's plan before it ends the day before the new one begins.

    Raises:
        NotFound: not a plan of the actor's organiser.
        Conflict: it is no draft any more.
        Invalid: it would begin before the plan in force began.
    """
    row = await _locked(actor, plan_id)
    status = CASE_MANAGER.after(PlanStatus(row["status"]), PlanAction.ACTIVATE)
    await _end_earlier(actor, row["client_id"], row["valid_from"])
    await execute("update plan set status = $2, activated_at = $3 where id = $1", plan_id, status.value, now())
    await audit.record(actor, "plan.activated", "plan", plan_id, after={"client_id": row["client_id"]})
    return await plan_for(actor, plan_id)


async def _end_earlier(actor: Actor, client_id: UUID, next_begins: date) -> None:
    row = await fetch_one(
        f"select {COLUMNS} from plan where client_id = $1 and status = 'active' for update", client_id
    )
    if row is None:
        return
    if next_begins <= row["valid_from"]:
        text = message("The plan in force began on {day}. Choose a later first day.", day=row["valid_from"])
        raise Invalid.field("valid_from", text)
    last_day = min(next_begins - timedelta(days=1), row["valid_to"] or date.max)
    await _end(actor, row, last_day)


@transactional()
async def end_plan(actor: Actor, plan_id: UUID) -> PlanView:
    """Ends a plan today. Vouchers granted from it go on until they are revoked or their validity is over.

    Raises:
        NotFound: not a plan of the actor's organiser.
        Conflict: it is not in force.
        Refused: it begins only later (``plan_not_begun``).
    """
    row = await _locked(actor, plan_id)
    if row["valid_from"] > today():
        raise Refused(message("The plan begins only on {day}.", day=row["valid_from"]), code="plan_not_begun")
    await _end(actor, row, min(today(), row["valid_to"] or date.max))
    return await plan_for(actor, plan_id)


async def _end(actor: Actor, row: Row, last_day: date) -> None:
    status = CASE_MANAGER.after(PlanStatus(row["status"]), PlanAction.END)
    await execute(
        "update plan set status = $2, ended_at = $3, valid_to = $4 where id = $1",
        row["id"], status.value, now(), last_day,
    )  # fmt: skip
    await audit.record(actor, "plan.ended", "plan", row["id"], after={"valid_to": last_day})


async def _locked(actor: Actor, plan_id: UUID) -> Row:
    row = await fetch_one(
        f"select {COLUMNS} from plan where id = $1 and organiser_id = $2 for update", plan_id, case_manager_of(actor)
    )
    if row is None:
        raise NotFound
    return row


async def plan_for(actor: Actor, plan_id: UUID) -> PlanView:
    """A plan of the actor's organiser.

    Raises:
        NotFound: there is none.
    """
    rows = await fetch(
        f"select {COLUMNS} from plan where id = $1 and organiser_id = $2", plan_id, case_manager_of(actor)
    )
    if not rows:
        raise NotFound
    return (await _views(rows))[0]


async def plans_of_client(actor: Actor, client_id: UUID) -> list[PlanView]:
    """All plans of a client: the one in force, the draft, those that ended, newest first.

    Raises:
        NotFound: not a client of the actor's organiser.
    """
    case_manager_of(actor)
    await client_for(actor, client_id)
    return await _views(await fetch(f"select {COLUMNS} from plan where client_id = $1 {NEWEST_FIRST}", client_id))


async def my_plan(actor: Actor) -> PlanView | None:
    """The plan in force of the client that the actor is or acts for; None where there is none.

    Raises:
        NotFound: the actor is no client and acts for none.
    """
    own = client_of(actor, *CLIENT_ROLES)
    rows = await fetch(f"select {COLUMNS} from plan where client_id = $1 and status = 'active'", own)
    return (await _views(rows))[0] if rows else None


async def active_service(client_id: UUID, plan_service_id: UUID) -> tuple[PlanView, PlanServiceView] | None:
    """A service of the client's plan in force, locked so that two grants from it wait for each other; None if there is none.

    For vouchers, within their unit of work.
    """
    rows = await fetch(f"select {COLUMNS} from plan where client_id = $1 and status = 'active' for update", client_id)
    for plan in await _views(rows):
        for service in plan.services:
            if service.id == plan_service_id:
                return plan, service
    return None


async def _views(rows: Sequence[Row]) -> list[PlanView]:
    services = await fetch(
        "select id, plan_id, service_class, minutes_per_month, units_per_month from plan_service"
        " where plan_id = any($1::uuid[]) order by service_class",
        [row["id"] for row in rows],
    )
    return [_view(row, [_service(each) for each in services if each["plan_id"] == row["id"]]) for row in rows]


def _view(row: Row, services: list[PlanServiceView]) -> PlanView:
    return msgspec.convert({**row, "services": services}, PlanView)


def _service(row: Row) -> PlanServiceView:
    known = service_class(row["service_class"])
    facts = {name: row[name] for name in ("id", "service_class", "minutes_per_month", "units_per_month")}
    return msgspec.convert({**facts, "name": known.name, "unit": known.unit}, PlanServiceView)
