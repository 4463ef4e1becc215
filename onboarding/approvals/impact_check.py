"""The impact check of an organiser's rulebook: at once, or by a job whose progress and result are kept."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch_one, new_id, transactional
from marketplace.kernel.errors import FieldError, Invalid, NotFound, Refused
from marketplace.kernel.i18n import message
from marketplace.kernel.jobs import Topic
from marketplace.kernel.scoping import organiser_of
from onboarding.approvals.impact import Impact, Verdict, impact, verdicts
from onboarding.approvals.impact_holders import holders_in_portions, who_is_approved
from onboarding.rulebooks.requirements import RulebookContent, contradictions
from onboarding.rulebooks.versions import rulebook_in_force

Progress = Callable[[int, int], None]
AT_ONCE: Final = 500
"""Up to so many providers are judged while the reader waits: well under three seconds."""

LAST_DAY: Final = date(2200, 12, 31)
SELECT = "select id, day, checked, total, result, asked_at, finished_at from rulebook_impact where organiser_id = $1"
INSERT = """
insert into rulebook_impact (id, organiser_id, content, day, checked, total, result, asked_by, asked_at, finished_at)
values ($1, $2, $3::jsonb, $4, $5, $6, $7::jsonb, $8, $9, $10)
"""
FINISH = (
    "update rulebook_impact set checked = total, result = $2::jsonb, finished_at = $3 where id = $1 and result is null"
)


class OfImpact(msgspec.Struct, frozen=True):
    impact_id: UUID


IMPACT_WANTED = Topic("rulebook.impact_wanted", OfImpact)
"""A check of more providers than anybody waits for. Handled here."""


class ImpactRun(msgspec.Struct, frozen=True, kw_only=True):
    """A check that was asked for: so many of ``total`` providers are judged; ``result`` is there when all are."""

    id: UUID
    day: date
    checked: int
    total: int
    result: Impact | None


async def impact_of(
    content: RulebookContent, organiser_id: UUID, day: date, progress: Progress = lambda _done, _total: None
) -> Impact:
    """What a rulebook would mean on ``day`` (a Finnish day) for all whom the organiser has approved. Changes nothing.

    ``progress`` is told how many of how many providers are judged.
    """
    judged: list[Verdict] = []
    async for portion, total in _judged(content, organiser_id, day):
        judged += portion
        progress(len(judged), total)
    return impact(judged, content, day)


async def begin_check(actor: Actor, content: RulebookContent, day: date) -> ImpactRun:
    """Checks a rulebook of the actor's organiser: a few hundred providers at once, more by a job.

    An earlier check of the organiser is forgotten.

    Raises:
        NotFound: the actor administers no organiser.
        Invalid: the rulebook contradicts itself, or the day lies too far away.
    """
    organiser_id = organiser_of(actor, Role.ORGANISER_ADMIN)
    if problems := [*contradictions(content), *_bad_day(day)]:
        raise Invalid(problems)
    total = len(await who_is_approved(organiser_id, day))
    result = await impact_of(content, organiser_id, day) if total <= AT_ONCE else None
    return await _keep(actor, organiser_id, content, day, total, result)


async def newest_check(actor: Actor, content: RulebookContent, day: date) -> ImpactRun | None:
    """The kept check of just this rulebook on just this day, if that was the last one.

    Raises:
        NotFound: the actor administers no organiser.
    """
    organiser_id, written = organiser_of(actor, Role.ORGANISER_ADMIN), msgspec.json.encode(content).decode()
    row = await fetch_one(f"{SELECT} and day = $2 and content = $3::jsonb", organiser_id, day, written)
    return _run(row) if row else None


async def check_by_id(actor: Actor, run_id: UUID) -> ImpactRun:
    """A check that the actor's organiser asked for.

    Raises:
        NotFound: there is none, it is another's, or a later one took its place.
    """
    row = await fetch_one(f"{SELECT} and id = $2", organiser_of(actor, Role.ORGANISER_ADMIN), run_id)
    if row is None:
        raise NotFound
    return _run(row)


async def finish_check(wanted: OfImpact) -> None:
    """The job: judges all, telling after each portion how far it is. Run again it does nothing that is done."""
    row = await fetch_one("select * from rulebook_impact where id = $1 and result is null", wanted.impact_id)
    if row is None:
        return
    content = msgspec.json.decode(row["content"], type=RulebookContent)
    judged: list[Verdict] = []
    async for portion, total in _judged(content, row["organiser_id"], row["day"]):
        judged += portion
        await execute(
            "update rulebook_impact set checked = $2, total = $3 where id = $1", row["id"], len(judged), total
        )
    found = msgspec.json.encode(impact(judged, content, row["day"])).decode()
    await execute(FINISH, row["id"], found, now())


async def _judged(content: RulebookContent, organiser_id: UUID, day: date) -> AsyncIterator[tuple[list[Verdict], int]]:
    """Verdicts in portions, with the number of all; whoever else needs this process gets a turn in between."""
    present, ids = await _present(organiser_id), await who_is_approved(organiser_id, day)
    async for holders in holders_in_portions(organiser_id, ids, day):
        yield list(verdicts(content, present, holders, day)), len(ids)
        await asyncio.sleep(0)


async def _present(organiser_id: UUID) -> RulebookContent | None:
    try:
        return (await rulebook_in_force(organiser_id)).content
    except Refused:
        return None


@transactional()
async def _keep(
    actor: Actor, organiser_id: UUID, content: RulebookContent, day: date, total: int, result: Impact | None
) -> ImpactRun:
    run = ImpactRun(id=new_id(), day=day, checked=total if result else 0, total=total, result=result)
    written, found = msgspec.json.encode(content).decode(), msgspec.json.encode(result).decode() if result else None
    moment = now()
    # Two at once: the lock lets the second one's check take the place of the first one's.
    await fetch_one("select id from organiser where id = $1 for no key update", organiser_id)
    await execute("delete from rulebook_impact where organiser_id = $1", organiser_id)
    await execute(
        INSERT, run.id, organiser_id, written, day, run.checked, total, found, actor.person_id, moment,
        moment if result else None,
    )  # fmt: skip
    await audit.record(
        actor, "rulebook.impact_checked", "rulebook_impact", run.id, after={"day": day}, organiser_id=organiser_id
    )
    if result is None:
        await IMPACT_WANTED.enqueue(OfImpact(run.id))
    return run


def _bad_day(day: date) -> list[FieldError]:
    return [FieldError("valid_from", message("This day is too far away."))] if day > LAST_DAY or day.year < 2000 else []


def _run(row: Row) -> ImpactRun:
    result = msgspec.json.decode(row["result"], type=Impact) if row["result"] else None
    return ImpactRun(id=row["id"], day=row["day"], checked=row["checked"], total=row["total"], result=result)
