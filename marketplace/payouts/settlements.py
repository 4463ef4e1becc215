"""Settling: what providers have earned up to a day becomes one statement for each, in the books and to be paid."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import execute, execute_many, fetch_value, new_id, transactional
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import message
from marketplace.payouts import books, records
from marketplace.payouts.schemas import SettlementResult
from marketplace.payouts.statements import summaries_of_run
from marketplace.payouts.topics import PAYOUT_REQUESTED, OfPayout
from marketplace.vouchers.settling import RedeemedVisit, mark_settled, unsettled

ONE_RUN_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('settlement:' || ($1::uuid)::text, 0))"
INSERT_RUN = (
    "insert into settlement_run (id, organiser_id, until_day, created_by, created_at) values ($1, $2, $3, $4, $5)"
)
INSERT_STATEMENT = """
insert into statement (id, run_id, organiser_id, provider_id, number, until_day, line_count, amount_cents,
    own_share_cents, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
INSERT_LINE = """
insert into statement_line (id, statement_id, redemption_id, visited_on, voucher_number, payer_cents, own_share_cents)
values ($1, $2, $3, $4, $5, $6, $7)
"""
NUMBERED_SO_FAR = "select count(*) from statement where organiser_id = $1"


@transactional()
async def run_settlement(actor: Actor, organiser_id: UUID, until_day: date) -> SettlementResult:
    """Makes one statement for each provider with redeemed visits up to ``until_day`` and has them paid.

    A second run finds only what came since; of two at once the later one waits. A provider whose corrections outweigh
    what it earned is left for a later run.

    Raises:
        NotFound: the actor is not finance of this organiser.
        Invalid: the day is still to come.
    """
    _check_actor(actor, organiser_id)
    if until_day > today():
        raise Invalid.field("until_day", message("Choose today or an earlier day: later visits are not known yet."))
    await fetch_value(ONE_RUN_AT_A_TIME, organiser_id)
    visits = sorted(await unsettled(organiser_id, until_day), key=attrgetter("provider_id"))
    owed = {provider_id: list(own) for provider_id, own in groupby(visits, key=attrgetter("provider_id"))}
    owed = {provider_id: own for provider_id, own in owed.items() if sum(visit.payer_cents for visit in own) > 0}
    if not owed:
        return SettlementResult(run_id=None, until_day=until_day, statements=[], total_cents=0)
    return await _settle(actor, organiser_id, until_day, owed)


def _check_actor(actor: Actor, organiser_id: UUID) -> None:
    if not actor.has_role(Role.SYSTEM) and not (actor.has_role(Role.FINANCE) and actor.organiser_id == organiser_id):
        raise NotFound


async def _settle(
    actor: Actor, organiser_id: UUID, until_day: date, owed: dict[UUID, list[RedeemedVisit]]
) -> SettlementResult:
    run_id = new_id()
    await execute(INSERT_RUN, run_id, organiser_id, until_day, actor.person_id, now())
    numbered: int = await fetch_value(NUMBERED_SO_FAR, organiser_id)
    for offset, (provider_id, visits) in enumerate(owed.items(), start=1):
        number = f"{until_day.year}-{numbered + offset:05d}"
        await _make_statement(actor, run_id, organiser_id, provider_id, number, until_day, visits)
    statements = await summaries_of_run(run_id)
    total = sum(statement.amount_cents for statement in statements)
    after = {"until_day": until_day, "statements": len(statements), "total_cents": total}
    await audit.record(actor, "settlement.run", "settlement_run", run_id, after=after, organiser_id=organiser_id)
    return SettlementResult(run_id=run_id, until_day=until_day, statements=statements, total_cents=total)


async def _make_statement(
    actor: Actor,
    run_id: UUID,
    organiser_id: UUID,
    provider_id: UUID,
    number: str,
    until_day: date,
    visits: Sequence[RedeemedVisit],
) -> None:
    statement_id = new_id()
    cents = sum(visit.payer_cents for visit in visits)
    own_share = sum(visit.own_share_cents for visit in visits)
    await execute(
        INSERT_STATEMENT, statement_id, run_id, organiser_id, provider_id, number, until_day, len(visits), cents,
        own_share, now(),
    )  # fmt: skip
    await execute_many(INSERT_LINE, [_line(statement_id, visit) for visit in visits])
    await mark_settled([visit.redemption_id for visit in visits], statement_id)
    await books.post_settlement(organiser_id, provider_id, statement_id, number, cents)
    payout = await records.request(actor, statement_id, organiser_id, provider_id, cents)
    await PAYOUT_REQUESTED.enqueue(OfPayout(payout.id), dedupe_key=f"payout:{payout.id}")


def _line(statement_id: UUID, visit: RedeemedVisit) -> tuple[object, ...]:
    return (
        new_id(), statement_id, visit.redemption_id, visit.visited_on, visit.voucher_number, visit.payer_cents,
        visit.own_share_cents,
    )  # fmt: skip
