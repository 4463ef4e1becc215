"""The demo data: made by the real use cases, there completely or not at all, and not made twice."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest

from marketplace.accounts.signing_in import authenticate
from marketplace.demo import care, organisers, providers, seed, stories
from marketplace.demo.people import PASSWORD, SHOWN, code_now, read_people, sign_ins
from marketplace.kernel import db
from marketplace.kernel.clock import today
from marketplace.kernel.config import get_config
from marketplace.kernel.embedded_postgres import EmbeddedPostgres
from marketplace.ledger.proof import verify
from marketplace.organisers.products import version_on
from marketplace.pricing.values import Household, unit_value
from marketplace.stripe.current import close_gateway
from marketplace.stripe.double import Double, running_double
from onboarding.applications.states import ApplicationStatus
from onboarding.approvals.states import ApprovalStatus
from tests.conftest import copy_of


@contextmanager
def settings_of_a_child(url: str, data: Path, double: Double) -> Iterator[None]:
    """This process configured as a child of `marketplace run` is."""
    settings = {
        "DATABASE_URL": url,
        "DATA_DIR": str(data),
        "STRIPE_API_KEY": "sk_test_double",
        "STRIPE_API_URL": double.url,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        get_config.cache_clear()
        yield
    get_config.cache_clear()


@pytest.fixture
def installation(database: str, stripe_double: Double, tmp_path: Path) -> Iterator[Path]:
    """The folder of an installation over an empty database."""
    with settings_of_a_child(database, tmp_path, stripe_double):
        yield tmp_path


class Seeded(NamedTuple):
    """``told`` is what the seed said of its progress, ``made`` how many steps it took."""

    database: str
    data: Path
    double: Double
    told: list[tuple[int, int]]
    made: int


@pytest.fixture(scope="module")
async def original(
    postgres: EmbeddedPostgres,
    migrated: str,
    administration: asyncpg.Connection,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Seeded]:
    """The whole demo data, which take long, made once."""
    data, told = tmp_path_factory.mktemp("seeded"), list[tuple[int, int]]()
    async with running_double() as double, copy_of(migrated, postgres, administration) as name:
        with settings_of_a_child(postgres.url(name), data, double):
            await close_gateway()  # One of other settings may be left of a test without a database.
            made = await seed.seed(lambda done, total: told.append((done, total)))
        await db.stop_pool()
        yield Seeded(name, data, double, told, made)


@pytest.fixture
async def seeded(
    original: Seeded, postgres: EmbeddedPostgres, administration: asyncpg.Connection, tmp_path: Path
) -> AsyncIterator[Path]:
    """The folder of an installation of its own with all the demo data."""
    data = Path(shutil.copytree(original.data, tmp_path / "data"))
    async with copy_of(original.database, postgres, administration) as name:
        with settings_of_a_child(postgres.url(name), data, original.double):
            yield data


async def counted(table: str) -> int:
    return await db.fetch_value(f"select count(*) from {table}")


def silent(_done: int, _total: int) -> None:
    """Nobody watches."""


def test_seed_tells_of_its_progress(original: Seeded) -> None:
    steps = original.made
    assert steps > 25
    assert original.told[-1] == (steps + 1, steps + 1)
    assert [done for done, _ in original.told] == list(range(1, steps + 2))


async def test_seed_is_made_once(seeded: Path) -> None:
    before = [await counted(table) for table in ("visit", "offer", "person", "voucher", "audit_event")]
    assert await seed.seed(silent) == 0
    assert [await counted(table) for table in ("visit", "offer", "person", "voucher", "audit_event")] == before


async def test_seed_shows_every_state_and_the_books_hold(seeded: Path) -> None:
    for table, statuses in (("application", ApplicationStatus), ("approval", ApprovalStatus)):
        rows = await db.fetch(f"select distinct status from {table}")
        assert {row["status"] for row in rows} == {status.value for status in statuses}
    assert {row["kind"] for row in await db.fetch("select kind from application")} == {"new", "extension", "renewal"}
    assert await counted("provider") == len(providers.providers()) >= 20
    assert await counted("compliance_case") > 0
    made = await db.fetch_value("select count(*) from decision_document where file_id is not null")
    assert made == await counted("decision") > 10
    assert await counted("search_document") == sum(len(told.offers) for told in providers.providers())
    assert await counted("visit") >= 24
    paid = await db.fetch("select status, waiting_for from payout order by status")
    assert [(row["status"], row["waiting_for"]) for row in paid] == [
        ("paid", None), ("paid", None), ("requested", "account_ready"),
    ]  # fmt: skip
    assert (await verify()).ok


async def test_everybody_can_sign_in(seeded: Path) -> None:
    known = {person.email: person for person in read_people(seeded)}
    assert set(known) == set(SHOWN)
    assert len(sign_ins(seeded)) > len(SHOWN)
    for email, person in known.items():
        signed_in = await authenticate(email, PASSWORD, code_now(seeded, email))
        assert getattr(signed_in, "is_strong", None) is bool(person.secret)


async def test_interrupted_seed_goes_on(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = stories.make_provider, []

    async def breaks_at_the_fifth(told: providers.ProviderData, password_hash: str) -> None:
        asked.append(told.business_id)
        await real(told, password_hash)
        if len(asked) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(stories, "make_provider", breaks_at_the_fifth)
    with pytest.raises(KeyboardInterrupt):
        await seed.seed(silent)
    assert await counted("provider") == 4  # The fifth was interrupted before it was there.
    assert await seed.seed(silent) > 0
    assert await counted("provider") == len(providers.providers())
    assert len(asked) == len(providers.providers()) + 1


async def test_lost_sign_ins_are_made_anew(seeded: Path) -> None:
    (seeded / "demo-sign-ins.json").unlink()
    assert await seed.seed(silent) == 1
    digits = code_now(seeded, "reviewer@demo.example")
    assert await authenticate("reviewer@demo.example", PASSWORD, digits)


async def test_published_rules_give_their_published_values(installation: Path) -> None:
    for key in organisers.organisers():
        await organisers.make_organiser(key)
    value = {row["code"]: row["id"] for row in await db.fetch("select id, code from voucher_product")}
    alone = Household(size=1, gross_income_cents=150_000)
    helsinki = await version_on(value["HKI-HOMECARE"], today())
    assert unit_value(helsinki.value_rule, alone) == 3487
    lapland = await version_on(value["LAPLAND-HOMECARE"], today())
    bands = ["weekday_day", "weekday_evening", "saturday_day", "eve_evening", "sunday_holiday"]
    assert [unit_value(lapland.value_rule, alone, band) for band in bands] == [3600, 4140, 4320, 7200, 7200]
    assert unit_value((await version_on(value["TURKU-CARER"], today())).value_rule, alone) == 2700
    assert all(version.source_note for version in (helsinki, lapland))


async def test_without_the_double_nothing_is_driven(database: str) -> None:
    assert await seed._advance({"what": "top_up", "amount": 1}) is False


def test_visits_stay_within_the_months_minutes() -> None:
    daily = care.VoucherData(
        product="X", reasons="x", visits=tuple(care.VisitData(weekday=n, start="08:00", end="10:00") for n in range(7))
    )
    first = today().replace(day=1).replace(month=1)
    visits = care.visits_of(daily, first, 600)
    by_month: dict[int, int] = {}
    for start, _ in visits:
        by_month[start.month] = by_month.get(start.month, 0) + 1
    assert set(by_month.values()) <= {1, 2, 3, 4, 5}
