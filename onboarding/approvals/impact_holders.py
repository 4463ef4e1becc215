"""Those whom an organiser has approved, read for the impact check in portions: the same few queries for each."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from marketplace.kernel.db import fetch
from marketplace.kernel.i18n import Text
from onboarding.approvals.impact import Holder
from onboarding.providers.profile_facts import facts_in
from onboarding.providers.profile_schemas import ProfileView
from onboarding.providers.profiles import profiles_of
from onboarding.rulebooks.requirements import Answer, Subject

PORTION = 250
HELD = "a.organiser_id = $1 and a.status = 'in_force' and (a.valid_to is null or a.valid_to >= $2)"
WHO = f"select distinct a.provider_id from approval a where {HELD} order by a.provider_id"
CLASSES = f"""
select a.provider_id as id, array_agg(distinct code) as found
from approval a cross join unnest(a.service_classes) as code where {HELD} and a.provider_id = any($3::uuid[]) group by 1
"""
# Later approvals, of an extension or a renewal, were granted on the newer answers: the last one of a question stays.
ANSWERS = f"""
select a.provider_id as id, jsonb_object_agg(w.question, w.value order by a.granted_at, a.id)::text as found
from approval a join application_answer w on w.application_id = a.application_id
where {HELD} and a.provider_id = any($3::uuid[]) group by 1
"""
ATTACHED = f"""
select a.provider_id as id, jsonb_object_agg(t.question, t.issued_on order by a.granted_at, t.created_at, t.id)::text as found
from approval a join application_attachment t on t.application_id = a.application_id
where {HELD} and a.provider_id = any($3::uuid[]) group by 1
"""
Found = Mapping[UUID, Any]


async def who_is_approved(organiser_id: UUID, day: date) -> list[UUID]:
    """The providers with an approval by the organiser that is in force and has not run out by ``day``."""
    return [row["provider_id"] for row in await fetch(WHO, organiser_id, day)]


async def holders_in_portions(organiser_id: UUID, ids: list[UUID], day: date) -> AsyncIterator[list[Holder]]:
    """Providers with what they were approved on, and what their profiles say on ``day``."""
    for start in range(0, len(ids), PORTION):
        yield await _holders(organiser_id, ids[start : start + PORTION], day)


async def _holders(organiser_id: UUID, ids: list[UUID], day: date) -> list[Holder]:
    profiles = await profiles_of(ids)
    classes = await _found(CLASSES, organiser_id, day, ids)
    answers, attached = await _found(ANSWERS, organiser_id, day, ids), await _found(ATTACHED, organiser_id, day, ids)
    return [
        _holder(profile, classes[each], answers.get(each, "{}"), attached.get(each, "{}"), day)
        for each, profile in profiles.items()
        if each in classes
    ]


async def _found(query: str, organiser_id: UUID, day: date, ids: Iterable[UUID]) -> Found:
    return {row["id"]: row["found"] for row in await fetch(query, organiser_id, day, ids)}


def _holder(profile: ProfileView, classes: list[str], answers: str, attached: str, day: date) -> Holder:
    facts = facts_in(profile, day)
    return Holder(
        provider_id=profile.provider.id,
        name=profile.provider.name,
        business_id=profile.provider.business_id,
        service_classes=tuple(sorted(classes)),
        units=tuple(Subject(str(unit.id), Text(unit.name)) for unit in profile.open_units),
        answers=msgspec.json.decode(answers, type=dict[str, Answer]),
        attached=msgspec.json.decode(attached, type=dict[str, date | None]),
        facts=facts.values,
        fact_files={code: file.issued_on for code, file in facts.files.items()},
    )
