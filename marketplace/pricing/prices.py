"""A provider's price list: what one hour, visit, day or piece costs, by time band where the organiser has bands.

A price list is stored with the version of the offer that it belongs to and is never changed afterwards.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final

import msgspec

from marketplace.kernel.calendar import DAY_MINUTES
from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import message
from marketplace.kernel.money import MAX_CENTS, Money
from marketplace.pricing.bands import MOST_BANDS, BandCalendar


class Unit(StrEnum):
    """What a price is for."""

    HOUR = "hour"
    VISIT = "visit"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    KM = "km"
    PIECE = "piece"


UNIT_WORDS: Final = {
    Unit.HOUR: message("hour"),
    Unit.VISIT: message("visit"),
    Unit.DAY: message("day"),
    Unit.WEEK: message("week"),
    Unit.MONTH: message("month"),
    Unit.KM: message("kilometre"),
    Unit.PIECE: message("piece"),
}
BANDED_UNITS: Final = frozenset({Unit.HOUR, Unit.VISIT})
MAX_ROUNDING_MINUTES: Final = 60


class BandPrice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The price of one unit in one band, in cents."""

    band: str
    price_cents: int


class PriceList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prices per unit in cents: either one for all times, or one for each band (hours and visits only).

    ``minimum_minutes`` are billed even for a shorter visit, and a visit is billed up to the next full
    ``rounding_minutes``; both only where the unit is an hour. Minutes billed but not spent cost what the visit's
    last minute cost. ``visit_fee_cents`` comes on top of every visit and no voucher pays for it.
    """

    unit: Unit
    one_price_cents: int | None = None
    band_prices: Annotated[tuple[BandPrice, ...], msgspec.Meta(max_length=MOST_BANDS)] = ()
    minimum_minutes: int = 0
    rounding_minutes: int = 1
    visit_fee_cents: int = 0

    def price_of(self, band: str | None) -> int:
        """The price of one unit in a band, in cents. Raises ``KeyError`` where the list has none."""
        if self.one_price_cents is not None:
            return self.one_price_cents
        for entry in self.band_prices:
            if entry.band == band:
                return entry.price_cents
        raise KeyError(band)

    def billed_minutes(self, minutes: int) -> int:
        """Minutes on the bill for minutes spent; nothing for nothing."""
        if not minutes:
            return 0
        billed = max(minutes, self.minimum_minutes)
        return -(-billed // self.rounding_minutes) * self.rounding_minutes


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
    ]


def _kind_errors(prices: PriceList, calendar: BandCalendar) -> Iterator[FieldError]:
    if prices.one_price_cents is not None and prices.band_prices:
        text = message("Give either one price for all times or a price for each time band, not both.")
        yield FieldError("one_price_cents", text)
    elif prices.one_price_cents is None and not prices.band_prices:
        yield FieldError("one_price_cents", message("Give a price."))
    elif prices.band_prices:
        yield from _band_errors(prices, calendar)


def _band_errors(prices: PriceList, calendar: BandCalendar) -> Iterator[FieldError]:
    if prices.unit not in BANDED_UNITS:
        text = message(
            "Only hours and visits are priced by time band. Give one price per {unit}.", unit=UNIT_WORDS[prices.unit]
        )
        yield FieldError("band_prices", text)
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
    if prices.one_price_cents is not None:
        ceilings = [rules.ceiling_of(key) for key in calendar.keys]
        lowest = min((ceiling for ceiling in ceilings if ceiling is not None), default=rules.ceiling_cents)
        yield from _price_errors("one_price_cents", prices.one_price_cents, lowest)
    for i, entry in enumerate(prices.band_prices):
        yield from _price_errors(f"band_prices.{i}.price_cents", entry.price_cents, rules.ceiling_of(entry.band))


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
