"""The language in which organisers write what they require: questions in groups, terms, reasons. Data only, no rules.

The words of a rulebook are its organiser's own, in three languages; nothing here knows what is asked.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Final, NamedTuple

import msgspec

from marketplace.kernel.i18n import Message, Text, message

Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Answer = str | int | bool
Answers = Mapping[str, Answer]
"""Answers by slot: a question's ``key``, or ``key@subject`` where it is asked of each unit or service."""

Number = Annotated[int, msgspec.Meta(ge=-(10**12), le=10**12)]
Cents = Annotated[int, msgspec.Meta(ge=1, le=10**9)]


class QuestionType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"
    DATE = "date"
    ATTACHMENT = "attachment"
    DECLARATION = "declaration"


class Per(StrEnum):
    """What a question is asked of: the application as a whole, each service unit, or each service applied for."""

    APPLICATION = "application"
    UNIT = "unit"
    SERVICE = "service"


class Choice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the answers that can be chosen; ``value`` is what is kept."""

    value: Key
    text: Text


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question is shown only if an earlier one has this ``answer``, or is a number of at least or at most so much."""

    question: Key
    answer: Answer | None = None
    at_least: Number | None = None
    at_most: Number | None = None


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One requirement. ``rule`` is what the rulebook says, shown beside the question and to the reviewer.

    ``required_answer``: the only answer to a yes or no with which the application can be sent.
    ``max_age_months``: a date, or the issue date given with a file, may lie this many months back and not in the future.
    ``profile``: the fact of the provider's profile that answers it.
    ``concept``: questions of several organisers with the same concept are asked once, their differences shown.
    ``renewed``: answered afresh on each renewal.
    """

    key: Key
    type: QuestionType
    text: Text
    rule: Text | None = None
    hint: Text | None = None
    required: bool = True
    required_answer: bool | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    max_length: Annotated[int, msgspec.Meta(ge=1, le=5000)] = 2000
    max_age_months: Annotated[int, msgspec.Meta(ge=1, le=120)] | None = None
    choices: Annotated[tuple[Choice, ...], msgspec.Meta(max_length=50)] = ()
    shown_if: Condition | None = None
    per: Per = Per.APPLICATION
    profile: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    concept: Key | None = None
    renewed: bool = False


class QuestionGroup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Questions that stand on one page. A draft may have a page without questions yet."""

    key: Key
    title: Text
    intro: Text | None = None
    questions: Annotated[tuple[Question, ...], msgspec.Meta(max_length=40)]


class ServicePart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked only of those who apply for one of these service classes."""

    service_classes: Annotated[tuple[str, ...], msgspec.Meta(max_length=100)]
    groups: Annotated[tuple[QuestionGroup, ...], msgspec.Meta(max_length=40)]


class ServiceTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for a service class once approved.

    ``ceiling_cents``: the highest price of one unit of the service (an hour, a visit, a meal) at any time of the week, in
    cents, with surcharges and tax. Published prices are held to it.
    ``required_attributes``: codes of ``ATTRIBUTES`` that an offer of the service must have.
    """

    service_class: str
    ceiling_cents: Cents | None = None
    required_attributes: tuple[str, ...] = ()


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reason for a decision that a reviewer chooses, with the law or the place in the rulebook it rests on."""

    code: Key
    text: Text
    legal_basis: Text | None = None


class DecisionTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How this organiser decides. ``approval_months``: how long an approval lasts, None until further notice.

    The appeal's fourteen days are those of the Act on Wellbeing Services Counties (611/2021), section 140.
    """

    four_eyes: bool = False
    decide_within_days: Annotated[int, msgspec.Meta(ge=1, le=730)] = 90
    approval_months: Annotated[int, msgspec.Meta(ge=1, le=240)] | None = None
    appeal: Text = Text(
        "Päätökseen tyytymätön voi tehdä oikaisuvaatimuksen 14 päivän kuluessa siitä, kun hän on saanut päätöksen tiedoksi.",
        "Den som är missnöjd med beslutet kan begära omprövning inom 14 dagar från det att beslutet delgavs.",
        "Whoever is dissatisfied with the decision may ask for it to be reviewed within 14 days of being served with it.",
    )
    legal_basis: Text = Text(
        "Laki sosiaali- ja terveydenhuollon palvelusetelistä (569/2009) 5 §",
        "Lagen om servicesedlar inom social- och hälsovården (569/2009) 5 §",
        "Act on Service Vouchers in Social Welfare and Health Care (569/2009), section 5",
    )


