"""Visits: logged by the provider when they are over, priced, divided, and moved in the ledger, all in one transaction.

Two workers at once wait for each other at the rows of the client's vouchers for the service: each reads what the other
has used before it decides.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, fetch_one, new_id, transactional
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.i18n import message
from marketplace.ledger import chart, posting
from marketplace.ledger.queries import balance
from marketplace.pricing import receipts
from marketplace.pricing.receipts import Receipt, receipt_for_visit
from marketplace.vouchers import money
from marketplace.vouchers.covering import (
    AgreementFacts,
    Clash,
    UseFacts,
    VoucherFacts,
    check_clash,
    check_days,
    check_limits,
    check_times,
    days_of,
    units_of,
)
from marketplace.vouchers.schemas import Cancellation, VisitPrice, VisitView
from marketplace.vouchers.scoping import provider_of_actor
from marketplace.vouchers.states import PROVIDER_OF_VISIT, AgreementStatus, VisitAction, VisitStatus
from marketplace.vouchers.terms import read_prices, read_terms, terms_of_visits
from marketplace.vouchers.visit_queries import price_of, spent_minutes, visit_for

VOUCHERS = """
select v.*, v.id = own.id as is_own from agreement a join voucher own on own.id = a.voucher_id
    join voucher v on v.client_id = own.client_id and v.service_class = own.service_class
        and (v.id = own.id or v.closed_at is null)
where a.id = $1 and a.provider_id = $2 order by v.id
"""
"""The agreement's voucher and the client's others for the same service, which may not pay for the same minutes."""
SITUATION = """
select a.status, a.starts_on, a.ends_on, a.prices, a.client_id,
    exists (
        select from approval_covers c join client k on k.id = a.client_id
        where c.provider_id = a.provider_id and c.organiser_id = $2 and c.service_class = $3
            and c.municipality_code = k.municipality_code and $4::date between c.first_day and c.last_day
    ) as is_approved,
    u.visits, u.month_minutes, u.month_units, u.month_cents,
    x.starts_at as clash_start, x.ends_at as clash_end, x.is_own as clash_is_own
from agreement a
cross join lateral (
    select count(*)::int as visits,
        coalesce(sum(billed_minutes) filter (where day >= $5::date and day < $6::date), 0)::bigint as month_minutes,
        coalesce(sum(units) filter (where day >= $5::date and day < $6::date), 0)::bigint as month_units,
        coalesce(sum(payer_cents) filter (where day >= $5::date and day < $6::date), 0)::bigint as month_cents
    from visit where voucher_id = a.voucher_id and status <> 'reversed'
) u
left join lateral (
    select t.starts_at, t.ends_at, t.voucher_id = a.voucher_id as is_own
    from voucher w join visit t on t.voucher_id = w.id and t.status <> 'reversed'
        and tstzrange(t.starts_at, t.ends_at) && tstzrange($7::timestamptz, $8::timestamptz)
    where w.client_id = a.client_id and w.service_class = $3
    order by t.voucher_id = a.voucher_id desc, (t.starts_at, t.ends_at) = ($7::timestamptz, $8::timestamptz) desc,
        t.starts_at limit 1
) x on true
where a.id = $1
"""
INSERT = """
insert into visit (id, agreement_id, voucher_id, organiser_id, provider_id, starts_at, ends_at, day, minutes, billed_minutes,
    units, worker_id, price_cents, payer_cents, own_share_cents, receipt, status, transaction_id, logged_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16::jsonb, $17, $18, $19)
