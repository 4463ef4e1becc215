"""What a reviewer does: look at the queue, claim, ask for more, approve, reject. Nothing is decided twice."""

from datetime import datetime
from typing import Final
from uuid import UUID

from marketplace.accounts.people import names_of
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, fetch_one, new_id, transactional
from marketplace.kernel.errors import Conflict, IllegalTransition, Invalid, NotFound
from marketplace.kernel.i18n import Message, message
from onboarding.applications.drafts import OWNER
from onboarding.applications.notes import add_note
from onboarding.applications.reading import FOR_ORGANISER, SUMMARY, like_pattern, locked, summaries, whole
from onboarding.applications.schemas import NoteKind, Receipt
from onboarding.applications.states import (
    APPLICATION_STATUS_NAMES,
    REVIEWER,
    ApplicationAction,
    ApplicationStatus,
    Capability,
    may,
    statuses_with,
)
from onboarding.approvals.approvals import grant_approval
from onboarding.approvals.schemas import ApprovalTerms
from onboarding.providers.registration import provider_of
from onboarding.review.checks import checks_of
from onboarding.review.schemas import ApplicationForReview, QueueFilters, QueuePage
from onboarding.scoping import reviewing_organiser
from onboarding.topics import NOTICE, ApplicationNotice, NoticeKind

PAGE: Final = 50

QUEUE = f"""
{SUMMARY}
where a.organiser_id = $1 and a.submitted_at is not null and a.status = any($2::varchar[])
    and ($3 = '' or $3 = any(a.service_classes)) and ($4::uuid is null or a.claimed_by = $4)
    and ($5 = '' or lower(p.name) like $5 or p.business_id like $5 or lower(a.reference) like $5)
    and ($6::timestamptz is null or (a.submitted_at, a.id) > ($6, $7::uuid))
order by a.submitted_at, a.id limit {PAGE + 1}
"""
DECIDE = """
update application set status = $2, decided_by = $3, decided_at = $4, changed_at = $4, decision_reasons = $5 where id = $1
"""


async def queue(actor: Actor, filters: QueueFilters) -> QueuePage:
    """The applications to the actor's organiser, the longest waiting first; those to be reviewed unless asked otherwise.

    Raises:
        NotFound: the actor reviews for no organiser.
    """
    organiser_id = reviewing_organiser(actor)
    statuses = [filters.status.value] if filters.status else statuses_with(Capability.BE_REVIEWED)
    moment, last_id = _read_cursor(filters.after)
    rows = await fetch(
        QUEUE, organiser_id, statuses, filters.service_class, actor.person_id if filters.mine else None,
        like_pattern(filters.q), moment, last_id,
    )  # fmt: skip
    shown = rows[:PAGE]
    more = f"{shown[-1]['submitted_at'].isoformat()}_{shown[-1]['id']}" if len(rows) > PAGE else None
    return QueuePage(items=summaries(shown), next=more)


async def application_for_reviewer(actor: Actor, application_id: UUID) -> ApplicationForReview:
    """One application with its checks, notes and answers.

    Raises:
        NotFound: there is none that was sent to the actor's organiser.
    """
    organiser_id = reviewing_organiser(actor)
    row = await fetch_one(
        f"{SUMMARY} where a.id = $1 and a.organiser_id = $2 and a.submitted_at is not null",
        application_id,
        organiser_id,
    )
    if row is None:
        raise NotFound
    application, provider = await whole(row, FOR_ORGANISER), await provider_of(row["provider_id"])
    return ApplicationForReview(
        application=application,
        provider=provider,
        checks=await checks_of(application.summary, provider),
        claimed_by_name=await _name_of(row["claimed_by"]),
    )


@transactional()
async def claim(actor: Actor, application_id: UUID, *, take_over: bool = False) -> None:
    """Takes an application into one's own hands, so that colleagues see it and nobody else decides it meanwhile.

    Raises:
        Conflict: a colleague has it (and ``take_over`` was not asked for), or it is not under review.
    """
    row = await _to_review(actor, application_id)
    if row["claimed_by"] not in {None, actor.person_id} and not take_over:
        raise await _taken(row)
    if row["claimed_by"] == actor.person_id:
        return
    await execute(
        "update application set claimed_by = $2, claimed_at = $3 where id = $1", application_id, actor.person_id, now()
    )
    before, after = {"claimed_by": row["claimed_by"]}, {"claimed_by": actor.person_id}
    await audit.record(actor, "application.claimed", OWNER, application_id, before=before, after=after)


@transactional()
async def release(actor: Actor, application_id: UUID) -> None:
    """Puts an application that one has claimed back for any colleague.

    Raises:
        Conflict: it is not one's own, or not under review.
    """
    row = await _to_review(actor, application_id)
    if row["claimed_by"] != actor.person_id:
        raise await _taken(row)
    await execute("update application set claimed_by = null, claimed_at = null where id = $1", application_id)
    await audit.record(
        actor, "application.released", OWNER, application_id, before={"claimed_by": actor.person_id}, after={}
    )


