"""Sending an application, answering the reviewer, taking the application back."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from marketplace.kernel import audit
from marketplace.kernel.actors import SYSTEM, Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, new_id, transactional
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import message
from onboarding.applications import states
from onboarding.applications.drafts import OWNER, own_application
from onboarding.applications.notes import add_note
from onboarding.applications.reading import answers_of, attachments_of, rulebook_of
from onboarding.applications.schemas import NoteKind, Receipt
from onboarding.applications.scopes import missing_scope
from onboarding.applications.states import APPLICANT, ApplicationAction, ApplicationStatus
from onboarding.rulebooks.requirements import missing_answers
from onboarding.rulebooks.schemas import RulebookVersionView
from onboarding.topics import NOTICE, ApplicationNotice, NoticeKind

STALE_AFTER: Final = timedelta(days=365)
SUBMIT = """
update application set status = $2, rulebook_version_id = $3, submitted_by = $4, submitted_at = $5, changed_at = $5
where id = $1
"""
MOVE = "update application set status = $2, changed_at = $3 where id = $1"
STALE = (
    "select * from application where status = any($1::varchar[]) and changed_at < $2 order by id limit 500 for update"
)


@transactional()
async def submit(actor: Actor, application_id: UUID, *, declared: bool) -> Receipt:
    """Sends a draft, judged by the rulebook that is in force at this moment, which it keeps from here on.

    Raises:
        Invalid: answers, attachments, scope or the declaration are missing or wrong: all of them, by name.
        Conflict: it was sent already, or withdrawn.
    """
    row = await own_application(actor, application_id)
    status = APPLICANT.after(ApplicationStatus(row["status"]), ApplicationAction.SUBMIT)
    rulebook = await rulebook_of(row)
    problems = await _still_missing(row, rulebook)
    if not declared:
        problems.append(FieldError("declared", message("Confirm the declaration to send the application.")))
    if problems:
        raise Invalid(problems)
    moment = now()
    await execute(SUBMIT, application_id, status.value, rulebook.id, actor.person_id, moment)
    return await _told(actor, row, status, NoticeKind.SUBMITTED)


@transactional()
async def answer_request(actor: Actor, application_id: UUID, text: str) -> Receipt:
    """Answers the reviewer's request for more information and gives the application back to review.

    Raises:
        Invalid: the text is empty, or an answer or attachment that the rulebook requires is gone.
        Conflict: nothing is asked (any more).
    """
    row = await own_application(actor, application_id)
    status = APPLICANT.after(ApplicationStatus(row["status"]), ApplicationAction.ANSWER)
    problems = await _still_missing(row, await rulebook_of(row))
    if not text.strip():
        problems.append(FieldError("text", message("Write your answer.")))
    if problems:
        raise Invalid(problems)
    await add_note(actor, application_id, NoteKind.ANSWER, text)
    await execute(MOVE, application_id, status.value, now())
    return await _told(actor, row, status, NoticeKind.ANSWERED)


@transactional()
async def withdraw(actor: Actor, application_id: UUID) -> Receipt:
    """Takes an application back, for good.

    Raises:
        Conflict: it was decided or withdrawn already.
    """
    row = await own_application(actor, application_id)
    status = APPLICANT.after(ApplicationStatus(row["status"]), ApplicationAction.WITHDRAW)
    await execute(MOVE, application_id, status.value, now())
    return await _told(actor, row, status, NoticeKind.WITHDRAWN)


@transactional()
async def close_stale_drafts() -> int:
    """Withdraws the drafts that nobody has touched for a year; returns how many. For periodic work."""
    editable = [
        status.value
        for status in ApplicationStatus
        if states.SYSTEM.allows(status, ApplicationAction.CLOSE_STALE_DRAFT)
    ]
    rows = await fetch(STALE, editable, now() - STALE_AFTER)
    for row in rows:
        status = states.SYSTEM.after(ApplicationStatus(row["status"]), ApplicationAction.CLOSE_STALE_DRAFT)
        await execute(MOVE, row["id"], status.value, now())
        await _record(SYSTEM, row, status)
    return len(rows)


async def _still_missing(row: Row, rulebook: RulebookVersionView) -> list[FieldError]:
    """Everything that the rulebook still wants, at once."""
    classes = row["service_classes"]
    answers, attached = await answers_of(row["id"]), await attachments_of(row["id"])
    with_file = dict.fromkeys(each.question for each in attached)
    return [
        *missing_scope(classes, row["municipality_codes"]),
        *missing_answers(rulebook.content, classes, [], answers, with_file, today()),
    ]


async def _told(actor: Actor, row: Row, status: ApplicationStatus, kind: NoticeKind) -> Receipt:
    """Leaves the trace of a change, has the other side told of it, and makes the receipt."""
    await _record(actor, row, status)
    if row["submitted_at"] is not None or kind is NoticeKind.SUBMITTED:
        await NOTICE.enqueue(ApplicationNotice(new_id(), row["id"], kind))
    return Receipt(application_id=row["id"], reference=row["reference"], status=status, at=now())


async def _record(actor: Actor, row: Row, status: ApplicationStatus) -> None:
    await audit.record(
        actor, f"application.{status}", OWNER, row["id"], before={"status": row["status"]}, after={"status": status},
        organiser_id=row["organiser_id"], provider_id=row["provider_id"],
    )  # fmt: skip
