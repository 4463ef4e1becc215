"""A published offer becomes an index document. Pure: the same offer always makes the same document."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from marketplace.catalogue.offers.schemas import PublishedOffer, Reach
from marketplace.catalogue.offers.skills import skill_name
from marketplace.kernel.calendar import DayType
from marketplace.kernel.i18n import Text
from marketplace.organisers.reference import Municipality, PostalCode, municipality, service_class, service_classes
from marketplace.pricing.bands import BandCalendar, Hours
from marketplace.pricing.prices import BANDED_UNITS, UnitPrice, unit_prices
from search.dictionaries import BaseForms, base_forms
from search.places import areas_of_municipality, distance_km
from search.schemas import NEVER, Card, IndexDocument, Point, Words
from search.synonyms import service_terms
from search.text import compounds, words_of

SUMMARY_CHARACTERS: Final = 240
NOON: Final = 12 * 60
EVENING: Final = (18 * 60, 22 * 60)
NIGHTS: Final = ((22 * 60, 24 * 60), (0, 6 * 60))
WEEKEND: Final = (DayType.SATURDAY, DayType.SUNDAY)
LANGUAGES: Final = ("fi", "sv", "en")
FORM: Final = 3
"""How documents are made: another number makes every held one differ, so that all are made anew."""


class ServedTimes(msgspec.Struct, frozen=True):
    """When a service is given besides weekdays by day."""

    evening: bool = False
    weekend: bool = False
    night: bool = False


def document_of(offer: PublishedOffer) -> IndexDocument:
    """What the engines hold of an offer."""
    card = _card(offer)
    words = _words(offer)
    areas = areas_served(card.municipality_codes, card.postal_codes, card.reach)
    content = msgspec.json.encode((FORM, card, words, areas))
    return IndexDocument(
        card=card,
        words=words,
        points=tuple(_point(code) for code in offer.municipality_codes),
        areas=areas,
        starts_on=_starts_on(offer),
        fingerprint=hashlib.blake2b(content, digest_size=16).hexdigest(),
    )


def _card(offer: PublishedOffer) -> Card:
    prices = unit_prices(offer.prices, offer.calendar.keys)
    times = served_times(offer.calendar) if offer.unit in BANDED_UNITS else ServedTimes()
    return Card(
        id=offer.id,
        version=offer.version,
        provider_id=offer.provider_id,
        provider_name=offer.provider_name,
        business_id=offer.business_id,
        organiser_id=offer.organiser_id,
        organiser_name=offer.organiser_name,
        service_class=offer.service_class,
        service_class_name=service_class(offer.service_class).name,
        unit=offer.unit,
        name=offer.name,
        summary=_summary(offer.description),
        municipality_codes=offer.municipality_codes,
        languages=offer.languages,
        skills=offer.skills,
        accepts_new_clients=offer.accepts_new_clients,
        evening=times.evening,
        weekend=times.weekend,
        night=times.night,
        price_from_cents=min(each.cents for each in prices),
        price_to_cents=max(each.cents for each in prices),
        weekday_price_cents=_weekday_price(prices, offer.calendar),
        earliest_start=offer.earliest_start,
        postal_codes=offer.postal_codes,
        reach=offer.reach if offer.reach and _is_on_earth(offer.reach) else None,
        attributes=tuple(sorted(key for key, value in offer.details.attributes.items() if value is True)),
    )


@lru_cache(maxsize=5_000)
def normal_skill(skill: str) -> str:
    """A special skill as it is filtered by: providers write the same one in capitals and not."""
    return " ".join(skill.split()).casefold()


def _is_on_earth(reach: Reach) -> bool:
    """Whether a unit's point can be one: what cannot would only keep a whole batch from being indexed."""
    known = math.isfinite(reach.lat) and math.isfinite(reach.lon)
    return known and abs(reach.lat) <= 90 and abs(reach.lon) <= 180


def _starts_on(offer: PublishedOffer) -> int:
    if not offer.accepts_new_clients:
        return NEVER
    return offer.earliest_start.toordinal() if offer.earliest_start else 0


def areas_served(
    municipality_codes: tuple[str, ...], postal_codes: tuple[str, ...], reach: Reach | None
) -> tuple[str, ...]:
    """Keys of the places that an offer serves: ``091`` Helsinki asked for as a whole, ``091+`` all of its postal areas,
    ``00530`` that one.

    A place is served where its municipality is, its postal code is among those given if any are, and its middle is within
    the reach if there is one.
    """
    areas: list[str] = []
    for code in municipality_codes:
        if reach is None or _within(reach, municipality(code)):
            areas.append(code)
        if reach is None and not postal_codes:
            areas.append(f"{code}+")
        else:
            areas += _postal_areas_served(code, postal_codes, reach)
    return tuple(areas)


def _postal_areas_served(code: str, postal_codes: tuple[str, ...], reach: Reach | None) -> list[str]:
    among = set(postal_codes)
    return [
        area.code
        for area in areas_of_municipality(code)
        if (not among or area.code in among) and (reach is None or _within(reach, area))
    ]


def _within(reach: Reach, place: Municipality | PostalCode) -> bool:
    return distance_km(reach.lat, reach.lon, place.lat, place.lon) <= reach.km


def _summary(description: Text) -> Text:
    return Text(*(_shortened(text) for text in (description.fi, description.sv, description.en)))


