"""How the demonstration's providers answer what organisers ask: from their profile, and the rest in plausible words."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from marketplace.demo.papers import certificate
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from onboarding.applications import attachments, drafts
from onboarding.applications.filling import filling_of
from onboarding.rulebooks.requirements import Question, QuestionType, RulebookContent, Slot, Subject, slots_for

ISSUED_DAYS_AGO: Final = 12
ROUNDS: Final = 8
"""An answer may bring up another question; none of the rulebooks goes deeper."""

USUAL: Final[Mapping[str, object]] = {
    "unit_registered": True,
    "collective_agreement": "Yksityisen sosiaalipalvelualan työehtosopimus",
    "substitutes": "Sijaiset tulevat omasta varahenkilöstöstä, ja asiakkaalle soitetaan aina ennen vaihdosta.",
    "capacity": 10,
    "price_weekday": 40,
}


async def fill_in(actor: Actor, application_id: UUID, own: Mapping[str, object]) -> None:
    """Answers all that the profile leaves open: one's own words where there are any. Adds the files that are asked for."""
    for _ in range(ROUNDS):
        filling = await filling_of(await drafts.own_summary(actor, application_id))
        slots = [slot for group in filling.asked for slot in group.slots]
        files = [slot for slot in slots if wants_file(slot) and not filling.files_of(slot.key)]
        answers = {
            slot.key: own.get(slot.question.key) or usual(slot.question)
            for slot in slots
            if not wants_file(slot) and slot.key not in filling.answers
        }
        if not answers and not files:
            return
        await drafts.save_answers(actor, application_id, answers)
        for slot in files:
            issued = today() - timedelta(days=ISSUED_DAYS_AGO)
            name = f"{slot.question.key}.pdf"
            await attachments.attach(actor, application_id, slot.key, name, certificate(slot.question.key), issued)


def wants_file(slot: Slot) -> bool:
    return slot.question.type is QuestionType.ATTACHMENT


def answers_to(
    rulebook: RulebookContent, service_classes: tuple[str, ...], units: Sequence[Subject], own: Mapping[str, object]
) -> tuple[dict[str, object], list[str]]:
    """Answers to all that a rulebook asks of a provider whose profile has its units and no more, by slot; and the slots
    that want a file.
    """
    answers: dict[str, object] = {}
    while True:
        slots = [
            slot for group in slots_for(rulebook, service_classes, units, as_given(answers)) for slot in group.slots
        ]
        files = [slot.key for slot in slots if wants_file(slot)]
        new = {
            slot.key: own.get(slot.key) or usual(slot.question)
            for slot in slots
            if slot.key not in {*files, *answers} and not (slot.question.profile or "").startswith("unit.")
        }
        if not new:
            return answers, files
        answers |= new


def as_given(answers: Mapping[str, object]) -> dict[str, str | int | bool]:
    return {key: value for key, value in answers.items() if isinstance(value, str | int)}


def usual(question: Question) -> object:
    """A plausible answer to a question of any type."""
    if question.key in USUAL:
        return USUAL[question.key]
    match question.type:
        case QuestionType.YES_NO:
            return question.required_answer is True
        case QuestionType.NUMBER:
            return question.minimum or 1
        case QuestionType.DECLARATION:
            return True
        case QuestionType.CHOICE:
            return question.choices[0].value
        case QuestionType.DATE:
            return (today() - timedelta(days=ISSUED_DAYS_AGO)).isoformat()
        case _:
            return "Esimerkki"
