"""A register with many approved providers, written straight into the tables: no application was ever filled in."""

from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import count, islice
from uuid import UUID

from marketplace.kernel.clock import HELSINKI, now
from marketplace.kernel.db import execute, fetch_value, new_id, unit_of_work
from marketplace.organisers.schemas import Organiser

PROVIDERS = """
insert into provider (id, business_id, name, kind, facts_source, facts_unverified, contact_name, contact_email,
    contact_phone, street, postal_code, post_office, website, created_by, created_at)
select gen_random_uuid(), business_id, $1 || ' ' || n, 'company', 'by_hand', false, 'Kaisa Koe',
    'kaisa@example.org', '040 123 4567', '', '', '', 'https://www.example.org', $2, $3
from unnest($4::text[]) with ordinality as given (business_id, n)
"""
UNITS = """
insert into provider_unit (id, provider_id, name, street, postal_code, post_office, municipality, soteri_id,
    self_monitoring_url, self_monitoring_on, opening, created_by, created_at)
select gen_random_uuid(), id, name || ' keskusta', '', '', '', '091', '', 'https://www.example.org/plan', '2026-01-31', '', $2, $3
from provider where name like $1 || ' %'
"""
BOOK = "insert into rulebook (id, organiser_id, name, created_at) values ($1, $2, '{}', $3)"
VERSION = """
insert into rulebook_version (id, rulebook_id, number, content, valid_from, published_at)
values ($1, $2, 1, '{}', '2020-01-01', $3)
"""
APPLICATIONS = """
insert into application (id, reference, provider_id, organiser_id, rulebook_version_id, service_classes, municipality_codes,
    status, created_by, created_at, changed_at, submitted_by, submitted_at, decided_by, decided_at)
select gen_random_uuid(), 'T-' || row_number() over (order by id), id, $2, $3, array['V-HOMECARE-REG', 'V-CLEANING'],
    array['091', '049'], 'approved', $4, $5, $5, $4, $5, $4, $5
from provider where name like $1 || ' %'
"""
APPROVALS = """
insert into approval (id, application_id, provider_id, organiser_id, service_classes, municipality_codes, valid_from, valid_to,
    conditions, status, status_from, status_reason, granted_by, granted_at)
select gen_random_uuid(), id, provider_id, organiser_id, service_classes, municipality_codes, $2, $3, '', 'in_force', $2, '',
    created_by, created_at
from application where organiser_id = $1
"""


def business_ids() -> Iterator[str]:
    """Made-up ones with a right check digit, from ``9000000`` on. One number in eleven has none."""
    for number in count(9_000_000):
        weighted = sum(int(digit) * weight for digit, weight in zip(str(number), (7, 9, 10, 5, 8, 4, 2), strict=True))
        if weighted % 11 != 1:
            yield f"{number}-{-weighted % 11}"


async def fill_register(
    organiser: Organiser,
    providers: int,
    *,
    name: str = "Hoiva",
    valid_from: date = date(2026, 1, 1),
    valid_to: date | None = None,
) -> None:
    """So many providers ``Hoiva 1``, ``Hoiva 2`` … with a unit each, approved by this organiser for two services."""
    person, book, version = new_id(), new_id(), new_id()
    moment = datetime.combine(valid_from, time(9), HELSINKI)
    async with unit_of_work():
        await execute(PROVIDERS, name, person, now(), list(islice(business_ids(), providers)))
        await execute(UNITS, name, person, now())
        await execute(BOOK, book, organiser.id, now())
        await execute(VERSION, version, book, now())
        await execute(APPLICATIONS, name, organiser.id, version, person, moment)
        await execute(APPROVALS, organiser.id, valid_from, valid_to)


async def approval_of(name: str) -> UUID:
    found: UUID = await fetch_value(
        "select a.id from approval a join provider p on p.id = a.provider_id where p.name = $1", name
    )
    return found
