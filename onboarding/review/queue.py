"""The queue of applications to an organiser: found by many filters, as fast among a hundred thousand as among ten.

Every order has an index that begins with the organiser; a page goes on after the last row of the one before. Words are
looked up first, where they match few applications; where they match many, they are met on the way through the order.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from marketplace.accounts.people import names_of
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, fetch
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import message
from onboarding.applications.reading import SUMMARY, like_pattern, summary
from onboarding.applications.schemas import ApplicationKind
from onboarding.applications.states import Capability, statuses_with
from onboarding.review.presence import present_at
from onboarding.review.schemas import Handler, QueueFilters, QueueItem, QueuePage, QueueSort, QueueStatus
from onboarding.scoping import reviewing_organiser

PAGE: Final = 50
FEW: Final = 1_000
"""So many matches of words are fetched by their ids; more than that are found on the way."""

_QUOTED_STATUSES = ", ".join(f"'{status}'" for status in statuses_with(Capability.BE_REVIEWED))
OPEN: Final = f"a.status in ({_QUOTED_STATUSES})"
"""Word for word the condition of the partial indexes in migration 0018."""

MATCHING = """
(select a.id from application a where a.organiser_id = $1 and a.submitted_at is not null and lower(a.reference) like $2
    limit {limit})
union all
(select a.id from application a where a.organiser_id = $1 and a.submitted_at is not null and a.provider_id in
    (select p.id from provider p where lower(p.name) like $2 or p.business_id like $2) limit {limit})
"""
MATCHES = """
(lower(a.reference) like {words} or exists (select from provider p where p.id = a.provider_id
    and (lower(p.name) like {words} or p.business_id like {words})))
"""
ORDERS: Mapping[QueueSort, str] = {
    QueueSort.AGE: "a.submitted_at, a.id",
    QueueSort.NEWEST: "a.submitted_at desc, a.id desc",
    QueueSort.DEADLINE: "a.decide_by, a.id",
}


class Cursor(NamedTuple):
    """The last row of the page before."""

    moment: datetime | date
    id: UUID


async def queue(actor: Actor, filters: QueueFilters) -> QueuePage:
    """The applications to the actor's organiser that the filters let through, in their order.

    Raises:
        NotFound: the actor reviews for no organiser.
        Invalid: ``handler`` is neither known word nor a person's id.
    """
    asked = _Asked(reviewing_organiser(actor))
    await _restrict(asked, actor, filters)
    order = _order(filters)
    asked.after(filters, order)
    found = await fetch(asked.sql(_ordered(filters, order)), *asked.values)
    shown = found[:PAGE]
    more = _written_cursor(shown[-1], order) if len(found) > PAGE else None
    return QueuePage(items=await _items(actor, [row["id"] for row in shown]), next=more)


class _Asked:
    """A query as it grows: only what is asked stands in it, so that the planner sees which index serves."""

    def __init__(self, organiser_id: UUID) -> None:
        self.values: list[object] = [organiser_id]
        self.conditions = ["a.organiser_id = $1", "a.submitted_at is not null"]

    def value(self, value: object) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def where(self, condition: str) -> None:
        self.conditions.append(condition)

    def after(self, filters: QueueFilters, order: QueueSort) -> None:
        cursor = _read_cursor(filters.after, order)
        if cursor is not None:
            column = "decide_by" if order is QueueSort.DEADLINE else "submitted_at"
            sign = "<" if order is QueueSort.NEWEST else ">"
            self.where(f"(a.{column}, a.id) {sign} ({self.value(cursor.moment)}, {self.value(cursor.id)})")

    def sql(self, order: str) -> str:
        where = " and ".join(self.conditions)
        return f"select a.id, a.submitted_at, a.decide_by from application a where {where} order by {order} limit {PAGE + 1}"


async def _restrict(asked: _Asked, actor: Actor, filters: QueueFilters) -> None:
    _restrict_status(asked, filters.status)
    if filters.service_class:
        asked.where(f"a.service_classes @> array[{asked.value(filters.service_class)}]::varchar[]")
    if filters.municipality:
        asked.where(f"a.municipality_codes @> array[{asked.value(filters.municipality)}]::varchar[]")
    if filters.kind is not None:
        asked.where(f"a.kind = '{ApplicationKind(filters.kind)}'")
        if filters.kind is not ApplicationKind.NEW:
            asked.where("a.kind <> 'new'")
    _restrict_handler(asked, actor, filters.handler)
    if filters.is_overdue:
        asked.where(f"{OPEN} and a.decide_by < {asked.value(today())}")
    await _restrict_words(asked, filters.q)


def _restrict_status(asked: _Asked, status: QueueStatus) -> None:
    if status is QueueStatus.TO_REVIEW:
        asked.where(OPEN)
    elif status is not QueueStatus.ALL:
        asked.where(f"a.status = '{status.value}'")


def _restrict_handler(asked: _Asked, actor: Actor, handler: str) -> None:
    if handler == Handler.ANYBODY:
        return
    if handler == Handler.NOBODY:
        asked.where("a.claimed_by is null")
        return
    try:
        person_id = actor.person_id if handler == Handler.ME else UUID(handler)
    except ValueError:
        raise Invalid.field("handler", message("Choose one of the answers.")) from None
    asked.where(f"a.claimed_by = {asked.value(person_id)}")


async def _restrict_words(asked: _Asked, words: str) -> None:
    pattern = like_pattern(words)
    if not pattern:
        return
    few = await fetch(MATCHING.format(limit=FEW + 1), asked.values[0], pattern)
    if len(few) <= FEW:
        asked.where(f"a.id = any({asked.value([row['id'] for row in few])}::uuid[])")
    else:
        asked.where(MATCHES.format(words=asked.value(pattern)))


def _order(filters: QueueFilters) -> QueueSort:
    """What was decided has no deadline left: it comes by age."""
    is_open = filters.status is QueueStatus.TO_REVIEW or filters.status in statuses_with(Capability.BE_REVIEWED)
    return filters.sort if is_open or filters.sort is not QueueSort.DEADLINE else QueueSort.AGE


def _ordered(filters: QueueFilters, order: QueueSort) -> str:
    """Nobody's applications come in the order of the index that also has the handler: all alike, but PostgreSQL must see it."""
    is_of_nobody = filters.handler == Handler.NOBODY and order is QueueSort.AGE
    return f"a.claimed_by, {ORDERS[order]}" if is_of_nobody else ORDERS[order]


