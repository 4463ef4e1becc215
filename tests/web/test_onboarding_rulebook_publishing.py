"""Rulebooks in and out of files, previewed, compared and published over their pages."""

from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace

from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch_value
from onboarding.applications.states import ApplicationStatus
from onboarding.approvals import impact_check, impact_pages
from onboarding.approvals.impact_check import OfImpact, finish_check
from onboarding.rulebooks.drafts import save_draft
from onboarding.rulebooks.exchange import FileFormat, export_rulebook
from onboarding.rulebooks.requirements import Condition, QuestionType
from onboarding.rulebooks.versions import publish_rulebook
from tests.factories.onboarding import CLASS, a_case, question, small_rulebook
from tests.web.browser import Api, Browser
from tests.web.onboarding_people import sign_in, token_of
from tests.web.rulebook_editing import BASE, DRAFT, Editor, an_admin, text_of, words


async def test_file_out_and_in_again(editor: Editor) -> None:
    for kind in FileFormat:
        out = await editor.browser.get(f"{DRAFT}/export?format={kind.value}")
        assert out.headers["content-disposition"].endswith(f'rulebook-draft.{kind.value}"')
        files = {"file": ("rulebook", out.content, "application/octet-stream")}
        answer = await editor.browser.submit(f"{BASE}/import", {"edit": str(await editor.edit())}, files=files)
        assert answer.headers["location"] == DRAFT
        assert await editor.content() == small_rulebook()


async def test_bad_file_is_refused_with_its_places(editor: Editor) -> None:
    bad = export_rulebook(small_rulebook(), FileFormat.YAML).replace(b"type: number", b"type: odd")
    files = {"file": ("rulebook.yaml", bad, "text/yaml")}
    answer = await editor.browser.submit(f"{BASE}/import", {"edit": str(await editor.edit())}, files=files)
    assert answer.status_code == 422
    assert "general.0.questions.1.type" in text_of(answer)
    none = await editor.browser.submit(f"{BASE}/import", {"edit": "0"})
    assert none.status_code == 422


async def test_preview_follows_conditions_and_units_and_saves_nothing(editor: Editor) -> None:
    content, seen = await editor.content(), await editor.edit()
    hidden = question("hidden", shown_if=Condition(question="insured", answer=True))
    per_unit = question("nurses", QuestionType.NUMBER, per="unit")
    basics = replace(content.general[0], questions=(*content.general[0].questions, hidden, per_unit))
    await save_draft(editor.actor, replace(content, general=(basics,)), seen)
    first = await editor.browser.page(f"{DRAFT}/preview")
    assert first.find("input", id="nurses@1")
    assert not first.find(id="hidden")
    answers = f"service_classes={CLASS}&units=2&insured=true&staff=x&checked_on=1.1.2026&care_rule=perhaps"
    second = await editor.browser.page(f"{DRAFT}/preview?{answers}")
    assert second.find(id="hidden")
    assert second.find("input", id="nurses@2")
    assert second.find("input", attrs={"name": "staff"})["value"] == "x"
    odd = await editor.browser.page(f"{DRAFT}/preview?units=100000&service_classes=odd")
    assert not odd.find("input", id="nurses@6")


async def test_differences_of_draft_and_versions_in_words(editor: Editor) -> None:
    assert "They are the same." in (await editor.browser.page(f"{BASE}/differences")).get_text()
    answers = {**words("text", "Staff now?"), "group": "basics"}
    await editor.send(f"{DRAFT}/questions/staff", answers)
    shown = await editor.browser.page(f"{BASE}/differences")
    assert "Staff now?" in shown.get_text()
    assert shown.find("a", href=f"{DRAFT}/questions/staff")
    assert (await editor.browser.get(f"{BASE}/differences?before=odd&after=draft")).status_code == 404


async def test_version_is_shown_exported_and_withdrawn_before_its_day(editor: Editor) -> None:
    tomorrow = today() + timedelta(days=1)
    version = await publish_rulebook(SYSTEM, editor.organiser.id, small_rulebook(), tomorrow)
    address = f"{BASE}/versions/{version.id}"
    assert "To come" in (await editor.browser.page(address)).get_text()
    assert (await editor.browser.get(f"{address}/export?format=json")).json()["title"]["en"] == "Rulebook"
    assert (await editor.browser.page(f"{address}/preview")).find(id="insured")
    assert "Withdraw version 2?" in (await editor.browser.page(f"{address}/withdraw")).get_text()
    assert (await editor.browser.submit(f"{address}/withdraw")).status_code == 303
    assert (await editor.browser.submit(f"{address}/withdraw")).status_code == 303
    assert "withdrawn already" in (await editor.browser.page(BASE)).get_text()


