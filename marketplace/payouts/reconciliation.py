"""Our open payments beside what Stripe says: finds what an event or a job has missed. Periodic work calls it."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import structlog

from marketplace.kernel.clock import now
from marketplace.kernel.db import fetch, transactional
from marketplace.kernel.errors import DomainError
from marketplace.payouts.events import take_note_of_payout, take_note_of_transfer
from marketplace.payouts.records import COLUMNS, payout_of
from marketplace.payouts.schemas import PayoutView
from marketplace.payouts.states import Capability, PayoutStatus, statuses_with
from marketplace.payouts.stripe_rail import transfer_group
from marketplace.payouts.topics import PAYOUT_REQUESTED, OfPayout
from marketplace.stripe.current import current_gateway

STUCK_AFTER = timedelta(minutes=10)
LATE_FAILURES = timedelta(days=14)
"""How long after a payment a bank may still send the money back. What is under way is asked about until it arrives."""
ASKED_FOR_A_WHILE = [PayoutStatus.PAID.value, PayoutStatus.FAILED.value]

STUCK = f"""
select {COLUMNS} from payout where status = any($1::varchar[]) and changed_at < $2 and rail = 'stripe'
order by waiting_for is not null, changed_at limit 1000
"""
ASKED = f"""
select {COLUMNS} from payout p where status = any($1::varchar[]) and (status <> all($2::varchar[]) or changed_at > $3)
    and transfer_id is not null
    and not exists (select from payout later where later.statement_id = p.statement_id and later.attempt > p.attempt)
order by status = any($2::varchar[]), changed_at limit 1000
"""

log = structlog.get_logger("payouts")


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at, sent again, brought up to date, and what Stripe would not tell."""

    asked: int
    sent_again: int
    mended: int
    unanswered: int


def silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


async def reconcile(progress: Callable[[int, int], None] = silent) -> Reconciliation:
    """Sends stuck payments again and asks Stripe about the others. A payment that Stripe cannot tell of stops nothing."""
    sent_again = await _send_stuck_again()
    payouts = [
        payout_of(row)
        for row in await fetch(
            ASKED, statuses_with(Capability.BE_ASKED_ABOUT), ASKED_FOR_A_WHILE, now() - LATE_FAILURES
        )
    ]
    mended = unanswered = 0
    for done, payout in enumerate(payouts, start=1):
        try:
            mended += await _ask_about(payout)
        except DomainError as error:
            log.warning("payment not reconciled", payout_id=str(payout.id), code=error.code)
            unanswered += 1
        progress(done, len(payouts))
    return Reconciliation(asked=len(payouts), sent_again=sent_again, mended=mended, unanswered=unanswered)


@transactional()
async def _send_stuck_again() -> int:
    rows = await fetch(STUCK, statuses_with(Capability.BE_SENT), now() - STUCK_AFTER)
    for row in rows:
        await PAYOUT_REQUESTED.enqueue(OfPayout(row["id"]), dedupe_key=f"payout:{row['id']}")
    return len(rows)


async def _ask_about(payout: PayoutView) -> bool:
    gateway = current_gateway()
    failed = payout.status is PayoutStatus.FAILED  # Its money lies on the account still, unless it was taken back.
    if not failed and payout.stripe_payout_id is not None and payout.stripe_account_id is not None:
        return await take_note_of_payout(
            payout.id, await gateway.retrieve_payout(payout.stripe_account_id, payout.stripe_payout_id)
        )
    found = await gateway.find_transfers(transfer_group(payout.statement_id))
    return any(
        [await take_note_of_transfer(payout.id, each) for each in found if each.transfer_id == payout.transfer_id]
    )
