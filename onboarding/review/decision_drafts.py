"""A decision while it is prepared, question by question: kept, so that it survives a closed browser or a colleague's leave."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.i18n import Text
from onboarding.applications.drafts import OWNER
from onboarding.applications.states import ApplicationAction
from onboarding.approvals.decision_schemas import DecisionOutcome, ScopePart
from onboarding.review.decision_schemas import (
    Choice,
    DecisionDesk,
    DecisionWish,
    DraftContent,
    PlannedDecision,
    TransferTarget,
)
from onboarding.review.decisions import content_of, deciding, first_day_of, planned_for
from onboarding.review.planning import last_day
from onboarding.review.reading import application_for_reviewer
from onboarding.scoping import reviewing_organiser

SAVE: Final = """
insert into decision_draft (id, application_id, content, saved_by, saved_at) values ($1, $2, $3::jsonb, $4, $5)
on conflict (application_id) do update
set content = excluded.content, saved_by = excluded.saved_by, saved_at = excluded.saved_at
"""
LAST_TITLE: Final = """
select names->>(case when confirmed_by = $1 then 'confirmed_title' else 'decided_title' end) from decision
where organiser_id = $2 and (decided_by = $1 or confirmed_by = $1) order by decided_at desc limit 1
"""
TARGETS: Final = """
select o.id, o.name_fi, o.name_sv, o.name_en,
    cardinality(array(select unnest(o.municipality_codes) intersect select unnest($2::varchar[]))) as shared
from organiser o
where o.id <> $1 and exists (select from rulebook b join rulebook_version v on v.rulebook_id = b.id
    where b.organiser_id = o.id and v.valid_from <= $3 and v.withdrawn_at is null)
order by shared desc, o.name_fi, o.id
"""
CHOICES: Final = {
    DecisionOutcome.APPROVED: Choice.WHOLE,
    DecisionOutcome.PARTLY_APPROVED: Choice.PART,
    DecisionOutcome.REJECTED: Choice.REJECT,
}


@transactional()
async def decision_desk(actor: Actor, application_id: UUID) -> DecisionDesk:
    """The application with what was chosen so far of its decision.

    Raises:
        NotFound: nothing of the kind was sent to the actor's organiser.
        Conflict: it was decided, proposed or withdrawn already, or a colleague has it.
    """
    row, _ = await deciding(actor, application_id, ApplicationAction.PROPOSE)
    found = await application_for_reviewer(actor, application_id)
    content = await content_of(row)
    first = await first_day_of(row)
    return DecisionDesk(
        application=found.application,
        provider=found.provider,
        draft=await _draft(actor, row),
        wants_four_eyes=content.decision.four_eyes,
        first_day=first,
        last_day=last_day(content, first),
    )


@transactional()
async def save_draft(actor: Actor, application_id: UUID, **changes: Any) -> DraftContent:
    """Keeps answers to some of the questions of a decision; the others stay as they are.

    Raises:
        Conflict: it was decided, proposed or withdrawn already, or a colleague has it.
    """
    row, _ = await deciding(actor, application_id, ApplicationAction.PROPOSE)
    content = msgspec.structs.replace(await _draft(actor, row), **changes)
    await _write(application_id, actor.person_id, content)
    await audit.record(actor, "application.decision_prepared", OWNER, application_id, after={"choice": content.choice})
    return content


async def keep_draft(application_id: UUID, person_id: UUID, planned: PlannedDecision) -> None:
    """A proposal that was given back becomes a draft again, within the caller's unit of work."""
    content = DraftContent(
        choice=CHOICES[planned.outcome], cells=tuple(cells_of(planned.approved)), words=planned.words,
        reasons=tuple(reason.code for reason in planned.reasons), conditions=planned.conditions,
        valid_from=planned.valid_from, valid_to=planned.valid_to, title=planned.title,
    )  # fmt: skip
    await _write(application_id, person_id, content)


@transactional()
async def planned_of_draft(actor: Actor, application_id: UUID) -> PlannedDecision:
    """What the draft comes to, for its summary.

    Raises:
        Invalid: something is still missing; see ``planning.plan``.
        Conflict: it was decided, proposed or withdrawn already, or a colleague has it.
    """
    row, _ = await deciding(actor, application_id, ApplicationAction.PROPOSE)
    return await planned_for(row, await content_of(row), wish_of(await _draft(actor, row)))


async def transfer_targets(actor: Actor, municipalities: Iterable[str]) -> list[TransferTarget]:
    """The other organisers that take applications, those of the municipalities applied for first."""
    rows = await fetch(TARGETS, reviewing_organiser(actor), list(municipalities), today())
    return [
        TransferTarget(
            id=row["id"],
            name=Text(row["name_fi"], row["name_sv"], row["name_en"]),
            shared_municipalities=row["shared"],
        )
        for row in rows
    ]


def wish_of(draft: DraftContent) -> DecisionWish:
    """What a draft asks for."""
    approved = {Choice.WHOLE: None, Choice.PART: parts_of(draft.cells)}.get(draft.choice or Choice.REJECT, ())
    return DecisionWish(
        approved=approved, reasons=draft.reasons, words=draft.words, conditions=draft.conditions,
        valid_from=draft.valid_from, valid_to=draft.valid_to, title=draft.title,
    )  # fmt: skip


def cells_of(parts: Iterable[ScopePart]) -> Iterable[str]:
    return (f"{part.service_class}:{code}" for part in parts for code in part.municipalities)


def parts_of(cells: Iterable[str]) -> tuple[ScopePart, ...]:
    """The ticked places of the grid by service class; what is no place is left to the judgement of ``plan``."""
    found: dict[str, list[str]] = {}
    for cell in cells:
        service_class, _, municipality = cell.rpartition(":")
        found.setdefault(service_class, []).append(municipality)
    return tuple(ScopePart(service_class=each, municipalities=tuple(area)) for each, area in found.items())


async def _draft(actor: Actor, row: Row) -> DraftContent:
    """What was kept, else the first answers: today, and the title that the person signed with last."""
    kept = await fetch_one("select content from decision_draft where application_id = $1", row["id"])
    if kept is not None:
        return msgspec.json.decode(kept["content"], type=DraftContent)
    return DraftContent(title=await title_of(actor))


async def title_of(actor: Actor) -> str:
    """What the person signed their last decision with."""
    return await fetch_value(LAST_TITLE, actor.person_id, actor.organiser_id) or ""


async def _write(application_id: UUID, person_id: UUID | None, content: DraftContent) -> None:
    await execute(SAVE, new_id(), application_id, msgspec.json.encode(content).decode(), person_id, now())
