"""An application that came to the wrong organiser opens as a draft at the right one, with what was answered already."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, new_id
from marketplace.kernel.i18n import Message
from marketplace.organisers.organisers import get_organiser
from onboarding.applications.drafts import INSERT, INSERT_BUNDLE, OWNER, in_order, new_reference
from onboarding.applications.filling import Filling, filling_of, subjects_of
from onboarding.applications.schemas import ApplicationKind, Source
from onboarding.applications.states import ApplicationStatus
from onboarding.applications.writing import SAVE_ANSWER
from onboarding.rulebooks.requirements import (
    Answer,
    GroupOfSlots,
    QuestionType,
    RulebookContent,
    Slot,
    Subject,
    read_answer,
    slots_for,
)
from onboarding.rulebooks.versions import rulebook_in_force

SAME_FILES: Final = """
insert into application_attachment (id, application_id, question, file_id, issued_on, source, created_by, created_at)
select gen_random_uuid(), $1, $2, file_id, issued_on, 'carried', created_by, $4 from application_attachment
where application_id = $3 and question = $5
"""
ROUNDS: Final = 5
"""An answer that was carried over may bring up a question that depends on it; rulebooks nest no deeper."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """The draft that a transfer opened."""

    id: UUID
    reference: str


async def open_transferred(actor: Actor, row: Row, organiser_id: UUID) -> Opened:
    """Opens a draft at another organiser for the applicant of a sent application, within the caller's unit of work.

    Services and municipalities are those that the other organiser takes. Answers and files go where its rulebook asks the
    same, by concept or else by key, as far as they suit it. The applicant looks at it, completes and sends it.

    Raises:
        NotFound: there is no such organiser.
        Refused: it takes no applications.
    """
    organiser, rulebook = await get_organiser(organiser_id), await rulebook_in_force(organiser_id)
    classes = in_order(set(row["service_classes"]) & set(rulebook.content.service_classes))
    municipalities = in_order(set(row["municipality_codes"]) & set(organiser.municipality_codes))
    opened, bundle_id, applicant = Opened(id=new_id(), reference=new_reference()), new_id(), row["created_by"]
    await execute(INSERT_BUNDLE, bundle_id, row["provider_id"], applicant, now())
    await execute(
        INSERT, opened.id, opened.reference, row["provider_id"], organiser.id, rulebook.id, classes, municipalities,
        ApplicationStatus.DRAFT.value, applicant, now(), bundle_id, row["unit_ids"], ApplicationKind.NEW.value, None,
    )  # fmt: skip
    await _carry_over(row, opened.id, rulebook.content, classes)
    after = {"organiser_id": organiser.id, "transferred_from": row["id"], "service_classes": classes}
    await audit.record(
        actor, "application.opened_by_transfer", OWNER, opened.id, after=after,
        organiser_id=organiser.id, provider_id=row["provider_id"],
    )  # fmt: skip
    return opened


async def _carry_over(row: Row, application_id: UUID, content: RulebookContent, classes: Sequence[str]) -> None:
    sent, units = await filling_of(row), await subjects_of(row)
    answers, wanted = _fitting(sent, content, classes, units)
    for slot, value in answers.items():
        written = msgspec.json.encode(value).decode()
        await execute(
            SAVE_ANSWER, new_id(), application_id, slot, written, row["created_by"], now(), Source.CARRIED.value
        )
    for slot, source in _files(sent, wanted).items():
        await execute(SAME_FILES, application_id, slot, row["id"], now(), source)


def _fitting(
    sent: Filling, content: RulebookContent, classes: Sequence[str], units: Sequence[Subject]
) -> tuple[dict[str, Answer], list[GroupOfSlots]]:
    """The answers that suit the other rulebook, by its slots; and what it asks then."""
    given = _by_meaning(sent.groups)
    found: dict[str, Answer] = {}
    wanted = slots_for(content, classes, units, found)
    for _ in range(ROUNDS):
        before = len(found)
        found |= dict(_suitable(wanted, given, sent.answers))
        wanted = slots_for(content, classes, units, found)
        if len(found) == before:
            break
    return found, wanted


def _suitable(
    wanted: Iterable[GroupOfSlots], given: Mapping[tuple[str, str], Slot], answers: Mapping[str, Answer]
) -> Iterable[tuple[str, Answer]]:
    for slot in (slot for group in wanted for slot in group.slots):
        same = _same(slot, given)
        if same is None or same.key not in answers:
            continue
        read = read_answer(slot.question, answers[same.key], today())
        if read is not None and not isinstance(read, Message):
            yield slot.key, read


def _files(sent: Filling, wanted: Iterable[GroupOfSlots]) -> dict[str, str]:
    """The slots of the other rulebook that a file of the sent application answers, with that file's slot there."""
    given, with_file = _by_meaning(sent.groups), {each.question for each in sent.files}
    slots = [slot for group in wanted for slot in group.slots if slot.question.type is QuestionType.ATTACHMENT]
    pairs = [(slot.key, same.key) for slot in slots if (same := _same(slot, given)) and same.key in with_file]
    return dict(pairs)


def _by_meaning(groups: Iterable[GroupOfSlots]) -> dict[tuple[str, str], Slot]:
    """Slots by concept and by key, each about its subject."""
    slots = [slot for group in groups for slot in group.slots]
    by_key = {(f"key:{slot.question.key}", slot.subject.code): slot for slot in slots}
    by_concept = {
        (f"concept:{slot.question.concept}", slot.subject.code): slot for slot in slots if slot.question.concept
    }
    return by_key | by_concept


def _same(slot: Slot, given: Mapping[tuple[str, str], Slot]) -> Slot | None:
    """What the other rulebook calls the same: the concept decides, and the key where neither side names one."""
    about = slot.subject.code
    if slot.question.concept:
        found = given.get((f"concept:{slot.question.concept}", about))
    else:
        found = given.get((f"key:{slot.question.key}", about))
        found = None if found and found.question.concept else found
    return found if found and found.question.type is slot.question.type else None
