"""What the notices' tables cannot say: one telling of an occasion to each person, and fast lists and counts."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from marketplace.kernel.migrations import raw_migration

ID = "0014"
VERSION = "1.38.0"
DESCRIPTION = "Notices once for each occasion; look-ups by reader, by thing and of what waits for the morning."

FORWARDS = """
create unique index notice_once on notice (receiver, once_key) where once_key is not null;
create index notice_of_reader on notice (receiver, created_at desc, id desc);
create index notice_unread on notice (receiver) where read_at is null;
create index notice_about on notice (about, about_id, created_at desc);
create index notice_for_morning on notice (receiver, created_at)
    where mail_state = 'digest' and digest is null and read_at is null;
create index notice_of_digest on notice (digest) where digest is not null;
create index notice_by_age on notice (created_at);
"""

BACKWARDS = """
drop index notice_by_age;
drop index notice_of_digest;
drop index notice_for_morning;
drop index notice_about;
drop index notice_unread;
drop index notice_of_reader;
drop index notice_once;
"""


async def forwards() -> MigrationManager:
    return raw_migration(ID, DESCRIPTION, FORWARDS, BACKWARDS)
