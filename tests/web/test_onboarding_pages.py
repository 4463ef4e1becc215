"""Pages of onboarding, as people walk them: without scripts, in the real application."""

import asyncio

import pytest
from bs4 import BeautifulSoup

from marketplace.kernel.db import execute, fetch_value
from onboarding.applications import drafts as applications
from onboarding.applications.states import ApplicationStatus
from onboarding.providers import companies
from tests.doubles.ytj import Ytj, down
from tests.factories.accounts import a_person
from tests.factories.onboarding import (
    BUSINESS_ID,
    CLASS,
    PDF,
    PLACE,
    a_case,
    a_draft,
    a_submitted,
    make_accepting_organiser,
    make_applicant,
)
from tests.web.applying_pages import ANSWERS, CONTACT, answer, draft, mine, page_fields, text_of, theirs
from tests.web.browser import Browser
from tests.web.onboarding_people import as_applicant, as_reviewer, sign_in


async def test_visitor_learns_how_to_become_a_provider(client: Browser) -> None:
    page = await client.page("/provider?lang=en")
    assert page.find("a", href="/provider/register")
    assert (await client.get("/provider/register")).headers["location"].startswith("/sign-in?")


async def test_company_is_registered_with_the_registers_facts(client: Browser) -> None:
    await sign_in(client, await a_person())
    shown = await client.page(f"/provider/register/details?business_id=FI{BUSINESS_ID.replace('-', '')}")
    assert "Stadin Arkiapu Oy" in shown.get_text()
    assert "test stand-in" in shown.get_text()
    answer = await client.submit("/provider/register/details", {"business_id": BUSINESS_ID, **CONTACT}, key="k1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/provider")
    desk = await client.page("/provider")
    assert "Stadin Arkiapu Oy" in desk.h1.get_text()  # type: ignore[union-attr]


async def test_wrong_business_id_is_told_at_the_field(client: Browser) -> None:
    await sign_in(client, await a_person())
    answer = await client.get("/provider/register/details?business_id=2077474-1")
    assert answer.status_code == 422
    assert "its last digit does not match" in text_of(answer)
    assert 'href="#business_id"' in answer.text


