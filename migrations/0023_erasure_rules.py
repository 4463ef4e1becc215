"""What was answered goes with an application that is erased, also where checks and proposals had copied it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0023"
VERSION = "1.38.0"
DESCRIPTION = "Snapshots of checks and proposed decisions of an erased application may go."

FORWARDS = """
drop trigger check_snapshot_append_only on check_snapshot;
create trigger check_snapshot_append_only before update or delete on check_snapshot
    for each row execute function refuse_change_before_erasure();

create or replace function refuse_change_of_proposal() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and exists (select from erased_application where application_id = old.application_id) then
        return old;
    end if;
    if tg_op = 'DELETE' or old.answer is not null
        or (to_jsonb(old) - array['answer', 'answered_by', 'answered_at', 'words'])
            is distinct from (to_jsonb(new) - array['answer', 'answered_by', 'answered_at', 'words'])
    then
        raise exception 'a proposed decision is answered once, never rewritten' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
"""

BACKWARDS = """
create or replace function refuse_change_of_proposal() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.answer is not null
        or (to_jsonb(old) - array['answer', 'answered_by', 'answered_at', 'words'])
            is distinct from (to_jsonb(new) - array['answer', 'answered_by', 'answered_at', 'words'])
    then
        raise exception 'a proposed decision is answered once, never rewritten' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

drop trigger check_snapshot_append_only on check_snapshot;
create trigger check_snapshot_append_only before update or delete on check_snapshot
    for each row execute function refuse_change();
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
