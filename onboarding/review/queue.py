"""The queue of applications to an organiser."""

from datetime import datetime
from typing import Final
from uuid import UUID

from marketplace.kernel.actors import Actor
from marketplace.kernel.db import fetch
from onboarding.applications.reading import SUMMARY, like_pattern, summaries
from onboarding.applications.states import Capability, statuses_with
from onboarding.review.schemas import QueueFilters, QueuePage
from onboarding.scoping import reviewing_organiser

PAGE: Final = 50

QUEUE = f"""
{SUMMARY}
where a.organiser_id = $1 and a.submitted_at is not null and a.status = any($2::varchar[])
    and ($3 = '' or $3 = any(a.service_classes)) and ($4::uuid is null or a.claimed_by = $4)
    and ($5 = '' or lower(p.name) like $5 or p.business_id like $5 or lower(a.reference) like $5)
    and ($6::timestamptz is null or (a.submitted_at, a.id) > ($6, $7::uuid))
order by a.submitted_at, a.id limit {PAGE + 1}
"""


async def queue(actor: Actor, filters: QueueFilters) -> QueuePage:
    """The applications to the actor's organiser, the longest waiting first; those to be reviewed unless asked otherwise.

    Raises:
        NotFound: the actor reviews for no organiser.
    """
    organiser_id = reviewing_organiser(actor)
    statuses = [filters.status.value] if filters.status else statuses_with(Capability.BE_REVIEWED)
    moment, last_id = _read_cursor(filters.after)
    rows = await fetch(
        QUEUE, organiser_id, statuses, filters.service_class, actor.person_id if filters.mine else None,
        like_pattern(filters.q), moment, last_id,
    )  # fmt: skip
    shown = rows[:PAGE]
    more = f"{shown[-1]['submitted_at'].isoformat()}_{shown[-1]['id']}" if len(rows) > PAGE else None
    return QueuePage(items=summaries(shown), next=more)


def _read_cursor(text: str) -> tuple[datetime | None, UUID | None]:
    """Where to go on; a cursor that was tampered with begins anew."""
    moment, _, last_id = text.rpartition("_")
    try:
        return datetime.fromisoformat(moment), UUID(last_id)
    except ValueError:
        return None, None