class RulebookContent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole rulebook. ``service_classes`` are those that can be applied for."""

    title: Text
    declaration: Text
    service_classes: Annotated[tuple[str, ...], msgspec.Meta(max_length=100)]
    general: Annotated[tuple[QuestionGroup, ...], msgspec.Meta(max_length=40)]
    services: Annotated[tuple[ServicePart, ...], msgspec.Meta(max_length=40)] = ()
    terms: Annotated[tuple[ServiceTerms, ...], msgspec.Meta(max_length=100)] = ()
    reasons: Annotated[tuple[Reason, ...], msgspec.Meta(max_length=100)] = ()
    decision: DecisionTerms = DecisionTerms()


ATTRIBUTES: Final[Mapping[str, Message]] = {
    "finnish": message("Service in Finnish"),
    "swedish": message("Service in Swedish"),
    "evenings": message("Service in the evenings"),
    "weekends": message("Service on Saturdays and Sundays"),
    "own_worker": message("A named own worker"),
    "accessible": message("Accessible premises"),
}
"""What a rulebook may require of every offer of a service."""

QUESTION_TYPE_NAMES: Final[Mapping[QuestionType, Message]] = {
    QuestionType.TEXT: message("Text"),
    QuestionType.NUMBER: message("Number"),
    QuestionType.YES_NO: message("Yes or no"),
    QuestionType.CHOICE: message("One of several answers"),
    QuestionType.DATE: message("Date"),
    QuestionType.ATTACHMENT: message("Attached file"),
    QuestionType.DECLARATION: message("Statement to confirm"),
}
PER_NAMES: Final[Mapping[Per, Message]] = {
    Per.APPLICATION: message("Asked once"),
    Per.UNIT: message("Asked of each service unit"),
    Per.SERVICE: message("Asked of each service"),
}


class PlacedGroup(NamedTuple):
    """A group with its path in the rulebook and the service classes for which it is asked."""

    path: str
    group: QuestionGroup
    service_classes: tuple[str, ...]


class PlacedQuestion(NamedTuple):
    """A question with its path (``services.1.groups.0.questions.3``), its group and the classes it is asked for."""

    path: str
    question: Question
    group: QuestionGroup
    service_classes: tuple[str, ...]


def placed_groups(content: RulebookContent) -> Iterator[PlacedGroup]:
    """Every group in the order in which it is asked: the general part, then the parts for services."""
    for n, group in enumerate(content.general):
        yield PlacedGroup(f"general.{n}", group, content.service_classes)
    for n, part in enumerate(content.services):
        for m, group in enumerate(part.groups):
            yield PlacedGroup(f"services.{n}.groups.{m}", group, part.service_classes)


def placed_questions(content: RulebookContent) -> Iterator[PlacedQuestion]:
    """Every question in the order in which it is asked."""
    for path, group, classes in placed_groups(content):
        for n, question in enumerate(group.questions):
            yield PlacedQuestion(f"{path}.questions.{n}", question, group, classes)


def groups_for(content: RulebookContent, service_classes: Iterable[str]) -> list[QuestionGroup]:
    """The groups of the general part and of the parts for these service classes, in order."""
    wanted = set(service_classes)
    parts = [part for part in content.services if wanted & set(part.service_classes)]
    return [*content.general, *(group for part in parts for group in part.groups)]


def questions_for(content: RulebookContent, service_classes: Iterable[str]) -> dict[str, Question]:
    """The questions of these service classes by key, whether their conditions are met or not."""
    return {question.key: question for group in groups_for(content, service_classes) for question in group.questions}
