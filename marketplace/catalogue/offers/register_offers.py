"""What the public register shows of the catalogue: published services and prices (Act 569/2009, section 5)."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.sources import PriceNews, price_news
from marketplace.catalogue.prices.price_table import price_rows
from marketplace.kernel.db import Row, fetch
from marketplace.kernel.i18n import Language, Text
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import PriceList, effective_price, goes_by_bands
from onboarding.register.schemas import ShownOffer, ShownPrice

# The register itself keeps to what is approved today; an offer beyond it is not shown there.
OFFERS: Final = """
select o.id, o.provider_id, o.organiser_id, o.service_class, v.name_fi, v.name_sv, v.name_en, v.calendar, v.prices,
    v.published_at
from offer o join offer_version v on v.offer_id = o.id
where o.provider_id = any($1::uuid[]) and v.status = 'published' order by v.name_fi, o.id
"""
LANGUAGES: Final = (Language.FI, Language.SV, Language.EN)


async def shown_offers(provider_ids: Sequence[UUID]) -> list[ShownOffer]:
    """The published offers of these providers, by name, with prices that are announced."""
    rows = await fetch(OFFERS, list(provider_ids))
    news = await price_news([row["id"] for row in rows])
    return [_shown(row, news.get(row["id"])) for row in rows]


def _shown(row: Row, news: PriceNews | None) -> ShownOffer:
    prices = msgspec.json.decode(row["prices"], type=PriceList)
    calendar = msgspec.json.decode(row["calendar"], type=BandCalendar)
    return ShownOffer(
        id=row["id"],
        provider_id=row["provider_id"],
        organiser_id=row["organiser_id"],
        service_class=row["service_class"],
        name=Text(row["name_fi"], row["name_sv"], row["name_en"]),
        unit=prices.unit,
        prices=_prices(prices, calendar),
        published_at=row["published_at"],
        coming_from=news.valid_from if news else None,
        coming=_prices(news.prices, news.calendar) if news else (),
    )


def _prices(prices: PriceList, calendar: BandCalendar) -> tuple[ShownPrice, ...]:
    """What a unit costs the client, as the offer's own page tells it; the name is empty where it is one price always."""
    if prices.length_prices:
        by_language = zip(*(price_rows(prices, calendar, language) for language in LANGUAGES), strict=True)
        return tuple(
            ShownPrice(band=Text(*(r.name for r in rows)), price_cents=rows[0].price_cents) for rows in by_language
        )
    if not goes_by_bands(prices):
        return (ShownPrice(band=Text(""), price_cents=effective_price(prices, None)),)
    priced = calendar.keys if prices.one_price_cents is not None else [each.band for each in prices.band_prices]
    return tuple(ShownPrice(band=calendar.band(key).name, price_cents=effective_price(prices, key)) for key in priced)
