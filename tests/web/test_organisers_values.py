"""What vouchers are worth over the API: every kind of rule, the demonstration's products, others' as pure configuration."""

import pytest

from marketplace.demo import organisers
from marketplace.demo.organisers import product_file
from marketplace.kernel.actors import SYSTEM
from marketplace.organisers.product_files import take_in
from marketplace.organisers.schemas import Organiser
from tests.factories.organisers import make_organiser, make_product, organiser_admin
from tests.web.browser import Api, browser_of
from tests.web.desks import as_program, desk_app

CODES = [
    "HKI-HOMECARE",
    "LAPLAND-HOMECARE",
    "PAIJAT-HOMECARE",
    "TURKU-PA",
    "HUITTINEN-CLEANING",
    "HKI-CLEANING",
    "HKI-MEAL",
    "HKI-HOUSING",
]


@pytest.fixture(scope="module")
def app():
    return desk_app()


@pytest.fixture
async def public(app, database: str):
    async with browser_of(app, kind=Api) as machine:
        yield machine


@pytest.fixture
async def products(public) -> dict:
    for key in organisers.organisers():
        await organisers.make_organiser(key)
    return {each["code"]: each for each in (await public.get("/api/v1/voucher-products")).json()["items"]}


async def worth(public, product, **asked):
    response = await public.post(
        f"/api/v1/voucher-products/{product['id']}/value", json=asked, headers={"accept-language": "en"}
    )
    assert response.status_code == 200, response.text
    return response.json()


def person(euros: float | None, size: int = 1, **more) -> dict:
    return {"household_size": size, "gross_income_cents": None if euros is None else round(euros * 100), **more}


EXAMPLES = [
    ("HKI-HOMECARE", person(1500), 34_87),
    ("HKI-HOMECARE", person(300), 40_80),
    ("HKI-HOMECARE", person(None), 8_40),
    ("HKI-HOMECARE", {"household_size": None, "gross_income_cents": None, "savings_cents": None, "hours_per_month": None}, 8_40),
    ("HKI-HOMECARE", person(2000, 2), 37_30),
    ("HKI-HOMECARE", person(9000), 8_40),
    ("LAPLAND-HOMECARE", {}, 36_00),
    ("PAIJAT-HOMECARE", person(1500, hours_per_month=20), 22_10),
    ("PAIJAT-HOMECARE", person(1500, hours_per_month=6), 3_10),
    ("PAIJAT-HOMECARE", person(None), 0),
    ("TURKU-PA", {}, 21_00),
    ("HUITTINEN-CLEANING", person(1000, savings_cents=300_000), 20_00),
    ("HUITTINEN-CLEANING", person(1000, savings_cents=300_001), 0),
    ("HKI-CLEANING", person(1138), 24_00),
    ("HKI-CLEANING", person(1138.10), 21_00),
    ("HKI-CLEANING", person(2107, 2), 21_00),
    ("HKI-MEAL", {}, 3_90),
]  # fmt: skip


async def test_the_demonstrations_products_give_their_published_values(public, products):
    assert set(CODES) <= set(products)
    for code, asked, cents in EXAMPLES:
        found = await worth(public, products[code], **asked)
        assert (code, asked, found["value_cents_per_unit"]) == (code, asked, cents)
        assert "value_cents_per_month" not in found
        assert found["receipt"]


async def test_a_months_value_is_named_so(public, products):
    found = [
        (await worth(public, products["HKI-HOUSING"], gross_income_cents=cents))["value_cents_per_month"]
        for cents in (90_000, 90_001, 100_000, 150_000, 9_000_000)
    ]
    assert found == [330_000, 320_000, 320_000, 270_000, 50_000]


async def test_bands_parts_and_caps_are_told(public, products):
    lapland = await worth(public, products["LAPLAND-HOMECARE"])
    assert [each["value_cents"] for each in lapland["values_by_band"]] == [3600, 4140, 4320, 7200, 7200]
    meal = await worth(public, products["HKI-MEAL"])
    assert [(part["key"], part["value_cents"]) for part in meal["parts"]] == [("lunch", 390), ("delivery", 700)]
    cleaning = await worth(public, products["HKI-CLEANING"], **person(1000))
    assert cleaning["caps"]["minutes_per_month"] == 120
    assert any("2 h" in words for words in cleaning["receipt"])
    paijat = await worth(public, products["PAIJAT-HOMECARE"], **person(1500, 2, hours_per_month=21))
    assert paijat["values_by_band"][1]["value_cents"] == 34_64


async def test_words_are_in_the_callers_language(public, products):
    address = f"/api/v1/voucher-products/{products['HKI-HOMECARE']['id']}/value"
    answers = [
        (await public.post(address, json=person(1500), headers={"accept-language": language})).json()["receipt"][0]
        for language in ("fi", "sv", "en")
    ]
    assert len(set(answers)) == 3
    assert all("34" in words for words in answers)


@pytest.mark.parametrize(
    ("code", "needs"),
    [
        ("HKI-HOMECARE", (True, True, False, False, "gross")),
        ("LAPLAND-HOMECARE", (False, False, False, False, None)),
        ("PAIJAT-HOMECARE", (True, True, False, True, "gross")),
        ("HUITTINEN-CLEANING", (True, True, True, False, "gross")),
        ("HKI-HOUSING", (False, True, False, False, "net")),
        ("HKI-MEAL", (False, False, False, False, None)),
    ],
)
async def test_what_a_product_needs_is_told(products, code, needs):
    names = ("household_needed", "income_needed", "savings_needed", "hours_needed", "income_kind")
    assert tuple(products[code][name] for name in names) == needs
    assert products[code]["source_note"]


