"""Judging those approved by a new rulebook, without a database."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from marketplace.kernel.db import new_id
from marketplace.kernel.i18n import Text
from onboarding.approvals.impact import FindingKind, Holder, Impact, answer_in_words, impact, verdicts
from onboarding.rulebooks.requirements import Answer, Choice, Condition, Per, Question, QuestionType, Subject
from tests.factories.onboarding import CLASS, question, small_rulebook

DAY = date(2028, 2, 29)
UNITS = (Subject("u1", Text("Keskusta")), Subject("u2", Text("Pohjoinen")))


def asked(*questions: Question) -> Any:
    content = small_rulebook(services=())
    return replace(content, general=(replace(content.general[0], questions=questions),))


def holder(name: str = "Hoiva Oy", **more: Any) -> Holder:
    known: dict[str, Any] = {"business_id": "0000104-6", "service_classes": (CLASS,), "units": UNITS, **more}
    return Holder(provider_id=new_id(), name=name, **known)


def judged(new: Any, *holders: Holder, present: Any = None) -> Impact:
    return impact(list(verdicts(new, present, holders, DAY)), new, DAY)


def test_each_unit_is_judged_and_a_provider_counts_once_for_a_question() -> None:
    new = asked(question("nurses", QuestionType.NUMBER, per=Per.UNIT, minimum=2))
    found = judged(new, holder(answers={"nurses@u1": 1}))
    assert [(each.slot, each.kind, each.subject.fi) for each in found.affected[0].findings] == [
        ("nurses@u1", FindingKind.REFUSED, "Keskusta"),
        ("nurses@u2", FindingKind.UNANSWERED, "Pohjoinen"),
    ]
    assert [(each.key, each.refused, each.unanswered) for each in found.questions] == [("nurses", 1, 1)]


def test_profile_stands_in_for_what_was_once_written() -> None:
    new = asked(
        question("soteri", profile="unit.soteri_id", per=Per.UNIT),
        question("tax", QuestionType.ATTACHMENT, profile="certificates.tax", max_age_months=3),
    )
    facts: dict[str, Answer] = {"unit.soteri_id@u1": "1", "unit.soteri_id@u2": "2"}
    old = holder(facts=facts, attached={"tax": date(2020, 1, 1)}, fact_files={"certificates.tax": date(2027, 11, 30)})
    assert judged(new, old).affected == ()
    finding = judged(new, replace(old, fact_files={})).affected[0].findings[0]
    assert (finding.slot, finding.answer.fi) == ("tax", "1.1.2020")
    assert finding.problem.en == "This is too old: it must be dated 29 November 2027 or later."


def test_question_whose_condition_is_not_met_concerns_nobody() -> None:
    new = asked(
        question("insured", QuestionType.YES_NO),
        question("insurer", shown_if=Condition(question="insured", answer=True)),
    )
    assert judged(new, holder(answers={"insured": False})).affected == ()
    assert judged(new, holder(answers={"insured": True})).to_answer == 1


def test_empty_text_is_no_answer_and_untouched_optional_question_is_none_either() -> None:
    new = asked(question("plan"), question("more", required=False))
    assert [each.slot for each in judged(new, holder(answers={"plan": ""})).affected[0].findings] == ["plan"]


def test_old_faults_are_counted_apart_from_new_ones() -> None:
    present = asked(question("staff", QuestionType.NUMBER, minimum=5))
    new = asked(question("staff", QuestionType.NUMBER, minimum=9))
    found = judged(new, holder(answers={"staff": 3}), holder("Toinen", answers={"staff": 7}), present=present)
    assert ([each.name for each in found.affected], found.already, found.checked) == (["Toinen"], 1, 2)


def test_providers_stand_by_name() -> None:
    found = judged(asked(question("new")), holder("ö"), holder("B"), holder("a"))
    assert [each.name for each in found.affected] == ["a", "B", "ö"]


@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        (QuestionType.TEXT, None, ""),
        (QuestionType.TEXT, "x", "x"),
        (QuestionType.YES_NO, False, "Ei"),
        (QuestionType.NUMBER, 3, "3"),
        (QuestionType.DATE, "2026-12-31", "31.12.2026"),
        (QuestionType.DATE, "once", "once"),
        (QuestionType.ATTACHMENT, date(2026, 1, 2), "2.1.2026"),
        (QuestionType.CHOICE, "one", "Yksi"),
        (QuestionType.CHOICE, "gone", "gone"),
    ],
)
def test_answers_in_words(kind: QuestionType, answer: object, words: str) -> None:
    choices = (Choice(value="one", text=Text("Yksi")),) if kind is QuestionType.CHOICE else ()
    assert answer_in_words(question("q", kind, choices=choices), answer).fi == words
