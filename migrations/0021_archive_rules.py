"""What retention may do: once an application is noted as erased, what it held may go. Nothing else loosens."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0021"
VERSION = "1.38.0"
DESCRIPTION = (
    "Notes, edits and the details of the audit trail of an erased application may go; its stub loses its people."
)

FORWARDS = """
create trigger erased_application_append_only before update or delete on erased_application
    for each row execute function refuse_change();

create function refuse_change_before_erasure() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and exists (select from erased_application where application_id = old.application_id) then
        return old;
    end if;
    raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end $$;
drop trigger review_note_append_only on review_note;
create trigger review_note_append_only before update or delete on review_note
    for each row execute function refuse_change_before_erasure();
drop trigger application_edit_append_only on application_edit;
create trigger application_edit_append_only before update or delete on application_edit
    for each row execute function refuse_change_before_erasure();

create function refuse_change_of_audit_event() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.subject = 'application'
        and exists (select from erased_application where application_id = old.subject_id)
        and new.before is null and new.after = '{"erased": true}'::jsonb
        and (to_jsonb(old) - array['before', 'after']) = (to_jsonb(new) - array['before', 'after'])
    then
        return new;
    end if;
    raise exception 'audit_event is append-only: % refused', tg_op using errcode = 'restrict_violation';
end $$;
drop trigger audit_event_append_only on audit_event;
create trigger audit_event_append_only before update or delete on audit_event
    for each row execute function refuse_change_of_audit_event();

create function refuse_change_of_closed_application_unless_erased() returns trigger language plpgsql as $$
declare
    people constant text[] := array['created_by', 'submitted_by', 'claimed_by', 'claimed_at', 'decided_by', 'decision_reasons'];
begin
    if old.status not in ('approved', 'partly_approved', 'rejected', 'withdrawn', 'transferred')
        or (to_jsonb(old) - 'bundle_id') = (to_jsonb(new) - 'bundle_id')
        or ((to_jsonb(old) - people) = (to_jsonb(new) - people)
            and exists (select from erased_application where application_id = old.id))
    then
        return new;
    end if;
    raise exception 'a closed application is never changed' using errcode = 'restrict_violation';
end $$;
drop trigger application_closed_stays on application;
create trigger application_closed_stays before update on application
    for each row execute function refuse_change_of_closed_application_unless_erased();

create index application_closed on application (organiser_id, status)
    where status in ('approved', 'partly_approved', 'rejected', 'withdrawn', 'transferred');
create index application_of_previous_approval on application (previous_approval_id) where previous_approval_id is not null;
create index approval_of_application on approval (application_id);
"""

BACKWARDS = """
drop index approval_of_application;
drop index application_of_previous_approval;
drop index application_closed;

drop trigger application_closed_stays on application;
create trigger application_closed_stays before update on application
    for each row execute function refuse_change_of_closed_application();
drop function refuse_change_of_closed_application_unless_erased();

drop trigger audit_event_append_only on audit_event;
create trigger audit_event_append_only before update or delete on audit_event
    for each row execute function refuse_change();
drop function refuse_change_of_audit_event();

drop trigger application_edit_append_only on application_edit;
create trigger application_edit_append_only before update or delete on application_edit
    for each row execute function refuse_change();
drop trigger review_note_append_only on review_note;
create trigger review_note_append_only before update or delete on review_note
    for each row execute function refuse_change();
drop function refuse_change_before_erasure();
drop trigger erased_application_append_only on erased_application;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
