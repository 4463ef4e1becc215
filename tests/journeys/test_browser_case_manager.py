"""A case manager's journey in Swedish: three clients with vouchers, a list for each, compared with the client's own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.i18n import Language
from marketplace.vouchers.granting import grant
from search import dictionaries, indexer
from tests.browser.accessibility import sideways
from tests.browser.conftest import Visiting
from tests.factories.accounts import Someone, a_hat, a_person, with_second_factor
from tests.factories.comparing import Market, a_market
from tests.factories.plans import make_client, make_plan
from tests.factories.vouchers import NOW, grant_of
from tests.journeys.speaking import Speaker, speaker

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CLIENTS = (("Aino", "Ahola"), ("Bertta", "Berg"), ("Cecilia", "Ceder"))


@pytest.fixture(autouse=True)
async def evening() -> AsyncIterator[None]:
    with clock_set_to(NOW):
        yield


@pytest.fixture(scope="module", autouse=True)
def base_forms(tmp_path_factory: pytest.TempPathFactory) -> None:
    dictionaries.load(tmp_path_factory.mktemp("dictionaries"))


@dataclass(frozen=True)
class Office:
    market: Market
    petra: Someone


@pytest.fixture
async def office(database: str, evening: None) -> Office:
    """Three clients of 20 hours a month each, and vouchers of 33 euros an hour for them."""
    market = await a_market()
    petra = await with_second_factor(await a_person("Petra Palveluohjaaja", language=Language.SV))
    await a_hat(petra, Role.CASE_MANAGER, scope_id=market.organiser.id, name="Helsingfors stad")
    manager = Actor(person_id=petra.id, role=Role.CASE_MANAGER, organiser_id=market.organiser.id)
    for given, family in CLIENTS:
        client = await make_client(manager, given_names=given, family_name=family)
        await grant(manager, grant_of(client, market.product, await make_plan(manager, client)))
    await indexer.rebuild()
    return Office(market, petra)


async def test_three_clients_each_with_a_list_and_their_own_voucher(visitor: Visiting, office: Office) -> None:
    petra = await speaker(visitor, Language.SV)
    await petra.sign_in(office.petra)
    await petra.open("/shortlist")
    await petra.sees("No lists yet")
    for (given, family), providers in zip(CLIENTS, ((0, 1), (1, 2), (2, 3)), strict=True):
        await begins_a_list(petra, f"{given} {family}")
        await fills_it(petra, [office.market.offers[each] for each in providers])
    await sees_three_side_by_side(petra)
    await compares_with_the_clients_own_voucher(petra)
    petra.judge()


async def begins_a_list(petra: Speaker, client: str) -> None:
    await petra.open("/shortlist/clients")
    await petra.page.locator(".st-lists > li", has_text=client.split()[1]).locator("button").click()
    await petra.page.wait_for_load_state()
    await petra.look()
    await petra.sees("The list of {name} is open. What you keep now goes on it.", name=client)


async def fills_it(petra: Speaker, offers: list[object]) -> None:
    await petra.press("Search for this list")
    for offer in offers:
        card = petra.page.locator(".st-offer", has=petra.page.locator(f"a[href='/offers/{offer}']"))
        await card.locator("form[action='/shortlist/add'] button").click()
        await petra.page.wait_for_load_state()
    await petra.look()


async def sees_three_side_by_side(petra: Speaker) -> None:
    await petra.open("/shortlist")
    assert await petra.page.locator(".st-lists > li").count() == len(CLIENTS)
    tops = await petra.page.evaluate("[...document.querySelectorAll('.st-lists > li')].map((li) => li.offsetTop)")
    assert len(set(tops)) == 1, "the lists stand side by side"
    for width in (640, 320):
        await petra.page.set_viewport_size({"width": width, "height": 640})
        petra.found += await sideways(petra.page)
    await petra.page.set_viewport_size({"width": 1280, "height": 900})


async def compares_with_the_clients_own_voucher(petra: Speaker) -> None:
    await petra.page.locator(".st-lists > li", has_text="Bertta Berg").get_by_role("button").first.click()
    await petra.page.wait_for_load_state()
    await petra.look()
    await petra.press("Count what your own week would cost")
    await petra.page.locator(".st-preset").first.click()
    await petra.page.wait_for_load_state()
    choices = petra.page.locator(".govuk-radios__label", has_text="Bertta Berg")
    assert await choices.count() == 1
    assert await petra.page.locator(".govuk-radios__label", has_text="Ahola").count() == 0
    await choices.click()
    await petra.press("Count with this voucher")
    await petra.sees("Kotihoidon seteli")
    assert "voucher=" in petra.page.url
    share = await petra.page.locator("#share").input_value()
    assert "voucher=" not in share
    assert "client=" not in share
