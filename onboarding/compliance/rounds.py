"""What comes round every morning in Finland: each approved provider is looked at, and the business register asked about it.

A round that stops half-way goes on where it was; one that is over does nothing until the next Finnish day. The register is
asked by jobs that are spread out; where it does not answer they are tried again, and its silence is never a finding.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id, transactional, unit_of_work
from marketplace.kernel.errors import NotFound, Unavailable
from onboarding.compliance.looking import look_at
from onboarding.compliance.schemas import RoundResult
from onboarding.compliance.sources import watched
from onboarding.providers.rechecking import recheck_facts
from onboarding.topics import FACTS_RECHECK, OfProvider

log = structlog.get_logger("compliance")

BATCH: Final = 200
SECONDS_BETWEEN_QUESTIONS: Final = 2
"""One question every two seconds at most: five thousand providers take not quite three hours of the morning."""

WATCHED: Final = """
select distinct provider_id from (
    select provider_id from approval where status <> 'ended'
        and (valid_to is null or valid_to >= $1::date or exists (
            select from compliance_case c where c.approval_id = approval.id and c.closed_at is null))
    union select provider_id from compliance_case where closed_at is null
) as wanted
"""
NEXT: Final = f"{WATCHED} where provider_id > $2 order by provider_id limit {BATCH}"
TOTAL: Final = f"select count(*) from ({WATCHED}) as all_of_them"
BEGIN: Final = """
insert into compliance_round (id, day, total, started_at) values ($1, $2, $3, $4)
on conflict (day) do update set total = excluded.total returning *
"""
ADVANCE: Final = "update compliance_round set last_provider = $2, done = done + $3 where day = $1"
FINISH: Final = "update compliance_round set finished_at = $2 where day = $1 and finished_at is null"
TO_ASK: Final = f"""
select w.provider_id from ({WATCHED}) as w join provider p on p.id = w.provider_id
    left join compliance_watch c on c.provider_id = w.provider_id
where p.business_id is not null and (c.asked_on is null or c.asked_on < $1) order by c.asked_on nulls first, w.provider_id
"""
ASKED: Final = (
    "update compliance_watch set asked_on = $2 where provider_id = $1 and (asked_on is null or asked_on < $2)"
)
ANSWERED: Final = """
update compliance_watch set answered_at = $2, gone_since = case when $3 then coalesce(gone_since, $4) end where provider_id = $1
"""
BEFORE_ALL: Final = UUID(int=0)
Advance = Callable[[int, int], None]


class _NotForReal(Exception):
    """Undoes a dry run."""


async def morning_round() -> RoundResult | None:
    """The round of today, unless it is over; the worker comes round several times in a morning."""
    day = today()
    if await fetch_value("select finished_at from compliance_round where day = $1", day) is not None:
        return None
    return await run_round(day)


async def run_round(
    day: date | None = None, *, is_dry_run: bool = False, advance: Advance | None = None
) -> RoundResult:
    """Looks at every approved provider and has the business register asked about each, once a day.

    A provider that cannot be looked at keeps nobody else waiting. A dry run says what would happen and changes nothing.

    Args:
        day: a Finnish day, today if left out.
        advance: called with how many of how many are done.

    Raises:
        Unavailable: the database went away; the next round goes on from there.
    """
    day, tally, failed = day or today(), Counter[str](), 0
    total = await fetch_value(TOTAL, day)
    state = None if is_dry_run else await fetch_one(BEGIN, new_id(), day, total, now())
    last, done = _beginning(state)
    while batch := await fetch(NEXT, day, last):
        for row in batch:
            last, done = row["provider_id"], done + 1
            steps = await _look(last, day, is_dry_run=is_dry_run)
            tally.update(steps or {})
            failed += steps is None
            if advance is not None:
                advance(min(done, total), total)
        if not is_dry_run:
            await execute(ADVANCE, day, last, len(batch))
    asked = len(await fetch(TO_ASK, day)) if is_dry_run else await ask_about_all(day)
    if not is_dry_run and not failed:
        await execute(FINISH, day, now())
    return RoundResult(
        day=day, providers=total, steps=dict(sorted(tally.items())), failed=failed, asked=asked, is_dry_run=is_dry_run
    )


def _beginning(state: Row | None) -> tuple[UUID, int]:
    """Where an unfinished round of the same day stopped; one that went through with failures begins anew."""
    if state is None or state["last_provider"] is None or state["done"] >= state["total"]:
        return BEFORE_ALL, 0
    return state["last_provider"], state["done"]


async def _look(provider_id: UUID, day: date, *, is_dry_run: bool) -> Counter[str] | None:
    """The steps taken, or None where it failed."""
    try:
        if not is_dry_run:
            return await look_at(provider_id, day)
        return await _try_out(provider_id, day)
    except Unavailable:
        raise
    except Exception as error:
        log.warning("provider not looked at", provider_id=str(provider_id), error=type(error).__name__)
        return None


async def _try_out(provider_id: UUID, day: date) -> Counter[str]:
    """Looks, and takes everything back that the look wrote."""
    steps = Counter[str]()

    async def look_and_undo() -> None:
        steps.update(await look_at(provider_id, day))
        raise _NotForReal

    with suppress(_NotForReal):
        async with unit_of_work():
            await look_and_undo()
    return steps


async def ask_about_all(day: date) -> int:
    """Has the business register asked about every watched provider that was not asked about on the day; spread out.

    Returns how many questions wait now. Asked again on the same day it adds none.
    """
    moment = now()
    rows = await fetch(TO_ASK, day)
    for number, row in enumerate(rows):
        await _ask(row["provider_id"], day, moment + timedelta(seconds=number * SECONDS_BETWEEN_QUESTIONS))
    return len(rows)


@transactional()
async def _ask(provider_id: UUID, day: date, moment: datetime) -> None:
    await watched(provider_id)
    if await execute(ASKED, provider_id, day):  # What still waits for an answer since yesterday is not asked twice.
        key = f"compliance.facts_recheck:{provider_id}"
        await FACTS_RECHECK.enqueue(OfProvider(provider_id), dedupe_key=key, run_at=moment)


async def ask_register(asked: OfProvider) -> None:
    """The handler of ``FACTS_RECHECK``: asks, keeps what is said, and looks at the provider again.

    A business id that the register does not know counts from the second day on: one odd answer proposes nothing.

    Raises:
        Unavailable: the register is silent; the queue tries again later. Nothing is concluded from silence.
    """
    try:
        change = await recheck_facts(asked.provider_id)
    except NotFound:
        return
    await _note_answer(asked.provider_id, is_gone=change is not None and change.is_gone)
    await look_at(asked.provider_id)


@transactional()
async def _note_answer(provider_id: UUID, *, is_gone: bool) -> None:
    await watched(provider_id)
    await execute(ANSWERED, provider_id, now(), is_gone, today())


async def look_again(changed: OfProvider) -> None:
    """The handler of ``LOOK_AGAIN``."""
    try:
        await look_at(changed.provider_id)
    except NotFound:
        return
