"""Comparing in a real browser: what the walk does not meet (mistakes, income, large type), without scripts, on paper."""

from collections.abc import AsyncIterator

import pytest

from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.i18n import Language
from tests.browser.accessibility import faults, sideways
from tests.browser.conftest import Visiting
from tests.browser.visiting import Visitor
from tests.browser.words import english_on
from tests.factories.comparing import Market, a_market
from tests.factories.vouchers import NOW

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

WEEK = "mon0900x60_thu0900x60"
WIDTHS = (1280, 640, 320)


@pytest.fixture(autouse=True)
async def evening() -> AsyncIterator[None]:
    with clock_set_to(NOW):
        yield


@pytest.fixture
async def market(database: str, evening: None) -> Market:
    return await a_market()


def compared(market: Market, path: str = "/compare", **more: object) -> str:
    pairs = [*(("offers", each) for each in market.offers), *more.items()]
    return f"{path}?" + "&".join(f"{name}={value}" for name, value in pairs)


def rare_pages(market: Market) -> list[str]:
    return [
        compared(market),
        compared(market, week=WEEK, product=market.product.id),
        compared(market, week=WEEK, differences="true"),
        compared(market, week="nonsense"),
        "/compare",
        "/compare/week/use?start=08:00",
        "/compare/week/exact?rows.0.days=mon&rows.0.start=25.00&rows.0.minutes=60",
        "/compare/week/exact?week=mon0900x60_thu0900x60_sun1430x45~2p3&pause=2026-12-23~2026-12-27",
        compared(market, "/compare/letter", week=WEEK, product=market.product.id, size="large"),
    ]


@pytest.mark.parametrize("language", [language.value for language in Language])
async def test_rare_pages_are_right_in_every_language_and_size(
    visitor: Visiting, market: Market, language: str
) -> None:
    person = await visitor(language=Language(language).locale.replace("_", "-"))
    found: list[str] = []
    for path in rare_pages(market):
        await person.page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        found += await faults(person.page) + await english_on(person.page, Language(language))
        for width in WIDTHS:
            await person.page.set_viewport_size({"width": width, "height": 640})
            found += await sideways(person.page)
    assert found + person.watch.problems == []


async def test_everything_works_without_scripts(visitor: Visiting, market: Market) -> None:
    person = await visitor(scripts=False, language="fi-FI")
    await person.open(compared(market))
    await person.page.locator("main a.govuk-button").first.click()
    await person.tick("times=2", "start=10:00", "minutes=90")
    await person.press_in_main("submit")
    await person.sees("Tiistaisin ja perjantaisin klo 10, puolitoista tuntia kerrallaan")
    await person.page.get_by_role("link", name="Muuta viikkoa").click()
    await person.page.get_by_role("link", name="Valitse päivät, kellonajat").click()
    await person.tick("rows.0.days=sun")
    await person.page.get_by_role("button", name="Näytä, mitä se maksaa").click()
    await person.sees("Tiistaisin, perjantaisin ja sunnuntaisin klo 10")
    await person.page.get_by_role("link", name="Näytä vain erot").click()
    await person.sees("Näytä kaikki")
    assert not await person.page.locator("[data-st-copy]").is_visible()
    assert await person.page.locator("#share").is_visible()


async def test_the_link_is_copied_with_a_press_and_told(visitor: Visiting, market: Market) -> None:
    person = await visitor(language="fi-FI")
    await person.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await person.open(compared(market, week=WEEK))
    await person.page.locator("[data-st-copy]").click()
    await person.page.locator("#share-said:has-text('kopioitiin')").wait_for()
    copied = await person.page.evaluate("navigator.clipboard.readText()")
    assert copied == await person.page.locator("#share").input_value()


async def test_on_paper_only_the_letter_stands(visitor: Visiting, market: Market) -> None:
    person = await visitor(language="fi-FI")
    await person.open(compared(market, "/compare/letter", week=WEEK))
    await person.page.emulate_media(media="print")
    assert await hidden(person, ".st-footer", ".st-tools", "main .govuk-button")
    assert await person.page.locator(".st-letter").is_visible()


async def hidden(person: Visitor, *selectors: str) -> bool:
    return not any([await person.page.locator(each).first.is_visible() for each in selectors])
