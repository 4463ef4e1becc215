"""The end of vouchers: revoked by decision, or run out; what is left of the amount is given back to the budget.

A visit may be logged some days after it was given (``LOGGING_DAYS``). Until those have passed the rest stays reserved,
unless no provider ever opened the voucher.
"""

from datetime import date, timedelta
from uuid import UUID

import structlog

from marketplace.kernel import audit
from marketplace.kernel.actors import SYSTEM, Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, transactional
from marketplace.kernel.errors import Invalid, NotFound, Unavailable
from marketplace.kernel.i18n import message
from marketplace.kernel.jobs import Periodic
from marketplace.ledger import chart
from marketplace.ledger.queries import balance
from marketplace.organisers.organisers import get_organiser
from marketplace.plans.clients import case_manager_of
from marketplace.vouchers import money, numbers
from marketplace.vouchers.agreements import end_active_agreement
from marketplace.vouchers.decisions import keep_decision, words_of_revocation
from marketplace.vouchers.queries import voucher_for
from marketplace.vouchers.schemas import Revocation, VoucherView
from marketplace.vouchers.states import CASE_MANAGER, VoucherAction, VoucherStatus
from marketplace.vouchers.states import SYSTEM as SYSTEM_MOVES

log = structlog.get_logger("vouchers")

LOGGING_DAYS = 14
"""How many days after a voucher's last day its visits may still be logged."""

DUE = "select id from voucher where closed_at is null and last_day < $1 and id > $2 order by id limit 500"
BEFORE_ALL = UUID(int=0)
LAST_VISIT = "select max(day) from visit where voucher_id = $1 and status <> 'reversed'"


@transactional()
async def revoke(actor: Actor, voucher_id: UUID, revocation: Revocation) -> VoucherView:
    """Revokes a voucher from the day after ``last_day`` on, by a decision that is kept. An open agreement ends with it.

    Raises:
        NotFound: not a voucher of the actor's organiser.
        Conflict: it has ended, or was revoked before.
        Invalid: the last day is after the voucher's own, before its first, or before a visit that was logged.
    """
    row = await fetch_one(
        "select * from voucher where id = $1 and organiser_id = $2 for update", voucher_id, case_manager_of(actor)
    )
    if row is None:
        raise NotFound
    before = VoucherStatus(row["status"])
    status = CASE_MANAGER.after(before, VoucherAction.REVOKE)
    last_day = await _last_day(row, revocation.last_day)
    await execute("update voucher set status = $2, last_day = $3 where id = $1", voucher_id, status.value, last_day)
    await end_active_agreement(actor, voucher_id, last_day)
    if before is VoucherStatus.GRANTED:
        await _close(row)
    organiser = await get_organiser(row["organiser_id"])
    words = words_of_revocation(organiser, numbers.shown(row["number"]), last_day)
    await keep_decision(actor, voucher_id, "revoked", revocation.reasons, words)
    after = {"status": status, "last_day": last_day}
    await audit.record(actor, "voucher.revoked", "voucher", voucher_id, before={"status": before}, after=after)
    return await voucher_for(actor, voucher_id)


async def _last_day(row: Row, asked: date | None) -> date:
    """The last day to pay for: as asked, else today within the voucher's days."""
    if asked is None:
        return min(max(today(), row["valid_from"] - timedelta(days=1)), row["last_day"])
    if asked > row["last_day"] or asked < row["valid_from"] - timedelta(days=1):
        text = message("Choose a day from {first} to {last}.", first=row["valid_from"], last=row["last_day"])
        raise Invalid.field("last_day", text)
    latest: date | None = await fetch_value(LAST_VISIT, row["id"])
    if latest is not None and asked < latest:
        text = message("A visit of {day} has been logged. Choose that day or a later one.", day=latest)
        raise Invalid.field("last_day", text)
    return asked


async def expire_due(day: date | None = None) -> int:
    """Closes every voucher whose days and logging days are over by ``day`` (today), each on its own; returns how many.

    One that cannot be closed keeps none of the others open: it is told of, and tried again with the next round.
    """
    closed, after = 0, BEFORE_ALL
    while rows := await fetch(DUE, (day or today()) - timedelta(days=LOGGING_DAYS), after):
        for row in rows:
            after = row["id"]
            try:
                closed += await _expire(after)
            except Unavailable:
                raise
            except Exception as error:
                log.warning("voucher not closed", voucher_id=str(after), error=type(error).__name__)
    return closed


@transactional()
async def _expire(voucher_id: UUID) -> int:
    row = await fetch_one("select * from voucher where id = $1 and closed_at is null for update", voucher_id)
    if row is None:
        return 0
    before = VoucherStatus(row["status"])
    status = before
    if before is not VoucherStatus.REVOKED:
        action = VoucherAction.EXPIRE if before is VoucherStatus.GRANTED else VoucherAction.END
        status = SYSTEM_MOVES.after(before, action)
        await execute("update voucher set status = $2 where id = $1", voucher_id, status.value)
    await end_active_agreement(SYSTEM, voucher_id, row["last_day"])
    returned = await _close(row)
    await audit.record(
        SYSTEM, f"voucher.{status}", "voucher", voucher_id, before={"status": before},
        after={"status": status, "returned_cents": returned}, organiser_id=row["organiser_id"],
    )  # fmt: skip
    return 1


async def _close(row: Row) -> int:
    """Gives back what is left and notes that nothing more is paid. Returns the cents."""
    left = await balance(chart.voucher(row["organiser_id"], row["id"]))
    await money.give_back(row["organiser_id"], row["id"], left, "close")
    await execute(
        "update voucher set closed_at = $2, returned_cents = returned_cents + $3 where id = $1", row["id"], now(), left
    )
    return left


ROUNDS = (Periodic("vouchers.expire", "20 1 * * *", expire_due),)
