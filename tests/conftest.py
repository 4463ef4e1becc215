"""The ground of every test: a real PostgreSQL, a migrated database per test, no network, a set configuration."""

import atexit
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 4 * 1024**3


def fast_folder() -> str | None:
    """Where the tests' databases lie: in memory where there is plenty, else in the usual place."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES
    return str(MEMORY) if roomy else None


# Set before anything reads the configuration; a developer's own .env or services never leak into tests.
TEST_DATA = tempfile.mkdtemp(prefix="setelitori-test-", dir=fast_folder())
atexit.register(shutil.rmtree, TEST_DATA, ignore_errors=True)
Path(TEST_DATA).chmod(0o755)  # The database's own user must pass through it.
os.environ |= {
    "ENVIRONMENT": "test",
    "DATA_DIR": TEST_DATA,
    "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests",
    "ENCRYPTION_KEYS": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
}
for name in ("DATABASE_URL", "MEILISEARCH_URL", "STRIPE_API_KEY", "STRIPE_API_URL", "YTJ_URL", "FILES_URL"):
    os.environ[name] = ""

import asyncpg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from litestar import Litestar

from marketplace.kernel import db
from marketplace.kernel.embedded_postgres import EmbeddedPostgres
from marketplace.kernel.migrations import migrate
from marketplace.stripe.current import close_gateway
from tests.doubles.stripe import stripe_double, stripe_gateway, wait_until  # noqa: F401 - fixtures

TESTS = Path(__file__).parent
TEMPLATE = "template_migrated"

# The same examples in every run, and no clock that decides: a busy machine fails nothing.
settings.register_profile("same", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")

WALKS = ("architecture", "browser", "journeys/test_browser_", "web/test_fuzz")
"""Tests that pass by everything. Coverage does not count them: what they reach is not thereby tested, and counting takes
two to five times as long as walking."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(TESTS).as_posix().startswith(WALKS):
            item.add_marker("no_cover")


@pytest.fixture(autouse=True)
def usual_process() -> Iterator[None]:
    """A command or server that a test runs in this process sets up logs and variables for itself: both are put back."""
    kept = dict(os.environ)
    structlog.reset_defaults()
    yield
    os.environ.clear()
    os.environ.update(kept)


@pytest.fixture(scope="session")
def app() -> Litestar:
    """The whole product: it keeps nothing between tests, and to assemble it takes a second."""
    from marketplace.app import create_app

    return create_app()


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """One server for the whole run (one per process when tests run in parallel), without fsync."""
    server = EmbeddedPostgres(Path(TEST_DATA) / "postgres", fsync=False)
    server.start(TEMPLATE)
    yield server
    server.stop()


@pytest.fixture(scope="session")
async def migrated(postgres: EmbeddedPostgres) -> str:
    """The name of a database that has every migration; tests get copies of it."""
    db.use_database(postgres.url(TEMPLATE))
    await migrate()
    return TEMPLATE


@pytest.fixture(scope="session")
async def administration(postgres: EmbeddedPostgres) -> AsyncIterator[asyncpg.Connection]:
    """One connection that makes and drops all databases: to connect takes as long as to drop one."""
    connection = await asyncpg.connect(postgres.url("postgres"))
    yield connection
    await connection.close()


@pytest.fixture
async def database(postgres: EmbeddedPostgres, migrated: str, administration: asyncpg.Connection) -> AsyncIterator[str]:
    """A fresh migrated database with a pool, gone after the test. Commits are real."""
    async with copy_of(migrated, postgres, administration) as name:
        yield postgres.url(name)


@asynccontextmanager
async def copy_of(template: str, postgres: EmbeddedPostgres, administration: asyncpg.Connection) -> AsyncIterator[str]:
    """The name of a new database like ``template``, which this process uses until the block ends."""
    name = f"test_{db.new_id().hex}"
    await administration.execute(f'create database "{name}" template "{template}" strategy file_copy')
    db.use_database(postgres.url(name))
    await db.start_pool(size=8)
    try:
        yield name
    finally:
        await close_gateway()  # It would serve the next test with the settings of this one.
        await db.stop_pool()
        await administration.execute(f'drop database "{name}" with (force)')
