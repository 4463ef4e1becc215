"""The clients whom it concerns that a provider's approval is suspended or over: what each has left, and who could go on.

Only those who may read the organiser's vouchers see them; reviewers, who suspend, do not.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from marketplace.accounts.people import names_of
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, fetch, fetch_one
from marketplace.kernel.errors import NotFound
from marketplace.ledger import chart
from marketplace.ledger.queries import balances
from marketplace.organisers.reference import service_class
from marketplace.vouchers.affected_schemas import AffectedApproval, AffectedClient, AffectedPage
from marketplace.vouchers.numbers import shown
from marketplace.vouchers.scoping import organiser_of_actor

PAGE: Final = 100
APPROVAL: Final = """
select a.id, a.provider_id, a.organiser_id, p.name as provider_name, a.service_classes, a.status, a.status_from, a.valid_to,
    exists (select from approval_leaving l where l.approval_id = a.id) as is_left
from approval a join provider p on p.id = a.provider_id where a.id = $1
"""
AFFECTED: Final = """
from agreement g join voucher v on v.id = g.voucher_id join client c on c.id = v.client_id
    left join plan_service s on s.id = v.plan_service_id left join plan n on n.id = s.plan_id
where g.provider_id = $1 and v.organiser_id = $2 and v.service_class = any($3::varchar[]) and g.status = 'active'
    and v.status = 'open' and v.closed_at is null and v.last_day >= $4 and (g.ends_on is null or g.ends_on >= $4)
    and exists (select from approval a where a.id = $5 and c.municipality_code = any(a.municipality_codes))
    and not exists (select from approval_covers k where k.provider_id = g.provider_id and k.organiser_id = v.organiser_id
        and k.service_class = v.service_class and k.municipality_code = c.municipality_code
        and k.approval_id <> $5 and $4::date between k.first_day and k.last_day)
"""
ROWS: Final = f"""
select g.id as agreement_id, v.id as voucher_id, v.number, v.organiser_id, v.service_class, v.last_day, v.client_id,
    c.given_names || ' ' || c.family_name as client_name, c.phone, c.municipality_code, v.minutes_per_month,
    v.units_per_month, coalesce(n.case_manager_id, v.granted_by) as case_manager_id,
    (select max(day) from visit where agreement_id = g.id and status <> 'reversed') as last_visit_on
{AFFECTED}
order by lower(c.family_name), lower(c.given_names), g.id
"""
MANAGERS: Final = f"select coalesce(n.case_manager_id, v.granted_by) as person, count(distinct v.client_id) as clients {AFFECTED} group by 1"  # fmt: skip
USED: Final = """
select voucher_id, coalesce(sum(coalesce(covered, billed_minutes)), 0)::bigint as minutes,
    coalesce(sum(coalesce(covered, units)), 0)::bigint as units
from visit where voucher_id = any($1::uuid[]) and status <> 'reversed' and day >= $2 group by voucher_id
"""
OTHERS: Final = """
select k.service_class, k.municipality_code, count(distinct k.provider_id) as approved,
    count(distinct k.provider_id) filter (where n.id is not null) as taking
from approval_covers k
    left join offer o on o.provider_id = k.provider_id and o.organiser_id = k.organiser_id and o.service_class = k.service_class
    left join offer_version n on n.offer_id = o.id and n.status = 'published' and n.accepts_new_clients
        and k.municipality_code = any(n.municipality_codes)
where k.organiser_id = $1 and k.provider_id <> $2 and k.service_class = any($3::varchar[])
    and k.municipality_code = any($4::varchar[]) and $5::date between k.first_day and k.last_day
