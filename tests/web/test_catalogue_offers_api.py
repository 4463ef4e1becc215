"""Details, versions, copies, bulk changes, pictures and attributes of offers over the API."""

import io
from uuid import UUID, uuid4

import msgspec
import pytest
from PIL import Image

from marketplace.kernel.actors import Actor
from marketplace.organisers.schemas import Organiser
from tests.factories.catalogue import WEBP, make_offer, offer_draft
from tests.factories.organisers import organiser_admin
from tests.web.browser import Api, browser_of
from tests.web.desks import as_program, desk_app

OWN = "/api/v1/provider/offers"
PETS = {"key": "own_pets", "name": {"fi": "Lemmikit", "sv": "Husdjur", "en": "Pets"}, "kind": "yes_no"}


@pytest.fixture(scope="module")
def app():
    return desk_app()


@pytest.fixture
async def program(app, provider: Actor):
    async with browser_of(app, kind=Api) as machine:
        yield as_program(machine, provider)


@pytest.fixture
async def offer_id(turku: Organiser, provider: Actor) -> UUID:
    return await make_offer(provider, turku, municipality_codes=("853",))


async def test_details_go_in_and_come_out_whole(program: Api, turku: Organiser, offer_id: UUID) -> None:
    details = {
        "attributes": {"medicines": True, "same_carer": "always", "shortest_visit": 30, "speciality": {"fi": "Ulkoilu", "sv": "", "en": ""}},
        "hours": [{"days": ["weekday"], "from_minute": 420, "to_minute": 1080}], "capacity": 2,
        "self_monitoring_url": "https://hoiva.example/plan",
    }  # fmt: skip
    reach = {"name": "Turku", "lat": 60.45, "lon": 22.26, "km": 20}
    body = msgspec.to_builtins(offer_draft(turku, municipality_codes=("853",))) | {
        "details": details, "reach": reach, "postal_codes": ["20100"],
    }  # fmt: skip
    assert (await program.put(f"{OWN}/{offer_id}", json=body)).status_code == 200
    await program.post(f"{OWN}/{offer_id}/publish")
    shown = (await program.get(f"/api/v1/offers/{offer_id}")).json()
    assert (shown["details"], shown["reach"], shown["postal_codes"]) == (details, reach, ["20100"])


async def test_wrong_details_are_named(program: Api, turku: Organiser, offer_id: UUID) -> None:
    details = {"attributes": {"medicines": "yes"}, "self_monitoring_url": "ftp://a.fi", "photo": {"file_id": str(uuid4()), "alt": {"fi": ""}}}  # fmt: skip
    body = msgspec.to_builtins(offer_draft(turku)) | {"details": details, "earliest_start": "0001-01-01"}
    answer = await program.put(f"{OWN}/{offer_id}", json=body)
    assert {error["field"] for error in answer.json()["errors"]} == {
        "details.attributes.medicines", "details.self_monitoring_url", "details.photo.alt.fi", "details.photo.file_id",
        "earliest_start",
    }  # fmt: skip


async def test_versions_are_read_used_and_deleted(program: Api, turku: Organiser, offer_id: UUID) -> None:
    here = f"{OWN}/{offer_id}"
    (only,) = (await program.get(f"{here}/versions")).json()["items"]
    assert (only["number"], only["status"]) == (1, "published")
    assert (await program.get(f"{here}/versions/1")).json()["content"]["name_fi"] == "Kotihoitoa kaikkina päivinä"
    assert (await program.post(f"{here}/versions/1/use")).json() == {
        "id": str(offer_id),
        "version": 2,
        "status": "draft",
    }
    assert (await program.get(f"{here}/hints")).json()["items"][0]["field"] == "description_sv"
    assert (await program.delete(f"{here}/draft")).json() == {"offer_is_gone": False}
    assert (await program.delete(f"{here}/draft")).json()["code"] == "nothing_to_delete"
    assert (await program.get(f"{here}/versions/{10**12}")).status_code == 404


async def test_an_offer_is_copied(program: Api, turku: Organiser, offer_id: UUID) -> None:
    target = {"organiser_id": str(turku.id), "service_class": "V-HOMECARE-REG", "municipality_codes": ["202"]}
    copied = (await program.post(f"{OWN}/{offer_id}/copy", json=target)).json()
    assert copied["has_prices"]
    assert (await program.get(f"{OWN}/{copied['saved']['id']}")).json()["content"]["municipality_codes"] == ["202"]
    refused = await program.post(f"{OWN}/{offer_id}/copy", json=target | {"service_class": "V-PA"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_approved")


async def test_several_are_changed_each_by_itself(program: Api, offer_id: UUID) -> None:
    body = {"offers": [str(offer_id), str(uuid4())], "change": {"capacity": 3}}
    good, unknown = (await program.post(f"{OWN}/bulk", json=body, headers={"Idempotency-Key": "a"})).json()["items"]
    assert (good["outcome"], good["why"]) == ("published", None)
    assert (unknown["outcome"], bool(unknown["why"])) == ("refused", True)
    assert (await program.post(f"{OWN}/bulk", json=body, headers={"Idempotency-Key": "a"})).json()["items"][0] == good
    assert (await program.post(f"{OWN}/bulk", json=body | {"change": {}})).status_code == 422


async def test_a_picture_is_added_and_removed(program: Api, offer_id: UUID) -> None:
    here = f"{OWN}/{offer_id}/photo"
    sent = await program.post(here, data={"alt_fi": "Hoitaja"}, files={"photo": ("k.webp", WEBP)})
    assert sent.status_code == 201
    await program.post(f"{OWN}/{offer_id}/publish")
    seen = await program.get(f"/offers/{offer_id}/photo")
    with Image.open(io.BytesIO(seen.content)) as shown:
        assert (seen.headers["content-type"], shown.format, shown.size) == ("image/webp", "WEBP", (8, 6))
    assert (await program.post(here, files={"alt_fi": (None, "Kaksi hoitajaa")})).status_code == 201
    assert (await program.delete(here)).json()["status"] == "draft"
    wrong = await program.post(here, data={"alt_fi": "x"}, files={"photo": ("k.gif", b"GIF89a" + b"0" * 30)})
    assert wrong.json()["errors"][0]["field"] == "photo"


async def test_an_organiser_writes_its_own_attributes(app, turku: Organiser, program: Api) -> None:
    own = "/api/v1/organiser/attributes/V-PA"
    async with browser_of(app, kind=Api) as machine:
        admin = as_program(machine, organiser_admin(turku.id))
        made = await admin.put(own, json={"items": [PETS]})
        assert made.json()["items"][0]["key"] == "own_pets"
        assert (await admin.get(own)).json() == made.json()
        wrong = await admin.put(own, json={"items": [PETS, PETS]})
        assert wrong.json()["errors"][0]["field"] == "attributes.1.key"
    anybody = f"/api/v1/organisers/{turku.id}/attributes/V-PA"
    keys = [each["key"] for each in (await program.get(anybody)).json()["items"]]
    assert {"own_pets", "substitute", "dementia"} <= set(keys)
    assert (await program.get(anybody.replace("V-PA", "V-NONE"))).status_code == 404
    assert (await program.put(own, json={"items": []})).status_code == 403


async def test_what_an_editor_offers_to_choose_from(program: Api) -> None:
    assert (await program.get("/api/v1/provider/reach-points")).json() == {"items": []}
    skills = (await program.get("/api/v1/skills", headers={"authorization": ""})).json()["items"]
    assert {"fi": "Muistisairaudet", "sv": "Minnessjukdomar", "en": "Memory disorders"} in skills
