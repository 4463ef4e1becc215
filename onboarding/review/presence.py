"""Who has an application open at this moment: renewed by the page itself, forgotten two minutes after it is closed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch, new_id, transactional
from marketplace.kernel.errors import NotFound
from onboarding.review.schemas import Present
from onboarding.scoping import reviewing_organiser

FORGOTTEN_AFTER: Final = timedelta(minutes=2)

HERE = """
insert into review_presence (id, application_id, person_id, since, seen_at)
select $1, a.id, $3, $5, $5 from application a
where a.id = $2 and a.organiser_id = $4 and a.submitted_at is not null
on conflict (application_id, person_id) do update set seen_at = excluded.seen_at,
    since = case when review_presence.seen_at < $6 then excluded.since else review_presence.since end
"""
FORGET = "delete from review_presence where person_id = $1 and seen_at < $2"
PRESENT = """
select v.application_id, v.person_id, p.name, v.since, v.seen_at
from review_presence v join application a on a.id = v.application_id join person p on p.id = v.person_id
where v.application_id = any($1::uuid[]) and a.organiser_id = $2 and v.person_id <> $3 and v.seen_at >= $4
order by v.since, v.person_id
"""


@transactional()
async def here(actor: Actor, application_id: UUID) -> list[Present]:
    """Notes that the actor has the application open, and tells who else has.

    Raises:
        NotFound: there is no such application to the actor's organiser.
    """
    moment = now()
    forgotten = moment - FORGOTTEN_AFTER
    organiser_id = reviewing_organiser(actor)
    await execute(FORGET, actor.person_id, forgotten)
    noted = await execute(HERE, new_id(), application_id, actor.person_id, organiser_id, moment, forgotten)
    if not noted:
        raise NotFound
    return (await present_at(actor, [application_id])).get(application_id, [])


async def present_at(actor: Actor, application_ids: Sequence[UUID]) -> dict[UUID, list[Present]]:
    """Who else has these applications open, by application.

    Raises:
        NotFound: the actor reviews for no organiser.
    """
    rows = await fetch(
        PRESENT, list(application_ids), reviewing_organiser(actor), actor.person_id, now() - FORGOTTEN_AFTER
    )
    found: defaultdict[UUID, list[Present]] = defaultdict(list)
    for row in rows:
        found[row.pop("application_id")].append(msgspec.convert(row, Present))
    return found
