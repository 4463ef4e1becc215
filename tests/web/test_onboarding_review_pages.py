"""The queue and an application's page as a reviewer uses them."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup

from marketplace.kernel.clock import today
from marketplace.kernel.db import execute, fetch_value, new_id
from onboarding.applications.schemas import NoteKind
from onboarding.applications.states import ApplicationStatus
from onboarding.review import assignment, presence
from tests.factories.onboarding import Case, a_case, a_submitted
from tests.web.browser import Browser
from tests.web.onboarding_people import a_staff_member, as_reviewer, sign_in

LIST = "/organiser/applications"


def one(case: Case, rest: str = "") -> str:
    return f"{LIST}/{case.id}{rest}"


def words(page: BeautifulSoup) -> str:
    return " ".join(page.get_text(" ").split())


async def test_queue_tells_age_deadline_and_handler_in_words(client: Browser) -> None:
    case = await a_submitted()
    await as_reviewer(client, case)
    shown = words(await client.page(LIST))
    for said in ("Stadin Arkiapu Oy", "90 days left", "today", "To be reviewed (1)", "Handled by nobody: 1"):
        assert said in shown
    await execute("update application set decide_by = $1", today() - timedelta(days=3))
    assert "3 days late" in words(await client.page(f"{LIST}?is_overdue=true&sort=deadline"))
    assert "No applications" in words(await client.page(f"{LIST}?handler=me"))


@pytest.mark.parametrize(
    ("query", "status"),
    [("status=nothing", 200), ("handler=somebody", 422), ("sort=x&kind=y", 200), ("municipality=0910", 200), ("after=%00", 200),
     ("handler=01a20171-2aec-70c3-a0be-f2dd736f5de0", 200), ("q=%25%25&status=all&sort=newest", 200), ("sort=deadline&after=9999-12-31_x", 200)],
)  # fmt: skip
async def test_odd_filters_never_break_the_page(client: Browser, query: str, status: int) -> None:
    case = await a_submitted()
    await as_reviewer(client, case)
    assert (await client.get(f"{LIST}?{query}")).status_code in {status, 200, 400}


async def test_several_are_taken_at_once_and_the_page_comes_back(client: Browser) -> None:
    case = await a_submitted()
    await as_reviewer(client, case)
    ticked = {"application_ids": [str(case.id)], "action": "take", "back": "status=all&q=arki"}
    done = await client.submit(f"{LIST}/assign", ticked)
    assert (done.status_code, done.headers["location"]) == (303, f"{LIST}?status=all&q=arki")
    assert "1 application was moved." in words(await client.page(LIST))
    assert "Handled by you: 1" in words(await client.page(LIST))


async def test_what_could_not_be_moved_is_told_in_its_row(client: Browser) -> None:
    case = await a_submitted()
    await assignment.claim(case.reviewer, case.id)
    await as_reviewer(client, case)
    done = await client.submit(f"{LIST}/assign", {"application_ids": [str(case.id)], "action": "take"})
    page = BeautifulSoup(done.text, "html.parser")
    assert done.status_code == 409
    assert "1 application stayed as it was" in words(page)
    assert "Not moved: Aino Testaaja is handling this application" in words(page)
    link = page.select_one(".govuk-error-summary a")
    assert link is not None
    assert page.find(id=str(link["href"])[1:]) is not None


@pytest.mark.parametrize(
    "sent",
    [{"action": "take"}, {"action": "give"}, {}, {"action": "steal"}, {"action": "take", "application_ids": "x"},
     {"action": "take", "back": "\r\nx: y"}],
    ids=str,
)  # fmt: skip
async def test_nothing_ticked_is_told(client: Browser, sent: dict[str, str]) -> None:
    case = await a_submitted()
    await as_reviewer(client, case)
    assert (await client.submit(f"{LIST}/assign", sent)).status_code == 422


async def test_application_has_checks_answers_and_what_happened(client: Browser) -> None:
    case = await a_submitted()
    await as_reviewer(client, case)
    page = await client.page(one(case))
    shown = words(page)
    for said in ("Prepayment register", "Calculated from the digits", "SHA-256", "todistus.pdf", "Messages with the applicant",
                 "Internal notes: the applicant does not see these", "Decision expected by", "Test stand-in for YTJ"):  # fmt: skip
        assert said in shown
    assert len(page.find_all("h1")) == 1
    assert page.select_one("#present .st-present") is not None


async def test_claim_release_note_and_message(client: Browser) -> None:
    case = await a_submitted()
    await as_reviewer(client, case)
    assert "Stadin Arkiapu Oy" in words(await client.page("/organiser"))
    await client.submit(one(case, "/claim"))
    assert "Ritva Ratkaisija (you)" in words(await client.page(one(case)))
    assert "You handle: 1" in words(await client.page("/organiser"))
    await client.submit(one(case, "/release"))
    assert (await client.submit(one(case, "/notes"), {"note": " "})).status_code == 422
    assert (await client.submit(one(case, "/messages"), {"text": ""})).status_code == 422
    for _ in range(2):
        await client.submit(one(case, "/notes"), {"note": "Soitettu."}, key="n")
        await client.submit(one(case, "/messages"), {"text": "Käsittelemme pian."}, key="m")
    kinds = [NoteKind.NOTE.value, NoteKind.TO_APPLICANT.value]
    assert await fetch_value("select count(*) from review_note where kind = any($1::varchar[])", kinds) == 2
    assert "Soitettu." in words(await client.page(one(case)))


async def test_taking_over_is_confirmed_and_told(client: Browser) -> None:
    case = await a_submitted()
    await assignment.claim(case.reviewer, case.id)
    await presence.here(case.reviewer, case.id)
    me = await a_staff_member(case)
    await sign_in(client, me)
    assert (await client.submit(one(case, "/claim"))).status_code == 409
    asked = words(await client.page(one(case, "/hand-over")))
    assert "Aino Testaaja has this application since" in asked
    assert "has this application open now" in asked
    assert (await client.submit(one(case, "/hand-over"), {"person_id": str(me.id)})).status_code == 409
    assert (await client.submit(one(case, "/hand-over"), {"person_id": ""})).status_code == 422
    moved = await client.submit(one(case, "/hand-over"), {"person_id": str(me.id), "take_over": "true"})
    assert moved.status_code == 303
    assert (
        await fetch_value("select receiver from notice where kind = 'application.taken_over'")
        == case.reviewer.person_id
    )


async def test_presence_is_renewed_without_the_page(client: Browser) -> None:
    case = await a_submitted()
    await as_reviewer(client, case)
    await presence.here(case.reviewer, case.id)
    client.headers["hx-request"] = "true"
    seen = await client.submit(one(case, "/presence"), {"shown": ""})
    assert (seen.status_code, "Aino Testaaja" in seen.text) == (200, True)
    again = await client.submit(one(case, "/presence"), {"shown": str(case.reviewer.person_id)})
    assert (again.status_code, again.text) == (204, "")
    del client.headers["hx-request"]
    assert (await client.submit(one(case, "/presence"))).headers["location"] == one(case)


async def test_information_is_asked_item_by_item(client: Browser) -> None:
    case = await a_submitted()
    await as_reviewer(client, case)
    form = await client.page(one(case, f"/request-information?slot={quote('staff')}"))
    chosen = form.select_one('select[name="items.0.slot"] option[selected]')
    assert chosen is not None
    assert chosen["value"] == "staff"
    assert (await client.submit(one(case, "/request-information"), {"items.0.text": ""})).status_code == 422
    unknown = {"items.0.text": "Kuka?", "items.0.slot": "no_such"}
    assert (await client.submit(one(case, "/request-information"), unknown)).status_code == 422
    past = {"items.0.text": "Kuka?", "due_on": "1.1.2020"}
    assert (await client.submit(one(case, "/request-information"), past)).status_code == 422
    due = today() + timedelta(days=14)
    sent = {"items.0.text": "Montako?", "items.0.slot": "staff", "items.2.text": "Kuka?", "due_on": f"{due:%d.%m.%Y}"}
    for _ in range(2):
        assert (await client.submit(one(case, "/request-information"), sent, key="q")).status_code == 303
    shown = words(await client.page(one(case)))
    assert shown.count("Not answered yet") == 2
    assert "The clock stands" in shown
    late = await client.submit(one(case, "/request-information"), sent)
    assert late.status_code == 409


async def test_change_after_sending_is_marked(client: Browser) -> None:
    case = await a_submitted()
    await execute(
        "update application_answer set answered_at = answered_at + interval '1 hour' where question = 'staff'"
    )
    await as_reviewer(client, case)
    shown = words(await client.page(one(case)))
    assert shown.count("Changed since it was sent") == 1
    assert "Some answers have changed since" in shown


async def test_closed_application_offers_nothing(client: Browser) -> None:
    case = await a_case(ApplicationStatus.WITHDRAWN)
    await as_reviewer(client, case)
    shown = words(await client.page(one(case)))
    assert "Take it to handle" not in shown
    assert "Ask about this" not in shown
    assert (await client.submit(one(case, "/claim"))).status_code == 409


async def test_another_organisers_application_is_not_found(client: Browser) -> None:
    case = await a_submitted()
    await as_reviewer(client, case)
    for rest in ("", "/hand-over", "/request-information"):
        assert (await client.get(f"{LIST}/{new_id()}{rest}")).status_code == 404
    assert (await client.submit(f"{LIST}/{new_id()}/presence")).status_code == 404