group by 1, 2
"""


async def affected_clients(actor: Actor, approval_id: UUID, page: int = 1) -> AffectedPage:
    """The clients who use the provider of an approval within its services and area, by name, a hundred a page.

    A client whom another approval of the same provider covers is not among them. While the approval is in force, these
    are the clients whom a suspension would concern.

    Raises:
        NotFound: the actor may not read the vouchers of the approval's organiser.
    """
    approval = await _approval(actor, approval_id)
    scope = _scope(approval)
    total = (await fetch_one(f"select count(*) as total {AFFECTED}", *scope) or {})["total"]
    rows = await fetch(f"{ROWS} offset {(page - 1) * PAGE} limit {PAGE}", *scope)
    pages = max(-(-total // PAGE), 1)
    items = await _clients(approval, rows)
    return AffectedPage(approval=_shown(approval), items=items, total=total, page=page, pages=pages)


async def all_affected(actor: Actor, approval_id: UUID) -> AffectedPage:
    """The same list whole, for a file.

    Raises:
        NotFound: as ``affected_clients``.
    """
    approval = await _approval(actor, approval_id)
    items = await _clients(approval, await fetch(ROWS, *_scope(approval)))
    return AffectedPage(approval=_shown(approval), items=items, total=len(items), page=1, pages=1)


async def managers_concerned(approval_id: UUID) -> tuple[Row | None, dict[UUID | None, int]]:
    """The approval, and how many clients each case manager has who are concerned; for jobs."""
    approval = await fetch_one(APPROVAL, approval_id)
    if approval is None:
        return None, {}
    return approval, {row["person"]: row["clients"] for row in await fetch(MANAGERS, *_scope(approval))}


async def _approval(actor: Actor, approval_id: UUID) -> Row:
    row = await fetch_one(APPROVAL, approval_id)
    if row is None or row["organiser_id"] != organiser_of_actor(actor):
        raise NotFound
    return row


def _scope(approval: Row) -> list[object]:
    return [approval["provider_id"], approval["organiser_id"], approval["service_classes"], today(), approval["id"]]


def _shown(row: Row) -> AffectedApproval:
    is_over = row["status"] == "in_force" and row["valid_to"] is not None and row["valid_to"] < today()
    since: date | None = row["valid_to"] if is_over or row["is_left"] else None
    if row["status"] != "in_force":
        since = row["status_from"]
    return AffectedApproval(
        id=row["id"], provider_id=row["provider_id"], provider_name=row["provider_name"],
        status="ended" if is_over else row["status"], since=since,
    )  # fmt: skip


async def _clients(approval: Row, rows: Sequence[Row]) -> list[AffectedClient]:
    ids = [row["voucher_id"] for row in rows]
    accounts = {row["voucher_id"]: chart.voucher(row["organiser_id"], row["voucher_id"]) for row in rows}
    left = await balances(list(accounts.values()))
    used = {row["voucher_id"]: row for row in await fetch(USED, ids, today().replace(day=1))}
    managers = await names_of(sorted({row["case_manager_id"] for row in rows if row["case_manager_id"]}))
    others = await _others(approval, rows)
    return [
        _client(row, left[accounts[row["voucher_id"]]], used.get(row["voucher_id"]), managers, others) for row in rows
    ]


async def _others(approval: Row, rows: Sequence[Row]) -> dict[tuple[str, str], Row]:
    places = sorted({row["municipality_code"] for row in rows})
    found = await fetch(
        OTHERS, approval["organiser_id"], approval["provider_id"], approval["service_classes"], places, today()
    )
    return {(row["service_class"], row["municipality_code"]): row for row in found}


def _client(
    row: Row, left_cents: int, used: Row | None, managers: Mapping[UUID, str], others: Mapping[tuple[str, str], Row]
) -> AffectedClient:
    other = others.get((row["service_class"], row["municipality_code"]))
    same = (
        "agreement_id",
        "voucher_id",
        "client_id",
        "client_name",
        "phone",
        "service_class",
        "last_day",
        "last_visit_on",
    )
    return AffectedClient(
        **{name: row[name] for name in same},
        municipality=row["municipality_code"],
        number=shown(row["number"]),
        service=service_class(row["service_class"]).name,
        left_cents=left_cents,
        left_minutes=_rest(row["minutes_per_month"], used["minutes"] if used else 0),
        left_units=_rest(row["units_per_month"], used["units"] if used else 0),
        case_manager_id=row["case_manager_id"],
        case_manager=managers.get(row["case_manager_id"], ""),
        other_providers=other["approved"] if other else 0,
        taking_clients=other["taking"] if other else 0,
    )


def _rest(limit: int | None, used: int) -> int | None:
    return None if limit is None else max(limit - used, 0)
