"""What the checks saw and found when a decision was made, kept so that anybody can make them again."""

from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch_one, new_id
from onboarding.review.checks import run_checks
from onboarding.review.checks.facts import CheckFacts
from onboarding.review.reading import examined
from onboarding.review.schemas import Check
from onboarding.rulebooks.versions import rulebook_version

INSERT: Final = """
insert into check_snapshot (id, application_id, rulebook_version_id, facts, checks, taken_at)
values ($1, $2, $3, $4::jsonb, $5::jsonb, $6)
"""
NEWEST: Final = """
select rulebook_version_id, facts from check_snapshot where application_id = $1 order by taken_at desc, id desc limit 1
"""


async def keep_snapshot(actor: Actor, application_id: UUID) -> list[Check]:
    """Makes the checks now and keeps them with their facts, within the caller's unit of work.

    Raises:
        NotFound: there is none that was sent to the actor's organiser.
    """
    found = await examined(actor, application_id)
    facts, checks = msgspec.json.encode(found.facts).decode(), msgspec.json.encode(found.checks).decode()
    await execute(INSERT, new_id(), application_id, found.rulebook_version_id, facts, checks, now())
    return found.checks


async def checks_made_again(application_id: UUID) -> list[Check]:
    """The checks as the newest decision saw them, made again from the facts that were kept; none where none were."""
    row = await fetch_one(NEWEST, application_id)
    if row is None:
        return []
    facts = msgspec.json.decode(row["facts"], type=CheckFacts)
    return run_checks(facts, (await rulebook_version(row["rulebook_version_id"])).content)
