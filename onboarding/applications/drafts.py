"""What an applicant fills in: start, choose, save; always for the provider whose hat they wear."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import Conflict, FieldError, Invalid, NotFound
from marketplace.kernel.i18n import Message, message
from marketplace.organisers.organisers import get_organiser
from onboarding.applications.filling import Filling, filling_of, is_draft, open_units, rulebook_of
from onboarding.applications.reading import FOR_APPLICANT, SUMMARY, locked, summaries, whole
from onboarding.applications.schemas import (
    ApplicationKind,
    ApplicationSummary,
    ApplicationView,
    NewApplication,
    Scope,
    Source,
)
from onboarding.applications.scopes import scope_problems
from onboarding.applications.states import ApplicationStatus, Capability, may
from onboarding.applications.writing import (
    Collision,
    EditedMeanwhile,
    changes_since,
    locked_bundle,
    next_edit,
    write_answers,
)
from onboarding.providers.profile import units_of
from onboarding.rulebooks.requirements import Answer, QuestionType, questions_for, read_answer, slots_for
from onboarding.rulebooks.versions import rulebook_in_force
from onboarding.scoping import acting_provider, administered_provider

OWNER: Final = "application"
REFERENCE_LETTERS: Final = "23456789BCDFGHJKLMNPQRSTVWXZ"
"""No vowels and nothing that looks like another character: a reference is read out over the telephone."""

INSERT_BUNDLE = """
insert into application_bundle (id, provider_id, edits, unread, created_by, created_at) values ($1, $2, 0, '{}', $3, $4)
"""
INSERT = """
insert into application (id, reference, provider_id, organiser_id, rulebook_version_id, service_classes,
    municipality_codes, status, created_by, created_at, changed_at, bundle_id, unit_ids, kind, previous_approval_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13, $14)
"""
SAVE_SCOPE = """
update application set service_classes = $2, municipality_codes = $3, unit_ids = $4, changed_at = $5 where id = $1
"""


@transactional()
async def start_application(actor: Actor, new: NewApplication) -> ApplicationSummary:
    """Begins a draft to one organiser, under its rulebook of today: a bundle of one.

    Raises:
        NotFound: the actor administers no provider, or there is no such organiser.
        Refused: the organiser takes no applications.
        Invalid: an unknown service class or municipality, or one that is not this organiser's; all are named.
    """
    administered_provider(actor)
    scope = Scope(service_classes=new.service_classes, municipalities=new.municipalities, units=new.units)
    application_id = await write_draft(actor, await new_bundle(actor), new.organiser_id, scope)
    return (await application_for_applicant(actor, application_id)).summary


async def new_bundle(actor: Actor) -> UUID:
    """An empty bundle, within the caller's unit of work."""
    bundle_id = new_id()
    await execute(INSERT_BUNDLE, bundle_id, administered_provider(actor), actor.person_id, now())
    return bundle_id


async def write_draft(
    actor: Actor,
    bundle_id: UUID,
    organiser_id: UUID,
    scope: Scope,
    kind: ApplicationKind = ApplicationKind.NEW,
    previous_approval_id: UUID | None = None,
) -> UUID:
    """Writes a draft to one organiser into a bundle, within the caller's unit of work; see ``start_application``."""
    provider_id = administered_provider(actor)
    organiser, rulebook = await get_organiser(organiser_id), await rulebook_in_force(organiser_id)
    problems = scope_problems(rulebook.content, organiser, scope.service_classes, scope.municipalities)
    if problems := [*problems, *await _unit_problems(provider_id, scope.units)]:
        raise Invalid(problems)
    application_id, moment = new_id(), now()
    classes, municipalities, units = (
        in_order(scope.service_classes),
        in_order(scope.municipalities),
        _texts(scope.units),
    )
    await execute(
        INSERT, application_id, new_reference(), provider_id, organiser.id, rulebook.id, classes, municipalities,
        ApplicationStatus.DRAFT.value, actor.person_id, moment, bundle_id, units, kind.value, previous_approval_id,
    )  # fmt: skip
    after = {"organiser_id": organiser.id, "kind": kind, "service_classes": classes, "municipalities": municipalities}
    await audit.record(actor, "application.started", OWNER, application_id, after=after)
    return application_id


