"""A visit's price may go beyond what its voucher covers: the client's own, told apart from the own share."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0031"
VERSION = "1.38.0"
DESCRIPTION = "Visits: payer, own share and overrun add up to the price."

FORWARDS = """
alter table visit drop constraint visit_adds_up;
alter table visit add constraint visit_adds_up check (
    payer_cents >= 0 and own_share_cents >= 0 and overrun_cents >= 0
    and price_cents = payer_cents + own_share_cents + overrun_cents
);
"""

BACKWARDS = """
alter table visit drop constraint visit_adds_up;
alter table visit add constraint visit_adds_up check (
    payer_cents >= 0 and own_share_cents >= 0 and price_cents = payer_cents + own_share_cents
);
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
