"""What the tables of decisions cannot say: decisions and their documents stay as they are, one proposal waits at a time."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0019"
VERSION = "1.38.0"
DESCRIPTION = "Decisions are append-only, their documents are made once, a proposal is answered once."

FORWARDS = """
create trigger decision_append_only before update or delete on decision
    for each row execute function refuse_change();
create trigger decision_no_truncate before truncate on decision
    for each statement execute function refuse_change();

create function refuse_change_of_made_document() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.file_id is not null or new.decision_id <> old.decision_id then
        raise exception 'the document of a decision is made once' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger decision_document_made_once before update or delete on decision_document
    for each row execute function refuse_change_of_made_document();
alter table decision_document add constraint decision_document_file foreign key (file_id) references stored_file (id);

create function refuse_change_of_proposal() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.answer is not null
        or (to_jsonb(old) - array['answer', 'answered_by', 'answered_at', 'words'])
            is distinct from (to_jsonb(new) - array['answer', 'answered_by', 'answered_at', 'words'])
    then
        raise exception 'a proposed decision is answered once, never rewritten' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger decision_proposal_stays before update or delete on decision_proposal
    for each row execute function refuse_change_of_proposal();
create unique index decision_on_application_once on decision (application_id) where approval_id is null;
create index decision_of_organiser on decision (organiser_id, decided_at desc, id desc);
create index decision_of_provider on decision (provider_id, decided_at desc, id desc);
create index decision_document_waiting on decision_document (decision_id) where file_id is null;
"""

BACKWARDS = """
drop index decision_document_waiting;
drop index decision_of_provider;
drop index decision_of_organiser;
drop index decision_on_application_once;
drop trigger decision_proposal_stays on decision_proposal;
drop function refuse_change_of_proposal();
alter table decision_document drop constraint decision_document_file;
drop trigger decision_document_made_once on decision_document;
drop function refuse_change_of_made_document();
drop trigger decision_no_truncate on decision;
drop trigger decision_append_only on decision;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
