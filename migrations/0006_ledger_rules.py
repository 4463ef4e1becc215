"""What keeps the books true, whoever writes to them.

A ledger transaction is checked and chained when the surrounding database transaction commits, by a deferred constraint
trigger. So the head of the journal is the last lock that any use case takes, it is held for the commit alone, and
nobody can write a transaction without a link. What follows from the head lock: sequence numbers have no gaps, a
visible number means that all before it are visible, and a balance that is read under it is exact.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0006"
VERSION = "1.38.0"
DESCRIPTION = "Ledger: balanced at commit, hash-chained per journal, append-only."

FORWARDS = """
alter table ledger_journal set (fillfactor = 50);
alter table ledger_link add constraint ledger_link_transaction
    foreign key (transaction_id) references ledger_transaction (id) on delete restrict;
create unique index ledger_transaction_reversed_once on ledger_transaction (reverses) where reverses is not null;
create index ledger_account_of_owner on ledger_account (kind, owner_id);
create index ledger_entry_of_account on ledger_entry (account_id) include (amount_cents);

create function ledger_microseconds(moment timestamptz) returns bigint language sql immutable
    return (extract(epoch from moment) * 1000000)::bigint;

create function ledger_refuse(what text, subject ledger_transaction) returns void language plpgsql as $$
begin
    raise exception 'ledger: % (%)', what, subject.reference using errcode = 'check_violation', constraint = what;
end $$;

create function ledger_check(posted ledger_transaction) returns void language plpgsql as $$
begin
    if (select count(*) from ledger_entry where transaction_id = posted.id) < 2 then
        perform ledger_refuse('ledger_too_few_entries', posted);
    end if;
    if exists (
        select from ledger_entry e join ledger_account a on a.id = e.account_id
        where e.transaction_id = posted.id
        group by e.currency, a.is_memo having sum(e.amount_cents) <> 0
    ) then
        perform ledger_refuse('ledger_unbalanced', posted);
    end if;
    if exists (
        select from ledger_entry e join ledger_account a on a.id = e.account_id
        where e.transaction_id = posted.id and a.journal_id <> posted.journal_id
    ) then
        perform ledger_refuse('ledger_foreign_account', posted);
    end if;
end $$;

create function ledger_check_reversal(posted ledger_transaction) returns void language plpgsql as $$
begin
    if exists (select from ledger_transaction where id = posted.reverses and reverses is not null) or exists (
        select from
            (select account_id, currency, amount_cents from ledger_entry where transaction_id = posted.id) r
            full join
            (select account_id, currency, -amount_cents as amount_cents from ledger_entry
             where transaction_id = posted.reverses) o
            using (account_id, currency, amount_cents)
        where r is null or o is null
    ) then
        perform ledger_refuse('ledger_reversal_differs', posted);
    end if;
end $$;

create function ledger_check_bounds(posted ledger_transaction) returns void language plpgsql as $$
begin
    if exists (
        select from
            (select account_id, sum(amount_cents) as moved from ledger_entry
             where transaction_id = posted.id group by account_id) touched
            join ledger_account a on a.id = touched.account_id
        where a.is_bounded and touched.moved * a.normal_sign < 0
            and (select sum(amount_cents) from ledger_entry where account_id = a.id) * a.normal_sign < 0
    ) then
        perform ledger_refuse('ledger_below_zero', posted);
    end if;
end $$;

create function ledger_hash(posted ledger_transaction, sequence bigint, previous text) returns text language sql stable as $$
    select encode(sha256(convert_to(concat_ws(
        E'\\n', 'ledger 1', previous, posted.journal_id, sequence, posted.id, posted.kind, posted.reference,
        coalesce(posted.reverses::text, '-'), ledger_microseconds(posted.happened_at),
        ledger_microseconds(posted.posted_at),
        (select string_agg(concat_ws(' ', position, account_id, amount_cents, currency), E'\\n' order by position)
         from ledger_entry where transaction_id = posted.id),
        posted.facts
    ), 'UTF8')), 'hex')
$$;

create function ledger_lock_head(journal uuid) returns ledger_journal language plpgsql as $$
declare
    head ledger_journal;
