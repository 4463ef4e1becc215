"""What changes in the register is noted by the database, whoever writes it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0022"
VERSION = "1.38.0"
DESCRIPTION = "The register's change feed."

FORWARDS = """
create index register_change_order on register_change (transaction, id);
create index register_change_of_approval on register_change (approval_id, kind);
create index register_change_of_provider on register_change (provider_id);
create trigger register_change_append_only before update or delete on register_change
    for each row execute function refuse_change();
create trigger register_change_no_truncate before truncate on register_change
    for each statement execute function refuse_change();

create function register_note_change() returns trigger language plpgsql as $$
declare
    what text := case
        when tg_op = 'INSERT' then 'granted'
        when old.status = new.status and old.valid_to is distinct from new.valid_to then 'shortened'
        when old.status = new.status then null
        when new.status = 'suspended' then 'suspended'
        when new.status = 'ended' then 'ended'
        else 'resumed' end;
begin
    if what is not null then
        insert into register_change (id, transaction, happened_at, kind, provider_id, organiser_id, approval_id)
        values (gen_random_uuid(), pg_current_xact_id()::text::bigint,
            case when tg_op = 'INSERT' then new.granted_at else clock_timestamp() end, what, new.provider_id,
            new.organiser_id, new.id);
    end if;
    return null;
end $$;
create trigger approval_change_noted after insert or update on approval
    for each row execute function register_note_change();

create function register_note_provider(subject uuid, what text) returns void language sql as $$
    insert into register_change (id, transaction, happened_at, kind, provider_id)
    select gen_random_uuid(), pg_current_xact_id()::text::bigint, clock_timestamp(), what, subject
    where exists (select from approval where provider_id = subject)
$$;
create function register_note_provider_change() returns trigger language plpgsql as $$
begin
    perform register_note_provider(new.id, case when old.name <> new.name then 'renamed' else 'details' end);
    return null;
end $$;
create trigger provider_change_noted after update of name, website, kind, business_id on provider for each row
    when ((old.name, old.website, old.kind, old.business_id) is distinct from (new.name, new.website, new.kind, new.business_id))
    execute function register_note_provider_change();
create function register_note_unit() returns trigger language plpgsql as $$
begin
    perform register_note_provider(coalesce(new.provider_id, old.provider_id), 'details');
    return null;
end $$;
create trigger provider_unit_noted after insert or update or delete on provider_unit
    for each row execute function register_note_unit();

insert into register_change (id, transaction, happened_at, kind, provider_id, organiser_id, approval_id)
select gen_random_uuid(), pg_current_xact_id()::text::bigint, granted_at, 'granted', provider_id, organiser_id, id from approval;
"""

BACKWARDS = """
drop trigger provider_unit_noted on provider_unit;
drop function register_note_unit();
drop trigger provider_change_noted on provider;
drop function register_note_provider_change();
drop function register_note_provider(uuid, text);
drop trigger approval_change_noted on approval;
drop function register_note_change();
drop trigger register_change_no_truncate on register_change;
drop trigger register_change_append_only on register_change;
drop index register_change_of_provider;
drop index register_change_of_approval;
drop index register_change_order;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
