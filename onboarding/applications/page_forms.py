"""The forms of applications, and how answers are typed and shown again."""

from datetime import date
from typing import Any

import msgspec
from litestar.datastructures import UploadFile

from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import Message, Text, message
from marketplace.web.forms import Form, Sent
from marketplace.web.shapes import shape_of
from marketplace.web.typed_by_people import Unreadable, read_text
from onboarding.applications.asked_once import Asked
from onboarding.rulebooks.requirements import Answer, Question, QuestionType

YES, NO = message("Yes"), message("No")


class OrganisersForm(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to apply to."""

    organiser_ids: list[str] = []


class ScopeForm(msgspec.Struct, frozen=True, kw_only=True):
    """Services, area and units. A draft may be saved without any."""

    service_classes: list[str] = []
    municipalities: list[str] = []
    units: list[str] = []


class SendingForm(msgspec.Struct, frozen=True, kw_only=True):
    """The tick below the summary, and which of several applications it is for."""

    declared: bool = False
    applications: list[str] = []
    rulebooks: list[str] = []


class AnyForm(msgspec.Struct, frozen=True, kw_only=True):
    """A form whose fields are a rulebook's questions: everything is read from what was sent, nothing is refused."""


def typed(question: Question, texts: list[str]) -> Answer | None:
    """What was typed as a value; as it stands where it is none, so that it can be told and kept."""
    text = texts[-1].strip() if texts else ""
    if not text:
        return None
    match question.type:
        case QuestionType.YES_NO | QuestionType.DECLARATION:
            return {"true": True, "false": False}.get(text, text)
        case QuestionType.NUMBER:
            return _read(text, int)
        case QuestionType.DATE:
            read = _read(text, date)
            return read.isoformat() if isinstance(read, date) else read
        case _:
            return text


def typed_date(text: str) -> date | str | None:
    """A date beside a file; the text itself where it is none."""
    return _read(text.strip(), date) if text.strip() else None


def _read(text: str, core: type) -> Any:
    try:
        return read_text(text, shape_of(core))
    except Unreadable:
        return text


def as_typed(answer: Answer | None, question: Question) -> str:
    """An answer as its writer would have typed it."""
    if answer is None:
        return ""
    if isinstance(answer, bool):
        return "true" if answer else "false"
    if question.type is QuestionType.DATE:
        try:
            day = date.fromisoformat(str(answer))
        except ValueError:
            return str(answer)
        return f"{day.day}.{day.month}.{day.year}"
    return str(answer)


def in_words(answer: Answer | None, question: Question) -> Message | Text | str:
    """An answer to be read."""
    if answer is None or answer == "":
        return "–"
    if isinstance(answer, bool):
        return YES if answer else NO
    if question.type is QuestionType.CHOICE:
        return next((each.text for each in question.choices if each.value == answer), str(answer))
    return as_typed(answer, question)


def form_of(sent: Sent) -> Form[AnyForm]:
    return Form(AnyForm, sent)


def issued_field(name: str) -> str:
    """The field of the date beside a file."""
    return f"{name}-issued"


def answers_in(asked: list[Asked], form: Form[Any]) -> dict[str, Answer | None]:
    """What was answered on a page, without the files."""
    return {
        each.name: typed(each.question, form.all(each.name))
        for each in asked
        if each.question.type is not QuestionType.ATTACHMENT
    }


def uploads_in(name: str, form: Form[Any]) -> list[UploadFile]:
    """The files that were chosen for a question. A file field left alone sends an empty one."""
    return [each for each in form.sent.get(name, []) if isinstance(each, UploadFile) and each.filename]


def without_indexes(invalid: Invalid) -> Invalid:
    """Errors of a list's items, told at the list: a page has one field for all of them."""
    return Invalid([FieldError(each.field.partition(".")[0], each.message) for each in invalid.fields], invalid.message)
