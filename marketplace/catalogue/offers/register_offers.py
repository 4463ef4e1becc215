"""What the public register shows of the catalogue: published services and prices (Act 569/2009, section 5)."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.db import Row, fetch
from marketplace.kernel.i18n import Text
from marketplace.organisers.reference import service_class
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import PriceList
from onboarding.register.schemas import ShownOffer, ShownPrice

# The register itself keeps to what is approved today; an offer beyond it is not shown there.
OFFERS: Final = """
select o.id, o.provider_id, o.organiser_id, o.service_class, v.name_fi, v.name_sv, v.name_en, v.calendar, v.prices,
    v.published_at
from offer o join offer_version v on v.offer_id = o.id
where o.provider_id = any($1::uuid[]) and v.status = 'published' order by v.name_fi, o.id
"""
ALWAYS: Final = Text("")


async def shown_offers(provider_ids: Sequence[UUID]) -> list[ShownOffer]:
    """The published offers of these providers, by name."""
    return [_shown(row) for row in await fetch(OFFERS, list(provider_ids))]


def _shown(row: Row) -> ShownOffer:
    return ShownOffer(
        id=row["id"],
        provider_id=row["provider_id"],
        organiser_id=row["organiser_id"],
        service_class=row["service_class"],
        name=Text(row["name_fi"], row["name_sv"], row["name_en"]),
        unit=service_class(row["service_class"]).unit,
        prices=_prices(row),
        published_at=row["published_at"],
    )


def _prices(row: Row) -> tuple[ShownPrice, ...]:
    prices = msgspec.json.decode(row["prices"], type=PriceList)
    if prices.one_price_cents is not None:
        return (ShownPrice(band=ALWAYS, price_cents=prices.one_price_cents),)
    calendar = msgspec.json.decode(row["calendar"], type=BandCalendar)
    return tuple(
        ShownPrice(band=calendar.band(each.band).name, price_cents=each.price_cents) for each in prices.band_prices
    )
