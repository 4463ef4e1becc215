"""Applying to several organisers, answering requests, renewing and leaving, over the API."""

from datetime import timedelta
from typing import Any

from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch_value
from onboarding.applications.information import ItemToAsk
from onboarding.review.messages import ask
from tests.db.test_onboarding_applications_bundles import OTHER_PLACE, two_organisers
from tests.factories.onboarding import CLASS, PDF, PLACE, a_submitted, approve, make_applicant
from tests.web.browser import Api
from tests.web.onboarding_people import token_of

BUNDLES = "/api/v1/provider/application-bundles"
MINE = "/api/v1/provider/applications"


async def a_bundle(api: Api) -> tuple[dict[str, Any], Any]:
    organisers, applicant = await two_organisers(), await make_applicant()
    await token_of(api, applicant.someone)
    offered = (await api.get("/api/v1/provider/organisers-to-apply-to")).json()["items"]
    assert {each["organiser_id"] for each in offered} == {str(each.id) for each in organisers}
    new = {
        "organiser_ids": [each["organiser_id"] for each in offered],
        "service_classes": [CLASS],
        "municipalities": [PLACE, OTHER_PLACE],
    }
    keyed = {"Idempotency-Key": "one"}
    begun = [(await api.post(BUNDLES, json=new, headers=keyed)).json() for _ in range(2)]
    assert begun[0]["id"] == begun[1]["id"]
    return begun[0], organisers


async def test_one_application_to_two_organisers(api: Api) -> None:
    bundle, _ = await a_bundle(api)
    base = f"{BUNDLES}/{bundle['id']}"
    questions = {each["name"]: each for page in bundle["pages"] for each in page["questions"]}
    assert [len(questions[name]["slots"]) for name in ("staff", "tax", "opening")] == [2, 2, 1]
    assert any("6 months" in each["terms"][0] for each in questions["tax"]["differences"])
    saved = (
        await api.patch(f"{base}/answers", json={"answers": {"staff": 7, "insured": True, "opening": "Aina"}})
    ).json()
    assert saved["problems"] == []
    data = {"question": "tax", "issued_on": today().isoformat()}
    attached = await api.post(f"{base}/attachments", data=data, files={"file": ("vero.pdf", PDF)})
    assert (attached.status_code, attached.json()["refused"]) == (201, None)
    members = attached.json()["bundle"]["members"]
    assert all(each["is_ready"] for each in members)
    chosen = [each["application"]["id"] for each in members]
    sent = await api.post(f"{base}/submit", json={"application_ids": chosen, "declared": True})
    assert [each["status"] for each in sent.json()["items"]] == ["submitted", "submitted"]


async def test_faulty_answers_and_files_are_told_and_kept(api: Api) -> None:
    bundle, _ = await a_bundle(api)
    base = f"{BUNDLES}/{bundle['id']}"
    saved = (await api.patch(f"{base}/answers", json={"answers": {"staff": "monta"}})).json()
    assert [each["field"] for each in saved["problems"]] == ["staff"]
    assert saved["bundle"]["pages"][0]["questions"][0]["unread"] == "monta"
    old = {"question": "tax", "issued_on": (today() - timedelta(days=400)).isoformat()}
    refused = await api.post(f"{base}/attachments", data=old, files={"file": ("vero.pdf", PDF)})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "tax")
    without = await api.post(f"{base}/attachments", files={"question": (None, "tax")})
    assert (without.status_code, without.json()["errors"][0]["field"]) == (422, "file")


async def test_stale_answers_are_refused_with_both_values(api: Api) -> None:
    bundle, _ = await a_bundle(api)
    base, seen = f"{BUNDLES}/{bundle['id']}", bundle["edits"]
    await api.patch(f"{base}/answers", json={"answers": {"staff": 7}, "edits": seen})
    late = await api.patch(f"{base}/answers", json={"answers": {"staff": 9}, "edits": seen})
    assert (late.status_code, late.json()["code"]) == (409, "edited_meanwhile")
    assert "Aino Yrittäjä" in late.json()["errors"][0]["message"]
    alone = bundle["members"][0]["application"]["id"]
    late = await api.patch(f"{MINE}/{alone}/answers", json={"answers": {"staff": 9}, "edits": seen})
    assert late.status_code == 409


async def test_organisers_are_added_and_left_out(api: Api) -> None:
    bundle, _ = await a_bundle(api)
    base = f"{BUNDLES}/{bundle['id']}"
    dropped = bundle["members"][1]["application"]
    assert (await api.delete(f"{base}/applications/{dropped['id']}")).status_code == 204
    narrowed = await api.put(f"{base}/scope", json={"service_classes": [CLASS], "municipalities": [PLACE, OTHER_PLACE]})
    assert narrowed.status_code == 422
    added = await api.post(f"{base}/organisers", json={"organiser_id": dropped["organiser_id"]})
    assert [each["application"]["organiser_id"] for each in added.json()["members"]] == [
        each["application"]["organiser_id"] for each in bundle["members"]
    ]
    assert (await api.post(f"{base}/withdraw")).json()["items"][0]["status"] == "withdrawn"


async def test_request_is_answered_item_by_item(api: Api) -> None:
    case = await a_submitted()
    await ask(case.reviewer, case.id, [ItemToAsk(text="Kuka?"), ItemToAsk(text="Todistus.", slot="certificate")])
    await token_of(api, case.applicant.someone)
    items = (await api.get(f"{MINE}/{case.id}")).json()["requests"][0]["items"]
    paths = [f"{MINE}/{case.id}/request-items/{each['id']}" for each in items]
    assert (await api.put(paths[0], json={"text": "Saara."})).json()["is_answered"]
    early = await api.post(f"{MINE}/{case.id}/send-replies")
    assert (early.status_code, early.json()["errors"][0]["field"]) == (422, items[1]["id"])
    assert (await api.post(f"{paths[1]}/files", files={"file": ("uusi.pdf", PDF + b"%3")})).status_code == 201
    assert (await api.post(f"{MINE}/{case.id}/send-replies")).json()["status"] == "submitted"
    assert (await api.post(f"{MINE}/{case.id}/messages", json={"text": "Kiitos."})).status_code == 204


async def test_approval_is_renewed_extended_and_left(api: Api) -> None:
    case = await a_submitted()
    await approve(case, valid_to=today() + timedelta(days=90))
    await token_of(api, case.applicant.someone)
    base = f"/api/v1/provider/approvals/{await fetch_value('select id from approval')}"
    assert (await api.get(base)).json()["status"] == "in_force"
    renewed = (await api.post(f"{base}/renew")).json()
    assert renewed["members"][0]["application"]["kind"] == "renewal"
    extended = await api.post(f"{base}/extend", json={"service_classes": ["V-CLEANING"]})
    assert extended.json()["members"][0]["application"]["kind"] == "extension"
    left = await api.post(f"{base}/leave", json={"last_day": today().isoformat()})
    assert left.json()["last_day"] == today().isoformat()
    assert (await api.post(f"{base}/leave", json={"last_day": today().isoformat()})).status_code == 409
