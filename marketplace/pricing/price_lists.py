"""A provider's price list: what one hour, visit, day or piece costs, by time band where the organiser has bands.

A price list is stored with the version of the offer that it belongs to and is never changed afterwards.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final, NamedTuple

import msgspec

from marketplace.kernel.money import round_cents
from marketplace.pricing.bands import MOST_BANDS
from marketplace.pricing.charges import (
    NO_EXTRAS,
    Extras,
    FeeWaiver,
    LengthPrice,
    Package,
    Surcharge,
    Travel,
    Unit,
    with_tax,
)

BANDED_UNITS: Final = frozenset({Unit.HOUR, Unit.VISIT})


class BandPrice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The price of one unit in one band, in cents."""

    band: str
    price_cents: int


class BandCoefficient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many times the base price or value a unit costs or is worth in one band."""

    band: str
    coefficient: Decimal


class PriceList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Prices per unit in cents: one for all times, one for each band, or one times the organiser's coefficients.

    Bands are for hours and visits only. With ``coefficients`` (copied from the organiser's rules, so that the list tells
    its prices alone) ``one_price_cents`` is the base and each band costs its product, rounded to a cent.

    ``minimum_minutes`` are billed even for a shorter visit, and a visit is billed up to the next full
    ``rounding_minutes``; both only where the unit is an hour. Minutes billed but not spent cost what the visit's
    last minute cost. ``visit_fee_cents`` comes on top of every visit that ``fee_waiver`` does not free of it.

    ``packages`` (hours) replace the prices of a whole month, ``length_prices`` (visits) the price of a visit by its
    length. ``monthly_average`` bills days by the month: a day's price times 365 / 12. Prices hold the tax of
    ``vat_percent``, unless ``vat_added``: then it comes on top of every unit price.
    """

    unit: Unit
    one_price_cents: int | None = None
    band_prices: Annotated[tuple[BandPrice, ...], msgspec.Meta(max_length=MOST_BANDS)] = ()
    minimum_minutes: int = 0
    rounding_minutes: int = 1
    visit_fee_cents: int = 0
    coefficients: Annotated[tuple[BandCoefficient, ...], msgspec.Meta(max_length=MOST_BANDS)] = ()
    fee_waiver: FeeWaiver | None = None
    travel: Travel | None = None
    surcharges: Annotated[tuple[Surcharge, ...], msgspec.Meta(max_length=MOST_BANDS)] = ()
    invoice_fee_cents: int = 0
    packages: Annotated[tuple[Package, ...], msgspec.Meta(max_length=MOST_BANDS)] = ()
    length_prices: Annotated[tuple[LengthPrice, ...], msgspec.Meta(max_length=MOST_BANDS)] = ()
    monthly_average: bool = False
    vat_percent: Decimal = Decimal(0)
    vat_added: bool = False

    def price_of(self, band: str | None) -> int:
        """The price of one unit in a band, in cents, before surcharges and tax added. Raises ``KeyError`` without one."""
        if self.one_price_cents is not None:
            return self.one_price_cents if not self.coefficients else self._by_coefficient(band)
        for entry in self.band_prices:
            if entry.band == band:
                return entry.price_cents
        raise KeyError(band)

    def _by_coefficient(self, band: str | None) -> int:
        for entry in self.coefficients:
            if entry.band == band:
                return round_cents((self.one_price_cents or 0) * Fraction(entry.coefficient))
        raise KeyError(band)

    def billed_minutes(self, minutes: int) -> int:
        """Minutes on the bill for minutes spent; nothing for nothing."""
        if not minutes:
            return 0
        billed = max(minutes, self.minimum_minutes)
        return -(-billed // self.rounding_minutes) * self.rounding_minutes

    def price_of_length(self, minutes: int) -> int:
        """The price of a visit of so many minutes, of a list with prices by length."""
        fitting = (entry.price_cents for entry in self.length_prices if minutes <= entry.up_to_minutes)
        return next(fitting, self.length_prices[-1].price_cents)


def effective_price(prices: PriceList, band: str | None, extras: Extras = NO_EXTRAS, minutes: int = 0) -> int:
    """The price of one unit in a band with its surcharges and any tax added, in whole cents: what a bill shows.

    ``minutes`` are the visit's, where visits are priced by length. Raises ``KeyError`` where the list has no price.
    """
    cents = prices.price_of_length(minutes) if prices.length_prices else prices.price_of(band)
    for surcharge in prices.surcharges:
        if not surcharge.per_visit and surcharge.holds_in(band):
            cents += _surcharge_cents(surcharge, prices, band, cents)
    return taxed(prices, cents, extras)


def _surcharge_cents(surcharge: Surcharge, prices: PriceList, band: str | None, cents: int) -> int:
    if surcharge.percent is None:
        return surcharge.cents or 0
    basis = cents if prices.length_prices else prices.price_of(band)
    return round_cents(basis * Fraction(surcharge.percent) / 100)


def taxed(prices: PriceList, cents: int, extras: Extras) -> int:
    """An amount of the list as the client pays it: with the tax, where the list adds it and the client is not free."""
    return with_tax(cents, prices.vat_percent) if prices.vat_added and not extras.vat_free else cents


class UnitPrice(NamedTuple):
    """What one unit costs in whole cents as a bill shows it: in a ``band``, for visits ``up_to_minutes`` long, or always."""

    band: str | None
    up_to_minutes: int
    cents: int


def goes_by_bands(prices: PriceList) -> bool:
    """Whether the time decides what a unit costs: by prices, coefficients, or surcharges at some times."""
    by_surcharge = any(each.bands and not each.per_visit for each in prices.surcharges)
    return prices.one_price_cents is None or bool(prices.coefficients) or by_surcharge


def has_price(prices: PriceList, band: str) -> bool:
    """Whether the list has a price for a band."""
    try:
        prices.price_of(band)
    except KeyError:
        return False
    return True


def unit_prices(prices: PriceList, bands: Sequence[str]) -> list[UnitPrice]:
    """Every price of a list, in the order of the bands. A length costs what it costs at its cheapest time."""
    if prices.length_prices:
        return [_of_length(prices, bands, entry.up_to_minutes) for entry in prices.length_prices]
    if not goes_by_bands(prices):
        return [UnitPrice(None, 0, effective_price(prices, None))]
    return [UnitPrice(band, 0, effective_price(prices, band)) for band in bands if has_price(prices, band)]


def _of_length(prices: PriceList, bands: Sequence[str], minutes: int) -> UnitPrice:
    return UnitPrice(None, minutes, min(effective_price(prices, band, minutes=minutes) for band in bands))
