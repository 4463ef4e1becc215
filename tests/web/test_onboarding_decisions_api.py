"""Decisions over the API: whatever a page does, and everything wrong named at once."""

from onboarding.applications.states import ApplicationStatus
from onboarding.approvals.decision_book import decisions_on
from onboarding.review import documents, proposals
from onboarding.review.decision_schemas import DecisionWish
from onboarding.topics import OfDecision
from tests.factories.onboarding import CLASS, OTHER_CLASS, PLACE, a_case, a_reviewer, a_submitted, make_other_organiser
from tests.web.browser import Api
from tests.web.onboarding_people import a_staff_member, token_of

QUEUE = "/api/v1/organiser/applications"
OURS = "/api/v1/organiser/decisions"
PART = {"approved": [{"service_class": CLASS, "municipalities": [PLACE]}], "words": "Siivouksesta puuttuu vakuutus."}


async def test_a_part_is_decided_once_and_read_by_both_sides(api: Api) -> None:
    case = await a_submitted((CLASS, OTHER_CLASS))
    await token_of(api, await a_staff_member(case))
    key = {"Idempotency-Key": "one"}
    first = await api.post(f"{QUEUE}/{case.id}/decide", json=PART, headers=key)
    again = await api.post(f"{QUEUE}/{case.id}/decide", json=PART, headers=key)
    assert first.json() == again.json()
    assert first.json()["status"] == "partly_approved"
    [listed] = (await api.get(OURS, params={"application_id": str(case.id)})).json()["items"]
    shown = (await api.get(f"{OURS}/{listed['id']}")).json()
    assert shown["decision"]["refused"] == [{"service_class": OTHER_CLASS, "municipalities": [PLACE]}]
    assert (shown["decision"]["document"], shown["checks"][0]["level"]) == ("being_made", "green")
    assert (await api.get(f"{OURS}/{listed['id']}/document")).json()["code"] == "document_not_made"
    await token_of(api, case.applicant.someone)
    theirs = (await api.get(f"/api/v1/provider/decisions/{listed['id']}")).json()
    assert (theirs["number"], "checks" in theirs) == (listed["number"], False)


async def test_everything_wrong_is_named(api: Api) -> None:
    case = await a_submitted()
    await token_of(api, await a_staff_member(case))
    wrong = {"approved": [], "reasons": ["made_up"], "words": "a\x07b"}
    answer = await api.post(f"{QUEUE}/{case.id}/decide", json=wrong)
    assert answer.status_code == 422
    assert {each["field"] for each in answer.json()["errors"]} == {"reasons.0", "words"}
    assert (await api.post(f"{QUEUE}/{case.id}/decide", json={"more": 1})).status_code == 422


async def test_proposal_is_read_confirmed_and_returned(api: Api) -> None:
    case = await a_submitted()
    await proposals.propose(await a_reviewer(case.organiser.id), case.id, DecisionWish())
    await token_of(api, await a_staff_member(case))
    [proposal] = (await api.get(f"{QUEUE}/{case.id}/proposals")).json()["items"]
    words = {"proposal_id": proposal["id"], "words": "Perustele."}
    assert (await api.post(f"{QUEUE}/{case.id}/proposal/return", json=words)).json()["status"] == "submitted"
    assert (await api.post(f"{QUEUE}/{case.id}/propose", json={})).json()["status"] == "decision_proposed"
    own = (await api.get(f"{QUEUE}/{case.id}/proposals")).json()["items"][0]["id"]
    refused = await api.post(f"{QUEUE}/{case.id}/proposal/confirm", json={"proposal_id": own})
    assert (refused.status_code, refused.json()["code"]) == (409, "own_proposal")


async def test_transfer_over_the_api(api: Api) -> None:
    case, target = await a_submitted(), await make_other_organiser()
    await token_of(api, await a_staff_member(case))
    answer = await api.post(f"{QUEUE}/{case.id}/transfer", json={"organiser_id": str(target.id), "words": "Turku."})
    assert answer.json()["status"] == "transferred"


async def test_verification_needs_no_sign_in(api: Api) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    decision = (await decisions_on(case.id))[0]
    await documents.make_document(OfDecision(decision.id))
    found = (await api.get(f"/api/v1/verify/{decision.code}")).json()
    assert (found["number"], found["state"], found["outcome"]) == (decision.number, "in_force", "approved")
    assert len(found["sha256"]) == 64
    unknown = await api.get("/api/v1/verify/nothing")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
