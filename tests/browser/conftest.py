"""A real browser and the real application at an address it can open."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from marketplace.app import create_app
from tests.browser.browser_finder import launch_options
from tests.browser.serving import served


@pytest.fixture(scope="session")
def browser_options() -> dict:
    return launch_options()


@pytest.fixture(scope="session")
async def browser(browser_options: dict) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(**browser_options)
        yield started
        await started.close()


@pytest.fixture
async def site(database: str) -> AsyncIterator[str]:
    """The address of the application over this test's own database."""
    async with served(create_app()) as address:
        yield address


@pytest.fixture
async def context(browser: Browser, site: str) -> AsyncIterator[BrowserContext]:
    """A visitor's browser with its own cookies; addresses may be written as paths."""
    made = await browser.new_context(base_url=site, locale="en-GB", viewport={"width": 1280, "height": 900})
    made.set_default_timeout(15_000)
    yield made
    await made.close()


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    """One tab. The test fails on a script error or on anything that the security policy refused."""
    return await context.new_page()
