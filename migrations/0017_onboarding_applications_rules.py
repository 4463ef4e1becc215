"""What the tables of applications cannot say: statuses, what stays as it is, bundles for the applications of before."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0017"
VERSION = "1.38.0"
DESCRIPTION = "Applications sent together, their statuses and history; approvals that their provider leaves."

FORWARDS = """
alter table application drop constraint application_known_status;
alter table application add constraint application_known_status check (status in ('draft', 'submitted',
    'information_requested', 'decision_proposed', 'approved', 'partly_approved', 'rejected', 'withdrawn', 'transferred'));
alter table application drop constraint application_decided_when_said;
alter table application add constraint application_decided_when_said check (
    (status in ('approved', 'partly_approved', 'rejected', 'transferred')) = (decided_at is not null));
alter table review_note drop constraint review_note_known_kind;
alter table review_note add constraint review_note_known_kind check (
    kind in ('note', 'request', 'answer', 'decision', 'to_organiser', 'to_applicant'));

create or replace function refuse_change_of_closed_application() returns trigger language plpgsql as $$
begin
    if old.status in ('approved', 'partly_approved', 'rejected', 'withdrawn', 'transferred')
        and (to_jsonb(old) - 'bundle_id') is distinct from (to_jsonb(new) - 'bundle_id')
    then
        raise exception 'a closed application is never changed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

create or replace function refuse_change_of_granted_approval() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.status = 'ended'
        or (to_jsonb(old) - array['status', 'status_from', 'status_reason', 'valid_to'])
            is distinct from (to_jsonb(new) - array['status', 'status_from', 'status_reason', 'valid_to'])
        or coalesce(new.valid_to, 'infinity') > coalesce(old.valid_to, 'infinity')
    then
        raise exception 'an approval is suspended, resumed, shortened or ended, never rewritten'
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

insert into application_bundle (id, provider_id, edits, unread, created_by, created_at)
select id, provider_id, 0, '{}', created_by, created_at from application;
update application set bundle_id = id;

create trigger application_edit_append_only before update or delete on application_edit
    for each row execute function refuse_change();
create trigger approval_leaving_append_only before update or delete on approval_leaving
    for each row execute function refuse_change();
create index application_edit_of_bundle on application_edit (bundle_id, edit);
create index application_edit_of_application on application_edit (application_id);
create index application_attachment_of_file on application_attachment (file_id);
create unique index information_request_open on information_request (application_id) where answered_at is null;
create unique index application_renewed_once on application (previous_approval_id)
    where status = 'draft' and kind = 'renewal';
"""

BACKWARDS = """
drop index application_renewed_once;
drop index information_request_open;
drop index application_attachment_of_file;
drop index application_edit_of_application;
drop index application_edit_of_bundle;
drop trigger application_edit_append_only on application_edit;
drop trigger approval_leaving_append_only on approval_leaving;
update application set bundle_id = null;
delete from application_bundle;

create or replace function refuse_change_of_granted_approval() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.status = 'ended'
        or (to_jsonb(old) - array['status', 'status_from', 'status_reason'])
            is distinct from (to_jsonb(new) - array['status', 'status_from', 'status_reason'])
    then
        raise exception 'an approval is suspended, resumed or ended, never rewritten' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create or replace function refuse_change_of_closed_application() returns trigger language plpgsql as $$
begin
    if old.status in ('approved', 'rejected', 'withdrawn') then
        raise exception 'a closed application is never changed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

alter table review_note drop constraint review_note_known_kind;
alter table review_note add constraint review_note_known_kind check (kind in ('note', 'request', 'answer', 'decision'));
alter table application drop constraint application_decided_when_said;
alter table application add constraint application_decided_when_said check (
    (status in ('approved', 'rejected')) = (decided_at is not null));
alter table application drop constraint application_known_status;
alter table application add constraint application_known_status check (
    status in ('draft', 'submitted', 'information_requested', 'approved', 'rejected', 'withdrawn'));
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
