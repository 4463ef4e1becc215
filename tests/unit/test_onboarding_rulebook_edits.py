"""One edit of a rulebook at a time, and what the editor's forms make."""

import pytest

from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Language, Text, translate
from onboarding.rulebooks import page_edits as edits
from onboarding.rulebooks.page_forms import (
    QuestionForm,
    Words,
    condition_code,
    condition_in,
    question_form,
    question_in,
    told_at_fields,
)
from onboarding.rulebooks.page_words import condition_in_words, condition_options, place_of
from onboarding.rulebooks.requirements import (
    Choice,
    Condition,
    QuestionGroup,
    QuestionType,
    RulebookContent,
    ServiceTerms,
    contradictions,
)
from tests.factories.onboarding import CLASS, question, small_rulebook

TITLE = Text("Sivu", "Sida", "Page")


def keys(content: RulebookContent, group: str = "basics") -> list[str]:
    return [each.key for each in edits.placed_group(content, group).group.questions]


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("How many?", "how_many"),
        ("24 hours", "question_24_hours"),
        ("Åsa's", "asa_s"),
        ("日本", "question"),
        ("a" * 90, "a" * 50),
    ],
)
def test_keys_are_made_of_words(words: str, key: str) -> None:
    assert edits.new_key(Text("", "", words), (), "question") == key
    assert edits.new_key(Text("", "", words), (key,), "question") == f"{key}_2"


def test_ends_stay_where_they_are() -> None:
    content = small_rulebook()
    assert edits.with_question_moved(content, "insured", edits.UP) == content
    assert edits.with_group_moved(content, "care", edits.DOWN) == content
    assert keys(edits.with_question_moved(content, "insured", edits.DOWN))[:2] == ["staff", "insured"]


def test_page_for_the_same_services_joins_their_part() -> None:
    made = QuestionGroup(key="more", title=TITLE, questions=())
    content = edits.with_group(small_rulebook(), made, (CLASS,))
    assert [len(part.groups) for part in content.services] == [2]
    content = edits.with_group_changed(content, "more", made, ("V-CLEANING",))
    assert edits.services_of(content, "more") == ("V-CLEANING",)
    assert edits.with_group_changed(content, "more", made, ()).services == small_rulebook().services


def test_service_taken_away_takes_its_own_pages_and_terms() -> None:
    content = edits.with_terms(small_rulebook(), ServiceTerms(service_class=CLASS, ceiling_cents=100))
    assert content.terms
    left = edits.with_services(content, ("V-CLEANING",))
    assert (left.services, left.terms, left.service_classes) == ((), (), ("V-CLEANING",))
    assert edits.with_terms(content, ServiceTerms(service_class=CLASS)).terms == ()


def test_what_is_not_there_is_not_found() -> None:
    for look in (edits.placed_group, edits.placed_question, edits.reason_of):
        with pytest.raises(NotFound):
            look(small_rulebook(), "nothing")
    with pytest.raises(NotFound):
        edits.with_question(small_rulebook(), "nothing", question("q"))


@pytest.mark.parametrize("placed", list(edits.placed_questions(small_rulebook())), ids=lambda each: each.question.key)
def test_question_comes_out_of_its_form_as_it_went_in(placed) -> None:
    form = question_form(placed, 1)
    assert question_in(form, placed.question.key, placed.question.type, small_rulebook()) == placed.question


@pytest.mark.parametrize(
    ("condition", "code", "words"),
    [
        (Condition(question="insured", answer=True), "insured=true", "“insured?” is: Yes"),
        (Condition(question="staff", at_least=3), "staff#", "“staff?” is at least 3"),
        (Condition(question="staff", at_most=3), "staff#", "“staff?” is at most 3"),
        (Condition(question="staff", at_least=3, at_most=5), "staff#", "“staff?” is from 3 to 5"),
        (Condition(question="staff", answer=3), "staff=3", "“staff?” is: 3"),
        (Condition(question="gone", answer="x"), "gone=x", "“gone” is: x"),
    ],
)
def test_conditions_keep_their_meaning(condition: Condition, code: str, words: str) -> None:
    content = small_rulebook()
    assert condition_code(condition) == code
    form = QuestionForm(text=Words(fi="x"), shown_if=code, at_least=condition.at_least, at_most=condition.at_most)
    assert condition_in(form, content) == condition
    assert translate(condition_in_words(condition, content), Language.EN) == words


def test_only_earlier_answers_are_offered_and_an_odd_one_is_kept() -> None:
    chosen = question("kind", QuestionType.CHOICE, choices=(Choice(value="one", text=TITLE),))
    content = edits.with_question(small_rulebook(), "basics", chosen)
    told = edits.with_question(content, "basics", question("sure", QuestionType.DECLARATION))
    codes = [code for code, _ in condition_options(told, None, "basics", None, Language.EN)]
    assert codes == ["insured=true", "insured=false", "staff#", "kind=one", "sure=true"]
    own = Condition(question="gone", answer=True)
    assert condition_options(told, "insured", "basics", own, Language.EN) == [("gone=true", "“gone” is: Yes")]


@pytest.mark.parametrize(
    ("path", "href"),
    [
        ("general.0.questions.1.text.sv", "/questions/staff"),
        ("general.0.title", "/pages/basics"),
        ("services.0.groups.0.title.en", "/pages/care"),
        ("decision.appeal", "/texts"),
        ("service_classes.0", "/services"),
        ("general", "#pages"),
    ],
)
def test_places_have_their_pages(path: str, href: str) -> None:
    assert place_of(path, small_rulebook(), "", Language.FI).href == href


def test_contradictions_are_told_at_the_fields_of_their_question() -> None:
    bad = question("bad", QuestionType.NUMBER, minimum=5, maximum=1, shown_if=Condition(question="gone", answer=True))
    content = edits.with_question(small_rulebook(), "basics", bad)
    path = edits.placed_question(content, "bad").path
    assert {each.field for each in told_at_fields(contradictions(content), path)} == {"minimum", "shown_if"}
