"""Fees of organisers' own services: told on a page or over the API, read by everybody, never changed."""

import asyncpg
import pytest

from marketplace.demo.organisers import product_file
from marketplace.kernel.db import execute
from marketplace.organisers.schemas import Organiser
from tests.factories.organisers import make_organiser, organiser_admin
from tests.web.browser import Api, browser_of
from tests.web.desks import as_program, desk_app, sign_in

LIST = "/organiser/own-services"
FEE = {"service_class": "V-HOMECARE-REG", "unit": "hour", "cents": "12,50", "valid_from": "1.1.2026"}
OWN = {"service_class": "V-HOMECARE-REG", "valid_from": "2026-01-01", "rule": {"kind": "per_unit", "unit": "hour", "cents": 1250}}  # fmt: skip


@pytest.fixture(scope="module")
def app():
    return desk_app()


@pytest.fixture
async def helsinki(database: str) -> Organiser:
    return await make_organiser()


@pytest.fixture
async def admin(app, helsinki: Organiser):
    async with browser_of(app) as browser:
        yield await sign_in(browser, organiser_admin(helsinki.id))


@pytest.fixture
async def program(app, helsinki: Organiser):
    async with browser_of(app, kind=Api) as machine:
        yield as_program(machine, organiser_admin(helsinki.id))


async def test_a_fee_is_told_on_the_page(admin):
    assert "No fees told yet" in (await admin.page(LIST)).text
    assert "The same fee for everybody" in (await admin.page(f"{LIST}/new")).text
    sent = await admin.submit(f"{LIST}/new", FEE)
    assert (sent.status_code, sent.headers["location"]) == (303, LIST)
    shown = await admin.page(LIST)
    assert "€12.50 per hour" in shown.text
    assert "Regular home care" in shown.text


async def test_what_is_wrong_is_shown_on_the_form(admin):
    response = await admin.submit(f"{LIST}/new", {**FEE, "service_class": "V-NONE", "cents": "x"})
    assert response.status_code == 422
    meal = await admin.submit(f"{LIST}/new", {**FEE, "service_class": "V-MEAL"})
    assert (meal.status_code, "does not tell how many" in meal.text) == (422, True)
    none = await admin.submit(f"{LIST}/new", {**FEE, "service_class": "V-NONE"})
    assert (none.status_code, "Choose a service class" in none.text) == (422, True)


async def test_a_day_is_told_once(admin):
    await admin.submit(f"{LIST}/new", FEE)
    again = await admin.submit(f"{LIST}/new", FEE)
    assert (again.status_code, "already set" in again.text) == (422, True)


async def test_every_kind_goes_in_over_the_api(program, admin):
    import msgspec

    for own in product_file("helsinki").own_services:
        body = msgspec.json.decode(msgspec.json.encode(own))
        assert (await program.post("/api/v1/organiser/own-services", json=body)).status_code == 201
    told = (await program.get("/api/v1/organiser/own-services")).json()["items"]
    assert {each["rule"]["kind"] for each in told} == {"income_percent", "per_unit", "income_steps"}
    assert len((await program.get("/api/v1/own-services")).json()["items"]) == 3
    assert "By income and household" in (await admin.page(LIST)).text


async def test_a_fee_is_computed_and_followed_by_another(program, helsinki):
    await program.post("/api/v1/organiser/own-services", json=OWN)
    asked = {"organiser_id": str(helsinki.id), "service_class": "V-HOMECARE-REG", "hours_per_month": 20}
    answer = (await program.post("/api/v1/own-services/fee", json=asked, headers={"accept-language": "en"})).json()
    assert (answer["cents"], "€250.00" in answer["receipt"][0]) == (250_00, True)
    newer = {**OWN, "valid_from": "2026-06-01", "rule": {"kind": "per_unit", "unit": "hour", "cents": 1000}}
    assert (await program.post("/api/v1/organiser/own-services", json=newer)).status_code == 201
    assert (await program.post("/api/v1/own-services/fee", json=asked)).json()["cents"] == 200_00
    assert (await program.post("/api/v1/organiser/own-services", json=newer)).status_code == 409
    unknown = await program.post("/api/v1/own-services/fee", json={**asked, "service_class": "V-MEAL"})
    assert unknown.status_code == 404


async def test_everything_wrong_is_named(program):
    rule = {"kind": "income_percent", "from_minutes": [], "households": [], "maximum_cents": -1}
    response = await program.post(
        "/api/v1/organiser/own-services", json={**OWN, "rule": rule, "service_class": "X", "valid_from": "0001-01-01"}
    )
    assert response.status_code == 422
    assert {error["field"] for error in response.json()["errors"]} == {
        "service_class", "valid_from", "rule.from_minutes", "rule.households", "rule.maximum_cents",
    }  # fmt: skip


async def test_what_was_told_stays(program):
    await program.post("/api/v1/organiser/own-services", json=OWN)
    with pytest.raises(asyncpg.PostgresError):
        await execute("update own_service_version set source_note = 'x'")
