"""Applying migrations: one runner at a time, however many containers start at once."""

import contextlib
import io
from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.commands.forwards import run_forwards
from piccolo.apps.migrations.tables import Migration

from marketplace.kernel import db
from marketplace.kernel.jobs import install_queue

FOLDER = Path(__file__).parents[2] / "migrations"
LOCK = 7_310_452_001


class MigrationFailed(RuntimeError):
    """A migration failed. What ran before it is kept; the message carries Piccolo's own words."""


async def migrate() -> int:
    """Brings the database up to date under a lock; returns how many migrations were applied."""
    lock = await db.ENGINE.get_new_connection()
    try:
        await lock.execute("select pg_advisory_lock($1)", LOCK)
        before = len(await applied())
        await _forwards()
        await install_queue()
        return len(await applied()) - before
    finally:
        await lock.close()


async def _forwards() -> None:
    words = io.StringIO()
    try:
        with contextlib.redirect_stdout(words):
            result = await run_forwards("marketplace")
    except SystemExit as stop:
        raise MigrationFailed(words.getvalue()) from stop
    if not result.success:
        raise MigrationFailed(f"{words.getvalue()}\n{result.message}")


async def applied() -> list[str]:
    """The ids of the migrations that ran, oldest first; none where the database is empty."""
    if await db.fetch_value("select to_regclass('public.migration')") is None:
        return []
    return sorted(await Migration.get_migrations_which_ran(app_name="marketplace"))


def known() -> list[str]:
    """The ids of the migrations that this version of the program brings."""
    ids: list[str] = []
    for path in sorted(FOLDER.glob("[0-9]*.py")):
        line = next(line for line in path.read_text().splitlines() if line.startswith("ID = "))
        ids.append(line.partition("=")[2].strip().strip('"'))
    return ids


async def is_current() -> bool:
    """Whether the database has every migration that this version needs: what readiness asks."""
    return set(known()) <= set(await applied())


def raw_migration(migration_id: str, description: str, forwards: str, backwards: str) -> MigrationManager:
    """A migration in SQL, for what Piccolo's tables cannot say: triggers, partial indexes, exclusion constraints.

    It runs in the migration's own transaction and gives up after five seconds of waiting for a lock.
    """
    manager = MigrationManager(migration_id=migration_id, app_name="marketplace", description=description)

    async def run_forwards_sql() -> None:
        await db.execute("set local lock_timeout = '5s'")
        await db.execute(forwards)

    async def run_backwards_sql() -> None:
        await db.execute("set local lock_timeout = '5s'")
        await db.execute(backwards)

    manager.add_raw(run_forwards_sql)
    manager.add_raw_backwards(run_backwards_sql)
    return manager
