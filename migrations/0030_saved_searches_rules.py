"""Saved searches: one of a name for each person, gone with the person."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0030"
VERSION = "1.38.0"
DESCRIPTION = "Saved searches: one of a name for each person, gone with the person."

FORWARDS = """
create unique index saved_search_name on saved_search (owner_id, lower(name));
alter table saved_search
    add constraint saved_search_of_person foreign key (owner_id) references person (id) on delete cascade;
"""

BACKWARDS = """
alter table saved_search drop constraint saved_search_of_person;
drop index saved_search_name;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
