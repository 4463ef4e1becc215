"""Offers that somebody kept, by the names under which they are known today or were known last."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from marketplace.catalogue.offers.published import PUBLIC
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch
from marketplace.kernel.i18n import Text
from search.shortlists.schemas import KeptOffer

NAMES: Final = """
select distinct on (o.id) o.id, o.service_class, p.name as provider_name, v.name_fi, v.name_sv, v.name_en
from offer o join provider p on p.id = o.provider_id join offer_version v on v.offer_id = o.id and v.status <> 'draft'
where o.id = any($1::uuid[]) order by o.id, v.number desc
"""
STILL_PUBLIC: Final = f"select o.id {PUBLIC} and o.id = any($2::uuid[])"


async def described(notes: Mapping[UUID, str]) -> tuple[KeptOffer, ...]:
    """The offers with their notes, in the order given. What never was public is left out."""
    ids = list(notes)
    if not ids:
        return ()
    rows = {row["id"]: row for row in await fetch(NAMES, ids)}
    public = {row["id"] for row in await fetch(STILL_PUBLIC, today(), ids)}
    return tuple(
        KeptOffer(
            offer_id=offer_id,
            provider=row["provider_name"],
            name=Text(row["name_fi"], row["name_sv"], row["name_en"]),
            service_class=row["service_class"],
            is_published=offer_id in public,
            note=notes[offer_id],
        )
        for offer_id in ids
        if (row := rows.get(offer_id)) is not None
    )


async def were_public(offer_ids: Sequence[UUID]) -> set[UUID]:
    """Which of the offers are public today."""
    return {row["id"] for row in await fetch(STILL_PUBLIC, today(), list(offer_ids))}
