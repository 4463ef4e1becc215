"""The organiser's pages about its voucher products."""

from datetime import timedelta

import pytest

from marketplace.kernel.clock import today
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.values import BandAmount, BandValue
from tests.factories.organisers import BUSINESS_IDS, make_organiser, make_product, organiser_admin
from tests.web.browser import Browser, browser_of
from tests.web.desks import desk_app, sign_in

LIST = "/organiser/products"
PRODUCT = {"service_class": "V-HOMECARE-REG", "code": "KOTI-1", "name_fi": "<b>Kotihoito</b>", "public": "true"}


@pytest.fixture(scope="module")
def app():
    return desk_app()


@pytest.fixture
async def helsinki(database: str) -> Organiser:
    return await make_organiser()


@pytest.fixture
async def desk(app, helsinki: Organiser):
    async with browser_of(app) as browser:
        yield await sign_in(browser, organiser_admin(helsinki.id))


async def test_a_product_gets_a_value_and_is_published(desk: Browser) -> None:
    assert "No voucher products yet" in (await desk.page(LIST)).text
    assert "Regular home care" in (await desk.page(f"{LIST}/new")).text
    added = await desk.submit(f"{LIST}/new", PRODUCT)
    version_form = added.headers["location"]
    here = version_form.removesuffix("/versions/new")
    assert "Give it a value next" in (await desk.page(version_form)).text
    value = {"value_cents": "33,50", "valid_from": "1.1.2026", "price_ceiling_cents": "50", "hours_per_month": "40"}
    assert (await desk.submit(version_form, value)).headers["location"] == here
    assert "€33.50 per hour from 1 January 2026" in (await desk.page(here)).text
    assert (await desk.submit(f"{here}/publish")).status_code == 303
    shown = await desk.page(LIST)
    assert "€33.50 per hour" in shown.text
    assert shown.select("main b") == []


async def test_wrong_answers_are_shown_with_the_form(desk: Browser, helsinki: Organiser) -> None:
    await make_product(helsinki)
    assert (await desk.submit(f"{LIST}/new", {"code": "x y"})).status_code == 422
    taken = await desk.submit(f"{LIST}/new", PRODUCT | {"code": "kotihoito"})
    assert "You already have a voucher product with the code KOTIHOITO." in taken.text


async def test_value_may_only_follow_later(desk: Browser, helsinki: Organiser) -> None:
    here = f"{LIST}/{(await make_product(helsinki)).id}"
    early = {"value_cents": "35", "valid_from": "1.2.2026"}
    assert (await desk.submit(f"{here}/versions/new", {"value_cents": "x"})).status_code == 422
    assert (await desk.submit(f"{here}/versions/new", early)).status_code == 303
    refused = await desk.submit(f"{here}/publish")
    assert refused.status_code == 422
    assert "Choose a first day after today." in refused.text
    tomorrow = today() + timedelta(days=1)
    await desk.submit(f"{here}/versions/new", {"value_cents": "35", "valid_from": f"{tomorrow:%d.%m.%Y}"})
    assert (await desk.submit(f"{here}/publish")).status_code == 303


async def test_values_by_band_are_told_in_words(desk: Browser, helsinki: Organiser) -> None:
    rule = BandValue(bands=tuple(BandAmount(key, 3300) for key in STANDARD_BANDS.keys))
    await make_product(helsinki, rule=rule)
    assert "By time or income, per hour" in (await desk.page(LIST)).text


async def test_other_organisers_products_are_not_found(desk: Browser) -> None:
    turku = await make_organiser("Varsinais-Suomi", county_code="05", business_id=BUSINESS_IDS[1])
    here = f"{LIST}/{(await make_product(turku)).id}"
    for path in (here, f"{here}/versions/new"):
        assert (await desk.get(path)).status_code == 404
    assert (await desk.submit(f"{here}/publish")).status_code == 404
