"""Going on from an approval: renewing it before it ends, and extending it to more services or municipalities.

Both are applications like others, with the answers of the approval's own application carried over.
"""

from collections.abc import Sequence
from uuid import UUID

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch_one, new_id, transactional
from marketplace.kernel.errors import Conflict, FieldError, Invalid, Refused
from marketplace.kernel.i18n import Message, message
from onboarding.applications.drafts import new_bundle, write_draft
from onboarding.applications.filling import Filling, answers_with_sources, attachments_of, filling_of, open_units
from onboarding.applications.schemas import ApplicationKind, Scope, Source
from onboarding.applications.states import Capability, statuses_with
from onboarding.applications.writing import next_edit, write_answers
from onboarding.approvals.own import is_alive, locked_own
from onboarding.providers.profile import units_of
from onboarding.rulebooks.requirements import Answer, Slot, read_answer
from onboarding.rulebooks.versions import rulebook_in_force

UNDER_WAY = """
select id, bundle_id, status from application
where previous_approval_id = $1 and kind = $2 and status = any($3::varchar[]) order by created_at limit 1
"""
CARRY_FILE = """
insert into application_attachment (id, application_id, question, file_id, issued_on, source, created_by, created_at)
values ($1, $2, $3, $4, $5, 'carried', $6, $7)
"""
CLOSED = message("This approval has ended. Make a new application instead.")


@transactional()
async def renew(actor: Actor, approval_id: UUID) -> UUID:
    """Begins the renewal of an approval that has a last day; returns the bundle of its draft.

    Answers are carried over, except those that the rulebook wants afresh on each renewal; certificates are judged again
    by their age. A renewal that was begun already is given back.

    Raises:
        NotFound: the actor administers no provider with this approval.
        Refused: the approval has ended, or lasts until further notice.
        Conflict: a renewal was sent already.
    """
    approval = await locked_own(actor, approval_id)
    if not is_alive(approval["status"], approval["valid_to"]):
        raise Refused(CLOSED, code="approval_ended")
    if approval["valid_to"] is None:
        raise Refused(
            message("This approval holds until further notice and needs no renewal."), code="approval_has_no_end"
        )
    if begun := await _under_way(approval_id, ApplicationKind.RENEWAL):
        return begun
    scope = await _still_taken(approval)
    return await _begin(actor, approval, scope, ApplicationKind.RENEWAL)


async def _under_way(approval_id: UUID, kind: ApplicationKind) -> UUID | None:
    statuses = [*statuses_with(Capability.CHANGE_SCOPE), *statuses_with(Capability.BE_REVIEWED)]
    row = await fetch_one(UNDER_WAY, approval_id, kind.value, statuses)
    if row is None:
        return None
    if row["status"] not in statuses_with(Capability.CHANGE_SCOPE):
        raise Conflict(message("This was sent already and waits for a decision."), code="renewal_under_way")
    return row["bundle_id"]


async def _still_taken(approval: Row) -> Scope:
    """What of the approval its organiser still takes applications for."""
    content = (await rulebook_in_force(approval["organiser_id"])).content
    return Scope(
        service_classes=tuple(code for code in approval["service_classes"] if code in content.service_classes),
        municipalities=tuple(approval["municipality_codes"]),
        units=await _units(approval),
    )


async def _units(approval: Row) -> tuple[UUID, ...]:
    row = await fetch_one("select unit_ids from application where id = $1", approval["application_id"])
    still = {str(each.id) for each in open_units(await units_of(approval["provider_id"]))}
    return tuple(UUID(unit) for unit in (row["unit_ids"] if row else ()) if unit in still)


@transactional()
async def extend(
    actor: Actor, approval_id: UUID, service_classes: Sequence[str], municipalities: Sequence[str]
) -> UUID:
    """Begins a small application for more services or municipalities; returns the bundle of its draft.

    ``service_classes`` and ``municipalities`` are those to be added: new services are applied for in the whole area,
    new municipalities for all services. Only the questions are asked that this brings.

    Raises:
        NotFound: the actor administers no provider with this approval.
        Refused: the approval has ended.
        Invalid: nothing new was chosen, or something that the organiser does not take.
        Conflict: an extension was sent already and waits for its decision.
    """
    approval = await locked_own(actor, approval_id)
    if not is_alive(approval["status"], approval["valid_to"]):
        raise Refused(CLOSED, code="approval_ended")
    classes = [code for code in service_classes if code not in approval["service_classes"]]
    places = [code for code in municipalities if code not in approval["municipality_codes"]]
    if not classes and not places:
        text = message("Choose a service or a municipality that your approval does not have yet.")
        raise Invalid([FieldError("service_classes", text)])
    if await _under_way(approval_id, ApplicationKind.EXTENSION):
        text = message("You have begun an extension of this approval already. Finish or give up that one first.")
        raise Conflict(text, code="extension_begun")
    scope = Scope(
        service_classes=tuple([*approval["service_classes"], *classes] if places else classes),
        municipalities=tuple([*approval["municipality_codes"], *places] if classes else places),
        units=await _units(approval),
    )
    return await _begin(actor, approval, scope, ApplicationKind.EXTENSION)


async def _begin(actor: Actor, approval: Row, scope: Scope, kind: ApplicationKind) -> UUID:
    bundle_id = await new_bundle(actor)
    application_id = await write_draft(actor, bundle_id, approval["organiser_id"], scope, kind, approval["id"])
    row = await fetch_one("select * from application where id = $1", application_id)
    assert row is not None, "it was written just now"
    await _carry_answers(actor, row, approval["application_id"])
    await _carry_files(actor, row, approval["application_id"])
    return bundle_id


async def _carry_answers(actor: Actor, row: Row, previous_id: UUID) -> None:
    """Copies the answers that the rulebook still asks and takes. What the profile answers follows the profile anew.

    An answer may bring up the question of another one, hence more than one round.
    """
    answers, sources = await answers_with_sources(previous_id)
    left = {slot: value for slot, value in answers.items() if sources[slot] is not Source.PROFILE}
    edit = await next_edit(row["bundle_id"])
    while left:
        filling = await filling_of(row)
        slots = _open_slots(row, filling)
        taken = {key: value for key, value in left.items() if key in slots and _fits(slots[key], value)}
        if not taken:
            return
        await write_answers(actor, row, taken, edit, Source.CARRIED)
        left = {key: value for key, value in left.items() if key not in taken}


def _open_slots(row: Row, filling: Filling) -> dict[str, Slot]:
    is_renewal = row["kind"] == ApplicationKind.RENEWAL
    return {
        slot.key: slot
        for group in filling.groups
        for slot in group.slots
        if slot.key not in filling.answers and not (is_renewal and slot.question.renewed)
    }


def _fits(slot: Slot, value: Answer) -> bool:
    return not isinstance(read_answer(slot.question, value, today()), Message)


async def _carry_files(actor: Actor, row: Row, previous_id: UUID) -> None:
    filling = await filling_of(row)
    slots, there = _open_slots(row, filling), {each.question for each in filling.files}
    for file in await attachments_of(previous_id):
        if file.question in slots and file.question not in there and file.source is not Source.PROFILE:
            await execute(
                CARRY_FILE, new_id(), row["id"], file.question, file.file_id, file.issued_on, actor.person_id, now()
            )
