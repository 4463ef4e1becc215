"""Rulebooks as data: contradictions are refused, answers are judged, everything that is missing is named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.i18n import Message, Text
from onboarding.rulebooks.requirements import (
    QuestionGroup,
    QuestionType,
    ServicePart,
    contradictions,
    groups_for,
    missing_answers,
    months_before,
    questions_for,
    read_answer,
)
from onboarding.rulebooks.versions import default_rulebook
from tests.factories.onboarding import ANSWERS, CLASS, question, small_rulebook

DAY = date(2026, 11, 22)
NAME = Text("Nimi", "Namn", "Name")


def group(*questions: object, key: str = "more") -> QuestionGroup:
    return QuestionGroup(key=key, title=NAME, questions=questions)  # type: ignore[arg-type]


def test_default_rulebook_is_sound() -> None:
    content = default_rulebook()
    assert contradictions(content) == []
    for code in content.service_classes:
        assert len(groups_for(content, [code])) > len(content.general)


def test_default_rulebook_speaks_three_languages() -> None:
    content = default_rulebook()
    questions = questions_for(content, content.service_classes).values()
    texts = [text for q in questions for text in (q.text, q.rule, q.hint) if text]
    assert all(text.fi and text.sv and text.en for text in texts)


@pytest.mark.parametrize(
    "faulty",
    [
        small_rulebook(general=(group(question("a"), question("a")),)),
        small_rulebook(general=(group(question("a"), key="a"),)),
        small_rulebook(general=(group(question("a", required_answer=True)),)),
        small_rulebook(general=(group(question("a", max_age_months=3)),)),
        small_rulebook(general=(group(question("a", QuestionType.NUMBER, minimum=3, maximum=2)),)),
        small_rulebook(services=(ServicePart(service_classes=("V-PA",), groups=(group(question("z")),)),)),
    ],
)
def test_contradiction_is_found(faulty: object) -> None:
    assert len(contradictions(faulty)) == 1  # type: ignore[arg-type]


def test_service_part_is_asked_only_for_its_classes() -> None:
    content = small_rulebook()
    assert [g.key for g in groups_for(content, [CLASS])] == ["basics", "care"]
    assert [g.key for g in groups_for(content, ["V-CLEANING"])] == ["basics"]


@pytest.mark.parametrize(
    ("type_", "given_", "kept"),
    [
        (QuestionType.TEXT, "  hei\r\n", "hei"), (QuestionType.TEXT, "", None), (QuestionType.YES_NO, False, False),
        (QuestionType.NUMBER, 0, 0), (QuestionType.DATE, "2026-11-01", "2026-11-01"),
        (QuestionType.DATE, date(2026, 11, 1), "2026-11-01"), (QuestionType.ATTACHMENT, None, None),
    ],
)  # fmt: skip
def test_answer_is_kept_in_one_form(type_: QuestionType, given_: object, kept: object) -> None:
    assert read_answer(question("a", type_), given_, DAY) == kept


@pytest.mark.parametrize(
    ("asked", "given_"),
    [
        (question("a"), 3), (question("a"), "x" * 2001), (question("a"), "a\x00b"), (question("a"), "a\u202eb"),
        (question("a", QuestionType.YES_NO), "yes"), (question("a", QuestionType.NUMBER), "3"),
        (question("a", QuestionType.NUMBER), True), (question("a", QuestionType.NUMBER, minimum=1), 0),
        (question("a", QuestionType.NUMBER, maximum=9), 10), (question("a", QuestionType.DATE), "2026-02-30"),
        (question("a", QuestionType.DATE, max_age_months=3), "2026-08-21"),
        (question("a", QuestionType.DATE, max_age_months=3), "2026-11-23"), (question("a", QuestionType.ATTACHMENT), "file"),
    ],
)  # fmt: skip
def test_wrong_answer_is_told(asked: object, given_: object) -> None:
    assert isinstance(read_answer(asked, given_, DAY), Message)  # type: ignore[arg-type]


def test_certificate_of_exactly_three_months_is_good() -> None:
    assert read_answer(question("a", QuestionType.DATE, max_age_months=3), "2026-08-22", DAY) == "2026-08-22"


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 120))
def test_months_before_is_that_many_months_earlier(day: date, months: int) -> None:
    earlier = months_before(day, months)
    assert (day.year * 12 + day.month) - (earlier.year * 12 + earlier.month) == months
    assert earlier.day <= day.day


def test_all_that_is_missing_is_named_at_once() -> None:
    missing = missing_answers(small_rulebook(), [CLASS], [], {"insured": False}, {}, DAY)
    assert [each.field for each in missing] == ["insured", "staff", "plan", "certificate", "care_rule"]


def test_complete_answers_miss_nothing_until_they_are_stale() -> None:
    answers = {**ANSWERS, "checked_on": "2026-10-01"}
    assert missing_answers(small_rulebook(), [CLASS], [], answers, {"certificate": None}, DAY) == []  # type: ignore[arg-type]
    late = missing_answers(small_rulebook(), [CLASS], [], answers, {"certificate": None}, date(2027, 3, 1))  # type: ignore[arg-type]
    assert [each.field for each in late] == ["checked_on"]
