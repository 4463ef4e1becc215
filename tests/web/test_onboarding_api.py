"""Onboarding over the API: everything that the pages do, with bearer tokens, keys and problem documents."""

from typing import Any

import pytest

from marketplace.kernel.actors import Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch_value
from marketplace.stripe.current import gateway_set_to
from marketplace.stripe.gateway import StripeGateway
from onboarding.applications.states import ApplicationStatus
from onboarding.providers import companies, payout_accounts
from onboarding.topics import OfProvider
from tests.doubles.ytj import Ytj, down
from tests.factories.accounts import a_person
from tests.factories.onboarding import (
    ANSWERS,
    BUSINESS_ID,
    CLASS,
    PDF,
    PLACE,
    Case,
    a_case,
    a_draft,
    a_submitted,
    make_accepting_organiser,
    make_applicant,
    small_rulebook,
)
from tests.web.browser import Api
from tests.web.onboarding_people import a_staff_member, token_of

MINE = "/api/v1/provider/applications"
QUEUE = "/api/v1/organiser/applications"
APPROVALS = "/api/v1/organiser/approvals"
COMPANY = {
    "business_id": BUSINESS_ID,
    "contact_name": "Aino",
    "contact_email": "aino@example.org",
    "contact_phone": "040 123 4567",
}


def fields(problem: dict[str, Any]) -> list[str]:
    return [each["field"] for each in problem["errors"]]


async def as_reviewer(api: Api, case: Case, role: Role = Role.REVIEWER) -> Api:
    return await token_of(api, await a_staff_member(case, role))


