"""What an applicant fills in: start, choose, save; always for the provider whose hat they wear."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, new_id, transactional
from marketplace.kernel.errors import Conflict, FieldError, Invalid, NotFound
from marketplace.kernel.i18n import Message, message
from marketplace.organisers.organisers import get_organiser
from onboarding.applications.reading import FOR_APPLICANT, SUMMARY, answers_of, locked, rulebook_of, summaries, whole
from onboarding.applications.schemas import ApplicationSummary, ApplicationView, NewApplication, Scope
from onboarding.applications.scopes import scope_problems
from onboarding.applications.states import ApplicationStatus, Capability, may
from onboarding.rulebooks.requirements import Answer, questions_for, read_answer
from onboarding.rulebooks.versions import rulebook_in_force
from onboarding.scoping import acting_provider, administered_provider

OWNER: Final = "application"
REFERENCE_LETTERS: Final = "23456789BCDFGHJKLMNPQRSTVWXZ"
"""No vowels and nothing that looks like another character: a reference is read out over the telephone."""

INSERT = """
insert into application (id, reference, provider_id, organiser_id, rulebook_version_id, service_classes,
    municipality_codes, status, created_by, created_at, changed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
"""
SAVE_ANSWER = """
insert into application_answer (id, application_id, question, value, answered_by, answered_at)
values ($1, $2, $3, $4::jsonb, $5, $6)
on conflict (application_id, question)
do update set value = excluded.value, answered_by = excluded.answered_by, answered_at = excluded.answered_at
"""


@transactional()
async def start_application(actor: Actor, new: NewApplication) -> ApplicationSummary:
    """Begins a draft to one organiser, under its rulebook of today.

    Raises:
        NotFound: the actor administers no provider, or there is no such organiser.
        Refused: the organiser takes no applications.
        Invalid: an unknown service class or municipality, or one that is not this organiser's; all are named.
    """
    provider_id = administered_provider(actor)
    organiser = await get_organiser(new.organiser_id)
    rulebook = await rulebook_in_force(organiser.id)
    if problems := scope_problems(rulebook.content, organiser, new.service_classes, new.municipalities):
        raise Invalid(problems)
    application_id, moment = new_id(), now()
    classes, municipalities = _in_order(new.service_classes), _in_order(new.municipalities)
    await execute(
        INSERT, application_id, _new_reference(), provider_id, organiser.id, rulebook.id, classes,
        municipalities, ApplicationStatus.DRAFT.value, actor.person_id, moment,
    )  # fmt: skip
    after = {"organiser_id": organiser.id, "service_classes": classes, "municipalities": municipalities}
    await audit.record(actor, "application.started", OWNER, application_id, after=after)
    return (await application_for_applicant(actor, application_id)).summary


@transactional()
async def save_scope(actor: Actor, application_id: UUID, scope: Scope) -> None:
    """Chooses the service classes and municipalities of a draft.

    Raises:
        Invalid: unknown, or not this organiser's; all are named.
        Conflict: the application is no draft any more.
    """
    row = await own_application(actor, application_id, Capability.CHANGE_SCOPE)
    organiser, rulebook = await get_organiser(row["organiser_id"]), await rulebook_of(row)
    if problems := scope_problems(rulebook.content, organiser, scope.service_classes, scope.municipalities):
        raise Invalid(problems)
    classes, municipalities = _in_order(scope.service_classes), _in_order(scope.municipalities)
    await execute(
        "update application set service_classes = $2, municipality_codes = $3, changed_at = $4 where id = $1",
        application_id, classes, municipalities, now(),
    )  # fmt: skip
    before = {"service_classes": row["service_classes"], "municipalities": row["municipality_codes"]}
    after = {"service_classes": classes, "municipalities": municipalities}
    await audit.record(actor, "application.scope_saved", OWNER, application_id, before=before, after=after)


@transactional()
async def save_answers(actor: Actor, application_id: UUID, answers: Mapping[str, object]) -> None:
    """Saves answers by question key; None takes one back. What is left out stays as it is.

    Raises:
        Invalid: an answer is not of its question's type, or no such question is asked; all are named, nothing is saved.
        Conflict: the application cannot be changed any more.
    """
    row = await own_application(actor, application_id, Capability.EDIT_ANSWERS)
    content = (await rulebook_of(row)).content
    questions = questions_for(content, row["service_classes"])
    unknown = message("The rulebook asks no such question for these services.")
    read = {
        key: read_answer(questions[key], value, today()) if key in questions else unknown
        for key, value in answers.items()
    }
    if problems := [FieldError(key, value) for key, value in read.items() if isinstance(value, Message)]:
        raise Invalid(problems)
    before = await answers_of(application_id)
    changed = {key: value for key, value in read.items() if value != before.get(key) and not isinstance(value, Message)}
    await _write_answers(actor, application_id, changed)
    await audit.record(
        actor, "application.answers_saved", OWNER, application_id,
        before={key: before.get(key) for key in changed}, after=changed,
    )  # fmt: skip


async def _write_answers(actor: Actor, application_id: UUID, changed: Mapping[str, Answer | None]) -> None:
    for key, value in changed.items():
        if value is None:
            await execute(
                "delete from application_answer where application_id = $1 and question = $2", application_id, key
            )
        else:
            written = msgspec.json.encode(value).decode()
            await execute(SAVE_ANSWER, new_id(), application_id, key, written, actor.person_id, now())
    await execute("update application set changed_at = $2 where id = $1", application_id, now())


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
    where = "where a.id = $1 and a.provider_id = $2"
    row = await fetch_one(f"{SUMMARY} {where}", application_id, acting_provider(actor))
    if row is None:
        raise NotFound
    return await whole(row, FOR_APPLICANT)


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


def _in_order(codes: Sequence[str]) -> list[str]:
    return sorted(set(codes))


def _new_reference() -> str:
    """``H-2026-7KQ4MB``: the year it was begun and six letters, out of half a thousand million."""
    letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(6))
    return f"H-{today().year}-{letters}"
