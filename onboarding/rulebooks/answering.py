"""Judging answers: each by its question, and all of them together before an application is sent. Pure."""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Message, message
from marketplace.kernel.inputs import safe_text
from onboarding.rulebooks.asking import STAND_IN, Slot, Subject, slots_for
from onboarding.rulebooks.language import Answer, Answers, Per, Question, QuestionType, RulebookContent

MAX_NUMBER = 10**12


def read_answer(question: Question, value: object, day: date) -> Answer | Message | None:
    """The answer in the form that is kept (dates as ISO text), None for an empty one, or what is wrong with it."""
    if value is None or value == "":
        return None
    match question.type:
        case QuestionType.TEXT:
            return _read_text(question, value)
        case QuestionType.NUMBER:
            return _read_number(question, value)
        case QuestionType.YES_NO:
            return value if isinstance(value, bool) else message("Choose yes or no.")
        case QuestionType.CHOICE:
            is_known = isinstance(value, str) and any(value == choice.value for choice in question.choices)
            return value if isinstance(value, str) and is_known else message("Choose one of the answers.")
        case QuestionType.DATE:
            return _read_date(question, value, day)
        case QuestionType.DECLARATION:
            return _read_declaration(value)
        case QuestionType.ATTACHMENT:
            return message("This question is answered with a file.")


def _read_text(question: Question, value: object) -> Answer | Message | None:
    if not isinstance(value, str):
        return message("This must be text.")
    try:
        text = safe_text(value).strip()
    except ValueError:
        return message("This contains a character that cannot be used here. Write it again without it.")
    if len(text) > question.max_length:
        most = question.max_length
        return message("Write at most {most} characters. There are now {count}.", most=most, count=len(text))
    return text or None


def _read_number(question: Question, value: object) -> Answer | Message:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MAX_NUMBER:
        return message("Write a whole number in digits.")
    if question.minimum is not None and value < question.minimum:
        return message("This must be at least {least}.", least=question.minimum)
    if question.maximum is not None and value > question.maximum:
        return message("This must be at most {most}.", most=question.maximum)
    return value


def _read_declaration(value: object) -> Answer | Message | None:
    """A tick taken out again is no answer."""
    if not isinstance(value, bool):
        return message("Confirm this, or leave it empty.")
    return value or None


def _read_date(question: Question, value: object, day: date) -> Answer | Message:
    try:
        given = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return message("Write a date that exists, such as 31.12.2026.")
    return _wrong_age(question, given, day) or given.isoformat()


def _wrong_age(question: Question, dated: date, day: date) -> Message | None:
    oldest = oldest_acceptable(question, day)
    if oldest is None:
        return None
    if dated < oldest:
        return message("This is too old: it must be dated {oldest} or later.", oldest=oldest)
    if dated > day:
        return message("This date is in the future.")
    return None


def oldest_acceptable(question: Question, day: date) -> date | None:
    """The earliest date that a document may bear on ``day``; None where any age will do."""
    return None if question.max_age_months is None else months_before(day, question.max_age_months)


def attachment_problem(question: Question, issued_on: date | None, day: date) -> Message | None:
    """What is wrong with the issue date given with a file; None where it is good or none is asked."""
    if question.max_age_months is None:
        return None
    if issued_on is None:
        return message("Give the date on which the document was issued.")
    return _wrong_age(question, issued_on, day)


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return date.min
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def missing_answers(
    content: RulebookContent,
    service_classes: Iterable[str],
    units: Sequence[Subject],
    answers: Answers,
    attached: Mapping[str, date | None],
    day: date,
) -> list[FieldError]:
    """Everything that still keeps an application from being sent, by slot, in the rulebook's order.

    ``attached``: the slots with a file, each with the issue date given with it. Questions whose condition is not met
    do not count. ``units`` is named where units are asked about and the provider has none.
    Answers are judged again as of ``day``: a certificate that was fresh in a draft of spring is too old in autumn.
    """
    classes = list(service_classes)
    groups = slots_for(content, classes, units, answers)
    problems = [
        FieldError(slot.key, problem)
        for group in groups
        for slot in group.slots
        if (problem := _missing(slot, answers, attached, day)) is not None
    ]
    if not units and _asks_of_units(content, classes, answers):
        text = message("The rulebook asks about service units. Add at least one to the provider's profile.")
        problems.append(FieldError("units", text))
    return problems


def _asks_of_units(content: RulebookContent, classes: Sequence[str], answers: Answers) -> bool:
    groups = slots_for(content, classes, [STAND_IN], answers)
    return any(slot.question.per is Per.UNIT and slot.question.required for each in groups for slot in each.slots)


def _missing(slot: Slot, answers: Answers, attached: Mapping[str, date | None], day: date) -> Message | None:
    question, asked, answer = slot.question, slot.question.text, answers.get(slot.key)
    if question.type is QuestionType.ATTACHMENT:
        return _missing_file(slot, attached, day)
    if answer is None or answer == "" or (question.type is QuestionType.DECLARATION and answer is False):
        return message("Answer the question: {question}", question=asked) if question.required else None
    if question.required_answer is not None and answer is not question.required_answer:
        other = message("The rulebook requires another answer here. You cannot apply before it is so.")
        return message("{question} {problem}", question=asked, problem=other)
    judged = read_answer(question, answer, day)
    return message("{question} {problem}", question=asked, problem=judged) if isinstance(judged, Message) else None


def _missing_file(slot: Slot, attached: Mapping[str, date | None], day: date) -> Message | None:
    question = slot.question
    if slot.key not in attached:
        return message("Add the attachment: {question}", question=question.text) if question.required else None
    problem = attachment_problem(question, attached[slot.key], day)
    return problem and message("{question} {problem}", question=question.text, problem=problem)
