"""Who has an application in hand: one person at a time, and everybody sees who."""

from uuid import UUID

from marketplace.accounts.people import names_of
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, transactional
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.i18n import Message, message
from onboarding.applications.drafts import OWNER
from onboarding.applications.reading import locked
from onboarding.applications.states import APPLICATION_STATUS_NAMES, ApplicationStatus, Capability, may
from onboarding.scoping import reviewing_organiser


@transactional()
async def claim(actor: Actor, application_id: UUID, *, take_over: bool = False) -> None:
    """Takes an application into one's own hands, so that colleagues see it and nobody else decides it meanwhile.

    Raises:
        Conflict: a colleague has it (and ``take_over`` was not asked for), or it is not under review.
    """
    row = await to_review(actor, application_id)
    if row["claimed_by"] not in {None, actor.person_id} and not take_over:
        raise await taken(row)
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
    row = await to_review(actor, application_id)
    if row["claimed_by"] != actor.person_id:
        raise await taken(row)
    await execute("update application set claimed_by = null, claimed_at = null where id = $1", application_id)
    await audit.record(
        actor, "application.released", OWNER, application_id, before={"claimed_by": actor.person_id}, after={}
    )


async def sent(actor: Actor, application_id: UUID) -> Row:
    row = await locked(application_id, "organiser_id", reviewing_organiser(actor))
    if row["submitted_at"] is None:
        raise NotFound
    return row


async def to_review(actor: Actor, application_id: UUID) -> Row:
    row = await sent(actor, application_id)
    if not may(ApplicationStatus(row["status"]), Capability.BE_REVIEWED):
        raise await closed(row, "application_not_under_review")
    return row


async def closed(row: Row, code: str) -> Conflict:
    status: Message = APPLICATION_STATUS_NAMES[ApplicationStatus(row["status"])]
    who, when = await name_of(row["decided_by"]), row["decided_at"] or row["changed_at"]
    if who:
        text = message(
            "{who} has handled this application already, {when}: {status}.", who=who, when=when, status=status
        )
    else:
        text = message("This application has changed, {when}: {status}.", when=when, status=status)
    return Conflict(text, code=code)


async def taken(row: Row) -> Conflict:
    who = await name_of(row["claimed_by"])
    if who is None:
        return Conflict(message("Nobody has taken this application yet."), code="not_claimed")
    return Conflict(
        message("{who} is handling this application. Take it over first.", who=who), code="claimed_by_other"
    )


async def name_of(person_id: UUID | None) -> str | None:
    return (await names_of([person_id])).get(person_id, "?") if person_id else None
