"""A provider's own offers as a sheet is compared with them, and the mark by which a later change is noticed."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from marketplace.catalogue.offers.own import KnownOffer, content_of
from marketplace.catalogue.sheets.schemas import OwnVersions
from marketplace.kernel.db import fetch, fetch_value

# Everything that an offer says or will say: its versions, and price changes that are still to come.
BASE: Final = """
md5(coalesce((select string_agg(v.id::text || v.status, ',' order by v.number)
        from offer_version v where v.offer_id = {offer}), '')
    || coalesce((select string_agg(c.id::text || c.status, ',' order by c.id)
        from price_change c where c.offer_id = {offer}), ''))
"""
ALL: Final = f"""
select o.id as of_offer, o.organiser_id, o.service_class, {BASE.format(offer="o.id")} as base, v.*
from offer o join offer_version v on v.offer_id = o.id
where o.provider_id = $1 and (v.status in ('draft', 'published')
    or v.number = (select max(number) from offer_version n where n.offer_id = o.id))
order by o.id, v.number
"""
MARK: Final = f"select {BASE.format(offer='$1::uuid')}"


async def own_versions(provider_id: UUID) -> list[OwnVersions]:
    """All offers of a provider, in order of their beginning."""
    found: dict[UUID, OwnVersions] = {}
    for row in await fetch(ALL, provider_id):
        known = KnownOffer(row["of_offer"], row["organiser_id"], row["service_class"])
        content = content_of(known, row)
        before = found.get(known.id)
        found[known.id] = OwnVersions(
            id=known.id,
            base=row["base"],
            newest=content,
            public=content if row["status"] == "published" else before.public if before else None,
            has_draft=row["status"] == "draft",
        )
    return list(found.values())


async def mark_of(offer_id: UUID) -> str:
    """The mark of an offer now; another one than before means that somebody changed it."""
    return await fetch_value(MARK, offer_id)


def by_id(offers: Sequence[OwnVersions], offer_id: UUID | None) -> OwnVersions | None:
    return next((each for each in offers if each.id == offer_id), None)
