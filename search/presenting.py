"""Results made ready for reading in one language: cards, filters with their counts, tags that take a filter off again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.schemas import SERVICE_LANGUAGES
from marketplace.kernel.i18n import Language, Message, counted, message, translate
from marketplace.organisers.reference import municipalities, municipality, service_class
from marketplace.pricing.prices import UNIT_WORDS
from search.queries import Loosening, parameters_of
from search.schemas import Card, Facets, SearchQuery, Sort

PLACES_SHOWN: Final = 4

SORT_WORDS: Final = {
    Sort.RELEVANCE: message("Best match first"),
    Sort.PRICE: message("Lowest price first"),
    Sort.NAME: message("By name"),
}
OFTEN_SOUGHT: Final = ("V-HOMECARE-REG", "V-CLEANING", "V-MEAL", "V-SHOPPING", "V-BATHING", "V-PA")
"""What the start page offers to those who would rather choose than write."""

FLAG_WORDS: Final = {
    "available": message("Takes new clients now"),
    "evening": message("In the evening"),
    "weekend": message("At weekends"),
    "night": message("At night"),
}
LOOSER_WORDS: Final = {
    "text": message("Search without the words"),
    "municipality": message("Search in all of Finland"),
    "service_classes": message("Search all services"),
    "organiser_ids": message("Search the providers of all organisers"),
    "languages": message("Search in all languages of service"),
    "available": message("Show also those who take no new clients now"),
    "evening": message("Show also those who do not come in the evening"),
    "weekend": message("Show also those who do not come at weekends"),
    "night": message("Show also those who do not come at night"),
}


class CardShown(msgspec.Struct, frozen=True, kw_only=True):
    """A result in words. Prices are cents per ``unit``; ``is_from``: it is the lowest of several."""

    id: UUID
    name: str
    provider: str
    service: str
    summary: str
    price_cents: int
    is_from: bool
    unit: Message
    places: str
    languages: str
    times: tuple[Message, ...]
    accepts_new_clients: bool


class Option(msgspec.Struct, frozen=True):
    """One choice of a filter, and how many results it has."""

    value: str
    text: str
    count: int
    is_chosen: bool


class Filter(msgspec.Struct, frozen=True):
    """A question of the filter form."""

    name: str
    legend: Message
    options: tuple[Option, ...]


class Tag(msgspec.Struct, frozen=True):
    """A filter that is set, and the address of the same search without it."""

    text: str
    href: str


class Looser(msgspec.Struct, frozen=True):
    """A search that finds something, for one that finds nothing."""

    text: Message
    count: Message
    href: str


def card_shown(card: Card, language: Language) -> CardShown:
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
        languages=", ".join(language_name(code, language) for code in card.languages),
        times=tuple(FLAG_WORDS[flag] for flag, is_given in times.items() if is_given),
        accepts_new_clients=card.accepts_new_clients,
    )


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


@cache
def places_to_choose(language: Language) -> list[tuple[str, str]]:
    """Every municipality by name: what the box offers."""
    named = ((place.code, place.name.in_language(language)) for place in municipalities())
    return sorted(named, key=lambda pair: pair[1])


def often_sought(language: Language) -> list[tuple[str, str]]:
    """Services to choose with one click instead of a word: addresses and names."""
    return [
        (address_of({"service_class": [code]}), service_class(code).name.in_language(language)) for code in OFTEN_SOUGHT
    ]


def filters(query: SearchQuery, facets: Facets, organisers: Mapping[str, str], language: Language) -> list[Filter]:
    """The filter form's questions. A choice that is set stays even where it finds nothing."""
    services = {
        code: service_class(code).name.in_language(language)
        for code in _seen(facets, "service_class", query.service_classes)
    }
    counties = {key: organisers.get(key, "") for key in _seen(facets, "organiser", map(str, query.organiser_ids))}
    languages = {code: language_name(code, language) for code in _seen(facets, "language", query.languages)}
    when = {flag: translate(words, language) for flag, words in FLAG_WORDS.items() if flag != "available"}
    given = parameters_of(query)
    return [
        Filter("service_class", message("Service"), _options(services, facets["service_class"], given.get("service_class"))),
        Filter("when", message("When"), _flag_options(when, facets, given)),
        Filter("language", message("Language of the service"), _options(languages, facets["language"], given.get("language"))),
        Filter("organiser", message("Whose voucher"), _options(counties, facets["organiser"], given.get("organiser"))),
    ]  # fmt: skip


def _seen(facets: Facets, name: str, chosen: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*facets.get(name, {}), *chosen]))


def _options(names: Mapping[str, str], counts: Mapping[str, int], chosen: Sequence[str] | None) -> tuple[Option, ...]:
    found = (
        Option(value, text, counts.get(value, 0), value in (chosen or ())) for value, text in names.items() if text
    )
    return tuple(sorted(found, key=lambda option: (-option.count, option.text)))


def _flag_options(names: Mapping[str, str], facets: Facets, given: Mapping[str, list[str]]) -> tuple[Option, ...]:
    return tuple(Option(flag, text, facets[flag]["true"], flag in given) for flag, text in names.items())


def available_option(query: SearchQuery, facets: Facets) -> Option:
    """The one box that asks for providers who take new clients."""
    return Option("available", "", facets["available"]["true"], query.available)


def tags(query: SearchQuery, organisers: Mapping[str, str], language: Language) -> list[Tag]:
    """What narrows the search now, each with the way to take it off."""
    given = parameters_of(query)
    names: Mapping[str, Callable[[str], str]] = {
        "municipality": lambda code: municipality(code).name.in_language(language),
        "service_class": lambda code: service_class(code).name.in_language(language),
        "organiser": lambda key: organisers.get(key, key),
        "language": lambda code: language_name(code, language),
    }
    found = [
        Tag(name(value), address_of(given, without=(parameter, value)))
        for parameter, name in names.items()
        for value in given.get(parameter, ())
    ]
    flags = [
        Tag(translate(words, language), address_of(given, without=(flag, "true")))
        for flag, words in FLAG_WORDS.items()
        if flag in given
    ]
    return found + flags


def looser(query: SearchQuery, loosenings: Sequence[Loosening]) -> list[Looser]:
    nothing = SearchQuery()
    return [
        Looser(
            LOOSER_WORDS[each.what],
            offers_found(each.total),
            address_of(parameters_of(msgspec.structs.replace(query, **{each.what: getattr(nothing, each.what)}))),
        )
        for each in loosenings
    ]


def offers_found(total: int) -> Message:
    return counted("{count} offer", "{count} offers", count=total)


def address_of(given: Mapping[str, Sequence[str]], without: tuple[str, str] | None = None) -> str:
    """The address of a search; ``all`` asks for everything where nothing else is asked."""
    pairs = [(name, value) for name, values in given.items() for value in values if (name, value) != without]
    return "/?" + urlencode(pairs or [("text", "")])
