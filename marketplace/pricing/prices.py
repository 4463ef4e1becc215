"""Price lists and what an organiser asks of them: the door to ``price_lists`` and ``price_rules``, and their checks."""

from collections.abc import Iterator
from typing import Final

from marketplace.kernel.calendar import DAY_MINUTES
from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import message
from marketplace.kernel.money import Money
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.charges import (
    MAX_VAT_PERCENT,
    UNIT_WORDS,
    Unit,
    amount_errors,
    length_errors,
    package_errors,
    surcharge_errors,
    travel_errors,
)
from marketplace.pricing.price_lists import (
    BANDED_UNITS,
    BandCoefficient,
    BandPrice,
    PriceList,
    UnitPrice,
    effective_price,
    goes_by_bands,
    has_price,
    taxed,
    unit_prices,
)
from marketplace.pricing.price_rules import (
    NO_RULES,
    THE_RULES,
    Ceiling,
    IncreaseRules,
    PriceRules,
    ceilings_of,
    over_ceilings,
    rule_errors,
)

__all__ = [
    "BANDED_UNITS",
    "MAX_ROUNDING_MINUTES",
    "NO_RULES",
    "UNIT_WORDS",
    "BandCoefficient",
    "BandPrice",
    "Ceiling",
    "IncreaseRules",
    "PriceList",
    "PriceRules",
    "Unit",
    "UnitPrice",
    "ceilings_of",
    "check_price_list",
    "check_shape",
    "effective_price",
    "goes_by_bands",
    "has_price",
    "is_reckonable",
    "over_ceilings",
    "rule_errors",
    "taxed",
    "unit_prices",
]

MAX_ROUNDING_MINUTES: Final = 60
MAX_COEFFICIENT: Final = 10
REQUIRED_FOR_RECKONING: Final = frozenset({"coefficients", "surcharges", "vat_percent", "length_prices", "calendar"})


def check_price_list(prices: PriceList, calendar: BandCalendar, rules: PriceRules = NO_RULES) -> list[FieldError]:
    """Everything wrong with a price list under an organiser's bands and rules. Field names are the struct's own.

    ``calendar`` is the organiser's; where the list has bands of its own, ask ``over_ceilings`` for ceilings by band.
    """
    errors = check_shape(prices, calendar, rules)
    if not is_reckonable(errors):
        return errors
    return errors + over_ceilings(prices, calendar, ceilings_of(rules, calendar.keys), calendar)


def is_reckonable(errors: list[FieldError]) -> bool:
    """Whether what a unit costs can be reckoned for all that ``check_shape`` found."""
    return not any(error.field.split(".")[0] in REQUIRED_FOR_RECKONING for error in errors)


def check_shape(prices: PriceList, calendar: BandCalendar, rules: PriceRules = NO_RULES) -> list[FieldError]:
    """``check_price_list`` but for price ceilings."""
    return [
        *_kind_errors(prices, calendar),
        *_amount_errors(prices),
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


def _amount_errors(prices: PriceList) -> Iterator[FieldError]:
    """Prices that are no amounts at all."""
    if prices.one_price_cents is not None:
        yield from amount_errors("one_price_cents", prices.one_price_cents)
    for i, entry in enumerate(prices.band_prices):
        yield from amount_errors(f"band_prices.{i}.price_cents", entry.price_cents)


def _billing_errors(prices: PriceList, rules: PriceRules) -> Iterator[FieldError]:
    yield from amount_errors("visit_fee_cents", prices.visit_fee_cents)
    most = rules.max_visit_fee_cents
    if most is not None and prices.visit_fee_cents > most:
        text = message("The fee is over the limit {limit} ({source}).", limit=Money(most), source=THE_RULES)
        yield FieldError("visit_fee_cents", text)
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
