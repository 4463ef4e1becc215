"""What a price list may hold beside its prices: fees, travel, surcharges, packages and value-added tax.

Found in providers' published price lists of 2021 to 2026: a visit fee waived for weekly clients, kilometres beyond the
first ten, at least 3 € of travel a visit, 6 € an hour more in the evening, 2 € for a paper invoice, one price a month for
5 to 10 hours, another price for 30, 45 and 60 minutes, prices to which tax is added.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

import msgspec

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Text, message
from marketplace.kernel.money import MAX_CENTS, round_cents

METRES_PER_KM: Final = 1000
MAX_VAT_PERCENT: Final = 100
MAX_SURCHARGE_PERCENT: Final = 1000


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


class LineKind(StrEnum):
    """What a line is for. A voucher pays for the service only, unless a component of it says otherwise."""

    SERVICE = "service"
    VISIT_FEE = "visit_fee"
    TRAVEL = "travel"
    SURCHARGE = "surcharge"
    INVOICE_FEE = "invoice_fee"


LINE_WORDS: Final = {
    LineKind.SERVICE: message("Service"),
    LineKind.VISIT_FEE: message("Visit fee"),
    LineKind.TRAVEL: message("Travel"),
    LineKind.SURCHARGE: message("Surcharge"),
    LineKind.INVOICE_FEE: message("Paper invoice"),
}


class Travel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Travel of one visit, in cents: a price per visit, and per kilometre beyond the free ones; at least the minimum."""

    cents_per_km: int = 0
    free_metres: int = 0
    per_visit_cents: int = 0
    minimum_cents: int = 0

    def cents(self, metres: int) -> int:
        """The travel of a visit of so many metres, in whole cents, rounded once."""
        beyond = max(metres - self.free_metres, 0)
        by_distance = round_cents(Fraction(self.cents_per_km * beyond, METRES_PER_KM))
        return self.per_visit_cents + (max(by_distance, self.minimum_cents) if beyond or not self.free_metres else 0)


class Surcharge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """More money in some bands (none named: in all): ``percent`` of the price, or ``cents`` on every unit or visit.

    A surcharge on the price is part of the price that a voucher is compared with. One ``per_visit`` is a line of its own.
    """

    key: str
    name: Text
    bands: tuple[str, ...] = ()
    percent: Decimal | None = None
    cents: int | None = None
    per_visit: bool = False

    def holds_in(self, band: str | None) -> bool:
        return not self.bands or band in self.bands


class Package(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One price for a whole month whose billed minutes are over ``over_minutes`` and at most ``up_to_minutes``."""

    key: str
    name: Text
    over_minutes: int
    up_to_minutes: int
    price_cents: int

    def holds(self, minutes: int) -> bool:
        return self.over_minutes < minutes <= self.up_to_minutes


class LengthPrice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The price in cents of a visit of at most so many minutes. The last of a list holds for longer visits as well."""

    up_to_minutes: int
    price_cents: int


class FeeWaiver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the visit fee is not charged: for clients with so many visits every week, or for visits this long."""

    visits_per_week: int | None = None
    visit_minutes: int | None = None

    def waives(self, weekly_visits: Fraction, minutes: int) -> bool:
        if self.visits_per_week is not None and weekly_visits >= self.visits_per_week:
            return True
        return self.visit_minutes is not None and minutes >= self.visit_minutes


class Extras(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What else decides what a client pays by a price list. ``metres`` are the travel of one visit.

    ``weekly_visits`` is how often the client is visited every week, for a single visit; a month knows it itself.
    """

    metres: int = 0
    paper_invoice: bool = False
    vat_free: bool = False
    weekly_visits: int = 0


NO_EXTRAS: Final = Extras()


def travel_errors(travel: Travel | None) -> Iterator[FieldError]:
    """What is wrong with a travel rule."""
    if travel is None:
        return
    for name in ("cents_per_km", "free_metres", "per_visit_cents", "minimum_cents"):
        yield from amount_errors(f"travel.{name}", getattr(travel, name))


def amount_errors(field: str, cents: int) -> Iterator[FieldError]:
    """Negative or absurdly large amounts."""
    if cents < 0:
        yield FieldError(field, message("The amount cannot be negative."))
    elif cents > MAX_CENTS:
        yield FieldError(field, message("The price is too large."))


def surcharge_errors(surcharges: Sequence[Surcharge], bands: Sequence[str]) -> Iterator[FieldError]:
    """What is wrong with surcharges: doubled codes, unknown bands, and not exactly one of percent and cents."""
    for i, entry in enumerate(surcharges):
        field = f"surcharges.{i}"
        if entry.key in [other.key for other in surcharges[:i]]:
            yield FieldError(f"{field}.key", message("Two surcharges have the code {code}.", code=entry.key))
        for band in entry.bands:
            if band not in bands:
                yield FieldError(f"{field}.bands", message("There is no time band with the code {code}.", code=band))
        yield from _surcharge_amount_errors(field, entry)


def _surcharge_amount_errors(field: str, entry: Surcharge) -> Iterator[FieldError]:
    if (entry.percent is None) == (entry.cents is None):
        yield FieldError(f"{field}.percent", message("Give a surcharge either in percent or in euros."))
    elif entry.cents is not None:
        yield from amount_errors(f"{field}.cents", entry.cents)
    elif entry.per_visit:
        yield FieldError(f"{field}.percent", message("A surcharge on each visit is given in euros."))
    elif entry.percent is not None and (
        not entry.percent.is_finite() or not 0 <= entry.percent <= MAX_SURCHARGE_PERCENT
    ):
        yield FieldError(f"{field}.percent", message("Give a percent from 0 to {limit}.", limit=MAX_SURCHARGE_PERCENT))


def package_errors(packages: Sequence[Package]) -> Iterator[FieldError]:
    """What is wrong with packages: bad spans, and minutes that lie in two packages."""
    for i, entry in enumerate(packages):
        field = f"packages.{i}"
        yield from amount_errors(f"{field}.price_cents", entry.price_cents)
        if not 0 <= entry.over_minutes < entry.up_to_minutes:
            yield FieldError(f"{field}.up_to_minutes", message("The package must end above where it begins."))
        for other in packages[:i]:
            if entry.over_minutes < other.up_to_minutes and other.over_minutes < entry.up_to_minutes:
                text = message("{first} and {second} hold for the same minutes.", first=other.name, second=entry.name)
                yield FieldError(f"{field}.over_minutes", text)


def length_errors(lengths: Sequence[LengthPrice]) -> Iterator[FieldError]:
    """What is wrong with prices by length: not rising lengths, or amounts that cannot be."""
    for i, entry in enumerate(lengths):
        yield from amount_errors(f"length_prices.{i}.price_cents", entry.price_cents)
        least = lengths[i - 1].up_to_minutes if i else 0
        if entry.up_to_minutes <= least:
            text = message("The lengths must rise: this one must be over {minutes} minutes.", minutes=least)
            yield FieldError(f"length_prices.{i}.up_to_minutes", text)


def with_tax(cents: int, percent: Decimal) -> int:
    """A price to which tax is added, in whole cents."""
    return round_cents(cents * (100 + Fraction(percent)) / 100)


def tax_within(cents: int, percent: Decimal) -> int:
    """The tax that is within an amount, in whole cents."""
    return round_cents(cents * Fraction(percent) / (100 + Fraction(percent)))
