"""What onboarding's tables may never do, how they are found, and which approvals cover what."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0007"
VERSION = "1.38.0"
DESCRIPTION = "Published rulebooks and decisions stay as they are; the view of what approvals cover."

FORWARDS = """
create trigger rulebook_version_append_only before update or delete on rulebook_version
    for each row execute function refuse_change();

create function refuse_change_of_closed_application() returns trigger language plpgsql as $$
begin
    if old.status in ('approved', 'rejected', 'withdrawn') then
        raise exception 'a closed application is never changed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger application_closed_stays before update on application
    for each row execute function refuse_change_of_closed_application();

create function refuse_change_of_granted_approval() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.status = 'ended'
        or (to_jsonb(old) - array['status', 'status_from', 'status_reason'])
            is distinct from (to_jsonb(new) - array['status', 'status_from', 'status_reason'])
    then
        raise exception 'an approval is suspended, resumed or ended, never rewritten' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger approval_granted_stays before update or delete on approval
    for each row execute function refuse_change_of_granted_approval();

create trigger review_note_append_only before update or delete on review_note
    for each row execute function refuse_change();

alter table application_attachment add constraint application_attachment_file
    foreign key (file_id) references stored_file (id);

create index rulebook_of_organiser on rulebook (organiser_id);
create index application_queue on application (organiser_id, status, submitted_at, id) where submitted_at is not null;
create index application_of_provider on application (provider_id, changed_at);
create index application_attachment_of_application on application_attachment (application_id);
create index review_note_of_application on review_note (application_id, written_at);
create index approval_of_provider on approval (provider_id, organiser_id);
create index approval_of_organiser on approval (organiser_id);
create index approval_service_classes on approval using gin (service_classes);
create index approval_municipality_codes on approval using gin (municipality_codes);
create index provider_name_trigrams on provider using gin (lower(name) gin_trgm_ops);
create index provider_name_order on provider (lower(name), id);

create function approval_days(granted approval) returns datemultirange language sql stable as $$
    select case when coalesce(until.day, 'infinity') < granted.valid_from then '{}'
        else datemultirange(daterange(granted.valid_from, until.day, '[]')) end - coalesce(
            (select range_agg(daterange(first_day, last_day, '[]')) from approval_pause where approval_id = granted.id), '{}')
    from (select least(granted.valid_to, case when granted.status <> 'in_force' then granted.status_from - 1 end)) as until (day)
$$;

create view approval_covers as
select a.id as approval_id, a.provider_id, a.organiser_id, c.service_class, m.municipality_code,
    lower(d.days) as first_day, coalesce(upper(d.days) - 1, 'infinity'::date) as last_day
from approval a
cross join lateral unnest(approval_days(a)) as d (days)
cross join lateral unnest(a.service_classes) as c (service_class)
cross join lateral unnest(a.municipality_codes) as m (municipality_code);
comment on view approval_covers is
    'Who may serve what where, from first_day to last_day (both included, Finnish days), without the days of suspensions.';
"""

BACKWARDS = """
drop view approval_covers;
drop function approval_days(approval);
drop index provider_name_order;
drop index provider_name_trigrams;
drop index approval_municipality_codes;
drop index approval_service_classes;
drop index approval_of_organiser;
drop index approval_of_provider;
drop index review_note_of_application;
drop index application_attachment_of_application;
drop index application_of_provider;
drop index application_queue;
drop index rulebook_of_organiser;
alter table application_attachment drop constraint application_attachment_file;
drop trigger review_note_append_only on review_note;
drop trigger approval_granted_stays on approval;
drop function refuse_change_of_granted_approval();
drop trigger application_closed_stays on application;
drop function refuse_change_of_closed_application();
drop trigger rulebook_version_append_only on rulebook_version;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
