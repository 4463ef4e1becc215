"""Loads what the checks look at. The checks themselves ask nobody."""

from uuid import UUID

from marketplace.kernel.clock import HELSINKI, today
from marketplace.kernel.db import fetch
from onboarding.applications.filling import Filling
from onboarding.applications.schemas import ApplicationSummary
from onboarding.applications.states import Capability, statuses_with
from onboarding.providers.profile_schemas import ProfileView
from onboarding.review.checks.facts import CheckFacts, FileFacts

OPEN_BESIDE = """
select reference from application where provider_id = $1 and organiser_id = $2 and id <> $3 and status = any($4::varchar[])
    and service_classes && $5::varchar[] and municipality_codes && $6::varchar[] order by reference
"""
APPROVED_BESIDE = """
select distinct a.reference from approval p join application a on a.id = p.application_id
where p.provider_id = $1 and p.organiser_id = $2 and p.application_id <> $3 and p.status = 'in_force'
    and p.service_classes && $4::varchar[] and p.municipality_codes && $5::varchar[] order by a.reference
"""


async def facts_for(application: ApplicationSummary, filling: Filling, profile: ProfileView) -> CheckFacts:
    """What is known of an application today."""
    provider, chosen = profile.provider, set(application.units)
    open_beside, approved_beside = await _beside(application)
    asked_at = provider.facts_asked_at
    return CheckFacts(
        day=today(),
        sent_on=application.submitted_at.astimezone(HELSINKI).date() if application.submitted_at else today(),
        kind=application.kind,
        provider_name=provider.name,
        provider_kind=provider.kind,
        business_id=provider.business_id,
        public_id=provider.public_id,
        company=provider.facts,
        asked_on=asked_at.astimezone(HELSINKI).date() if asked_at else None,
        service_classes=application.service_classes,
        units=tuple(unit for unit in profile.units if unit.id in chosen),
        subjects=filling.units,
        insurance=profile.insurance,
        subcontractors=profile.subcontractors,
        answers=filling.answers,
        files=_files(filling),
        open_beside=open_beside,
        approved_beside=approved_beside,
    )


def _files(filling: Filling) -> tuple[FileFacts, ...]:
    return tuple(
        FileFacts(
            slot=each.question,
            name=each.name,
            issued_on=each.issued_on,
            added_on=each.created_at.astimezone(HELSINKI).date(),
        )
        for each in filling.files
    )


async def _beside(application: ApplicationSummary) -> tuple[tuple[str, ...], tuple[str, ...]]:
    scope = (list(application.service_classes), list(application.municipalities))
    whose: tuple[UUID, UUID, UUID] = (application.provider_id, application.organiser_id, application.id)
    waiting = await fetch(OPEN_BESIDE, *whose, statuses_with(Capability.BE_REVIEWED), *scope)
    approved = await fetch(APPROVED_BESIDE, *whose, *scope)
    return tuple(row["reference"] for row in waiting), tuple(row["reference"] for row in approved)