@transactional()
async def save_scope(actor: Actor, application_id: UUID, scope: Scope) -> None:
    """Chooses the service classes, municipalities and units of a draft.

    Raises:
        Invalid: unknown, or not this organiser's; all are named.
        Conflict: the application is no draft any more.
    """
    row = await own_application(actor, application_id, Capability.CHANGE_SCOPE)
    await write_scope(actor, row, scope)


async def write_scope(actor: Actor, row: Row, scope: Scope) -> None:
    """Writes the scope of a locked draft, within the caller's unit of work; see ``save_scope``."""
    organiser, rulebook = await get_organiser(row["organiser_id"]), await rulebook_of(row)
    problems = scope_problems(rulebook.content, organiser, scope.service_classes, scope.municipalities)
    if problems := [*problems, *await _unit_problems(row["provider_id"], scope.units)]:
        raise Invalid(problems)
    classes, municipalities, units = (
        in_order(scope.service_classes),
        in_order(scope.municipalities),
        _texts(scope.units),
    )
    if (classes, municipalities, units) == (row["service_classes"], row["municipality_codes"], row["unit_ids"]):
        return
    await execute(SAVE_SCOPE, row["id"], classes, municipalities, units, now())
    before = {"service_classes": row["service_classes"], "municipalities": row["municipality_codes"]}
    after = {"service_classes": classes, "municipalities": municipalities, "units": units}
    await audit.record(actor, "application.scope_saved", OWNER, row["id"], before=before, after=after)


async def _unit_problems(provider_id: UUID, units: Sequence[UUID]) -> list[FieldError]:
    if not units:
        return []
    known = {each.id for each in open_units(await units_of(provider_id))}
    text = message("The provider's profile has no such service unit.")
    return [FieldError(f"units.{n}", text) for n, unit in enumerate(units) if unit not in known]


@transactional()
async def save_answers(
    actor: Actor, application_id: UUID, answers: Mapping[str, object], *, edits: int | None = None
) -> None:
    """Saves answers of one application by slot; None takes one back. What is left out stays as it is.

    Raises:
        Invalid: an answer is not of its question's type, or no such question is asked; all are named, nothing is saved.
        EditedMeanwhile: with ``edits``: a colleague has changed one of these answers since; nothing is saved.
        Conflict: the application cannot be changed any more.
    """
    await _hold_bundle(actor, application_id)
    row = await own_application(actor, application_id, Capability.EDIT_ANSWERS)
    filling = await filling_of(row)
    read = read_answers(row, filling, answers)
    if problems := [FieldError(slot, value) for slot, value in read.items() if isinstance(value, Message)]:
        raise Invalid(problems)
    given = {slot: value for slot, value in read.items() if not isinstance(value, Message)}
    if edits is not None and row["bundle_id"] is not None:
        await _refuse_stale(row, filling, given, edits)
    if changed := changed_answers(filling, given):
        await write_answers(actor, row, changed, await next_edit(row["bundle_id"]))


def read_answers(row: Row, filling: Filling, answers: Mapping[str, object]) -> dict[str, Answer | Message | None]:
    """Each answer as it is kept, or what is wrong with it. Questions hidden by a condition may be answered as well:
    the answer that shows them may be among these.
    """
    content, classes = filling.rulebook.content, row["service_classes"]
    known = questions_for(content, classes)
    supposed = {
        **filling.answers,
        **{key: value for key, value in answers.items() if isinstance(value, str | int | bool)},
    }
    slots = {
        slot.key: slot.question
        for group in (*filling.groups, *slots_for(content, classes, filling.units, supposed))
        for slot in group.slots
    }
    slots |= {key: question for key, question in known.items() if key in answers and question.per == "application"}
    unknown = message("The rulebook asks no such question for these services.")
    return {
        slot: read_answer(slots[slot], value, today()) if slot in slots else unknown for slot, value in answers.items()
    }


