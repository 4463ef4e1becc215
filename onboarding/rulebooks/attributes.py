"""What each attribute of a rulebook is called, and its values in words: for differences, previews and editors. Pure."""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any, Final

from marketplace.kernel.i18n import Message, counted, message
from marketplace.kernel.money import Money
from onboarding.rulebooks.language import (
    ATTRIBUTES,
    PER_NAMES,
    QUESTION_TYPE_NAMES,
    Choice,
    Condition,
    Per,
    QuestionType,
)

Words = Mapping[str, tuple[Message, Callable[[Any], Message]]]
"""Attributes by name, each with what it is called and how a value of it is said."""

NONE: Final = message("none")


def joined(parts: Iterable[Message]) -> Message:
    """``one, other, third``; for no parts the word for none."""
    found = list(parts)
    return reduce(lambda one, other: message("{one}, {other}", one=one, other=other), found) if found else NONE


def yes_no(value: bool | None) -> Message:
    return NONE if value is None else message("Yes") if value else message("No")


def quoted(value: object) -> Message:
    """A text of the rulebook's own, or a code, as it stands."""
    return NONE if value is None or value == "" else message("“{text}”", text=value)


def number(value: int | None) -> Message:
    return NONE if value is None else message("“{text}”", text=value)


def months(value: int | None) -> Message:
    return NONE if value is None else counted("{count} month", "{count} months", count=value)


def days(value: int) -> Message:
    return counted("{count} day", "{count} days", count=value)


def cents(value: int | None) -> Message:
    return NONE if value is None else message("“{text}”", text=Money(value))


def choices(value: Iterable[Choice]) -> Message:
    return joined(message("“{text}”", text=choice.text) for choice in value)


def condition(value: Condition | None) -> Message:
    """When a question is shown: ``staff is at least 3``."""
    if value is None:
        return NONE
    key = value.question
    if isinstance(value.answer, bool):
        return message("{key} is answered {answer}", key=key, answer=yes_no(value.answer))
    if value.answer is not None:
        return message("{key} is answered {answer}", key=key, answer=quoted(value.answer))
    if value.at_least is not None and value.at_most is not None:
        return message("{key} is from {least} to {most}", key=key, least=value.at_least, most=value.at_most)
    if value.at_least is not None:
        return message("{key} is at least {least}", key=key, least=value.at_least)
    return message("{key} is at most {most}", key=key, most=value.at_most)


def question_type(value: QuestionType) -> Message:
    return QUESTION_TYPE_NAMES[value]


def per(value: Per) -> Message:
    return PER_NAMES[value]


def codes(value: Iterable[str]) -> Message:
    return joined(ATTRIBUTES.get(code) or quoted(code) for code in value)


QUESTION: Final[Words] = {
    "text": (message("Question"), quoted),
    "rule": (message("Rule"), quoted),
    "hint": (message("Hint"), quoted),
    "type": (message("Type of answer"), question_type),
    "per": (message("Asked of"), per),
    "required": (message("Must be answered"), yes_no),
    "required_answer": (message("Required answer"), yes_no),
    "minimum": (message("Least number"), number),
    "maximum": (message("Greatest number"), number),
    "max_length": (message("Most characters"), number),
    "max_age_months": (message("Greatest age"), months),
    "choices": (message("Answers to choose from"), choices),
    "shown_if": (message("Shown only if"), condition),
    "profile": (message("Answered by the profile's"), quoted),
    "concept": (message("Same thing at all organisers"), quoted),
    "renewed": (message("Asked again at renewal"), yes_no),
}
WHOLE: Final[Words] = {
    "title": (message("Title"), quoted),
    "declaration": (message("Declaration"), quoted),
}
GROUP: Final[Words] = {
    "title": (message("Title"), quoted),
    "intro": (message("Introduction"), quoted),
}
TERMS: Final[Words] = {
    "ceiling_cents": (message("Price ceiling"), cents),
    "required_attributes": (message("Required of every offer"), codes),
}
REASON: Final[Words] = {
    "text": (message("Text"), quoted),
    "legal_basis": (message("Legal basis"), quoted),
}
DECISION: Final[Words] = {
    "four_eyes": (message("Two people decide"), yes_no),
    "decide_within_days": (message("Decided within"), days),
    "approval_months": (message("Approval lasts"), months),
    "appeal": (message("How to appeal"), quoted),
    "legal_basis": (message("Legal basis"), quoted),
}
COMPARED: Final = (
    "type", "per", "required", "required_answer", "minimum", "maximum", "max_length", "max_age_months", "choices",
    "rule", "renewed",
)  # fmt: skip
"""In what two organisers' questions about the same thing may differ so that it matters to whoever answers both."""
