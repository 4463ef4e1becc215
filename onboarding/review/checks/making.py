"""How a check is written down."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Final

from marketplace.kernel.i18n import Message, message
from onboarding.review.checks.facts import CheckFacts
from onboarding.review.schemas import Check, CheckLevel
from onboarding.rulebooks.requirements import RulebookContent, Slot

APPLICATION: Final = message("The application")
PROFILE: Final = message("The provider's profile")


def _made(
    level: CheckLevel, code: str, subject: Message, finding: Message, evidence: Message, as_of: date | None = None
) -> Check:
    return Check(code=code, level=level, subject=subject, finding=finding, evidence=evidence, as_of=as_of)


green, amber, red = (partial(_made, level) for level in (CheckLevel.GREEN, CheckLevel.AMBER, CheckLevel.RED))


def asked_for(facts: CheckFacts, content: RulebookContent, fact: str) -> list[Slot]:
    """The questions that a fact of the provider's profile answers, as this application is asked them."""
    return [slot for slot in facts.slots(content) if slot.question.profile == fact]


def requires(slots: Iterable[Slot]) -> bool:
    """Whether any of the questions must be answered, and with yes where it is a yes or no."""
    return any(
        slot.question.required_answer is True or (slot.question.required and slot.question.required_answer is None)
        for slot in slots
    )
