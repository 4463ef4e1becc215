"""What of providers' profiles runs out: certificates, insurance, and self-monitoring plans that grow old."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.db import fetch
from marketplace.kernel.i18n import Message, message
from onboarding.providers.profile_schemas import CERTIFICATE_NAMES, INSURANCE_NAMES, CertificateKind, InsuranceKind

PLAN_DAYS: Final = 365
"""A self-monitoring plan is looked through at least once a year."""

FIRST, LAST = date(1900, 1, 1), date(2200, 12, 31)

# A certificate or insurance that a later one of its kind follows does not run out: the newest end counts.
ENDING = """
select * from (
    select c.provider_id, 'certificate' as kind, c.kind as detail, c.title as name, c.id as thing_id, c.expires_on
    from provider_certificate c
    where c.removed_at is null and c.expires_on between $1 and $2 and (c.kind = 'other' or not exists (
        select from provider_certificate l where l.provider_id = c.provider_id and l.kind = c.kind
            and l.removed_at is null and l.id <> c.id and coalesce(l.expires_on, 'infinity') > c.expires_on))
    union all
    select i.provider_id, 'insurance', i.kind, i.insurer, i.id, i.valid_to
    from provider_insurance i
    where i.valid_to between $1 and $2 and (i.kind = 'other' or not exists (
        select from provider_insurance l where l.provider_id = i.provider_id and l.kind = i.kind
            and l.id <> i.id and coalesce(l.valid_to, 'infinity') > i.valid_to))
    union all
    select u.provider_id, 'self_monitoring_plan', '', u.name, u.id, u.self_monitoring_on + $3::int
    from provider_unit u
    where u.is_open and u.self_monitoring_on + $3::int between $1 and $2
) ending
where $4::uuid[] is null or provider_id = any($4)
order by expires_on, provider_id, thing_id
"""


class ExpiringKind(StrEnum):
    CERTIFICATE = "certificate"
    INSURANCE = "insurance"
    SELF_MONITORING_PLAN = "self_monitoring_plan"


class ExpiringThing(msgspec.Struct, frozen=True, kw_only=True):
    """Something of a profile with the last Finnish day on which it is good. ``what`` names it for people.

    ``detail`` is the certificate's or insurance's kind; ``thing_id`` the certificate, insurance or unit.
    """

    provider_id: UUID
    kind: ExpiringKind
    detail: str
    what: Message
    thing_id: UUID
    expires_on: date


async def expiring_things(
    day: date, within_days: int, *, providers: Iterable[UUID] | None = None, plan_days: int = PLAN_DAYS
) -> list[ExpiringThing]:
    """What ends from ``day`` to ``within_days`` later (both included), soonest first; a negative number looks back.

    ``providers`` narrows it to some; ``plan_days`` is how old a self-monitoring plan may grow.
    """
    other = day + timedelta(days=within_days)
    first, last = min(day, other), max(day, other)
    return await expiring_between(first, last, providers=providers, plan_days=plan_days)


async def expiring_between(
    first: date, last: date, *, providers: Iterable[UUID] | None = None, plan_days: int = PLAN_DAYS
) -> list[ExpiringThing]:
    """What ends between two Finnish days (both included), soonest first."""
    chosen = None if providers is None else list(providers)
    rows = await fetch(ENDING, max(first, FIRST), min(last, LAST), plan_days, chosen)
    return [
        ExpiringThing(
            provider_id=row["provider_id"], kind=ExpiringKind(row["kind"]), detail=row["detail"],
            what=_what(row["kind"], row["detail"], row["name"]), thing_id=row["thing_id"], expires_on=row["expires_on"],
        )
        for row in rows
    ]  # fmt: skip


def _what(kind: str, detail: str, name: str) -> Message:
    match ExpiringKind(kind):
        case ExpiringKind.CERTIFICATE:
            certificate = CertificateKind(detail)
            known = CERTIFICATE_NAMES[certificate]
            return message("{what}: {name}", what=known, name=name) if certificate is CertificateKind.OTHER else known
        case ExpiringKind.INSURANCE:
            return message("{what}: {name}", what=INSURANCE_NAMES[InsuranceKind(detail)], name=name)
        case ExpiringKind.SELF_MONITORING_PLAN:
            return message("Self-monitoring plan of {name}", name=name)
