"""What the tables of compliance cannot say: one case for one thing at a time, histories that stay, and fast lists."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0020"
VERSION = "1.38.0"
DESCRIPTION = "Compliance: one open case for one thing, settings and steps are written once, lists by urgency."

FORWARDS = """
create unique index compliance_case_one_open on compliance_case (approval_id, kind, thing) where closed_at is null;
create index compliance_case_blocking on compliance_case (approval_id, kind, thing)
    where closed_at is not null and not is_over;
create index compliance_case_of_organiser on compliance_case (organiser_id, rank, urgent_on, id);
create index compliance_case_of_provider on compliance_case (provider_id, rank, urgent_on, id);
create index compliance_step_of_case on compliance_step (case_id, happened_at, id);

create trigger compliance_settings_append_only before update or delete on compliance_settings
    for each row execute function refuse_change();
create trigger compliance_step_append_only before update or delete on compliance_step
    for each row execute function refuse_change();

create function refuse_change_of_closed_case() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or (old.closed_at is not null
        and (to_jsonb(old) - 'is_over') is distinct from (to_jsonb(new) - 'is_over'))
    then
        raise exception 'a closed case is never changed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger compliance_case_closed_stays before update or delete on compliance_case
    for each row execute function refuse_change_of_closed_case();

create index approval_list on approval (organiser_id, granted_at desc, id desc);
"""

BACKWARDS = """
drop index approval_list;
drop trigger compliance_case_closed_stays on compliance_case;
drop function refuse_change_of_closed_case();
drop trigger compliance_step_append_only on compliance_step;
drop trigger compliance_settings_append_only on compliance_settings;
drop index compliance_step_of_case;
drop index compliance_case_of_provider;
drop index compliance_case_of_organiser;
drop index compliance_case_blocking;
drop index compliance_case_one_open;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
