"""Offers over the API: everything the editor does."""

from uuid import uuid4

import msgspec
import pytest

from marketplace.kernel.actors import Actor
from marketplace.organisers.schemas import Organiser
from tests.factories.catalogue import make_provider, offer_draft
from tests.web.browser import Api, browser_of
from tests.web.desks import as_program, desk_app

OWN = "/api/v1/provider/offers"


@pytest.fixture(scope="module")
def app():
    return desk_app()


@pytest.fixture
async def program(app, provider: Actor):
    async with browser_of(app, kind=Api) as machine:
        yield as_program(machine, provider)


def body(turku: Organiser, **changes) -> dict:
    return msgspec.to_builtins(offer_draft(turku)) | changes


async def test_an_offer_from_draft_to_public_and_back(program: Api, turku: Organiser) -> None:
    made = await program.post(OWN, json=body(turku))
    assert made.status_code == 201
    here = f"{OWN}/{made.json()['id']}"
    assert (await program.get(here)).json()["obstacles"] == []
    assert (await program.post(f"{here}/publish")).json()["status"] == "published"
    shown = await program.get(f"/api/v1/offers/{made.json()['id']}", headers={"authorization": ""})
    assert shown.json()["provider_name"] == "Hoiva Oy"
    assert shown.json()["prices"]["band_prices"][0] == {"band": "weekday_day", "price_cents": 3800}
    changed = await program.put(here, json=body(turku, name_fi="Toinen"))
    assert changed.json()["version"] == 2
    (line,) = (await program.get(OWN)).json()["items"]
    assert (line["draft_version"], line["published_version"], line["is_public"]) == (2, 1, True)
    assert (await program.post(f"{here}/withdraw")).json()["status"] == "withdrawn"
    assert (await program.get(f"/api/v1/offers/{made.json()['id']}")).status_code == 404


async def test_the_same_key_makes_one_offer(program: Api, turku: Organiser) -> None:
    answers = [await program.post(OWN, json=body(turku), headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len((await program.get(OWN)).json()["items"]) == 1


async def test_all_faults_come_at_once(program: Api, turku: Organiser) -> None:
    wrong = body(turku, description_fi="x" * 5001, municipality_codes=["1"], languages="fi", extra=1)
    answer = await program.post(OWN, json=wrong)
    assert answer.status_code == 422
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields >= {"description_fi", "municipality_codes.0", "languages", "extra"}


@pytest.mark.parametrize("price", [38.555, "38,55", -1, 10**12])
async def test_prices_are_whole_cents(program: Api, turku: Organiser, price: object) -> None:
    answer = await program.post(OWN, json=body(turku, prices={"unit": "hour", "one_price_cents": price}))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "prices.one_price_cents"


async def test_not_approved_is_said_with_its_reason(app, turku: Organiser) -> None:
    async with browser_of(app, kind=Api) as machine:
        program = as_program(machine, await make_provider())
        made = (await program.post(OWN, json=body(turku))).json()
        answer = await program.post(f"{OWN}/{made['id']}/publish")
        assert (answer.status_code, answer.json()["code"]) == (409, "not_approved")
        assert answer.json()["detail"] == "Varsinais-Suomi has not approved this provider. Apply to it first."
        assert (await program.get(f"{OWN}/{made['id']}")).json()["obstacles"] == [answer.json()["detail"]]


async def test_huge_description_is_refused_clearly(program: Api, turku: Organiser) -> None:
    answer = await program.post(OWN, json=body(turku, description_fi="x" * 5_000_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_more_bands_places_and_hours_than_anybody_has_are_refused(program: Api, turku: Organiser) -> None:
    hours = [{"days": ["weekday"], "from_minute": 0, "to_minute": 1}] * 101
    band = {"key": "a", "name": {"fi": "A", "sv": "", "en": ""}, "hours": hours}
    prices = {"unit": "hour", "band_prices": [{"band": "night", "price_cents": 1}] * 101}
    changes = {"municipality_codes": ["091"] * 401, "prices": prices, "calendar": {"version": "x", "bands": [band]}}
    answer = await program.post(OWN, json=body(turku, **changes))
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields == {"municipality_codes", "prices.band_prices", "calendar.bands.0.hours"}


async def test_unknown_offers_are_not_found(program: Api, turku: Organiser) -> None:
    unknown = uuid4()
    assert (await program.get(f"{OWN}/{unknown}")).status_code == 404
    assert (await program.put(f"{OWN}/{unknown}", json=body(turku))).status_code == 404
    assert (await program.post(f"{OWN}/{unknown}/withdraw")).status_code == 404
    assert (await program.get(f"/api/v1/offers/{unknown}")).status_code == 404
