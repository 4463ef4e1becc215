"""The review by API: everything that its pages do."""

from datetime import timedelta

import pytest

from marketplace.kernel.clock import today
from marketplace.kernel.db import new_id
from onboarding.review import assignment, presence
from tests.factories.onboarding import CLASS, PLACE, a_submitted
from tests.web.browser import Api
from tests.web.onboarding_people import a_staff_member, token_of

QUEUE = "/api/v1/organiser/applications"


async def test_queue_counts_and_colleagues(api: Api) -> None:
    case = await a_submitted()
    me = await a_staff_member(case)
    await token_of(api, me)
    item = (await api.get(QUEUE)).json()["items"][0]
    expected = str(today() + timedelta(days=90))
    assert (item["id"], item["decide_by"], item["kind"], item["open_with"]) == (str(case.id), expected, "new", [])
    counts = (await api.get(f"{QUEUE}/counts")).json()
    assert (counts["statuses"]["to_review"], counts["nobody"], counts["mine"]) == (1, 1, 0)
    assert str(me.id) in [each["id"] for each in (await api.get(f"{QUEUE}/colleagues")).json()]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"mine": "true"}, 0), ({"handler": "nobody", "sort": "deadline"}, 1), ({"overdue": "true"}, 0),
        ({"municipality": PLACE, "service_class": CLASS, "kind": "new", "q": "arki", "sort": "newest"}, 1),
        ({"status": "submitted"}, 1), ({"status": "withdrawn"}, 0),
    ],
    ids=str,
)  # fmt: skip
async def test_queue_is_filtered(api: Api, query: dict[str, str], count: int) -> None:
    case = await a_submitted()
    await token_of(api, await a_staff_member(case))
    assert len((await api.get(QUEUE, params=query)).json()["items"]) == count


@pytest.mark.parametrize("query", [{"status": "x"}, {"sort": "x"}, {"kind": "x"}, {"handler": "x"}, {"q": "x" * 101}], ids=str)  # fmt: skip
async def test_unknown_filters_are_refused(api: Api, query: dict[str, str]) -> None:
    case = await a_submitted()
    await token_of(api, await a_staff_member(case))
    assert (await api.get(QUEUE, params=query)).status_code in {400, 422}


async def test_assignment_single_and_several(api: Api) -> None:
    case = await a_submitted()
    me, other = await a_staff_member(case), await a_staff_member(case, name="Kaija Kollega")
    await token_of(api, me)
    one = f"{QUEUE}/{case.id}"
    assert (await api.post(f"{one}/claim", json={})).status_code == 204
    assert (await api.post(f"{one}/assign", json={"person_id": str(other.id)})).status_code == 204
    assert (await api.post(f"{one}/assign", json={"person_id": str(me.id)})).status_code == 409
    assert (await api.post(f"{one}/assign", json={"person_id": str(new_id()), "take_over": True})).status_code == 422
    wanted = [str(case.id), str(new_id())]
    done = (await api.post(f"{QUEUE}/assign", json={"application_ids": wanted, "person_id": str(me.id)})).json()
    assert ["Kaija Kollega" in done[0]["problem"], done[1]["problem"] is None] == [True, False]
    assert (await api.post(f"{one}/claim", json={"take_over": True})).status_code == 204
    back = (await api.post(f"{QUEUE}/assign", json={"application_ids": wanted[:1], "person_id": None})).json()
    assert back[0]["problem"] is None
    assert (await api.post(f"{QUEUE}/assign", json={"application_ids": [], "person_id": None})).status_code == 422


async def test_checks_have_evidence_and_day(api: Api) -> None:
    case = await a_submitted()
    await token_of(api, await a_staff_member(case))
    checks = {each["code"]: each for each in (await api.get(f"{QUEUE}/{case.id}/checks")).json()}
    assert checks["register_prepayment"]["level"] == "green"
    assert checks["register_prepayment"]["evidence"]
    assert checks["required_answers"]["as_of"] == str(today())
    shown = (await api.get(f"{QUEUE}/{case.id}")).json()
    assert [each["code"] for each in shown["checks"]] == list(checks)
    assert len(shown["hashes"]) == 1
    assert shown["groups"][0]["answers"][0]["slot"] == "insured"


async def test_notes_messages_questions_and_presence(api: Api) -> None:
    case = await a_submitted()
    await token_of(api, await a_staff_member(case))
    one = f"{QUEUE}/{case.id}"
    for kind in ("notes", "messages"):
        for _ in range(2):
            sent = await api.post(f"{one}/{kind}", json={"text": kind}, headers={"Idempotency-Key": kind})
            assert sent.status_code == 204
        assert [each["body"] for each in (await api.get(f"{one}/{kind}")).json()] == [kind]
    await presence.here(case.reviewer, case.id)
    assert [each["name"] for each in (await api.post(f"{one}/presence")).json()] == ["Aino Testaaja"]
    assert (await api.post(f"{one}/request-information", json={})).status_code == 422
    asked = {"items": [{"text": "Montako?", "slot": "staff"}], "due_on": str(today() + timedelta(days=7))}
    assert (await api.post(f"{one}/request-information", json=asked)).json()["status"] == "information_requested"
    request = (await api.get(one)).json()["application"]["requests"][0]
    assert (request["due_on"], request["items"][0]["slot"]) == (asked["due_on"], "staff")


async def test_what_a_colleague_has_is_not_asked_about(api: Api) -> None:
    case = await a_submitted()
    await assignment.claim(case.reviewer, case.id)
    await token_of(api, await a_staff_member(case))
    asked = await api.post(f"{QUEUE}/{case.id}/request-information", json={"text": "Kuka?"})
    assert (asked.status_code, asked.json()["code"]) == (409, "claimed_by_other")
