"""Organisers, reference data and voucher products over the API."""

from datetime import timedelta

import msgspec
import pytest

from marketplace.kernel.clock import today
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.organisers.schemas import Organiser
from tests.factories.organisers import make_organiser, make_product, organiser_admin
from tests.web.browser import Api, browser_of
from tests.web.desks import as_program, desk_app

OWN = "/api/v1/organiser/voucher-products"
FLAT = {"value_rule": {"kind": "flat", "value_cents": 3300}, "valid_from": "2026-01-01"}
PRODUCT = {"code": "koti-1", "service_class": "V-HOMECARE-REG", "name_fi": "Kotihoito", "version": FLAT}


@pytest.fixture(scope="module")
def app():
    return desk_app()


@pytest.fixture
async def helsinki(database: str) -> Organiser:
    return await make_organiser()


@pytest.fixture
async def public(app, helsinki: Organiser):
    async with browser_of(app, kind=Api) as machine:
        yield machine


@pytest.fixture
async def program(app, helsinki: Organiser):
    async with browser_of(app, kind=Api) as machine:
        yield as_program(machine, organiser_admin(helsinki.id))


async def test_everybody_reads_organisers_and_lists(public: Api, helsinki: Organiser) -> None:
    (organiser,) = (await public.get("/api/v1/organisers")).json()["items"]
    assert (organiser["id"], organiser["municipality_codes"]) == (str(helsinki.id), ["091"])
    classes = (await public.get("/api/v1/service-classes")).json()["items"]
    assert classes[0]["code"] == "V-HOMECARE-REG"
    assert classes[0]["name"]["sv"] == "Regelbunden hemvård"
    assert len((await public.get("/api/v1/municipalities")).json()["items"]) == 308
    assert len((await public.get("/api/v1/municipalities?county=05")).json()["items"]) == 27


async def test_everybody_reads_voucher_products(public: Api, helsinki: Organiser) -> None:
    made = await make_product(helsinki)
    (item,) = (await public.get("/api/v1/voucher-products")).json()["items"]
    assert (item["id"], item["code"], item["organiser"]["id"]) == (str(made.id), "KOTIHOITO", str(helsinki.id))
    assert (item["unit"], item["value_rule"]) == ("hour", {"kind": "flat", "unit": "hour", "value_cents": 3300})
    other = await public.get(f"/api/v1/voucher-products?organiser_id={made.id}")
    assert other.json()["items"] == []


async def test_a_product_with_its_value_in_one_request(program: Api, helsinki: Organiser) -> None:
    answers = [await program.post(OWN, json=PRODUCT, headers={"Idempotency-Key": "1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    (own,) = (await program.get(OWN)).json()["items"]
    assert own["product"]["code"] == "KOTI-1"
    assert [version["status"] for version in own["versions"]] == ["published"]


async def test_draft_first_and_published_later(program: Api, helsinki: Organiser) -> None:
    made = (await program.post(OWN, json=PRODUCT | {"publish": False})).json()
    assert (await program.get("/api/v1/voucher-products")).json()["items"] == []
    assert (await program.post(f"{OWN}/{made['id']}/publish")).json()["status"] == "published"
    next_value = {"value_rule": {"kind": "flat", "value_cents": 3500}, "valid_from": str(today() + timedelta(days=1))}
    later = await program.post(f"{OWN}/{made['id']}/versions", json=next_value)
    assert (later.status_code, later.json()["number"]) == (201, 2)


async def test_product_without_value_is_nothing_yet(program: Api, helsinki: Organiser) -> None:
    await program.post(OWN, json={**PRODUCT, "version": None})
    (own,) = (await program.get(OWN)).json()["items"]
    assert own["versions"] == []


async def test_faulty_version_leaves_no_product_behind(program: Api, helsinki: Organiser) -> None:
    wrong = PRODUCT | {"version": FLAT | {"value_rule": {"kind": "flat", "value_cents": -1, "unit": "piece"}}}
    answer = await program.post(OWN, json=wrong)
    assert {error["field"] for error in answer.json()["errors"]} == {
        "version.value_rule.value_cents", "version.value_rule.unit",
    }  # fmt: skip
    assert (await program.get(OWN)).json()["items"] == []


async def test_bands_and_price_rules_are_set_from_a_day(program: Api, helsinki: Organiser) -> None:
    bands = {"calendar": msgspec.to_builtins(STANDARD_BANDS), "valid_from": str(today()), "own_bands_allowed": False}
    assert (await program.post("/api/v1/organiser/bands", json=bands)).status_code == 204
    assert (await program.post("/api/v1/organiser/bands", json=bands)).status_code == 409
    assert (await program.get("/api/v1/organiser/bands")).json()["own_bands_allowed"] is False
    rules = {"service_class": "V-PA", "rules": {"ceiling_cents": 4000}, "valid_from": str(today())}
    assert (await program.post("/api/v1/organiser/price-rules", json=rules)).status_code == 204


async def test_others_may_not_write(public: Api, helsinki: Organiser) -> None:
    assert (await public.post(OWN, json=PRODUCT)).status_code == 401
