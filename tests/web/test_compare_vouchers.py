"""Who pays in a comparison: a client's own voucher, a case manager's client's, and nobody else's."""

from decimal import Decimal
from uuid import UUID

import pytest
from litestar import Litestar

from marketplace.app import assemble, feature_handlers
from marketplace.kernel.actors import Role
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.config import get_config
from marketplace.pricing.values import HouseholdLimit, IncomeTestedValue
from marketplace.vouchers.granting import grant
from tests.factories.plans import client_of, make_client, make_plan
from tests.factories.vouchers import NOW, Setting, a_setting, another_provider, grant_of
from tests.web.browser import browser_of
from tests.web.desks import WhoeverTheySay, enter, sign_in

WEEK = "mon0900x60"


@pytest.fixture(scope="module")
def open_app() -> Litestar:
    return assemble(get_config(), [*feature_handlers(), enter], WhoeverTheySay(), {})


@pytest.fixture
async def desk(open_app: Litestar, database: str):
    async with browser_of(open_app) as browser:
        yield browser


@pytest.fixture
async def setting(database: str):
    with clock_set_to(NOW):
        yield await a_setting()


def address(*offers: UUID, **more: object) -> str:
    pairs = [*(("offers", each) for each in offers), ("week", WEEK), *more.items()]
    return "/compare?" + "&".join(f"{name}={value}" for name, value in pairs)


def you_pay(page) -> list[str]:
    row = next(row for row in page.select("tr") if row.th and row.th.get_text(" ", strip=True) == "You pay")
    return [cell.get_text(strip=True) for cell in row.select("td")]


def ticked(page) -> str:
    return page.select_one("input[name=pays][checked]")["value"]


async def test_a_clients_only_voucher_needs_no_choosing(desk, setting: Setting):
    await sign_in(desk, setting.person)
    page = await desk.page(address(setting.offer_id))
    assert ticked(page) == f"voucher.{setting.voucher.id}"
    assert you_pay(page) == ["€20.00"]
    labels = [label.get_text(strip=True) for label in page.select(".govuk-radios__label")]
    assert labels[0].startswith(f"My voucher {setting.voucher.number[:4]}…")
    assert "Left this month" in page.select_one(".govuk-radios__hint").get_text()


async def test_a_client_may_compare_without_the_voucher(desk, setting: Setting):
    await sign_in(desk, setting.person)
    page = await desk.page(address(setting.offer_id, voucher="none"))
    assert you_pay(page) == ["€152.00"]
    assert ticked(page) == "none"


async def test_what_is_shared_names_a_product_instead_of_the_voucher(desk, setting: Setting):
    await sign_in(desk, setting.person)
    page = await desk.page(address(setting.offer_id, voucher=setting.voucher.id))
    share = page.select_one("#share")["value"]
    assert "voucher" not in share
    assert f"product={setting.product.id}" in share


async def test_a_case_manager_chooses_among_one_clients_vouchers(desk, setting: Setting):
    other = await make_client(setting.manager, given_names="Aino")
    theirs = await grant(setting.manager, grant_of(other, setting.product, await make_plan(setting.manager, other)))
    await sign_in(desk, setting.manager)
    both = await desk.page(address(setting.offer_id))
    assert len(both.select("input[name=pays][value^=voucher]")) == 2
    assert ticked(both) == "none"
    one = await desk.page(address(setting.offer_id, client=other.id))
    assert [each["value"] for each in one.select("input[name=pays][value^=voucher]")] == [f"voucher.{theirs.id}"]
    paid = await desk.page(address(setting.offer_id, client=other.id, pays=f"voucher.{theirs.id}"))
    assert you_pay(paid) == ["€20.00"]


async def test_nobody_counts_with_anothers_voucher(desk, setting: Setting):
    stranger = client_of(await make_client(setting.manager, given_names="Eeva"), Role.PROXY)
    await sign_in(desk, stranger)
    page = await desk.page(address(setting.offer_id, voucher=setting.voucher.id))
    assert you_pay(page) == ["€152.00"]
    assert setting.voucher.number[:4] + "…" not in page.get_text()
    await sign_in(desk, setting.provider)
    assert you_pay(await desk.page(address(setting.offer_id, voucher=setting.voucher.id))) == ["€152.00"]


async def test_a_month_that_the_voucher_does_not_reach_is_told(desk, setting: Setting):
    await sign_in(desk, setting.person)
    answer = await desk.get(address(setting.offer_id, voucher=setting.voucher.id, month="2027-06"))
    assert answer.status_code == 422
    assert "for no day of this month" in answer.text


async def test_offers_that_the_voucher_is_not_for_say_so(desk, setting: Setting):
    second = await another_provider(setting)
    await sign_in(desk, setting.person)
    page = await desk.page(address(setting.offer_id, second.offer_id, voucher=setting.voucher.id))
    assert you_pay(page) == ["€20.00", "€28.00"]


async def test_an_income_tested_voucher_asks_for_the_household(desk, database):
    rule = IncomeTestedValue(
        max_cents=3_000, lowest_cents=1_000, highest_cents=3_000, limits=(HouseholdLimit(1, 60_000, Decimal(35)),)
    )
    with clock_set_to(NOW):
        setting = await a_setting(rule=rule)
        page = await desk.page(address(setting.offer_id, product=setting.product.id, lang="en"))
        assert "It is counted here at its lowest." in page.get_text()
        assert you_pay(page) == ["€112.00"]
        hidden = {each["name"]: each["value"] for each in page.select("#household input[type=hidden]")}
        answer = await desk.submit("/compare?lang=en", {**hidden, "gross_income_cents": "500,00"})
    assert "It is counted here at its lowest." not in answer.text
    assert "€32.00" in answer.text