async def _items(actor: Actor, ids: list[UUID]) -> list[QueueItem]:
    rows = {row["id"]: row for row in await fetch(f"{SUMMARY} where a.id = any($1::uuid[])", ids)}
    names = await names_of([row["claimed_by"] for row in rows.values() if row["claimed_by"]])
    present = await present_at(actor, ids)
    return [_item(rows[each], names, [seen.name for seen in present.get(each, ())]) for each in ids if each in rows]


def _item(row: Row, names: Mapping[UUID, str], open_with: list[str]) -> QueueItem:
    fields: dict[str, Any] = msgspec.structs.asdict(summary(row))
    is_waiting = row["days_left"] is not None or row["status"] not in statuses_with(Capability.BE_REVIEWED)
    return QueueItem(
        **fields,
        decide_by=None if is_waiting else row["decide_by"],
        days_left=row["days_left"],
        claimed_by_name=names.get(row["claimed_by"]) if row["claimed_by"] else None,
        open_with=open_with,
    )


def _written_cursor(row: Row, order: QueueSort) -> str:
    moment: date = row["decide_by"] if order is QueueSort.DEADLINE else row["submitted_at"]
    return f"{moment.isoformat()}_{row['id']}"


def _read_cursor(text: str, order: QueueSort) -> Cursor | None:
    """Where to go on; a cursor that was tampered with, or belongs to another order, begins anew."""
    moment, _, last_id = text.rpartition("_")
    try:
        kind = date if order is QueueSort.DEADLINE else datetime
        return Cursor(msgspec.convert(moment, kind), UUID(last_id)) if _is_plausible(moment, kind) else None
    except (ValueError, msgspec.ValidationError):
        return None


def _is_plausible(moment: str, kind: type[date]) -> bool:
    if kind is date:
        return "T" not in moment
    return (read := datetime.fromisoformat(moment)).tzinfo is not None and 2000 <= read.year <= 2200
