"""An offer in the words of schema.org, as JSON-LD for search engines and open data. Pure."""

from collections.abc import Iterator
from typing import Any, Final

from marketplace.catalogue.offers.attributes import Attribute, Value, in_words, template
from marketplace.catalogue.offers.detail_checks import right_values
from marketplace.catalogue.offers.schemas import PublishedOffer
from marketplace.catalogue.offers.skills import skill_name
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

SKILL: Final = Text("Erityisosaaminen", "Specialkunnande", "Special skill")
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
        "areaServed": [*_areas(offer)],
        "offeredBy": _organisation(offer),
        "itemOffered": _service(offer),
        "acceptedPaymentMethod": {"@type": "PaymentMethod", "name": _tagged(offer.organiser_name)},
    }
    if offer.earliest_start:
        document["availabilityStarts"] = offer.earliest_start.isoformat()
    if offer.details.photo:
        photo = {"@type": "ImageObject", "contentUrl": f"{url}/photo", "caption": _tagged(offer.details.photo.alt)}
        document["image"] = photo
    if facts := [*_facts(offer)]:
        document["additionalProperty"] = facts
    return document


def _areas(offer: PublishedOffer) -> Iterator[dict[str, Any]]:
    """The municipalities, and what narrows them: a circle in metres, postal codes."""
    yield from (_place(code) for code in offer.municipality_codes)
    if reach := offer.reach:
        centre = {"@type": "GeoCoordinates", "latitude": reach.lat, "longitude": reach.lon}
        yield {"@type": "GeoCircle", "name": reach.name, "geoMidpoint": centre, "geoRadius": reach.km * 1_000}
    if offer.postal_codes:
        yield {"@type": "DefinedRegion", "addressCountry": "FI", "postalCode": list(offer.postal_codes)}


def _facts(offer: PublishedOffer) -> Iterator[dict[str, Any]]:
    """What offers of the class are compared by, as far as the offer tells, and its special skills."""
    attributes = template(offer.service_class)
    values = right_values(offer.details.attributes, attributes)
    for attribute in attributes:
        if attribute.key in values:
            yield {**_property(attribute.key, attribute.name), **_value(values[attribute.key], attribute)}
    for skill in offer.skills:
        yield {**_property("skill", SKILL), "value": _tagged(skill_name(skill))}


def _property(key: str, name: Text) -> dict[str, Any]:
    return {"@type": "PropertyValue", "propertyID": key, "name": _tagged(name)}


def _value(value: Value, attribute: Attribute) -> dict[str, Any]:
    words = in_words(value, attribute)
    if isinstance(value, (bool, int)) or not isinstance(words, Text):
        return {"value": value, **({"unitText": _tagged(attribute.unit)} if attribute.unit else {})}
    return {"value": _tagged(words)}


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
        "hoursAvailable": [each for hours in _hours(offer) for each in _opening_hours(hours)],
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


def _hours(offer: PublishedOffer) -> Iterator[Hours]:
    """The hours of service; where they are not told, those that have a price."""
    yield from offer.details.hours or (hours for band in offer.calendar.bands for hours in band.hours)


def _opening_hours(hours: Hours) -> Iterator[dict[str, Any]]:
    days = [f"https://schema.org/{name}" for day in hours.days for name in _DAYS[day]]
    if days:
        yield {"@type": "OpeningHoursSpecification", "dayOfWeek": days, **_times(hours)}


def _times(hours: Hours) -> dict[str, str]:
    """Midnight at the end of a day is its last minute, since the vocabulary's times end at 23:59."""
    closes = "23:59" if hours.to_minute == DAY_MINUTES else clock_text(hours.to_minute)
    return {"opens": clock_text(hours.from_minute), "closes": closes}
