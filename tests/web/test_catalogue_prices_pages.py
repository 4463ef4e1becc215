"""The provider's editor of prices: all that a price list holds, wrong answers named and drawn, nothing lost."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from marketplace.catalogue.offers import offers
from marketplace.kernel.actors import SYSTEM, Actor
from marketplace.organisers import rules
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.charges import FeeWaiver, LengthPrice, Travel
from marketplace.pricing.prices import BandCoefficient, PriceList, PriceRules, Unit
from tests.factories.catalogue import approve, make_offer, make_provider
from tests.factories.organisers import make_product
from tests.web.browser import Browser, browser_of
from tests.web.desks import desk_app, sign_in

LIST = "/provider/offers"
CARE, PHYSIO, MEALS = "V-HOMECARE-REG", "V-PHYSIO", "V-MEAL"
EARLIER = date(2026, 1, 1)
BANDS = {
    "pricing": "bands",
    "bands.0.name": "Daytime", "bands.0.hours": "ma-pe 7-18", "bands.0.price_cents": "38,55",
    "bands.1.name": "Other", "bands.1.hours": "ma-pe 18-7, la, su ja arkipyhät", "bands.1.price_cents": "44",
}  # fmt: skip
EXTRAS = {
    "minimum_minutes": "30", "rounding_minutes": "15", "visit_fee_cents": "4,90", "waived_visits": "1",
    "waived_minutes": "120", "travel_per_km_cents": "0,55", "travel_free_km": "10,5", "travel_minimum_cents": "3",
    "surcharges.0.name": "Evening", "surcharges.0.kind": "percent", "surcharges.0.amount": "12,5",
    "surcharges.0.bands": ["1"], "surcharges.2.name": "Keys", "surcharges.2.kind": "per_visit",
    "surcharges.2.amount": "2,50", "packages.0.name": "Small", "packages.0.up_to_hours": "10",
    "packages.0.price_cents": "390", "invoice_fee_cents": "2", "vat_percent": "25,5", "vat": "added",
}  # fmt: skip


@pytest.fixture(scope="module")
def app():
    return desk_app()


@pytest.fixture
async def provider(turku: Organiser) -> Actor:
    actor = await make_provider()
    await approve(actor, turku, service_classes=["V-HOMECARE-REG", "V-PHYSIO", "V-MEAL", "V-PA"])
    return actor


@pytest.fixture
async def desk(app, provider: Actor):
    async with browser_of(app) as browser:
        yield await sign_in(browser, provider)


async def begun(desk: Browser, turku: Organiser, service: str = CARE) -> str:
    answer = await desk.submit(f"{LIST}/new", {"scope": f"{turku.id}/{service}"})
    return f"{answer.headers['location']}/prices"


async def saved(provider: Actor, here: str) -> PriceList:
    found = await offers.my_offer(provider, UUID(here.split("/")[-2]))
    assert found.content.prices is not None
    return found.content.prices


def words(response) -> str:
    return BeautifulSoup(response.text, "html.parser").get_text(" ", strip=True)


async def test_everything_of_a_price_list_is_saved_and_shown_again(
    desk: Browser, turku: Organiser, provider: Actor
) -> None:
    here = await begun(desk, turku)
    assert (await desk.submit(here, BANDS | EXTRAS)).status_code == 303
    prices = await saved(provider, here)
    assert prices.travel == Travel(cents_per_km=55, free_metres=10_500, minimum_cents=3_00)
    assert prices.fee_waiver == FeeWaiver(visits_per_week=1, visit_minutes=120)
    assert [(each.name.fi, each.bands, each.per_visit) for each in prices.surcharges] == [
        ("Evening", ("own_2",), False), ("Keys", (), True),
    ]  # fmt: skip
    assert prices.packages[0].up_to_minutes == 600
    assert prices.vat_added
    page = await desk.page(here)
    assert page.select_one("[name='surcharges.0.amount']")["value"] == "12,5"
    assert page.select_one("[name='surcharges.0.bands'][value='1']").has_attr("checked")
    assert len(page.select("details[open]")) == 6
    await desk.submit(here, BANDS | EXTRAS)
    assert await saved(provider, here) == prices


async def test_the_plain_case_is_short(desk: Browser, turku: Organiser) -> None:
    page = await desk.page(await begun(desk, turku))
    assert page.select("details[open]") == []
    assert page.select("[value=base], [value=length]") == []


async def test_one_price_asks_no_bands(desk: Browser, turku: Organiser, provider: Actor) -> None:
    here = await begun(desk, turku)
    typed = {"pricing": "one", "one_price_cents": "39", "bands.0.name": "Half", "bands.0.hours": "öisin"}
    assert (await desk.submit(here, typed)).status_code == 303
    assert await saved(provider, here) == PriceList(unit=Unit.HOUR, one_price_cents=39_00)


async def test_one_price_with_a_surcharge_at_some_times_keeps_the_bands(
    desk: Browser, turku: Organiser, provider: Actor
) -> None:
    here = await begun(desk, turku)
    dearer = {"surcharges.0.name": "Muu aika", "surcharges.0.kind": "percent", "surcharges.0.amount": "50"}
    one = {"pricing": "one", "one_price_cents": "30", **dearer, "surcharges.0.bands": ["1"]}
    assert (await desk.submit(here, BANDS | one)).status_code == 303
    shown = (await desk.page(here.replace("/prices", "/preview"))).get_text(" ", strip=True)
    assert "€45.00" in shown
    assert "The prices include: Muu aika, 50 %." in shown
    assert "18:00–24:00 Other" in shown


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bands.0.hours": "ma-pe 8-19"}, "07:00–08:00 In no time band"),
        ({"bands.0.hours": "ma-pe 8-19"}, "18:00–19:00 In two time bands: Daytime + Other"),
        ({"bands.0.price_cents": ""}, "The price for Daytime is missing."),
        ({"bands.0.name": ""}, "Name of the time band"),
        ({"surcharges.0.kind": ""}, "Percent or euros"),
        ({"surcharges.0.amount": "paljon"}, "Amount"),
        ({"surcharges.0.amount": "1001"}, "Give a percent from 0 to 1000."),
        ({"surcharges.2.amount": "2,505"}, "Give euros with at most two decimals"),
        ({"packages.0.over_hours": "11"}, "The package must end above where it begins."),
        ({"travel_free_km": "-1"}, "The amount cannot be negative."),
        ({"vat_percent": "101"}, "Give a percent from 0 to 100."),
        ({"pricing": "base", "one_price_cents": ""}, "Give a price."),
    ],
    ids=[
        "gap", "overlap", "no price", "no name", "no kind", "word", "percent", "cents", "package", "km", "tax", "base",
    ],
)  # fmt: skip
async def test_wrong_answers_are_named_and_kept(
    desk: Browser, turku: Organiser, changes: dict[str, str], said: str
) -> None:
    here = await begun(desk, turku)
    answer = await desk.submit(here, BANDS | EXTRAS | changes)
    assert answer.status_code == 422
    assert said in words(answer)
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one("[name='packages.0.name']")["value"] == "Small"
    assert page.select_one("[name='surcharges.2.name']")["value"] == "Keys"


async def test_rows_are_added_without_saving(desk: Browser, turku: Organiser, provider: Actor) -> None:
    here = await begun(desk, turku)
    for group in ("bands", "surcharges", "packages"):
        more = await desk.submit(here, BANDS | EXTRAS | {"add": group, "vat_percent": "wrong"})
        assert more.status_code == 200
        assert 'value="wrong"' in more.text
        assert f'name="{group}.4.name"' in more.text
    own = await offers.my_offer(provider, UUID(here.split("/")[-2]))
    assert own.content.prices is None


async def test_a_base_price_takes_the_organisers_coefficients(desk: Browser, turku: Organiser, provider: Actor) -> None:
    times = tuple(BandCoefficient(key, Decimal(1 + i)) for i, key in enumerate(rules.STANDARD_BANDS.keys))
    await rules.set_bands(SYSTEM, turku.id, rules.STANDARD_BANDS, EARLIER, own_bands_allowed=False, coefficients=times)
    here = await begun(desk, turku)
    page = await desk.page(here)
    assert page.select_one("[name=pricing][value=base]") is not None
    assert page.select("[name='bands.0.hours'][type=text]") == []
    sent = {field["name"]: field.get("value", "") for field in page.select("main input[name^=bands]")}
    assert (await desk.submit(here, {**sent, "pricing": "base", "one_price_cents": "20"})).status_code == 303
    assert (await saved(provider, here)).price_of("night") == 60_00
    assert "€100.00" in (await desk.page(here.replace("/prices", "/preview"))).get_text(" ", strip=True)


async def test_visits_are_priced_by_their_length(desk: Browser, turku: Organiser, provider: Actor) -> None:
    here = await begun(desk, turku, MEALS)
    assert (await desk.page(here)).select("[name=pricing][type=radio]") == []
    assert (await desk.submit(here, {"pricing": "one", "one_price_cents": "9,50"})).status_code == 303
    visit = await begun(desk, turku, PHYSIO)
    assert (await desk.page(visit)).select_one("[name=pricing][value=length]") is not None
    lengths = {
        "length_prices.0.up_to_minutes": "30", "length_prices.0.price_cents": "25",
        "length_prices.1.up_to_minutes": "60", "length_prices.1.price_cents": "40",
    }  # fmt: skip
    assert (await desk.submit(visit, {"pricing": "length", **lengths})).status_code == 303
    assert (await saved(provider, visit)).length_prices == (LengthPrice(30, 25_00), LengthPrice(60, 40_00))


async def test_limits_are_told_before_and_after(desk: Browser, turku: Organiser) -> None:
    await make_product(turku, value_cents=45_00)
    limited = PriceRules(ceiling_cents=50_00, max_visit_fee_cents=0, free_for_client=True)
    await rules.set_price_rules(SYSTEM, turku.id, CARE, limited, EARLIER)
    here = await begun(desk, turku)
    page = (await desk.page(here)).get_text(" ", strip=True)
    assert "At most €50.00 per hour (price rules of Varsinais-Suomi)." in page
    assert "The service is free for the client" in page
    answer = words(await desk.submit(here, BANDS | {"bands.1.price_cents": "51", "visit_fee_cents": "1"}))
    assert "€51.00 is over the price ceiling €50.00 (price rules of Varsinais-Suomi)." in answer
    assert "The fee is over the limit €0.00" in answer
    free = words(await desk.submit(here, BANDS | {"bands.1.price_cents": "46"}))
    assert "at most the voucher's value €45.00. (voucher Kotihoidon seteli, 2026)" in free


async def test_a_published_offer_leads_to_its_price_change(desk: Browser, turku: Organiser, provider: Actor) -> None:
    offer_id = await make_offer(provider, turku)
    page = await desk.page(f"{LIST}/{offer_id}/prices")
    assert page.select_one(f"a[href='{LIST}/{offer_id}/price-change']") is not None
    assert page.select_one("[name='bands.0.price_cents']")["value"] == "38,00"
