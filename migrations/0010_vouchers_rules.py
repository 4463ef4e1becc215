"""What vouchers may never do: two providers at once, the same minutes paid twice, a visit or decision rewritten."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0010"
VERSION = "1.38.0"
DESCRIPTION = "Vouchers: one active agreement, no overlapping visits, decisions and redeemed visits kept."

FORWARDS = """
create index voucher_by_status on voucher (status, last_day) where closed_at is null;
create unique index agreement_one_active on agreement (voucher_id) where status = 'active';
create index agreement_of_voucher on agreement (voucher_id, starts_on);
create index agreement_of_provider on agreement (provider_id, status);
create index visit_of_voucher on visit (voucher_id, day) include (billed_minutes, units, payer_cents, status);
create index visit_of_provider on visit (provider_id, starts_at desc);
create index visit_unsettled on visit (organiser_id, provider_id, day) where status = 'redeemed';

-- The last guard: the use case tells people in words what is wrong before this does.
alter table visit add constraint visit_no_overlap
    exclude using gist (voucher_id with =, tstzrange(starts_at, ends_at) with &&) where (status <> 'reversed');

create trigger voucher_decision_append_only before update or delete on voucher_decision
    for each row execute function refuse_change();

create function refuse_change_of_visit() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.status <> 'redeemed' or (to_jsonb(old) - array['status', 'statement_id', 'reversed_at', 'reversed_by', 'reversal_reason'])
        is distinct from (to_jsonb(new) - array['status', 'statement_id', 'reversed_at', 'reversed_by', 'reversal_reason'])
    then
        raise exception 'a visit is reversed or settled, never rewritten' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger visit_stays before update or delete on visit
    for each row execute function refuse_change_of_visit();

create function refuse_change_of_voucher() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE'
        or (to_jsonb(old) - array['status', 'last_day', 'reserved_cents', 'returned_cents', 'closed_at'])
            is distinct from (to_jsonb(new) - array['status', 'last_day', 'reserved_cents', 'returned_cents', 'closed_at'])
    then
        raise exception 'what a voucher grants stays as it was decided' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger voucher_stays before update or delete on voucher
    for each row execute function refuse_change_of_voucher();
"""

BACKWARDS = """
drop trigger voucher_stays on voucher;
drop function refuse_change_of_voucher();
drop trigger visit_stays on visit;
drop function refuse_change_of_visit();
drop trigger voucher_decision_append_only on voucher_decision;
alter table visit drop constraint visit_no_overlap;
drop index visit_unsettled;
drop index visit_of_provider;
drop index visit_of_voucher;
drop index agreement_of_provider;
drop index agreement_of_voucher;
drop index agreement_one_active;
drop index voucher_by_status;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
