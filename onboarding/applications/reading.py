"""Applications as they are read, by applicants and reviewers alike. Who may read what is the callers' to decide."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from marketplace.accounts.people import names_of
from marketplace.kernel.clock import HELSINKI
from marketplace.kernel.db import Row, fetch, fetch_one, fetch_value
from marketplace.kernel.errors import NotFound
from onboarding.applications.filling import answers_of, attachments_of, filling_of, rulebook_of
from onboarding.applications.requests import as_sent, file_slot, requests_of
from onboarding.applications.schemas import (
    ApplicationSummary,
    ApplicationView,
    DatedStep,
    Milestone,
    NoteKind,
    NoteView,
    RequestView,
)
from onboarding.applications.states import ApplicationStatus, Capability, may

__all__ = ["answers_of", "attachments_of", "rulebook_of"]

SUMMARY = """
select a.id, a.reference, a.provider_id, p.name as provider_name, p.public_id as business_id, a.organiser_id,
    jsonb_build_object('fi', o.name_fi, 'sv', o.name_sv, 'en', o.name_en)::text as organiser_name,
    a.service_classes, a.municipality_codes as municipalities, a.status, a.created_at, a.changed_at, a.submitted_at,
    a.decided_at, a.claimed_by, a.claimed_at, a.rulebook_version_id, a.decision_reasons, a.kind, a.bundle_id,
    a.decide_by, a.days_left,
    a.unit_ids as units, a.previous_approval_id
from application a join provider p on p.id = a.provider_id join organiser o on o.id = a.organiser_id
"""
NOTES = """
select kind, body, written_at, written_by from review_note
where application_id = $1 and kind = any($2::varchar[]) order by written_at, id
"""
FOR_APPLICANT = tuple(kind for kind in NoteKind if kind is not NoteKind.NOTE)
FOR_ORGANISER = tuple(NoteKind)


async def locked(application_id: UUID, column: str, owner: UUID | None) -> Row:
    """An application's row, locked until the end of the unit of work; ``column`` says whose it must be.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    row = await fetch_one(
        f"select * from application where id = $1 and {column} = $2 for update", application_id, owner
    )
    if row is None:
        raise NotFound
    return row


async def notes_of(application_id: UUID, kinds: Collection[NoteKind]) -> list[NoteView]:
    rows = await fetch(NOTES, application_id, [kind.value for kind in kinds])
    names = await names_of([row["written_by"] for row in rows])
    return [msgspec.convert({**row, "writer": names.get(row["written_by"], "")}, NoteView) for row in rows]


async def whole(row: Row, kinds: Collection[NoteKind]) -> ApplicationView:
    """Everything of the application whose summary row this is, with the notes of these kinds.

    Who may read internal notes is of the organiser, and sees no replies that were not sent.
    """
    filling, requests = await filling_of(row), await requests_of(row["id"])
    unsent = {file_slot(item.id, None) for each in requests if not each.answered_at for item in each.items}
    if NoteKind.NOTE in kinds:
        requests = as_sent(requests)
    else:
        unsent = set[str]()
    edits = await fetch_value("select edits from application_bundle where id = $1", row["bundle_id"])
    return ApplicationView(
        summary=summary(row),
        rulebook=filling.rulebook,
        answers=filling.answers,
        sources=filling.sources,
        attachments=[each for each in filling.files if each.question not in unsent],
        notes=await notes_of(row["id"], kinds),
        decision_reasons=row["decision_reasons"],
        requests=requests,
        steps=steps_of(row, requests),
        edits=edits or 0,
    )


def steps_of(row: Row, requests: Sequence[RequestView]) -> list[DatedStep]:
    """What happened and what is expected, in order. The decision is expected by the rulebook's promise.

    While the applicant is asked for more, the time for the decision stands still and no day can be told.
    """
    sent: datetime | None = row["submitted_at"]
    if sent is None:
        return []
    steps = [_step(Milestone.SENT, sent), _step(Milestone.TAKEN_UP, row["claimed_at"])]
    for each in requests:
        steps += [_step(Milestone.ASKED, each.asked_at), _step(Milestone.ANSWERED, each.answered_at)]
    status = ApplicationStatus(row["status"])
    if row["decided_at"] is not None:
        steps.append(_step(Milestone.DECIDED, row["decided_at"]))
    elif status is ApplicationStatus.WITHDRAWN:
        steps.append(_step(Milestone.WITHDRAWN, row["changed_at"]))
    steps = sorted((each for each in steps if each is not None), key=lambda each: each.on)
    return [*steps, *(_expected(row, requests) if may(status, Capability.BE_REVIEWED) else [])]


def _step(step: Milestone, moment: datetime | None) -> DatedStep | None:
    return DatedStep(step=step, on=moment.astimezone(HELSINKI).date()) if moment else None


def _expected(row: Row, requests: Sequence[RequestView]) -> list[DatedStep]:
    due = [
        DatedStep(step=Milestone.ANSWER_DUE, on=each.due_on, is_expected=True)
        for each in requests
        if each.answered_at is None and each.due_on is not None
    ]
    if row["decide_by"] is None or row["days_left"] is not None:
        return due
    return [*due, DatedStep(step=Milestone.DECISION_EXPECTED, on=row["decide_by"], is_expected=True)]


def summary(row: Row) -> ApplicationSummary:
    name = msgspec.json.decode(row["organiser_name"])
    return msgspec.convert({**row, "organiser_name": name}, ApplicationSummary)


def summaries(rows: Sequence[Row]) -> list[ApplicationSummary]:
    return [summary(row) for row in rows]


def like_pattern(text: str) -> str:
    """What ``like`` looks for; its own signs in the text mean themselves."""
    cleaned = text.strip().lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{cleaned}%" if cleaned else ""
