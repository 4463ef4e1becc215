"""What an application is asked: of itself, of each unit, of each service; and what is hidden."""

from datetime import date

import pytest

from marketplace.kernel.i18n import Language, Message, Text, translate
from onboarding.rulebooks.language import Per, QuestionType
from onboarding.rulebooks.requirements import (
    Subject,
    attachment_problem,
    missing_answers,
    oldest_acceptable,
    read_answer,
    shown_answers,
    slot_key,
    slots_for,
    split_slot,
)
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
    when,
    yes_no,
)

DAY = date(2026, 11, 22)
NORTH, SOUTH = Subject("0190-n", Text("Pohjoinen")), Subject("0190-s", Text("Etelä"))
OF_ALL = rulebook(
    yes_no("a"), number("u", per=Per.UNIT), yes_no("s", per=Per.SERVICE),
    services=(part(question("h", shown_if=when("a", True)), yes_no("hs", per=Per.SERVICE)),),
)  # fmt: skip


def slots(content: object, classes: list[str], units: list[Subject], answers: dict[str, object]) -> list[str]:
    found = slots_for(content, classes, units, answers)  # type: ignore[arg-type]
    return [slot.key for each in found for slot in each.slots]


def lacking(content: object, answers: dict[str, object], attached: dict[str, date | None] | None = None) -> list[str]:
    found = missing_answers(content, [HOME], [], answers, attached or {}, DAY)  # type: ignore[arg-type]
    return [each.field for each in found]


def test_each_question_is_asked_of_its_subjects() -> None:
    asked = slots(OF_ALL, [CLEANING, HOME], [NORTH, SOUTH], {})
    assert asked == ["a", "u@0190-n", "u@0190-s", f"s@{HOME}", f"s@{CLEANING}", f"hs@{HOME}"]


def test_part_is_asked_only_of_its_services() -> None:
    assert slots(OF_ALL, [CLEANING], [], {"a": True}) == ["a", f"s@{CLEANING}"]
    assert slots(OF_ALL, [HOME], [], {"a": True}) == ["a", f"s@{HOME}", "h", f"hs@{HOME}"]
    assert slots(OF_ALL, ["V-NOTHING"], [], {}) == ["a"]


def test_page_is_named_by_its_group_and_subject() -> None:
    pages = slots_for(OF_ALL, [HOME], [NORTH], {})
    assert [(page.group.key, page.subject.code) for page in pages][:3] == [
        ("page", ""),
        ("page", "0190-n"),
        ("page", HOME),
    ]
    assert pages[1].subject.label == Text("Pohjoinen")
    assert pages[2].subject.label.in_language(Language.FI) == "Säännöllinen kotihoito"


CHAIN = rulebook(
    yes_no("a"), choice_question("b", "one", "two", shown_if=when("a", True)), question("c", shown_if=when("b", "two"))
)


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({}, ["a"]), ({"a": False}, ["a"]), ({"a": True}, ["a", "b"]), ({"a": True, "b": "one"}, ["a", "b"]),
        ({"a": True, "b": "two"}, ["a", "b", "c"]), ({"a": False, "b": "two"}, ["a"]), ({"b": "two"}, ["a"]),
        ({"a": 1, "b": "two"}, ["a"]),
    ],
)  # fmt: skip
def test_hidden_question_hides_what_depends_on_it(answers: dict[str, object], asked: list[str]) -> None:
    assert slots(CHAIN, [HOME], [], answers) == asked


def test_number_opens_its_range() -> None:
    content = rulebook(
        number("n"), yes_no("many", shown_if=when("n", at_least=3)), yes_no("few", shown_if=when("n", at_most=2))
    )
    assert slots(content, [HOME], [], {"n": 3}) == ["n", "many"]
    assert slots(content, [HOME], [], {"n": 2}) == ["n", "few"]
    assert slots(content, [HOME], [], {"n": "3"}) == ["n"]


def test_condition_looks_at_the_same_unit() -> None:
    content = rulebook(yes_no("a", per=Per.UNIT), number("b", per=Per.UNIT, shown_if=when("a", True)))
    answers = {"a@0190-n": True, "a@0190-s": False, "a": True}
    assert slots(content, [HOME], [NORTH, SOUTH], answers) == ["a@0190-n", "b@0190-n", "a@0190-s"]


def test_page_without_anything_shown_is_left_out() -> None:
    content = rulebook(general=(group(yes_no("a")), group(yes_no("b", shown_if=when("a", True)), key="second")))
    assert [page.group.key for page in slots_for(content, [HOME], [], {})] == ["page"]


