"""Erasing the content of applications whose time is over: found, shown in a dry run, erased one by one.

What goes: answers, attachments with their bytes, messages and notes, the history of edits, proposals of decisions, what
the automatic checks looked at, the details in the audit trail, and who the people were. What stays: a stub with reference, organiser, provider, scope, status and days; the
decisions and approvals, which are the organiser's official record; and an audit event that says that it was erased.
"""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import structlog

from marketplace.kernel import audit
from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import execute, fetch, fetch_one, new_id, transactional
from marketplace.kernel.i18n import Language, translate
from marketplace.kernel.scoping import organiser_of
from onboarding.applications.attachments import forget_unused
from onboarding.applications.drafts import OWNER
from onboarding.archive.schemas import DueApplication
from onboarding.archive.states import REASONS

log = structlog.get_logger(__name__)
SHOWN_AT_ONCE = 100
NOBODY = UUID(int=0)
"""Stands where a person was."""

CLOSED = """
closed as (
    select a.id, a.reference, a.organiser_id,
        case when a.status = 'withdrawn' and a.submitted_at is null then 'withdrawn_draft'
            when a.status = 'withdrawn' then 'withdrawn_application'
            when a.status in ('rejected', 'transferred') then 'rejected_application'
            else 'ended_approval' end as kind,
        case when a.status = 'withdrawn' then (a.changed_at at time zone 'Europe/Helsinki')::date
            when a.status in ('rejected', 'transferred') then (a.decided_at at time zone 'Europe/Helsinki')::date
            else (select max(least(p.valid_to, case when p.status = 'ended' then p.status_from - 1 end))
                from approval p where p.application_id = a.id) end as counted_from
    from application a
    where a.status in ('withdrawn', 'rejected', 'transferred', 'approved', 'partly_approved')
        and ($2::uuid is null or a.organiser_id = $2) and ($3::uuid is null or a.id = $3)
        and not exists (select from erased_application e where e.application_id = a.id)
)
"""
NEEDED = """
needed (application_id) as (
    select p.application_id from approval p
    where not (p.status = 'ended' and p.status_from <= $1) and (p.valid_to is null or p.valid_to >= $1)
    union
    select p.application_id from application n join approval p on p.id = n.previous_approval_id
    where n.status in ('draft', 'submitted', 'information_requested', 'decision_proposed')
    union
    select p.application_id from needed d
    join application n on n.id = d.application_id and n.kind = 'extension'
    join approval p on p.id = n.previous_approval_id
)
"""
"""Applications that an approval in force (or suspended) rests on, also by way of its extensions, and those that an open
application continues."""
DUE = f"""
with recursive {CLOSED}, {NEEDED}
select c.id, c.reference, c.organiser_id, c.kind, c.counted_from, r.months,
    (c.counted_from + make_interval(months => r.months))::date as kept_until,
    jsonb_build_object('fi', o.name_fi, 'sv', o.name_sv, 'en', o.name_en)::text as organiser_name,
    (select count(*) from application_answer w where w.application_id = c.id) as answers,
    (select count(*) from review_note n where n.application_id = c.id) as notes,
    (select count(*) from application_attachment t where t.application_id = c.id) as files,
    (select coalesce(sum(f.size_bytes), 0)::bigint from application_attachment t join stored_file f on f.id = t.file_id
        where t.application_id = c.id) as bytes
from closed c join organiser o on o.id = c.organiser_id
join retention_rule r on r.organiser_id = c.organiser_id and r.kind = c.kind
where (c.counted_from + make_interval(months => r.months))::date < $1
    and not exists (select from needed d where d.application_id = c.id)
order by kept_until, c.id limit $4
"""
TAKEN_OUT = "select id from stored_file where owner = $2 and owner_id = $1"
NOTE = """
insert into erased_application (id, application_id, kind, counted_from, months, answers, files, notes, erased_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
EMPTIED = (
    "delete from application_answer where application_id = $1",
    """delete from information_request_item i using information_request r
    where r.id = i.request_id and r.application_id = $1""",
    "delete from information_request where application_id = $1",
    "delete from review_note where application_id = $1",
    "delete from application_edit where application_id = $1",
    "delete from decision_draft where application_id = $1",
    "delete from decision_proposal where application_id = $1",
    "delete from check_snapshot where application_id = $1",
    "delete from review_presence where application_id = $1",
    """update application_bundle set unread = unread - $1::uuid::text
    where id = (select bundle_id from application where id = $1)""",
)
STUB = """
update application set created_by = $2, submitted_by = null, claimed_by = null, claimed_at = null, decided_by = null,
    decision_reasons = '' where id = $1
