import pytest
from playwright.async_api import ConsoleMessage, Page

from tests.browser.accessibility import faults

PAGES = ("/accessibility", "/privacy", "/how-results-are-ordered", "/no-such-page")
WIDTHS = (1280, 320)

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_shared_pages_are_accessible_in_every_language(page: Page, language: str) -> None:
    found = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        for path in PAGES:
            await page.goto(f"{path}?lang={language}")
            found += await faults(page)
    assert found == []


async def test_nothing_is_refused_by_the_security_policy_or_fetched_from_elsewhere(page: Page, site: str) -> None:
    problems: list[str] = []
    asked: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    await page.goto("/privacy", wait_until="networkidle")
    assert problems == []
    assert [url for url in asked if not url.startswith(site)] == []
    assert await page.evaluate("typeof htmx") == "object"
    assert await page.evaluate("document.body.classList.contains('govuk-frontend-supported')")


async def test_the_typeface_is_our_own(page: Page) -> None:
    await page.goto("/privacy", wait_until="networkidle")
    assert await page.evaluate("document.fonts.check('20px \"Source Sans 3\"')")


async def test_the_first_tab_stop_skips_to_the_content(page: Page) -> None:
    await page.goto("/privacy?lang=en")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert page.url.endswith("#main-content")


async def test_the_language_switch_stays_on_the_page_and_is_remembered(page: Page) -> None:
    await page.goto("/privacy?lang=en")
    await page.get_by_role("link", name="Svenska").click()
    assert await page.locator("h1").text_content() == "Dataskydd"
    await page.goto("/accessibility")
    assert await page.locator("h1").text_content() == "Tillgänglighet"


async def test_pages_work_without_scripts(browser: object, site: str) -> None:
    context = await browser.new_context(base_url=site, java_script_enabled=False)  # type: ignore[attr-defined]
    page = await context.new_page()
    await page.goto("/privacy?lang=en")
    assert await page.get_by_role("link", name="Approved providers").is_visible()
    await context.close()