async def test_company_is_looked_up_and_registered_once_per_key(api: Api) -> None:
    someone = await a_person()
    await token_of(api, someone)
    found = (await api.get("/api/v1/companies/FI00001046")).json()
    assert (found["business_id"], found["answered"], found["facts"]["name"]) == (BUSINESS_ID, True, "Stadin Arkiapu Oy")
    keyed = {"Idempotency-Key": "one"}
    answers = [await api.post("/api/v1/providers", json=COMPANY, headers=keyed) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    again = await api.post("/api/v1/providers", json=COMPANY)
    assert (again.status_code, again.json()["code"]) == (409, "provider_registered")
    await token_of(api, someone)
    assert (await api.get("/api/v1/provider")).json()["name"] == "Stadin Arkiapu Oy"


async def test_silent_register_is_told_and_stops_nobody(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(companies, "company_register", Ytj(down()).register)
    await token_of(api, await a_person())
    found = (await api.get(f"/api/v1/companies/{BUSINESS_ID}")).json()
    assert (found["answered"], found["facts"]) == (False, None)
    made = await api.post("/api/v1/providers", json={**COMPANY, "name": "Oma Oy", "kind": "foundation"})
    assert (made.status_code, made.json()["facts_unverified"], made.json()["kind"]) == (201, True, "foundation")


async def test_every_wrong_field_of_a_registration_is_named(api: Api) -> None:
    await token_of(api, await a_person())
    wrong = {"business_id": "", "contact_name": "", "contact_email": "no", "contact_phone": "abc", "postal_code": "1"}
    answer = await api.post("/api/v1/providers", json=wrong)
    assert answer.status_code == 422
    assert set(fields(answer.json())) == set(wrong)
    answer = await api.post("/api/v1/providers", json={**COMPANY, "business_id": "2077474-1"})
    assert fields(answer.json()) == ["business_id"]


async def test_application_from_draft_to_receipt(api: Api) -> None:
    organiser, applicant = await make_accepting_organiser(), await make_applicant()
    await token_of(api, applicant.someone)
    draft = (await api.post(MINE, json={"organiser_id": str(organiser.id)})).json()
    base = f"{MINE}/{draft['id']}"
    scope = {"service_classes": [CLASS], "municipalities": [PLACE]}
    assert (await api.put(f"{base}/scope", json=scope)).json()["summary"]["service_classes"] == [CLASS]
    assert (await api.patch(f"{base}/answers", json={"answers": ANSWERS})).json()["answers"] == ANSWERS
    early = await api.post(f"{base}/submit", json={"declared": False})
    assert (early.status_code, fields(early.json())) == (422, ["certificate", "declared"])
    attached = await api.post(
        f"{base}/attachments", data={"question": "certificate"}, files={"file": ("todistus.pdf", PDF, "text/plain")}
    )
    assert (attached.status_code, attached.json()["media_type"]) == (201, "application/pdf")
    content = await api.get(f"{base}/attachments/{attached.json()['id']}")
    assert (content.content, content.headers["content-type"]) == (PDF, "application/pdf")
    receipts = [
        (await api.post(f"{base}/submit", json={"declared": True}, headers={"Idempotency-Key": "s"})).json()
        for _ in range(2)
    ]
    assert receipts[0] == receipts[1]
    assert receipts[0]["status"] == "submitted"
    assert (await api.post(f"{base}/submit", json={"declared": True})).status_code == 409
    assert [each["status"] for each in (await api.get(MINE)).json()["items"]] == ["submitted"]


async def test_unknown_municipality_and_service_are_named(api: Api) -> None:
    organiser, applicant = await make_accepting_organiser(), await make_applicant()
    await token_of(api, applicant.someone)
    new = {"organiser_id": str(organiser.id), "service_classes": ["V-X"], "municipalities": [PLACE, "999"]}
    answer = await api.post(MINE, json=new)
    assert (answer.status_code, fields(answer.json())) == (422, ["service_classes.0", "municipalities.1"])
    for query in ("municipality=999", "service_class=V-X", "business_id=123"):
        assert (await api.get(f"/api/v1/register?{query}")).status_code == 422


async def test_disguised_huge_or_missing_attachment_is_refused(api: Api) -> None:
    case = await a_draft(is_complete=False)
    await token_of(api, case.applicant.someone)
    path, asked = f"{MINE}/{case.id}/attachments", {"question": "certificate"}
    disguised = await api.post(path, data=asked, files={"file": ("a.pdf", b"MZ", "application/pdf")})
    assert (disguised.status_code, fields(disguised.json())) == (422, ["certificate"])
    large = await api.post(path, data=asked, files={"file": ("a.pdf", b"%PDF" + bytes(11_000_000))})
    assert (large.status_code, fields(large.json())) == (422, ["certificate"])
    huge = await api.post(path, data=asked, files={"file": ("a.pdf", b"%PDF" + bytes(30_000_000))})
    assert huge.status_code == 413
    without = await api.post(path, files={"question": (None, "certificate")})
    assert (without.status_code, fields(without.json())) == (422, ["file"])


async def test_attachment_is_removed(api: Api) -> None:
    case = await a_draft()
    await token_of(api, case.applicant.someone)
    shown = (await api.get(f"{MINE}/{case.id}")).json()
    path = f"{MINE}/{case.id}/attachments/{shown['attachments'][0]['id']}"
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_answer_and_withdrawal(api: Api) -> None:
    case = await a_case(ApplicationStatus.INFORMATION_REQUESTED)
    await token_of(api, case.applicant.someone)
    answered = await api.post(f"{MINE}/{case.id}/answer", json={"text": "Sairaanhoitaja."})
    assert answered.json()["status"] == "submitted"
    assert (await api.post(f"{MINE}/{case.id}/withdraw")).json()["status"] == "withdrawn"
    assert (await api.post(f"{MINE}/{case.id}/withdraw")).json()[
        "code"
    ] == "application.withdraw_not_allowed_when_withdrawn"


async def test_review_from_queue_to_approval(api: Api) -> None:
    case = await a_submitted()
    await as_reviewer(api, case)
    assert [each["id"] for each in (await api.get(QUEUE)).json()["items"]] == [str(case.id)]
    shown = (await api.get(f"{QUEUE}/{case.id}")).json()
    assert shown["checks"][0]["level"] == "green"
    attached = shown["application"]["attachments"][0]["id"]
    assert (await api.get(f"{QUEUE}/{case.id}/attachments/{attached}")).content == PDF
    assert (await api.post(f"{QUEUE}/{case.id}/claim", json={})).status_code == 204
    assert (await api.post(f"{QUEUE}/{case.id}/release")).status_code == 204
    assert (await api.post(f"{QUEUE}/{case.id}/notes", json={"text": "Huomio."})).status_code == 204
    terms = {"valid_from": str(today()), "valid_to": None, "conditions": ""}
    done = await api.post(f"{QUEUE}/{case.id}/approve", json=terms)
    assert done.json()["status"] == "approved"


async def test_request_rejection_and_the_loser_of_a_race(api: Api) -> None:
    case = await a_submitted()
    await as_reviewer(api, case)
    asked = await api.post(f"{QUEUE}/{case.id}/request-information", json={"text": "Kuka?"})
    assert asked.json()["status"] == "information_requested"
    assert (await api.post(f"{QUEUE}/{case.id}/reject", json={"text": "Ei täytä."})).json()["status"] == "rejected"
    late = await api.post(f"{QUEUE}/{case.id}/reject", json={"text": "Taas."})
    assert late.status_code == 409
    assert "Ritva Ratkaisija has handled this application already" in late.json()["detail"]


async def test_approval_is_suspended_resumed_and_ended(api: Api) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    await as_reviewer(api, case)
    approval = (await api.get(APPROVALS)).json()["items"][0]
    reason = {"text": "Syy."}
    states = [
        (await api.post(f"{APPROVALS}/{approval['id']}/{do}", json=reason)).json()
        for do in ("suspend", "resume", "end")
    ]
    assert [each["status"] for each in states] == ["suspended", "in_force", "ended"]
    assert (await api.get("/api/v1/register")).json()["items"] == []


async def test_rulebook_is_published_by_the_administrator_and_read_by_all(api: Api) -> None:
    case = await a_draft()
    await as_reviewer(api, case, Role.ORGANISER_ADMIN)
    content = (await api.get(f"/api/v1/organisers/{case.organiser.id}/rulebook")).json()["content"]
    made = await api.post("/api/v1/organiser/rulebook", json={"content": content, "valid_from": str(today())})
    assert (made.status_code, made.json()["number"]) == (201, 2)
    past = await api.post("/api/v1/organiser/rulebook", json={"content": content, "valid_from": "2020-01-01"})
    assert fields(past.json()) == ["valid_from"]
    assert small_rulebook().title.fi == content["title"]["fi"]


async def test_provider_sees_its_approvals_and_contact(api: Api) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    await token_of(api, case.applicant.someone)
    assert [each["status"] for each in (await api.get("/api/v1/provider/approvals")).json()["items"]] == ["in_force"]
    contact = {"contact_name": "Uusi", "contact_email": "uusi@example.org", "contact_phone": "0401234567"}
    assert (await api.put("/api/v1/provider/contact", json=contact)).json()["contact_name"] == "Uusi"


async def test_payout_account_by_api(api: Api, stripe_gateway: StripeGateway) -> None:
    applicant = await make_applicant()
    await token_of(api, applicant.someone)
    base = "/api/v1/provider/payout-account"
    assert (await api.get(base)).json() is None
    assert (await api.post(base)).status_code == 202
    with gateway_set_to(stripe_gateway):
        await payout_accounts.create_stripe_account(OfProvider(applicant.provider.id))
        assert (await api.post(f"{base}/refresh")).json()["state"] == "new"
        assert (await api.post(f"{base}/link")).json()["url"].startswith("http")
    saved = await api.put(
        "/api/v1/provider/bank-account", json={"iban": "FI2112345600000785", "holder_name": "Stadin Arkiapu"}
    )
    assert saved.json()["iban"] == "FI21 1234 5600 0007 85"


async def test_nobody_reads_anothers_application(api: Api) -> None:
    case = await a_submitted()
    other = await make_applicant("0000105-4")
    await token_of(api, other.someone)
    assert (await api.get(f"{MINE}/{case.id}")).status_code == 404
    assert (await api.post(f"{MINE}/{case.id}/withdraw")).status_code == 404
    assert (await api.get(f"{QUEUE}/{case.id}")).status_code == 403
    assert await fetch_value("select status from application") == "submitted"
