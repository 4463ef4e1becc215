"""Places that a search can be near to: a municipality or a postal area, always one that is in the lists. Pure.

A position is never kept: it becomes the nearest postal area, which is coarse enough to tell nobody's home, and a place
then is one of some three thousand, so that both engines can know beforehand what serves it.
"""

import math
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

import msgspec

from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Text, message
from marketplace.organisers.reference import (
    Municipality,
    PostalCode,
    municipalities,
    municipality,
    municipality_named,
    postal_code,
    postal_codes,
)

EARTH_KM: Final = 6371.0088
FARTHEST_KM: Final = 100
NEARLY_THE_SAME_KM: Final = 0.1
"""Distances that differ by less are equal: nobody wins a place by a few metres."""

DEGREES_KEPT: Final = 2
_LEADING_CODE: Final = re.compile(r"\d{5}(?!\d)")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A municipality, or one of its postal areas where ``postal_code`` is known, with its middle (WGS 84)."""

    municipality: str
    name: Text
    postal_code: str | None = None
    lat: float
    lon: float

    @property
    def value(self) -> str:
        """What stands for it in an address: ``place_of`` reads it back."""
        return self.postal_code or self.municipality

    @property
    def keys(self) -> list[str]:
        """The keys by which offers that serve it are found (``documents.areas_served``)."""
        return [self.municipality] if self.postal_code is None else [f"{self.municipality}+", self.postal_code]


def place_of(text: str) -> Place | None:
    """The place that is meant by a postal code, or by a municipality's name in any of our languages or its code."""
    asked = " ".join(text.split())[:200]
    code = _LEADING_CODE.match(asked)
    if code is not None:
        area = postal_code(code.group())
        return None if area is None else _of_area(area)
    named = municipality_named(asked)
    return None if named is None else _of_municipality(named)


def place_near(lat: float, lon: float) -> Place:
    """The postal area nearest to a position, which is rounded to 0.01° first (some hundred metres to a kilometre).

    Raises:
        Invalid: that is nowhere on Earth, or not in Finland.
    """
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise Invalid.field("lat", message("This is not a position."))
    return _near(round(lat, DEGREES_KEPT), round(lon, DEGREES_KEPT))


@lru_cache(maxsize=10_000)
def _near(lat: float, lon: float) -> Place:
    nearest = min(postal_codes(), key=lambda area: distance_km(lat, lon, area.lat, area.lon))
    if distance_km(lat, lon, nearest.lat, nearest.lon) > FARTHEST_KM:
        raise Invalid.field("lat", message("This position is not in Finland."))
    return _of_area(nearest)


def distance_km(a_lat: float, a_lon: float, b_lat: float, b_lon: float) -> float:
    """Kilometres between two points as the crow flies."""
    north, east = math.radians(b_lat - a_lat), math.radians(b_lon - a_lon)
    across = math.cos(math.radians(a_lat)) * math.cos(math.radians(b_lat))
    half = math.sin(north / 2) ** 2 + across * math.sin(east / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))


@cache
def _of_area(area: PostalCode) -> Place:
    named = municipality(area.municipality_code).name
    name = Text(*(f"{area.code} {each}" if each else "" for each in (named.fi, named.sv, named.en)))
    return Place(municipality=area.municipality_code, name=name, postal_code=area.code, lat=area.lat, lon=area.lon)


@cache
def _of_municipality(named: Municipality) -> Place:
    return Place(municipality=named.code, name=named.name, lat=named.lat, lon=named.lon)


@cache
def areas_of_municipality(code: str) -> Sequence[PostalCode]:
    """The postal areas whose middle lies in a municipality."""
    return tuple(area for area in postal_codes() if area.municipality_code == code)


@cache
def distances_to_municipalities(place: Place) -> Sequence[tuple[str, float]]:
    """Every municipality's code with the distance of its middle, the nearest first."""
    found = ((each.code, distance_km(place.lat, place.lon, each.lat, each.lon)) for each in municipalities())
    return tuple(sorted(found, key=lambda pair: pair[1]))


@lru_cache(maxsize=400)
def postal_distances(place: Place) -> str:
    """JSON of every postal area's code with the distance of its middle."""
    return msgspec.json.encode(
        {area.code: round(distance_km(place.lat, place.lon, area.lat, area.lon), 3) for area in postal_codes()}
    ).decode()


def distance_to_offer(
    place: Place, municipality_codes: Sequence[str], postal_codes: Sequence[str], point: tuple[float, float] | None
) -> float:
    """Kilometres from a place to where an offer is: its provider's unit (``point``) if told, else the nearest middle of
    the areas that it serves.
    """
    if point is not None:
        return distance_km(place.lat, place.lon, *point)
    if place.postal_code in postal_codes:
        return 0.0
    areas = [area for code in postal_codes if (area := postal_code(code)) is not None]
    if areas:
        return min(distance_km(place.lat, place.lon, area.lat, area.lon) for area in areas)
    covered = set(municipality_codes)
    return next((km for code, km in distances_to_municipalities(place) if code in covered), math.inf)
