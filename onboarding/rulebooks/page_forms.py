"""The forms of the rulebook's editor, and what they make: texts in three languages, questions, terms.

Only Finnish is asked for at once. What is missing in another language is told when the rulebook is published.
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from litestar.datastructures import UploadFile

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Text, message
from marketplace.kernel.inputs import Euros, label
from onboarding.rulebooks.language import (
    Choice,
    Condition,
    DecisionTerms,
    Number,
    Per,
    PlacedQuestion,
    Question,
    QuestionType,
    Reason,
    RulebookContent,
    ServiceTerms,
    placed_questions,
)
from onboarding.rulebooks.page_edits import new_key

WORDS: Final = msgspec.Meta(max_length=5000)
FINNISH: Final = label(message("In Finnish"))
SWEDISH: Final = label(message("In Swedish"))
ENGLISH: Final = label(message("In English"))
EDIT: Final = "edit"
NUMBERS: Final = "#"
"""Ends the value of a condition on a number, whose bounds stand in fields of their own."""


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """One text in three languages."""

    fi: Annotated[str, WORDS, FINNISH]
    sv: Annotated[str, WORDS, SWEDISH] = ""
    en: Annotated[str, WORDS, ENGLISH] = ""


class EditForm(msgspec.Struct, frozen=True, kw_only=True):
    """Only the counter of the draft that the writer saw, which every form of the editor carries."""

    edit: int = 0


class TextsForm(EditForm, frozen=True, kw_only=True):
    """Title, declaration and how decisions are made."""

    title: Words
    declaration: Words
    four_eyes: bool = False
    decide_within_days: Annotated[int, msgspec.Meta(ge=1, le=730), label(message("Days to decide"))]
    approval_months: Annotated[int, msgspec.Meta(ge=1, le=240), label(message("Months of approval"))] | None = None
    appeal: Words
    legal_basis: Words


class ServicesForm(EditForm, frozen=True, kw_only=True):
    """Services that can be applied for."""

    service_classes: list[str] = []


class TermsForm(EditForm, frozen=True, kw_only=True):
    """What holds for one service."""

    ceiling: Annotated[Euros, label(message("Price ceiling"))] | None = None
    required_attributes: list[str] = []


class GroupForm(EditForm, frozen=True, kw_only=True):
    """A page of questions. ``asked_of`` everybody, or those who apply for one of ``services``."""

    title: Words
    intro: Words | None = None
    asked_of: Literal["everybody", "services"] = "everybody"
    services: list[str] = []


class TypeForm(msgspec.Struct, frozen=True, kw_only=True):
    """The type of a new question."""

    type: QuestionType


class ChoiceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to choose from. ``value`` is empty in a new one."""

    text: Words
    value: str = ""


class QuestionForm(EditForm, frozen=True, kw_only=True):
    """A question of whatever type; what its type has no use for is left out of the page and not looked at.

    ``shown_if`` is a question's key with the answer, ``staff=true``, or with the sign that numbers follow: ``staff#``.
    """

    group: str = ""
    text: Words
    rule: Words | None = None
    hint: Words | None = None
    required: bool = False
    required_answer: Literal["", "true", "false"] = ""
    minimum: Annotated[Number, label(message("Least"))] | None = None
    maximum: Annotated[Number, label(message("Greatest"))] | None = None
    max_length: Annotated[int, msgspec.Meta(ge=1, le=5000), label(message("Greatest length"))] = 2000
    max_age_months: Annotated[int, msgspec.Meta(ge=1, le=120), label(message("Greatest age in months"))] | None = None
    choices: Annotated[list[ChoiceRow], msgspec.Meta(max_length=50)] = []
    per: Per = Per.APPLICATION
    profile: Annotated[str, msgspec.Meta(max_length=60)] = ""
    concept: Annotated[str, msgspec.Meta(pattern=r"^([a-z][a-z0-9_]{0,59})?$"), label(message("Concept"))] = ""
    renewed: bool = False
    shown_if: Annotated[str, msgspec.Meta(max_length=200)] = ""
    at_least: Annotated[Number, label(message("At least"))] | None = None
    at_most: Annotated[Number, label(message("At most"))] | None = None


class ReasonForm(EditForm, frozen=True, kw_only=True):
    """A reason for a decision."""

    text: Words
    legal_basis: Words | None = None


class ImportForm(EditForm, frozen=True, kw_only=True):
    """A file that takes the draft's place."""

    file: Annotated[UploadFile, label(message("File"))]


# --- what the forms make ---------------------------------------------------------------------------------------------


def text_in(words: Words) -> Text:
    return Text(words.fi, words.sv, words.en)


def maybe_text(words: Words | None) -> Text | None:
    return text_in(words) if words is not None else None


def words_of(text: Text) -> Words:
    return Words(fi=text.fi, sv=text.sv, en=text.en)


def maybe_words(text: Text | None) -> Words | None:
    return words_of(text) if text is not None else None


def texts_form(content: RulebookContent, edit: int) -> TextsForm:
    decision = content.decision
    return TextsForm(
        edit=edit, title=words_of(content.title), declaration=words_of(content.declaration),
        four_eyes=decision.four_eyes, decide_within_days=decision.decide_within_days,
        approval_months=decision.approval_months, appeal=words_of(decision.appeal),
        legal_basis=words_of(decision.legal_basis),
    )  # fmt: skip


