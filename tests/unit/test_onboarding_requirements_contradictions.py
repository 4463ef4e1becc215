"""Rulebooks that contradict themselves: each place is named, and what is sound is let through."""

import pytest

from marketplace.kernel.i18n import Language, Text, translate
from onboarding.rulebooks.language import Per, QuestionType, Reason, ServiceTerms
from onboarding.rulebooks.requirements import contradictions
from tests.factories.onboarding import question
from tests.factories.rulebooks import (
    ASSISTANCE,
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

A = yes_no("a")
Q0, Q1 = "general.0.questions.0", "general.0.questions.1"
DATE = QuestionType.DATE


def found(content: object) -> list[str]:
    return [each.field for each in contradictions(content)]  # type: ignore[arg-type]


def words(content: object) -> list[str]:
    return [translate(each.message, Language.EN) for each in contradictions(content)]  # type: ignore[arg-type]


QUESTIONS = {
    "required answer of a number": (number("a", required_answer=True), "required_answer"),
    "age of a text": (question("a", max_age_months=3), "max_age_months"),
    "least of a text": (question("a", minimum=3), "minimum"),
    "greatest of a date": (question("a", DATE, maximum=3), "maximum"),
    "least above greatest": (number("a", minimum=3, maximum=2), "minimum"),
    "choice of nothing": (choice_question("a"), "choices"),
    "choice of the same": (choice_question("a", "one", "two", "one"), "choices.2.value"),
    "choices of a text": (question("a", choices=choice_question("b", "one").choices), "choices"),
    "unknown fact": (question("a", profile="shoe.size"), "profile"),
    "fact of another type": (question("a", profile="staff.total"), "profile"),
    "fact of a unit": (number("a", profile="unit.staff"), "profile"),
    "fact of the provider": (number("a", per=Per.UNIT, profile="staff.total"), "profile"),
}


@pytest.mark.parametrize(("faulty", "attribute"), QUESTIONS.values(), ids=QUESTIONS)
def test_faulty_question_is_named(faulty: object, attribute: str) -> None:
    assert found(rulebook(faulty)) == [f"{Q0}.{attribute}"]  # type: ignore[arg-type]


CONDITIONS = {
    "missing": (A, yes_no("b", shown_if=when("z", True)), "which is not asked."),
    "number of yes": (A, yes_no("b", shown_if=when("a", 1)), "can never have"),
    "text of yes": (A, yes_no("b", shown_if=when("a", "yes")), "can never have"),
    "answer that is refused": (yes_no("a", required_answer=True), yes_no("b", shown_if=when("a", False)), "can never have"),
    "choice that is not there": (choice_question("a", "one"), A, "can never have"),
    "number out of bounds": (number("a", maximum=5), yes_no("b", shown_if=when("a", at_least=6)), "can never have"),
    "number from high to low": (number("a"), yes_no("b", shown_if=when("a", at_least=6, at_most=5)), "can never have"),
    "bounds of yes": (A, yes_no("b", shown_if=when("a", at_least=1)), "can never have"),
    "text too long": (question("a", max_length=2), yes_no("b", shown_if=when("a", "abc")), "can never have"),
    "declaration taken back": (question("a", QuestionType.DECLARATION), yes_no("b", shown_if=when("a", False)), "can never"),
    "date": (question("a", DATE), yes_no("b", shown_if=when("a", "2026-01-01")), "a date or a file"),
    "file": (attachment("a"), yes_no("b", shown_if=when("a", True)), "a date or a file"),
    "nothing": (A, yes_no("b", shown_if=when("a")), "Give either"),
    "answer and bounds": (number("a"), yes_no("b", shown_if=when("a", 1, at_least=1)), "Give either"),
    "another subject": (yes_no("a", per=Per.UNIT), yes_no("b", shown_if=when("a", True)), "another subject"),
    "service of a unit": (yes_no("a", per=Per.UNIT), yes_no("b", per=Per.SERVICE, shown_if=when("a", True)), "another subject"),
}  # fmt: skip
CONDITIONS["choice that is not there"] = (
    choice_question("a", "one"), yes_no("b", shown_if=when("a", "two")), "can never have",
)  # fmt: skip


@pytest.mark.parametrize(("first", "second", "said"), CONDITIONS.values(), ids=CONDITIONS)
def test_condition_that_cannot_stand_is_named(first: object, second: object, said: str) -> None:
    content = rulebook(first, second)  # type: ignore[arg-type]
    assert found(content) == [f"{Q1}.shown_if"]
    assert said in words(content)[0]


def test_condition_on_a_later_question_is_named() -> None:
    content = rulebook(yes_no("b", shown_if=when("a", True)), A)
    assert found(content) == [f"{Q0}.shown_if"]
    assert "only later" in words(content)[0]


def test_circle_is_told_once_with_its_way() -> None:
    content = rulebook(
        yes_no("a", shown_if=when("c", True)),
        yes_no("b", shown_if=when("a", True)),
        yes_no("c", shown_if=when("b", True)),
    )
    assert found(content) == [f"{Q0}.shown_if"]
    assert words(content) == ["The condition goes round in a circle: a → c → b → a."]


def test_question_that_depends_on_itself_is_a_circle() -> None:
    content = rulebook(yes_no("a", shown_if=when("a", True)))
    assert words(content) == ["The condition goes round in a circle: a → a."]


def test_long_circle_is_told_shortly_and_at_once() -> None:
    questions = [yes_no(f"q{n}", shown_if=when(f"q{(n + 1) % 1000}", True)) for n in range(1000)]
    content = rulebook(*questions)
    assert found(content) == [f"{Q0}.shown_if"]
    assert words(content)[0].endswith("q17 → … → q0.")


def test_question_before_a_circle_is_told_that_it_comes_too_early() -> None:
    content = rulebook(
        yes_no("z", shown_if=when("a", True)),
        yes_no("a", shown_if=when("b", True)),
        yes_no("b", shown_if=when("a", True)),
    )
    assert found(content) == [f"{Q0}.shown_if", f"{Q1}.shown_if"]
    assert "only later" in words(content)[0]


def test_condition_on_another_part_must_be_asked_of_the_same_services() -> None:
    services = (part(A), part(yes_no("b", shown_if=when("a", True)), classes=(HOME, CLEANING), key="other"))
    content = rulebook(yes_no("c"), services=services)
    assert found(content) == ["services.1.groups.0.questions.0.shown_if"]
    assert "not asked for all these services" in words(content)[0]


def test_sound_conditions_are_let_through() -> None:
    content = rulebook(
        number("staff", minimum=0), yes_no("many", shown_if=when("staff", at_least=3)),
        choice_question("kind", "one", "two", shown_if=when("many", True)), question("why", shown_if=when("kind", "two")),
        yes_no("unit_big", per=Per.UNIT, shown_if=when("many", True)),
        number("unit_staff", per=Per.UNIT, shown_if=when("unit_big", True)),
        services=(part(question("more", per=Per.SERVICE, shown_if=when("staff", at_most=2))),),
    )  # fmt: skip
    assert contradictions(content) == []


WHOLE = {
    "no class": (rulebook(A, service_classes=()), ["service_classes"]),
    "unknown class": (rulebook(A, service_classes=(HOME, "V-NOTHING")), ["service_classes.1"]),
    "class twice": (rulebook(A, service_classes=(HOME, HOME)), ["service_classes.1"]),
    "part of nothing": (rulebook(A, services=(part(yes_no("b"), classes=()),)), ["services.0.service_classes"]),
    "part without pages": (rulebook(A, services=(part(classes=(HOME,)),)), ["services.0.groups.0.questions"]),
    "no general part": (rulebook(general=(), services=(part(A),)), ["general"]),
    "empty page": (rulebook(), ["general.0.questions"]),
    "key twice": (rulebook(A, A), [f"{Q1}.key"]),
    "page like a question": (rulebook(yes_no("page")), [f"{Q0}.key"]),
    "concept twice": (rulebook(yes_no("a", concept="x"), yes_no("b", concept="x")), [f"{Q1}.concept"]),
    "part nobody can apply for": (
        rulebook(A, service_classes=(HOME,), services=(part(yes_no("b"), classes=(HOME, ASSISTANCE)),)),
        ["services.0.service_classes.1"],
    ),
    "terms nobody can apply for": (
        rulebook(A, service_classes=(HOME,), terms=(ServiceTerms(service_class=CLEANING),)), ["terms.0.service_class"],
    ),
    "terms twice": (rulebook(A, terms=(ServiceTerms(service_class=HOME),) * 2), ["terms.1.service_class"]),
    "unknown attribute": (
        rulebook(A, terms=(ServiceTerms(service_class=HOME, required_attributes=("finnish", "golden")),)),
        ["terms.0.required_attributes.1"],
    ),
    "reason twice": (rulebook(A, reasons=(Reason(code="x", text=text("x")),) * 2), ["reasons.1.code"]),
    "text without Swedish": (rulebook(A, title=Text("a", "", "c")), ["title.sv"]),
    "text without Finnish": (rulebook(A, title=Text(" ", "b", "c")), ["title.fi"]),
    "choice without English": (
        rulebook(A, reasons=(Reason(code="x", text=text("x"), legal_basis=Text("a", "b")),)), ["reasons.0.legal_basis.en"],
    ),
    "NUL in a text": (rulebook(A, title=Text("a", "b\x00", "c")), ["title.sv"]),
    "endless text": (rulebook(A, title=Text("a", "b", "c" * 5001)), ["title.en"]),
}  # fmt: skip


@pytest.mark.parametrize(("content", "places"), WHOLE.values(), ids=WHOLE)
def test_faulty_whole_is_named(content: object, places: list[str]) -> None:
    assert found(content) == places


def test_everything_is_named_at_once() -> None:
    content = rulebook(choice_question("a"), yes_no("a", shown_if=when("z", True)), title=Text("a"), general=(group(),))
    assert found(content) == ["general.0.questions", "title.sv", "title.en"]
    content = rulebook(choice_question("a"), yes_no("a", shown_if=when("z", True)), title=Text("a"))
    assert found(content) == [f"{Q1}.key", f"{Q0}.choices", f"{Q1}.shown_if", "title.sv", "title.en"]
