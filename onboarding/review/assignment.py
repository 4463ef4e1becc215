"""Who has an application in hand: one person at a time, and everybody sees who."""

from collections.abc import Sequence
from uuid import UUID

from marketplace.accounts.people import names_of
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, transactional
from marketplace.kernel.errors import Conflict, DomainError, Invalid, NotFound
from marketplace.kernel.i18n import Message, message
from marketplace.notices.receivers import organiser_staff
from marketplace.notices.schemas import Notice
from marketplace.notices.writing import notify
from onboarding.applications.drafts import OWNER
from onboarding.applications.reading import locked
from onboarding.applications.states import APPLICATION_STATUS_NAMES, ApplicationStatus, Capability, may
from onboarding.review.schemas import MOST_AT_ONCE, Assigned, Colleague
from onboarding.scoping import REVIEWING, reviewing_organiser

HAND_OVER = "update application set claimed_by = $2, claimed_at = $3 where id = $1"
REFERENCES = "select id, reference from application where id = any($1::uuid[]) and organiser_id = $2"


@transactional()
async def claim(actor: Actor, application_id: UUID, *, take_over: bool = False) -> None:
    """Takes an application into one's own hands, so that colleagues see it and nobody else decides it meanwhile.

    Raises:
        Conflict: a colleague has it (and ``take_over`` was not asked for), or it is not under review.
    """
    row = await to_review(actor, application_id)
    await _hand_over(actor, row, actor.person_id, take_over=take_over)


@transactional()
async def assign(actor: Actor, application_id: UUID, person_id: UUID, *, take_over: bool = False) -> None:
    """Gives an application to a colleague who reviews for the same organiser, or to oneself.

    Raises:
        Invalid: there is no such colleague.
        Conflict: somebody else has it (and ``take_over`` was not asked for), or it is not under review.
    """
    row = await to_review(actor, application_id)
    if person_id not in await organiser_staff(row["organiser_id"], *sorted(REVIEWING)):
        raise Invalid.field("person_id", message("Choose a colleague who reviews applications."))
    await _hand_over(actor, row, person_id, take_over=take_over)


@transactional()
async def release(actor: Actor, application_id: UUID) -> None:
    """Puts an application that one has claimed back for any colleague.

    Raises:
        Conflict: it is not one's own, or not under review.
    """
    row = await to_review(actor, application_id)
    if row["claimed_by"] != actor.person_id:
        raise await taken(row)
    await execute(HAND_OVER, application_id, None, None)
    await audit.record(
        actor, "application.released", OWNER, application_id, before={"claimed_by": actor.person_id}, after={}
    )


async def assign_many(actor: Actor, application_ids: Sequence[UUID], person_id: UUID | None) -> list[Assigned]:
    """Gives several applications to one person, or puts them back (None). Each goes by itself: what cannot be is told.

    Raises:
        Invalid: none or too many are named.
    """
    wanted = list(dict.fromkeys(application_ids))
    if not wanted:
        raise Invalid.field("application_ids", message("Choose at least one application."))
    if len(wanted) > MOST_AT_ONCE:
        problem = message("Choose at most {most} applications at once.", most=MOST_AT_ONCE)
        raise Invalid.field("application_ids", problem)
    rows = await fetch(REFERENCES, wanted, reviewing_organiser(actor))
    references: dict[UUID, str] = {row["id"]: row["reference"] for row in rows}
    return [await _one_of_many(actor, each, references.get(each, ""), person_id) for each in wanted]


async def _one_of_many(actor: Actor, application_id: UUID, reference: str, person_id: UUID | None) -> Assigned:
    problem = None
    try:
        if person_id is None:
            await release(actor, application_id)
        else:
            await assign(actor, application_id, person_id)
    except DomainError as error:
        problem = error.fields[0].message if isinstance(error, Invalid) and error.fields else error.message
    return Assigned(application_id=application_id, reference=reference, problem=problem)


async def colleagues(actor: Actor) -> list[Colleague]:
    """Those who review for the actor's organiser, the actor among them, by name."""
    staff = await organiser_staff(reviewing_organiser(actor), *sorted(REVIEWING))
    names = await names_of(staff)
    found = [Colleague(id=each, name=names[each]) for each in staff if each in names]
    return sorted(found, key=lambda each: each.name.casefold())


async def sent(actor: Actor, application_id: UUID) -> Row:
    """The locked row of an application that was sent to the actor's organiser.

    Raises:
        NotFound: there is none.
    """
    row = await locked(application_id, "organiser_id", reviewing_organiser(actor))
    if row["submitted_at"] is None:
        raise NotFound
    return row


async def to_review(actor: Actor, application_id: UUID) -> Row:
    """The locked row of an application under review by the actor's organiser.

    Raises:
        NotFound: there is none.
        Conflict: it was decided or withdrawn.
    """
    row = await sent(actor, application_id)
    if not may(ApplicationStatus(row["status"]), Capability.BE_REVIEWED):
        raise await closed(row, "application_not_under_review")
    return row


async def closed(row: Row, code: str) -> Conflict:
    """What to tell somebody who comes after another has handled the application."""
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
    """What to tell somebody who acts on an application that a colleague has, or that nobody has."""
    who = await name_of(row["claimed_by"])
    if who is None:
        return Conflict(message("Nobody has taken this application yet."), code="not_claimed")
    return Conflict(
        message("{who} is handling this application. Take it over first.", who=who), code="claimed_by_other"
    )


async def name_of(person_id: UUID | None) -> str | None:
    """The name of a person; None for nobody."""
    return (await names_of([person_id])).get(person_id, "?") if person_id else None


async def _hand_over(actor: Actor, row: Row, person_id: UUID | None, *, take_over: bool) -> None:
    """Writes who has it, and tells those who did not do it themselves. Giving it to whoever has it changes nothing."""
    before: UUID | None = row["claimed_by"]
    if before == person_id:
        return
    if before not in {None, actor.person_id} and not take_over:
        raise await taken(row)
    await execute(HAND_OVER, row["id"], person_id, now())
    await audit.record(
        actor, "application.claimed", OWNER, row["id"], before={"claimed_by": before}, after={"claimed_by": person_id}
    )
    await _tell(actor, row, before, person_id)


async def _tell(actor: Actor, row: Row, before: UUID | None, person_id: UUID | None) -> None:
    who, reference = await name_of(actor.person_id), row["reference"]
    if before not in {None, actor.person_id, person_id}:
        moved = message("{who} took over the application {reference}.", who=who, reference=reference)
        await notify([before] if before else [], _notice(row, "application.taken_over", moved))
    if person_id not in {None, actor.person_id}:
        given = message("{who} gave you the application {reference} to handle.", who=who, reference=reference)
        await notify([person_id] if person_id else [], _notice(row, "application.assigned", given))


def _notice(row: Row, kind: str, text: Message) -> Notice:
    return Notice(
        kind=kind, subject=text, paragraphs=[text], path=f"/organiser/applications/{row['id']}", about=OWNER,
        about_id=row["id"], organiser_id=row["organiser_id"],
    )  # fmt: skip
