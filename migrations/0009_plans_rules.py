"""One active plan and one draft per client; an active plan keeps what it says."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0009"
VERSION = "1.38.0"
DESCRIPTION = "Plans: one active and one draft per client, found by name, kept once active."

FORWARDS = """
create unique index plan_one_active on plan (client_id) where status = 'active';
create unique index plan_one_draft on plan (client_id) where status = 'draft';
create index client_by_name on client (organiser_id, lower(family_name), lower(given_names), id);

create function refuse_change_of_agreed_plan() returns trigger language plpgsql as $$
begin
    if old.status = 'draft' then
        return coalesce(new, old);
    end if;
    if tg_op = 'DELETE' or old.status = 'ended'
        or (to_jsonb(old) - array['status', 'ended_at', 'valid_to'])
            is distinct from (to_jsonb(new) - array['status', 'ended_at', 'valid_to'])
    then
        raise exception 'an active plan is only ended' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger plan_agreed_stays before update or delete on plan
    for each row execute function refuse_change_of_agreed_plan();

create function refuse_change_of_agreed_service() returns trigger language plpgsql as $$
begin
    if exists (select from plan where id = coalesce(new.plan_id, old.plan_id) and status <> 'draft') then
        raise exception 'the services of an active plan stay' using errcode = 'restrict_violation';
    end if;
    return coalesce(new, old);
end $$;
create trigger plan_service_agreed_stays before insert or update or delete on plan_service
    for each row execute function refuse_change_of_agreed_service();
"""

BACKWARDS = """
drop trigger plan_service_agreed_stays on plan_service;
drop function refuse_change_of_agreed_service();
drop trigger plan_agreed_stays on plan;
drop function refuse_change_of_agreed_plan();
drop index client_by_name;
drop index plan_one_draft;
drop index plan_one_active;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
