"""Time bands and price rules over the API."""

from uuid import UUID

import msgspec
import pytest

from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.organisers.schemas import Organiser
from tests.factories.catalogue import approve, make_offer, make_provider
from tests.factories.organisers import organiser_admin
from tests.web.browser import Api, browser_of
from tests.web.desks import as_program, desk_app

OWN = "/api/v1/organiser"
CARE = "V-HOMECARE-REG"
INCREASES = {"most_per_year": 1, "on_days": ["01-01"], "notice_days": 30, "approval_needed": True}
RULES = {
    "service_class": CARE,
    "valid_from": "2026-01-01",
    "rules": {"ceiling_cents": 5000, "increases": INCREASES},
}


@pytest.fixture(scope="module")
def app():
    return desk_app()


@pytest.fixture
async def program(app, turku: Organiser):
    async with browser_of(app, kind=Api) as machine:
        yield as_program(machine, organiser_admin(turku.id))


async def test_rules_and_their_versions_are_read_back(program: Api, turku: Organiser) -> None:
    assert (await program.post(f"{OWN}/price-rules", json=RULES)).status_code == 204
    later = RULES | {"valid_from": "2027-01-01", "rules": {"free_for_client": True}}
    assert (await program.post(f"{OWN}/price-rules", json=later)).status_code == 204
    versions = (await program.get(f"{OWN}/price-rules?service_class={CARE}")).json()["items"]
    assert [each["valid_from"] for each in versions] == ["2027-01-01", "2026-01-01"]
    assert versions[1]["rules"]["increases"] == INCREASES
    assert (await program.get(f"{OWN}/price-rules?service_class=V-PA")).json()["items"] == []


async def test_everybody_reads_what_is_asked_of_prices(app, program: Api, turku: Organiser) -> None:
    await program.post(f"{OWN}/price-rules", json=RULES)
    async with browser_of(app, kind=Api) as public:
        here = f"/api/v1/organisers/{turku.id}/price-rules"
        found = (await public.get(f"{here}/{CARE}")).json()
        assert (found["unit"], found["prices"]["ceiling_cents"]) == ("hour", 5000)
        assert (await public.get(f"{here}/NOTHING")).status_code == 404
        unknown = f"/api/v1/organisers/{UUID(int=1)}/price-rules/{CARE}"
        assert (await public.get(unknown)).status_code == 404
        assert (await public.post(f"{OWN}/price-rules/trial", json=RULES)).status_code == 401


async def test_bands_take_coefficients_and_keep_their_history(program: Api, turku: Organiser) -> None:
    coefficients = [{"band": key, "coefficient": "1.5"} for key in STANDARD_BANDS.keys]
    bands = {"calendar": msgspec.to_builtins(STANDARD_BANDS), "valid_from": "2026-01-01"}
    wrong = await program.post(f"{OWN}/bands", json=bands | {"coefficients": coefficients[:-1]})
    assert [each["field"] for each in wrong.json()["errors"]] == ["coefficients"]
    assert (await program.post(f"{OWN}/bands", json=bands | {"coefficients": coefficients})).status_code == 204
    assert len((await program.get(f"{OWN}/bands")).json()["coefficients"]) == 5
    (version,) = (await program.get(f"{OWN}/bands/history")).json()["items"]
    assert version["valid_from"] == "2026-01-01"


async def test_a_trial_counts_and_lists_and_writes_nothing(program: Api, turku: Organiser) -> None:
    provider = await make_provider()
    await approve(provider, turku)
    offer_id = await make_offer(provider, turku)
    trial = (await program.post(f"{OWN}/price-rules/trial", json=RULES)).json()
    assert (trial["published"], trial["total"]) == (1, 1)
    assert trial["items"][0]["offer_id"] == str(offer_id)
    assert "50" in trial["items"][0]["reasons"][0]
    loose = RULES | {"rules": {"ceiling_cents": 9000, "max_visit_fee_cents": 0}}
    assert (await program.post(f"{OWN}/price-rules/trial", json=loose)).json()["total"] == 0
    assert (await program.get(f"{OWN}/price-rules")).json()["items"] == []
    wrong = RULES | {"rules": {"increases": {"on_days": ["02-30"]}}, "valid_from": "1999-01-01"}
    fields = {each["field"] for each in (await program.post(f"{OWN}/price-rules/trial", json=wrong)).json()["errors"]}
    assert fields == {"valid_from", "increases.on_days.0"}
