"""The application under test, in the test's own event loop, over a fresh database."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from marketplace.app import create_app
from tests.web.browser import Api, Browser, browser_of
from tests.web.rulebook_editing import editor, fresh  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def app() -> Litestar:
    return create_app()


@pytest.fixture
async def client(app: Litestar, database: str) -> AsyncIterator[Browser]:
    """A browser that keeps cookies: ``get`` pages, ``submit`` forms."""
    async with browser_of(app) as browser:
        yield browser


@pytest.fixture
async def api(app: Litestar, database: str) -> AsyncIterator[Api]:
    """A program that talks to the API: ``api.with_token(token)`` signs in."""
    async with browser_of(app, kind=Api) as machine:
        yield machine
