"""From the first question to the comparison with nothing but a keyboard: in order, with the focus always in sight."""

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Visiting
from tests.factories.catalogue import PROVIDER_IDS, approve, make_offer, make_provider
from tests.factories.organisers import make_organiser
from tests.journeys.working import jobs_done

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
MOST_STOPS = 60

FOCUS = """() => {
  const at = document.activeElement;
  const drawn = style => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  const label = at.matches('[type=checkbox], [type=radio]') && document.querySelector(`label[for="${at.id}"]`);
  const ring = drawn(getComputedStyle(at)) || (label && drawn(getComputedStyle(label, '::before')));
  const box = at.getBoundingClientRect();
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return {tag: at.outerHTML.slice(0, 120), ring: Boolean(ring), inside, top: box.top + scrollY};
}"""


async def tab_to(page: Page, selector: str) -> list[str]:
    """Presses Tab until the focus stands on ``selector``; gives the stops on the way, each of which must be seen."""
    stops: list[str] = []
    for _ in range(MOST_STOPS):
        await page.keyboard.press("Tab")
        focus = await page.evaluate(FOCUS)
        assert focus["ring"], f"no focus to be seen on {focus['tag']}"
        assert focus["inside"], f"the focus is out of sight on {focus['tag']}"
        stops.append(focus["tag"])
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return stops
    raise AssertionError(f"{selector} is not reached: {stops}")


@pytest.fixture
async def two_offers(database: str) -> None:
    organiser = await make_organiser()
    for business_id, name in zip(PROVIDER_IDS, ("Hoiva Oy", "Apu Oy"), strict=False):
        provider = await make_provider(name, business_id=business_id)
        await approve(provider, organiser)
        await make_offer(provider, organiser)
    await jobs_done(database)


async def test_search_and_comparison_with_the_keyboard_alone(visitor: Visiting, two_offers: None) -> None:
    client = await visitor()
    page = client.page
    await client.open("/?lang=en")
    assert len(await tab_to(page, ".govuk-skip-link")) == 1
    await page.keyboard.press("Enter")
    assert len(await tab_to(page, "[name=text]")) == 1
    await page.keyboard.type("kotihoito")
    assert len(await tab_to(page, "[name=place]")) == 1
    await page.keyboard.type("00100")
    await tab_to(page, "button")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/?*place=00100*")
    for _ in range(2):
        await tab_to(page, "[name=offers]")
        await page.keyboard.press("Space")
    await tab_to(page, "#compare-form button")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/compare?*")
    await client.sees("Compare offers", "Hoiva Oy", "Apu Oy")
    await tab_to(page, "main a.govuk-button")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/compare/week?*")
    await tab_to(page, "main a.st-preset")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/compare?*week=*")
    await client.sees("Your week", "You pay")


async def test_an_error_takes_the_focus_and_leads_to_its_field(visitor: Visiting) -> None:
    person = await visitor()
    await person.open("/create-account?lang=en")
    await person.press("Create the account")
    focused = await person.page.evaluate("document.activeElement.className")
    assert "govuk-error-summary" in focused
    await tab_to(person.page, ".govuk-error-summary a")
    await person.page.keyboard.press("Enter")
    assert await person.page.evaluate("document.activeElement.name") == "name"
