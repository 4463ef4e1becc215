"""Finding in a real browser: typing, a place, one's own week; with the keyboard, without scripts, at every size."""

from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from marketplace.catalogue.offers.schemas import Reach
from search import indexer
from tests.browser.accessibility import faults
from tests.browser.conftest import Visiting
from tests.factories.accounts import a_person
from tests.factories.catalogue import approve, band_prices, make_offer, make_provider
from tests.factories.organisers import make_organiser, make_product
from tests.factories.pricing import helsinki_value

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

WEEK = "mon0900x60_wed0900x60_fri1800x30"
SIZES = ((1280, 900), (640, 450), (320, 640))
UNIT = Reach(name="Kallion toimipiste", lat=60.184, lon=24.95, km=8)
ABOUT = "Autamme peseytymisessä, pukeutumisessa ja ruokailussa. Sama tuttu työntekijä käy luonasi mahdollisimman usein."


@pytest.fixture
async def product(database: str) -> UUID:
    """Home care of seven companies in Helsinki, with a voucher that depends on income."""
    organiser = await make_organiser()
    names = (
        "Kotiapu Oy",
        "Hoiva Oy",
        "Arki Ky",
        "Lähitiimi Oy",
        "Kultainen Koti Oy",
        "Ilonpisara Tmi",
        "Turvasilta Oy",
    )
    for number, name in enumerate(names):
        provider = await make_provider(name, business_id=f"234567{number}-9")
        await approve(provider, organiser)
        more = {"reach": UNIT, "skills": ("Muistisairaudet", "Opaskoira sopii")} if number < 2 else {}
        prices = band_prices(day=3600 + 150 * number)
        await make_offer(
            provider, organiser, description_fi=ABOUT, prices=prices, accepts_new_clients=number != 3, **more
        )
    await indexer.rebuild()
    return (await make_product(organiser, rule=helsinki_value())).id


def results(product: UUID) -> str:
    return f"/?text=kotihoito&place=00530&week={WEEK}&product={product}&sort=cost&skill=muistisairaudet"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_every_page_of_finding_is_accessible_at_every_size(page: Page, product: UUID, language: str) -> None:
    addresses = (
        "/", "/?text=", results(product), "/?text=kotihoito&place=Vantaa", "/?place=Hesinki", "/how-results-are-ordered",
        "/why-not-here?provider=Oy&place=00530&skill=muistisairaudet",
    )  # fmt: skip
    found: list[str] = []
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        for address in addresses:
            await page.goto(address + ("&" if "?" in address else "?") + f"lang={language}")
            found += await faults(page)
    assert found == []


async def test_suggestions_are_chosen_with_the_keyboard_and_told(page: Page, product: UUID) -> None:
    await page.goto("/?lang=en")
    box = page.get_by_role("combobox", name="What help do you need?")
    await box.press_sequentially("siiv", delay=30)
    options = page.get_by_role("listbox", name="Suggested searches").get_by_role("option")
    await expect(options.first).to_be_visible()
    await expect(page.locator(".st-suggested [role=status]").first).to_contain_text("suggestion")
    assert await faults(page) == []
    await box.press("ArrowDown")
    chosen = await options.first.get_attribute("id")
    await expect(box).to_have_attribute("aria-activedescendant", chosen or "")
    await box.press("Enter")
    await expect(box).to_have_attribute("aria-expanded", "false")
    assert "siiv" in (await box.input_value()).lower()
    assert page.url.endswith("/?lang=en")


async def test_escape_closes_the_suggestions_and_keeps_what_was_written(page: Page, product: UUID) -> None:
    await page.goto("/?lang=en")
    box = page.get_by_role("combobox", name="Where?")
    await box.press_sequentially("hel", delay=30)
    await expect(page.get_by_role("option").first).to_be_visible()
    await box.press("ArrowUp")
    await box.press("Escape")
    await expect(page.get_by_role("option")).to_have_count(0)
    await expect(box).to_have_value("hel")


async def test_near_me_asks_and_sends_a_coarse_place_only(browser: Browser, site: str, product: UUID) -> None:
    context = await browser.new_context(
        base_url=site,
        locale="en-GB",
        permissions=["geolocation"],
        geolocation={"latitude": 60.18456, "longitude": 24.95123},
    )
    page = await context.new_page()
    await page.goto("/?lang=en")
    async with page.expect_request("**/places/near") as asked:
        await page.get_by_role("button", name="Use my location").click()
    assert (await asked.value).post_data_json == {"lat": 60.18, "lon": 24.95}
    await expect(page.locator("#place")).to_have_value("00530")
    await expect(page.locator("#near-said")).to_contain_text("00530 Helsinki")
    await context.close()


async def test_who_says_no_may_write_the_place(page: Page, product: UUID) -> None:
    await page.goto("/?lang=en")
    await page.get_by_role("button", name="Use my location").click()
    await expect(page.locator("#near-said")).to_contain_text("Write a postal code")


async def test_filters_fold_on_a_phone_and_stand_open_on_a_desk(page: Page, product: UUID) -> None:
    await page.goto("/?text=&lang=en")
    await expect(page.locator("#sort")).to_be_visible()
    await page.set_viewport_size({"width": 320, "height": 640})
    await expect(page.locator("#sort")).to_be_hidden()
    await page.get_by_text("Narrow the results").first.click()
    await expect(page.locator("#sort")).to_be_visible()
    await page.get_by_label("Takes new clients now").check()
    await page.get_by_role("button", name="Show these results").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("6 offers")


async def test_no_more_than_six_can_be_chosen(page: Page, product: UUID) -> None:
    await page.goto("/?text=&lang=en")
    boxes = page.locator(".st-offer input[name=offers]")
    for number in range(6):
        await boxes.nth(number).check()
    await expect(boxes.nth(6)).to_be_disabled()
    await expect(page.locator("[data-st-chosen]")).to_contain_text("Chosen: 6")
    await boxes.nth(0).uncheck()
    await expect(boxes.nth(6)).to_be_enabled()


async def test_everything_is_found_without_scripts(visitor: Visiting, product: UUID) -> None:
    person = await visitor(scripts=False)
    await person.open("/?lang=en")
    await person.fill(text="kotihoitoa", place="00530")
    await person.press("Search")
    await person.sees("7 offers", "What would my own week cost?")
    await person.page.get_by_text("What would my own week cost?").click()
    await person.follow("Twice a week, one hour")
    await person.sees("a month", "Change the week")
    await person.page.get_by_label("Voucher", exact=True).select_option(str(product))
    await person.press("Count again")
    await person.sees("You pay at most", "depends on income")
    assert await person.page.locator("#sort").is_visible()
    assert await person.page.get_by_role("button", name="Use my location").count() == 0
    await person.page.get_by_text("Why is this here?").first.click()
    await person.sees("drawn by lot")


async def test_a_search_is_saved_and_opened_again(visitor: Visiting, product: UUID) -> None:
    person = await visitor(small=True)
    await person.sign_in(await a_person())
    await person.open("/?text=kotihoito&place=00530&available=true&lang=en")
    await person.page.get_by_text("Share or save this search").click()
    await person.fill(name="For mother")
    await person.press("Save this search")
    await person.sees("The search “For mother” was saved.")
    await person.follow("For mother")
    await person.sees("6 offers")
    await person.open("/saved-searches")
    await person.page.get_by_role("button", name="For mother").click()
    await person.sees("No saved searches yet")
    person.judge()
