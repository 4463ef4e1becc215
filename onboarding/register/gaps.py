"""May this provider publish this service here? The answer in words, by class, place and day."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from marketplace.kernel.db import fetch, fetch_value
from marketplace.kernel.i18n import Message, message
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.reference import municipality, service_class

SHOWN_GAPS = 5
COVERED = """
select distinct municipality_code from approval_covers
where provider_id = $1 and organiser_id = $2 and service_class = $3 and municipality_code = any($4::varchar[])
    and $5::date between first_day and last_day
"""
APPROVED = """
select exists (select from approval_covers
    where provider_id = $1 and organiser_id = $2 and $3::date between first_day and last_day)
"""


async def approval_gaps(
    provider_id: UUID, organiser_id: UUID, class_code: str, municipality_codes: Sequence[str], day: date
) -> list[Message]:
    """Why a provider may not publish a service here on a day, each with what to do; empty when it may.

    Approval is given for a service class in each municipality (Act 569/2009, section 5); extending the area is a
    new application.
    """
    if not await approved(provider_id, organiser_id, day):
        organiser = await get_organiser(organiser_id)
        return [message("{organiser} has not approved this provider. Apply to it first.", organiser=organiser.name)]
    rows = await fetch(COVERED, provider_id, organiser_id, class_code, list(municipality_codes), day)
    missing = sorted(set(municipality_codes) - {row["municipality_code"] for row in rows})
    return [_gap(class_code, code) for code in missing[:SHOWN_GAPS]] + _rest(len(missing) - SHOWN_GAPS)


def _gap(class_code: str, municipality_code: str) -> Message:
    return message(
        "No approval for {service} in {municipality}. Apply for it, or leave it out.",
        service=service_class(class_code).name,
        municipality=municipality(municipality_code).name,
    )


def _rest(count: int) -> list[Message]:
    return [message("The approval is missing in {count} more municipalities.", count=count)] if count > 0 else []


async def approved(provider_id: UUID, organiser_id: UUID, day: date) -> bool:
    """Whether any approval of this provider by this organiser holds on a day, past days included."""
    return bool(await fetch_value(APPROVED, provider_id, organiser_id, day))
