"""Payments that wait for a provider's account: they go out when something about it has changed."""

from marketplace.kernel.db import fetch, transactional
from marketplace.payouts.states import PayoutStatus
from marketplace.payouts.topics import PAYOUT_REQUESTED, OfPayout
from onboarding.topics import OfProvider

WAITING = "select id from payout where provider_id = $1 and status = $2 order by requested_at"


@transactional()
async def send_what_waited(changed: OfProvider) -> None:
    """The handler of ``PAYOUT_ACCOUNT_CHANGED``: each payment looks at the account again and is sent, or waits on."""
    for row in await fetch(WAITING, changed.provider_id, PayoutStatus.REQUESTED.value):
        await PAYOUT_REQUESTED.enqueue(OfPayout(row["id"]), dedupe_key=f"payout:{row['id']}")
