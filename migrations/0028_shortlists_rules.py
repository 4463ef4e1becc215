"""Shortlists: one of one's own and one for each client; what is kept goes with offer and client."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0028"
VERSION = "1.38.0"
DESCRIPTION = "Uniqueness and references of shortlists."

FORWARDS = """
create unique index shortlist_own on shortlist (owner_id) where client_id is null;
create unique index shortlist_of_client on shortlist (owner_id, client_id) where client_id is not null;
create index shortlist_client on shortlist (client_id) where client_id is not null;
create index shortlist_item_offer on shortlist_item (offer_id);
alter table shortlist add constraint shortlist_client_fk
    foreign key (client_id) references client (id) on delete cascade;
alter table shortlist_item add constraint shortlist_item_offer_fk
    foreign key (offer_id) references offer (id) on delete cascade;
"""

BACKWARDS = """
alter table shortlist_item drop constraint shortlist_item_offer_fk;
alter table shortlist drop constraint shortlist_client_fk;
drop index shortlist_item_offer;
drop index shortlist_client;
drop index shortlist_of_client;
drop index shortlist_own;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
