"""A published rulebook stays as it is; one that is only scheduled, and that nobody has applied under, may be withdrawn."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0016"
VERSION = "1.38.0"
DESCRIPTION = "Scheduled versions of rulebooks can be withdrawn, and nothing else of a published one changes."

FORWARDS = """
drop trigger rulebook_version_append_only on rulebook_version;

create function refuse_change_of_published_rulebook() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.withdrawn_at is not null or new.withdrawn_at is null
        or (to_jsonb(old) - array['withdrawn_at', 'withdrawn_by'])
            is distinct from (to_jsonb(new) - array['withdrawn_at', 'withdrawn_by'])
        or exists (select from application where rulebook_version_id = old.id)
    then
        raise exception 'a published rulebook is never rewritten, and never withdrawn once it is used'
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger rulebook_version_published_stays before update or delete on rulebook_version
    for each row execute function refuse_change_of_published_rulebook();

create index application_of_rulebook_version on application (rulebook_version_id);
"""

BACKWARDS = """
drop index application_of_rulebook_version;
drop trigger rulebook_version_published_stays on rulebook_version;
drop function refuse_change_of_published_rulebook();
create trigger rulebook_version_append_only before update or delete on rulebook_version
    for each row execute function refuse_change();
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
