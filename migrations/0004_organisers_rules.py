"""What an organiser's rules may never do: change once they apply, or apply twice on one day."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0004"
VERSION = "1.38.0"
DESCRIPTION = "Published rules of organisers are kept as they are; one version per day."

FORWARDS = """
create function refuse_change_of_published_version() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if old.status = 'published' then
            raise exception 'a published version stays' using errcode = 'restrict_violation';
        end if;
        return old;
    end if;
    if old.status = 'published' and (
        old.valid_to is not null
        or (to_jsonb(old) - 'valid_to') is distinct from (to_jsonb(new) - 'valid_to')
    ) then
        raise exception 'a published version is never changed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

create trigger voucher_product_version_stays before update or delete on voucher_product_version
    for each row execute function refuse_change_of_published_version();
create unique index voucher_product_version_one_draft on voucher_product_version (product_id) where status = 'draft';
alter table voucher_product_version add constraint voucher_product_version_one_a_day
    exclude using gist (product_id with =, daterange(valid_from, valid_to, '[]') with &&) where (status = 'published');

create trigger band_calendar_version_append_only before update or delete on band_calendar_version
    for each row execute function refuse_change();
create trigger price_rule_version_append_only before update or delete on price_rule_version
    for each row execute function refuse_change();

create index organiser_of_municipality on organiser using gin (municipality_codes);
create index voucher_product_of_class on voucher_product (organiser_id, service_class);
"""

BACKWARDS = """
drop index voucher_product_of_class;
drop index organiser_of_municipality;
drop trigger price_rule_version_append_only on price_rule_version;
drop trigger band_calendar_version_append_only on band_calendar_version;
alter table voucher_product_version drop constraint voucher_product_version_one_a_day;
drop index voucher_product_version_one_draft;
drop trigger voucher_product_version_stays on voucher_product_version;
drop function refuse_change_of_published_version();
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
