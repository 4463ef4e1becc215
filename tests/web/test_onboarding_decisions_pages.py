"""Deciding, question by question, on pages; decisions and their documents for both sides; verification for everybody."""

import pytest
from bs4 import BeautifulSoup

from marketplace.kernel.db import execute, fetch_value
from onboarding.applications.states import ApplicationStatus
from onboarding.approvals.decision_book import decisions_on
from onboarding.review import documents, proposals
from onboarding.review.decision_schemas import DecisionWish
from onboarding.rulebooks.requirements import DecisionTerms
from onboarding.topics import OfDecision
from tests.factories.onboarding import (
    CLASS,
    OTHER_CLASS,
    PLACE,
    Case,
    a_case,
    a_reviewer,
    a_submitted,
    make_applicant,
    make_other_organiser,
    small_rulebook,
)
from tests.factories.rulings import REASON, under_rulebook
from tests.web.browser import Browser
from tests.web.onboarding_people import as_applicant, as_reviewer

LIST = "/organiser/applications"
BOTH = (CLASS, OTHER_CLASS)


def one(case: Case, rest: str = "") -> str:
    return f"{LIST}/{case.id}{rest}"


def words(page: BeautifulSoup) -> str:
    return " ".join(page.get_text(" ").split())


async def walk(client: Browser, case: Case, *answers: tuple[str, dict[str, object]]) -> str:
    """Answers questions one after the other and follows where each leads; the last address."""
    address = ""
    for step, answer in answers:
        done = await client.submit(one(case, f"/decide{step}"), answer)
        assert done.status_code == 303, words(BeautifulSoup(done.text, "html.parser"))
        address = done.headers["location"]
    return address.removeprefix(one(case))


async def test_everything_is_approved_in_three_steps(client: Browser) -> None:
    case = await a_submitted()
    await as_reviewer(client, case)
    assert (await client.page(one(case))).select_one(f'a[href="{one(case, "/decide")}"]')
    assert await walk(client, case, ("", {"choice": "whole"})) == "/decide/terms"
    terms = {"valid_from": "1.1.2027", "valid_to": "", "conditions": "Vain arkisin."}
    assert await walk(client, case, ("/terms", terms)) == "/decide/check"
    shown = words(await client.page(one(case, "/decide/check")))
    for said in (
        "Decision: the provider is approved",
        "1 January 2027",
        "until further notice",
        "Vain arkisin.",
        "final",
    ):
        assert said in shown
    last = await walk(client, case, ("/check", {"title": "koordinaattori", "action": "decide"}))
    assert last == "/decision"
    reached = await client.get(one(case, "/decision"))
    decision = await client.page(reached.headers["location"])
    assert "koordinaattori" in words(decision)
    assert "being made" in words(decision)


async def test_a_part_is_ticked_in_the_grid_and_reasons_are_chosen(client: Browser) -> None:
    case = await under_rulebook(await a_submitted(BOTH), small_rulebook(reasons=(REASON,)))
    await as_reviewer(client, case)
    await walk(client, case, ("", {"choice": "part"}))
    grid = await client.page(one(case, "/decide/scope"))
    assert len(grid.select('input[name="cells"][checked]')) == 2
    assert await walk(client, case, ("/scope", {"cells": [f"{CLASS}:{PLACE}", "V-MEALS:999"]})) == "/decide/reasons"
    refused = await client.submit(one(case, "/decide/reasons"), {"words": " "})
    assert (refused.status_code, "Choose at least one reason" in refused.text) == (422, True)
    assert await walk(client, case, ("/reasons", {"reasons": ["no_insurance"], "words": ""})) == "/decide/terms"
    await walk(client, case, ("/terms", {"valid_from": "1.1.2027", "valid_to": "31.12.2027"}))
    shown = words(await client.page(one(case, "/decide/check")))
    assert "There is no insurance." in shown
    await walk(client, case, ("/check", {"action": "decide"}))
    assert await fetch_value("select outcome from decision") == "partly_approved"


