"""What the kernel's tables may never do, and how they are found."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0002"
VERSION = "1.38.0"
DESCRIPTION = "Audit trail append-only; extensions for search and overlap checks."

FORWARDS = """
create extension if not exists pg_trgm;
create extension if not exists btree_gist;
create extension if not exists unaccent;

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end $$;

create trigger audit_event_append_only before update or delete on audit_event
    for each row execute function refuse_change();
create trigger audit_event_no_truncate before truncate on audit_event
    for each statement execute function refuse_change();
create index audit_event_of_subject on audit_event (subject, subject_id, happened_at);
create index remembered_answer_age on remembered_answer (created_at);
create index stored_file_of_owner on stored_file (owner, owner_id);
"""

BACKWARDS = """
drop index stored_file_of_owner;
drop index remembered_answer_age;
drop index audit_event_of_subject;
drop trigger audit_event_no_truncate on audit_event;
drop trigger audit_event_append_only on audit_event;
drop function refuse_change();
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
