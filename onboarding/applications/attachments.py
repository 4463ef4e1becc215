"""Files that answer questions: added and taken out by the applicant, read by both sides of an application."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from marketplace.kernel import audit, files
from marketplace.kernel.actors import PROVIDER_ROLES, Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refused
from marketplace.kernel.files import FileFacts
from marketplace.kernel.i18n import Message, message
from onboarding.applications.answering import organiser_of, told_by_whom
from onboarding.applications.asked_once import Asked
from onboarding.applications.bundles import Bundle, bundle_for_applicant
from onboarding.applications.drafts import OWNER, own_application
from onboarding.applications.filling import attachments_of, filling_of
from onboarding.applications.schemas import AttachmentView
from onboarding.applications.states import Capability
from onboarding.rulebooks.requirements import Question, QuestionType, attachment_problem
from onboarding.scoping import REVIEWING, acting_provider, administered_provider

MAX_ATTACHMENTS: Final = 50
OLDEST: Final = date(1950, 1, 1)

SAME_FILE = """
select t.id from application_attachment t join stored_file f on f.id = t.file_id
where t.application_id = $1 and t.question = $2 and f.sha256 = $3
"""
INSERT = """
insert into application_attachment (id, application_id, question, file_id, issued_on, source, created_by, created_at)
values ($1, $2, $3, $4, $5, 'own', $6, $7)
"""
READABLE = """
select f.id, f.owner, f.owner_id from application_attachment t join application a on a.id = t.application_id
join stored_file f on f.id = t.file_id
where t.id = $1 and t.application_id = $2
    and (a.provider_id = $3 or (a.organiser_id = $4 and a.submitted_at is not null))
"""
IN_BUNDLE = """
select t.id, t.application_id from application_attachment t join application a on a.id = t.application_id
where a.bundle_id = $1 and t.file_id = $2 and a.provider_id = $3 limit 1
"""
NOT_KEPT = """
delete from provider_certificate c where c.file_id = any($1::uuid[]) and c.removed_at is not null
    and not exists (select from application_attachment t where t.file_id = c.file_id)
"""
UNUSED = """
select f.id from stored_file f where f.id = any($1::uuid[])
    and not exists (select from application_attachment t where t.file_id = f.id)
    and not exists (select from provider_certificate c where c.file_id = f.id)
    and not exists (select from decision_document d where d.file_id = f.id)