async def test_everything_in_the_grid_needs_no_reasons_and_nothing_is_asked_again(client: Browser) -> None:
    case = await a_submitted(BOTH)
    await as_reviewer(client, case)
    nothing = await client.submit(one(case, "/decide/scope"), {"cells": "x"})
    assert (nothing.status_code, "Tick at least one place" in nothing.text) == (422, True)
    cells = [f"{each}:{PLACE}" for each in BOTH]
    assert await walk(client, case, ("/scope", {"cells": cells})) == "/decide/terms"


@pytest.mark.parametrize(
    ("step", "answer", "status"),
    [("", {"choice": "maybe"}, 422), ("", {}, 422), ("/terms", {"valid_from": "1.1.2027", "valid_to": "1.1.2026"}, 422),
     ("/terms", {"valid_from": "1.1.0001", "valid_to": "31.12.9999"}, 422), ("/terms", {"valid_from": "eilen"}, 422),
     ("/transfer", {}, 422), ("/transfer", {"organiser_id": "x", "words": "Syy."}, 422), ("/check", {"action": "decide"}, 422),
     ("/reasons", {"reasons": ["no_such"]}, 422)],
)  # fmt: skip
async def test_wrong_answers_are_told_at_the_question(
    client: Browser, step: str, answer: dict[str, object], status: int
) -> None:
    case = await a_submitted()
    await as_reviewer(client, case)
    refused = await client.submit(one(case, f"/decide{step}"), answer)
    assert refused.status_code == status
    assert BeautifulSoup(refused.text, "html.parser").select(".govuk-error-summary")
    assert await fetch_value("select status from application") == "submitted"


async def test_summary_without_answers_leads_back_to_the_questions(client: Browser) -> None:
    case = await a_submitted()
    await as_reviewer(client, case)
    assert "Something is still missing" in words(await client.page(one(case, "/decide/check")))


async def test_who_comes_second_reads_what_the_first_one_did(client: Browser) -> None:
    case = await a_case(ApplicationStatus.REJECTED)
    await as_reviewer(client, case)
    for step in ("", "/terms", "/scope", "/reasons", "/transfer", "/check"):
        late = await client.get(one(case, f"/decide{step}"))
        assert (late.status_code, "has handled this application already" in late.text) == (409, True)
    late = await client.submit(one(case, "/decide/check"), {"action": "decide"})
    assert late.status_code == 409


async def test_transfer_by_page(client: Browser) -> None:
    case = await a_submitted()
    await as_reviewer(client, case)
    assert "No other organiser takes applications" in words(await client.page(one(case, "/decide/transfer")))
    target = await make_other_organiser()
    assert await walk(client, case, ("", {"choice": "transfer"})) == "/decide/transfer"
    assert "0 of the 1 municipalities" in words(await client.page(one(case, "/decide/transfer")))
    await walk(client, case, ("/transfer", {"organiser_id": str(target.id), "words": "Toimivalta on Turulla."}))
    reached = await client.get(one(case, "/decision"))
    assert "Ilmoitus asian siirtämisestä" in words(await client.page(reached.headers["location"]))


async def test_proposed_by_one_and_answered_by_another_on_pages(client: Browser) -> None:
    case = await under_rulebook(await a_submitted(), small_rulebook(decision=DecisionTerms(four_eyes=True)))
    await proposals.propose(await a_reviewer(case.organiser.id), case.id, DecisionWish(conditions="Arkisin."))
    await as_reviewer(client, case)
    page = await client.page(one(case, "/proposal"))
    proposal = str(page.select_one('input[name="proposal_id"]')["value"])  # type: ignore[index]
    assert "Arkisin." in words(page)
    back = await client.submit(one(case, "/proposal"), {"proposal_id": proposal, "action": "return", "words": ""})
    assert (back.status_code, "Write what should be different" in back.text) == (422, True)
    given = {"proposal_id": proposal, "action": "return", "words": "Perustele."}
    assert (await client.submit(one(case, "/proposal"), given)).status_code == 303
    assert (await client.get(one(case, "/proposal"))).status_code == 303
    assert "gave the proposal back: Perustele." in words(await client.page(one(case, "/decide")))


