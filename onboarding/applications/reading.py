"""Applications as they are read, by applicants and reviewers alike. Who may read what is the callers' to decide."""

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from marketplace.accounts.people import names_of
from marketplace.kernel.db import Row, fetch, fetch_one
from marketplace.kernel.errors import NotFound
from onboarding.applications.schemas import ApplicationSummary, ApplicationView, AttachmentView, NoteKind, NoteView
from onboarding.applications.states import ApplicationStatus, Capability, may
from onboarding.rulebooks.requirements import Answer
from onboarding.rulebooks.schemas import RulebookVersionView
from onboarding.rulebooks.versions import rulebook_in_force, rulebook_version

SUMMARY = """
select a.id, a.reference, a.provider_id, p.name as provider_name, p.business_id, a.organiser_id,
    jsonb_build_object('fi', o.name_fi, 'sv', o.name_sv, 'en', o.name_en)::text as organiser_name,
    a.service_classes, a.municipality_codes as municipalities, a.status, a.created_at, a.changed_at, a.submitted_at,
    a.decided_at, a.claimed_by, a.rulebook_version_id, a.decision_reasons
from application a join provider p on p.id = a.provider_id join organiser o on o.id = a.organiser_id
"""
ATTACHMENTS = """
select t.id, t.question, t.file_id, f.name, f.media_type, f.size_bytes, t.created_at
from application_attachment t join stored_file f on f.id = t.file_id
where t.application_id = $1 order by t.created_at, t.id
"""
NOTES = """
select kind, body, written_at, written_by from review_note
where application_id = $1 and kind = any($2::varchar[]) order by written_at, id
"""
ANSWERS = "select question, value from application_answer where application_id = $1"
FOR_APPLICANT = (NoteKind.REQUEST, NoteKind.ANSWER, NoteKind.DECISION)
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


async def answers_of(application_id: UUID) -> dict[str, Answer]:
    """The answers given so far, by question."""
    rows = await fetch(ANSWERS, application_id)
    return {row["question"]: msgspec.json.decode(row["value"], type=str | int | bool) for row in rows}


async def attachments_of(application_id: UUID) -> list[AttachmentView]:
    return [msgspec.convert(row, AttachmentView) for row in await fetch(ATTACHMENTS, application_id)]


async def notes_of(application_id: UUID, kinds: Collection[NoteKind]) -> list[NoteView]:
    rows = await fetch(NOTES, application_id, [kind.value for kind in kinds])
    names = await names_of([row["written_by"] for row in rows])
    return [msgspec.convert({**row, "writer": names.get(row["written_by"], "")}, NoteView) for row in rows]


async def whole(row: Row, kinds: Collection[NoteKind]) -> ApplicationView:
    """Everything of the application whose summary row this is, with the notes of these kinds."""
    return ApplicationView(
        summary=summary(row),
        rulebook=await rulebook_of(row),
        answers=await answers_of(row["id"]),
        attachments=await attachments_of(row["id"]),
        notes=await notes_of(row["id"], kinds),
        decision_reasons=row["decision_reasons"],
    )


async def rulebook_of(row: Row) -> RulebookVersionView:
    """The rulebook that an application is judged by: a draft by the one in force now, others by the one they keep."""
    if may(ApplicationStatus(row["status"]), Capability.CHANGE_SCOPE):
        return await rulebook_in_force(row["organiser_id"])
    return await rulebook_version(row["rulebook_version_id"])


def summary(row: Row) -> ApplicationSummary:
    name = msgspec.json.decode(row["organiser_name"])
    return msgspec.convert({**row, "organiser_name": name}, ApplicationSummary)


def summaries(rows: Sequence[Row]) -> list[ApplicationSummary]:
    return [summary(row) for row in rows]


def like_pattern(text: str) -> str:
    """What ``like`` looks for; its own signs in the text mean themselves."""
    cleaned = text.strip().lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{cleaned}%" if cleaned else ""
