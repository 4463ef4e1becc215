"""What a client sees of announced prices, what an organiser sees of its clients, and what is told before a choice."""

import re
from datetime import date, datetime
from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from marketplace.app import assemble
from marketplace.catalogue.changes.beginning import begin_due
from marketplace.catalogue.topics import OfPriceChange
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import HELSINKI, clock_set_to
from marketplace.kernel.config import get_config
from marketplace.kernel.db import new_id
from marketplace.vouchers import wiring as vouchers
from marketplace.vouchers.agreed_prices import agree_on_announced
from marketplace.vouchers.agreements import end_agreement
from marketplace.vouchers.choosing import offers_for_voucher
from marketplace.vouchers.visits import log_visit
from tests.factories.price_changes import announced
from tests.factories.vouchers import NOW, Setting, a_setting, at, hourly
from tests.web.browser import Api, Browser, browser_of
from tests.web.desks import WhoeverTheySay, as_program, enter, front, sign_in

TENTH = date(2026, 12, 10)
DECEMBER = datetime(2026, 12, 1, 12, tzinfo=HELSINKI)


@pytest.fixture(scope="module")
def app():
    return assemble(get_config(), [*vouchers.ROUTES, enter, front], WhoeverTheySay(), {})


@pytest.fixture
async def setting(database: str):
    with clock_set_to(NOW):
        made = await a_setting()
        await log_visit(made.provider, made.agreement.id, at("2026-11-30 08:00"), at("2026-11-30 10:00"))
    with clock_set_to(DECEMBER):
        yield made


@pytest.fixture
async def browser(app, database: str):
    async with browser_of(app) as visitor:
        yield visitor


@pytest.fixture
async def api(app, database: str):
    async with browser_of(app, kind=Api) as machine:
        yield machine


async def change_of(setting: Setting, cents: int = 4000) -> UUID:
    change = await announced(setting.provider, setting.offer_id, TENTH, hourly(cents))
    await agree_on_announced(OfPriceChange(change.id))
    return change.id


def words(page: object) -> str:
    return re.sub(r"\s+", " ", BeautifulSoup(str(page), "html.parser").get_text(" ", strip=True))


async def test_a_client_sees_what_new_prices_mean_and_what_to_do(browser: Browser, setting: Setting) -> None:
    await change_of(setting)
    await sign_in(browser, setting.person)
    desk = await browser.page("/client")
    assert "The price changes on 10 December 2026: see what it means for you" in words(desk)
    page = await browser.page(f"/client/agreements/{setting.agreement.id}/prices")
    assert [words(cell) for cell in page.select("section dd")] == ["€10.00", "€14.00", "+€4.00"]
    assert "The price of the month is €76.00 now and €80.00 then. Of it the voucher pays €66.00 now" in words(page)
    assert "Last month you had 1 visit." in words(page)
    assert "2 h × €40.00 per hour" in words(page)
    links = {link["href"] for link in page.select("main li a")}
    assert f"/client/vouchers/{setting.voucher.id}/offers" in links
    assert "/?service_class=V-HOMECARE-REG&place=091" in links


async def test_without_announced_prices_the_page_tells_those_of_today(browser: Browser, setting: Setting) -> None:
    await sign_in(browser, setting.person)
    assert "See the prices of Hoiva Oy" in words(await browser.page(f"/client/vouchers/{setting.voucher.id}"))
    page = words(await browser.page(f"/client/agreements/{setting.agreement.id}/prices"))
    assert "What it means for you" not in page
    assert "Prices from 17 November 2026 Now" in page


async def test_periods_go_on_from_each_other(api: Api, setting: Setting) -> None:
    await change_of(setting)
    told = (await as_program(api, setting.person).get(f"/api/v1/agreements/{setting.agreement.id}/prices")).json()
    assert [(each["valid_from"], each["valid_to"]) for each in told["periods"]] == [
        ("2026-11-17", "2026-12-09"),
        ("2026-12-10", None),
    ]
    assert told["next_from"] == "2026-12-10"
    assert (told["effect"]["before"]["client_cents"], told["effect"]["after"]["client_cents"]) == (1000, 1400)
    assert told["effect"]["after"]["words"]


async def test_an_agreement_that_ends_before_the_day_has_no_new_prices(api: Api, setting: Setting) -> None:
    await change_of(setting)
    await end_agreement(setting.provider, setting.agreement.id, date(2026, 12, 9))
    told = (await as_program(api, setting.person).get(f"/api/v1/agreements/{setting.agreement.id}/prices")).json()
    assert (len(told["periods"]), told["next_from"]) == (1, None)


async def test_a_provider_is_told_prices_and_no_shares(api: Api, browser: Browser, setting: Setting) -> None:
    await change_of(setting)
    told = (await as_program(api, setting.provider).get(f"/api/v1/agreements/{setting.agreement.id}/prices")).json()
    assert (told["next_from"], told["effect"]) == ("2026-12-10", None)
    await sign_in(browser, setting.provider)
    page = words(await browser.page(f"/provider/clients/{setting.agreement.id}"))
    assert "Visits from 10 December 2026 on have the new prices" in page


async def test_strangers_find_no_prices(api: Api, setting: Setting) -> None:
    change_id = await change_of(setting)
    stranger = Actor(person_id=new_id(), role=Role.CLIENT, client_id=new_id())
    found = await as_program(api, stranger).get(f"/api/v1/agreements/{setting.agreement.id}/prices")
    assert found.status_code == 404
    other = Actor(person_id=new_id(), role=Role.CASE_MANAGER, organiser_id=new_id())
    found = await as_program(api, other).get(f"/api/v1/organiser/price-changes/{change_id}/clients")
    assert found.status_code == 404


async def test_a_case_manager_sees_whom_new_prices_concern(browser: Browser, api: Api, setting: Setting) -> None:
    change_id = await change_of(setting)
    await sign_in(browser, setting.manager)
    page = words(await browser.page(f"/organiser/price-changes/{change_id}/clients?page=1"))
    assert "€10.00 €14.00 visits of last month 10 December 2026" in page
    path = f"/api/v1/organiser/price-changes/{change_id}/clients"
    told = (await as_program(api, setting.manager).get(path)).json()
    assert [(each["before_cents"], each["after_cents"]) for each in told["items"]] == [(1000, 1400)]
    assert (await api.get(path.replace(str(change_id), str(new_id())))).status_code == 404


async def test_nobody_concerned_is_told_too(browser: Browser, setting: Setting) -> None:
    change = await announced(setting.provider, setting.offer_id, TENTH, hourly(4000))
    await sign_in(browser, setting.manager)
    page = words(await browser.page(f"/organiser/price-changes/{change.id}/clients?page=x"))
    assert "No client's agreement has taken these prices." in page


async def test_new_prices_are_told_before_the_choice(browser: Browser, setting: Setting) -> None:
    await change_of(setting)
    await sign_in(browser, setting.person)
    page = words(await browser.page(f"/client/vouchers/{setting.voucher.id}/offers"))
    assert "Own share for one hour: €5.00." in page
    assert "From 10 December 2026: own share for one hour €7.00." in page
    with clock_set_to(datetime(2026, 12, 10, 1, tzinfo=HELSINKI)):
        await begin_due()
        [offer] = await offers_for_voucher(setting.person, setting.voucher.id)
    assert (offer.own_share_from_cents, offer.coming) == (700, None)