async def test_draft_is_discarded_after_asking(editor: Editor) -> None:
    assert "Discard the draft?" in (await editor.browser.page(f"{DRAFT}/discard")).get_text()
    old = await editor.send(f"{DRAFT}/discard", {}, edit=0)
    assert old.headers["location"] == DRAFT
    assert (await editor.send(f"{DRAFT}/discard", {})).headers["location"] == BASE
    assert (await editor.browser.get(f"{DRAFT}/texts")).status_code == 404


async def test_texts_of_others_are_escaped(editor: Editor) -> None:
    await editor.send(f"{DRAFT}/pages/new", {**words("title", "<script>x</script>"), "asked_of": "everybody"})
    assert "<script>x" not in (await editor.browser.get(DRAFT)).text


async def strict(editor: Editor) -> None:
    """More staff than the approved provider has, and a question that nobody has answered."""
    answers = {**words("text", "Staff?"), "required": "true", "minimum": "5", "group": "basics"}
    await editor.send(f"{DRAFT}/questions/staff", answers)
    new = {**words("text", "Nights?"), "required": "true", "group": "basics"}
    await editor.send(f"{DRAFT}/pages/basics/questions/new?type=yes_no", new)


@pytest.fixture
async def approved(client: Browser) -> Editor:
    """An administrator with an open draft, whose organiser has approved one provider."""
    case = await a_case(ApplicationStatus.APPROVED)
    someone = await an_admin(case.organiser)
    await sign_in(client, someone)
    await client.submit(DRAFT)
    return Editor(
        client, Actor(person_id=someone.id, role=Role.ORGANISER_ADMIN, organiser_id=case.organiser.id), case.organiser
    )


async def test_publishing_shows_whom_it_concerns_first(approved: Editor) -> None:
    await strict(approved)
    assert "First day" in (await approved.browser.page(f"{DRAFT}/publish")).get_text()
    tomorrow = today() + timedelta(days=1)
    shown = (await approved.browser.page(f"{DRAFT}/publish?valid_from={tomorrow}")).get_text(" ")
    assert "1 would no longer comply." in shown
    assert "Present answer: 3." in shown
    assert "This is not answered yet." in shown
    assert "Nobody is suspended by publishing." in shown
    answer = await approved.send(f"{DRAFT}/publish", {"valid_from": str(tomorrow)})
    assert answer.headers["location"] == BASE
    assert "is published and in force from" in (await approved.browser.page(BASE)).get_text()


async def test_many_providers_are_checked_by_a_job(approved: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (impact_pages, impact_check):
        monkeypatch.setattr(module, "AT_ONCE", 0)
    await strict(approved)
    address = f"{DRAFT}/publish?valid_from={today()}"
    assert "takes a moment" in (await approved.browser.page(address)).get_text()
    answer = await approved.browser.submit(f"{DRAFT}/publish/check", {"valid_from": str(today())})
    assert answer.headers["location"].startswith(f"{DRAFT}/publish?valid_from=")
    waiting = await approved.browser.page(address)
    assert "0 of 1 checked" in waiting.get_text()
    assert waiting.find("progress")["max"] == "1"
    await finish_check(OfImpact(await fetch_value("select id from rulebook_impact")))
    assert "1 would no longer comply." in (await approved.browser.page(address)).get_text()


async def test_unfit_days_and_drafts_are_not_published(editor: Editor) -> None:
    for day in ("0001-01-01", "9999-12-31", "yesterday", str(today() - timedelta(days=1))):
        assert (await editor.browser.get(f"{DRAFT}/publish?valid_from={day}")).status_code == 422, day
    refused = await editor.send(f"{DRAFT}/publish", {"valid_from": "9999-12-31"})
    assert refused.status_code == 422
    old = await editor.send(f"{DRAFT}/publish", {"valid_from": str(today())}, edit=99)
    assert old.headers["location"] == DRAFT
    await editor.send(f"{DRAFT}/pages/new", {**words("title", "Empty"), "asked_of": "everybody"})
    shown = await editor.browser.page(f"{DRAFT}/publish?valid_from={today()}")
    assert "This page has no questions." in shown.get_text()
    assert (await editor.send(f"{DRAFT}/publish", {"valid_from": str(today())})).status_code == 422
    assert (await editor.browser.submit(f"{DRAFT}/publish/check", {"valid_from": str(today())})).status_code == 303


async def test_impact_over_the_api(approved: Editor, api: Api) -> None:
    await strict(approved)
    wanted = {"content": msgspec.to_builtins(await approved.content()), "valid_from": str(today())}
    program = await token_of(api, await an_admin(approved.organiser, "Ohjelma"))
    begun = await program.post("/api/v1/organiser/rulebook/impact", json=wanted)
    assert begun.status_code == 202
    result = begun.json()["result"]
    assert (result["no_longer_comply"], result["to_answer"]) == (1, 0)
    assert {each["slot"] for each in result["providers"][0]["findings"]} == {"staff", "nights"}
    again = await program.get(f"/api/v1/organiser/rulebook/impact/{begun.json()['id']}")
    assert again.json() == begun.json()
