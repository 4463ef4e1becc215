"""Migrations: numbered without gaps, one head, apply to an empty database, match the tables, can go back."""

import dataclasses
import re
from pathlib import Path

import pytest
from piccolo.apps.migrations.commands.new import AutoMigrationManager

from marketplace.kernel import migrations
from marketplace.piccolo_app import APP_CONFIG

NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.py")


def files() -> list[Path]:
    return sorted(path for path in migrations.FOLDER.glob("*.py") if path.name != "__init__.py")


def test_numbers_run_without_gap_or_twin() -> None:
    numbers = [int(found.group(1)) for path in files() if (found := NAME.fullmatch(path.name))]
    assert len(numbers) == len(files()), "a migration is not named NNNN_slug.py"
    assert numbers == list(range(1, len(numbers) + 1))


def test_id_is_the_number_of_the_file() -> None:
    assert migrations.known() == [path.name[:4] for path in files()]


async def test_every_migration_ran_and_readiness_agrees(database: str) -> None:
    assert await migrations.applied() == migrations.known()
    assert await migrations.is_current()


async def test_second_run_changes_nothing(database: str) -> None:
    assert await migrations.migrate() == 0


async def test_tables_and_migrations_agree(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    changes = await AutoMigrationManager().get_alter_statements(app_config=dataclasses.replace(APP_CONFIG))
    statements = [statement for change in changes for statement in change.statements]
    assert statements == [], "run: piccolo migrations new marketplace --auto"
