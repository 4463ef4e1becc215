"""What settlement takes from vouchers: visits that no statement has, and the note that one has them now."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from marketplace.kernel.db import Row, execute, fetch, in_transaction
from marketplace.kernel.errors import Conflict
from marketplace.vouchers.numbers import shown
from marketplace.vouchers.schemas import RedeemedVisit
from marketplace.vouchers.states import SETTLEMENT, VisitAction, VisitStatus

__all__ = ["RedeemedVisit", "mark_settled", "unsettled", "visits_of_statement"]

COLUMNS = """
select t.id as redemption_id, t.provider_id, t.voucher_id, v.number as voucher_number, v.service_class,
    t.day as visited_on, t.starts_at, t.ends_at, t.minutes, t.price_cents, t.payer_cents,
    t.own_share_cents + t.overrun_cents as own_share_cents
from visit t join voucher v on v.id = t.voucher_id
"""
UNSETTLED = f"""
{COLUMNS} where t.organiser_id = $1 and t.status = 'redeemed' and t.day <= $2 and ($3::uuid is null or t.provider_id = $3)
order by t.id for update of t
"""
OF_STATEMENT = f"{COLUMNS} where t.statement_id = $1 order by t.starts_at, t.id"
MARK = "update visit set status = $3, statement_id = $2 where id = any($1::uuid[]) and status = $4"


async def unsettled(organiser_id: UUID, until_day: date, provider_id: UUID | None = None) -> list[RedeemedVisit]:
    """Redeemed visits that began on or before ``until_day`` and are on no statement, by provider and time, locked.

    Within the settlement's unit of work, so that none of them can be cancelled meanwhile.
    """
    if not in_transaction():
        msg = "visits are locked for the settlement that reads them"
        raise RuntimeError(msg)
    visits = [_visit(row) for row in await fetch(UNSETTLED, organiser_id, until_day, provider_id)]
    return sorted(visits, key=lambda visit: (visit.provider_id, visit.starts_at, visit.redemption_id))


async def mark_settled(redemption_ids: Sequence[UUID], statement_id: UUID) -> None:
    """Puts redeemed visits onto a statement, within the settlement's unit of work, which writes the audit event.

    Raises:
        Conflict: one of them is no longer redeemed; nothing may be settled then.
    """
    status = SETTLEMENT.after(VisitStatus.REDEEMED, VisitAction.SETTLE)
    marked = await execute(MARK, list(redemption_ids), statement_id, status.value, VisitStatus.REDEEMED.value)
    if marked != len(set(redemption_ids)):
        raise Conflict


async def visits_of_statement(statement_id: UUID) -> list[RedeemedVisit]:
    """The visits of a statement, by time; who may see the statement is the caller's to decide."""
    return [_visit(row) for row in await fetch(OF_STATEMENT, statement_id)]


def _visit(row: Row) -> RedeemedVisit:
    return msgspec.convert({**row, "voucher_number": shown(row["voucher_number"])}, RedeemedVisit)
