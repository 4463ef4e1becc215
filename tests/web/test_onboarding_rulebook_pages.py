"""The editor of rulebooks, as an organiser's administrator walks it: without scripts, in the real application."""

from bs4 import BeautifulSoup
from msgspec.structs import replace

from onboarding.rulebooks.drafts import save_draft
from onboarding.rulebooks.page_edits import placed_group, placed_question, services_of
from onboarding.rulebooks.requirements import Condition, QuestionType
from tests.factories.onboarding import CLASS
from tests.factories.organisers import BUSINESS_IDS, make_organiser
from tests.web.browser import Browser
from tests.web.onboarding_people import sign_in
from tests.web.rulebook_editing import BASE, DRAFT, Editor, an_admin, text_of, words


async def test_overview_shows_version_in_force_and_begins_a_draft(fresh: Editor) -> None:
    shown = await fresh.browser.page(BASE)
    assert "version 1, in force from" in shown.get_text()
    assert (await fresh.browser.get(DRAFT)).headers["location"] == BASE
    await fresh.browser.submit(DRAFT)
    assert "A draft is open. Hanna Hallinto saved it last" in (await fresh.browser.page(BASE)).get_text()
    whole = await fresh.browser.page(DRAFT)
    assert [each.get_text() for each in whole.find_all("h3")] == ["Basics", "Care"]
    assert "at most 3 months old" in whole.get_text()


async def test_organiser_without_rulebook_begins_with_the_example(client: Browser, fresh: Editor) -> None:
    other = await make_organiser("Turku", county_code="02", business_id=BUSINESS_IDS[1])
    await sign_in(client, await an_admin(other, "Tuija Turku"))
    assert "nobody can apply to you" in (await client.page(BASE)).get_text()
    await client.submit(DRAFT)
    assert (await client.page(DRAFT)).find("a", href=f"{DRAFT}/texts")


async def test_question_is_added_in_two_steps(editor: Editor) -> None:
    new = f"{DRAFT}/pages/basics/questions/new"
    assert "What is answered?" in (await editor.browser.page(new)).get_text()
    assert (await editor.browser.get(f"{new}?type=odd")).status_code == 422
    form = await editor.browser.page(f"{new}?type=number")
    assert form.find("input", attrs={"name": "minimum"})
    answers = {
        **words("text", "How many nurses?"),
        "required": "true",
        "minimum": "2",
        "per": "unit",
        "group": "basics",
    }
    answer = await editor.send(f"{new}?type=number", answers)
    assert answer.headers["location"] == f"{DRAFT}#how_many_nurses"
    made = placed_question(await editor.content(), "how_many_nurses").question
    assert (made.type, made.minimum, made.per, made.required) == (QuestionType.NUMBER, 2, "unit", True)


async def test_every_mistake_is_told_at_once_and_nothing_is_saved(editor: Editor) -> None:
    before = await editor.edit()
    answers = {"text.sv": "x", "minimum": "many", "maximum": "3", "concept": "Not Good", "shown_if": ""}
    answer = await editor.send(f"{DRAFT}/questions/staff", answers)
    assert answer.status_code == 422
    assert all(f'href="#{name}"' in answer.text for name in ("text.fi", "minimum", "concept"))
    crossed = {**words("text", "x"), "minimum": "9", "maximum": "3"}
    answer = await editor.send(f"{DRAFT}/questions/staff", crossed)
    assert "The least number is greater than the greatest." in text_of(answer)
    assert await editor.edit() == before


async def test_question_depends_on_an_earlier_answer(editor: Editor) -> None:
    form = await editor.browser.page(f"{DRAFT}/questions/plan")
    options = {option["value"] for option in form.find("select", id="shown_if").find_all("option")}
    assert options == {"", "insured=true", "insured=false", "staff#"}
    answers = {**words("text", "Plan?"), "required": "true", "group": "basics"}
    await editor.send(f"{DRAFT}/questions/plan", {**answers, "shown_if": "insured=true"})
    assert placed_question(await editor.content(), "plan").question.shown_if == Condition(
        question="insured", answer=True
    )
    await editor.send(f"{DRAFT}/questions/plan", {**answers, "shown_if": "staff#", "at_least": "5"})
    assert placed_question(await editor.content(), "plan").question.shown_if == Condition(question="staff", at_least=5)
    assert "is at least 5" in (await editor.browser.page(DRAFT)).get_text()
    refused = await editor.send(f"{DRAFT}/questions/plan", {**answers, "shown_if": "insured=false"})
    assert "can never have the answer" in text_of(refused)