@transactional()
async def note_internally(actor: Actor, application_id: UUID, text: str) -> None:
    """Adds a note that only the organiser's own people see; possible at any time, also after the decision.

    Raises:
        Invalid: the note is empty.
    """
    await _sent(actor, application_id)
    await add_note(actor, application_id, NoteKind.NOTE, text)
    await audit.record(actor, "application.noted", OWNER, application_id)


@transactional()
async def request_information(actor: Actor, application_id: UUID, text: str) -> Receipt:
    """Asks the applicant for more; the application waits for the answer.

    Raises:
        Invalid: nothing is asked.
        Conflict: it was decided, withdrawn or asked about already, or a colleague has it.
    """
    row, status = await _deciding(actor, application_id, ApplicationAction.REQUEST_INFORMATION)
    await add_note(actor, application_id, NoteKind.REQUEST, text)
    await execute(
        "update application set status = $2, changed_at = $3 where id = $1", application_id, status.value, now()
    )
    return await _told(actor, row, status, NoticeKind.INFORMATION_REQUESTED)


@transactional()
async def approve(actor: Actor, application_id: UUID, terms: ApprovalTerms) -> Receipt:
    """Approves the provider for all that was applied for, from ``valid_from`` to ``valid_to``, both included.

    Raises:
        Invalid: the last day comes before the first.
        Conflict: it was decided or withdrawn already (by whom and when is said), or a colleague has it.
    """
    row, status = await _deciding(actor, application_id, ApplicationAction.APPROVE)
    if terms.valid_to is not None and terms.valid_to < terms.valid_from:
        raise Invalid.field("valid_to", message("The last day cannot come before the first."))
    await execute(DECIDE, application_id, status.value, actor.person_id, now(), terms.conditions)
    await grant_approval(actor, row, terms)
    return await _told(actor, row, status, NoticeKind.APPROVED)


@transactional()
async def reject(actor: Actor, application_id: UUID, reasons: str) -> Receipt:
    """Rejects an application. The reasons are part of the decision and go to the applicant.

    Raises:
        Invalid: no reasons are given.
        Conflict: it was decided or withdrawn already (by whom and when is said), or a colleague has it.
    """
    row, status = await _deciding(actor, application_id, ApplicationAction.REJECT)
    await add_note(actor, application_id, NoteKind.DECISION, reasons, field="reasons")
    await execute(DECIDE, application_id, status.value, actor.person_id, now(), reasons.strip())
    return await _told(actor, row, status, NoticeKind.REJECTED)


async def _sent(actor: Actor, application_id: UUID) -> Row:
    row = await locked(application_id, "organiser_id", reviewing_organiser(actor))
    if row["submitted_at"] is None:
        raise NotFound
    return row


async def _to_review(actor: Actor, application_id: UUID) -> Row:
    row = await _sent(actor, application_id)
    if not may(ApplicationStatus(row["status"]), Capability.BE_REVIEWED):
        raise await _closed(row, "application_not_under_review")
    return row


async def _deciding(actor: Actor, application_id: UUID, action: ApplicationAction) -> tuple[Row, ApplicationStatus]:
    """The locked row and the status that follows. Who comes second is told what the first one did."""
    row = await _sent(actor, application_id)
    try:
        status = REVIEWER.after(ApplicationStatus(row["status"]), action)
    except IllegalTransition as refusal:
        raise await _closed(row, refusal.code) from None
    if row["claimed_by"] not in {None, actor.person_id}:
        raise await _taken(row)
    return row, status


async def _closed(row: Row, code: str) -> Conflict:
    status: Message = APPLICATION_STATUS_NAMES[ApplicationStatus(row["status"])]
    who, when = await _name_of(row["decided_by"]), row["decided_at"] or row["changed_at"]
    if who:
        text = message(
            "{who} has handled this application already, {when}: {status}.", who=who, when=when, status=status
        )
    else:
        text = message("This application has changed, {when}: {status}.", when=when, status=status)
    return Conflict(text, code=code)


async def _taken(row: Row) -> Conflict:
    who = await _name_of(row["claimed_by"])
    if who is None:
        return Conflict(message("Nobody has taken this application yet."), code="not_claimed")
    return Conflict(
        message("{who} is handling this application. Take it over first.", who=who), code="claimed_by_other"
    )


async def _name_of(person_id: UUID | None) -> str | None:
    return (await names_of([person_id])).get(person_id, "?") if person_id else None


async def _told(actor: Actor, row: Row, status: ApplicationStatus, kind: NoticeKind) -> Receipt:
    await audit.record(
        actor, f"application.{status}", OWNER, row["id"], before={"status": row["status"]}, after={"status": status},
        organiser_id=row["organiser_id"], provider_id=row["provider_id"],
    )  # fmt: skip
    await NOTICE.enqueue(ApplicationNotice(new_id(), row["id"], kind))
    return Receipt(application_id=row["id"], reference=row["reference"], status=status, at=now())


def _read_cursor(text: str) -> tuple[datetime | None, UUID | None]:
    """Where to go on; a cursor that was tampered with begins anew."""
    moment, _, last_id = text.rpartition("_")
    try:
        return datetime.fromisoformat(moment), UUID(last_id)
    except ValueError:
        return None, None