def _shortened(text: str) -> str:
    """The beginning of a text, cut between words."""
    flat = " ".join(text.split())
    if len(flat) <= SUMMARY_CHARACTERS:
        return flat
    return flat[:SUMMARY_CHARACTERS].rsplit(" ", 1)[0].rstrip(",.;:–- ") + "…"


def _weekday_price(prices: Sequence[UnitPrice], calendar: BandCalendar) -> int:
    """The price on a weekday at noon; the lowest where nothing is given then."""
    at_noon = [band.key for band in calendar.bands if any(_is_weekday_noon(hours) for hours in band.hours)]
    return next((each.cents for each in prices if each.band in at_noon), min(each.cents for each in prices))


def _is_weekday_noon(hours: Hours) -> bool:
    return DayType.WEEKDAY in hours.days and hours.from_minute <= NOON < hours.to_minute


@lru_cache(maxsize=1024)
def served_times(calendar: BandCalendar) -> ServedTimes:
    """When a service with these bands is given: a time counts where any minute of it has a band and is served."""
    kinds = calendar.possible_day_types()
    return ServedTimes(
        evening=_is_served(calendar, (DayType.WEEKDAY,), *EVENING),
        weekend=_is_served(calendar, WEEKEND, 0, 24 * 60),
        night=any(_is_served(calendar, kinds, start, end) for start, end in NIGHTS),
    )


def _is_served(calendar: BandCalendar, days: tuple[DayType, ...], start: int, end: int) -> bool:
    banded = [hours for band in calendar.bands for hours in band.hours]
    for day in days:
        open_minutes = _minutes(banded, day) - _minutes(calendar.not_served, day)
        if not open_minutes.isdisjoint(range(start, end)):
            return True
    return False


def _minutes(hours: tuple[Hours, ...] | list[Hours], day: DayType) -> set[int]:
    return {minute for each in hours if day in each.days for minute in range(each.from_minute, each.to_minute)}


def _point(code: str) -> Point:
    place = municipality(code)
    return Point(place.lat, place.lon)


def _words(offer: PublishedOffer) -> Words:
    """Each word once, where it weighs most. The parts of compounds count as any other text."""
    name = _text_words(offer.name, as_written_too=True)
    given = {
        "service": [*_service_words(offer.service_class), *name, *_compounds_of(frozenset(name))],
        "provider": [*words_of(offer.provider_name, "fi", as_written_too=True), *words_of(offer.business_id, "")],
        "places": [word for code in offer.municipality_codes for word in _place_words(code)],
        "text": [*_text_words(offer.description), *_other_words(offer), *_parts(offer.name), *_service_parts(offer)],
    }
    seen: set[str] = set()
    kept: dict[str, tuple[str, ...]] = {}
    for group, words in given.items():
        kept[group] = tuple(word for word in dict.fromkeys(words) if word not in seen)
        seen.update(words)
    return Words(**kept)


def _parts(text: Text) -> list[str]:
    """``kotisiivous`` is found as ``siivous kotona`` too."""
    return [part for language, each in _texts(text) for _, parts in compounds(each, language) for part in parts]


def _compounds_of(name: frozenset[str]) -> list[str]:
    """``siivous kotona`` is found as ``kotisiivous`` too."""
    return [compound for compound, parts in _known_compounds(base_forms()) if name.issuperset(parts)]


@lru_cache(maxsize=2)
def _known_compounds(_forms: BaseForms) -> list[tuple[str, tuple[str, ...]]]:
    """Compounds that services are called by."""
    called = [(language, term) for each in service_classes() for language, term in service_terms(each.code)]
    named = [pair for each in service_classes() for pair in _texts(each.name)]
    return sorted({found for language, term in [*named, *called] for found in compounds(term, language)})


def _service_parts(offer: PublishedOffer) -> tuple[str, ...]:
    return _cached_service_parts(offer.service_class, base_forms())


@lru_cache(maxsize=256)
def _cached_service_parts(code: str, _forms: BaseForms) -> tuple[str, ...]:
    called = [part for lang, term in service_terms(code) for _, parts in compounds(term, lang) for part in parts]
    return tuple(dict.fromkeys([*_parts(service_class(code).name), *called]))


def _text_words(text: Text, *, as_written_too: bool = False) -> list[str]:
    return [word for language, each in _texts(text) for word in words_of(each, language, as_written_too=as_written_too)]


def _texts(text: Text) -> Iterable[tuple[str, str]]:
    return zip(LANGUAGES, (text.fi, text.sv, text.en), strict=True)


def _other_words(offer: PublishedOffer) -> list[str]:
    skills = [word for skill in offer.skills for word in _text_words(skill_name(skill))]
    return [*skills, *_text_words(offer.organiser_name)]


@lru_cache(maxsize=512)
def _place_words(code: str) -> list[str]:
    """Place names as they are written: their base forms are themselves."""
    name = municipality(code).name
    return [*words_of(name.fi, ""), *words_of(name.sv, "")]


def _service_words(code: str) -> tuple[str, ...]:
    return _cached_service_words(code, base_forms())


@lru_cache(maxsize=256)
def _cached_service_words(code: str, _forms: BaseForms) -> tuple[str, ...]:
    """The service's names, then whatever else people call it. As written too, so that a typo is near to something."""
    names = _text_words(service_class(code).name, as_written_too=True)
    called = [word for language, term in service_terms(code) for word in words_of(term, language, as_written_too=True)]
    return tuple(dict.fromkeys([*names, *called]))
