"""What pages of applications show: questions as fields, answers as rows, dates as a line."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Language, Message, Text, message, show_date, translate
from onboarding.applications.answering import still_wrong, told_by_whom
from onboarding.applications.asked_once import Asked, AskedPage, Difference, Section, differences
from onboarding.applications.bundles import Bundle, Part
from onboarding.applications.page_forms import as_typed, in_words, typed
from onboarding.applications.schemas import AttachmentView, Milestone, Source
from onboarding.applications.writing import Collision
from onboarding.providers.profile_facts import FACTS
from onboarding.rulebooks.requirements import Question, QuestionType

LIST = "/provider/applications"
STEP_NAMES: Mapping[Milestone, Message] = {
    Milestone.SENT: message("Sent"),
    Milestone.TAKEN_UP: message("Taken up by a reviewer"),
    Milestone.ASKED: message("More information asked for"),
    Milestone.ANSWER_DUE: message("Answer by"),
    Milestone.ANSWERED: message("You answered"),
    Milestone.DECISION_EXPECTED: message("Decision expected by"),
    Milestone.DECIDED: message("Decided"),
    Milestone.WITHDRAWN: message("Withdrawn"),
}


class FieldView(msgspec.Struct, frozen=True, kw_only=True):
    """A question as a field of a page, in the reader's language."""

    name: str
    type: QuestionType
    text: str
    hint: str
    is_optional: bool
    max_length: int
    choices: list[tuple[str, str]]
    differences: list[str]
    differ_in_terms: bool
    problem: str
    source: str
    files: list[AttachmentView]
    asks_issue_date: bool
    merge: list[tuple[str, str]]
    mine: str


class SectionView(msgspec.Struct, frozen=True, kw_only=True):
    """Fields under one heading."""

    heading: str
    subject: str
    fields: list[FieldView]


def bundle_path(bundle_id: UUID | None) -> str:
    return f"{LIST}/drafts/{bundle_id}"


def sections_of(
    bundle: Bundle, page: AskedPage, language: Language, collisions: Mapping[str, Collision]
) -> list[SectionView]:
    """The fields of a page under their headings."""
    return [
        SectionView(
            heading=_heading(bundle, section, language),
            subject=section.subject.label.in_language(language),
            fields=[_field(bundle, each, language, collisions.get(each.name)) for each in section.asked],
        )
        for section in page.sections
    ]


def _heading(bundle: Bundle, section: Section, language: Language) -> str:
    if section.of is None:
        return ""
    name = bundle.part(section.of).summary.organiser_name
    return translate(message("Asked only by {organiser}", organiser=name), language)


def _field(bundle: Bundle, asked: Asked, language: Language, collision: Collision | None) -> FieldView:
    question = asked.question
    unlike = differences(asked)
    rule = question.rule.in_language(language) if question.rule and not unlike else ""
    hint = question.hint.in_language(language) if question.hint else ""
    return FieldView(
        name=asked.name,
        type=question.type,
        text=question.text.in_language(language),
        hint=" ".join(each for each in (rule, hint) if each),
        is_optional=not asked.is_required,
        max_length=asked.max_length,
        choices=[(each.value, each.text.in_language(language)) for each in question.choices],
        differences=[_difference(bundle, each, language) for each in unlike],
        differ_in_terms=len({tuple(translate(text, language) for text in each.terms) for each in unlike}) > 1,
        problem=_problem(bundle, asked, language),
        source=_source(bundle, asked, language),
        files=bundle.files_of(asked),
        asks_issue_date=asked.asks_issue_date,
        merge=_choices(collision, question, language) if collision else [],
        mine=as_typed(collision.mine, question) if collision else "",
    )


def _difference(bundle: Bundle, difference: Difference, language: Language) -> str:
    """``Helsinki: at most 3 months old. The rule's own words.``"""
    name = bundle.part(difference.application_id).summary.organiser_name.in_language(language)
    terms = ", ".join(translate(each, language) for each in difference.terms)
    words = ". ".join(
        each for each in (terms, difference.rule.in_language(language) if difference.rule else "") if each
    )
    return f"{name}: {words or '–'}"


