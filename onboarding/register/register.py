"""Who is approved for what: the public register, and the answer to "may this provider publish this here?"."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, fetch, fetch_value
from marketplace.kernel.i18n import Message, message
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.reference import municipality, service_class
from onboarding.applications.reading import like_pattern
from onboarding.register.schemas import RegisterEntry, RegisterPage, RegisterQuery

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
REGISTER = """
select p.business_id, p.name, a.organiser_id, a.status, a.service_classes, a.municipality_codes as municipalities,
    jsonb_build_object('fi', o.name_fi, 'sv', o.name_sv, 'en', o.name_en)::text as organiser,
    a.valid_from, a.valid_to, a.id, lower(p.name) as sorted_by
from approval a join provider p on p.id = a.provider_id join organiser o on o.id = a.organiser_id
where a.status = 'in_force' and a.valid_from <= $1 and (a.valid_to is null or a.valid_to >= $1)
    and ($2 = '' or lower(p.name) like $2)
    and ($3::uuid is null or a.organiser_id = $3)
    and ($4 = '' or a.municipality_codes @> array[$4]::varchar[])
    and ($5 = '' or a.service_classes @> array[$5]::varchar[])
    and ($6 = '' or p.business_id = $6)
    and ($7::text is null or (lower(p.name), a.id) > ($7, $8::uuid))
order by lower(p.name), a.id limit $9
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


async def public_register(query: RegisterQuery) -> RegisterPage:
    """The approvals in force today. Suspended and ended ones, and those that begin later, are left out."""
    name, last_id = _read_cursor(query.after)
    rows = await fetch(
        REGISTER, today(), like_pattern(query.q), query.organiser, query.municipality, query.service_class,
        query.business_id, name, last_id, query.limit + 1,
    )  # fmt: skip
    shown = rows[: query.limit]
    more = f"{shown[-1]['id']}_{shown[-1]['sorted_by']}" if len(rows) > query.limit else None
    return RegisterPage(items=[_entry(row) for row in shown], next=more)


def _entry(row: Row) -> RegisterEntry:
    return msgspec.convert({**row, "organiser": msgspec.json.decode(row["organiser"])}, RegisterEntry)


def _read_cursor(text: str) -> tuple[str | None, UUID | None]:
    """Where to go on; a cursor that was tampered with begins anew."""
    last_id, _, name = text.partition("_")
    try:
        return name, UUID(last_id)
    except ValueError:
        return None, None
