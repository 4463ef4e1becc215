"""A provider's price list: what one hour, visit, day or piece costs, by time band where the organiser has bands.

A price list is stored with the version of the offer that it belongs to and is never changed afterwards.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final

import msgspec

from marketplace.kernel.calendar import DAY_MINUTES
from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import message
from marketplace.kernel.money import MAX_CENTS, Money, round_cents
from marketplace.pricing.bands import MOST_BANDS, BandCalendar
from marketplace.pricing.charges import (
    MAX_VAT_PERCENT,
    NO_EXTRAS,
    UNIT_WORDS,
    Extras,
    FeeWaiver,
    LengthPrice,
    Package,
    Surcharge,
    Travel,
    Unit,
    amount_errors,
    length_errors,
    package_errors,
    surcharge_errors,
    travel_errors,
    with_tax,
)

__all__ = [
    "BANDED_UNITS",
    "MAX_ROUNDING_MINUTES",
    "NO_RULES",
    "UNIT_WORDS",
    "BandCoefficient",
    "BandPrice",
    "PriceList",
    "PriceRules",
    "Unit",
    "check_price_list",
    "effective_price",
    "taxed",
]


BANDED_UNITS: Final = frozenset({Unit.HOUR, Unit.VISIT})
MAX_ROUNDING_MINUTES: Final = 60
MAX_COEFFICIENT: Final = 10


class BandPrice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The price of one unit in one band, in cents."""

    band: str
    price_cents: int


class BandCoefficient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many times the base price or value a unit costs or is worth in one band."""

    band: str
    coefficient: Decimal


class PriceList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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


class PriceRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an organiser allows a price list of a service to hold. ``None`` and a missing band mean no limit."""

    ceiling_cents: int | None = None
    band_ceilings: Annotated[tuple[BandPrice, ...], msgspec.Meta(max_length=MOST_BANDS)] = ()
    max_visit_fee_cents: int | None = None
    max_minimum_minutes: int | None = None

    def ceiling_of(self, band: str) -> int | None:
        """The highest price allowed in a band, in cents: the band's own ceiling before the general one."""
        own = next((entry.price_cents for entry in self.band_ceilings if entry.band == band), None)
        return self.ceiling_cents if own is None else own


NO_RULES: Final = PriceRules()


def check_price_list(prices: PriceList, calendar: BandCalendar, rules: PriceRules = NO_RULES) -> list[FieldError]:
    """Everything wrong with a price list under an organiser's bands and rules. Field names are the struct's own."""
    return [
        *_kind_errors(prices, calendar),
        *_amount_errors(prices, calendar, rules),
        *_billing_errors(prices, rules),
        *_charge_errors(prices, calendar),
    ]


def _kind_errors(prices: PriceList, calendar: BandCalendar) -> Iterator[FieldError]:
    if prices.one_price_cents is not None and prices.band_prices:
        text = message("Give either one price for all times or a price for each time band, not both.")
        yield FieldError("one_price_cents", text)
    elif prices.one_price_cents is None and not prices.band_prices and not prices.length_prices:
        yield FieldError("one_price_cents", message("Give a price."))
    elif prices.band_prices:
        yield from _band_errors(prices, calendar)
    elif prices.coefficients:
        yield from _coefficient_errors(prices, calendar)


def _coefficient_errors(prices: PriceList, calendar: BandCalendar) -> Iterator[FieldError]:
    if prices.unit not in BANDED_UNITS:
        yield _not_banded("coefficients", prices)
    given = [entry.band for entry in prices.coefficients]
    for i, entry in enumerate(prices.coefficients):
        if entry.band not in calendar.keys:
            text = message("There is no time band with the code {code}.", code=entry.band)
            yield FieldError(f"coefficients.{i}.band", text)
        elif entry.band in given[:i]:
            text = message("{band} has two values.", band=calendar.band(entry.band).name)
            yield FieldError(f"coefficients.{i}.band", text)
        if not entry.coefficient.is_finite() or not 0 < entry.coefficient <= MAX_COEFFICIENT:
            text = message("Give a number over 0 and at most {limit}.", limit=MAX_COEFFICIENT)
            yield FieldError(f"coefficients.{i}.coefficient", text)
    for band in calendar.bands:
        if band.key not in given:
            yield FieldError("coefficients", message("The value for {band} is missing.", band=band.name))


def _not_banded(field: str, prices: PriceList) -> FieldError:
    unit = UNIT_WORDS[prices.unit]
    return FieldError(
        field, message("Only hours and visits are priced by time band. Give one price per {unit}.", unit=unit)
    )


