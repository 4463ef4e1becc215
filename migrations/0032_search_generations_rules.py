"""Each generation of the search index becomes a partition of its own: filled without indexes, dropped without a trace.

What is there stays and is found as before: the tables become the partition of the live generation. A generation that was
half filled is begun anew. The tie of rows to their generation is the partition now, no foreign key; a document is known by
generation and offer, and ``id`` only tells the order in which documents were written.

What every search reads of every hit comes first in a new document, fixed lengths ahead: a column further back is found by
walking over those before it, which was a sixth of a search's time.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0032"
VERSION = "1.38.0"
DESCRIPTION = "The search index: a partition for each generation."

FORWARDS = """
delete from search_document where generation not in (select id from search_generation where status = 'live');
delete from search_card where generation not in (select id from search_generation where status = 'live');
delete from search_generation where status <> 'live';

drop index search_document_offer_id;
drop index search_card_offer_id;
alter index search_document_words rename to search_document_words_before;
alter index search_document_areas rename to search_document_areas_before;
alter index search_document_provider rename to search_document_provider_before;

do $$
declare
    live integer := (select id from search_generation where status = 'live');
    named text;
    part text;
    columns text;
    read_first text[] := array['price_cents', 'generation', 'language_bits', 'starts_on', 'accepts_new_clients', 'evening',
        'weekend', 'night', 'offer_id', 'organiser_id', 'service_class', 'skills', 'strong_words'];
begin
    foreach named in array array['search_document', 'search_card'] loop
        part := named || '_' || live;
        execute format('alter table %I rename to %I', named, part);
        execute format('alter table %I drop constraint %I, drop constraint %I', part, named || '_pkey',
            named || '_generation_fkey');
        execute format('alter table %I rename constraint %I to %I', part, named || '_offer', part || '_offer');
        select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod))
                || case when attnotnull then ' not null' else '' end
                || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''),
                ', ' order by array_position(read_first, attname::text), attnum)
            into columns
            from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
            where attrelid = part::regclass and attnum > 0 and not attisdropped;
        execute format('create table %I (%s, constraint %I unique (generation, offer_id)) partition by list (generation)',
            named, columns, named || '_offer');
        execute format('alter sequence %I owned by %I.id', named || '_id_seq', named);
    end loop;
    create index search_document_words on search_document using gin (words);
    create index search_document_areas on search_document using gin (areas);
    create index search_document_provider on search_document (provider_key text_pattern_ops);
    foreach named in array array['search_document', 'search_card'] loop
        part := named || '_' || live;
        execute format('alter table %I attach partition %I for values in (%s)', named, part, live);
    end loop;
end $$;
"""

BACKWARDS = """
do $$
declare
    live integer := (select id from search_generation where status = 'live');
    named text;
    part text;
begin
    for part in
        select relname from pg_class where relkind = 'r' and pg_table_is_visible(oid)
            and relname ~ '^search_(document|card)_[0-9]+$' and substring(relname from '[0-9]+$')::bigint <> live
    loop
        execute format('drop table %I', part);
    end loop;
    delete from search_generation where status <> 'live';
    foreach named in array array['search_document', 'search_card'] loop
        execute format('create table %I (like %I including defaults)', named || '_whole', named);
        execute format('insert into %I select * from %I order by id', named || '_whole', named);
        execute format('alter sequence %I owned by %I.id', named || '_id_seq', named || '_whole');
        execute format('drop table %I', named);
        execute format('alter table %I rename to %I', named || '_whole', named);
        execute format('alter table %I add constraint %I primary key (id), add constraint %I unique (generation, offer_id),'
            ' add constraint %I foreign key (generation) references search_generation (id) on delete cascade on update'
            ' cascade', named, named || '_pkey', named || '_offer', named || '_generation_fkey');
    end loop;
end $$;

create index search_document_words on search_document using gin (words) with (fastupdate = on);
create index search_document_areas on search_document using gin (areas) with (fastupdate = on);
create index search_document_provider on search_document (provider_key text_pattern_ops);
create index search_document_offer_id on search_document (offer_id);
create index search_card_offer_id on search_card (offer_id);
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
