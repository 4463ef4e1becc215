"""Who is approved for what, today or on another day: the public register (Act 569/2009, section 5)."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, fetch
from marketplace.kernel.errors import NotFound
from onboarding.applications.reading import like_pattern
from onboarding.register.schemas import (
    PastApproval,
    Period,
    RegisteredProvider,
    RegisterEntry,
    RegisterPage,
    RegisterQuery,
)
from onboarding.register.sources import offers_of, units_of

COLUMNS: Final = """
    a.id, a.provider_id, p.public_id as business_id, p.name, p.kind, p.website, a.organiser_id, a.status, a.service_classes,
    a.municipality_codes as municipalities, (a.granted_at at time zone 'Europe/Helsinki')::date as approved_on,
    jsonb_build_object('fi', o.name_fi, 'sv', o.name_sv, 'en', o.name_en)::text as organiser, a.valid_from, a.valid_to
"""
FROM: Final = "from approval a join provider p on p.id = a.provider_id join organiser o on o.id = a.organiser_id"
# Suspended and ended approvals held until the day before; a suspension that is over left its days behind.
HELD: Final = """
    a.valid_from <= $1 and (a.valid_to is null or a.valid_to >= $1) and (a.status = 'in_force' or a.status_from > $1)
    and not exists (select from approval_pause s where s.approval_id = a.id
        and s.first_day <= $1 and (s.last_day is null or s.last_day >= $1))
"""
PAGE: Final = f"""
select {COLUMNS}, lower(p.name) as sorted_by {FROM}
where {HELD}
    and ($2 = '' or lower(p.name) like $2)
    and ($3::uuid is null or a.organiser_id = $3)
    and ($4 = '' or a.municipality_codes @> array[$4]::varchar[])
    and ($5 = '' or a.service_classes @> array[$5]::varchar[])
    and ($6 = '' or p.public_id = $6)
    and ($7::text is null or (lower(p.name), a.id) > ($7, $8::uuid))
order by lower(p.name), a.id limit $9
"""
THESE: Final = f"select {COLUMNS} {FROM} where {HELD} and a.id = any($2::uuid[])"
HISTORY: Final = f"""
select {COLUMNS}, lower(d.days) as first_day, upper(d.days) - 1 as last_day
{FROM} cross join lateral unnest(approval_days(a)) as d (days)
where a.provider_id = $1 order by a.granted_at desc, a.id, lower(d.days)
"""
PROVIDER: Final = "select id, name, kind, website from provider where public_id = $1"


async def public_register(query: RegisterQuery) -> RegisterPage:
    """The approvals that hold on a day, today unless the query names another. Suspended and ended ones are left out."""
    name, last_id = _read_cursor(query.after)
    rows = await fetch(
        PAGE, query.on or today(), like_pattern(query.q), query.organiser, query.municipality, query.service_class,
        query.business_id, name, last_id, query.limit + 1,
    )  # fmt: skip
    shown = rows[: query.limit]
    more = f"{shown[-1]['id']}_{shown[-1]['sorted_by']}" if len(rows) > query.limit else None
    return RegisterPage(items=await _entries(shown), next=more)


async def entries_by_id(approval_ids: Sequence[UUID]) -> dict[UUID, RegisterEntry]:
    """Those of these approvals that hold today."""
    rows = await fetch(THESE, today(), list(approval_ids))
    return {entry.id: entry for entry in await _entries(rows)}


async def registered_provider(business_id: str) -> RegisteredProvider:
    """One provider with what it is approved for today and what it ever was approved for. Reasons are not public.

    Raises:
        NotFound: nobody ever approved such a provider.
    """
    found = await fetch(PROVIDER, business_id)
    rows = await fetch(HISTORY, found[0]["id"]) if found else []
    if not rows:
        raise NotFound
    entries = (await public_register(RegisterQuery(business_id=business_id, limit=200))).items
    return RegisteredProvider(
        business_id=business_id,
        name=found[0]["name"],
        kind=found[0]["kind"],
        website=found[0]["website"],
        units=(await units_of([found[0]["id"]])).get(found[0]["id"], ()),
        entries=tuple(entries),
        history=_history(rows),
    )


def _history(rows: Sequence[Row]) -> tuple[PastApproval, ...]:
    by_approval: dict[UUID, list[Row]] = {}
    for row in rows:
        by_approval.setdefault(row["id"], []).append(row)
    return tuple(
        msgspec.convert(
            {
                **own[0],
                "organiser": msgspec.json.decode(own[0]["organiser"]),
                "periods": [Period(first_day=row["first_day"], last_day=row["last_day"]) for row in own],
            },
            PastApproval,
        )
        for own in by_approval.values()
    )


async def _entries(rows: Sequence[Row]) -> list[RegisterEntry]:
    provider_ids = [row["provider_id"] for row in rows]
    offers, units = await offers_of(provider_ids), await units_of(provider_ids)
    return [
        msgspec.convert(
            {
                **row,
                "organiser": msgspec.json.decode(row["organiser"]),
                "offers": [
                    each
                    for each in offers.get((row["provider_id"], row["organiser_id"]), ())
                    if each.service_class in row["service_classes"]
                ],
                "units": units.get(row["provider_id"], ()),
            },
            RegisterEntry,
        )
        for row in rows
    ]


def _read_cursor(text: str) -> tuple[str | None, UUID | None]:
    """Where to go on; a cursor that was tampered with begins anew."""
    last_id, _, name = text.partition("_")
    try:
        return name, UUID(last_id)
    except ValueError:
        return None, None
