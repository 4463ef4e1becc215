"""An application as its reviewer reads it: with checks, and answers beside their rules with what changed."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from marketplace.kernel.actors import Actor
from marketplace.kernel.db import Row, fetch, fetch_one
from marketplace.kernel.errors import NotFound
from onboarding.applications.filling import Filling, filling_of
from onboarding.applications.reading import FOR_ORGANISER, SUMMARY, summary, whole
from onboarding.applications.schemas import ApplicationView, RequestView, Source
from onboarding.applications.states import Capability, may
from onboarding.providers.profile import profile_of
from onboarding.review.assignment import name_of
from onboarding.review.checks import CheckFacts, run_checks
from onboarding.review.checks.loading import facts_for
from onboarding.review.schemas import ApplicationForReview, Check, ReviewedAnswer, ReviewedGroup
from onboarding.rulebooks.requirements import Answer, GroupOfSlots, Slot
from onboarding.scoping import reviewing_organiser

WHERE_OWN = "where a.id = $1 and a.organiser_id = $2 and a.submitted_at is not null"
DEADLINE = "select decide_by, days_left from application where id = $1"
HASHES = "select id, sha256 from stored_file where id = any($1::uuid[])"
CHANGED = "select question from application_answer where application_id = $1 and answered_at > $2"
BEFORE = """
select distinct on (slot) slot, before from application_edit where application_id = $1 and edited_at > $2
order by slot, edited_at, id
"""


class Changes(NamedTuple):
    """What is different from what was last sent: since when, which slots, and what stood there."""

    since: datetime | None
    slots: frozenset[str]
    before: dict[str, Answer]


class Examined(NamedTuple):
    """An application with its checks, the facts they rest on and the rulebook they were made by."""

    facts: CheckFacts
    rulebook_version_id: UUID
    checks: list[Check]


async def application_for_reviewer(actor: Actor, application_id: UUID) -> ApplicationForReview:
    """One application with its checks, notes and answers.

    Raises:
        NotFound: there is none that was sent to the actor's organiser.
    """
    row = await _own(actor, application_id)
    application, profile = await whole(row, FOR_ORGANISER), await profile_of(row["provider_id"])
    filling = await filling_of(row)
    facts = await facts_for(application.summary, filling, profile)
    changes = await _changes(application)
    deadline = await fetch_one(DEADLINE, application_id) or {}
    return ApplicationForReview(
        application=application,
        provider=profile.provider,
        profile=profile,
        checks=run_checks(facts, filling.rulebook.content),
        groups=[_group(each, filling, changes) for each in filling.groups],
        claimed_by_name=await name_of(row["claimed_by"]),
        claimed_at=row["claimed_at"],
        decide_by=_deadline(application, deadline),
        days_left=deadline["days_left"],
        changed_since=changes.since if changes.slots else None,
        hashes=await _hashes(filling),
    )


async def examined(actor: Actor, application_id: UUID) -> Examined:
    """The checks of one application with the facts they rest on.

    Raises:
        NotFound: there is none that was sent to the actor's organiser.
    """
    row = await _own(actor, application_id)
    filling, profile = await filling_of(row), await profile_of(row["provider_id"])
    facts = await facts_for(summary(row), filling, profile)
    return Examined(facts, filling.rulebook.id, run_checks(facts, filling.rulebook.content))


async def _own(actor: Actor, application_id: UUID) -> Row:
    row = await fetch_one(f"{SUMMARY} {WHERE_OWN}", application_id, reviewing_organiser(actor))
    if row is None:
        raise NotFound
    return row


def _deadline(application: ApplicationView, row: Row) -> date | None:
    is_running = may(application.status, Capability.BE_REVIEWED) and row["days_left"] is None
    return row["decide_by"] if is_running else None


async def _changes(application: ApplicationView) -> Changes:
    """What the applicant changed after the application was sent, or after the last question that was asked of it."""
    asked = [each.asked_at for each in application.requests]
    since = max(asked, default=application.summary.submitted_at)
    if since is None:
        return Changes(None, frozenset(), {})
    changed = {row["question"] for row in await fetch(CHANGED, application.id, since)}
    changed |= {file.question for file in application.attachments if file.created_at > since}
    edits = await fetch(BEFORE, application.id, since)
    before = {row["slot"]: _decoded(row["before"]) for row in edits if row["before"] is not None}
    return Changes(since, frozenset(changed | {row["slot"] for row in edits}), before)


async def _hashes(filling: Filling) -> dict[UUID, str]:
    rows = await fetch(HASHES, [each.file_id for each in filling.files])
    return {row["id"]: row["sha256"] for row in rows}


def _decoded(text: str) -> Answer:
    return msgspec.json.decode(text, type=str | int | bool)


def _group(group: GroupOfSlots, filling: Filling, changes: Changes) -> ReviewedGroup:
    answers = [_answer(slot, filling, changes) for slot in group.slots]
    return ReviewedGroup(group=group.group, subject=group.subject, answers=answers)


def _answer(slot: Slot, filling: Filling, changes: Changes) -> ReviewedAnswer:
    files = filling.files_of(slot.key)
    source = filling.sources.get(slot.key) or (files[-1].source if files else Source.OWN)
    return ReviewedAnswer(
        slot=slot.key,
        question=slot.question,
        answer=filling.answers.get(slot.key),
        files=files,
        source=source,
        is_changed=slot.key in changes.slots,
        was=changes.before.get(slot.key),
    )


def open_request(requests: list[RequestView]) -> RequestView | None:
    """The request that waits for the applicant, if one does."""
    return next((each for each in requests if each.answered_at is None), None)
