"""The price ceilings that a provider accepted with a rulebook: those of the version that its approval rests on."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.db import fetch
from onboarding.rulebooks.versions import rulebook_version

GROUNDS: Final = """
select distinct p.rulebook_version_id as id
from approval_covers c join approval a on a.id = c.approval_id join application p on p.id = a.application_id
where c.provider_id = $1 and c.organiser_id = $2 and c.service_class = $3 and $4::date between c.first_day and c.last_day
    and (cardinality($5::varchar[]) = 0 or c.municipality_code = any($5::varchar[]))
order by p.rulebook_version_id
"""


class ApprovedCeiling(msgspec.Struct, frozen=True):
    """The highest price of one unit of a service, in cents, and the number of the rulebook's version that says so."""

    cents: int
    rulebook_number: int


async def approved_ceilings(
    provider_id: UUID, organiser_id: UUID, class_code: str, day: date, municipality_codes: Sequence[str] = ()
) -> list[ApprovedCeiling]:
    """The ceilings of all approvals that hold on a day: in some municipalities, or anywhere where none is named."""
    rows = await fetch(GROUNDS, provider_id, organiser_id, class_code, day, list(municipality_codes))
    found: list[ApprovedCeiling] = []
    for row in rows:
        version = await rulebook_version(row["id"])
        found += [
            ApprovedCeiling(terms.ceiling_cents, version.number)
            for terms in version.content.terms
            if terms.service_class == class_code and terms.ceiling_cents is not None
        ]
    return found
