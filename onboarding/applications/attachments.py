"""Files that answer questions: added and taken out by the applicant, read by both sides of an application."""

from typing import Final
from uuid import UUID

from marketplace.kernel import audit, files
from marketplace.kernel.actors import ORGANISER_ROLES, PROVIDER_ROLES, Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import Invalid, NotFound, Refused
from marketplace.kernel.files import FileFacts
from marketplace.kernel.i18n import message
from onboarding.applications.drafts import OWNER, own_application
from onboarding.applications.reading import attachments_of, rulebook_of
from onboarding.applications.schemas import AttachmentView
from onboarding.applications.states import Capability
from onboarding.rulebooks.requirements import QuestionType, questions_for

MAX_ATTACHMENTS: Final = 50

SAME_FILE = """
select t.id from application_attachment t join stored_file f on f.id = t.file_id
where t.application_id = $1 and t.question = $2 and f.sha256 = $3
"""
INSERT = """
insert into application_attachment (id, application_id, question, file_id, created_by, created_at)
values ($1, $2, $3, $4, $5, $6)
"""
READABLE = """
select t.file_id from application_attachment t join application a on a.id = t.application_id
where t.id = $1 and t.application_id = $2
    and (a.provider_id = $3 or (a.organiser_id = $4 and a.submitted_at is not null))
"""


async def attach(actor: Actor, application_id: UUID, question: str, name: str, content: bytes) -> AttachmentView:
    """Adds a file to a question that asks for one. The same file twice (a double click) is added once.

    Raises:
        Invalid: empty, too large, not really a PDF, JPEG or PNG, or no such question; the question's key is named.
        Refused: there are too many attachments already.
        Conflict: the application cannot be changed any more.
    """
    await _check_question(actor, application_id, question)
    # The bytes go to the file store outside of any transaction: the store may be slow, and no lock waits for it.
    facts = await files.put(actor, question, name, content, owner=OWNER, owner_id=application_id)
    attachment_id = await _attach(actor, application_id, question, facts)
    return next(each for each in await attachments_of(application_id) if each.id == attachment_id)


@transactional()
async def _check_question(actor: Actor, application_id: UUID, question: str) -> None:
    row = await own_application(actor, application_id, Capability.EDIT_ANSWERS)
    asked = questions_for((await rulebook_of(row)).content, row["service_classes"])
    if question not in asked or asked[question].type is not QuestionType.ATTACHMENT:
        raise Invalid.field(question[:80] or "question", message("This question does not ask for a file."))
    await _refuse_more(application_id)  # Before the bytes are stored: what is refused later would lie there for nobody.


async def _refuse_more(application_id: UUID) -> None:
    if len(await attachments_of(application_id)) >= MAX_ATTACHMENTS:
        text = message("An application has at most {most} attachments. Remove one first.", most=MAX_ATTACHMENTS)
        raise Refused(text, code="too_many_attachments")


@transactional()
async def _attach(actor: Actor, application_id: UUID, question: str, facts: FileFacts) -> UUID:
    await own_application(actor, application_id, Capability.EDIT_ANSWERS)
    known: UUID | None = await fetch_value(SAME_FILE, application_id, question, facts.sha256)
    if known is not None:
        return known
    await _refuse_more(application_id)
    attachment_id = new_id()
    await execute(INSERT, attachment_id, application_id, question, facts.id, actor.person_id, now())
    await execute("update application set changed_at = $2 where id = $1", application_id, now())
    after = {"question": question, "file_id": facts.id, "sha256": facts.sha256}
    await audit.record(actor, "application.file_attached", OWNER, application_id, after=after)
    return attachment_id


@transactional()
async def remove_attachment(actor: Actor, application_id: UUID, attachment_id: UUID) -> None:
    """Takes a file out of an application that can still be changed. The audit trail keeps its id.

    Raises:
        NotFound: the application has no such attachment.
        Conflict: the application cannot be changed any more.
    """
    await own_application(actor, application_id, Capability.EDIT_ANSWERS)
    removed = await fetch_one(
        "delete from application_attachment where id = $1 and application_id = $2 returning question, file_id",
        attachment_id, application_id,
    )  # fmt: skip
    if removed is None:
        raise NotFound
    await audit.record(actor, "application.file_removed", OWNER, application_id, before=removed)


async def attachment_content(actor: Actor, application_id: UUID, attachment_id: UUID) -> tuple[FileFacts, bytes]:
    """The file itself, for the provider that attached it and the organiser that the application was sent to.

    Raises:
        NotFound: there is none, or the actor is on neither side.
    """
    provider_id = actor.provider_id if actor.role in PROVIDER_ROLES else None
    organiser_id = actor.organiser_id if actor.role in ORGANISER_ROLES else None
    file_id = await fetch_value(READABLE, attachment_id, application_id, provider_id, organiser_id)
    if file_id is None:
        raise NotFound
    facts = await files.facts_of(file_id, owner=OWNER, owner_id=application_id)
    return facts, await files.content_of(file_id, owner=OWNER, owner_id=application_id)
