"""The demonstration's offers: words and prices of their own, or prices after a published list."""

from uuid import UUID

import msgspec

from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.catalogue.sheets.price_import import import_prices, shipped_rows
from marketplace.demo.organisers import organisers
from marketplace.organisers.reference import service_class
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import BandPrice, PriceList


class PricesData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prices in cents, by band or one for all times."""

    one_price_cents: int | None = None
    band_prices: dict[str, int] = {}
    minimum_minutes: int = 0
    visit_fee_cents: int = 0


class OfferData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An offer: its words, and prices of its own or after a published ``list``. ``product_bands``: those of a product."""

    service_class: str
    municipality_codes: tuple[str, ...]
    languages: tuple[str, ...]
    name_fi: str
    name_sv: str
    name_en: str
    description_fi: str
    description_sv: str
    description_en: str
    list: str = ""
    area: str = ""
    prices: PricesData | None = None
    product_bands: str = ""
    skills: tuple[str, ...] = ()
    accepts_new_clients: bool = True


def draft_of(offer: OfferData, organiser_id: UUID) -> OfferDraft:
    """The offer as its provider would type it."""
    calendar, prices = _prices_of(offer)
    words = {
        f"{kind}_{language}": getattr(offer, f"{kind}_{language}")
        for kind in ("name", "description")
        for language in ("fi", "sv", "en")
    }
    return OfferDraft(
        organiser_id=organiser_id,
        service_class=offer.service_class,
        municipality_codes=offer.municipality_codes,
        languages=offer.languages,
        skills=offer.skills,
        accepts_new_clients=offer.accepts_new_clients,
        calendar=calendar,
        prices=prices,
        **words,
    )


def _prices_of(offer: OfferData) -> tuple[BandCalendar | None, PriceList]:
    if offer.list:
        imported = import_prices(shipped_rows(offer.list, area=offer.area), offer.service_class, label=offer.list)
        return imported.calendar, imported.prices
    assert offer.prices is not None, f"{offer.name_fi} has prices"
    prices = PriceList(
        unit=service_class(offer.service_class).unit,
        one_price_cents=offer.prices.one_price_cents,
        band_prices=tuple(BandPrice(band, cents) for band, cents in offer.prices.band_prices.items()),
        minimum_minutes=offer.prices.minimum_minutes,
        visit_fee_cents=offer.prices.visit_fee_cents,
    )
    return _bands_of(offer), prices


def _bands_of(offer: OfferData) -> BandCalendar | None:
    """None leaves them to the organiser."""
    if not offer.product_bands:
        return None
    return next(
        each.version.calendar
        for told in organisers().values()
        for each in told.products
        if each.product.code == offer.product_bands
    )
