"""The forms of onboarding's pages, and the form that a rulebook's questions make."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.datastructures import UploadFile

from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import INPUT, label
from marketplace.web.forms import Form, filled_form
from onboarding.rulebooks.requirements import Answers, Question, QuestionGroup, QuestionType

MAYBE_YES_NO: Any = Annotated[bool | None, msgspec.Meta(extra={INPUT: "yes_no"})]
"""Two radio buttons that may be left alone."""


class OrganiserForm(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to apply to."""

    organiser_id: Annotated[UUID, label(message("Organiser"))]


class ScopeForm(msgspec.Struct, frozen=True, kw_only=True):
    """Services and area. A draft may be saved without either."""

    service_classes: list[str] = []
    municipalities: list[str] = []


class DeclarationForm(msgspec.Struct, frozen=True, kw_only=True):
    """The tick below the summary."""

    declared: bool = False


def _field(question: Question) -> tuple[str, Any, Any]:
    """How a question is asked for in a form. Everything may be left empty: a draft is saved as it is."""
    match question.type:
        case QuestionType.TEXT | QuestionType.CHOICE:
            return question.key, str | None, None
        case QuestionType.YES_NO | QuestionType.DECLARATION:
            return question.key, MAYBE_YES_NO, None
        case QuestionType.NUMBER:
            return question.key, int | None, None
        case QuestionType.DATE:
            return question.key, date | None, None
        case QuestionType.ATTACHMENT:
            return question.key, list[UploadFile], msgspec.field(default_factory=list)


def form_struct(group: QuestionGroup) -> type[msgspec.Struct]:
    """A Struct with a field for each question of a group."""
    return msgspec.defstruct(f"Answers_{group.key}", [_field(each) for each in group.questions], kw_only=True)


def form_with(group: QuestionGroup, answers: Answers) -> Form[msgspec.Struct]:
    """The form of a group with the answers given so far."""
    dates = {question.key for question in group.questions if question.type is QuestionType.DATE}
    asked = {question.key for question in group.questions}
    known = {
        key: date.fromisoformat(str(value)) if key in dates else value for key, value in answers.items() if key in asked
    }
    return filled_form(form_struct(group)(**known))


def answers_in(group: QuestionGroup, data: msgspec.Struct) -> dict[str, object]:
    """What was answered on the page, without the files."""
    return {q.key: getattr(data, q.key) for q in group.questions if q.type is not QuestionType.ATTACHMENT}


def uploads_in(group: QuestionGroup, form: Form[Any]) -> list[tuple[str, UploadFile]]:
    """The files that were chosen, each with its question. A file field left alone sends an empty one."""
    keys = [question.key for question in group.questions if question.type is QuestionType.ATTACHMENT]
    sent = [(key, upload) for key in keys for upload in form.sent.get(key, [])]
    return [(key, upload) for key, upload in sent if isinstance(upload, UploadFile) and upload.filename]


def without_indexes(invalid: Invalid) -> Invalid:
    """Errors of a list's items, told at the list: a page has one field for all of them."""
    return Invalid([FieldError(each.field.partition(".")[0], each.message) for each in invalid.fields], invalid.message)
