"""What price changes may never do: wait twice, or change once they were decided. What an agreement was told stays."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0025"
VERSION = "1.38.0"
DESCRIPTION = "One waiting price change per offer; decided ones and the prices of agreements are kept."

FORWARDS = """
create unique index price_change_one_waiting on price_change (offer_id)
    where status in ('awaiting_approval', 'scheduled');
create index price_change_due on price_change (valid_from) where status in ('awaiting_approval', 'scheduled');
create unique index price_change_of_version on price_change (version_id) where version_id is not null;
create index agreement_price_of_agreement on agreement_price (agreement_id, valid_from);
create index agreement_price_of_change on agreement_price (price_change_id);
create index agreement_of_offer on agreement (offer_id, status);

create function refuse_change_of_price_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.status not in ('awaiting_approval', 'scheduled')
        or (to_jsonb(old) - array['status', 'decided_by', 'decided_at', 'reasons', 'version_id'])
            is distinct from (to_jsonb(new) - array['status', 'decided_by', 'decided_at', 'reasons', 'version_id'])
    then
        raise exception 'a price change is decided, never rewritten' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger price_change_stays before update or delete on price_change
    for each row execute function refuse_change_of_price_change();

create function refuse_change_of_agreement_price() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.cancelled_at is not null
        or (to_jsonb(old) - 'cancelled_at') is distinct from (to_jsonb(new) - 'cancelled_at')
    then
        raise exception 'prices of an agreement are added or cancelled, never rewritten'
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger agreement_price_stays before update or delete on agreement_price
    for each row execute function refuse_change_of_agreement_price();
"""

BACKWARDS = """
drop trigger agreement_price_stays on agreement_price;
drop function refuse_change_of_agreement_price();
drop trigger price_change_stays on price_change;
drop function refuse_change_of_price_change();
drop index agreement_of_offer;
drop index agreement_price_of_change;
drop index agreement_price_of_agreement;
drop index price_change_of_version;
drop index price_change_due;
drop index price_change_one_waiting;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
