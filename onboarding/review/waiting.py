"""What of the review waits for somebody, for the organiser's desk."""

from typing import Final

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch
from marketplace.kernel.i18n import Message, message
from onboarding.review.counts import LIMIT, queue_counts
from onboarding.review.labels import deadline_of
from onboarding.review.queue import queue
from onboarding.review.schemas import Handler, QueueFilters, QueueItem, QueueSort, QueueStatus, Waiting
from onboarding.scoping import reviewing_organiser

LIST: Final = "/organiser/applications"
FIRST: Final = 5
TO_CONFIRM: Final = f"""
select a.id, a.reference, p.name from decision_proposal d join application a on a.id = d.application_id
join provider p on p.id = a.provider_id
where a.organiser_id = $1 and a.status = $3 and d.answer is null and d.proposed_by <> $2
order by d.proposed_at, d.id limit {LIMIT}
"""


async def waiting_for(actor: Actor) -> list[Waiting]:
    """What waits for the actor or for anybody of the organiser: own applications, proposals, late ones, nobody's.

    Raises:
        NotFound: the actor reviews for no organiser.
    """
    counts = await queue_counts(actor)
    mine = await _first(actor, QueueFilters(handler=Handler.ME.value, sort=QueueSort.DEADLINE))
    late = await _first(actor, QueueFilters(is_overdue=True, sort=QueueSort.DEADLINE))
    free = await _first(actor, QueueFilters(handler=Handler.NOBODY.value))
    return [
        Waiting(title=message("You handle"), count=counts.mine, path=f"{LIST}?handler=me&sort=deadline", lines=mine),
        await _to_confirm(actor),
        Waiting(
            title=message("Deadline passed"), count=counts.overdue, tone="bad",
            path=f"{LIST}?is_overdue=true&sort=deadline", lines=late,
        ),
        Waiting(
            title=message("Nobody handles yet"), count=counts.nobody, tone="wait", path=f"{LIST}?handler=nobody", lines=free
        ),
    ]  # fmt: skip


async def _first(actor: Actor, filters: QueueFilters) -> list[tuple[Message, str]]:
    return [(_line(item), f"{LIST}/{item.id}") for item in (await queue(actor, filters)).items[:FIRST]]


def _line(item: QueueItem) -> Message:
    return message("{name}: {deadline}", name=item.provider_name, deadline=deadline_of(item, today())[0])


async def _to_confirm(actor: Actor) -> Waiting:
    """Decisions that a colleague has proposed, and that need a second person."""
    status = QueueStatus.DECISION_PROPOSED.value
    rows = await fetch(TO_CONFIRM, reviewing_organiser(actor), actor.person_id, status)
    lines = [(message("{name}: {reference}", name=row["name"], reference=row["reference"]), f"{LIST}/{row['id']}") for row in rows[:FIRST]]  # fmt: skip
    return Waiting(
        title=message("Decisions to confirm"), count=len(rows), path=f"{LIST}?status={status}", tone="wait", lines=lines
    )