def with_texts(content: RulebookContent, form: TextsForm) -> RulebookContent:
    decision = DecisionTerms(
        four_eyes=form.four_eyes, decide_within_days=form.decide_within_days, approval_months=form.approval_months,
        appeal=text_in(form.appeal), legal_basis=text_in(form.legal_basis),
    )  # fmt: skip
    words = {"title": text_in(form.title), "declaration": text_in(form.declaration), "decision": decision}
    return msgspec.structs.replace(content, **words)


def terms_form(content: RulebookContent, code: str, edit: int) -> TermsForm:
    terms = next((each for each in content.terms if each.service_class == code), ServiceTerms(service_class=code))
    return TermsForm(edit=edit, ceiling=terms.ceiling_cents, required_attributes=list(terms.required_attributes))


def reason_form(reason: Reason, edit: int) -> ReasonForm:
    return ReasonForm(edit=edit, text=words_of(reason.text), legal_basis=maybe_words(reason.legal_basis))


def question_form(placed: PlacedQuestion, edit: int) -> QuestionForm:
    """A question as its form shows it."""
    asked, required = placed.question, placed.question.required_answer
    return QuestionForm(
        edit=edit, group=placed.group.key, text=words_of(asked.text), rule=maybe_words(asked.rule),
        hint=maybe_words(asked.hint), required=asked.required,
        required_answer="" if required is None else "true" if required else "false",
        minimum=asked.minimum, maximum=asked.maximum, max_length=asked.max_length,
        max_age_months=asked.max_age_months,
        choices=[ChoiceRow(value=each.value, text=words_of(each.text)) for each in asked.choices],
        per=asked.per, profile=asked.profile or "", concept=asked.concept or "", renewed=asked.renewed,
        shown_if=condition_code(asked.shown_if), at_least=asked.shown_if and asked.shown_if.at_least,
        at_most=asked.shown_if and asked.shown_if.at_most,
    )  # fmt: skip


def question_in(form: QuestionForm, key: str, kind: QuestionType, before: RulebookContent) -> Question:
    """The question that a form describes. What its type has no use for is left out."""
    has: dict[str, Any] = {}
    match kind:
        case QuestionType.YES_NO:
            has["required_answer"] = {"": None, "true": True, "false": False}[form.required_answer]
        case QuestionType.NUMBER:
            has |= {"minimum": form.minimum, "maximum": form.maximum}
        case QuestionType.TEXT:
            has["max_length"] = form.max_length
        case QuestionType.DATE | QuestionType.ATTACHMENT:
            has["max_age_months"] = form.max_age_months
        case QuestionType.CHOICE:
            has["choices"] = choices_in(form.choices)
        case QuestionType.DECLARATION:
            pass
    return Question(
        key=key, type=kind, text=text_in(form.text), rule=maybe_text(form.rule), hint=maybe_text(form.hint),
        required=form.required, per=form.per, profile=form.profile or None, concept=form.concept or None,
        renewed=form.renewed, shown_if=condition_in(form, before), **has,
    )  # fmt: skip


def choices_in(rows: list[ChoiceRow]) -> tuple[Choice, ...]:
    """Answers to choose from; a new one gets a value of its own, and that of an old one stays: it was answered with."""
    made: list[Choice] = []
    old = {row.value for row in rows if row.value}
    for row in rows:
        value = row.value or new_key(text_in(row.text), {*old, *(each.value for each in made)}, "choice")
        made.append(Choice(value=value, text=text_in(row.text)))
    return tuple(made)


def condition_code(condition: Condition | None) -> str:
    """A condition as the page's list of conditions names it."""
    if condition is None:
        return ""
    if condition.answer is None:
        return f"{condition.question}{NUMBERS}"
    answer = condition.answer
    return f"{condition.question}={str(answer).lower() if isinstance(answer, bool) else answer}"


def condition_in(form: QuestionForm, content: RulebookContent) -> Condition | None:
    """The condition that was chosen; its answer is of the type of the question that it depends on."""
    if not form.shown_if:
        return None
    if form.shown_if.endswith(NUMBERS):
        key = form.shown_if.removesuffix(NUMBERS)
        return Condition(question=key, at_least=form.at_least, at_most=form.at_most)
    key, _, answer = form.shown_if.partition("=")
    return Condition(question=key, answer=_typed(answer, key, content))


def _typed(answer: str, key: str, content: RulebookContent) -> str | bool | int:
    kinds = {each.question.key: each.question.type for each in placed_questions(content)}
    match kinds.get(key):
        case QuestionType.YES_NO | QuestionType.DECLARATION:
            return answer == "true"
        case QuestionType.NUMBER if answer.lstrip("-").isascii() and answer.lstrip("-").isdigit() and len(answer) < 15:
            return int(answer)
        case _:
            return answer


FIELDS: Final = frozenset({"required_answer", "minimum", "max_age_months", "maximum", "choices", "profile", "concept"})


def told_at_fields(problems: list[FieldError], path: str) -> list[FieldError]:
    """The contradictions at a question's place, each at its field of the form. Words that lack a language may wait."""
    found: list[FieldError] = []
    for each in problems:
        inner = each.field.removeprefix(f"{path}.")
        if inner == each.field or inner.rpartition(".")[2] in {"fi", "sv", "en"}:
            continue
        name = inner.partition(".")[0]
        found.append(FieldError(name if name in {*FIELDS, "shown_if"} else "", each.message))
    return found
