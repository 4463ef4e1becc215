"""What the accounts' tables cannot say: one address per person, one living hat per role and scope, fast counting."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0003"
VERSION = "1.38.0"
DESCRIPTION = "E-mail unique whatever its case; hats unique while they live; look-ups of attempts and links."

FORWARDS = """
create unique index person_email_once on person (lower(email));
create unique index membership_once on membership (person, role, organiser_id, provider_id, client_id)
    nulls not distinct where revoked_at is null;
create unique index external_identity_once on external_identity (provider_key, subject);
create unique index recovery_code_once on recovery_code (person, code_hash);
create index sign_in_attempt_by_email on sign_in_attempt (kind, email_hash, happened_at);
create index sign_in_attempt_by_address on sign_in_attempt (kind, address_hash, happened_at);
create index one_time_link_open_invitation on one_time_link (lower(email)) where used_at is null;
"""

BACKWARDS = """
drop index one_time_link_open_invitation;
drop index sign_in_attempt_by_address;
drop index sign_in_attempt_by_email;
drop index recovery_code_once;
drop index external_identity_once;
drop index membership_once;
drop index person_email_once;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
