"""One edit of a rulebook at a time: a page, a question or a reason put in, changed, moved or taken out. Pure.

Pages and questions are found by key. A page belongs to everybody or to those who apply for certain services.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from msgspec.structs import replace

from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Text
from onboarding.rulebooks.language import (
    PlacedGroup,
    PlacedQuestion,
    Question,
    QuestionGroup,
    Reason,
    RulebookContent,
    ServicePart,
    ServiceTerms,
    placed_groups,
    placed_questions,
)

T = TypeVar("T")
LONGEST_KEY: Final = 50
UP, DOWN = -1, 1


def placed_group(content: RulebookContent, key: str) -> PlacedGroup:
    """A page with its place.

    Raises:
        NotFound: there is none with this key.
    """
    return _only(each for each in placed_groups(content) if each.group.key == key)


def placed_question(content: RulebookContent, key: str) -> PlacedQuestion:
    """A question with its place.

    Raises:
        NotFound: there is none with this key.
    """
    return _only(each for each in placed_questions(content) if each.question.key == key)


def reason_of(content: RulebookContent, code: str) -> Reason:
    """A reason by its code.

    Raises:
        NotFound: there is none.
    """
    return _only(each for each in content.reasons if each.code == code)


def _only(found: Iterable[T]) -> T:
    first = next(iter(found), None)
    if first is None:
        raise NotFound
    return first


def services_of(content: RulebookContent, key: str) -> tuple[str, ...]:
    """The services for which alone a page is asked; none where it is asked of everybody."""
    placed = placed_group(content, key)
    return () if placed.path.startswith("general.") else placed.service_classes


def new_key(words: Text, taken: Iterable[str], fallback: str) -> str:
    """A key made of the first words of a text, unlike all that are taken."""
    plain = unicodedata.normalize("NFKD", words.en or words.fi).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_KEY].strip("_")
    stem = stem if re.match(r"[a-z]", stem) else f"{fallback}_{stem}".rstrip("_")
    known, number = set(taken), 1
    key = stem
    while key in known:
        number += 1
        key = f"{stem}_{number}"
    return key


def keys_of(content: RulebookContent) -> set[str]:
    """The keys of all pages and questions, which share one set of names."""
    groups = {each.group.key for each in placed_groups(content)}
    return groups | {each.question.key for each in placed_questions(content)}


# --- pages -----------------------------------------------------------------------------------------------------------


def with_group(content: RulebookContent, group: QuestionGroup, services: Sequence[str]) -> RulebookContent:
    """A page added at the end of the general part or, where services are named, of the part for just these."""
    if not services:
        return replace(content, general=(*content.general, group))
    wanted = set(services)
    for n, part in enumerate(content.services):
        if set(part.service_classes) == wanted:
            grown = replace(part, groups=(*part.groups, group))
            return replace(content, services=_with(content.services, n, grown))
    ordered = tuple(code for code in content.service_classes if code in wanted)
    made = ServicePart(service_classes=ordered or tuple(services), groups=(group,))
    return replace(content, services=(*content.services, made))


def with_group_changed(
    content: RulebookContent, key: str, group: QuestionGroup, services: Sequence[str]
) -> RulebookContent:
    """A page with other words, where it stood; at the end of its new part if it is now asked of others."""
    if set(services_of(content, key)) != set(services):
        return with_group(without_group(content, key), group, services)
    return _groups_changed(content, lambda each: group if each.key == key else each)


def without_group(content: RulebookContent, key: str) -> RulebookContent:
    """All but this page; a part that has no page left goes with it."""
    return _groups_changed(content, lambda each: None if each.key == key else each)


def with_group_moved(content: RulebookContent, key: str, step: int) -> RulebookContent:
    """A page changed over with the one before (``UP``) or after it in its part; at the end it stays."""
    services = tuple(replace(part, groups=_moved(part.groups, key, step)) for part in content.services)
    return replace(content, general=_moved(content.general, key, step), services=services)


def _groups_changed(
    content: RulebookContent, change: Callable[[QuestionGroup], QuestionGroup | None]
) -> RulebookContent:
    def changed(groups: Iterable[QuestionGroup]) -> tuple[QuestionGroup, ...]:
        return tuple(made for each in groups if (made := change(each)) is not None)

    parts = [replace(part, groups=changed(part.groups)) for part in content.services]
    return replace(content, general=changed(content.general), services=tuple(part for part in parts if part.groups))


# --- questions -------------------------------------------------------------------------------------------------------


def with_question(content: RulebookContent, group_key: str, question: Question) -> RulebookContent:
    """A question added at the end of a page.

    Raises:
        NotFound: there is no such page.
    """
    placed_group(content, group_key)
    return _groups_changed(
        content, lambda each: replace(each, questions=(*each.questions, question)) if each.key == group_key else each
    )


def with_question_changed(content: RulebookContent, key: str, group_key: str, question: Question) -> RulebookContent:
    """A question in its new form, where it stood, or at the end of another page.

    Raises:
        NotFound: the question or the page is not there.
    """
    if placed_question(content, key).group.key != group_key:
        return with_question(without_question(content, key), group_key, question)
    return _questions_changed(content, lambda each: question if each.key == key else each)


def without_question(content: RulebookContent, key: str) -> RulebookContent:
    return _questions_changed(content, lambda each: None if each.key == key else each)


def with_question_moved(content: RulebookContent, key: str, step: int) -> RulebookContent:
    """A question changed over with the one before or after it on its page; at the end it stays."""
    return _groups_changed(content, lambda each: replace(each, questions=_moved(each.questions, key, step)))


def _questions_changed(content: RulebookContent, change: Callable[[Question], Question | None]) -> RulebookContent:
    def changed(group: QuestionGroup) -> QuestionGroup:
        kept = tuple(made for each in group.questions if (made := change(each)) is not None)
        return replace(group, questions=kept)

    return _groups_changed(content, changed)


def depending_on(content: RulebookContent, key: str) -> list[Question]:
    """The questions that are shown only if this one is answered in a certain way."""
    asked = (each.question for each in placed_questions(content))
    return [each for each in asked if each.shown_if is not None and each.shown_if.question == key]


# --- services and reasons --------------------------------------------------------------------------------------------


def with_services(content: RulebookContent, codes: Iterable[str]) -> RulebookContent:
    """Other services to apply for. Terms and parts of a service that is gone go with it, and pages asked for no other."""
    chosen = tuple(codes)
    parts = (
        replace(part, service_classes=tuple(code for code in part.service_classes if code in chosen))
        for part in content.services
    )
    return replace(
        content,
        service_classes=chosen,
        services=tuple(part for part in parts if part.service_classes),
        terms=tuple(each for each in content.terms if each.service_class in chosen),
    )


def with_terms(content: RulebookContent, terms: ServiceTerms) -> RulebookContent:
    """What holds for one service, in the order of the services; nothing is kept where nothing is said."""
    kept = {each.service_class: each for each in content.terms} | {terms.service_class: terms}
    said = [kept[code] for code in content.service_classes if code in kept]
    return replace(content, terms=tuple(each for each in said if each.ceiling_cents or each.required_attributes))


def with_reason(content: RulebookContent, reason: Reason) -> RulebookContent:
    """A reason put in at the end, or changed where one with its code stands."""
    codes = [each.code for each in content.reasons]
    if reason.code in codes:
        return replace(content, reasons=_with(content.reasons, codes.index(reason.code), reason))
    return replace(content, reasons=(*content.reasons, reason))


def without_reason(content: RulebookContent, code: str) -> RulebookContent:
    return replace(content, reasons=tuple(each for each in content.reasons if each.code != code))


def _with(items: tuple[T, ...], index: int, item: T) -> tuple[T, ...]:
    return (*items[:index], item, *items[index + 1 :])


Keyed = TypeVar("Keyed", Question, QuestionGroup)


def _moved(items: tuple[Keyed, ...], key: str, step: int) -> tuple[Keyed, ...]:
    place = next((n for n, each in enumerate(items) if each.key == key), None)
    if place is None or not 0 <= place + step < len(items):
        return items
    moved = list(items)
    moved[place], moved[place + step] = moved[place + step], moved[place]
    return tuple(moved)
