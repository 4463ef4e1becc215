"""The application under test, in the test's own event loop, over a fresh database."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from marketplace.kernel.actors import Actor
from marketplace.organisers.schemas import Organiser
from tests.factories.catalogue import approve, make_provider
from tests.factories.organisers import make_organiser
from tests.web.browser import Api, Browser, browser_of
from tests.web.rulebook_editing import editor, fresh  # noqa: F401 - fixtures


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


@pytest.fixture
async def turku(database: str) -> Organiser:
    """The organiser of the desks' tests."""
    return await make_organiser("Varsinais-Suomi", county_code="05")


@pytest.fixture
async def provider(turku: Organiser) -> Actor:
    """A provider that it approved."""
    actor = await make_provider()
    await approve(actor, turku)
    return actor
