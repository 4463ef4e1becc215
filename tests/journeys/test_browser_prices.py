"""A provider keeps its prices: under the organiser's notice rules, and from the price list that it has anyway."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from marketplace.catalogue.offers.offers import published_offer
from marketplace.kernel.actors import Role
from marketplace.kernel.clock import today
from marketplace.organisers.schemas import Organiser
from tests.browser.conftest import Visiting
from tests.browser.visiting import Visitor
from tests.factories.accounts import Someone, a_hat, a_person
from tests.factories.catalogue import approve, make_offer, make_provider
from tests.factories.organisers import make_organiser
from tests.factories.price_changes import allow_increases
from tests.factories.sheets import MESSY
from tests.journeys.test_browser_keyboard import tab_to
from tests.journeys.working import jobs_done

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
IMPORTS = "/provider/imports"
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


@pytest.fixture
async def organiser(database: str) -> Organiser:
    return await make_organiser()


@pytest.fixture
async def offer_id(organiser: Organiser) -> UUID:
    return await make_offer(await _provider(organiser), organiser, municipality_codes=organiser.municipality_codes[:1])


async def _provider(organiser: Organiser):
    provider = await make_provider("Hoiva Oy")
    await approve(provider, organiser)
    return provider


@pytest.fixture
async def someone(offer_id: UUID, organiser: Organiser) -> Someone:
    """The administrator of the provider of the offer."""
    person = await a_person("Aino Yrittäjä")
    provider_id = (await published_offer(offer_id)).provider_id
    await a_hat(person, Role.PROVIDER_ADMIN, scope_id=provider_id, name="Hoiva Oy")
    return person


@pytest.fixture
def price_list(tmp_path: Path) -> Path:
    path = tmp_path / "hinnasto.csv"
    path.write_text(MESSY, encoding="cp1252")
    return path


async def entered(visitor: Visitor, someone: Someone) -> Visitor:
    await visitor.open("/?lang=en")
    await visitor.sign_in(someone)
    await visitor.open("/provider?lang=en")
    return visitor


def written(day) -> str:
    return f"{day.day}.{day.month}.{day.year}"


@SCRIPTS
async def test_prices_rise_after_the_notice_that_the_organiser_asks_for(
    visitor: Visiting, database: str, organiser: Organiser, offer_id: UUID, someone: Someone, scripts: bool
) -> None:
    await allow_increases(organiser, notice_days=30)
    provider = await entered(await visitor(scripts=scripts), someone)
    await provider.open(f"/provider/offers/{offer_id}/price-changes")
    await provider.sees("at least 30 days before")
    await provider.press("Announce new prices")
    await provider.fill(**{"valid_from": written(today() + timedelta(days=3)), "bands.0.price_cents": "41,50"})
    await provider.press("See what changes")
    if not await provider.has_errors():
        await provider.press_in_main("submit")
    assert await provider.has_errors()
    day = today() + timedelta(days=40)
    await provider.fill(valid_from=written(day))
    await provider.press("See what changes")
    await provider.sees("€38.00", "€41.50")
    await provider.press("Announce the new prices")
    await provider.sees("The new prices are announced.")
    await jobs_done(database)
    everybody = await visitor(scripts=scripts)
    await everybody.open(f"/offers/{offer_id}/prices?lang=en")
    await everybody.sees("€38.00", "€41.50")
    for each in (provider, everybody):
        each.judge()


@SCRIPTS
async def test_a_messy_list_goes_in_and_its_bad_row_is_mended(
    visitor: Visiting, someone: Someone, offer_id: UUID, price_list: Path, scripts: bool
) -> None:
    provider = await entered(await visitor(scripts=scripts), someone)
    await provider.open(IMPORTS)
    await provider.press("Read the file")
    assert await provider.has_errors()
    await send(provider, price_list)
    await provider.sees("Nothing has been changed yet.", "Price change", "€38.00", "€39.50", "Row 5", "Column B")
    async with provider.page.expect_download() as download:
        await provider.page.get_by_role("button", name="Download the rows to mend").click()
    mend(Path(await (await download.value).path()), price_list)
    await provider.press("Import 1 offer")
    await provider.sees("What was done", "Open the offer Kotihoitoa kaikkina päivinä")
    assert (await published_offer(offer_id)).prices.price_of("weekday_day") == 3_950
    await provider.open(IMPORTS)
    await send(provider, price_list)
    await provider.sees("New draft", "€38.50")
    await provider.press("Throw the file away")
    await provider.sees("Nothing was changed.")
    await provider.follow("Bring in a service of the Finnish Service Catalogue")
    await provider.press("Read the file")
    assert await provider.has_errors()
    provider.judge()


def mend(errors: Path, price_list: Path) -> None:
    """What a person does with the rows that were refused."""
    price_list.write_text(errors.read_text(encoding="utf-8-sig").replace("abc", "38,50"), encoding="utf-8")


async def send(provider: Visitor, path: Path) -> None:
    await provider.page.set_input_files("main [name=file]", path)
    await provider.press("Read the file")


async def test_a_list_is_imported_with_the_keyboard_alone(
    visitor: Visiting, someone: Someone, offer_id: UUID, price_list: Path
) -> None:
    provider = await entered(await visitor(), someone)
    page = provider.page
    await provider.open(IMPORTS)
    await tab_to(page, "[name=file]")
    await page.set_input_files("main [name=file]", price_list)  # The system's own dialog is not the page's.
    await tab_to(page, "main button[type=submit]")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/provider/imports/*")
    await provider.look()
    await tab_to(page, "[name=take]")
    await tab_to(page, "main form[action$=accept] button[type=submit]")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await provider.sees("What was done")
    assert (await published_offer(offer_id)).prices.price_of("weekday_day") == 3_950
    provider.judge()
