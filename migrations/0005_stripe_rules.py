"""What the Stripe inbox may never do, and how what is left to do is found."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0005"
VERSION = "1.38.0"
DESCRIPTION = "Stripe events are evidence: only the note of their handling changes."

FORWARDS = """
create function refuse_changed_stripe_event() returns trigger language plpgsql as $$
begin
    raise exception 'stripe_event keeps what Stripe sent: % refused', tg_op using errcode = 'restrict_violation';
end $$;

create trigger stripe_event_is_evidence
    before update of id, endpoint, event_id, type, payload, received_at or delete on stripe_event
    for each row execute function refuse_changed_stripe_event();
create index stripe_event_unhandled on stripe_event (received_at) where handled_at is null;
"""

BACKWARDS = """
drop index stripe_event_unhandled;
drop trigger stripe_event_is_evidence on stripe_event;
drop function refuse_changed_stripe_event();
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
