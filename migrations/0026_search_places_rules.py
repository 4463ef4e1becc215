"""Places in the search index of PostgreSQL: their index, and what documents made before serve.

Those documents are found meanwhile as they were; their fingerprints differ from the new ones, so that the next look for
drift rebuilds the index by itself.

Many words are written at once and then sorted in together (``fastupdate``), which is four times as fast; whoever writes
sorts them in (``postgres_filling``), so that no search has to.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0026"
VERSION = "1.38.0"
DESCRIPTION = "The search index: places served, providers by the beginning of their names, revisions."

FORWARDS = """
update search_document set
    areas = municipality_codes || (select array_agg(code || '+') from unnest(municipality_codes) as code)::varchar[],
    starts_on = case when accepts_new_clients then 0 else 2147483647 end;
drop index search_document_places;
create index search_document_areas on search_document using gin (areas) with (fastupdate = on);
alter index search_document_words set (fastupdate = on);
create index search_document_provider on search_document (provider_key text_pattern_ops);
"""

BACKWARDS = """
drop index search_document_provider;
drop index search_document_areas;
alter index search_document_words set (fastupdate = off);
create index search_document_places on search_document using gin (municipality_codes) with (fastupdate = off);
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
