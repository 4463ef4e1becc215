"""What is indexed, what is asked and what comes back."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Text
from marketplace.pricing.prices import Unit

EngineName = Literal["postgres", "meilisearch"]
MAX_LIMIT: Final = 100


class Sort(StrEnum):
    """Orders of results. Equals are ordered by chance, anew every day: no place can be bought or earned otherwise."""

    RELEVANCE = "relevance"
    PRICE = "price"
    NAME = "name"


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a result shows of an offer. Prices are cents per ``unit``: the lowest, the highest, and on a weekday at noon."""

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
    """One offer as the engines hold it. Equal offers have equal fingerprints, whenever and wherever they were indexed."""

    card: Card
    words: Words
    points: tuple[Point, ...]
    fingerprint: str


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A checked search. Codes and ids within one filter are alternatives; filters narrow each other.

    ``seed`` is the day's chance that orders equals; ``page`` counts from 1, in pages of ``limit``.
    """

    text: str = ""
    municipality: str | None = None
    service_classes: tuple[str, ...] = ()
    organiser_ids: tuple[UUID, ...] = ()
    languages: tuple[str, ...] = ()
    available: bool = False
    evening: bool = False
    weekend: bool = False
    night: bool = False
    sort: Sort = Sort.RELEVANCE
    seed: int = 0
    limit: int = 20
    page: int = 1

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit


Facets = Mapping[str, Mapping[str, int]]
"""Counts by facet and value: ``{"service_class": {"V-MEAL": 12}, "available": {"true": 9}, …}``, the largest first.

``service_class``, ``organiser`` and ``language`` count as if they were not themselves filtered, so that an alternative
can be added; the others count within the results.
"""


FLAGS: Final = {"available": "accepts_new_clients", "evening": "evening", "weekend": "weekend", "night": "night"}
"""Filters that are on or off, with the card's field."""

CHOICES: Final = {"service_class": "service_class", "organiser": "organiser_id", "language": "languages"}
"""Filters with alternatives, with the card's field (for the language any of several)."""


def complete_facets(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Every facet, the largest counts first, without the values that nothing is left for."""
    chosen = {facet: {value: n for value, n in counts.get(facet, {}).items() if n} for facet in CHOICES}
    ordered = {
        facet: dict(sorted(each.items(), key=lambda pair: (-pair[1], pair[0]))) for facet, each in chosen.items()
    }
    return ordered | {flag: {"true": counts.get(flag, {}).get("true", 0)} for flag in FLAGS}


class SearchResult(msgspec.Struct, frozen=True, kw_only=True):
    """One page of results. ``hits`` are cards in JSON, passed on as they are; ``cards`` reads them."""

    hits: tuple[msgspec.Raw, ...]
    facets: Facets
    total: int
    engine: EngineName

    def cards(self) -> list[Card]:
        return [_CARD.decode(hit) for hit in self.hits]


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
