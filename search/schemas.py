"""What is indexed, what is asked and what comes back."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.schemas import Reach
from marketplace.kernel.i18n import Text
from marketplace.pricing.prices import Unit
from search.places import Place

EngineName = Literal["postgres", "meilisearch"]
MAX_LIMIT: Final = 100


class Sort(StrEnum):
    """Orders of results. Equals are ordered by chance, anew every day: no place can be bought or earned otherwise.

    ``distance`` is from the place that is asked for to where the provider sets out; ``start`` begins with those who can
    take a client now and ends with those who take none.
    """

    RELEVANCE = "relevance"
    PRICE = "price"
    NAME = "name"
    DISTANCE = "distance"
    START = "start"


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a result shows of an offer. Prices are cents per ``unit``: the lowest, the highest, and on a weekday at noon.

    ``earliest_start`` is None where the service can begin at once. ``postal_codes`` and ``reach`` narrow the
    municipalities. ``attributes`` are the keys of the class's yes-or-no questions that are answered with yes.
    """

    id: UUID
    version: int
    provider_id: UUID
    provider_name: str
    business_id: str
    organiser_id: UUID
    organiser_name: Text
    service_class: str
    service_class_name: Text
    unit: Unit
    name: Text
    summary: Text
    municipality_codes: tuple[str, ...]
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    accepts_new_clients: bool
    evening: bool
    weekend: bool
    night: bool
    price_from_cents: int
    price_to_cents: int
    weekday_price_cents: int
    earliest_start: date | None = None
    postal_codes: tuple[str, ...] = ()
    reach: Reach | None = None
    attributes: tuple[str, ...] = ()


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """The words by which an offer is found, strongest first: its service and name, who gives it, where, and the rest."""

    service: tuple[str, ...]
    provider: tuple[str, ...]
    places: tuple[str, ...]
    text: tuple[str, ...]


class Point(msgspec.Struct, frozen=True):
    """The central place of a municipality (WGS 84)."""

    lat: float
    lon: float


class IndexDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One offer as the engines hold it. Equal offers have equal fingerprints, whenever and wherever they were indexed.

    ``areas`` are the keys of the places that it serves (``documents.areas_served``). ``starts_on`` is the day (proleptic
    ordinal) from which it takes new clients: 0 for at once, ``NEVER`` for not now.
    """

    card: Card
    words: Words
    points: tuple[Point, ...]
    areas: tuple[str, ...]
    starts_on: int
    fingerprint: str


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A checked search. Codes and ids within one filter are alternatives, but all ``skills`` must be there; filters narrow
    each other. What takes no new clients starts by no day.

    ``prefix``: the last word may be the beginning of a longer one unless a blank follows it. ``seed`` is the day's chance that orders equals; ``page`` counts from 1, in pages of ``limit``.
    """

    text: str = ""
    place: Place | None = None
    service_classes: tuple[str, ...] = ()
    organiser_ids: tuple[UUID, ...] = ()
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    starts_by: date | None = None
    available: bool = False
    evening: bool = False
    weekend: bool = False
    night: bool = False
    prefix: bool = True
    sort: Sort = Sort.RELEVANCE
    seed: int = 0
    limit: int = 20
    page: int = 1

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit


Facets = Mapping[str, Mapping[str, int]]
"""Counts by facet and value: ``{"service_class": {"V-MEAL": 12}, "available": {"true": 9}, …}``, the largest first.

``service_class``, ``organiser``, ``language`` and ``start`` count as if they were not themselves filtered, so that an
alternative can be added; ``skill`` and the flags count within the results. ``start`` has ``now`` and ``two_weeks`` (which
holds those of now too: what ``starts_by`` would find) and ``later``, those who take clients after that.
"""


NEVER: Final = 2**31 - 1
"""The day on which those start who take no new clients."""

TWO_WEEKS: Final = 14
STARTS: Final = ("now", "two_weeks", "later")

FLAGS: Final = {"available": "accepts_new_clients", "evening": "evening", "weekend": "weekend", "night": "night"}
"""Filters that are on or off, with the card's field."""

CHOICES: Final = {"service_class": "service_class", "organiser": "organiser_id", "language": "languages"}
"""Filters with alternatives, with the card's field (for the language any of several)."""


COUNTED: Final = (*CHOICES, "skill")
"""Facets whose values are as many as there are."""


def complete_facets(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Every facet, the largest counts first, without the values that nothing is left for."""
    chosen = {facet: {value: n for value, n in counts.get(facet, {}).items() if n} for facet in COUNTED}
    ordered = {
        facet: dict(sorted(each.items(), key=lambda pair: (-pair[1], pair[0]))) for facet, each in chosen.items()
    }
    starts = {start: counts.get("start", {}).get(start, 0) for start in STARTS}
    return ordered | {"start": starts} | {flag: {"true": counts.get(flag, {}).get("true", 0)} for flag in FLAGS}


class SearchResult(msgspec.Struct, frozen=True, kw_only=True):
    """One page of results. ``hits`` are cards in JSON, passed on as they are; ``cards`` reads them."""

    hits: tuple[msgspec.Raw, ...]
    facets: Facets
    total: int
    engine: EngineName

    def cards(self) -> list[Card]:
        return [_CARD.decode(hit) for hit in self.hits]


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """What the beginning of a text may become. ``value`` is a service class, a place's code, or the words to search for."""

    text: str
    kind: Literal["service", "place", "provider", "word"]
    value: str


class Suggestions(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to the beginning of a text, by kind."""

    items: tuple[Suggestion, ...]


_CARD: Final = msgspec.json.Decoder(Card)


class SearchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A page of results as the API answers it. ``next`` is the cursor of the following page, if there is one."""

    hits: tuple[Card, ...]
    facets: dict[str, dict[str, int]]
    total: int
    engine: EngineName
    next: str | None


class RawAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """``SearchAnswer`` on its way out: the cards are not read again."""

    hits: tuple[msgspec.Raw, ...]
    facets: Facets
    total: int
    engine: EngineName
    next: str | None
