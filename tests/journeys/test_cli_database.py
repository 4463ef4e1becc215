"""The command line over a database: the ledger proven and exported, organisers settled, the index built, keys renewed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import asyncpg
import msgspec
import pytest
from click.testing import CliRunner, Result

from marketplace import cli, cli_tools
from marketplace.accounts.second_factors import spend_code
from marketplace.kernel import db
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.config import Config, get_config
from marketplace.kernel.crypto import decrypt, new_key
from marketplace.kernel.embedded_postgres import EmbeddedPostgres
from marketplace.kernel.migrations import MigrationFailed
from onboarding.applications.states import ApplicationStatus
from onboarding.rulebooks.exchange import FileFormat, export_rulebook
from tests.factories.accounts import Someone, a_person, with_second_factor
from tests.factories.onboarding import Case, a_case, small_rulebook
from tests.factories.organisers import make_organiser
from tests.factories.payouts import Debt, a_debt
from tests.factories.plans import a_case_manager, make_client
from tests.factories.vouchers import NOW

T = TypeVar("T")


class Installation:
    """A database of its own, used by commands and, between them, by the test."""

    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(cli.main, list(arguments))

    def lines(self, *arguments: str) -> list[dict]:
        done = self.run(*arguments)
        assert done.exit_code == 0, done.output
        return [msgspec.json.decode(line) for line in done.stdout.splitlines()]

    def within(self, work: Callable[[], Awaitable[T]]) -> T:
        async def run() -> T:
            db.use_database(self.url)
            await db.start_pool(2)
            try:
                return await work()
            finally:
                await db.stop_pool()

        return asyncio.run(run())


@pytest.fixture
def installation(postgres: EmbeddedPostgres, migrated: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    name = f"cli_{db.new_id().hex}"
    asyncio.run(_administer(postgres, f'create database "{name}" template "{migrated}" strategy file_copy'))
    url = postgres.url(name)
    monkeypatch.setattr(cli_tools, "get_config", lambda: Config(database_url=url))
    yield Installation(url)
    asyncio.run(_administer(postgres, f'drop database "{name}" with (force)'))


async def _administer(postgres: EmbeddedPostgres, statement: str) -> None:
    connection = await asyncpg.connect(postgres.url("postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _debt() -> Debt:
    with clock_set_to(NOW):
        return await a_debt(3_300, 2_100)


def test_current_database_needs_no_migration(installation: Installation) -> None:
    assert installation.lines("migrate", "--json") == [{"migrations_applied": 0}]
    assert "up to date" in installation.run("migrate").stderr


def test_migration_that_fails_is_told_with_its_words(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails() -> int:
        raise MigrationFailed("0007 says no")

    monkeypatch.setattr("marketplace.kernel.migrations.migrate", fails)
    done = installation.run("migrate")
    assert done.exit_code == 1
    assert "0007 says no" in done.output


@pytest.mark.parametrize(("made", "words"), [(0, "The demo data is there."), (3, "Loading demo data: 3/3")])
def test_seed_migrates_first_and_tells_what_it_did(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, made: int, words: str
) -> None:
    async def seed(progress: Callable[[int, int], None]) -> int:
        if made:
            progress(made, made)
        return made

    monkeypatch.setattr("marketplace.demo.seed.seed", seed)
    done = installation.run("seed", "--migrate")
    assert done.exit_code == 0
    assert "up to date" in done.stderr
    assert words in done.stderr


def test_reader_of_an_export_may_stop_reading(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    async def reader_is_gone(*_: object) -> int:
        raise BrokenPipeError

    monkeypatch.setattr("marketplace.ledger.export.write", reader_is_gone)
    done = installation.run("ledger", "export")
    assert (done.exit_code, done.output) == (1, "")


def test_verify_proves_the_books(installation: Installation) -> None:
    installation.within(_debt)
    (proof,) = installation.lines("ledger", "verify", "--json")
    assert proof["ok"] is True
    assert proof["debits_cents"] == proof["credits_cents"] > 0
    assert "The ledger holds" in installation.run("ledger", "verify").stdout


def test_verify_of_changed_books_fails(installation: Installation) -> None:
    async def tamper() -> None:
        await _debt()
        await db.execute("alter table ledger_entry disable trigger all")
        await db.execute("update ledger_entry set amount_cents = amount_cents * 2")

    installation.within(tamper)
    done = installation.run("ledger", "verify")
    assert done.exit_code == 1
    assert "DOES NOT HOLD" in done.stdout
    assert installation.run("ledger", "verify", "--json").exit_code == 1


def test_export_writes_every_entry(installation: Installation) -> None:
    installation.within(_debt)
    entries = installation.within(lambda: db.fetch_value("select count(*) from ledger_entry"))
    assert len(installation.lines("ledger", "export", "--json")) == entries
    assert len(installation.run("ledger", "export").stdout.splitlines()) == entries + 1


def test_settle_makes_statements_once(installation: Installation) -> None:
    debt = installation.within(_debt)
    with clock_set_to(NOW):
        *statements, totals = installation.lines("settle", debt.setting.organiser.business_id, "--json")
        assert [each["amount_cents"] for each in statements] == [5_400]
        assert totals["total_cents"] == 5_400
        (again,) = installation.lines("settle", debt.setting.organiser.business_id, "--json")
    assert again["statements"] == 0


def test_settle_of_an_unknown_organiser_fails(installation: Installation) -> None:
    done = installation.run("settle", "0000000-0")
    assert done.exit_code == 1
    assert "No organiser has the business ID 0000000-0" in done.output


def test_settle_of_days_to_come_fails_with_the_reason(installation: Installation) -> None:
    debt = installation.within(_debt)
    done = installation.run("settle", debt.setting.organiser.business_id, "--until", "2199-01-01")
    assert done.exit_code == 1
    assert "until_day" in done.output


def test_reindex_builds_the_index(installation: Installation) -> None:
    installation.within(_debt)
    offers = installation.within(
        lambda: db.fetch_value("select count(*) from offer_version where status = 'published'")
    )
    assert installation.lines("reindex", "--json")[-1] == {"indexed": offers}
    assert f"indexed: {offers}" in installation.run("reindex").stdout


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets ENCRYPTION_KEYS of this process."""

    def set_to(text: str) -> None:
        monkeypatch.setenv("ENCRYPTION_KEYS", text)
        get_config.cache_clear()

    yield set_to
    monkeypatch.undo()
    get_config.cache_clear()


