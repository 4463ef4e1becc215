"""How reviewers find their applications fast, and the day by which each must be decided."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0018"
VERSION = "1.38.0"
DESCRIPTION = "The review queue's order and filters; deadlines that stand still while the applicant is asked for more."

FORWARDS = """
create function application_days_to_decide(version uuid) returns integer language sql stable as $$
    select coalesce((content -> 'decision' ->> 'decide_within_days')::integer, 90) from rulebook_version where id = version
$$;

create function application_keep_deadline() returns trigger language plpgsql as $$
declare
    was text := case when tg_op = 'INSERT' then 'draft' else old.status end;
    day date := (new.changed_at at time zone 'Europe/Helsinki')::date;
begin
    if new.status = was or new.submitted_at is null then
        return new;
    end if;
    if was = 'draft' then
        new.decide_by := (new.submitted_at at time zone 'Europe/Helsinki')::date
            + application_days_to_decide(new.rulebook_version_id);
        new.days_left := null;
    end if;
    if new.status = 'information_requested' then
        new.days_left := coalesce(new.decide_by, day) - day;
        new.decide_by := 'infinity';
    elsif was = 'information_requested' then
        new.decide_by := day + coalesce(new.days_left, 0);
        new.days_left := null;
    end if;
    return new;
end $$;
create trigger application_deadline_kept before insert or update of status on application
    for each row execute function application_keep_deadline();

update application set decide_by = (submitted_at at time zone 'Europe/Helsinki')::date
    + application_days_to_decide(rulebook_version_id)
where status = 'submitted';
update application set decide_by = 'infinity', days_left = (submitted_at at time zone 'Europe/Helsinki')::date
    + application_days_to_decide(rulebook_version_id) - (changed_at at time zone 'Europe/Helsinki')::date
where status = 'information_requested';

create index application_open_by_age on application (organiser_id, submitted_at, id)
    where status in ('submitted', 'information_requested', 'decision_proposed');
create index application_open_by_deadline on application (organiser_id, decide_by, id)
    where status in ('submitted', 'information_requested', 'decision_proposed');
create index application_open_by_handler on application (organiser_id, claimed_by, submitted_at, id)
    where status in ('submitted', 'information_requested', 'decision_proposed');
create index application_open_changes on application (organiser_id, kind, submitted_at, id)
    where status in ('submitted', 'information_requested', 'decision_proposed') and kind <> 'new';
create index application_sent_by_age on application (organiser_id, submitted_at, id) where submitted_at is not null;
create index application_service_classes on application using gin (service_classes) where submitted_at is not null;
create index application_municipality_codes on application using gin (municipality_codes) where submitted_at is not null;
create index application_reference_trigrams on application using gin (lower(reference) gin_trgm_ops);
create index provider_business_id_trigrams on provider using gin (business_id gin_trgm_ops);
create trigger check_snapshot_append_only before update or delete on check_snapshot
    for each row execute function refuse_change();
create index review_presence_of_person on review_presence (person_id);
"""

BACKWARDS = """
drop trigger check_snapshot_append_only on check_snapshot;
drop index review_presence_of_person;
drop index provider_business_id_trigrams;
drop index application_reference_trigrams;
drop index application_municipality_codes;
drop index application_service_classes;
drop index application_sent_by_age;
drop index application_open_changes;
drop index application_open_by_handler;
drop index application_open_by_deadline;
drop index application_open_by_age;
drop trigger application_deadline_kept on application;
drop function application_keep_deadline();
drop function application_days_to_decide(uuid);
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
