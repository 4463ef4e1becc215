"""An application as its reviewer reads it."""

from uuid import UUID

from marketplace.kernel.actors import Actor
from marketplace.kernel.db import fetch_one
from marketplace.kernel.errors import NotFound
from onboarding.applications.reading import FOR_ORGANISER, SUMMARY, whole
from onboarding.providers.registration import provider_of
from onboarding.review.assignment import name_of
from onboarding.review.checks import checks_of
from onboarding.review.schemas import ApplicationForReview
from onboarding.scoping import reviewing_organiser


async def application_for_reviewer(actor: Actor, application_id: UUID) -> ApplicationForReview:
    """One application with its checks, notes and answers.

    Raises:
        NotFound: there is none that was sent to the actor's organiser.
    """
    organiser_id = reviewing_organiser(actor)
    row = await fetch_one(
        f"{SUMMARY} where a.id = $1 and a.organiser_id = $2 and a.submitted_at is not null",
        application_id,
        organiser_id,
    )
    if row is None:
        raise NotFound
    application, provider = await whole(row, FOR_ORGANISER), await provider_of(row["provider_id"])
    return ApplicationForReview(
        application=application,
        provider=provider,
        checks=await checks_of(application.summary, provider),
        claimed_by_name=await name_of(row["claimed_by"]),
    )
