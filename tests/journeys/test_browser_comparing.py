"""An eighty-year-old's journey in Finnish: find home care, build a week, compare three, print the letter, keep two.

Walked at a desk, at 200 % zoom and on a phone of 320 pixels; axe reads every page.
"""

from collections.abc import AsyncIterator

import pytest

from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.i18n import Language
from search import dictionaries, indexer
from tests.browser.accessibility import sideways
from tests.browser.conftest import Visiting
from tests.factories.comparing import Market, a_market
from tests.factories.vouchers import NOW
from tests.journeys.speaking import Speaker, speaker

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SIZES = {"desk": (1280, 900), "zoomed": (640, 450), "phone": (320, 640)}


@pytest.fixture(autouse=True)
async def evening() -> AsyncIterator[None]:
    with clock_set_to(NOW):
        yield


@pytest.fixture(scope="module", autouse=True)
def base_forms(tmp_path_factory: pytest.TempPathFactory) -> None:
    dictionaries.load(tmp_path_factory.mktemp("dictionaries"))


@pytest.fixture
async def market(database: str, evening: None) -> Market:
    made = await a_market()
    await indexer.rebuild()
    return made


@pytest.mark.parametrize("size", SIZES)
async def test_an_eighty_year_old_finds_compares_and_prints(visitor: Visiting, market: Market, size: str) -> None:
    aino = await speaker(visitor, Language.FI)
    width, height = SIZES[size]
    await aino.page.set_viewport_size({"width": width, "height": height})
    await finds_home_care(aino)
    await compares_three(aino)
    await builds_a_week(aino)
    await chooses_the_voucher(aino)
    await prints_the_letter(aino)
    await keeps_the_cheapest(aino)
    aino.judge()


async def fits(aino: Speaker) -> None:
    """Nothing is to be scrolled sideways."""
    aino.found += await sideways(aino.page)


async def finds_home_care(aino: Speaker) -> None:
    await aino.open("/")
    await aino.page.locator("form[role=search] [name=text]").fill("kotihoitoa")
    await aino.page.locator("form[role=search] button[type=submit]").first.click()
    await aino.page.wait_for_load_state()
    await aino.look()
    await fits(aino)
    await aino.sees("Kotiapu Aurinko Oy", "Omahoiva Sara Tmi")


async def compares_three(aino: Speaker) -> None:
    for provider in ("Kotiapu Aurinko Oy", "Stadin Arkiapu Ky", "Omahoiva Sara Tmi"):
        card = aino.page.locator(".st-offer", has_text=provider)
        await card.locator("[name=offers]").check()
    await aino.page.locator("#compare-form button[type=submit]").first.click()
    await aino.page.wait_for_load_state()
    await aino.look()
    await fits(aino)
    assert await aino.page.locator("th[scope=col]").count() == 3


async def builds_a_week(aino: Speaker) -> None:
    await aino.press("Count what your own week would cost")
    await fits(aino)
    await aino.page.locator(".st-preset", has_text=aino.said("Every day, half an hour in the morning")).first.click()
    await aino.page.wait_for_load_state()
    await aino.look()
    await fits(aino)
    await aino.sees("Joka päivä klo 9, puoli tuntia kerrallaan", "joulukuu 2026", "maksaa sinulle vähiten")


async def chooses_the_voucher(aino: Speaker) -> None:
    await aino.page.locator("input[name=pays]").first.check()
    await aino.press("Count with this voucher")
    await fits(aino)
    await aino.sees("palveluseteli maksaa 478,50 €", "Järjestäjän oma palvelu maksaisi sinulle 77,50 €")
    await aino.page.locator("details", has_text=aino.said("How was this calculated?")).locator("summary").click()
    await aino.sees("jokainen käynti pyöristettynä senttiin")


async def prints_the_letter(aino: Speaker) -> None:
    comparison = aino.page.url
    await aino.press("Letter in large type")
    await fits(aino)
    await aino.sees("Palveluntuottajien vertailu", "30.11.2026", "Näin valitset")
    file = aino.page.get_by_role("button", name=aino.said("Download as a file (PDF)"))
    answer = await aino.page.request.get(await file.get_attribute("href") or "")
    assert (await answer.body()).startswith(b"%PDF")
    await aino.open(comparison)


async def keeps_the_cheapest(aino: Speaker) -> None:
    await aino.page.locator("form[action='/shortlist/add'] button").first.click()
    await aino.page.wait_for_load_state()
    await aino.sees("The service was put on your list.")
    await aino.open("/shortlist")
    await fits(aino)
    await aino.page.locator("details summary", has_text=aino.said("Write a note")).first.click()
    await aino.page.locator("textarea[name=note]").first.fill("Soita maanantaina")
    await aino.press("Save the note")
    await aino.sees("Soita maanantaina")
