"""What the public sees: published versions of offers whose provider is approved for them today."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.schemas import OfferDetails, PublishedOffer, Reach
from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, fetch, fetch_one, fetch_value
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Text
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import PriceList

DECODED: Final = 4_096
"""Texts of each kind that are kept decoded: a few megabytes."""

COLUMNS: Final = """
    o.id, v.id as version_id, v.number as version, o.provider_id, p.name as provider_name,
    p.public_id as business_id,
    o.organiser_id, g.name_fi as organiser_fi, g.name_sv as organiser_sv, g.name_en as organiser_en, o.service_class,
    v.name_fi, v.name_sv, v.name_en, v.description_fi, v.description_sv, v.description_en,
    v.postal_codes, v.reach, v.languages, v.skills, v.accepts_new_clients, v.earliest_start, v.details, v.calendar,
    v.prices, v.published_at
"""
FROM: Final = """
    from offer o join offer_version v on v.offer_id = o.id join provider p on p.id = o.provider_id
    join organiser g on g.id = o.organiser_id
"""
# Several approvals may cover the municipalities of an offer together; one that covers none keeps it from the public.
APPROVED: Final = """
    cross join lateral (
        select array_agg(distinct c.municipality_code order by c.municipality_code) as municipality_codes
        from approval_covers c
        where c.provider_id = o.provider_id and c.organiser_id = o.organiser_id and c.service_class = o.service_class
        and c.municipality_code = any(v.municipality_codes) and $1::date between c.first_day and c.last_day
    ) approved
"""
PUBLIC: Final = f"{FROM} {APPROVED} where v.status = 'published' and approved.municipality_codes is not null"

ONE: Final = f"select {COLUMNS}, approved.municipality_codes {PUBLIC} and o.id = $2"
PAGE: Final = f"""
select {COLUMNS}, approved.municipality_codes {PUBLIC} and ($2::uuid is null or o.id > $2) order by o.id limit $3
"""
IDS: Final = f"select o.id {PUBLIC} order by o.id"
IS_PUBLIC: Final = f"select exists (select 1 {PUBLIC} and o.id = $2)"
OF_PROVIDER: Final = f"""
select {COLUMNS}, approved.municipality_codes {PUBLIC} and o.provider_id = $2 order by v.name_fi, o.id
"""
AMONG: Final = f"select {COLUMNS}, approved.municipality_codes {PUBLIC} and o.id = any($2::uuid[])"
VERSION: Final = f"select {COLUMNS}, v.municipality_codes {FROM} where v.id = $1 and v.status <> 'draft'"


async def published_offer(offer_id: UUID) -> PublishedOffer:
    """The public version of an offer.

    Raises:
        NotFound: nothing of it is published, or its provider is not approved for any of it today.
    """
    row = await fetch_one(ONE, today(), offer_id)
    if row is None:
        raise NotFound
    return _offer(row)


async def published_offers(after: UUID | None = None, limit: int = 500) -> list[PublishedOffer]:
    """Public offers by id, from the one after ``after``: call it again with the last id until nothing comes."""
    return [_offer(row) for row in await fetch(PAGE, today(), after, limit)]


async def published_offers_among(offer_ids: Sequence[UUID]) -> dict[UUID, PublishedOffer]:
    """Those of the offers that are public, by id."""
    return {row["id"]: _offer(row) for row in await fetch(AMONG, today(), list(offer_ids))}


async def published_offer_ids() -> list[UUID]:
    """The ids of all public offers, in order."""
    return [row["id"] for row in await fetch(IDS, today())]


async def published_offers_of(provider_id: UUID) -> list[PublishedOffer]:
    """The public offers of one provider, by name."""
    return [_offer(row) for row in await fetch(OF_PROVIDER, today(), provider_id)]


async def offer_as_published(version_id: UUID) -> PublishedOffer:
    """A version that is or once was public, as it was: what an agreement was made on.

    Raises:
        NotFound: no such version, or it never left its draft.
    """
    row = await fetch_one(VERSION, version_id)
    if row is None:
        raise NotFound
    return _offer(row)


async def is_public(offer_id: UUID, day: date | None = None) -> bool:
    """Whether anybody can see the offer on a day, today unless another is given."""
    return bool(await fetch_value(IS_PUBLIC, day or today(), offer_id))


# Most offers share their bands with thousands of others, and many their prices: a text is decoded once.
@lru_cache(maxsize=DECODED)
def _calendar(text: str) -> BandCalendar:
    return msgspec.json.decode(text, type=BandCalendar)


@lru_cache(maxsize=DECODED)
def _prices(text: str) -> PriceList:
    return msgspec.json.decode(text, type=PriceList)


@lru_cache(maxsize=DECODED)
def _details(text: str) -> OfferDetails:
    return msgspec.json.decode(text, type=OfferDetails)


@lru_cache(maxsize=DECODED)
def _reach(text: str) -> Reach:
    return msgspec.json.decode(text, type=Reach)


def _offer(row: Row) -> PublishedOffer:
    prices = _prices(row["prices"])
    return PublishedOffer(
        id=row["id"],
        version_id=row["version_id"],
        version=row["version"],
        provider_id=row["provider_id"],
        provider_name=row["provider_name"],
        business_id=row["business_id"],
        organiser_id=row["organiser_id"],
        organiser_name=Text(row["organiser_fi"], row["organiser_sv"], row["organiser_en"]),
        service_class=row["service_class"],
        unit=prices.unit,
        name=Text(row["name_fi"], row["name_sv"], row["name_en"]),
        description=Text(row["description_fi"], row["description_sv"], row["description_en"]),
        municipality_codes=tuple(row["municipality_codes"]),
        postal_codes=tuple(row["postal_codes"]),
        reach=None if row["reach"] is None else _reach(row["reach"]),
        languages=tuple(row["languages"]),
        skills=tuple(row["skills"]),
        accepts_new_clients=row["accepts_new_clients"],
        earliest_start=row["earliest_start"],
        details=_details(row["details"]),
        calendar=_calendar(row["calendar"]),
        prices=prices,
        published_at=row["published_at"],
    )
