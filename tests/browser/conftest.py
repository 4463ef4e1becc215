"""A real browser and the real application at an address it can open."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from litestar import Litestar
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

from tests.browser.accessibility import AXE_SCRIPT
from tests.browser.browser_finder import launch_options
from tests.browser.serving import served
from tests.browser.visiting import Visitor, Watch

DESK = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=320, height=640)
Visiting = Callable[..., Awaitable[Visitor]]


@pytest.fixture(scope="session")
def browser_options() -> dict[str, Any]:
    return launch_options()


@pytest.fixture(scope="session")
async def browser(browser_options: dict[str, Any]) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(**browser_options)
        yield started
        await started.close()


@pytest.fixture
async def site(app: Litestar, database: str) -> AsyncIterator[str]:
    """The address of the application over this test's own database."""
    async with served(app) as address:
        yield address


@pytest.fixture
async def context(browser: Browser, site: str) -> AsyncIterator[BrowserContext]:
    """A visitor's browser with its own cookies; addresses may be written as paths."""
    made = await browser.new_context(base_url=site, locale="en-GB", viewport=DESK)
    made.set_default_timeout(15_000)
    await made.add_init_script(AXE_SCRIPT)
    yield made
    await made.close()


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    """One tab."""
    return await context.new_page()


@pytest.fixture
async def visitor(browser: Browser, site: str) -> AsyncIterator[Visiting]:
    """Makes people, each with a browser of their own. ``scripts=False`` turns JavaScript off."""
    async with AsyncExitStack() as closing:

        async def arrive(*, scripts: bool = True, small: bool = False, language: str = "en-GB") -> Visitor:
            made = await browser.new_context(
                base_url=site, locale=language, viewport=PHONE if small else DESK, java_script_enabled=scripts
            )
            closing.push_async_callback(made.close)
            made.set_default_timeout(15_000)
            await made.add_init_script(AXE_SCRIPT)
            return Visitor(await made.new_page(), site, Watch(site).on(made), has_scripts=scripts)

        yield arrive