"""


class _Decided(msgspec.Struct, frozen=True, kw_only=True):
    """A visit that the voucher pays for: its price, and the cents that rounding adds to the reserved amount."""

    voucher: Row
    client_id: UUID
    receipt: Receipt
    rounding_cents: int


@transactional()
async def log_visit(actor: Actor, agreement_id: UUID, start: datetime, end: datetime) -> VisitView:
    """Logs and redeems a visit (aware moments, whole minutes). What is refused leaves no trace.

    Raises:
        NotFound: not an agreement of the actor's provider.
        Invalid: times that are no visit.
        Refused: see ``covering`` and ``pricing``; the code says which rule.
    """
    check_times(start, end, now())
    voucher = await _voucher(actor, agreement_id, "for update of v")
    decided = await _decide(voucher, agreement_id, start, end)
    visit_id = await _redeem(actor, agreement_id, decided, (start, end))
    return await visit_for(actor, visit_id)


async def preview_visit(actor: Actor, agreement_id: UUID, start: datetime, end: datetime) -> VisitPrice:
    """What ``log_visit`` would do now, without doing it.

    Raises:
        NotFound, Invalid, Refused: as ``log_visit``.
    """
    check_times(start, end, now())
    decided = await _decide(await _voucher(actor, agreement_id, ""), agreement_id, start, end)
    return price_of(decided.receipt, start, end, actor)


async def _voucher(actor: Actor, agreement_id: UUID, locking: str) -> Row:
    rows = await fetch(f"{VOUCHERS} {locking}", agreement_id, provider_of_actor(actor))
    own = next((row for row in rows if row["is_own"]), None)
    if own is None:
        raise NotFound
    return own


async def _decide(voucher: Row, agreement_id: UUID, start: datetime, end: datetime) -> _Decided:
    """Reads what is used, now that nobody else can use the voucher, and refuses or prices the visit."""
    day, _ = days_of(start, end)
    month = day.replace(day=1)
    next_month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    row = await fetch_one(
        SITUATION, agreement_id, voucher["organiser_id"], voucher["service_class"], day, month, next_month, start, end
    )
    if row is None:
        raise NotFound
    facts = _voucher_facts(voucher, await balance(chart.voucher(voucher["organiser_id"], voucher["id"])))
    check_days(start, end, facts, _agreement_facts(row))
    check_clash(start, end, _clash(row))
    receipt = receipt_for_visit(start, end, terms_of_visits(read_terms(voucher["terms"]), read_prices(row["prices"])))
    use = UseFacts(
        month_minutes=row["month_minutes"],
        month_units=row["month_units"],
        month_cents=row["month_cents"],
        visits=row["visits"],
    )
    rounding = check_limits(receipt, facts, use)
    return _Decided(voucher=voucher, client_id=row["client_id"], receipt=receipt, rounding_cents=rounding)


def _clash(row: Row) -> Clash | None:
    if row["clash_start"] is None:
        return None
    return Clash(row["clash_start"], row["clash_end"], is_own=row["clash_is_own"])


def _voucher_facts(voucher: Row, left_cents: int) -> VoucherFacts:
    return VoucherFacts(
        valid_from=voucher["valid_from"],
        last_day=voucher["last_day"],
        is_closed=voucher["closed_at"] is not None,
        minutes_per_month=voucher["minutes_per_month"],
        units_per_month=voucher["units_per_month"],
        cents_per_month=voucher["cents_per_month"],
        left_cents=left_cents,
    )


def _agreement_facts(row: Row) -> AgreementFacts:
    return AgreementFacts(
        status=AgreementStatus(row["status"]),
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        is_approved=row["is_approved"],
    )


async def _redeem(actor: Actor, agreement_id: UUID, decided: _Decided, times: tuple[datetime, datetime]) -> UUID:
    voucher, receipt, visit_id = decided.voucher, decided.receipt, new_id()
    provider_id = provider_of_actor(actor)
    if decided.rounding_cents:
        await _round_up(voucher, visit_id, decided.rounding_cents)
    transaction_id = await money.redeem(
        organiser_id=voucher["organiser_id"],
        voucher_id=voucher["id"],
        provider_id=provider_id,
        client_id=decided.client_id,
        visit_id=visit_id,
        payer_cents=receipt.shares.payer_cents,
        own_share_cents=receipt.shares.own_share_cents,
    )
    day, _ = days_of(*times)
    await execute(
        INSERT, visit_id, agreement_id, voucher["id"], voucher["organiser_id"], provider_id, *times, day,
        spent_minutes(receipt), receipt.quote.billed_minutes, units_of(receipt), actor.person_id,
        receipt.shares.price_cents, receipt.shares.payer_cents, receipt.shares.own_share_cents,
        receipts.to_json(receipt), VisitStatus.REDEEMED.value, transaction_id, now(),
    )  # fmt: skip
    after = {"voucher_id": voucher["id"], "payer_cents": receipt.shares.payer_cents,
             "own_share_cents": receipt.shares.own_share_cents}  # fmt: skip
    await audit.record(actor, "visit.logged", "visit", visit_id, after=after, organiser_id=voucher["organiser_id"])
    return visit_id


async def _round_up(voucher: Row, visit_id: UUID, cents: int) -> None:
    await money.add_rounding(voucher["organiser_id"], voucher["id"], visit_id, cents)
    await execute("update voucher set reserved_cents = reserved_cents + $2 where id = $1", voucher["id"], cents)


@transactional()
async def cancel_visit(actor: Actor, visit_id: UUID, cancellation: Cancellation | None = None) -> VisitView:
    """Takes back a visit that is not settled yet; the ledger reverses its entries, and the minutes are free again.

    Raises:
        NotFound: not a visit of the actor's provider.
        Refused: it is on a statement (``visit_settled``).
        Conflict: it is cancelled already.
    """
    provider_id = provider_of_actor(actor)
    voucher = await fetch_one(
        "select * from voucher where id = (select voucher_id from visit where id = $1 and provider_id = $2) for update",
        visit_id, provider_id,
    )  # fmt: skip
    visit = await fetch_one("select * from visit where id = $1 for update", visit_id)
    if voucher is None or visit is None:
        raise NotFound
    if visit["status"] == VisitStatus.SETTLED:
        text = message("This visit has been settled. Ask the organiser to correct it with the next settlement.")
        raise Refused(text, code="visit_settled")
    status = PROVIDER_OF_VISIT.after(VisitStatus(visit["status"]), VisitAction.REVERSE)
    reason = (cancellation or Cancellation()).reason
    if visit["transaction_id"] is not None:
        await posting.reverse(visit["transaction_id"], f"cancellation:{visit_id}", reason)
    await execute(
        "update visit set status = $2, reversed_at = $3, reversed_by = $4, reversal_reason = $5 where id = $1",
        visit_id, status.value, now(), actor.person_id, reason,
    )  # fmt: skip
    if voucher["closed_at"] is not None:
        await _return_at_once(voucher, visit)
    await audit.record(
        actor, "visit.cancelled", "visit", visit_id, before={"status": visit["status"]},
        after={"status": status, "reason": reason}, organiser_id=voucher["organiser_id"],
    )  # fmt: skip
    return await visit_for(actor, visit_id)


async def _return_at_once(voucher: Row, visit: Row) -> None:
    """Nothing more can be paid from a closed voucher: what a cancelled visit frees goes back to the budget."""
    await money.give_back(voucher["organiser_id"], voucher["id"], visit["payer_cents"], str(visit["id"]))
    await execute(
        "update voucher set returned_cents = returned_cents + $2 where id = $1", voucher["id"], visit["payer_cents"]
    )
