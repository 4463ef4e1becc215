"""Around the results: filters with their counts, tags that take one off again, searches that find something. Words only."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

import msgspec

from marketplace.catalogue.offers.skills import skill_name
from marketplace.kernel.i18n import Language, Message, message, show_date, translate
from marketplace.organisers.reference import municipality, service_class
from search.places import place_of
from search.presenting import FLAG_WORDS, language_name, offers_found
from search.queries import Loosening, parameters_of
from search.schemas import TWO_WEEKS, Facets, SearchQuery, Sort

COST_SORT: Final = "cost"
SORT_WORDS: Final = {
    Sort.RELEVANCE.value: message("Best match first"),
    COST_SORT: message("My own cost, lowest first"),
    Sort.DISTANCE.value: message("Nearest first"),
    Sort.START.value: message("Earliest start first"),
    Sort.PRICE.value: message("Lowest price first"),
    Sort.NAME.value: message("By name"),
}
OFTEN_SOUGHT: Final = ("V-HOMECARE-REG", "V-CLEANING", "V-MEAL", "V-SHOPPING", "V-BATHING", "V-PA")
"""What the start page offers to those who would rather choose than write."""

TIMES: Final = ("evening", "weekend", "night")
LOOSER_WORDS: Final = {
    "text": message("Search without the words"),
    "place": message("Search in all of Finland"),
    "service_classes": message("Search all services"),
    "organiser_ids": message("Search the providers of all organisers"),
    "languages": message("Search in all languages of service"),
    "skills": message("Show also those without the special skills"),
    "starts_by": message("Show also those who begin later"),
    "available": message("Show also those who take no new clients now"),
    "evening": message("Show also those who do not come in the evening"),
    "weekend": message("Show also those who do not come at weekends"),
    "night": message("Show also those who do not come at night"),
}
Parameters = Mapping[str, Sequence[str]]
BESIDE: Final = frozenset({"week", "month", "km", "pause", "product", "at_most"})
"""What an address holds beside the search: a month that is to be priced."""


class Option(msgspec.Struct, frozen=True):
    """One choice of a filter, and how many results it has; ``count`` None where nobody counted."""

    value: str
    text: str
    count: int | None
    is_chosen: bool


class Filter(msgspec.Struct, frozen=True):
    """A question of the filter form; of ``is_single`` one answer can be chosen."""

    name: str
    legend: Message
    options: tuple[Option, ...]
    is_single: bool = False


class Tag(msgspec.Struct, frozen=True):
    """A filter that is set, and the address of the same search without it."""

    text: str
    href: str


class Looser(msgspec.Struct, frozen=True):
    """A search that finds something, for one that finds nothing."""

    text: Message
    count: Message
    href: str


def often_sought(language: Language) -> list[tuple[str, str]]:
    """Services to choose with one click instead of a word: addresses and names."""
    return [
        (address_of({"service_class": [code]}), service_class(code).name.in_language(language)) for code in OFTEN_SOUGHT
    ]


def sorts(query: SearchQuery, *, has_week: bool) -> dict[str, Message]:
    """The orders that can be asked for: by distance only from a place, by one's own cost only with a week."""
    left_out = {COST_SORT} if not has_week else set[str]()
    left_out |= {Sort.DISTANCE.value} if query.place is None else set()
    return {key: words for key, words in SORT_WORDS.items() if key not in left_out}


def filters(
    query: SearchQuery, facets: Facets, organisers: Mapping[str, str], language: Language, today: date
) -> list[Filter]:
    """The filter form's questions. A choice that is set stays even where it finds nothing."""
    services = {
        code: service_class(code).name.in_language(language)
        for code in _seen(facets, "service_class", query.service_classes)
    }
    counties = {key: organisers.get(key, "") for key in _seen(facets, "organiser", map(str, query.organiser_ids))}
    languages = {code: language_name(code, language) for code in _seen(facets, "language", query.languages)}
    skills = {skill: skill_name(skill).in_language(language) for skill in _seen(facets, "skill", query.skills)}
    given = parameters_of(query)
    return [
        Filter("service_class", message("Service"), _options(services, facets["service_class"], given.get("service_class"))),
        Filter("starts_by", message("When should it begin?"), tuple(_starts(query, facets, language, today)), is_single=True),
        Filter("when", message("When"), tuple(_times(facets, given, language))),
        Filter("language", message("Language of the service"), _options(languages, facets["language"], given.get("language"))),
        Filter("skill", message("Special skills"), _options(skills, facets.get("skill", {}), given.get("skill"))),
        Filter("organiser", message("Whose voucher"), _options(counties, facets["organiser"], given.get("organiser"))),
    ]  # fmt: skip


def _seen(facets: Facets, name: str, chosen: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*facets.get(name, {}), *chosen]))


def _options(names: Mapping[str, str], counts: Mapping[str, int], chosen: Sequence[str] | None) -> tuple[Option, ...]:
    found = (
        Option(value, text, counts.get(value, 0), value in (chosen or ())) for value, text in names.items() if text
    )
    return tuple(sorted(found, key=lambda option: (-(option.count or 0), option.text)))


