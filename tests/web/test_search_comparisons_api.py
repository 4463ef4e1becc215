"""Comparisons over the API: the published examples to the cent, from the demonstration's configuration alone."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from marketplace.app import assemble
from marketplace.catalogue.offers.schemas import Reach
from marketplace.demo import organisers
from marketplace.kernel.calendar import DayType
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.config import get_config
from marketplace.kernel.db import fetch, new_id
from marketplace.kernel.i18n import Text
from marketplace.organisers import wiring as organisers_wiring
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.bands import Band, BandCalendar, Hours
from marketplace.pricing.charges import Travel
from marketplace.pricing.prices import BandPrice, PriceList, Unit
from search.comparisons import api as comparisons
from tests.factories.catalogue import PROVIDER_IDS, approve, make_offer, make_provider
from tests.web.desks import WhoeverTheySay

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WORKDAYS = [{"weekday": day, "start": "09:00", "minutes": 60} for day in ("mon", "tue", "wed", "thu", "fri")]
TWENTY_HOURS = {"month": "2027-02", "visits": WORKDAYS}
"""February 2027 has twenty weekdays, none of them a holiday."""


@pytest.fixture(scope="module")
def app():
    return assemble(get_config(), [*organisers_wiring.ROUTES, *comparisons.ROUTES], WhoeverTheySay(), {})


@pytest.fixture
def now():
    with clock_set_to(NOW):
        yield


@pytest.fixture
async def helsinki(database, now) -> Organiser:
    return await organisers.make_organiser("helsinki")


async def product_id(code: str) -> str:
    return str((await fetch("select id from voucher_product where code = $1", code))[0]["id"])


async def offer_of(organiser: Organiser, code: str, prices: PriceList, number: int = 0, **facts) -> UUID:
    provider = await make_provider(f"Tuottaja {number}", business_id=PROVIDER_IDS[number])
    await approve(provider, organiser, service_classes=(code,))
    return await make_offer(
        provider, organiser, service_class=code, prices=prices, **{"municipality_codes": ("091",), **facts}
    )


def hourly(cents: int, **more) -> PriceList:
    return PriceList(unit=Unit.HOUR, one_price_cents=cents, **more)


async def compared(api, **asked):
    response = await api.post("/api/v1/comparisons", json=asked, headers={"accept-language": "en"})
    assert response.status_code == 200, response.text
    return response.json()


def sums(item) -> tuple[int, int, int, int]:
    found = tuple(item[f"{name}_cents"] for name in ("total", "voucher", "own_share", "overrun"))
    assert found[0] == sum(found[1:])
    return found


async def test_helsinkis_example_with_the_citys_own_fee_beside_it(api, helsinki):
    offer = await offer_of(helsinki, "V-HOMECARE-REG", hourly(4200))
    asked = {
        "service_class": "V-HOMECARE-REG", "municipality": "Helsinki", **TWENTY_HOURS, "limit": 200, "voucher": None,
        "product": await product_id("HKI-HOMECARE"), "household_size": 1, "gross_income_cents": 150_000,
    }  # fmt: skip
    answer = await compared(api, **asked)
    (item,) = answer["items"]
    assert (item["offer_id"], item["provider"], item["visits"]) == (str(offer), "Tuottaja 0", 20)
    assert sums(item) == (840_00, 697_40, 142_60, 0)
    assert answer["organiser_own_service_cents"] == 203_28
    assert "€847.00" not in answer["own_service"]["words"][0]
    assert "24 % for a household of 1 and 20 h" in answer["own_service"]["words"][0]
    assert "smallest sum first" in answer["order_explained"]
    assert "not stored" in answer["notes"][0]


@pytest.mark.parametrize(
    ("income", "price", "expected"),
    [(30_000, 38_00, (760_00, 760_00, 0, 0)), (None, 42_00, (840_00, 168_00, 672_00, 0))],
    ids=["capped", "no income"],
)
async def test_helsinkis_other_examples(api, helsinki, income, price, expected):
    await offer_of(helsinki, "V-HOMECARE-REG", hourly(price))
    asked = {"product": await product_id("HKI-HOMECARE"), "household_size": 1, "gross_income_cents": income}
    answer = await compared(api, service_class="V-HOMECARE-REG", municipality="091", **TWENTY_HOURS, **asked)
    assert sums(answer["items"][0]) == expected
    assert (answer["organiser_own_service_cents"] is None) == (income is None)


async def test_turkus_relief_costs_five_euros_an_hour(api, database, now):
    varha = await organisers.make_organiser("varha")
    await offer_of(varha, "V-CARER-HOME", hourly(3200), municipality_codes=("853",))
    dated = [{"day": f"2026-12-{day:02}", "start": "10:00", "minutes": 60} for day in (1, 2, 3, 8, 9)]
    asked = {"service_class": "V-CARER-HOME", "postal_code": "20100", "month": "2026-12", "dated_visits": dated}
    answer = await compared(api, **asked, product=await product_id("TURKU-CARER"))
    assert sums(answer["items"][0]) == (160_00, 135_00, 25_00, 0)


async def test_cleaning_is_covered_for_two_hours_a_month(api, helsinki):
    await offer_of(helsinki, "V-CLEANING", hourly(3500))
    visits = [{"weekday": "tue", "start": "10:00", "minutes": 60}]
    asked = {"product": await product_id("HKI-CLEANING"), "household_size": 1, "gross_income_cents": 130_000}
    answer = await compared(
        api, service_class="V-CLEANING", municipality="Helsingfors", month="2027-02", visits=visits, **asked
    )
    (item,) = answer["items"]
    assert sums(item) == (140_00, 42_00, 28_00, 70_00)
    assert item["client_pays_cents"] == 98_00
    assert any("2 h" in note for note in item["notes"])


async def test_meals_are_pieces_and_their_delivery_is_a_part(api, helsinki):
    prices = PriceList(unit=Unit.PIECE, one_price_cents=890, travel=Travel(per_visit_cents=750))
    await offer_of(helsinki, "V-MEAL", prices)
    visits = [{"weekday": "mon", "start": "11:00", "minutes": 10, "pieces": 3}]
    asked = {"service_class": "V-MEAL", "municipality": "091", "month": "2027-02", "visits": visits}
    answer = await compared(api, **asked, product=await product_id("HKI-MEAL"))
    assert sums(answer["items"][0]) == (4 * (3 * 890 + 750), 4 * (3 * 390 + 700), 4 * (3 * 500 + 50), 0)
    assert answer["organiser_own_service_cents"] == 12 * 1090


async def test_housing_is_a_whole_month_less_income(api, helsinki):
    prices = PriceList(unit=Unit.DAY, one_price_cents=12_000, monthly_average=True)
    await offer_of(helsinki, "V-HOUSING-24", prices)
    asked = {"service_class": "V-HOUSING-24", "municipality": "091", "month": "2027-02"}
    answer = await compared(api, **asked, product=await product_id("HKI-HOUSING"), gross_income_cents=150_001)
    assert sums(answer["items"][0]) == (3650_00, 2600_00, 1050_00, 0)


async def test_days_are_counted_by_number(api, helsinki):
    await offer_of(helsinki, "V-CARER-UNIT", PriceList(unit=Unit.DAY, one_price_cents=9_500))
    asked = {"service_class": "V-CARER-UNIT", "municipality": "091", "month": "2027-02"}
    assert sums((await compared(api, **asked, units=3))["items"][0]) == (285_00, 0, 285_00, 0)
    (unpriced,) = (await compared(api, **asked))["items"]
    assert (unpriced["total_cents"], unpriced["problem"]) == (None, None)
    (much,) = (await compared(api, **asked, units=40))["items"]
    assert "at most 31" in much["problem"]


async def test_the_cheapest_for_the_client_stands_first_and_who_cannot_last(api, helsinki):
    every = tuple(DayType)
    mornings = BandCalendar(
        version="own",
        bands=(Band("early", Text("Aamu"), (Hours(every, 0, 8 * 60),)),),
        not_served=(Hours(every, 8 * 60, 24 * 60),),
    )
    early = PriceList(unit=Unit.HOUR, band_prices=(BandPrice("early", 100),))
    never = await offer_of(helsinki, "V-HOMECARE-REG", early, 0, calendar=mornings)
    dear = await offer_of(helsinki, "V-HOMECARE-REG", hourly(5200), 1)
    cheap = await offer_of(helsinki, "V-HOMECARE-REG", hourly(4100), 2)
    asked = {"service_class": "V-HOMECARE-REG", "municipality": "Helsinki"}
    items = (await compared(api, **asked, **TWENTY_HOURS))["items"]
    assert [item["offer_id"] for item in items] == [str(cheap), str(dear), str(never)]
    assert items[2]["problem"]
    assert items[0]["lines"][0]["words"][0].endswith("= €820.00, each visit rounded to a cent.")
    bare = await compared(api, **asked)
    assert [item["offer_id"] for item in bare["items"]] == [str(never), str(cheap), str(dear)]
    assert "lowest price" in bare["order_explained"]
    assert len((await compared(api, **asked, limit=1))["items"]) == 1


async def test_offers_of_other_places_stay_away(api, helsinki):
    await offer_of(helsinki, "V-HOMECARE-REG", hourly(4200), postal_codes=("00100",))
    asked = {"service_class": "V-HOMECARE-REG"}
    assert (await compared(api, **asked, municipality="Espoo"))["total"] == 0
    assert (await compared(api, **asked, postal_code="00250"))["total"] == 0
    assert (await compared(api, **asked, postal_code="00100"))["total"] == 1


async def test_a_reach_ends_where_it_says(api, helsinki):
    reach = Reach(name="Toimisto", lat=60.17, lon=24.94, km=5)
    await offer_of(helsinki, "V-HOMECARE-REG", hourly(4200), reach=reach)
    asked = {"service_class": "V-HOMECARE-REG"}
    assert (await compared(api, **asked, postal_code="00100"))["total"] == 1
    assert (await compared(api, **asked, postal_code="00990"))["total"] == 0


async def test_offers_by_name_come_with_a_receipt(api, helsinki):
    offer = await offer_of(helsinki, "V-HOMECARE-REG", hourly(4200))
    answer = await compared(api, offer_ids=[str(offer)], **TWENTY_HOURS)
    assert answer["items"][0]["receipt"][-2].startswith("Price of the month €840.00")
    assert answer["voucher"] is None
    assert answer["order_explained"] == "The offers stand in the order in which they were chosen."


async def test_everything_wrong_is_named_together(api, database):
    asked = {
        "service_class": "V-NONE", "municipality": "Hesinki", "month": "2026-13", "limit": 0, "units": -1, "metres": -1,
        "visits": [{"weekday": "mon", "start": "25:00", "minutes": 0, "every_weeks": 99}],
        "dated_visits": [{"day": "2026-12-01", "start": "9", "minutes": 60}],
        "pauses": [{"first_day": "2026-12-05", "last_day": "2026-12-01"}],
    }  # fmt: skip
    response = await api.post("/api/v1/comparisons", json=asked)
    assert response.status_code == 422
    assert {error["field"] for error in response.json()["errors"]} == {
        "service_class", "municipality", "month", "limit", "units", "metres", "visits.0.start", "visits.0.minutes",
        "visits.0.every_weeks", "dated_visits.0.start", "pauses.0.last_day",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({}, {"service_class", "municipality"}),
        ({"service_class": "V-MEAL", "postal_code": "00001"}, {"postal_code"}),
        ({"offer_ids": [str(new_id()) for _ in range(7)]}, {"offer_ids"}),
        ({"household_size": 0, "gross_income_cents": -1, "surprise": 1}, {"household_size", "gross_income_cents", "surprise"}),
    ],
    ids=["nothing", "postal code", "too many", "forms"],
)  # fmt: skip
async def test_what_cannot_be_asked(api, database, asked, fields):
    response = await api.post("/api/v1/comparisons", json=asked)
    assert response.status_code == 422
    assert {error["field"] for error in response.json()["errors"]} == fields


async def test_a_voucher_is_nobody_elses(api, helsinki):
    asked = {"service_class": "V-HOMECARE-REG", "municipality": "091", "voucher": "7K3M-9PQR-2TVX"}
    assert (await api.post("/api/v1/comparisons", json=asked)).status_code == 404


async def test_six_fit_side_by_side(api, helsinki):
    offers = [await offer_of(helsinki, "V-HOMECARE-REG", hourly(4000 + i), i) for i in range(2)]
    params = {"ids": [str(each) for each in offers]}
    assert len((await api.get("/api/v1/comparisons", params=params)).json()["items"]) == 2
