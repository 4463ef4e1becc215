"""Which questions an application has to answer: each asked of its subjects, those whose condition is not met left out."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from marketplace.kernel.i18n import Text
from marketplace.organisers.reference import is_service_class, service_class
from onboarding.rulebooks.language import Answer, Answers, Condition, Per, Question, QuestionGroup, RulebookContent


class Subject(msgspec.Struct, frozen=True):
    """Of what a question is asked: a unit (its UUID as text) or a service class; code "" is the application itself."""

    code: str
    label: Text


APPLICATION = Subject("", Text(""))
STAND_IN = Subject("00000000-0000-0000-0000-000000000000", Text("?"))
"""A unit that a provider without units would have."""


class Slot(msgspec.Struct, frozen=True):
    """One place for one answer. Its ``key`` is the question's own, or ``key@subject``."""

    key: str
    question: Question
    subject: Subject


class GroupOfSlots(msgspec.Struct, frozen=True):
    """What stands on one page: a group's questions of one subject."""

    group: QuestionGroup
    subject: Subject
    slots: tuple[Slot, ...]


def slot_key(question: str, subject: str) -> str:
    """The slot of a question's key for a subject's code."""
    return f"{question}@{subject}" if subject else question


def split_slot(slot: str) -> tuple[str, str]:
    """The question's key and the subject's code of a slot."""
    question, _, subject = slot.partition("@")
    return question, subject


def slots_for(
    content: RulebookContent, service_classes: Iterable[str], units: Sequence[Subject], answers: Answers
) -> list[GroupOfSlots]:
    """What an application for these service classes is asked, with the answers given so far.

    A group comes once for the application, then for each unit and each service if it asks anything of them.
    A question is hidden while the one that it depends on is unanswered, answered otherwise or hidden itself.
    """
    wanted = [code for code in content.service_classes if code in set(service_classes)]
    shown: dict[str, bool] = {}
    asked: dict[str, Question] = {}
    found: list[GroupOfSlots] = []
    for group, classes in _wanted_groups(content, wanted):
        subjects = [(Per.APPLICATION, [APPLICATION]), (Per.UNIT, units), (Per.SERVICE, _services(classes))]
        for per, each_of in subjects:
            questions = [question for question in group.questions if question.per is per]
            asked |= {question.key: question for question in questions}
            found += [
                GroupOfSlots(group, subject, slots)
                for subject in each_of
                if (slots := _shown_slots(questions, subject, asked, answers, shown))
            ]
    return found


def _wanted_groups(content: RulebookContent, wanted: Sequence[str]) -> Iterable[tuple[QuestionGroup, list[str]]]:
    """The groups in order, each with those of the wanted classes for which it is asked."""
    for group in content.general:
        yield group, list(wanted)
    for part in content.services:
        if classes := [code for code in wanted if code in part.service_classes]:
            yield from ((group, classes) for group in part.groups)


def _services(codes: Sequence[str]) -> list[Subject]:
    return [Subject(code, service_class(code).name if is_service_class(code) else Text(code)) for code in codes]


def _shown_slots(
    questions: Sequence[Question],
    subject: Subject,
    asked: Mapping[str, Question],
    answers: Answers,
    shown: dict[str, bool],
) -> tuple[Slot, ...]:
    """The slots of one page; ``shown`` learns of each slot whether it is shown, for the conditions that follow."""
    slots: list[Slot] = []
    for question in questions:
        key = slot_key(question.key, subject.code)
        shown[key] = question.shown_if is None or _is_met(question.shown_if, subject, asked, answers, shown)
        if shown[key]:
            slots.append(Slot(key, question, subject))
    return tuple(slots)


def _is_met(
    condition: Condition,
    subject: Subject,
    asked: Mapping[str, Question],
    answers: Answers,
    shown: Mapping[str, bool],
) -> bool:
    controlling = asked.get(condition.question)
    if controlling is None:
        return False
    slot = slot_key(controlling.key, "" if controlling.per is Per.APPLICATION else subject.code)
    answer = answers.get(slot)
    return shown.get(slot, False) and answer is not None and fits(condition, answer)


def fits(condition: Condition, answer: Answer) -> bool:
    """Whether an answer is the one that the condition asks for. Yes is not the number one."""
    if condition.answer is not None:
        return type(answer) is type(condition.answer) and answer == condition.answer
    if isinstance(answer, bool) or not isinstance(answer, int):
        return False
    least, most = condition.at_least, condition.at_most
    return (least is None or answer >= least) and (most is None or answer <= most)


def shown_answers(groups: Iterable[GroupOfSlots], answers: Answers) -> dict[str, Answer]:
    """The answers to what is asked; those of questions that are hidden (again) are left out, as at submission."""
    return {slot.key: answers[slot.key] for group in groups for slot in group.slots if slot.key in answers}
