"""What changed between two rulebooks, and in what organisers differ, in words."""

from uuid import UUID

from msgspec.structs import replace

from marketplace.kernel.i18n import Language, Text, translate
from onboarding.rulebooks.differences import Change, differences, differences_between_organisers
from onboarding.rulebooks.language import (
    DecisionTerms,
    Per,
    Question,
    QuestionType,
    Reason,
    RulebookContent,
    ServiceTerms,
)
from onboarding.rulebooks.versions import example_rulebook
from tests.factories.onboarding import question
from tests.factories.rulebooks import (
    CLEANING,
    HOME,
    attachment,
    choice_question,
    group,
    number,
    part,
    rulebook,
    text,
    when,
    yes_no,
)

ONE, TWO, THREE = (UUID(int=n) for n in (1, 2, 3))


def told(old: RulebookContent, new: RulebookContent, language: Language = Language.EN) -> list[str]:
    """Each difference as one line."""
    lines: list[str] = []
    for each in differences(old, new):
        words = [each.subject, *(part for part in (each.attribute, each.old, each.new) if part is not None)]
        lines.append(f"{each.change} {each.place} " + " | ".join(translate(part, language) for part in words))
    return lines


def changed(old: Question, new: Question) -> list[str]:
    """The attribute with its old and new value of each change of a question."""
    return [
        line.split(" | ", 1)[1].replace(" | ", ": ", 1).replace(" | ", " → ")
        for line in told(rulebook(old), rulebook(new))
    ]


def test_same_rulebooks_do_not_differ() -> None:
    assert differences(example_rulebook("city_like"), example_rulebook("city_like")) == []


def test_questions_come_go_and_change() -> None:
    old = rulebook(yes_no("a"), yes_no("b"))
    new = rulebook(yes_no("b", required=False), yes_no("c"))
    assert told(old, new) == [
        "changed general.0.questions.0.required Question: b? | Must be answered | Yes | No",
        "added general.0.questions.1 Question: c?",
        "removed general.0.questions.0 Question: a?",
    ]


def test_attributes_are_told_in_words() -> None:
    old = number("a", minimum=1, max_age_months=1, required_answer=None)
    new = replace(old, minimum=None, maximum=9, max_age_months=3, required_answer=True, per=Per.UNIT, renewed=True)
    assert changed(old, new) == [
        "Asked of: Asked once → Asked of each service unit",
        "Required answer: none → Yes",
        "Least number: “1” → none",
        "Greatest number: none → “9”",
        "Greatest age: 1 month → 3 months",
        "Asked again at renewal: No → Yes",
    ]


def test_type_and_choices_are_told_in_words() -> None:
    assert changed(question("a"), choice_question("a", "one", "two")) == [
        "Type of answer: Text → One of several answers",
        "Answers to choose from: none → “one en”, “two en”",
    ]


def test_conditions_are_told_in_words() -> None:
    shown = [
        when("x", True),
        when("x", "one"),
        when("x", at_least=1),
        when("x", at_most=2),
        when("x", at_least=1, at_most=2),
    ]
    said = [changed(yes_no("a"), yes_no("a", shown_if=each))[0].partition(" → ")[2] for each in shown]
    assert said == ["x is answered Yes", "x is answered “one”", "x is at least 1", "x is at most 2", "x is from 1 to 2"]


def test_change_of_one_language_is_told() -> None:
    old, new = yes_no("a"), replace(yes_no("a"), text=Text("a?", "ny", "a?"))
    assert changed(old, new) == ["Question in Swedish: “a?” → “ny”"]


def test_page_moves_to_other_services() -> None:
    old = rulebook(yes_no("z"), services=(part(yes_no("a"), classes=(HOME,)),))
    new = rulebook(yes_no("z"), services=(part(yes_no("a"), classes=(CLEANING, HOME)),))
    assert told(old, new) == [
        f"changed services.0.groups.0 Page: part en | Asked of | “{HOME}” | “{CLEANING}”, “{HOME}”"
    ]
    everybody = rulebook(general=(group(yes_no("z")), group(yes_no("a"), key="part")))
    assert told(new, everybody)[0].endswith(f"“{CLEANING}”, “{HOME}” | everybody")


def test_question_moves_to_another_page() -> None:
    old = rulebook(general=(group(yes_no("a"), yes_no("b")), group(yes_no("c"), key="second")))
    new = rulebook(general=(group(yes_no("a")), group(yes_no("b"), yes_no("c"), key="second")))
    assert told(old, new) == ["changed general.1.questions.0 Question: b? | Page | “page en” | “second en”"]


def test_classes_terms_reasons_and_decisions() -> None:
    old = rulebook(
        yes_no("a"), service_classes=(HOME,), terms=(ServiceTerms(service_class=HOME, ceiling_cents=5000),),
        reasons=(Reason(code="x", text=text("x")),),
    )  # fmt: skip
    new = rulebook(
        yes_no("a"), service_classes=(CLEANING, HOME),
        terms=(ServiceTerms(service_class=HOME, ceiling_cents=5250, required_attributes=("finnish",)),),
        reasons=(Reason(code="y", text=text("y")),), decision=DecisionTerms(four_eyes=True, approval_months=12),
    )  # fmt: skip
    assert told(old, new) == [
        f"added service_classes.0 Service class {CLEANING}",
        f"changed terms.0.ceiling_cents Terms of {HOME} | Price ceiling | “€50.00” | “€52.50”",
        f"changed terms.0.required_attributes Terms of {HOME} | Required of every offer | none | Service in Finnish",
        "added reasons.0 Reason y",
        "removed reasons.0 Reason x",
        "changed decision.four_eyes Decisions | Two people decide | No | Yes",
        "changed decision.approval_months Decisions | Approval lasts | none | 12 months",
    ]


def test_differences_speak_the_readers_language() -> None:
    old, new = rulebook(attachment("a", max_age_months=3)), rulebook(attachment("a", max_age_months=1))
    lines = told(old, new, Language.FI)
    assert lines[0].endswith("Kysymys: a? | Enimmäisikä | 3 kuukautta | 1 kuukausi")


def test_organisers_ask_the_same_or_differ() -> None:
    tax = attachment("tax", concept="tax", max_age_months=3)
    contents = {
        ONE: rulebook(tax, yes_no("b", concept="own")),
        TWO: rulebook(yes_no("z", concept="other"), attachment("certificate", concept="tax", max_age_months=2)),
        THREE: rulebook(yes_no("q", concept="own", rule=text("because"))),
    }
    found = {each.concept: each for each in differences_between_organisers(contents)}
    assert set(found) == {"tax", "own"}
    assert [translate(each.attribute, Language.EN) for each in found["tax"].differences] == ["Greatest age"]
    values = found["tax"].differences[0].values
    assert {key: translate(value, Language.EN) for key, value in values.items()} == {ONE: "3 months", TWO: "2 months"}
    assert [translate(each.attribute, Language.EN) for each in found["own"].differences] == ["Rule"]


def test_other_words_for_the_same_are_no_difference() -> None:
    contents = {ONE: rulebook(yes_no("a", concept="x")), TWO: rulebook(yes_no("b", concept="x", profile=None))}
    assert [each.is_same for each in differences_between_organisers(contents)] == [True]


def test_kinds_of_change_have_stable_names() -> None:
    assert [each.value for each in Change] == ["added", "removed", "changed"]
    assert QuestionType("yes_no") is QuestionType.YES_NO
