"""What an offer's versions may never do: be public twice, be drafted twice, or change once they were public."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0008"
VERSION = "1.38.0"
DESCRIPTION = "One published and one draft version per offer; what was public is kept as it was."

FORWARDS = """
create function refuse_change_of_public_offer() returns trigger language plpgsql as $$
begin
    if old.status = 'draft' then
        return coalesce(new, old);
    end if;
    if tg_op = 'DELETE' or old.status <> 'published' or new.status not in ('withdrawn', 'replaced')
        or (to_jsonb(old) - array['status', 'ended_at']) is distinct from (to_jsonb(new) - array['status', 'ended_at'])
    then
        raise exception 'what was public is never changed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

create trigger offer_version_stays before update or delete on offer_version
    for each row execute function refuse_change_of_public_offer();
create unique index offer_version_one_published on offer_version (offer_id) where status = 'published';
create unique index offer_version_one_draft on offer_version (offer_id) where status = 'draft';
create index offer_of_organiser on offer (organiser_id, service_class);
"""

BACKWARDS = """
drop index offer_of_organiser;
drop index offer_version_one_draft;
drop index offer_version_one_published;
drop trigger offer_version_stays on offer_version;
drop function refuse_change_of_public_offer();
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
