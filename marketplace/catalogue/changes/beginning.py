"""The day of a price change: it becomes a version of its offer, or is given up where that cannot be any more.

Changes whose day passed while no worker ran are found by the next round. Each is decided on its own.
"""

from typing import Final
from uuid import UUID

import structlog
from msgspec.structs import replace

from marketplace.catalogue.changes.increases import prices_of
from marketplace.catalogue.changes.notices import tell_provider
from marketplace.catalogue.changes.states import SYSTEM as MOVES
from marketplace.catalogue.changes.states import WAITING, ChangeAction, ChangeStatus, Dropped
from marketplace.catalogue.offers.offers import put_prices_in_force
from marketplace.catalogue.offers.own import KnownOffer, content_of
from marketplace.catalogue.offers.price_checks import price_problems
from marketplace.catalogue.topics import PRICE_CHANGE_UNDONE, OfPriceChange
from marketplace.kernel import audit
from marketplace.kernel.actors import SYSTEM
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, transactional
from marketplace.kernel.errors import Unavailable
from marketplace.kernel.jobs import Periodic
from marketplace.pricing.price_changes import is_increase
from onboarding.approvals.changes import ChangeKind, note_change

log = structlog.get_logger("price_changes")

DUE: Final = """
select id from price_change where (status = 'scheduled' and valid_from <= $1)
    or (status = 'awaiting_approval' and valid_from < $1) order by valid_from, id
"""
OFFER: Final = """
select o.id from offer o join price_change c on c.offer_id = o.id where c.id = $1 for update of o
"""
HELD: Final = """
select c.*, o.provider_id, o.organiser_id, o.service_class from price_change c join offer o on o.id = c.offer_id
where c.id = $1 for update of c
"""
BEGUN: Final = """
update price_change set status = $2, version_id =
    (select id from offer_version v where v.offer_id = price_change.offer_id and v.number = $3) where id = $1
"""
DROPPED: Final = "update price_change set status = $2, decided_at = $3, reasons = $4 where id = $1"
PUBLIC: Final = "select * from offer_version where offer_id = $1 and status = 'published'"


async def begin_due() -> int:
    """The round: puts in force what is due, and gives up what was not decided in time; returns how many it decided."""
    decided = 0
    for due in await fetch(DUE, today()):
        try:
            decided += await _decide_due(due["id"])
        except Unavailable:
            raise
        except Exception as error:
            log.warning("price change not begun", change_id=str(due["id"]), error=type(error).__name__)
    return decided


@transactional()
async def _decide_due(change_id: UUID) -> bool:
    row = await held_change(change_id)
    if row is None or row["status"] not in WAITING:
        return False
    if row["status"] == ChangeStatus.AWAITING_APPROVAL:
        await _drop(row, Dropped.NOT_DECIDED)
    else:
        await begin_or_drop(row)
    return True


async def held_change(change_id: UUID) -> Row | None:
    """A change with whose it is, held until the end of the transaction: its offer's row first, then its own."""
    await fetch_one(OFFER, change_id)
    return await fetch_one(HELD, change_id)


async def begin_or_drop(row: Row) -> None:
    """Puts a scheduled change in force whose day has come. The caller holds it."""
    if reason := await _against(row):
        await _drop(row, reason)
        return
    status = MOVES.after(ChangeStatus(row["status"]), ChangeAction.BEGIN)
    saved = await put_prices_in_force(SYSTEM, row["offer_id"], *prices_of(row))
    await execute(BEGUN, row["id"], status.value, saved.version)
    await _record(row, status)


async def _against(row: Row) -> Dropped | None:
    """What has happened since the prices were announced that keeps them from beginning."""
    public = await fetch_one(PUBLIC, row["offer_id"])
    if public is None:
        return Dropped.WITHDRAWN
    prices, calendar = prices_of(row)
    if not row["is_increase"] and is_increase(*prices_of(public), prices, calendar):
        return Dropped.DEARER_BY_NOW
    known = KnownOffer(row["offer_id"], row["organiser_id"], row["service_class"])
    content = replace(content_of(known, public), prices=prices, calendar=calendar)
    return Dropped.AGAINST_RULES if await price_problems(content, row["provider_id"], today()) else None


async def _drop(row: Row, reason: Dropped) -> None:
    status = MOVES.after(ChangeStatus(row["status"]), ChangeAction.DROP)
    await execute(DROPPED, row["id"], status.value, now(), reason.value)
    await _record(row, status)
    await tell_provider(row, status)
    if row["status"] == ChangeStatus.SCHEDULED:
        await undone(row)


async def undone(row: Row) -> None:
    """Tells what is above that prices which were public for a day to come will not begin."""
    key = f"price_change.undone:{row['id']}"
    await PRICE_CHANGE_UNDONE.enqueue(OfPriceChange(row["id"]), dedupe_key=key)
    await note_change(ChangeKind.OFFERS, row["provider_id"], row["organiser_id"])


async def _record(row: Row, status: ChangeStatus) -> None:
    await audit.record(
        SYSTEM, f"price_change.{status}", "price_change", row["id"], before={"status": row["status"]},
        after={"status": status}, organiser_id=row["organiser_id"], provider_id=row["provider_id"],
    )  # fmt: skip


ROUNDS: Final = (Periodic("price_changes.begin", "3 * * * *", begin_due),)
"""Every hour, so that prices begin soon after midnight in Finland all year round, and soon after a worker is back."""
