"""Municipalities, wellbeing services counties, postal codes and service classes of Finland, read once from ``data/``.

Where the lists come from and on what terms stands in ``docs/data-sources.md``.
"""

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Text, message
from marketplace.pricing.prices import Unit

DATA = Path(__file__).parent / "data"


class Municipality(msgspec.Struct, frozen=True, kw_only=True):
    """A municipality by Statistics Finland's three-digit code; the point is its central place (WGS 84)."""

    code: str
    name: Text
    county_code: str
    population: int
    lat: float
    lon: float


class County(msgspec.Struct, frozen=True, kw_only=True):
    """A wellbeing services county, or 90 for the City of Helsinki and 91 for Åland."""

    code: str
    name: Text
    kind: str


class PostalCode(msgspec.Struct, frozen=True, kw_only=True):
    """A five-digit postal area with the point in its middle (WGS 84). It may reach into other municipalities."""

    code: str
    name: Text
    municipality_code: str
    lat: float
    lon: float


class ServiceClass(msgspec.Struct, frozen=True, kw_only=True):
    """A service that is bought with vouchers. ``ptv_class`` is its class in suomi.fi.

    ``unit`` is what it is mostly priced by, ``other_units`` are those of published price lists and voucher values.
    """

    code: str
    name: Text
    unit: Unit
    other_units: tuple[Unit, ...] = ()
    ptv_class: str | None

    @property
    def units(self) -> tuple[Unit, ...]:
        """Everything it may be priced by, the usual first."""
        return (self.unit, *self.other_units)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _name(row: Mapping[str, str]) -> Text:
    return Text(row["name_fi"], row["name_sv"], row.get("name_en", ""))


@cache
def _municipalities() -> dict[str, Municipality]:
    return {
        row["code"]: Municipality(
            code=row["code"],
            name=_name(row),
            county_code=row["county_code"],
            population=int(row["population"]),
            lat=float(row["lat"]),
            lon=float(row["lon"]),
        )
        for row in _rows("municipalities.csv")
    }


@cache
def _by_name() -> dict[str, Municipality]:
    return {
        name.casefold(): place
        for place in _municipalities().values()
        for name in (place.name.en, place.name.sv, place.name.fi)
    }


@cache
def _counties() -> dict[str, County]:
    rows = _rows("wellbeing_counties.csv")
    return {row["code"]: County(code=row["code"], name=_name(row), kind=row["kind"]) for row in rows}


@cache
def _service_classes() -> dict[str, ServiceClass]:
    return {
        row["code"]: ServiceClass(
            code=row["code"],
            name=_name(row),
            unit=Unit(row["unit"]),
            other_units=tuple(Unit(unit) for unit in row["other_units"].split("|") if unit),
            ptv_class=row["ptv_class"] or None,
        )
        for row in _rows("service_classes.csv")
    }


@cache
def _postal_codes() -> dict[str, PostalCode]:
    return {
        row["code"]: PostalCode(
            code=row["code"],
            name=_name(row),
            municipality_code=row["municipality_code"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
        )
        for row in _rows("postal_codes.csv")
    }


def municipality(code: str) -> Municipality:
    """The municipality of a three-digit code.

    Raises:
        NotFound: there is none.
    """
    if code not in _municipalities():
        raise NotFound(message("There is no municipality with the code {code}.", code=code[:20]))
    return _municipalities()[code]


def is_municipality(code: str) -> bool:
    return code in _municipalities()


def municipality_named(text: str) -> Municipality | None:
    """The municipality that a person means by its Finnish, Swedish or English name or its code, in any case."""
    asked = " ".join(text.split()).casefold()
    return _by_name().get(asked) or _municipalities().get(asked)


def municipalities() -> Sequence[Municipality]:
    """All municipalities, by code."""
    return tuple(_municipalities().values())


def municipalities_of_county(county_code: str) -> Sequence[Municipality]:
    """The municipalities of a wellbeing services county, by code."""
    return tuple(place for place in municipalities() if place.county_code == county_code)


def county(code: str) -> County:
    """The wellbeing services county of a two-digit code.

    Raises:
        NotFound: there is none.
    """
    if code not in _counties():
        raise NotFound(message("There is no wellbeing services county with the code {code}.", code=code[:20]))
    return _counties()[code]


def counties() -> Sequence[County]:
    """All wellbeing services counties with Helsinki and Åland, by code."""
    return tuple(_counties().values())


def service_class(code: str) -> ServiceClass:
    """The service class of a code such as ``V-HOMECARE-REG``.

    Raises:
        NotFound: there is none.
    """
    if code not in _service_classes():
        raise NotFound(message("There is no service class with the code {code}.", code=code[:40]))
    return _service_classes()[code]


def is_service_class(code: str) -> bool:
    return code in _service_classes()


def service_classes() -> Sequence[ServiceClass]:
    """All service classes, the commonest first."""
    return tuple(_service_classes().values())


def postal_code(code: str) -> PostalCode | None:
    """A postal area, or None where no such area has ordinary addresses (box and company codes have none)."""
    return _postal_codes().get(code.strip())


def postal_codes() -> Sequence[PostalCode]:
    """All postal areas that have ordinary addresses, by code."""
    return tuple(_postal_codes().values())


def postal_codes_between(first: str, last: str) -> Sequence[PostalCode]:
    """The postal areas from one code to another, both included, by code."""
    return tuple(area for code, area in sorted(_postal_codes().items()) if first <= code <= last)
