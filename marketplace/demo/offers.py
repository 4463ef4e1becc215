"""The demonstration's offers: words and prices of their own, or prices after a published list."""

from datetime import date, timedelta
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.choices import known_plan_url, reach_points
from marketplace.catalogue.offers.postal_codes import read_postal_codes
from marketplace.catalogue.offers.schemas import OfferDetails, OfferDraft, Reach
from marketplace.catalogue.prices.time_words import parse_hours
from marketplace.catalogue.sheets.price_import import import_prices, shipped_rows
from marketplace.demo.organisers import organisers
from marketplace.kernel.i18n import Text
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
    """An offer: its words, and prices of its own or after a published ``list``. ``product_bands``: those of a product.

    ``hours`` and ``postal_codes`` are written as a provider types them; a ``reach_km`` is measured from its first unit. A
    fact is the value of a comparable attribute; one of three texts is in fi, sv and en.
    """

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
    starts_in_days: int = 0
    capacity: int | None = None
    hours: str = ""
    postal_codes: str = ""
    reach_km: int = 0
    facts: dict[str, bool | int | str | tuple[str, str, str]] = msgspec.field(default_factory=dict)


async def draft_of(offer: OfferData, organiser_id: UUID, provider_id: UUID, now: date) -> OfferDraft:
    """The offer as its provider would type it, with what its profile tells; ``now`` is the day of the demonstration."""
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
        earliest_start=now + timedelta(days=offer.starts_in_days) if offer.starts_in_days else None,
        postal_codes=read_postal_codes(offer.postal_codes, offer.municipality_codes),
        reach=await _reach_of(offer, provider_id),
        details=_details_of(offer, await known_plan_url(provider_id)),
        calendar=calendar,
        prices=prices,
        **words,
    )


def _details_of(offer: OfferData, plan_url: str) -> OfferDetails:
    facts = {key: Text(*fact) if isinstance(fact, tuple) else fact for key, fact in offer.facts.items()}
    hours = parse_hours(offer.hours) if offer.hours else ()
    return OfferDetails(attributes=facts, hours=hours, capacity=offer.capacity, self_monitoring_url=plan_url)


async def _reach_of(offer: OfferData, provider_id: UUID) -> Reach | None:
    if not offer.reach_km:
        return None
    point = (await reach_points(provider_id))[0]
    return Reach(name=point.name, lat=point.lat, lon=point.lon, km=offer.reach_km)


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
