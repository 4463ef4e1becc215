"""The periods for which an organiser keeps closed applications. Without a period they are kept."""

from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch, fetch_value, new_id, transactional
from marketplace.kernel.scoping import organiser_of
from onboarding.archive.schemas import RetentionPeriods

SAVE = """
insert into retention_rule (id, organiser_id, kind, months, changed_by, changed_at) values ($1, $2, $3, $4, $5, $6)
on conflict (organiser_id, kind)
do update set months = excluded.months, changed_by = excluded.changed_by, changed_at = excluded.changed_at
"""


async def own_periods(actor: Actor) -> RetentionPeriods:
    """The periods of the actor's organiser.

    Raises:
        NotFound: the actor administers no organiser.
    """
    return await _periods(organiser_of(actor, Role.ORGANISER_ADMIN))


@transactional()
async def set_periods(actor: Actor, periods: RetentionPeriods) -> RetentionPeriods:
    """Sets all periods of the actor's organiser. A shorter one counts from the next night for what is closed already.

    Raises:
        NotFound: the actor administers no organiser.
    """
    organiser_id = organiser_of(actor, Role.ORGANISER_ADMIN)
    await fetch_value("select id from organiser where id = $1 for no key update", organiser_id)
    before = await _periods(organiser_id)
    for kind, months in msgspec.structs.asdict(periods).items():
        if months is None:
            await execute("delete from retention_rule where organiser_id = $1 and kind = $2", organiser_id, kind)
        else:
            await execute(SAVE, new_id(), organiser_id, kind, months, actor.person_id, now())
    await audit.record(actor, "retention.changed", "organiser", organiser_id, before=before, after=periods)
    return periods


async def _periods(organiser_id: UUID) -> RetentionPeriods:
    rows = await fetch("select kind, months from retention_rule where organiser_id = $1", organiser_id)
    return RetentionPeriods(**{row["kind"]: row["months"] for row in rows})