"""
NO_FILE_ASKED = message("This question does not ask for a file.")


async def attach(
    actor: Actor, application_id: UUID, question: str, name: str, content: bytes, issued_on: date | None = None
) -> AttachmentView:
    """Adds a file to a question of one application. The same file twice (a double click) is added once.

    ``question`` is the slot. ``issued_on`` is the date on the document; where the rule has a greatest age it is needed.

    Raises:
        Invalid: empty, too large, not really a PDF, JPEG or PNG, infected, too old, or no such question; it is named.
        Refused: there are too many attachments already.
        Conflict: the application cannot be changed any more.
        Unavailable: the scanner or the file store does not answer; nothing is kept.
    """
    await _check_question(actor, application_id, question, issued_on)
    return await store_for(actor, [application_id], question, name, content, issued_on, field=question)


async def attach_to_all(
    actor: Actor, bundle_id: UUID, name: str, filename: str, content: bytes, issued_on: date | None = None
) -> Message | None:
    """Adds a file to every application of a bundle whose organiser takes it; says who does not, and why.

    Raises:
        Invalid: as ``attach``; ``name``, that of the question, is named. Nobody takes a file of this date.
    """
    bundle = await bundle_for_applicant(actor, bundle_id)
    if not bundle.parts:
        raise Conflict(message("This application can no longer be changed."), code="application_closed_for_changes")
    asked = next((each for each in bundle.asked if each.name == name), None)
    if asked is None or asked.question.type is not QuestionType.ATTACHMENT:
        raise Invalid.field(name[:80] or "question", NO_FILE_ASKED)
    taking, refusal = _who_takes(bundle, asked, issued_on)
    if not taking:
        raise Invalid.field(name, refusal or NO_FILE_ASKED, code="attachment_too_old")
    for application_id in taking:
        await _check_editable(actor, application_id)
    slot = asked.members[0].slot.key
    slots = {each.application_id: each.slot.key for each in asked.members}
    await store_for(actor, taking, slot, filename, content, issued_on, field=name, slots=slots)
    return refusal


def _who_takes(bundle: Bundle, asked: Asked, issued_on: date | None) -> tuple[list[UUID], Message | None]:
    judged = [(each, _date_problem(each.question, issued_on)) for each in asked.members]
    wrong = [(member, problem) for member, problem in judged if problem is not None]
    taking = [member.application_id for member, problem in judged if problem is None]
    if not wrong:
        return taking, None
    if (
        taking and issued_on is None
    ):  # One organiser at least wants the date: it is asked for before anything is stored.
        return [], told_by_whom(bundle, asked, wrong)
    refusal = told_by_whom(bundle, asked, wrong)
    if taking:
        given = [organiser_of(bundle, each) for each, problem in judged if problem is None]
        refusal = message("{problem} It was added for: {organiser}.", problem=refusal, organiser=given[0])
    return taking, refusal


async def store_for(
    actor: Actor,
    application_ids: Sequence[UUID],
    slot: str,
    name: str,
    content: bytes,
    issued_on: date | None,
    *,
    field: str,
    slots: dict[UUID, str] | None = None,
) -> AttachmentView:
    """Stores a file once and attaches it to each of the applications, under ``slots`` or the one slot.

    The bytes go to the file store outside of any transaction: the store may be slow, and no lock waits for it.
    """
    first = application_ids[0]
    facts = await files.put(actor, field, name, content, owner=OWNER, owner_id=first)
    try:
        attached = await _attach_all(actor, application_ids, slot, slots or {}, facts, issued_on)
    except BaseException:
        await _forget(facts.id)
        raise
    if facts.id not in {each.file_id for each in await attachments_of(first)}:
        await _forget(facts.id)  # The same file was there already.
    return next(each for each in await attachments_of(first) if each.id == attached)


@transactional()
async def _forget(file_id: UUID) -> None:
    await forget_unused([file_id])


@transactional()
async def _attach_all(
    actor: Actor,
    application_ids: Sequence[UUID],
    slot: str,
    slots: dict[UUID, str],
    facts: FileFacts,
    issued_on: date | None,
) -> UUID:
    made = [await _attach(actor, each, slots.get(each, slot), facts, issued_on) for each in sorted(application_ids)]
    return made[sorted(application_ids).index(application_ids[0])]


async def _attach(actor: Actor, application_id: UUID, slot: str, facts: FileFacts, issued_on: date | None) -> UUID:
    await own_application(actor, application_id, Capability.EDIT_ANSWERS)
    known: UUID | None = await fetch_value(SAME_FILE, application_id, slot, facts.sha256)
    if known is not None:
        await execute(
            "update application_attachment set issued_on = coalesce($2, issued_on) where id = $1", known, issued_on
        )
        return known
    await _refuse_more(application_id)
    attachment_id = new_id()
    await execute(INSERT, attachment_id, application_id, slot, facts.id, issued_on, actor.person_id, now())
    await execute("update application set changed_at = $2 where id = $1", application_id, now())
    after = {"question": slot, "file_id": facts.id, "sha256": facts.sha256, "issued_on": issued_on}
    await audit.record(actor, "application.file_attached", OWNER, application_id, after=after)
    return attachment_id


@transactional()
async def _check_question(actor: Actor, application_id: UUID, slot: str, issued_on: date | None) -> None:
    row = await own_application(actor, application_id, Capability.EDIT_ANSWERS)
    question = await _question(row, slot)
    if question is None:
        raise Invalid.field(slot[:80] or "question", NO_FILE_ASKED)
    if problem := _date_problem(question, issued_on):
        raise Invalid.field(slot, problem, code="attachment_too_old")
    await _refuse_more(application_id)  # Before the bytes are stored: what is refused later would lie there for nobody.


def _date_problem(question: Question, issued_on: date | None) -> Message | None:
    """What is wrong with the date of a document. One of the last century or of tomorrow is a slip of the keyboard."""
    if issued_on is not None and not OLDEST <= issued_on <= today():
        return message("Write the date on the document. It cannot be in the future.")
    return attachment_problem(question, issued_on, today())


async def _question(row: Row, slot: str) -> Question | None:
    """The question of a slot that is answered with a file."""
    groups = (await filling_of(row)).groups
    found = next((each.question for group in groups for each in group.slots if each.key == slot), None)
    return found if found is not None and found.type is QuestionType.ATTACHMENT else None


@transactional()
async def _check_editable(actor: Actor, application_id: UUID) -> None:
    await own_application(actor, application_id, Capability.EDIT_ANSWERS)
    await _refuse_more(application_id)


async def _refuse_more(application_id: UUID) -> None:
    if len(await attachments_of(application_id)) >= MAX_ATTACHMENTS:
        text = message("An application has at most {most} attachments. Remove one first.", most=MAX_ATTACHMENTS)
        raise Refused(text, code="too_many_attachments")


@transactional()
async def remove_attachment(actor: Actor, application_id: UUID, attachment_id: UUID) -> None:
    """Takes a file out of an application that can still be changed. The audit trail keeps its id.

    A draft's is erased; what the organiser was sent is kept as long as the application is.

    Raises:
        NotFound: the application has no such attachment.
        Conflict: the application cannot be changed any more.
    """
    await own_application(actor, application_id, Capability.EDIT_ANSWERS)
    if not await _remove(actor, application_id, "id", attachment_id):
        raise NotFound


@transactional()
async def remove_from_all(actor: Actor, bundle_id: UUID, file_id: UUID) -> str:
    """Takes a file out of every draft of a bundle; returns the slot that it answered.

    Raises:
        NotFound: none of them has it.
    """
    administered_provider(actor)
    bundle = await bundle_for_applicant(actor, bundle_id)
    slots: list[str] = []
    for part in sorted(bundle.parts, key=lambda each: each.id):
        await own_application(actor, part.id, Capability.EDIT_ANSWERS)
        slots += await _remove(actor, part.id, "file_id", file_id)
    if not slots:
        raise NotFound
    return slots[0]


async def _remove(actor: Actor, application_id: UUID, column: str, value: UUID) -> list[str]:
    removed = await fetch_one(
        f"delete from application_attachment where application_id = $1 and {column} = $2 returning question, file_id",
        application_id, value,
    )  # fmt: skip
    if removed is None:
        return []
    await audit.record(actor, "application.file_removed", OWNER, application_id, before=removed)
    if await fetch_value("select submitted_at from application where id = $1", application_id) is None:
        await forget_unused([removed["file_id"]])
    return [removed["question"]]


async def forget_unused(file_ids: Sequence[UUID]) -> None:
    """Erases those files that no application, no profile and no decision has, within the caller's unit of work."""
    await execute(NOT_KEPT, list(file_ids))
    await files.forget([row["id"] for row in await fetch(UNUSED, list(file_ids))])


async def attachment_content(actor: Actor, application_id: UUID, attachment_id: UUID) -> tuple[FileFacts, bytes]:
    """The file itself, for the provider that attached it and the reviewers of the organiser that it was sent to.

    Raises:
        NotFound: there is none, or the actor is on neither side.
    """
    provider_id = actor.provider_id if actor.role in PROVIDER_ROLES else None
    organiser_id = actor.organiser_id if actor.role in REVIEWING else None
    row = await fetch_one(READABLE, attachment_id, application_id, provider_id, organiser_id)
    if row is None:
        raise NotFound
    whose = {"owner": row["owner"], "owner_id": row["owner_id"]}
    return await files.facts_of(row["id"], **whose), await files.content_of(row["id"], **whose)


async def file_of_bundle(actor: Actor, bundle_id: UUID, file_id: UUID) -> tuple[FileFacts, bytes]:
    """A file of a draft of the actor's own provider.

    Raises:
        NotFound: none of its applications has this file, or it is another provider's.
    """
    row = await fetch_one(IN_BUNDLE, bundle_id, file_id, acting_provider(actor))
    if row is None:
        raise NotFound
    return await attachment_content(actor, row["application_id"], row["id"])