"""
REDACT = """
update audit_event set before = null, after = '{"erased": true}'::jsonb where subject = $2 and subject_id = $1
"""


async def due_applications(day: date | None = None, *, most: int | None = None) -> list[DueApplication]:
    """Applications of all organisers whose time is over on a day (today), the longest over first: the dry run."""
    return await _due(day or today(), None, None, most)


async def own_due_applications(actor: Actor) -> list[DueApplication]:
    """Up to a hundred of the actor's organiser that would be erased next night.

    Raises:
        NotFound: the actor administers no organiser.
    """
    return await _due(today(), organiser_of(actor, Role.ORGANISER_ADMIN), None, SHOWN_AT_ONCE)


async def _due(
    day: date, organiser_id: UUID | None, application_id: UUID | None, most: int | None
) -> list[DueApplication]:
    rows = await fetch(DUE, day, organiser_id, application_id, most)
    return [
        msgspec.convert({**row, "organiser_name": msgspec.json.decode(row["organiser_name"])}, DueApplication)
        for row in rows
    ]


async def run_retention(progress: Callable[[int, int], None] | None = None) -> tuple[list[DueApplication], int]:
    """Erases everything that is due; returns what was erased, and how many could not be and wait for the next run.

    Each application is a unit of work of its own: stopped at any moment, it goes on where it was.
    """
    day, erased, failed = today(), list[DueApplication](), 0
    due = await due_applications(day)
    for done, each in enumerate(due, 1):
        try:
            if await erase_application(each.id, day):
                erased.append(each)
        except Exception as error:
            failed += 1
            log.warning("application not erased", application_id=str(each.id), error=type(error).__name__)
        if progress is not None:
            progress(done, len(due))
    return erased, failed


async def nightly_retention() -> int:
    """The round of the night; returns how many applications were erased."""
    erased, _ = await run_retention()
    return len(erased)


@transactional()
async def erase_application(application_id: UUID, day: date) -> bool:
    """Erases one application if it is (still) due on a day; False where it is not. The bytes of files go by a job."""
    if await fetch_one("select id from application where id = $1 for update", application_id) is None:
        return False
    due = next(iter(await _due(day, None, application_id, 1)), None)
    if due is None:
        return False
    await execute(
        NOTE, new_id(), due.id, due.kind.value, due.counted_from, due.months, due.answers, due.files, due.notes, now()
    )
    for statement in EMPTIED:
        await execute(statement, due.id)
    await _forget_attachments(due.id)
    await execute(STUB, due.id, NOBODY)
    await execute(REDACT, due.id, OWNER)
    await audit.record(SYSTEM, "application.erased", OWNER, due.id, after=_facts(due), organiser_id=due.organiser_id)
    return True


async def _forget_attachments(application_id: UUID) -> None:
    """The attachments, and their files where nothing else needs these: one file may stand in several applications.

    Files that the applicant took out again after it had sent them go as well.
    """
    rows = await fetch("delete from application_attachment where application_id = $1 returning file_id", application_id)
    taken_out = await fetch(TAKEN_OUT, application_id, OWNER)
    await forget_unused(sorted({row["file_id"] for row in rows} | {row["id"] for row in taken_out}))


def in_words(due: DueApplication) -> dict[str, Any]:
    """A line for the operator, in English: which, why, since when, and how much goes."""
    return {
        "application": due.reference, "organiser": due.organiser_name.fi, "why": translate(REASONS[due.kind], Language.EN),
        "since": due.counted_from, "months": due.months, "kept_until": due.kept_until, "answers": due.answers,
        "files": due.files, "bytes": due.bytes, "notes": due.notes,
    }  # fmt: skip


def _facts(due: DueApplication) -> dict[str, Any]:
    return {
        "kind": due.kind, "counted_from": due.counted_from, "months": due.months, "answers": due.answers,
        "files": due.files, "notes": due.notes,
    }  # fmt: skip
