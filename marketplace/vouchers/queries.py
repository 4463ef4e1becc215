"""Reading vouchers and agreements: what is left of them in hours and euros, and with whom they are used."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from marketplace.kernel.actors import CLIENT_ROLES, Actor
from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, fetch
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Text
from marketplace.ledger import chart
from marketplace.ledger.queries import balances
from marketplace.organisers.reference import service_class
from marketplace.vouchers.decisions import decisions_on
from marketplace.vouchers.numbers import shown
from marketplace.vouchers.schemas import AgreementCard, AgreementView, DecisionView, MonthUse, VoucherView
from marketplace.vouchers.scoping import client_of_actor, organiser_of_actor, provider_of_actor, scope_of
from marketplace.vouchers.states import AgreementStatus, VoucherStatus
from marketplace.vouchers.terms import highest_unit_value, read_terms, worth_of

VOUCHERS = """
select v.*, c.given_names || ' ' || c.family_name as client_name,
    p.name_fi as product_fi, p.name_sv as product_sv, p.name_en as product_en,
    o.name_fi as organiser_fi, o.name_sv as organiser_sv, o.name_en as organiser_en
from voucher v join client c on c.id = v.client_id join voucher_product p on p.id = v.product_id
    join organiser o on o.id = v.organiser_id
"""
AGREEMENTS = """
select a.*, c.given_names || ' ' || c.family_name as client_name, p.name as provider_name,
    o.name_fi as offer_fi, o.name_sv as offer_sv, o.name_en as offer_en,
    v.service_class, v.organiser_id, v.number, v.last_day, v.status as voucher_status, v.terms, v.minutes_per_month,
    v.units_per_month, v.closed_at, (select array_agg(n.valid_from) from agreement_price n
        where n.agreement_id = a.id and n.cancelled_at is null) as priced_from,
    nullif((a.prices ->> 'weekly_visits')::int, 0) as weekly_visits
from agreement a join voucher v on v.id = a.voucher_id join client c on c.id = a.client_id
    join provider p on p.id = a.provider_id join offer_version o on o.id = a.offer_version_id
"""
USED = """
select voucher_id, coalesce(sum(payer_cents), 0)::bigint as cents,
    coalesce(sum(coalesce(covered, billed_minutes)) filter (where day >= $2), 0)::bigint as month_minutes,
    coalesce(sum(coalesce(covered, units)) filter (where day >= $2), 0)::bigint as month_units,
    coalesce(sum(payer_cents) filter (where day >= $2), 0)::bigint as month_cents,
    coalesce(sum(own_share_cents + overrun_cents) filter (where day >= $2), 0)::bigint as month_own_share