async def test_hours_need_not_be_whole(public, products):
    half = await worth(public, products["PAIJAT-HOMECARE"], **person(1500, hours_per_month=12.5))
    assert half["value_cents_per_unit"] == 33_50 - 18_24  # (1 500 − 588) × 25 % ÷ 12.5


async def test_what_is_missing_or_wrong_is_named(public, products):
    address = f"/api/v1/voucher-products/{products['PAIJAT-HOMECARE']['id']}/value"
    hours = await public.post(address, json=person(1500))
    assert (hours.status_code, hours.json()["errors"][0]["field"]) == (422, "hours_per_month")
    wrong = await public.post(address, json={"household_size": 0, "gross_income_cents": -1, "hours_per_month": 9999})
    assert {error["field"] for error in wrong.json()["errors"]} == {
        "household_size", "gross_income_cents", "hours_per_month",
    }  # fmt: skip


async def test_products_that_are_not_public_have_no_value(public, database):
    organiser = await make_organiser()
    product = await make_product(organiser)
    assert (await worth(public, {"id": product.id}))["value_cents_per_unit"] == 3300
    unknown = await public.post(f"/api/v1/voucher-products/{organiser.id}/value", json={})
    assert unknown.status_code == 404


async def test_every_published_rule_goes_in_over_the_api(app, database):
    """What the demonstration's files hold, sent by an organiser's administrator as it stands."""
    organiser = await make_organiser(county_code="09")
    async with browser_of(app, kind=Api) as machine:
        program = as_program(machine, organiser_admin(organiser.id))
        for key in organisers.organisers():
            bands = organisers.organisers()[key].bands
            for new in product_file(key).products:
                body = _plain(new)
                if bands and body["version"]["calendar"] is None:
                    body["version"]["calendar"] = _plain(bands)
                response = await program.post("/api/v1/organiser/voucher-products", json=body)
                assert response.status_code == 201, response.text


def _plain(value) -> dict:
    import msgspec

    return msgspec.json.decode(msgspec.json.encode(value))


CONTRADICTORY = {
    "code": "X-1", "service_class": "V-HOMECARE-REG", "name_fi": "Väärin", "version": {
        "valid_from": "2026-01-01", "caps": {"minutes_per_week": 600, "minutes_per_month": 300, "units_per_month": 2},
        "value_rule": {"kind": "household_hours", "unit": "hour", "lowest_cents": -1, "from_minutes": [60, 60],
            "bands": [{"band": "weekday_day", "value_cents": -5}, {"band": "moon", "value_cents": 1}],
            "households": [{"size": 2, "limit_cents": -1, "percents": ["150"]}]},
    },
}  # fmt: skip


async def test_everything_wrong_in_a_rule_is_named(app, database):
    organiser = await make_organiser()
    async with browser_of(app, kind=Api) as machine:
        program = as_program(machine, organiser_admin(organiser.id))
        response = await program.post("/api/v1/organiser/voucher-products", json=CONTRADICTORY)
    assert response.status_code == 422
    fields = {error["field"].removeprefix("version.") for error in response.json()["errors"]}
    assert fields >= {
        "value_rule.lowest_cents", "value_rule.from_minutes", "value_rule.bands.0.value_cents", "value_rule.bands.1.band",
        "value_rule.bands", "value_rule.households.0.size", "value_rule.households.0.limit_cents",
        "value_rule.households.0.percents", "value_rule.households.0.percents.0", "caps.minutes_per_week",
        "caps.units_per_month",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"valid_from": "0900-01-01"}, {"valid_from"}),
        ({"valid_to": "2025-01-01"}, {"valid_to"}),
        ({"calendar": {"version": "x", "bands": []}}, {"calendar.bands"}),
        ({"value_rule": {"kind": "flat", "unit": "km", "value_cents": 1}}, {"value_rule.unit"}),
        ({"value_rule": {"kind": "flat", "unit": "week", "value_cents": 1}}, set()),
        ({"caps": {"cents_per_week": 5, "cents_in_all": 3}}, {"caps.cents_per_week"}),
    ],
    ids=["year", "days", "bands", "unit", "pool", "caps"],
)
async def test_what_is_wrong_with_a_version(app, database, changes, fields):
    organiser = await make_organiser()
    flat = {"valid_from": "2026-01-01", "value_rule": {"kind": "flat", "value_cents": 3300}}
    body = {"code": "X-1", "service_class": "V-HOMECARE-REG", "name_fi": "X", "version": {**flat, **changes}}
    async with browser_of(app, kind=Api) as machine:
        program = as_program(machine, organiser_admin(organiser.id))
        response = await program.post("/api/v1/organiser/voucher-products", json=body)
    found = {error["field"].removeprefix("version.") for error in response.json().get("errors", [])}
    assert (found >= fields and bool(found) == bool(fields), response.status_code) == (True, 422 if fields else 201)


async def test_a_file_can_be_taken_in_twice(database):
    organiser: Organiser = await make_organiser()
    first = await take_in(SYSTEM, organiser.id, product_file("helsinki"))
    assert "HKI-MEAL" in first.added
    assert len(first.own_services) == 3
    again = await take_in(SYSTEM, organiser.id, product_file("helsinki"))
    assert (again.added, again.versions, again.own_services) == ((), (), ())
    assert set(again.known) == set(first.added)
