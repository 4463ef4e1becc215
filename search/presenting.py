"""Results made ready for reading in one language: an offer's card, places, languages, distances and first days in words."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.schemas import SERVICE_LANGUAGES
from marketplace.catalogue.offers.skills import skill_name
from marketplace.kernel.clock import today
from marketplace.kernel.i18n import Language, Message, counted, message, translate
from marketplace.organisers.reference import municipality
from marketplace.pricing.prices import UNIT_WORDS
from search.places import Place, distance_km
from search.schemas import Card

PLACES_SHOWN: Final = 4

FLAG_WORDS: Final = {
    "available": message("Takes new clients now"),
    "evening": message("In the evening"),
    "weekend": message("At weekends"),
    "night": message("At night"),
}


class CardShown(msgspec.Struct, frozen=True, kw_only=True):
    """A result in words. Prices are cents per ``unit``; ``is_from``: it is the lowest of several.

    ``where`` tells of the place that was asked for, ``reasons`` why the result stands here.
    """

    id: UUID
    name: str
    provider: str
    service: str
    summary: str
    price_cents: int
    is_from: bool
    unit: Message
    places: str
    where: str
    languages: str
    skills: str
    times: tuple[Message, ...]
    accepts_new_clients: bool
    starts: Message | None
    reasons: Sequence[str] = ()


def card_shown(card: Card, language: Language, place: Place | None = None, reasons: Sequence[str] = ()) -> CardShown:
    times = {"evening": card.evening, "weekend": card.weekend, "night": card.night}
    return CardShown(
        id=card.id,
        name=card.name.in_language(language),
        provider=card.provider_name,
        service=card.service_class_name.in_language(language),
        summary=card.summary.in_language(language),
        price_cents=card.price_from_cents,
        is_from=card.price_from_cents != card.price_to_cents,
        unit=UNIT_WORDS[card.unit],
        places=place_names(card.municipality_codes, language),
        where="" if place is None else translate(where_words(card, place), language),
        languages=", ".join(language_name(code, language) for code in card.languages),
        skills=", ".join(skill_name(skill).in_language(language) for skill in card.skills),
        times=tuple(FLAG_WORDS[flag] for flag, is_given in times.items() if is_given),
        accepts_new_clients=card.accepts_new_clients,
        starts=starts_words(card),
        reasons=reasons,
    )


def where_words(card: Card, place: Place) -> Message:
    """That the provider comes to a place, and from how far where it told where it sets out."""
    if card.reach is None:
        return message("Serves {place}", place=place.name)
    km = distance_km(place.lat, place.lon, card.reach.lat, card.reach.lon)
    if km < 1:
        return message("Serves {place}, less than 1 km away", place=place.name)
    return message("Serves {place}, about {km} km away", place=place.name, km=round(km))


def starts_words(card: Card) -> Message | None:
    """From when new clients are taken, where it is not at once. What has passed is no news."""
    if not card.accepts_new_clients or card.earliest_start is None or card.earliest_start <= today():
        return None
    return message("Can begin on {day}", day=card.earliest_start)


def place_names(codes: Sequence[str], language: Language) -> str:
    """Municipalities by name; of many the first few and how many more."""
    names = sorted(municipality(code).name.in_language(language) for code in codes)
    more = len(names) - PLACES_SHOWN
    if more <= 1:
        return ", ".join(names)
    first = ", ".join(names[:PLACES_SHOWN])
    return translate(message("{places} and {count} others", places=first, count=more), language)


def language_name(code: str, language: Language) -> str:
    return translate(SERVICE_LANGUAGES[code], language) if code in SERVICE_LANGUAGES else code


def offers_found(total: int) -> Message:
    return counted("{count} offer", "{count} offers", count=total)