async def test_profile_fact_and_greatest_age_of_a_file(editor: Editor) -> None:
    answers = {
        **words("text", "Tax"),
        "profile": "certificates.tax",
        "max_age_months": "3",
        "concept": "tax",
        "renewed": "true",
    }
    assert (await editor.send(f"{DRAFT}/questions/certificate", answers)).status_code == 303
    made = placed_question(await editor.content(), "certificate").question
    assert (made.profile, made.max_age_months, made.concept, made.renewed, made.required) == (
        "certificates.tax", 3, "tax", True, False,
    )  # fmt: skip
    shown = await editor.browser.page(f"{DRAFT}/questions/certificate")
    assert shown.find("option", value="certificates.tax").has_attr("selected")


async def test_choices_get_values_that_stay(editor: Editor) -> None:
    new = f"{DRAFT}/pages/basics/questions/new?type=choice"
    rows = {**words("choices.0.text", "Own car"), **words("choices.1.text", "Own car")}
    answer = await editor.send(new, {**words("text", "Transport"), **rows, "more": "yes"})
    assert answer.headers["location"] == f"{DRAFT}/questions/transport#choices"
    made = placed_question(await editor.content(), "transport").question
    assert [each.value for each in made.choices] == ["own_car", "own_car_2"]
    changed = {**words("choices.0.text", "Car of one's own"), "choices.0.value": "own_car"}
    await editor.send(f"{DRAFT}/questions/transport", {**words("text", "Transport"), **changed})
    made = placed_question(await editor.content(), "transport").question
    assert [(each.value, each.text.en) for each in made.choices] == [("own_car", "Car of one's own")]
    empty = await editor.send(f"{DRAFT}/questions/transport", words("text", "Transport"))
    assert "Give at least one answer to choose from." in text_of(empty)


async def test_questions_move_and_go_after_asking(editor: Editor) -> None:
    answer = await editor.send(f"{DRAFT}/questions/staff/move", {"step": "up"})
    assert answer.headers["location"] == f"{DRAFT}#staff"
    keys = [each.key for each in placed_group(await editor.content(), "basics").group.questions]
    assert keys[:2] == ["staff", "insured"]
    asked = await editor.browser.page(f"{DRAFT}/questions/staff/remove")
    assert "Remove the question" in asked.h1.get_text()
    await editor.send(f"{DRAFT}/questions/staff/remove", {})
    assert "staff" not in [each.key for each in placed_group(await editor.content(), "basics").group.questions]
    assert (await editor.browser.get(f"{DRAFT}/questions/staff")).status_code == 404


async def test_question_moves_to_another_page(editor: Editor) -> None:
    answers = {**words("text", "Staff?"), "group": "care", "required": "true"}
    await editor.send(f"{DRAFT}/questions/staff", answers)
    assert placed_question(await editor.content(), "staff").group.key == "care"


async def test_page_is_asked_of_certain_services(editor: Editor) -> None:
    missing = await editor.send(f"{DRAFT}/pages/new", {**words("title", "Cleaning"), "asked_of": "services"})
    assert missing.status_code == 422
    answers = {**words("title", "Cleaning"), "asked_of": "services", "services": ["V-CLEANING"]}
    assert (await editor.send(f"{DRAFT}/pages/new", answers)).status_code == 303
    assert services_of(await editor.content(), "cleaning") == ("V-CLEANING",)
    await editor.send(f"{DRAFT}/pages/cleaning", {**words("title", "Tidying"), "asked_of": "everybody"})
    content = await editor.content()
    assert services_of(content, "cleaning") == ()
    assert placed_group(content, "cleaning").group.title.en == "Tidying"
    await editor.send(f"{DRAFT}/pages/cleaning/move", {"step": "up"})
    assert [each.key for each in (await editor.content()).general] == ["cleaning", "basics"]
    assert "Remove the page" in (await editor.browser.page(f"{DRAFT}/pages/cleaning/remove")).get_text()
    await editor.send(f"{DRAFT}/pages/cleaning/remove", {})
    assert [each.key for each in (await editor.content()).general] == ["basics"]


