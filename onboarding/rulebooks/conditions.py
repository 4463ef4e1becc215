"""Conditions that could never be met, or that depend on themselves. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Message, message
from onboarding.rulebooks.answering import read_answer
from onboarding.rulebooks.language import (
    Condition,
    Per,
    PlacedQuestion,
    Question,
    QuestionType,
    RulebookContent,
    placed_questions,
)

UNFIT = (QuestionType.DATE, QuestionType.ATTACHMENT)
ARROW = " → "
LONGEST_WAY = 20


def faulty_conditions(content: RulebookContent) -> Iterable[FieldError]:
    """Every condition that cannot stand, at its own place. A circle is told once, where it begins, with its whole way."""
    asked = list(placed_questions(content))
    places: dict[str, int] = {}
    for index, placed in enumerate(asked):
        places.setdefault(placed.question.key, index)
    circles = _circles(asked, places)
    for index, placed in enumerate(asked):
        condition = placed.question.shown_if
        if condition is None:
            continue
        way = circles.get(index)
        if way is None:
            problem = _problem(condition, index, asked, places)
        else:
            problem = message("The condition goes round in a circle: {way}.", way=way) if way else None
        if problem is not None:
            yield FieldError(f"{placed.path}.shown_if", problem)


def _circles(asked: list[PlacedQuestion], places: Mapping[str, int]) -> dict[int, str]:
    """The questions that depend on themselves; the first of each circle with the way round, the others without."""
    found: dict[int, str] = {}
    walked: dict[int, int] = {}
    for start in range(len(asked)):
        way: list[int] = []
        following: int | None = start
        while following is not None and following not in walked:
            walked[following] = start
            way.append(following)
            following = _depends_on(asked[following], places)
        if following is not None and walked[following] == start:
            circle = way[way.index(following) :]
            found |= dict.fromkeys(circle, "")
            found[min(circle)] = _way_round(circle, asked)
    return found


def _way_round(circle: list[int], asked: list[PlacedQuestion]) -> str:
    """``a → b → a``, from the question that is asked first; the middle of a long way is left out."""
    first = circle.index(min(circle))
    keys = [asked[index].question.key for index in (*circle[first:], *circle[: first + 1])]
    return ARROW.join(keys if len(keys) <= LONGEST_WAY else [*keys[: LONGEST_WAY - 2], "…", keys[-1]])


def _depends_on(placed: PlacedQuestion, places: Mapping[str, int]) -> int | None:
    condition = placed.question.shown_if
    return None if condition is None else places.get(condition.question)


def _problem(
    condition: Condition, index: int, asked: list[PlacedQuestion], places: Mapping[str, int]
) -> Message | None:
    if (condition.answer is None) == (condition.at_least is None and condition.at_most is None):
        return message("Give either the answer or the numbers on which the condition depends.")
    found = places.get(condition.question)
    if found is None:
        return message("The condition depends on {key}, which is not asked.", key=condition.question)
    if found >= index:
        return message("The condition depends on {key}, which is asked only later.", key=condition.question)
    placed, controlling = asked[index], asked[found]
    if controlling.question.per not in (Per.APPLICATION, placed.question.per):
        return message("The condition depends on {key}, which is asked of another subject.", key=condition.question)
    if not set(placed.service_classes) <= set(controlling.service_classes):
        return message(
            "The condition depends on {key}, which is not asked for all these services.", key=condition.question
        )
    return _impossible(condition, controlling.question)


def _impossible(condition: Condition, controlling: Question) -> Message | None:
    if controlling.type in UNFIT:
        return message("A condition cannot depend on a date or a file.")
    if can_have(controlling, condition):
        return None
    return message("The question {key} can never have the answer of the condition.", key=controlling.key)


def can_have(question: Question, condition: Condition) -> bool:
    """Whether an application that can be sent could answer the question as the condition wants."""
    answer = condition.answer
    if answer is not None:
        kept = read_answer(question, answer, date.min)
        is_required = question.required_answer is None or question.required_answer is answer
        return is_required and type(kept) is type(answer) and kept == answer
    least = [bound for bound in (condition.at_least, question.minimum) if bound is not None]
    most = [bound for bound in (condition.at_most, question.maximum) if bound is not None]
    is_empty = bool(least) and bool(most) and max(least) > min(most)
    return question.type is QuestionType.NUMBER and not is_empty
