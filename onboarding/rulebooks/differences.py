"""What changed from one rulebook to another, and in what organisers differ: in words, place by place. Pure."""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Message, Text, message
from onboarding.rulebooks.attributes import (
    COMPARED,
    DECISION,
    GROUP,
    QUESTION,
    REASON,
    TERMS,
    WHOLE,
    Words,
    codes,
    quoted,
)
from onboarding.rulebooks.language import PlacedGroup, Question, RulebookContent, placed_groups, placed_questions

EVERYBODY = message("everybody")
Placed = Mapping[str, tuple[str, Any]]


class Change(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it was. ``place`` is its path in the new rulebook, in the old one where it was removed.

    ``subject`` names what it is about. ``attribute``, ``old`` and ``new`` are set where something was changed.
    """

    change: Change
    place: str
    subject: Message
    attribute: Message | None = None
    old: Message | None = None
    new: Message | None = None


class AttributeValues(msgspec.Struct, frozen=True, kw_only=True):
    """In what organisers ask the same thing differently: each one's way, in words."""

    attribute: Message
    values: Mapping[UUID, Message]


class ConceptComparison(msgspec.Struct, frozen=True, kw_only=True):
    """A concept with each organiser's question about it. Without ``differences`` they all ask the same."""

    concept: str
    questions: Mapping[UUID, Question]
    differences: tuple[AttributeValues, ...]

    @property
    def is_same(self) -> bool:
        return not self.differences


def differences(old: RulebookContent, new: RulebookContent) -> list[Difference]:
    """Everything in which ``new`` is not ``old``, part by part; what was removed comes after what stayed or came."""
    return [
        *_attributes("", message("The rulebook"), old, new, WHOLE),
        *_matched(_classes_of(old), _classes_of(new), lambda code: message("Service class {code}", code=code), {}),
        *_groups(old, new),
        *_questions(old, new),
        *_matched(_terms_of(old), _terms_of(new), lambda code: message("Terms of {code}", code=code), TERMS),
        *_matched(_reasons_of(old), _reasons_of(new), lambda code: message("Reason {code}", code=code), REASON),
        *_attributes("decision", message("Decisions"), old.decision, new.decision, DECISION),
    ]


def differences_between_organisers(contents: Mapping[UUID, RulebookContent]) -> list[ConceptComparison]:
    """The concepts that at least two of these rulebooks ask about, in the order of the first, with what differs."""
    asked: dict[str, dict[UUID, Question]] = {}
    for organiser_id, content in contents.items():
        for placed in placed_questions(content):
            if placed.question.concept is not None:
                asked.setdefault(placed.question.concept, {}).setdefault(organiser_id, placed.question)
    return [
        ConceptComparison(concept=concept, questions=questions, differences=tuple(_unlike(questions)))
        for concept, questions in asked.items()
        if len(questions) > 1
    ]


def _unlike(questions: Mapping[UUID, Question]) -> Iterator[AttributeValues]:
    for name in COMPARED:
        label, in_words = QUESTION[name]
        if len({msgspec.json.encode(getattr(each, name)) for each in questions.values()}) > 1:
            values = {organiser_id: in_words(getattr(each, name)) for organiser_id, each in questions.items()}
            yield AttributeValues(attribute=label, values=values)


def _classes_of(content: RulebookContent) -> Placed:
    return {code: (f"service_classes.{n}", code) for n, code in enumerate(content.service_classes)}


def _terms_of(content: RulebookContent) -> Placed:
    return {each.service_class: (f"terms.{n}", each) for n, each in enumerate(content.terms)}


def _reasons_of(content: RulebookContent) -> Placed:
    return {each.code: (f"reasons.{n}", each) for n, each in enumerate(content.reasons)}


def _groups(old: RulebookContent, new: RulebookContent) -> Iterator[Difference]:
    was, now = ({each.group.key: each for each in placed_groups(content)} for content in (old, new))
    titles = {key: placed.group.title for key, placed in (was | now).items()}

    def subject(key: str) -> Message:
        return message("Page: {text}", text=titles[key])

    yield from _matched(_placed_groups(was), _placed_groups(now), subject, GROUP)
    for key, placed in now.items():
        if key in was and (before := _asked_of(was[key])) != (after := _asked_of(placed)):
            yield Difference(
                change=Change.CHANGED, place=placed.path, subject=subject(key), attribute=message("Asked of"),
                old=_audience(before), new=_audience(after),
            )  # fmt: skip


def _placed_groups(groups: Mapping[str, PlacedGroup]) -> Placed:
    return {key: (placed.path, placed.group) for key, placed in groups.items()}


def _asked_of(placed: PlacedGroup) -> tuple[str, ...]:
    """The classes of a part for services; nothing for the general part."""
    return tuple(sorted(placed.service_classes)) if placed.path.startswith("services") else ()


def _audience(classes: tuple[str, ...]) -> Message:
    return codes(classes) if classes else EVERYBODY


def _questions(old: RulebookContent, new: RulebookContent) -> Iterator[Difference]:
    was, now = ({each.question.key: each for each in placed_questions(content)} for content in (old, new))
    texts = {key: placed.question.text for key, placed in (was | now).items()}

    def subject(key: str) -> Message:
        return message("Question: {text}", text=texts[key])

    old_questions, new_questions = (
        {key: (placed.path, placed.question) for key, placed in each.items()} for each in (was, now)
    )
    yield from _matched(old_questions, new_questions, subject, QUESTION)
    for key, placed in now.items():
        if key in was and was[key].group.key != placed.group.key:
            yield Difference(
                change=Change.CHANGED, place=placed.path, subject=subject(key), attribute=message("Page"),
                old=quoted(was[key].group.title), new=quoted(placed.group.title),
            )  # fmt: skip


def _matched(old: Placed, new: Placed, subject: Callable[[str], Message], words: Words) -> Iterator[Difference]:
    """What has the same key before and after is compared; the rest was added or removed."""
    for key, (place, thing) in new.items():
        if key in old:
            yield from _attributes(place, subject(key), old[key][1], thing, words)
        else:
            yield Difference(change=Change.ADDED, place=place, subject=subject(key))
    for key, (place, _) in old.items():
        if key not in new:
            yield Difference(change=Change.REMOVED, place=place, subject=subject(key))


def _attributes(place: str, subject: Message, old: Any, new: Any, words: Words) -> Iterator[Difference]:
    for name, (label, in_words) in words.items():
        before, after = getattr(old, name), getattr(new, name)
        path = f"{place}.{name}" if place else name
        if isinstance(before, Text) and isinstance(after, Text):
            yield from _languages(path, subject, before, after, label)
        elif before != after:
            yield Difference(
                change=Change.CHANGED, place=path, subject=subject, attribute=label,
                old=in_words(before), new=in_words(after),
            )  # fmt: skip


def _in_each_language(label: Message) -> dict[str, Message]:
    return {
        "fi": message("{attribute} in Finnish", attribute=label),
        "sv": message("{attribute} in Swedish", attribute=label),
        "en": message("{attribute} in English", attribute=label),
    }


def _languages(place: str, subject: Message, old: Text, new: Text, label: Message) -> Iterator[Difference]:
    """A text that changed in one language only would look the same to a reader of another."""
    for language, named in _in_each_language(label).items():
        before, after = getattr(old, language), getattr(new, language)
        if before != after:
            yield Difference(
                change=Change.CHANGED, place=f"{place}.{language}", subject=subject, attribute=named,
                old=quoted(before), new=quoted(after),
            )  # fmt: skip
