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
from marketplace.ledger import posting
from marketplace.pricing import receipts
from marketplace.pricing.receipts import Receipt, receipt_for_visit
from marketplace.vouchers import money
from marketplace.vouchers.covering import (
    check_clash,
    check_days,
    check_limits,
    check_times,
    covered_of,
    days_of,
    left_for,
    units_of,
)
from marketplace.vouchers.schemas import Cancellation, VisitPrice, VisitView
from marketplace.vouchers.scoping import provider_of_actor
from marketplace.vouchers.situation import situation_of
from marketplace.vouchers.states import PROVIDER_OF_VISIT, VisitAction, VisitStatus
from marketplace.vouchers.terms import terms_of_visits
from marketplace.vouchers.visit_queries import price_of, spent_minutes, visit_for

VOUCHERS = """
select v.*, v.id = own.id as is_own from agreement a join voucher own on own.id = a.voucher_id
    join voucher v on v.client_id = own.client_id and v.service_class = own.service_class
        and (v.id = own.id or v.closed_at is null)
where a.id = $1 and a.provider_id = $2 order by v.id
"""
"""The agreement's voucher and the client's others for the same service, which may not pay for the same minutes."""
INSERT = """
insert into visit (id, agreement_id, voucher_id, organiser_id, provider_id, starts_at, ends_at, day, minutes, billed_minutes,
    units, covered, worker_id, price_cents, payer_cents, own_share_cents, overrun_cents, receipt, status, transaction_id,
    logged_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18::jsonb, $19, $20, $21)
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
    known = await situation_of(voucher, agreement_id, start, end)
    check_days(start, end, known.voucher, known.agreement)
    check_clash(start, end, known.clash)
    terms = terms_of_visits(known.terms, known.prices, left_for(known.voucher, known.use))
    receipt = receipt_for_visit(start, end, terms)
    rounding = check_limits(receipt, known.voucher, known.use)
    return _Decided(voucher=voucher, client_id=known.client_id, receipt=receipt, rounding_cents=rounding)


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
        own_share_cents=receipt.shares.own_share_cents + receipt.shares.overrun_cents,
    )
    day, _ = days_of(*times)
    await execute(
        INSERT, visit_id, agreement_id, voucher["id"], voucher["organiser_id"], provider_id, *times, day,
        spent_minutes(receipt), receipt.quote.billed_minutes, units_of(receipt), covered_of(receipt), actor.person_id,
        receipt.shares.price_cents, receipt.shares.payer_cents, receipt.shares.own_share_cents,
        receipt.shares.overrun_cents, receipts.to_json(receipt), VisitStatus.REDEEMED.value, transaction_id, now(),
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