def _band_errors(prices: PriceList, calendar: BandCalendar) -> Iterator[FieldError]:
    if prices.unit not in BANDED_UNITS:
        yield _not_banded("band_prices", prices)
    given = [entry.band for entry in prices.band_prices]
    for i, band in enumerate(given):
        if band not in calendar.keys:
            yield FieldError(f"band_prices.{i}.band", message("There is no time band with the code {code}.", code=band))
        elif band in given[:i]:
            name = calendar.band(band).name
            yield FieldError(f"band_prices.{i}.band", message("{band} has two prices.", band=name))
    for band in calendar.bands:
        if band.key not in given:
            yield FieldError("band_prices", message("The price for {band} is missing.", band=band.name))


def _amount_errors(prices: PriceList, calendar: BandCalendar, rules: PriceRules) -> Iterator[FieldError]:
    """Each price as the client pays it, beside its ceiling."""
    if prices.one_price_cents is not None and not prices.coefficients:
        ceilings = [rules.ceiling_of(key) for key in calendar.keys]
        lowest = min((ceiling for ceiling in ceilings if ceiling is not None), default=rules.ceiling_cents)
        yield from _price_errors("one_price_cents", prices.one_price_cents, lowest)
    for i, entry in enumerate(prices.coefficients):
        if entry.coefficient.is_finite() and prices.one_price_cents is not None:
            price = prices.price_of(entry.band)
            yield from _price_errors(f"coefficients.{i}.coefficient", price, rules.ceiling_of(entry.band))
    for i, entry in enumerate(prices.band_prices):
        yield from _price_errors(f"band_prices.{i}.price_cents", entry.price_cents, rules.ceiling_of(entry.band))
    if prices.surcharges or prices.vat_added:
        yield from _effective_errors(prices, calendar, rules)


def _effective_errors(prices: PriceList, calendar: BandCalendar, rules: PriceRules) -> Iterator[FieldError]:
    """Prices that are under their ceiling themselves, but not with surcharges and tax."""
    for key in calendar.keys:
        ceiling = rules.ceiling_of(key)
        try:
            bare, full = prices.price_of(key), effective_price(prices, key)
        except KeyError:  # Named already as a band without a price.
            continue
        if ceiling is not None and bare <= ceiling < full:
            name = calendar.band(key).name
            text = message(
                "{band}: with surcharges and tax the price is over the price ceiling {ceiling}.",
                band=name,
                ceiling=Money(ceiling),
            )
            yield FieldError("surcharges" if prices.surcharges else "vat_percent", text)


def _price_errors(field: str, cents: int, ceiling: int | None) -> Iterator[FieldError]:
    if cents < 0:
        yield FieldError(field, message("The price cannot be negative."))
    elif ceiling is not None and cents > ceiling:
        yield FieldError(field, message("The price is over the price ceiling {ceiling}.", ceiling=Money(ceiling)))
    elif cents > MAX_CENTS:
        yield FieldError(field, message("The price is too large."))


def _billing_errors(prices: PriceList, rules: PriceRules) -> Iterator[FieldError]:
    yield from _price_errors("visit_fee_cents", prices.visit_fee_cents, rules.max_visit_fee_cents)
    limit = DAY_MINUTES if rules.max_minimum_minutes is None else rules.max_minimum_minutes
    if not 0 <= prices.minimum_minutes <= limit:
        text = message("The shortest time billed must be from 0 to {limit} minutes.", limit=limit)
        yield FieldError("minimum_minutes", text)
    if not 1 <= prices.rounding_minutes <= MAX_ROUNDING_MINUTES:
        text = message("The billing step must be from 1 to {limit} minutes.", limit=MAX_ROUNDING_MINUTES)
        yield FieldError("rounding_minutes", text)


def _charge_errors(prices: PriceList, calendar: BandCalendar) -> Iterator[FieldError]:
    yield from travel_errors(prices.travel)
    yield from surcharge_errors(prices.surcharges, calendar.keys)
    yield from package_errors(prices.packages)
    yield from length_errors(prices.length_prices)
    yield from amount_errors("invoice_fee_cents", prices.invoice_fee_cents)
    if prices.packages and prices.unit is not Unit.HOUR:
        yield FieldError("packages", message("Packages of hours are for services priced by the hour."))
    if prices.length_prices and prices.unit is not Unit.VISIT:
        yield FieldError("length_prices", message("Prices by length are for services priced by the visit."))
    if prices.monthly_average and prices.unit is not Unit.DAY:
        yield FieldError("monthly_average", message("Only days are billed by the month."))
    if not prices.vat_percent.is_finite() or not 0 <= prices.vat_percent <= MAX_VAT_PERCENT:
        yield FieldError("vat_percent", message("Give a percent from 0 to 100."))
