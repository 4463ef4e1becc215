"""How often one gets e-mail."""

from marketplace.accounts.people import own_row
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch_value, new_id, transactional
from marketplace.notices.schemas import NoticeSettings
from marketplace.notices.states import Delivery

SAVE = """
insert into notice_setting (id, person, delivery, changed_at) values ($1, $2, $3, $4)
on conflict (person) do update set delivery = excluded.delivery, changed_at = excluded.changed_at
"""


async def own_settings(actor: Actor) -> NoticeSettings:
    """What the signed-in person has chosen: each e-mail at once, until they choose otherwise."""
    chosen = await fetch_value("select delivery from notice_setting where person = $1", actor.person_id)
    return NoticeSettings(delivery=Delivery(chosen or Delivery.AT_ONCE))


@transactional()
async def change_settings(actor: Actor, settings: NoticeSettings) -> NoticeSettings:
    """Chooses how often the signed-in person gets e-mail. What waits for the day's mail still goes out with it.

    Raises:
        NotSignedIn: nobody is signed in.
    """
    person_id = (await own_row(actor))["id"]
    before = await own_settings(actor)
    await execute(SAVE, new_id(), person_id, settings.delivery.value, now())
    await audit.record(actor, "person.notice_settings_changed", "person", person_id, before=before, after=settings)
    return settings
