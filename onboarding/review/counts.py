"""How many applications wait, counted up to a limit: what a person wants to know is whether it is three or hundreds."""

from typing import Final

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch_one
from onboarding.review.queue import OPEN
from onboarding.review.schemas import QueueCounts, QueueStatus
from onboarding.scoping import reviewing_organiser

LIMIT: Final = 1_000
_CONDITIONS: Final = {
    "mine": f"{OPEN} and a.claimed_by = $2",
    "nobody": f"{OPEN} and a.claimed_by is null",
    "overdue": f"{OPEN} and a.decide_by < $3",
    QueueStatus.TO_REVIEW.value: OPEN,
    QueueStatus.ALL.value: "true",
    **{
        status.value: f"a.status = '{status.value}'"
        for status in QueueStatus
        if status not in {QueueStatus.TO_REVIEW, QueueStatus.ALL}
    },
}
_COUNTS: Final = "select " + ", ".join(
    f"(select count(*) from (select from application a where a.organiser_id = $1 and a.submitted_at is not null "
    f"and {condition} limit {LIMIT}) as found) as {name}"
    for name, condition in _CONDITIONS.items()
).replace("as all", 'as "all"')


async def queue_counts(actor: Actor) -> QueueCounts:
    """How many applications the actor's organiser has, by status and by who has them.

    Raises:
        NotFound: the actor reviews for no organiser.
    """
    row = await fetch_one(_COUNTS, reviewing_organiser(actor), actor.person_id, today()) or {}
    return QueueCounts(
        statuses={status: row[status.value] for status in QueueStatus},
        mine=row["mine"],
        nobody=row["nobody"],
        overdue=row["overdue"],
        limit=LIMIT,
    )
