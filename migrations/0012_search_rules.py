"""What the search index of PostgreSQL needs beyond its tables: words as a tsvector, and the indexes that find them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0012"
VERSION = "1.38.0"
DESCRIPTION = "The search index: words, and the indexes over words, typos, places and filters."

FORWARDS = """
create extension if not exists pg_trgm;

alter table search_document add column words tsvector not null, add column strong_words tsvector not null;
create index search_document_words on search_document using gin (words) with (fastupdate = off);
create index search_document_places on search_document using gin (municipality_codes) with (fastupdate = off);
create index search_document_offer_id on search_document (offer_id);
create index search_card_offer_id on search_card (offer_id);
create unique index search_generation_one_live on search_generation (status) where status = 'live';
insert into search_generation (status, started_at) values ('live', now());

create index search_word_beginning on search_word (word text_pattern_ops);
create index search_word_shortened on search_word using gin (shortened) with (fastupdate = off);
create index search_word_trigrams on search_word using gin (word gin_trgm_ops) with (fastupdate = off);
"""

BACKWARDS = """
drop index search_word_trigrams;
drop index search_word_shortened;
drop index search_word_beginning;
delete from search_generation;
drop index search_generation_one_live;
drop index search_card_offer_id;
drop index search_document_offer_id;
drop index search_document_places;
drop index search_document_words;
alter table search_document drop column words, drop column strong_words;
drop extension pg_trgm;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
