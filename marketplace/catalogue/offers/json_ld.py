"""An offer in the words of schema.org, as JSON-LD for search engines and open data. Pure."""

from collections.abc import Iterator
from typing import Any, Final

from marketplace.catalogue.offers.schemas import PublishedOffer
from marketplace.kernel.calendar import DAY_MINUTES, DayType, clock_text
from marketplace.kernel.i18n import Text
from marketplace.kernel.money import EURO, decimal_text
from marketplace.organisers.reference import municipality, service_class
from marketplace.pricing.bands import Band, Hours
from marketplace.pricing.prices import Unit

CONTEXT: Final = {"@vocab": "https://schema.org/", "url": {"@type": "@id"}, "availability": {"@type": "@id"}}
"""The vocabulary without a fetch: the names below are schema.org's own."""

UNIT_CODES: Final = {
    Unit.HOUR: "HUR",
    Unit.DAY: "DAY",
    Unit.WEEK: "WEE",
    Unit.MONTH: "MON",
    Unit.KM: "KMT",
    Unit.PIECE: "C62",
    Unit.VISIT: "C62",
}
"""UN/CEFACT common codes of our units; a visit is counted as one."""

_UNIT_TEXTS: Final = {Unit.VISIT: "visit", Unit.PIECE: "piece"}
_DAYS: Final = {
    DayType.WEEKDAY: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    DayType.SATURDAY: ("Saturday",),
    DayType.SUNDAY: ("Sunday",),
    DayType.HOLIDAY: ("PublicHolidays",),
    DayType.EVE: (),
}


def offer_json_ld(offer: PublishedOffer, *, url: str) -> dict[str, Any]:
    """The offer as ``Offer`` of a ``Service`` with a price specification per time band. ``url`` is its public page.

    Prices are decimal euros as text. Eves of public holidays have no word in the vocabulary and are told in the
    band's name.
    """
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Offer",
        "@id": url,
        "url": url,
        "identifier": str(offer.id),
        "name": _tagged(offer.name),
        "businessFunction": "http://purl.org/goodrelations/v1#ProvideService",
        "availability": f"https://schema.org/{'InStock' if offer.accepts_new_clients else 'SoldOut'}",
        "priceSpecification": [*_prices(offer)],
        "areaServed": [_place(code) for code in offer.municipality_codes],
        "offeredBy": _organisation(offer),
        "itemOffered": _service(offer),
        "acceptedPaymentMethod": {"@type": "PaymentMethod", "name": _tagged(offer.organiser_name)},
    }
    if offer.earliest_start:
        document["availabilityStarts"] = offer.earliest_start.isoformat()
    return document


def _tagged(text: Text) -> list[dict[str, str]]:
    written = (("fi", text.fi), ("sv", text.sv), ("en", text.en))
    return [{"@language": language, "@value": words} for language, words in written if words]


def _organisation(offer: PublishedOffer) -> dict[str, Any]:
    business_id = {"@type": "PropertyValue", "propertyID": "Y-tunnus", "value": offer.business_id}
    return {"@type": "Organization", "name": offer.provider_name, "identifier": business_id}


def _place(code: str) -> dict[str, Any]:
    place = municipality(code)
    return {"@type": "AdministrativeArea", "name": _tagged(place.name), "identifier": code}


def _service(offer: PublishedOffer) -> dict[str, Any]:
    return {
        "@type": "Service",
        "name": _tagged(offer.name),
        "description": _tagged(offer.description),
        "serviceType": _tagged(service_class(offer.service_class).name),
        "category": offer.service_class,
        "provider": _organisation(offer),
        "areaServed": [_place(code) for code in offer.municipality_codes],
        "availableChannel": {"@type": "ServiceChannel", "availableLanguage": list(offer.languages)},
        "hoursAvailable": [each for band in offer.calendar.bands for each in _opening_hours(band)],
    }


def _prices(offer: PublishedOffer) -> Iterator[dict[str, Any]]:
    one = offer.prices.one_price_cents
    if one is not None:
        yield _price(offer.prices.unit, one, None)
    for entry in offer.prices.band_prices:
        yield _price(offer.prices.unit, entry.price_cents, offer.calendar.band(entry.band))
    if offer.prices.visit_fee_cents:
        fee = Text("Käyntimaksu", "Besöksavgift", "Visit fee")
        yield {**_price(Unit.VISIT, offer.prices.visit_fee_cents, None), "name": _tagged(fee)}


def _price(unit: Unit, cents: int, band: Band | None) -> dict[str, Any]:
    specification: dict[str, Any] = {
        "@type": "UnitPriceSpecification",
        "price": decimal_text(cents),
        "priceCurrency": EURO,
        "unitCode": UNIT_CODES[unit],
    }
    if unit in _UNIT_TEXTS:
        specification["unitText"] = _UNIT_TEXTS[unit]
    if band:
        specification["name"] = _tagged(band.name)
    return specification


def _opening_hours(band: Band) -> Iterator[dict[str, Any]]:
    for hours in band.hours:
        days = [f"https://schema.org/{name}" for day in hours.days for name in _DAYS[day]]
        if days:
            yield {"@type": "OpeningHoursSpecification", "dayOfWeek": days, **_times(hours)}


def _times(hours: Hours) -> dict[str, str]:
    """Midnight at the end of a day is its last minute, since the vocabulary's times end at 23:59."""
    closes = "23:59" if hours.to_minute == DAY_MINUTES else clock_text(hours.to_minute)
    return {"opens": clock_text(hours.from_minute), "closes": closes}
