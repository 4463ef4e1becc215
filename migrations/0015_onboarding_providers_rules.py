"""What the tables of providers cannot say: who may have no business id, one public id, histories that stay."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0015"
VERSION = "1.38.0"
DESCRIPTION = "People of the close network are providers without a business id; facts of the register are kept."

FORWARDS = """
create sequence provider_internal_number as integer;
alter table provider add constraint provider_identified check (
    (business_id is not null and internal_number is null)
    or (business_id is null and internal_number is not null and kind = 'close_network'));
alter table provider add column public_id varchar(12) generated always as (
    coalesce(business_id, 'L-' || lpad(internal_number::text, 6, '0'))) stored;
create unique index provider_public_id on provider (public_id);
create trigger provider_facts_append_only before update or delete on provider_facts
    for each row execute function refuse_change();
create index provider_facts_of_provider on provider_facts (provider_id, fetched_at desc);
create index provider_contact_of_provider on provider_contact (provider_id);
create index provider_unit_of_provider on provider_unit (provider_id);
create index provider_insurance_of_provider on provider_insurance (provider_id);
create index provider_certificate_of_provider on provider_certificate (provider_id) where removed_at is null;
create index provider_certificate_of_file on provider_certificate (file_id);
create index provider_subcontractor_of_provider on provider_subcontractor (provider_id);
create index provider_insurance_ending on provider_insurance (valid_to) where valid_to is not null;
create index provider_certificate_ending on provider_certificate (expires_on)
    where expires_on is not null and removed_at is null;
alter table provider_certificate add constraint provider_certificate_file
    foreign key (file_id) references stored_file (id);
insert into provider_facts (id, provider_id, source, fetched_at, facts)
    select gen_random_uuid(), id, facts_source, facts_checked_at, facts from provider
    where facts is not null and facts_checked_at is not null;
"""

BACKWARDS = """
alter table provider_certificate drop constraint provider_certificate_file;
drop index provider_certificate_ending;
drop index provider_insurance_ending;
drop index provider_subcontractor_of_provider;
drop index provider_certificate_of_file;
drop index provider_certificate_of_provider;
drop index provider_insurance_of_provider;
drop index provider_unit_of_provider;
drop index provider_contact_of_provider;
drop index provider_facts_of_provider;
drop trigger provider_facts_append_only on provider_facts;
drop index provider_public_id;
alter table provider drop column public_id;
alter table provider drop constraint provider_identified;
drop sequence provider_internal_number;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
