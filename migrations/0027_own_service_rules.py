"""What an organiser says of its own service is kept as it was: earlier comparisons were made with it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0027"
VERSION = "1.38.0"
DESCRIPTION = "Fees of organisers' own services are never changed, only followed by others."

FORWARDS = """
create trigger own_service_version_append_only before update or delete on own_service_version
    for each row execute function refuse_change();
"""

BACKWARDS = """
drop trigger own_service_version_append_only on own_service_version;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