async def test_texts_and_terms_of_decisions(editor: Editor) -> None:
    shown = await editor.browser.page(f"{DRAFT}/texts")
    sent = {each["name"]: each.get("value", each.get_text()) for each in shown.find_all(["input", "textarea"])
            if each.get("name") and each["name"] not in {"_csrf_token", "four_eyes"}}  # fmt: skip
    answers = {**sent, "title.en": "New name", "four_eyes": "true", "decide_within_days": "30", "approval_months": "24"}
    assert (await editor.send(f"{DRAFT}/texts", answers)).status_code == 303
    content = await editor.content()
    assert (content.title.en, content.decision.four_eyes) == ("New name", True)
    assert (content.decision.decide_within_days, content.decision.approval_months) == (30, 24)
    assert (await editor.send(f"{DRAFT}/texts", {**answers, "decide_within_days": "0"})).status_code == 422


async def test_services_ceilings_and_attributes(editor: Editor) -> None:
    await editor.send(f"{DRAFT}/services", {"service_classes": [CLASS, "V-MEAL"]})
    content = await editor.content()
    assert content.service_classes == (CLASS, "V-MEAL")
    assert (await editor.send(f"{DRAFT}/services", {"service_classes": ["V-NONE"]})).status_code == 422
    answers = {"ceiling": "42,50", "required_attributes": ["finnish", "odd"]}
    assert (await editor.send(f"{DRAFT}/services/V-MEAL", answers)).status_code == 303
    terms = (await editor.content()).terms[0]
    assert (terms.service_class, terms.ceiling_cents, terms.required_attributes) == ("V-MEAL", 4250, ("finnish",))
    assert (await editor.browser.get(f"{DRAFT}/services/V-CLEANING")).status_code == 404
    assert "42.50" in (await editor.browser.page(DRAFT)).get_text()


async def test_reasons(editor: Editor) -> None:
    await editor.send(f"{DRAFT}/reasons/new", {**words("text", "Tax debt"), **words("legal_basis", "5 §")})
    assert (await editor.content()).reasons[0].code == "tax_debt"
    await editor.send(f"{DRAFT}/reasons/tax_debt", words("text", "Unpaid taxes"))
    reason = (await editor.content()).reasons[0]
    assert (reason.text.en, reason.legal_basis) == ("Unpaid taxes", None)
    assert "Remove the reason" in (await editor.browser.page(f"{DRAFT}/reasons/tax_debt/remove")).get_text()
    await editor.send(f"{DRAFT}/reasons/tax_debt/remove", {})
    assert (await editor.content()).reasons == ()


async def test_the_second_to_save_is_told_and_keeps_what_they_wrote(editor: Editor) -> None:
    seen = await editor.edit()
    other = replace(editor.actor, person_id=(await an_admin(editor.organiser, "Kalle Kollega")).id)
    content = await editor.content()
    await save_draft(other, replace(content, title=replace(content.title, en="Kalle's title")), seen)
    answers = {**words("text", "Mine"), "group": "basics", "required": "true"}
    answer = await editor.send(f"{DRAFT}/questions/staff", answers, edit=seen)
    shown = text_of(answer)
    assert answer.status_code == 409
    assert "Kalle Kollega saved this draft" in shown
    assert "What you wrote is still here" in shown
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.find("textarea", id="text.en").get_text().strip() == "Mine"
    again = page.find("input", attrs={"name": "edit"})["value"]
    assert (await editor.send(f"{DRAFT}/questions/staff", answers, edit=int(again))).status_code == 303
    content = await editor.content()
    assert (content.title.en, placed_question(content, "staff").question.text.en) == ("Kalle's title", "Mine")


async def test_old_click_moves_nothing(editor: Editor) -> None:
    seen = await editor.edit()
    await editor.send(f"{DRAFT}/questions/staff/move", {"step": "up"})
    await editor.send(f"{DRAFT}/questions/staff/move", {"step": "up"}, edit=seen)
    assert "Nothing of it was overwritten" in (await editor.browser.page(DRAFT)).get_text()


async def test_draft_names_the_places_of_its_contradictions(editor: Editor) -> None:
    await editor.send(f"{DRAFT}/questions/insured/remove", {})
    await editor.send(f"{DRAFT}/pages/new", {**words("title", "Empty", only_finnish=True), "asked_of": "everybody"})
    problems = (await editor.browser.page(DRAFT)).find("section", attrs={"aria-labelledby": "problems"})
    assert "Write this in Swedish." in problems.get_text()
    assert problems.find("a", href=f"{DRAFT}/pages/empty")