async def test_silent_register_does_not_stop_anybody(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(companies, "company_register", Ytj(down()).register)
    await sign_in(client, await a_person())
    shown = await client.page("/provider/register/details?business_id=2077474-0")
    assert "does not answer right now" in shown.get_text()
    refused = await client.submit("/provider/register/details", {"business_id": "2077474-0", **CONTACT})
    assert (refused.status_code, "Write the name" in refused.text) == (422, True)
    by_hand = {"business_id": "2077474-0", "name": "Oma Oy", "kind": "association", **CONTACT}
    assert (await client.submit("/provider/register/details", by_hand)).status_code == 303
    assert "has not confirmed" in (await client.page("/provider")).get_text()


async def test_unknown_company_goes_on_by_hand(client: Browser) -> None:
    await sign_in(client, await a_person())
    assert "knows no company" in (await client.page("/provider/register/details?business_id=2077474-0")).get_text()


async def test_company_is_not_registered_twice(client: Browser) -> None:
    await make_applicant()
    await sign_in(client, await a_person())
    answer = await client.submit("/provider/register/details", {"business_id": BUSINESS_ID, **CONTACT})
    assert answer.status_code == 409
    assert "registered here already" in answer.text


async def test_whole_application_from_the_desk_to_the_receipt(client: Browser) -> None:
    organiser, applicant = await make_accepting_organiser(), await make_applicant()
    await as_applicant(client, applicant)
    begun = await client.submit("/provider/applications/new", {"organiser_ids": str(organiser.id)}, key="k")
    scope = begun.headers["location"]
    base = scope.removesuffix("/scope")
    saved = await client.submit(scope, {"service_classes": CLASS, "municipalities": PLACE})
    assert saved.headers["location"] == f"{base}/questions/basics"
    file = {"certificate": ("todistus.pdf", PDF, "application/pdf")}
    saved = await answer(client, f"{base}/questions/basics", ANSWERS, files=file)
    assert saved.headers["location"] == f"{base}/questions/care"
    saved = await answer(client, f"{base}/questions/care", {"care_rule": "true"})
    assert saved.headers["location"] == f"{base}/check"
    assert "todistus.pdf" in (await client.page(f"{base}/check")).get_text()
    sent = await client.submit(f"{base}/check", {"declared": "true"}, key="once")
    assert "Your reference is H-" in text_of(await client.get(sent.headers["location"]))


async def test_draft_tells_what_is_unfinished(client: Browser) -> None:
    case = await a_draft(is_complete=False)
    await as_applicant(client, case.applicant)
    assert (await client.get(mine(case))).headers["location"] == await draft(case)
    tasks = (await client.page(await draft(case))).get_text()
    for words in (
        "4 answers missing",
        "Cannot be sent yet",
        "Application to: Helsingin kaupunki",
        "About 6 minutes left",
    ):
        assert words in tasks


async def test_everything_missing_is_listed_with_links(client: Browser) -> None:
    case = await a_draft(is_complete=False)
    await as_applicant(client, case.applicant)
    refused = await client.submit(await draft(case, "/check"), {})
    assert refused.status_code == 422
    page = BeautifulSoup(refused.text, "html.parser")
    links = [str(each["href"]) for each in page.select(".govuk-error-summary__list a")]
    assert len(links) == 6
    assert all(page.find(id=link.removeprefix("#")) for link in links)


async def test_scope_needs_a_service_and_a_place_and_keeps_what_was_chosen(client: Browser) -> None:
    case = await a_draft(is_complete=False)
    await as_applicant(client, case.applicant)
    scope = await draft(case, "/scope")
    refused = await client.submit(scope, {"service_classes": "V-CLEANING"})
    assert (refused.status_code, "Choose at least one municipality" in refused.text) == (422, True)
    assert await fetch_value("select service_classes from application") == ["V-CLEANING"]
    refused = await client.submit(scope, {"service_classes": "V-PA", "municipalities": "853"})
    assert (refused.status_code, "in none of the organisers" in text_of(refused)) == (422, True)


async def test_wrong_answers_are_shown_again_with_their_errors_and_kept(client: Browser) -> None:
    case = await a_draft(is_complete=False)
    await as_applicant(client, case.applicant)
    path = await draft(case, "/questions/basics")
    wrong = {**ANSWERS, "staff": "monta", "checked_on": "31.2.2026"}
    disguised = {"certificate": ("todistus.pdf", b"MZ not a pdf", "application/pdf")}
    refused = await answer(client, path, wrong, files=disguised)
    assert refused.status_code == 422
    for words in ("Write a whole number", "Write a date that exists", "The file must be a PDF", 'value="monta"'):
        assert words in refused.text
    later = (await client.get(path)).text
    for words in ("Write a whole number", "Write a date that exists", 'value="monta"', 'value="31.2.2026"'):
        assert words in later
    assert await fetch_value("select value from application_answer where question = 'plan'") == '"https://example.org"'


async def test_good_file_is_kept_though_an_answer_is_wrong(client: Browser) -> None:
    case = await a_draft(is_complete=False)
    await as_applicant(client, case.applicant)
    file = {"certificate": ("todistus.pdf", PDF, "application/pdf")}
    refused = await answer(client, await draft(case, "/questions/basics"), {**ANSWERS, "staff": "0"}, files=file)
    assert (refused.status_code, "todistus.pdf" in refused.text) == (422, True)


async def test_file_is_added_shown_and_removed(client: Browser) -> None:
    case = await a_draft(is_complete=False)
    await as_applicant(client, case.applicant)
    path = await draft(case, "/questions/basics")
    file = {"certificate": ("to<b>distus.pdf", PDF, "application/pdf")}
    added = await answer(client, path, {**ANSWERS, "attach": "certificate"}, files=file)
    assert added.headers["location"] == path
    link = (await client.page(path)).find("a", string="to<b>distus.pdf")
    assert link is not None
    downloaded = await client.get(str(link["href"]))  # type: ignore[index]
    assert downloaded.content == PDF
    assert downloaded.headers["content-disposition"].startswith("attachment;")
    removed = await client.submit(f"{link['href']}/remove")  # type: ignore[index]
    assert removed.headers["location"] == path
    assert await fetch_value("select count(*) from application_attachment") == 0


async def test_thirty_megabytes_are_refused_in_plain_words(client: Browser) -> None:
    case = await a_draft(is_complete=False)
    await as_applicant(client, case.applicant)
    huge = {"certificate": ("suuri.pdf", b"%PDF" + bytes(30_000_000), "application/pdf")}
    refused = await client.submit(await draft(case, "/questions/basics"), ANSWERS, files=huge)
    assert refused.status_code == 413
    assert "choose a smaller file" in text_of(refused)


async def test_saving_for_later_leads_back_to_the_tasks(client: Browser) -> None:
    case = await a_draft(is_complete=False)
    await as_applicant(client, case.applicant)
    saved = await answer(client, await draft(case, "/questions/care"), {"later": "yes"})
    assert saved.headers["location"] == await draft(case)
    assert (await client.get(await draft(case, "/questions/nothing"))).status_code == 404


async def test_double_click_sends_once(client: Browser) -> None:
    case = await a_draft()
    await as_applicant(client, case.applicant)
    check = await draft(case, "/check")
    answers = await asyncio.gather(*(client.submit(check, {"declared": "true"}, key="double") for _ in range(2)))
    assert [each.status_code for each in answers] == [303, 303]
    assert await fetch_value("select count(*) from audit_event where action = 'application.submitted'") == 1


async def test_sent_application_shows_its_state_and_goes_no_further(client: Browser) -> None:
    case = await a_submitted()
    await as_applicant(client, case.applicant)
    shown = (await client.page(mine(case))).get_text()
    for words in ("Waiting for a decision", "Decision expected by", "todistus.pdf"):
        assert words in shown
    assert (await client.get(await draft(case, "/check"))).headers["location"] == await draft(case)
    assert (await client.get(await draft(case))).headers["location"] == mine(case)
    chosen = {"service_classes": CLASS, "municipalities": PLACE}
    assert (await client.submit(await draft(case, "/scope"), chosen)).status_code == 409


async def test_request_is_answered_on_the_page(client: Browser) -> None:
    case = await a_case(ApplicationStatus.INFORMATION_REQUESTED)
    await as_applicant(client, case.applicant)
    assert "Kuka vastaa?" in (await client.page(mine(case))).get_text()
    page = await client.page(mine(case, "/answer"))
    field = str(page.select_one("textarea")["name"])  # type: ignore[index]
    empty = await client.submit(mine(case, "/answer"), {field: " ", "send": "yes"})
    assert empty.status_code == 422
    saved = await client.submit(mine(case, "/answer"), {field: "Sairaanhoitaja."})
    assert saved.headers["location"] == mine(case, "/answer")
    answered = await client.submit(mine(case, "/answer"), {field: "Sairaanhoitaja.", "send": "yes"}, key="a")
    assert answered.headers["location"] == mine(case)
    assert "Sairaanhoitaja." in (await client.page(mine(case))).get_text()


async def test_message_to_the_organiser_is_written_on_the_page(client: Browser) -> None:
    case = await a_submitted()
    await as_applicant(client, case.applicant)
    assert (await client.submit(mine(case, "/messages"), {"text": " "})).status_code == 422
    sent = await client.submit(mine(case, "/messages"), {"text": "Puhelinnumeromme muuttui."}, key="m")
    assert sent.headers["location"] == mine(case)
    assert "Puhelinnumeromme muuttui." in (await client.page(mine(case))).get_text()


async def test_application_is_withdrawn_after_a_question(client: Browser) -> None:
    case = await a_submitted()
    await as_applicant(client, case.applicant)
    assert "Withdraw the application?" in (await client.page(mine(case, "/withdraw"))).get_text()
    withdrawn = await client.submit(mine(case, "/withdraw"), key="w")
    assert withdrawn.headers["location"] == "/provider/applications"
    assert "Withdrawn" in (await client.page("/provider/applications")).get_text()


async def test_draft_is_given_up_after_a_question(client: Browser) -> None:
    case = await a_draft()
    await as_applicant(client, case.applicant)
    assert "Give up the draft?" in (await client.page(await draft(case, "/withdraw"))).get_text()
    assert (await client.submit(await draft(case, "/withdraw"), key="w")).status_code == 303
    assert await fetch_value("select status from application") == "withdrawn"


async def test_two_colleagues_answer_at_once_and_choose_what_stays(client: Browser) -> None:
    case = await a_draft()
    await as_applicant(client, case.applicant)
    path = await draft(case, "/questions/basics")
    opened = await page_fields(client, path)
    await applications.save_answers(case.applicant.actor, case.id, {"staff": 7, "plan": "https://example.org/toinen"})
    mine_now = {**opened, **ANSWERS, "staff": "9", "plan": "https://example.org/omavalvonta"}
    refused = await client.submit(path, mine_now)
    assert refused.status_code == 409
    for words in ("Aino Yrittäjä", "Keep mine: 9", 'value="https://example.org/toinen"'):
        assert words in refused.text
    merging = {"merging": "staff", "shown": opened["shown"], "insured": "true", "plan": "https://example.org/toinen"}
    edits = await fetch_value("select edits from application_bundle")
    undecided = await client.submit(path, {**merging, "staff": "9", "edits": str(edits)})
    assert (undecided.status_code, "Choose which answer stays" in undecided.text) == (422, True)
    done = await client.submit(path, {**merging, "staff": "9", "merge.staff": "mine", "edits": str(edits)})
    assert done.status_code == 303
    kept = await fetch_value("select jsonb_object_agg(question, value)::text from application_answer")
    assert '"staff": 9' in kept
    assert "/toinen" in kept


async def test_other_providers_pages_are_not_there(client: Browser) -> None:
    case = await a_case(ApplicationStatus.INFORMATION_REQUESTED)
    await as_applicant(client, await make_applicant("0000105-4"))
    for rest in ("", "/scope", "/questions/basics", "/check", "/receipt", "/withdraw", "/organisers"):
        assert (await client.get(await draft(case, rest))).status_code == 404
    for rest in ("", "/answer", "/withdraw"):
        assert (await client.get(mine(case, rest))).status_code == 404
    assert (await client.submit(mine(case, "/answer"), {"text": "Hei"})).status_code == 404


async def test_script_in_a_name_stays_text(client: Browser) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    await execute("update provider set name = '<script>alert(1)</script>', contact_name = '<img src=x>'")
    await as_reviewer(client, case)
    for path in ("/register", f"/register/{BUSINESS_ID}", theirs(case), "/organiser/approvals"):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "&lt;script&gt;alert" in answer.text
