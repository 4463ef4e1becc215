"""What a dry run showed is what is accepted: rows and offers of an import never change their content."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0029"
VERSION = "1.38.0"
DESCRIPTION = (
    "Rows of an import never change, its offers only where they stand; unfinished and refused ones are found fast."
)

FORWARDS = """
create trigger sheet_import_row_stays before update on sheet_import_row
    for each row execute function refuse_change();

create function refuse_change_of_shown_item() returns trigger language plpgsql as $$
declare
    outcome constant text[] := array['status', 'offer_id', 'problems', 'is_published'];
begin
    if old.status <> 'proposed' or (to_jsonb(old) - outcome) is distinct from (to_jsonb(new) - outcome) then
        raise exception 'what a dry run showed is never changed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger sheet_import_item_stays before update on sheet_import_item
    for each row execute function refuse_change_of_shown_item();

create index sheet_import_row_refused on sheet_import_row (import_id, number) where outcome = 'refused';
create index sheet_import_item_proposed on sheet_import_item (import_id, number) where status = 'proposed';
"""

BACKWARDS = """
drop index sheet_import_item_proposed;
drop index sheet_import_row_refused;
drop trigger sheet_import_item_stays on sheet_import_item;
drop function refuse_change_of_shown_item();
drop trigger sheet_import_row_stays on sheet_import_row;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