async def _with_secrets() -> Someone:
    with clock_set_to(NOW):
        manager = a_case_manager(await make_organiser())
        await make_client(manager, identity_code="131052-308T")
        return await with_second_factor(await a_person())


def test_keys_are_rotated_and_the_old_one_may_go(installation: Installation, keys: Callable[[str], None]) -> None:
    old, new = get_config().encryption_keys, new_key()
    someone = installation.within(_with_secrets)
    keys(f"{new},{old}")
    assert installation.lines("rotate-keys", "--json") == [{"encrypted_anew": 2}]
    keys(new)

    async def still_good() -> bool:
        codes = await db.fetch("select identity_code from client where identity_code is not null")
        assert [len(decrypt(row["identity_code"])) for row in codes] == [11]
        with clock_set_to(NOW):
            return await spend_code(someone.id, someone.code())

    assert installation.within(still_good)


def test_key_that_fits_nothing_changes_nothing(installation: Installation, keys: Callable[[str], None]) -> None:
    old = get_config().encryption_keys
    installation.within(_with_secrets)
    keys(new_key())
    done = installation.run("rotate-keys")
    assert done.exit_code == 1
    assert "ENCRYPTION_KEYS" in done.output
    keys(old)
    assert installation.lines("rotate-keys", "--json") == [{"encrypted_anew": 2}]


def test_compliance_looks_at_every_approved_provider_once_a_day(installation: Installation) -> None:
    installation.within(_debt)
    tried = installation.lines("compliance", "--dry-run", "--json")[-1]
    assert (tried["providers"], tried["failed"], tried["is_dry_run"]) == (1, 0, True)
    done = installation.lines("compliance", "--json")[-1]
    assert (done["providers"], done["asked"], done["is_dry_run"]) == (1, 1, False)
    assert installation.lines("compliance", "--json")[-1]["asked"] == 0


async def _approved() -> Case:
    return await a_case(ApplicationStatus.APPROVED)


def test_impact_of_a_rulebook_is_told_line_by_line(installation: Installation, tmp_path: Path) -> None:
    case = installation.within(_approved)
    file = tmp_path / "rulebook.yaml"
    file.write_bytes(export_rulebook(small_rulebook(service_classes=("V-CLEANING",), services=()), FileFormat.YAML))
    command = ("rulebook", "impact", str(file), "--organiser", case.organiser.business_id)
    told, totals = installation.lines(*command, "--json")
    assert (told["provider"], told["kind"]) == (case.applicant.provider.name, "service_gone")
    assert (totals["checked"], totals["no_longer_comply"]) == (1, 1)
    assert "Judging providers: 1/1" in installation.run(*command, "--from", "2026-12-01").stderr
    assert installation.run(*command[:3], "--organiser", "1").exit_code == 1
    file.write_text("title: 1")
    assert "title: Here must be names with their values." in installation.run(*command).output
