"""Laws of rulebooks that hold for whatever organisers write and applicants answer."""

from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kernel.i18n import Message, Text
from onboarding.rulebooks.asking import fits
from onboarding.rulebooks.differences import differences
from onboarding.rulebooks.exchange import FileFormat, export_rulebook, import_rulebook
from onboarding.rulebooks.language import Per, Question, QuestionType, RulebookContent
from onboarding.rulebooks.requirements import (
    Slot,
    Subject,
    contradictions,
    missing_answers,
    read_answer,
    shown_answers,
    slot_key,
    slots_for,
)
from tests.factories.rulebooks import (
    CLASSES,
    answers,
    choice_question,
    random_rulebooks,
    rulebook,
    sound_rulebooks,
    words,
)

DAY = date(2026, 11, 22)
UNHURRIED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
"""Whole rulebooks take a while to make up, the more so on a busy machine."""
UNITS = [
    Subject("11111111-1111-1111-1111-111111111111", Text("A")),
    Subject("22222222-2222-2222-2222-222222222222", Text("B")),
]
chosen = st.lists(st.sampled_from(CLASSES), max_size=3)
units = st.sampled_from([[], UNITS[:1], UNITS])


def all_slots(
    content: RulebookContent, classes: list[str], of: list[Subject], given: dict[str, Any]
) -> dict[str, Slot]:
    return {slot.key: slot for page in slots_for(content, classes, of, given) for slot in page.slots}


def good_answer(question: Question) -> Any:
    match question.type:
        case QuestionType.YES_NO:
            return question.required_answer is not False
        case QuestionType.NUMBER:
            return 4
        case QuestionType.CHOICE:
            return question.choices[0].value
        case QuestionType.DATE:
            return DAY.isoformat()
        case QuestionType.DECLARATION:
            return True
        case _:
            return "hello"


@UNHURRIED
@given(random_rulebooks)
def test_contradictions_of_anything_are_told_and_never_raise(content: RulebookContent) -> None:
    assert all(each.field and isinstance(each.message, Message) for each in contradictions(content))


@UNHURRIED
@given(random_rulebooks, chosen, units, st.dictionaries(st.sampled_from("abcdefgh"), answers))
def test_anything_can_be_asked_and_judged(
    content: RulebookContent, classes: list[str], of: list[Subject], given: Any
) -> None:
    slots = all_slots(content, classes, of, given)
    missing_answers(content, classes, of, given, dict.fromkeys(slots, DAY), DAY)
    for slot in slots.values():
        read_answer(slot.question, given.get(slot.key), DAY)


@UNHURRIED
@given(sound_rulebooks())
def test_content_made_soundly_has_no_contradictions(content: RulebookContent) -> None:
    assert contradictions(content) == []


@UNHURRIED
@given(sound_rulebooks(), chosen, units, st.data())
def test_no_slot_is_shown_whose_condition_is_not_met(
    content: RulebookContent, classes: list[str], of: list[Subject], data: st.DataObject
) -> None:
    possible = [slot_key(f"q{n}", code) for n in range(7) for code in ("", *CLASSES, *(unit.code for unit in UNITS))]
    given = data.draw(st.dictionaries(st.sampled_from(possible), answers | st.just("hello")))
    slots = all_slots(content, classes, of, given)
    for slot in slots.values():
        if (condition := slot.question.shown_if) is None:
            continue
        there = [key for key in (condition.question, slot_key(condition.question, slot.subject.code)) if key in slots]
        assert len(there) == 1 or (there[0] == there[1])
        assert fits(condition, given[there[0]])


@UNHURRIED
@given(sound_rulebooks(), chosen, units)
def test_answering_everything_asked_leaves_nothing_missing(
    content: RulebookContent, classes: list[str], of: list[Subject]
) -> None:
    given: dict[str, Any] = {}
    for _ in range(10):
        slots = all_slots(content, classes, of, given)
        given |= {
            key: good_answer(s.question) for key, s in slots.items() if s.question.type is not QuestionType.ATTACHMENT
        }
    attached = {key: DAY for key, slot in slots.items() if slot.question.type is QuestionType.ATTACHMENT}
    missing = missing_answers(content, classes, of, given, attached, DAY)
    assert [each.field for each in missing] in ([], ["units"])
    assert of == [] or missing == []
    assert shown_answers(slots_for(content, classes, of, given), given) == {
        k: v for k, v in given.items() if k in slots
    }


@UNHURRIED
@given(sound_rulebooks())
def test_every_question_of_sound_content_can_come_to_be_asked(content: RulebookContent) -> None:
    questions = {
        each.key: each
        for part in (content.general, *(p.groups for p in content.services))
        for g in part
        for each in g.questions
    }
    for question in questions.values():
        given = _way_to(question, questions)
        shown = {slot.question.key for slot in all_slots(content, list(CLASSES), UNITS, given).values()}
        assert question.key in shown


def _way_to(question: Question, questions: dict[str, Question]) -> dict[str, Any]:
    """The answers that open the conditions on the way to a question, for every subject."""
    given: dict[str, Any] = {}
    while (condition := question.shown_if) is not None:
        question = questions[condition.question]
        answer = condition.answer if condition.answer is not None else condition.at_least
        subjects = {Per.APPLICATION: [""], Per.UNIT: [unit.code for unit in UNITS], Per.SERVICE: list(CLASSES)}[
            question.per
        ]
        given |= {slot_key(question.key, code): answer for code in subjects}
    return given


@UNHURRIED
@given(random_rulebooks, st.sampled_from(FileFormat))
def test_what_goes_out_comes_in_again(content: RulebookContent, file_format: FileFormat) -> None:
    assert import_rulebook(export_rulebook(content, file_format)) == content


@UNHURRIED
@given(words, st.sampled_from(FileFormat))
def test_any_words_go_out_and_come_in_again(said: str, file_format: FileFormat) -> None:
    content = rulebook(choice_question("a", "one"), title=Text(said, said, said))
    assert import_rulebook(export_rulebook(content, file_format)) == content


@UNHURRIED
@given(sound_rulebooks(), sound_rulebooks())
def test_only_the_same_rulebooks_have_no_differences(old: RulebookContent, new: RulebookContent) -> None:
    assert differences(old, old) == []
    if old.general[0].questions != new.general[0].questions and _keys(old) == _keys(new):
        assert differences(old, new) != []


def _keys(content: RulebookContent) -> list[str]:
    return [question.key for question in content.general[0].questions]