def _problem(bundle: Bundle, asked: Asked, language: Language) -> str:
    """What is wrong with an answer that is there, such as a certificate of the profile that has grown too old."""
    if not bundle.files_of(asked) and bundle.answer_to(asked) is None:
        return ""
    wrong = [
        (member, problem)
        for member in asked.members
        for error in bundle.part(member.application_id).filling.missing
        if error.field == member.slot.key and isinstance(problem := error.message.values.get("problem"), Message)
    ]
    return translate(told_by_whom(bundle, asked, wrong), language) if wrong else ""


def _source(bundle: Bundle, asked: Asked, language: Language) -> str:
    """Where an answer comes from that nobody typed here."""
    files = bundle.files_of(asked)
    source = files[0].source if files else bundle.source_of(asked)
    fact = FACTS.get(asked.question.profile or "")
    if source is Source.CARRIED:
        return translate(message("Carried over from your earlier application."), language)
    if source is not Source.PROFILE or fact is None:
        return ""
    issued = files[0].issued_on if files else None
    if issued:
        text = message("From your profile: {fact}, {day}. You can use another one here.", fact=fact.label, day=issued)
    else:
        text = message("From your profile: {fact}. You can change it for this application.", fact=fact.label)
    return translate(text, language)


def _choices(collision: Collision, question: Question, language: Language) -> list[tuple[str, str]]:
    theirs = message(
        "Keep the answer of {who}: {answer}", who=collision.who, answer=in_words(collision.theirs, question)
    )
    mine = message("Keep mine: {answer}", answer=in_words(collision.mine, question))
    return [("theirs", translate(theirs, language)), ("mine", translate(mine, language))]


def sent_of(bundle: Bundle, page: AskedPage) -> tuple[dict[str, list[Any]], dict[str, Message]]:
    """The fields of a page as they were typed, and what is wrong with those that could not be taken."""
    sent: dict[str, list[Any]] = {}
    errors: dict[str, Message] = {}
    for asked in page.asked:
        text = bundle.unread_of(asked)
        if text is not None and (problem := still_wrong(bundle, asked, typed(asked.question, [text]))):
            sent[asked.name], errors[asked.name] = [text], problem
        elif asked.question.type is not QuestionType.ATTACHMENT:
            sent[asked.name] = [as_typed(bundle.answer_to(asked), asked.question)]
    return sent, errors


class AnswerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A question with its answer, to be read."""

    name: str
    text: str
    rule: str
    value: str
    files: list[AttachmentView]
    page: str


def row_of(name: str, question: Question, answer: Any, files: Sequence[AttachmentView], language: Language, page: str) -> AnswerRow:  # fmt: skip
    words = in_words(answer, question)
    value = words.in_language(language) if isinstance(words, Text) else translate(words, language) if isinstance(words, Message) else words  # fmt: skip
    return AnswerRow(
        name=name, text=question.text.in_language(language), value=value, files=list(files), page=page,
        rule=question.rule.in_language(language) if question.rule else "",
    )  # fmt: skip


def groups_of_answers(bundle: Bundle, language: Language) -> list[tuple[str, list[AnswerRow]]]:
    """Everything that a bundle was asked, with its answers, page by page."""
    return [
        (
            _title(bundle, page, section, language),
            [
                row_of(each.name, each.question, bundle.answer_to(each), bundle.files_of(each), language, page.key)
                for each in section.asked
            ],
        )
        for page in bundle.pages
        for section in page.sections
    ]


def _title(bundle: Bundle, page: AskedPage, section: Section, language: Language) -> str:
    parts = [page.title.in_language(language), section.subject.label.in_language(language)]
    if section.of is not None:
        parts.append(bundle.part(section.of).summary.organiser_name.in_language(language))
    return " · ".join(each for each in parts if each)


def carried_over(part: Part, language: Language) -> list[tuple[str, list[AnswerRow]]]:
    """What an extension takes of its approval's application without asking."""
    asked = {slot.key for group in part.filling.asked for slot in group.slots}
    found = [
        (
            group.group.title.in_language(language),
            [
                row_of(
                    slot.key,
                    slot.question,
                    part.filling.answers.get(slot.key),
                    part.filling.files_of(slot.key),
                    language,
                    "",
                )
                for slot in group.slots
                if slot.key not in asked
            ],
        )
        for group in part.filling.groups
    ]
    return [(title, rows) for title, rows in found if rows]


def day_in_words(day: date | None, language: Language) -> str:
    return show_date(day, language) if day else ""