def _times(facets: Facets, given: Parameters, language: Language) -> Iterator[Option]:
    for flag in TIMES:
        yield Option(flag, translate(FLAG_WORDS[flag], language), facets[flag]["true"], flag in given)


def _starts(query: SearchQuery, facets: Facets, language: Language, today: date) -> Iterator[Option]:
    """At once, within two weeks, or a day that an address holds."""
    counts = facets.get("start", {})
    soon = today + timedelta(days=TWO_WEEKS)
    asked = query.starts_by
    yield Option("", translate(message("Any time"), language), None, asked is None)
    yield Option(today.isoformat(), translate(message("At once"), language), counts.get("now", 0), asked == today)
    two_weeks = translate(message("Within two weeks"), language)
    yield Option(soon.isoformat(), two_weeks, counts.get("two_weeks", 0), asked == soon)
    if asked is not None and asked not in {today, soon}:
        yield Option(asked.isoformat(), _start_name(asked, language), None, is_chosen=True)


def _start_name(day: date, language: Language) -> str:
    return translate(message("Begins by {day}", day=show_date(day, language)), language)


def available_option(query: SearchQuery, facets: Facets) -> Option:
    """The one box that asks for providers who take new clients."""
    return Option("available", "", facets["available"]["true"], query.available)


def tags(given: Parameters, organisers: Mapping[str, str], language: Language) -> list[Tag]:
    """What narrows the search now, each with the way to take it off. The words stay in their box."""
    return [
        Tag(text, address_of(given, without=(name, value))) for name, value, text in _named(given, organisers, language)
    ]


def filter_words(query: SearchQuery, organisers: Mapping[str, str], language: Language) -> list[str]:
    """What narrows a search, in words."""
    return [text for _, _, text in _named(parameters_of(query), organisers, language)]


def _named(given: Parameters, organisers: Mapping[str, str], language: Language) -> Iterator[tuple[str, str, str]]:
    """Each filter that is set: its parameter, value and name."""
    for name, values in given.items():
        for value in values:
            if text := _value_name(name, value, organisers, language):
                yield name, value, text


def _value_name(name: str, value: str, organisers: Mapping[str, str], language: Language) -> str:
    match name:
        case "place":
            found = place_of(value)
            return value if found is None else found.name.in_language(language)
        case "service_class":
            return service_class(value).name.in_language(language)
        case "organiser":
            return organisers.get(value, value)
        case "language":
            return language_name(value, language)
        case "skill":
            return skill_name(value).in_language(language)
        case "starts_by":
            return _start_name(date.fromisoformat(value), language)
        case "at_most":
            return translate(message("At most {amount} € a month for me", amount=value), language)
        case _:
            return translate(FLAG_WORDS[name], language) if name in FLAG_WORDS else ""


def looser(query: SearchQuery, given: Parameters, loosenings: Sequence[Loosening]) -> list[Looser]:
    """Searches that leave one thing out."""
    nothing = SearchQuery()
    return [
        Looser(LOOSER_WORDS[each.what], offers_found(each.total), _with(_without(query, each.what, nothing), given))
        for each in loosenings
    ]


def nearby(given: Parameters, found: Sequence[tuple[str, int]]) -> list[Looser]:
    """The same search in neighbouring municipalities (codes and how many it finds there)."""
    return [
        Looser(
            message("Search in {place}", place=municipality(code).name),
            offers_found(total),
            address_of({**given, "place": [code]}),
        )
        for code, total in found
    ]


def without_limit(given: Parameters, total: int) -> Looser:
    """The same search without the highest cost."""
    kept = {name: values for name, values in given.items() if name != "at_most"}
    return Looser(message("Leave out the highest cost"), offers_found(total), address_of(kept))


def _without(query: SearchQuery, what: str, nothing: SearchQuery) -> SearchQuery:
    return msgspec.structs.replace(query, **{what: getattr(nothing, what)})


def _with(query: SearchQuery, given: Parameters) -> str:
    """The address of a search with what ``given`` holds beside it: a week, a month, a voucher."""
    known = parameters_of(query)
    beside = {name: values for name, values in given.items() if name in BESIDE}
    return address_of({**known, **beside})


def address_of(given: Parameters, without: tuple[str, str] | None = None) -> str:
    """The address of a search; without anything asked, that of all offers. Nothing is near or far from nowhere."""
    pairs = [(name, value) for name, values in given.items() for value in values if (name, value) != without]
    if not any(name == "place" for name, _ in pairs):
        pairs = [pair for pair in pairs if pair != ("sort", Sort.DISTANCE.value)]
    return "/?" + urlencode(pairs or [("text", "")])


def without_week(given: Parameters) -> Parameters:
    """The same search without the week and what hangs on it."""
    kept = {name: values for name, values in given.items() if name not in BESIDE}
    return {name: values for name, values in kept.items() if (name, [*values]) != ("sort", [COST_SORT])}
