"""Services of the Finnish Service Catalogue over the API and on the provider's pages."""

import json
from pathlib import Path

import msgspec
import pytest
from bs4 import BeautifulSoup

from marketplace.kernel.actors import Actor
from marketplace.organisers.schemas import Organiser
from tests.factories.catalogue import make_offer
from tests.web.browser import Api, Browser, browser_of
from tests.web.desks import as_program, desk_app, sign_in

SAMPLES = json.loads((Path(__file__).parents[1] / "unit" / "data" / "ptv_samples.json").read_text())
PAGE, API = "/provider/imports/ptv", "/api/v1/provider/offers/ptv"


def service(**changes) -> dict:
    return {
        "serviceNames": [{"language": "fi", "value": "Kotihoito Turussa", "type": "Name"}],
        "serviceDescriptions": [{"language": "fi", "value": "Autamme kotona.", "type": "Description"}],
        "languages": ["fi", "tlh"], "areaType": "LimitedType", "legislation": [{"names": []}],
        "areas": [{"type": "Municipality", "code": code, "name": []} for code in ("853", "091")],
        "serviceVouchersInUse": True,
        "serviceVouchers": [{"language": "fi", "value": "Kotihoidon palveluseteli", "url": "https://example.org"}],
    } | changes  # fmt: skip


@pytest.fixture(scope="module")
def app():
    return desk_app()


@pytest.fixture
async def machine(app, provider: Actor):
    async with browser_of(app, kind=Api) as api:
        yield as_program(api, provider)


@pytest.fixture
async def desk(app, provider: Actor):
    async with browser_of(app) as browser:
        yield await sign_in(browser, provider)


async def look(desk: Browser, turku: Organiser, content: object, **more: str):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return await desk.submit(
        PAGE, {"organiser_id": str(turku.id), **more}, files={"file": ("palvelu.json", data, "application/json")}
    )


async def test_a_service_becomes_a_draft_and_tells_what_was_not_used(machine: Api, turku: Organiser) -> None:
    answer = await machine.post(API, json=service(), headers={"idempotency-key": "k"})
    made = answer.json()
    assert (answer.status_code, made["status"], made["version"]) == (201, "draft", 1)
    assert made["vouchers"][0]["value"] == "Kotihoidon palveluseteli"
    assert len(made["left_out"]) >= 4
    own = (await machine.get(f"/api/v1/provider/offers/{made['id']}")).json()["content"]
    assert (own["name_fi"], own["municipality_codes"], own["languages"]) == ("Kotihoito Turussa", ["853"], ["fi"])
    again = await machine.post(API, json=service(), headers={"idempotency-key": "k"})
    assert again.json()["id"] == made["id"]


@pytest.mark.parametrize("name", ["real", "nationwide", "shape"])
async def test_a_real_service_goes_in_where_its_class_is_chosen(machine: Api, turku: Organiser, name: str) -> None:
    answer = await machine.post(f"{API}?organiser_id={turku.id}&service_class=V-PA", json=SAMPLES[name])
    assert (answer.status_code, answer.json()["status"]) == (201, "draft"), answer.text


@pytest.mark.parametrize(
    ("document", "query", "field"),
    [({"a": 1}, "", "file"), (service(), "?organiser_id=x", "organiser_id"), (service(), "?service_class=Q", "service_class"),
     (service(serviceNames=[{"language": "fi", "value": "Kalanviljely", "type": "Name"}]), "", "file")],
    ids=["shape", "organiser", "class", "unknown-service"],
)  # fmt: skip
async def test_what_cannot_be_used_is_refused(machine: Api, turku, document: dict, query: str, field: str) -> None:
    answer = await machine.post(API + query, json=document)
    assert answer.status_code == 422
    assert field in answer.text


async def test_a_published_offer_is_given_as_a_service(app, machine: Api, turku, provider: Actor) -> None:
    offer_id = await make_offer(provider, turku)
    async with browser_of(app, kind=Api) as anybody:
        found = await anybody.get(f"/api/v1/offers/{offer_id}/ptv")
        assert (await anybody.get(f"/api/v1/offers/{turku.id}/ptv")).status_code == 404
    told = found.json()
    assert told["serviceVouchersInUse"] is True
    assert told["serviceVouchers"][0]["url"].endswith(f"/offers/{offer_id}")
    back = await machine.post(API, json=told)
    own = (await machine.get(f"/api/v1/provider/offers/{back.json()['id']}")).json()["content"]
    assert own["name_fi"] == "Kotihoitoa kaikkina päivinä"


async def test_a_service_is_looked_at_before_it_becomes_a_draft(desk: Browser, turku: Organiser) -> None:
    assert "Finnish Service Catalogue" in (await desk.page(PAGE)).text
    page = BeautifulSoup((await look(desk, turku, service())).text, "html.parser")
    shown = page.get_text(" ", strip=True)
    for text in ("Kotihoito Turussa", "Nothing has been changed yet.", "Kotihoidon palveluseteli", "legislation"):
        assert text in shown, text
    sent = {field["name"]: field["value"] for field in page.select("main input[type=hidden]")}
    made = await desk.submit(f"{PAGE}/draft", {n: v for n, v in sent.items() if not n.startswith("_")}, key="k")
    assert made.status_code == 303
    assert "The service is now a draft." in (await desk.page(made.headers["location"])).text


async def test_pages_name_what_is_wrong(desk: Browser, turku: Organiser) -> None:
    for content, said in ((b"{", "not JSON"), (b"[1]", "no service"), (b"x" * 1_000_001, "larger than 1 MB")):
        answer = await look(desk, turku, content)
        assert answer.status_code == 422
        assert said in answer.text
    assert (await desk.submit(PAGE, {"organiser_id": str(turku.id)})).status_code == 422
    assert (await desk.submit(f"{PAGE}/draft", {"organiser_id": "x"})).status_code == 422
    broken = {"organiser_id": str(turku.id), "document": "{}", "service_class": ""}
    assert (await desk.submit(f"{PAGE}/draft", broken)).status_code == 422
    plain = {"organiser_id": str(turku.id), "document": msgspec.json.encode(service()).decode()}
    assert (await desk.submit(f"{PAGE}/draft", plain)).status_code == 303
