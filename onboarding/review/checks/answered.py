"""Answers held against the rulebook: those it requires, and prices against its ceilings."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from marketplace.kernel.i18n import message
from marketplace.kernel.money import Money
from marketplace.organisers.reference import is_service_class, service_class
from onboarding.review.checks.facts import CheckFacts
from onboarding.review.checks.making import APPLICATION, amber, green, red
from onboarding.review.schemas import Check
from onboarding.rulebooks.requirements import QuestionType, RulebookContent, Slot, missing_answers

REQUIRED: Final = message("Answers that the rulebook requires")
IN_CENTS: Final = "_cents"


def checks(facts: CheckFacts, content: RulebookContent) -> Iterable[Check]:
    yield _required(facts, content)
    yield from _prices(facts, content)


def _required(facts: CheckFacts, content: RulebookContent) -> Check:
    """What is missing on the day it was sent, and what has become too old since."""
    then, now = (_missing(facts, content, day) for day in (facts.sent_on, facts.day))
    if lasting := [slot for slot in then if slot in now]:
        finding = message("Missing or not as required: {count}.", count=len(lasting))
        return red("required_answers", REQUIRED, finding, APPLICATION, facts.sent_on)
    if now:
        finding = message("All in order when it was sent; too old today: {count}.", count=len(now))
        return amber("required_answers", REQUIRED, finding, APPLICATION, facts.sent_on)
    return green("required_answers", REQUIRED, message("All are there."), APPLICATION, facts.sent_on)


def _missing(facts: CheckFacts, content: RulebookContent, day: date) -> list[str]:
    attached = {each.slot: (facts.newest_file(each.slot) or each).issued_on for each in facts.files}
    found = missing_answers(content, facts.service_classes, facts.subjects, facts.answers, attached, day)
    return [each.field for each in found]


def _prices(facts: CheckFacts, content: RulebookContent) -> Iterable[Check]:
    ceilings = {term.service_class: term.ceiling_cents for term in content.terms}
    for slot in facts.slots(content):
        ceiling = ceilings.get(slot.subject.code)
        answer = facts.answers.get(slot.key)
        if ceiling is not None and _asks_price(slot) and isinstance(answer, int):
            yield _price(facts, slot, answer if _name(slot).endswith(IN_CENTS) else answer * 100, ceiling)


def _price(facts: CheckFacts, slot: Slot, cents: int, ceiling: int) -> Check:
    code = slot.subject.code
    name = service_class(code).name if is_service_class(code) else code
    subject = message("Price: {service}", service=name)
    price, most = Money(cents), Money(ceiling)
    if cents > ceiling:
        finding = message("{price} is over the ceiling of {most}.", price=price, most=most)
        return red(f"price@{slot.key}", subject, finding, APPLICATION, facts.sent_on)
    finding = message("{price}, at most {most}.", price=price, most=most)
    return green(f"price@{slot.key}", subject, finding, APPLICATION, facts.sent_on)


def _asks_price(slot: Slot) -> bool:
    """A number asked of a service under the concept (or key) of a price, in whole euros or ``…_cents``."""
    is_number = slot.question.type is QuestionType.NUMBER and slot.subject.code != ""
    return is_number and "price" in _name(slot).split("_")


def _name(slot: Slot) -> str:
    return slot.question.concept or slot.question.key