from visit where voucher_id = any($1::uuid[]) and status <> 'reversed' group by voucher_id
"""
NEWEST_FIRST = "order by v.closed_at is not null, v.valid_from desc, v.id desc"
NOTHING_USED = {"cents": 0, "month_minutes": 0, "month_units": 0, "month_cents": 0, "month_own_share": 0}


async def voucher_for(actor: Actor, voucher_id: UUID) -> VoucherView:
    """A voucher with its money, for its client, who acts for the client, and staff of its organiser.

    Raises:
        NotFound: anybody else, providers included: they see the agreement.
    """
    column, scope_id = scope_of(actor)
    if column == "provider_id":
        raise NotFound
    rows = await fetch(f"{VOUCHERS} where v.id = $1 and v.{column} = $2", voucher_id, scope_id)
    if not rows:
        raise NotFound
    return (await _vouchers(rows))[0]


async def my_vouchers(actor: Actor) -> list[VoucherView]:
    """The vouchers of the client that the actor is or acts for, those in use first.

    Raises:
        NotFound: the actor is no client and acts for none.
    """
    rows = await fetch(f"{VOUCHERS} where v.client_id = $1 {NEWEST_FIRST} limit 100", client_of_actor(actor))
    return await _vouchers(rows)


async def organiser_vouchers(actor: Actor, client_id: UUID | None = None, page: int = 1) -> list[VoucherView]:
    """The organiser's vouchers with reserved, used and left amounts, 50 a page; of one client where named.

    Raises:
        NotFound: the actor may not read the vouchers of an organiser.
    """
    where = "where v.organiser_id = $1 and ($2::uuid is null or v.client_id = $2)"
    sql = f"{VOUCHERS} {where} {NEWEST_FIRST} offset $3 limit 50"
    return await _vouchers(await fetch(sql, organiser_of_actor(actor), client_id, (page - 1) * 50))


async def voucher_decisions(actor: Actor, voucher_id: UUID) -> list[DecisionView]:
    """The decisions on a voucher in the actor's language, oldest first.

    Raises:
        NotFound: as ``voucher_for``.
    """
    await voucher_for(actor, voucher_id)
    return await decisions_on(voucher_id, actor.language)


async def agreement_for(actor: Actor, agreement_id: UUID) -> AgreementCard:
    """An agreement, for its provider, its client and the organiser's staff.

    Raises:
        NotFound: anybody else.
    """
    column, scope_id = scope_of(actor)
    table = "v" if column == "organiser_id" else "a"
    rows = await fetch(f"{AGREEMENTS} where a.id = $1 and {table}.{column} = $2", agreement_id, scope_id)
    if not rows:
        raise NotFound
    return (await _cards(actor, rows))[0]


async def provider_agreements(actor: Actor, *, only_active: bool = False) -> list[AgreementCard]:
    """The agreements of the actor's provider, those in force first, by client.

    Raises:
        NotFound: the actor works for no provider.
    """
    where = "where a.provider_id = $1 and (a.status = 'active' or not $2)"
    order = "order by a.status, lower(c.family_name), lower(c.given_names), a.starts_on desc, a.id limit 500"
    return await _cards(actor, await fetch(f"{AGREEMENTS} {where} {order}", provider_of_actor(actor), only_active))


async def agreements_of_voucher(actor: Actor, voucher_id: UUID) -> list[AgreementView]:
    """All agreements made on a voucher, newest first.

    Raises:
        NotFound: as ``voucher_for``.
    """
    await voucher_for(actor, voucher_id)
    rows = await fetch(f"{AGREEMENTS} where a.voucher_id = $1 order by a.starts_on desc, a.id desc", voucher_id)
    return [_agreement(row) for row in rows]


async def _vouchers(rows: Sequence[Row]) -> list[VoucherView]:
    ids = [row["id"] for row in rows]
    used = await _used(ids)
    accounts = {row["id"]: chart.voucher(row["organiser_id"], row["id"]) for row in rows}
    left = await balances(list(accounts.values()))
    active = await fetch(f"{AGREEMENTS} where a.voucher_id = any($1::uuid[]) and a.status = 'active'", ids)
    agreements = {row["voucher_id"]: _agreement(row) for row in active}
    return [
        _voucher(row, used.get(row["id"], NOTHING_USED), left[accounts[row["id"]]], agreements.get(row["id"]))
        for row in rows
    ]


def _voucher(row: Row, used: Row, left_cents: int, agreement: AgreementView | None) -> VoucherView:
    terms, service = read_terms(row["terms"]), service_class(row["service_class"])
    same = ("id", "organiser_id", "client_id", "client_name", "service_class", "valid_from", "valid_to", "last_day",
            "minutes_per_month", "units_per_month", "reserved_cents", "returned_cents")  # fmt: skip
    return VoucherView(
        **{name: row[name] for name in same},
        number=shown(row["number"]),
        organiser_name=Text(row["organiser_fi"], row["organiser_sv"], row["organiser_en"]),
        product_name=Text(row["product_fi"], row["product_sv"], row["product_en"]),
        service=service.name,
        unit=terms.unit,
        status=VoucherStatus(row["status"]),
        unit_value_cents=highest_unit_value(terms),
        no_own_share=terms.no_own_share,
        used_cents=used["cents"],
        left_cents=left_cents,
        month=_month(row, used, left_cents),
        agreement=agreement,
    )


def _month(row: Row, used: Row, left_cents: int) -> MonthUse:
    """The present calendar month. After the voucher's last day nothing is left to use, though it is still reserved."""
    is_over = row["last_day"] < today() or row["closed_at"] is not None
    minutes = _left(row["minutes_per_month"], used["month_minutes"], is_over=is_over)
    units = _left(row["units_per_month"], used["month_units"], is_over=is_over)
    return MonthUse(
        month=_first_of_month(),
        used_minutes=used["month_minutes"],
        used_units=used["month_units"],
        used_cents=used["month_cents"],
        own_share_cents=used["month_own_share"],
        left_minutes=minutes,
        left_units=units,
        worth_cents=min(left_cents, worth_of(read_terms(row["terms"]), minutes, units)),
    )


def _left(limit: int | None, used: int, *, is_over: bool) -> int | None:
    return None if limit is None else 0 if is_over else max(limit - used, 0)


async def _cards(actor: Actor, rows: Sequence[Row]) -> list[AgreementCard]:
    ids = list({row["voucher_id"] for row in rows})
    used = await _used(ids)
    accounts = {row["voucher_id"]: chart.voucher(row["organiser_id"], row["voucher_id"]) for row in rows}
    left = await balances(list(accounts.values()))
    shows_number = actor.role not in CLIENT_ROLES
    cards: list[AgreementCard] = []
    for row in rows:
        month = _month(row, used.get(row["voucher_id"], NOTHING_USED), left[accounts[row["voucher_id"]]])
        facts = msgspec.structs.asdict(_agreement(row))
        terms = read_terms(row["terms"])
        number = shown(row["number"]) if shows_number else ""
        cards.append(
            AgreementCard(**facts, voucher_number=number, last_day=row["last_day"], unit=terms.unit, month=month)
        )
    return cards


def _agreement(row: Row) -> AgreementView:
    same = ("id", "voucher_id", "client_id", "client_name", "provider_id", "provider_name", "offer_id", "service_class",
            "starts_on", "ends_on", "weekly_visits")  # fmt: skip
    return AgreementView(
        **{name: row[name] for name in same},
        offer_name=Text(row["offer_fi"], row["offer_sv"], row["offer_en"]),
        service=service_class(row["service_class"]).name,
        status=AgreementStatus(row["status"]),
        new_prices_from=min((day for day in row["priced_from"] or () if day > today()), default=None),
    )


async def _used(voucher_ids: Sequence[UUID]) -> dict[UUID, Row]:
    rows = await fetch(USED, list(voucher_ids), _first_of_month())
    return {row["voucher_id"]: row for row in rows}


def _first_of_month() -> date:
    return today().replace(day=1)