async def test_own_proposal_waits_for_a_colleague(client: Browser) -> None:
    case = await under_rulebook(await a_submitted(), small_rulebook(decision=DecisionTerms(four_eyes=True)))
    await as_reviewer(client, case)
    await walk(client, case, ("", {"choice": "whole"}), ("/terms", {"valid_from": "1.1.2027"}))
    alone = await client.submit(one(case, "/decide/check"), {"action": "decide"})
    assert (alone.status_code, "confirmed by a second person" in alone.text) == (409, True)
    assert await walk(client, case, ("/check", {"action": "propose"})) == "/proposal"
    assert "Somebody else has to confirm it" in words(await client.page(one(case, "/proposal")))
    proposal = await fetch_value("select id from decision_proposal")
    mine = await client.submit(one(case, "/proposal"), {"proposal_id": str(proposal), "action": "confirm"})
    assert (mine.status_code, "You proposed this decision yourself" in mine.text) == (409, True)


async def made_document(case: Case) -> str:
    decision = (await decisions_on(case.id))[-1]
    await documents.make_document(OfDecision(decision.id))
    return str(decision.id)


async def test_applicant_reads_the_decision_and_downloads_it(client: Browser) -> None:
    case = await a_case(ApplicationStatus.REJECTED)
    decision_id = await made_document(case)
    await as_applicant(client, case.applicant)
    assert "1/" in words(await client.page("/provider/decisions"))
    reached = await client.get(f"/provider/applications/{case.id}/decision")
    assert reached.headers["location"] == f"/provider/decisions/{decision_id}"
    page = await client.page(f"/provider/decisions/{decision_id}")
    letter = page.select_one("article")
    assert letter is not None
    assert letter["lang"] == "fi"
    assert "Päätös: hakemus hylätään" in words(page)
    file = await client.get(f"/provider/decisions/{decision_id}/document")
    assert (file.headers["content-type"], file.content[:4]) == ("application/pdf", b"%PDF")
    assert "paatos-1-" in file.headers["content-disposition"]


async def test_another_provider_finds_nothing(client: Browser) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    decision_id = await made_document(case)
    await as_applicant(client, await make_applicant("0000105-4"))
    for path in (f"/provider/decisions/{decision_id}", f"/provider/decisions/{decision_id}/document",
                 f"/provider/applications/{case.id}/decision"):  # fmt: skip
        assert (await client.get(path)).status_code == 404
    assert "No decisions yet" in words(await client.page("/provider/decisions"))


async def test_failing_document_is_seen_by_the_organiser(client: Browser) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    await execute("update decision_document set attempts = 3, error = 'OSError: disk full'")
    await as_reviewer(client, case)
    decision_id = (await decisions_on(case.id))[0].id
    assert "disk full" in words(await client.page(f"/organiser/decisions/{decision_id}"))
    assert (await client.get(f"/organiser/decisions/{decision_id}/document")).status_code == 409


async def test_anybody_verifies_a_document(client: Browser) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    await made_document(case)
    decision = (await decisions_on(case.id))[0]
    await client.get("/privacy?lang=en")
    page = await client.page(f"/verify/{decision.code}")
    for said in ("This document is genuine", "Approved now", decision.number, "Helsinki"):
        assert said in words(page)
    assert (decision.sha256 or "") in "".join(words(page).split())
    assert "Aino" not in words(page)
    asked = await client.get(f"/verify?code={decision.code.lower().replace('-', '')}")
    assert asked.headers["location"] == f"/verify/{decision.code}"


@pytest.mark.parametrize("code", ["BCDFG-BCDFG-BCDFG-BCDFG", "x" * 300, "%F0%9F%99%82", "..%2f", "'"])
async def test_unknown_code_is_a_page_of_its_own(client: Browser, code: str) -> None:
    answer = await client.get(f"/verify/{code}")
    assert answer.status_code == 404


async def test_guessing_codes_is_slowed_down(client: Browser) -> None:
    statuses = [(await client.get(f"/verify/CODE{n}")).status_code for n in range(21)]
    assert set(statuses[:20]) == {404}
    assert statuses[20] == 429
