"""What payouts may never do, and how they are found."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0011"
VERSION = "1.38.0"
DESCRIPTION = "Payouts: statements are never changed, one open attempt per statement, open payouts by age."

FORWARDS = """
create trigger statement_append_only before update or delete on statement
    for each row execute function refuse_change();
create trigger statement_line_append_only before update or delete on statement_line
    for each row execute function refuse_change();
create unique index payout_one_open on payout (statement_id) where status not in ('failed', 'reversed');
create index payout_open on payout (changed_at) where status not in ('paid', 'failed', 'reversed');
create index statement_of_organiser on statement (organiser_id, created_at desc);
create index settlement_run_of_organiser on settlement_run (organiser_id, created_at desc);
"""

BACKWARDS = """
drop index settlement_run_of_organiser;
drop index statement_of_organiser;
drop index payout_open;
drop index payout_one_open;
drop trigger statement_line_append_only on statement_line;
drop trigger statement_append_only on statement;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