begin
    loop
        select * into head from ledger_journal where id = journal for no key update;
        if found then
            return head;
        end if;
        insert into ledger_journal (id, sequence, hash) values (journal, 0, repeat('0', 64)) on conflict (id) do nothing;
    end loop;
end $$;

create function ledger_seal() returns trigger language plpgsql as $$
declare
    head ledger_journal;
    own_hash text;
begin
    perform ledger_check(new);
    if new.reverses is not null then
        perform ledger_check_reversal(new);
    end if;
    head := ledger_lock_head(new.journal_id);
    perform ledger_check_bounds(new);
    own_hash := ledger_hash(new, head.sequence + 1, head.hash);
    insert into ledger_link (transaction_id, journal_id, sequence, previous_hash, hash)
        values (new.id, new.journal_id, head.sequence + 1, head.hash, own_hash);
    update ledger_journal set sequence = head.sequence + 1, hash = own_hash where id = new.journal_id;
    return null;
end $$;

create constraint trigger ledger_transaction_sealed after insert on ledger_transaction
    deferrable initially deferred for each row execute function ledger_seal();

create function ledger_refuse_late_entry() returns trigger language plpgsql as $$
begin
    if exists (select from ledger_link l join written w on w.transaction_id = l.transaction_id) then
        raise exception 'ledger: an entry cannot join a transaction that is already in the chain'
            using errcode = 'restrict_violation';
    end if;
    return null;
end $$;

create trigger ledger_entry_not_late after insert on ledger_entry
    referencing new table as written for each statement execute function ledger_refuse_late_entry();

create trigger ledger_account_append_only before update or delete on ledger_account
    for each row execute function refuse_change();
create trigger ledger_account_no_truncate before truncate on ledger_account
    for each statement execute function refuse_change();
create trigger ledger_transaction_append_only before update or delete on ledger_transaction
    for each row execute function refuse_change();
create trigger ledger_transaction_no_truncate before truncate on ledger_transaction
    for each statement execute function refuse_change();
create trigger ledger_entry_append_only before update or delete on ledger_entry
    for each row execute function refuse_change();
create trigger ledger_entry_no_truncate before truncate on ledger_entry
    for each statement execute function refuse_change();
create trigger ledger_link_append_only before update or delete on ledger_link
    for each row execute function refuse_change();
create trigger ledger_link_no_truncate before truncate on ledger_link
    for each statement execute function refuse_change();
create trigger ledger_journal_kept before delete on ledger_journal
    for each row execute function refuse_change();
create trigger ledger_journal_no_truncate before truncate on ledger_journal
    for each statement execute function refuse_change();
"""

BACKWARDS = """
drop trigger ledger_journal_no_truncate on ledger_journal;
drop trigger ledger_journal_kept on ledger_journal;
drop trigger ledger_link_no_truncate on ledger_link;
drop trigger ledger_link_append_only on ledger_link;
drop trigger ledger_entry_no_truncate on ledger_entry;
drop trigger ledger_entry_append_only on ledger_entry;
drop trigger ledger_transaction_no_truncate on ledger_transaction;
drop trigger ledger_transaction_append_only on ledger_transaction;
drop trigger ledger_account_no_truncate on ledger_account;
drop trigger ledger_account_append_only on ledger_account;
drop trigger ledger_entry_not_late on ledger_entry;
drop function ledger_refuse_late_entry();
drop trigger ledger_transaction_sealed on ledger_transaction;
drop function ledger_seal();
drop function ledger_lock_head(uuid);
drop function ledger_hash(ledger_transaction, bigint, text);
drop function ledger_check_bounds(ledger_transaction);
drop function ledger_check_reversal(ledger_transaction);
drop function ledger_check(ledger_transaction);
drop function ledger_refuse(text, ledger_transaction);
drop function ledger_microseconds(timestamptz);
drop index ledger_entry_of_account;
drop index ledger_account_of_owner;
drop index ledger_transaction_reversed_once;
alter table ledger_link drop constraint ledger_link_transaction;
alter table ledger_journal reset (fillfactor);
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
