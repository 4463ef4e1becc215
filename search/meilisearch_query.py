"""What Meilisearch is told: settings, records and searches. Pure but for the day, which deals the chances anew."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from marketplace.kernel.clock import today
from search import synonyms
from search.documents import normal_skill
from search.places import NEARLY_THE_SAME_KM, Place, distance_to_offer
from search.schemas import (
    CHOICES,
    FLAGS,
    NEVER,
    STARTS,
    TWO_WEEKS,
    Facets,
    IndexDocument,
    SearchQuery,
    Sort,
    complete_facets,
)
from search.text import fold, name_key, query_words

LIVE: Final = "offers"
SORTS: Final = {Sort.PRICE: ["price_cents:asc"], Sort.NAME: ["name_key:asc"], Sort.START: ["starts_on:asc"]}
COUNTED: Final = CHOICES | {"start": "starts_on"}
"""Facets that count as if they were not filtered, by attribute."""

FACETS: Final = COUNTED | {"skill": "skills"} | FLAGS
NEAR: Final = ["id", "municipality_codes", "postal_codes", "unit_point", "chance"]


class Near(msgspec.Struct):
    """What tells how far an offer is."""

    id: UUID
    municipality_codes: list[str]
    postal_codes: list[str]
    unit_point: tuple[float, float] | None
    chance: int

    def order_from(self, place: Place) -> tuple[int, int]:
        """Its place among others, seen from a place."""
        km = distance_to_offer(place, self.municipality_codes, self.postal_codes, self.unit_point)
        return math.floor(km / NEARLY_THE_SAME_KM), self.chance


def settings() -> dict[str, Any]:
    """Everything that we set on an index. Equals are ordered by ``chance``, which every rebuild deals anew."""
    return {
        "searchableAttributes": ["service_words", "provider_words", "place_words", "text_words"],
        "filterableAttributes": ["id", "areas", "provider_name", *FACETS.values()],
        "sortableAttributes": ["id", "price_cents", "name_key", "starts_on"],
        "displayedAttributes": [*NEAR, "fingerprint", "card"],
        "rankingRules": ["sort", "words", "typo", "attribute", "exactness", "chance:asc"],
        "synonyms": {
            fold(word): sorted({fold(each) for each in kin} - {fold(word)}) for word, kin in synonyms.topics().items()
        },
        "typoTolerance": {"enabled": True, "minWordSizeForTypos": {"oneTypo": 4, "twoTypos": 8}},
        "faceting": {"maxValuesPerFacet": 500, "sortFacetValuesBy": {"*": "count"}},
        "pagination": {"maxTotalHits": 100_000},
    }


def record(document: IndexDocument) -> dict[str, object]:
    """A document as it is sent. It holds no ``_geo``, of which a single odd one would fail its whole batch: which places
    are served is told by ``areas``.
    """
    card, words = document.card, document.words
    return {
        "id": card.id,
        "fingerprint": document.fingerprint,
        "card": card,
        "service_words": words.service,
        "provider_words": words.provider,
        "place_words": words.places,
        "text_words": words.text,
        "service_class": card.service_class,
        "organiser_id": card.organiser_id,
        "provider_name": card.provider_name,
        "languages": card.languages,
        "skills": sorted({normal_skill(skill) for skill in card.skills}),
        "municipality_codes": card.municipality_codes,
        "postal_codes": card.postal_codes,
        "unit_point": (card.reach.lat, card.reach.lon) if card.reach else None,
        "areas": document.areas,
        "starts_on": max(document.starts_on, today().toordinal()),
        **{name: getattr(card, name) for name in FLAGS.values()},
        "price_cents": card.price_from_cents,
        "name_key": name_key(card.name.fi),
        "chance": _chance(card.id),
    }


def _chance(offer_id: UUID) -> int:
    """The day's place among equals."""
    dealt = hashlib.blake2b(offer_id.bytes + today().isoformat().encode(), digest_size=4)
    return int.from_bytes(dealt.digest(), "big")


def searches(
    query: SearchQuery, strategy: str, *, retrieve: Sequence[str] = ("card",), whole: int | None = None
) -> list[dict[str, object]]:
    """The body of a multi-search: the results, then for each filtered facet the counts without its own filter.

    ``whole`` asks for so many results from the first on, in place of a page.
    """
    filters = _filters(query)
    shared = {"indexUid": LIVE, "q": _text(query), "matchingStrategy": strategy}
    page = {
        "page": 1 if whole else query.page,
        "hitsPerPage": whole or query.limit,
        "attributesToRetrieve": list(retrieve),
        "facets": [name for facet, name in FACETS.items() if facet not in filters or facet not in COUNTED],
        "sort": SORTS.get(query.sort, []),
    }
    found: list[dict[str, object]] = [{**shared, **page, "filter": _conditions(filters)}]
    for facet in COUNTED:
        if facet in filters:
            others = {name: condition for name, condition in filters.items() if name != facet}
            found.append({**shared, "limit": 0, "facets": [COUNTED[facet]], "filter": _conditions(others)})
    return found


def _text(query: SearchQuery) -> str:
    """The likeliest form of each word; a blank at the end says that the last one is whole."""
    words = query_words(query.text, prefix=query.prefix)
    text = " ".join(word.likeliest for word in words)
    return text if not words or words[-1].is_open else f"{text} "


def _filters(query: SearchQuery) -> dict[str, list[str]]:
    """Conditions by what they filter."""
    filters = {flag: [f"{name} = true"] for flag, name in FLAGS.items() if getattr(query, flag)}
    if query.place is not None:
        filters["place"] = [among("areas", query.place.keys)]
    if query.skills:
        filters["skill"] = [f"skills = {quoted(skill)}" for skill in query.skills]
    if query.starts_by is not None:
        filters["start"] = [f"starts_on <= {query.starts_by.toordinal()}"]
    chosen = {
        "service_class": query.service_classes,
        "organiser": [str(each) for each in query.organiser_ids],
        "language": query.languages,
    }
    return filters | {facet: [among(CHOICES[facet], values)] for facet, values in chosen.items() if values}


def _conditions(filters: Mapping[str, Sequence[str]]) -> list[str]:
    return [condition for conditions in filters.values() for condition in conditions]


def among(attribute: str, values: Iterable[str]) -> str:
    return f"{attribute} IN [{', '.join(map(quoted, values))}]"


def quoted(value: str) -> str:
    """A value inside a filter: whatever it holds, it stays a value."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def facets_of(distributions: Sequence[Mapping[str, Mapping[str, int]]]) -> Facets:
    """The counts of all searches of a multi-search together."""
    counts = dict(distributions[0])
    for each in distributions[1:]:
        counts |= each
    named = {facet: counts.get(name, {}) for facet, name in FACETS.items()}
    return complete_facets(named | {"start": _starts(named["start"])})


def _starts(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts by day as counts of ``schemas.STARTS``."""
    days = {int(float(day)): count for day, count in counts.items()}
    now, soon = today().toordinal(), today().toordinal() + TWO_WEEKS
    sums = (
        sum(count for day, count in days.items() if day <= now),
        sum(count for day, count in days.items() if day <= soon),
        sum(count for day, count in days.items() if soon < day < NEVER),
    )
    return dict(zip(STARTS, sums, strict=True))
