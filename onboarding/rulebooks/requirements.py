"""What an organiser requires, as data: questions in groups, a general part and parts for service classes. Pure.

The words of a rulebook are its organiser's own, in three languages; nothing here knows what is asked.
"""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.inputs import safe_text

Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Answer = str | int | bool
Answers = Mapping[str, Answer]


class QuestionType(StrEnum):
    TEXT = "text"
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"
    ATTACHMENT = "attachment"


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One requirement. ``rule`` is what the rulebook says, shown beside the question and to the reviewer.

    ``required_answer``: the only answer to a yes or no with which the application can be sent.
    ``max_age_months``: a date may lie this many months back at most, and not in the future.
    """

    key: Key
    type: QuestionType
    text: Text
    rule: Text | None = None
    hint: Text | None = None
    required: bool = True
    required_answer: bool | None = None
    minimum: int | None = None
    maximum: int | None = None
    max_length: Annotated[int, msgspec.Meta(ge=1, le=5000)] = 2000
    max_age_months: Annotated[int, msgspec.Meta(ge=1, le=120)] | None = None


class QuestionGroup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Questions that stand on one page."""

    key: Key
    title: Text
    intro: Text | None = None
    questions: Annotated[tuple[Question, ...], msgspec.Meta(min_length=1, max_length=40)]


class ServicePart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked only of those who apply for one of these service classes."""

    service_classes: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    groups: tuple[QuestionGroup, ...]


class RulebookContent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole rulebook. ``service_classes`` are those that can be applied for."""

    title: Text
    declaration: Text
    service_classes: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    general: Annotated[tuple[QuestionGroup, ...], msgspec.Meta(min_length=1)]
    services: tuple[ServicePart, ...] = ()


def groups_for(content: RulebookContent, service_classes: Iterable[str]) -> list[QuestionGroup]:
    """The groups that an application for these service classes has to answer, in order, each once."""
    wanted = set(service_classes)
    parts = [part for part in content.services if wanted & set(part.service_classes)]
    return [*content.general, *(group for part in parts for group in part.groups)]


def questions_for(content: RulebookContent, service_classes: Iterable[str]) -> dict[str, Question]:
    return {question.key: question for group in groups_for(content, service_classes) for question in group.questions}


def contradictions(content: RulebookContent) -> list[FieldError]:
    """What keeps a rulebook from being published: keys used twice, parts for classes that nobody can apply for."""
    groups = [("general", i, group) for i, group in enumerate(content.general)]
    for n, part in enumerate(content.services):
        groups += [(f"services.{n}.groups", i, group) for i, group in enumerate(part.groups)]
    return [*_repeated_keys(groups), *_bad_questions(groups), *_unknown_parts(content)]


def _repeated_keys(groups: Sequence[tuple[str, int, QuestionGroup]]) -> Iterable[FieldError]:
    seen: set[str] = set()
    for path, index, group in groups:
        for key in (group.key, *(question.key for question in group.questions)):
            if key in seen:
                yield FieldError(f"{path}.{index}", message("The key {key} is used twice.", key=key))
            seen.add(key)


def _bad_questions(groups: Sequence[tuple[str, int, QuestionGroup]]) -> Iterable[FieldError]:
    for path, index, group in groups:
        for n, question in enumerate(group.questions):
            if problem := _contradiction(question):
                yield FieldError(f"{path}.{index}.questions.{n}", problem)


def _contradiction(question: Question) -> Message | None:
    if question.required_answer is not None and question.type is not QuestionType.YES_NO:
        return message("Only a yes or no question has a required answer.")
    if question.max_age_months is not None and question.type is not QuestionType.DATE:
        return message("Only a date has a greatest age.")
    if question.minimum is not None and question.maximum is not None and question.minimum > question.maximum:
        return message("The least number is greater than the greatest.")
    return None


def _unknown_parts(content: RulebookContent) -> Iterable[FieldError]:
    for n, part in enumerate(content.services):
        for code in set(part.service_classes) - set(content.service_classes):
            text = message("The service class {code} cannot be applied for.", code=code)
            yield FieldError(f"services.{n}.service_classes", text)


def read_answer(question: Question, value: object, day: date) -> Answer | Message | None:
    """The answer in the form that is kept (dates as ISO text), None for an empty one, or what is wrong with it."""
    if value is None or value == "":
        return None
    match question.type:
        case QuestionType.TEXT:
            return _read_text(question, value)
        case QuestionType.YES_NO:
            return value if isinstance(value, bool) else message("Choose yes or no.")
        case QuestionType.NUMBER:
            return _read_number(question, value)
        case QuestionType.DATE:
            return _read_date(question, value, day)
        case QuestionType.ATTACHMENT:
            return message("This question is answered with a file.")


def _read_text(question: Question, value: object) -> Answer | Message:
    if not isinstance(value, str):
        return message("This must be text.")
    try:
        text = safe_text(value).strip()
    except ValueError:
        return message("This contains a character that cannot be used here. Write it again without it.")
    if len(text) > question.max_length:
        most = question.max_length
        return message("Write at most {most} characters. There are now {count}.", most=most, count=len(text))
    return text


def _read_number(question: Question, value: object) -> Answer | Message:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 10**12:
        return message("Write a whole number in digits.")
    if question.minimum is not None and value < question.minimum:
        return message("This must be at least {least}.", least=question.minimum)
    if question.maximum is not None and value > question.maximum:
        return message("This must be at most {most}.", most=question.maximum)
    return value


def _read_date(question: Question, value: object, day: date) -> Answer | Message:
    try:
        given = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return message("Write a date that exists, such as 31.12.2026.")
    if question.max_age_months is not None:
        oldest = months_before(day, question.max_age_months)
        if given < oldest:
            return message("This is too old: it must be dated {oldest} or later.", oldest=oldest)
        if given > day:
            return message("This date is in the future.")
    return given.isoformat()


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def missing_answers(
    content: RulebookContent, service_classes: Iterable[str], answers: Answers, attached: Iterable[str], day: date
) -> list[FieldError]:
    """Everything that still keeps an application from being sent, by question, in the rulebook's order.

    Answers are judged again as of ``day``: a certificate that was fresh in a draft of spring is too old in autumn.
    """
    with_file = set(attached)
    found = (
        (question.key, _missing(question, answers.get(question.key), with_file, day))
        for question in questions_for(content, service_classes).values()
    )
    return [FieldError(key, problem) for key, problem in found if problem is not None]


def _missing(question: Question, answer: Answer | None, with_file: set[str], day: date) -> Message | None:
    asked = question.text
    if question.type is QuestionType.ATTACHMENT:
        is_missing = question.required and question.key not in with_file
        return message("Add the attachment: {question}", question=asked) if is_missing else None
    if answer is None or answer == "":
        return message("Answer the question: {question}", question=asked) if question.required else None
    if question.required_answer is not None and answer is not question.required_answer:
        other = message("The rulebook requires another answer here. You cannot apply before it is so.")
        return message("{question} {problem}", question=asked, problem=other)
    judged = read_answer(question, answer, day)
    return message("{question} {problem}", question=asked, problem=judged) if isinstance(judged, Message) else None
