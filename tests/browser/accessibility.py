"""Holds a page in a real browser against WCAG 2.2 AA with axe, and looks for what axe does not see."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
"""Everything that the law asks for; axe's own "best practices" are advice and left out."""

RUN = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"
MACHINE_WORDS = ("Message(", "Text(fi=", "<span", "&amp;", "UUID(")
"""Objects and marks that a template forgot to turn into words."""

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands, one line for each element. Empty is good."""
    await page.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = await page.evaluate(RUN, list(RULES))
    return [
        f"{page.url} {rule['id']}: {element['html'][:200]}" for rule in found["violations"] for element in rule["nodes"]
    ]


async def faults(page: Page) -> list[str]:
    """The same, and what is wrong with the page's shape."""
    return await violations(page) + await shape(page)


async def shape(page: Page) -> list[str]:
    """What axe does not ask for: exactly one main heading, a language, no scrolling sideways."""
    found: list[str] = []
    if await page.locator("h1").count() != 1:
        found.append(f"{page.url}: {await page.locator('h1').count()} h1 headings")
    if not await page.locator("html[lang]").count():
        found.append(f"{page.url}: no language")
    return found + await machine_words(page) + await sideways(page)


async def machine_words(page: Page) -> list[str]:
    """Whether something stands on the page as a program writes it."""
    shown = await page.locator("body").inner_text()
    return [f"{page.url}: {each}" for each in MACHINE_WORDS if each in shown]


async def sideways(page: Page) -> list[str]:
    """Whether the page must be scrolled sideways in the window as it is now."""
    wider = await page.evaluate(OVERFLOW)
    return [f"{page.url}: wider than the screen by {wider} pixels"] if wider > 0 else []