def test_faulty_draft_is_asked_as_far_as_it_goes() -> None:
    content = rulebook(yes_no("a", shown_if=when("b", True)), yes_no("b", shown_if=when("a", True)), yes_no("c"))
    assert slots(content, [HOME], [], {"a": True, "b": True}) == ["c"]


def test_hidden_answers_are_left_out_at_submission() -> None:
    answers = {"a": False, "b": "two", "c": "x", "gone": True}
    assert shown_answers(slots_for(CHAIN, [HOME], [], answers), answers) == {"a": False}


def test_slot_is_made_and_taken_apart() -> None:
    assert (slot_key("a", ""), slot_key("a", HOME)) == ("a", f"a@{HOME}")
    assert (split_slot("a"), split_slot(f"a@{HOME}")) == (("a", ""), ("a", HOME))


def test_hidden_question_is_not_missing() -> None:
    assert lacking(CHAIN, {}) == ["a"]
    assert lacking(CHAIN, {"a": True, "b": "two"}) == ["c"]
    assert lacking(CHAIN, {"a": False}) == []


def test_missing_units_are_named_only_where_they_are_asked_about() -> None:
    about_units = yes_no("u", per=Per.UNIT, shown_if=when("a", True))
    content = rulebook(yes_no("a"), about_units)
    assert lacking(content, {"a": False}) == []
    assert lacking(content, {"a": True}) == ["units"]
    assert [each.field for each in missing_answers(content, [HOME], [NORTH], {"a": True}, {}, DAY)] == ["u@0190-n"]


@pytest.mark.parametrize(
    ("issued", "missing"),
    [(date(2026, 8, 22), []), (date(2026, 8, 21), ["f"]), (date(2026, 11, 23), ["f"]), (None, ["f"])],
)
def test_age_of_a_file_is_judged(issued: date | None, missing: list[str]) -> None:
    assert lacking(rulebook(attachment("f", max_age_months=3)), {}, {"f": issued}) == missing


def test_file_that_may_be_left_out_is_judged_when_it_is_there() -> None:
    content = rulebook(attachment("f", max_age_months=3, required=False), attachment("g"))
    assert lacking(content, {}, {"g": None}) == []
    assert lacking(content, {}, {"g": None, "f": date(2020, 1, 1)}) == ["f"]


def test_refusal_of_an_old_certificate_tells_the_date_it_must_bear() -> None:
    problem = attachment_problem(attachment("f", max_age_months=3), date(2026, 8, 21), DAY)
    assert isinstance(problem, Message)
    assert "22.8.2026" in translate(problem, Language.FI)
    assert attachment_problem(attachment("f"), None, DAY) is None


@pytest.mark.parametrize(
    ("day", "months", "oldest"),
    [
        (date(2026, 5, 31), 3, date(2026, 2, 28)), (date(2024, 5, 31), 3, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)), (date(2026, 3, 1), 1, date(2026, 2, 1)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)), (date(1, 2, 1), 3, date.min),
    ],
)  # fmt: skip
def test_age_is_counted_in_months_of_the_calendar(day: date, months: int, oldest: date) -> None:
    assert oldest_acceptable(attachment("f", max_age_months=months), day) == oldest


@pytest.mark.parametrize(
    ("asked", "given", "kept"),
    [
        (choice_question("a", "one"), "one", "one"), (question("a", QuestionType.DECLARATION), True, True),
        (question("a", QuestionType.DECLARATION), False, None), (question("a"), "  ", None),
    ],
)  # fmt: skip
def test_answer_is_kept(asked: object, given: object, kept: object) -> None:
    assert read_answer(asked, given, DAY) == kept  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (choice_question("a", "one"), "two"), (choice_question("a", "one"), True),
        (question("a", QuestionType.DECLARATION), "yes"), (question("a", QuestionType.DECLARATION), 1),
    ],
)  # fmt: skip
def test_wrong_answer_is_told(asked: object, given: object) -> None:
    assert isinstance(read_answer(asked, given, DAY), Message)  # type: ignore[arg-type]


def test_declaration_must_be_confirmed() -> None:
    content = rulebook(question("d", QuestionType.DECLARATION))
    assert (lacking(content, {}), lacking(content, {"d": False}), lacking(content, {"d": True})) == (["d"], ["d"], [])


def test_choice_that_is_gone_must_be_made_anew() -> None:
    assert lacking(rulebook(choice_question("c", "one")), {"c": "two"}) == ["c"]
