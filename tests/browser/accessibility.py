"""Holds a page in a real browser against WCAG 2.2 AA with axe, and looks for what axe does not see."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
"""Everything that the law asks for; axe's own "best practices" are advice and left out."""

RUN = """asked => window.axe ? axe.run(document, {runOnly: asked.standards, rules: asked.rules, resultTypes: ['violations']}) : null"""
COLOURS = "color-contrast"
"""The rule that takes half of the time; colours are the same in every language."""

MACHINE_WORDS = ("Message(", "Text(fi=", "<span", "&amp;", "UUID(")
"""Objects and marks that a template forgot to turn into words."""

SHAPE = """() => ({
  headings: document.querySelectorAll('h1').length,
  language: document.documentElement.lang,
  text: document.body.innerText,
})"""
"""Asked for at once: questions of their own take as long as the page takes to load."""

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def violations(page: Page, *, colours: bool = True) -> list[str]:
    """What axe finds wrong with the page as it stands, one line for each element. Empty is good.

    The contexts of our fixtures bring axe along, others get it here.
    """
    asked = {"standards": list(RULES), "rules": {COLOURS: {"enabled": colours}}}
    found: dict[str, Any] | None = await page.evaluate(RUN, asked)
    if found is None:
        await page.evaluate(AXE_SCRIPT)
        found = await page.evaluate(RUN, asked)
    assert found is not None
    return [
        f"{page.url} {rule['id']}: {element['html'][:200]}" for rule in found["violations"] for element in rule["nodes"]
    ]


async def faults(page: Page, *, colours: bool = True) -> list[str]:
    """The same, and what is wrong with the page's shape."""
    return await violations(page, colours=colours) + await shape(page)


async def shape(page: Page) -> list[str]:
    """What axe does not ask for: exactly one main heading, a language, words of people, no scrolling sideways."""
    told: dict[str, Any] = await page.evaluate(SHAPE)
    found: list[str] = []
    if told["headings"] != 1:
        found.append(f"{page.url}: {told['headings']} h1 headings")
    if not told["language"]:
        found.append(f"{page.url}: no language")
    found += [f"{page.url}: {each}" for each in MACHINE_WORDS if each in told["text"]]
    return found + await sideways(page)


async def sideways(page: Page) -> list[str]:
    """Whether the page must be scrolled sideways in the window as it is now."""
    wider = await page.evaluate(OVERFLOW)
    return [f"{page.url}: wider than the screen by {wider} pixels"] if wider > 0 else []
