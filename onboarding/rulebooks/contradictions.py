"""What keeps a rulebook from being published. Each place is named by its path: ``general.2.questions.0.shown_if``. Pure.

Conditions have a module of their own, ``conditions``; texts that are missing or cannot be kept are found by ``wording``.
"""

from collections.abc import Iterable

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Message, message
from marketplace.organisers.reference import is_service_class
from onboarding.providers.profile_facts import FACTS
from onboarding.rulebooks.conditions import faulty_conditions
from onboarding.rulebooks.language import (
    ATTRIBUTES,
    Per,
    Question,
    QuestionType,
    RulebookContent,
    placed_groups,
    placed_questions,
)
from onboarding.rulebooks.wording import missing_words, unsafe_words

DATED = (QuestionType.DATE, QuestionType.ATTACHMENT)
SHOWN = 40
"""So much of a code that we do not know is repeated in the message about it."""


def contradictions(content: RulebookContent) -> list[FieldError]:
    """Everything that a rulebook must not have when it is published, in the order of its parts; none for a sound one."""
    checks = (
        _faulty_classes, _empty_places, _repeated_keys, _faulty_questions, faulty_conditions, _faulty_profile,
        _repeated_concepts, _faulty_terms, _repeated_reasons, missing_words, unsafe_words,
    )  # fmt: skip
    return [problem for check in checks for problem in check(content)]


def _faulty_classes(content: RulebookContent) -> Iterable[FieldError]:
    if not content.service_classes:
        yield FieldError("service_classes", message("Name at least one service class."))
    for n, code in enumerate(content.service_classes):
        if not is_service_class(code):
            text = message("There is no service class with the code {code}.", code=code[:SHOWN])
            yield FieldError(f"service_classes.{n}", text)
        if code in content.service_classes[:n]:
            yield FieldError(f"service_classes.{n}", _twice(code))
    for n, part in enumerate(content.services):
        if not part.service_classes:
            yield FieldError(f"services.{n}.service_classes", message("Name at least one service class."))
        for m, code in enumerate(part.service_classes):
            if problem := _not_applied_for(content, code):
                yield FieldError(f"services.{n}.service_classes.{m}", problem)


def _not_applied_for(content: RulebookContent, code: str) -> Message | None:
    if code in content.service_classes:
        return None
    return message("The service class {code} cannot be applied for.", code=code[:SHOWN])


def _twice(code: str) -> Message:
    return message("{code} is here twice.", code=code[:SHOWN])


def _empty_places(content: RulebookContent) -> Iterable[FieldError]:
    if not content.general:
        yield FieldError("general", message("A rulebook needs at least one page of questions for everybody."))
    for n, part in enumerate(content.services):
        if not part.groups:
            yield FieldError(f"services.{n}.groups", message("This part has no pages."))
    for path, group, _ in placed_groups(content):
        if not group.questions:
            yield FieldError(f"{path}.questions", message("This page has no questions."))


def _repeated_keys(content: RulebookContent) -> Iterable[FieldError]:
    """Pages and questions share their names: answers, addresses and conditions find them by key alone."""
    seen: set[str] = set()
    for path, group, _ in placed_groups(content):
        places = [(f"{path}.key", group.key)]
        places += [(f"{path}.questions.{n}.key", question.key) for n, question in enumerate(group.questions)]
        for place, key in places:
            if key in seen:
                yield FieldError(place, message("The key {key} is used twice.", key=key))
            seen.add(key)


def _faulty_questions(content: RulebookContent) -> Iterable[FieldError]:
    for path, question, _, _ in placed_questions(content):
        for attribute, problem in (*_misplaced(question), *_faulty_choices(question)):
            yield FieldError(f"{path}.{attribute}", problem)


def _misplaced(question: Question) -> Iterable[tuple[str, Message]]:
    """What only questions of another type have."""
    least, most = question.minimum, question.maximum
    if question.required_answer is not None and question.type is not QuestionType.YES_NO:
        yield "required_answer", message("Only a yes or no question has a required answer.")
    if question.max_age_months is not None and question.type not in DATED:
        yield "max_age_months", message("Only a date or an attachment has a greatest age.")
    if question.type is not QuestionType.NUMBER and (least is not None or most is not None):
        yield "minimum" if least is not None else "maximum", message("Only a number has a least and a greatest value.")
    elif least is not None and most is not None and least > most:
        yield "minimum", message("The least number is greater than the greatest.")


def _faulty_choices(question: Question) -> Iterable[tuple[str, Message]]:
    values = [choice.value for choice in question.choices]
    if question.type is not QuestionType.CHOICE:
        if values:
            yield "choices", message("Only a question with answers to choose from has choices.")
        return
    if not values:
        yield "choices", message("Give at least one answer to choose from.")
    for n, value in enumerate(values):
        if value in values[:n]:
            yield f"choices.{n}.value", _twice(value)


def _faulty_profile(content: RulebookContent) -> Iterable[FieldError]:
    for path, question, _, _ in placed_questions(content):
        if question.profile is not None and (problem := _fact_problem(question, question.profile)):
            yield FieldError(f"{path}.profile", problem)


def _fact_problem(question: Question, code: str) -> Message | None:
    fact = FACTS.get(code)
    if fact is None:
        return message("The profile has no fact {code}.", code=code[:SHOWN])
    if fact.type.value != question.type.value:
        return message("The fact {code} answers another type of question.", code=code)
    if question.per is not (Per.UNIT if fact.is_per_unit else Per.APPLICATION):
        return message("The fact {code} is of another subject than the question.", code=code)
    return None


def _repeated_concepts(content: RulebookContent) -> Iterable[FieldError]:
    seen: set[str] = set()
    for path, question, _, _ in placed_questions(content):
        if question.concept is not None and question.concept in seen:
            yield FieldError(f"{path}.concept", _twice(question.concept))
        seen.add(question.concept or "")


def _faulty_terms(content: RulebookContent) -> Iterable[FieldError]:
    classes = [terms.service_class for terms in content.terms]
    for n, terms in enumerate(content.terms):
        if problem := _not_applied_for(content, terms.service_class):
            yield FieldError(f"terms.{n}.service_class", problem)
        if terms.service_class in classes[:n]:
            yield FieldError(f"terms.{n}.service_class", _twice(terms.service_class))
        for m, code in enumerate(terms.required_attributes):
            if code not in ATTRIBUTES:
                text = message("There is no attribute with the code {code}.", code=code[:SHOWN])
                yield FieldError(f"terms.{n}.required_attributes.{m}", text)


def _repeated_reasons(content: RulebookContent) -> Iterable[FieldError]:
    codes = [reason.code for reason in content.reasons]
    for n, code in enumerate(codes):
        if code in codes[:n]:
            yield FieldError(f"reasons.{n}.code", _twice(code))