def changed_answers(filling: Filling, given: Mapping[str, Answer | None]) -> dict[str, Answer | None]:
    """What has to be written: not what is there already, be it stored or the profile's, which the draft follows."""
    changed: dict[str, Answer | None] = {}
    for slot, value in given.items():
        is_stored = filling.sources.get(slot, Source.PROFILE) is not Source.PROFILE
        if value == filling.answers.get(slot) and type(value) is type(filling.answers.get(slot)):
            continue
        if value is not None or is_stored:
            changed[slot] = value
    return changed


async def _refuse_stale(row: Row, filling: Filling, given: Mapping[str, Answer | None], edits: int) -> None:
    since = await changes_since(row["bundle_id"], edits)
    collisions = [
        Collision(name=slot, who=change["who"], when=change["edited_at"], theirs=filling.answers.get(slot), mine=value)
        for slot, value in given.items()
        if (change := since.get((row["id"], slot))) is not None
        and value not in {change["before"], filling.answers.get(slot)}
    ]
    if collisions:
        counter = await fetch_value("select edits from application_bundle where id = $1", row["bundle_id"])
        raise EditedMeanwhile(collisions, {}, counter)


async def _hold_bundle(actor: Actor, application_id: UUID) -> None:
    """Locks the bundle before the application, in the order in which pages of the bundle lock."""
    bundle_id = await fetch_value("select bundle_id from application where id = $1", application_id)
    if bundle_id is not None:
        await locked_bundle(bundle_id, administered_provider(actor))


async def my_applications(actor: Actor) -> list[ApplicationSummary]:
    """Every application of the actor's provider, the newest change first.

    Raises:
        NotFound: the actor acts for no provider.
    """
    where = "where a.provider_id = $1 order by a.changed_at desc, a.id"
    return summaries(await fetch(f"{SUMMARY} {where}", acting_provider(actor)))


async def application_for_applicant(actor: Actor, application_id: UUID) -> ApplicationView:
    """One application of the actor's provider, without the organiser's internal notes.

    Raises:
        NotFound: there is none, or it is another provider's.
    """
    return await whole(await own_summary(actor, application_id), FOR_APPLICANT)


async def own_summary(actor: Actor, application_id: UUID) -> Row:
    """The summary row of an application of the actor's provider, not locked.

    Raises:
        NotFound: there is none, or it is another provider's.
    """
    where = "where a.id = $1 and a.provider_id = $2"
    row = await fetch_one(f"{SUMMARY} {where}", application_id, acting_provider(actor))
    if row is None:
        raise NotFound
    return row


async def own_application(actor: Actor, application_id: UUID, capability: Capability | None = None) -> Row:
    """The locked row of an application of the actor's provider, which must have the capability.

    Raises:
        NotFound: there is none, or it is another provider's.
        Conflict: its status does not allow this.
    """
    row = await locked(application_id, "provider_id", administered_provider(actor))
    if capability is not None and not may(ApplicationStatus(row["status"]), capability):
        raise Conflict(message("This application can no longer be changed."), code="application_closed_for_changes")
    return row


async def drafts_of_bundle(bundle_id: UUID) -> list[Row]:
    """The locked rows of a bundle's applications that are not sent yet, in the order in which they were begun."""
    rows = await fetch("select * from application where bundle_id = $1 order by created_at, id for update", bundle_id)
    return [row for row in rows if is_draft(row)]


def wants_file(filling: Filling, slot: str) -> bool:
    """Whether a slot is answered with a file."""
    slots = (each for group in filling.groups for each in group.slots)
    return any(each.key == slot and each.question.type is QuestionType.ATTACHMENT for each in slots)


def in_order(codes: Iterable[str]) -> list[str]:
    return sorted(set(codes))


def _texts(units: Iterable[UUID]) -> list[str]:
    return list(dict.fromkeys(str(each) for each in units))


def new_reference() -> str:
    """``H-2026-7KQ4MB``: the year it was begun and six letters, out of half a thousand million."""
    letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(6))
    return f"H-{today().year}-{letters}"
