"""Sending an application, taking it back, and closing drafts that nobody touches any more."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from marketplace.kernel import audit
from marketplace.kernel.actors import SYSTEM, Actor
from marketplace.kernel.clock import HELSINKI, now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_value, new_id, transactional
from marketplace.kernel.errors import Conflict, FieldError, Invalid, Refused
from marketplace.kernel.i18n import message
from onboarding.applications import states
from onboarding.applications.bundles import STALE_AFTER
from onboarding.applications.drafts import OWNER, drafts_of_bundle, own_application
from onboarding.applications.filling import Filling, filling_of
from onboarding.applications.schemas import ApplicationKind, Receipt, Source
from onboarding.applications.scopes import missing_scope
from onboarding.applications.states import APPLICANT, ApplicationAction, ApplicationStatus
from onboarding.applications.telling import tell_applicant, tell_organiser
from onboarding.applications.writing import locked_bundle, next_edit, write_answers
from onboarding.rulebooks.requirements import shown_answers
from onboarding.scoping import administered_provider

WARNED_BEFORE: Final = timedelta(days=30)
SUBMIT = """
update application set status = $2, rulebook_version_id = $3, submitted_by = $4, submitted_at = $5, changed_at = $5
where id = $1
"""
MOVE = "update application set status = $2, changed_at = $3 where id = $1"
MOST_AT_ONCE = 500
STALE = """
select * from application where status = any($1::varchar[]) and changed_at < $2 order by id limit $3 for update
"""
FREEZE_FILE = """
insert into application_attachment (id, application_id, question, file_id, issued_on, source, created_by, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
# Approvals lie above this room; their table is only asked whether there is still something to extend.
STILL_HOLDS = """
select exists (select from approval where id = $1 and status <> 'ended' and (valid_to is null or valid_to >= $2))
"""
FORGET_HIDDEN = "delete from application_answer where application_id = $1 and question = $2"
TO_WARN = """
select * from application where status = any($1::varchar[]) and changed_at < $2 and not exists (
    select from notice where kind = 'application.draft_closes' and about_id = application.id and created_at > changed_at)
order by id limit $3 for update
"""


@transactional()
async def submit(actor: Actor, application_id: UUID, *, declared: bool, rulebook_id: UUID | None = None) -> Receipt:
    """Sends a draft, judged by the rulebook that is in force at this moment, which it keeps from here on.

    What the profile answers is frozen with it; answers to questions that are hidden again are left out.

    Raises:
        Invalid: answers, attachments, scope or the declaration are missing or wrong: all of them, by name.
        Conflict: it was sent already, or withdrawn; or ``rulebook_id`` is no longer in force.
        Refused: it would extend an approval that has ended.
    """
    row = await own_application(actor, application_id)
    return await _send(actor, row, declared=declared, rulebook_id=rulebook_id)


async def _send(actor: Actor, row: Row, *, declared: bool, rulebook_id: UUID | None) -> Receipt:
    status = APPLICANT.after(ApplicationStatus(row["status"]), ApplicationAction.SUBMIT)
    await _refuse_baseless(row)
    filling = await filling_of(row)
    if rulebook_id is not None and rulebook_id != filling.rulebook.id:
        text = message("The organiser has published a new rulebook meanwhile. See what changed before you send.")
        raise Conflict(text, code="rulebook_changed")
    problems = [*missing_scope(row["service_classes"], row["municipality_codes"]), *filling.missing]
    if not declared:
        problems.append(FieldError("declared", message("Confirm the declaration to send the application.")))
    if problems:
        raise Invalid(problems)
    await _freeze(actor, row, filling)
    await execute(SUBMIT, row["id"], status.value, filling.rulebook.id, actor.person_id, now())
    await record(actor, row, status)
    await tell_applicant(row, "submitted", message("Your application has arrived"))
    await tell_organiser(row, "received", message("A new application has arrived"))
    return Receipt(application_id=row["id"], reference=row["reference"], status=status, at=now())


async def _refuse_baseless(row: Row) -> None:
    """An extension asks only the new: without the approval that it extends nothing else was ever looked at."""
    if row["kind"] != ApplicationKind.EXTENSION:
        return
    if not await fetch_value(STILL_HOLDS, row["previous_approval_id"], today()):
        text = message("The approval that this would extend has ended. Make a new application instead.")
        raise Refused(text, code="approval_ended")


async def _freeze(actor: Actor, row: Row, filling: Filling) -> None:
    """Writes down what the profile says now, and lets go of answers to questions that are not asked."""
    shown = shown_answers(filling.groups, filling.answers)
    taken = {slot: value for slot, value in shown.items() if filling.sources.get(slot) is Source.PROFILE}
    if taken:
        await write_answers(actor, row, taken, await next_edit(row["bundle_id"]), Source.PROFILE)
    for slot in set(filling.answers) - set(shown):
        await execute(FORGET_HIDDEN, row["id"], slot)
    for file in filling.files:
        if file.source is Source.PROFILE and file.id == file.file_id:
            await execute(
                FREEZE_FILE, new_id(), row["id"], file.question, file.file_id, file.issued_on, Source.PROFILE.value,
                actor.person_id, now(),
            )  # fmt: skip


@transactional()
async def submit_bundle(
    actor: Actor, bundle_id: UUID, application_ids: Sequence[UUID], *, declared: bool, rulebook_ids: Sequence[UUID] = ()
) -> list[Receipt]:
    """Sends several drafts of a bundle, all or none. ``rulebook_ids``: the versions that were read before declaring.

    Raises:
        Invalid: something is missing; fields are named ``<application>/<slot>``.
        Conflict: one was sent already, or its rulebook has changed meanwhile.
    """
    rows = [await own_application(actor, each) for each in sorted(set(application_ids))]
    if not rows or any(row["bundle_id"] != bundle_id for row in rows):
        raise Invalid.field("application_ids", message("Choose at least one application to send."))
    receipts: list[Receipt] = []
    problems: list[FieldError] = []
    for row in rows:
        try:
            if rulebook_ids and (await filling_of(row)).rulebook.id not in rulebook_ids:
                text = message(
                    "The organiser has published a new rulebook meanwhile. See what changed before you send."
                )
                raise Conflict(text, code="rulebook_changed")
            receipts.append(await _send(actor, row, declared=declared, rulebook_id=None))
        except Invalid as invalid:
            problems += [FieldError(_where(row, each), each.message) for each in invalid.fields]
    if problems:
        raise Invalid(list({each.field: each for each in problems}.values()))
    return receipts


def _where(row: Row, error: FieldError) -> str:
    return error.field if error.field == "declared" else f"{row['id']}/{error.field}"


@transactional()
async def withdraw(actor: Actor, application_id: UUID) -> Receipt:
    """Takes an application back, for good.

    Raises:
        Conflict: it was decided or withdrawn already.
    """
    row = await own_application(actor, application_id)
    return await _withdraw(actor, row)


async def _withdraw(actor: Actor, row: Row) -> Receipt:
    status = APPLICANT.after(ApplicationStatus(row["status"]), ApplicationAction.WITHDRAW)
    await execute(MOVE, row["id"], status.value, now())
    await record(actor, row, status)
    if row["submitted_at"] is not None:
        await tell_organiser(row, "withdrawn", message("The applicant has withdrawn the application"))
    return Receipt(application_id=row["id"], reference=row["reference"], status=status, at=now())


@transactional()
async def withdraw_bundle(actor: Actor, bundle_id: UUID) -> list[Receipt]:
    """Gives up all drafts of a bundle. What was sent already stays sent.

    Raises:
        NotFound: they are another provider's.
    """
    await locked_bundle(bundle_id, administered_provider(actor))
    drafts = await drafts_of_bundle(bundle_id)
    return [await _withdraw(actor, await own_application(actor, row["id"])) for row in drafts]


@transactional()
async def close_stale_drafts() -> int:
    """Withdraws the drafts that nobody has touched for a year; returns how many. For periodic work."""
    rows = await fetch(STALE, _closable(), now() - STALE_AFTER, MOST_AT_ONCE)
    for row in rows:
        status = states.SYSTEM.after(ApplicationStatus(row["status"]), ApplicationAction.CLOSE_STALE_DRAFT)
        await execute(MOVE, row["id"], status.value, now())
        await record(SYSTEM, row, status)
        await tell_applicant(
            row, "draft_closed", message("Your draft was closed because nobody had changed it for a year")
        )
    return len(rows)


@transactional()
async def warn_of_stale_drafts() -> int:
    """Tells, a month ahead and once, of drafts that will be closed; returns how many. For periodic work."""
    since = now() - STALE_AFTER + WARNED_BEFORE
    rows = await fetch(TO_WARN, _closable(), since, MOST_AT_ONCE)
    for row in rows:
        day = (row["changed_at"] + STALE_AFTER).astimezone(HELSINKI).date()
        subject = message("Your draft will be closed soon")
        more = message(
            "It closes on {day} if nobody changes it. Opening it and saving any page keeps it open.", day=day
        )
        await tell_applicant(row, "draft_closes", subject, more, once=f"draft_closes:{row['id']}:{day}")
    return len(rows)


def _closable() -> list[str]:
    return [
        status.value
        for status in ApplicationStatus
        if states.SYSTEM.allows(status, ApplicationAction.CLOSE_STALE_DRAFT)
    ]


async def record(actor: Actor, row: Row, status: ApplicationStatus) -> None:
    """Leaves the trace of a change of status."""
    await audit.record(
        actor, f"application.{status}", OWNER, row["id"], before={"status": row["status"]}, after={"status": status},
        organiser_id=row["organiser_id"], provider_id=row["provider_id"],
    )  # fmt: skip
