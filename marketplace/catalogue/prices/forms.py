"""What a provider types about prices: the fields of a whole price list, as they are shown and as they are sent. No HTTP."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from marketplace.kernel.calendar import DAY_MINUTES
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import Euros, label
from marketplace.pricing.prices import MAX_ROUNDING_MINUTES

MOST_ROWS = 30


class Pricing(StrEnum):
    """How the price is made: one, by time band, the base price times the organiser's coefficients, by length of visit."""

    ONE = "one"
    BANDS = "bands"
    BASE = "base"
    LENGTH = "length"


class SurchargeKind(StrEnum):
    """What a surcharge is given in."""

    PERCENT = "percent"
    PER_UNIT = "per_unit"
    PER_VISIT = "per_visit"


class Tax(StrEnum):
    """Whether value-added tax is within the prices or comes on top of them."""

    INCLUDED = "included"
    ADDED = "added"


class BandRow(msgspec.Struct, frozen=True, kw_only=True):
    """One time band with its price; ``hours`` in words such as ``ma–pe 7–18``."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80), label(message("Name of the time band"))]
    hours: Annotated[str, msgspec.Meta(min_length=1, max_length=200), label(message("Days and times"))]
    price_cents: Annotated[Euros, label(message("Price"))] | None = None


class SurchargeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A surcharge; ``bands`` are the places of the page's time bands, none for all times."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80), label(message("Name of the surcharge"))]
    kind: Annotated[SurchargeKind, label(message("Percent or euros"))]
    amount: Annotated[Decimal, label(message("Amount"))]
    bands: list[str] = []


class PackageRow(msgspec.Struct, frozen=True, kw_only=True):
    """One price for a month of so many hours."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80), label(message("Name of the package"))]
    over_hours: Annotated[Decimal, label(message("Over hours"))] | None = None
    up_to_hours: Annotated[Decimal, label(message("Up to hours"))]
    price_cents: Annotated[Euros, label(message("Price"))]


class LengthRow(msgspec.Struct, frozen=True, kw_only=True):
    """The price of a visit of at most so many minutes."""

    up_to_minutes: Annotated[int, msgspec.Meta(ge=1, le=DAY_MINUTES), label(message("Length of the visit"))]
    price_cents: Annotated[Euros, label(message("Price"))]


class PricesForm(msgspec.Struct, frozen=True, kw_only=True):
    """A price list as a page asks for it. Kilometres and hours may have decimals."""

    pricing: Annotated[Pricing, label(message("Price"))] = Pricing.ONE
    one_price_cents: Annotated[Euros, label(message("Price"))] | None = None
    bands: Annotated[list[BandRow], msgspec.Meta(max_length=MOST_ROWS)] = []
    not_served: Annotated[str, msgspec.Meta(max_length=200), label(message("Times without service"))] = ""
    length_prices: Annotated[list[LengthRow], msgspec.Meta(max_length=MOST_ROWS)] = []
    minimum_minutes: (
        Annotated[int, msgspec.Meta(ge=0, le=DAY_MINUTES), label(message("Shortest time billed"))] | None
    ) = None
    rounding_minutes: (
        Annotated[int, msgspec.Meta(ge=1, le=MAX_ROUNDING_MINUTES), label(message("Billing step"))] | None
    ) = None
    monthly_average: bool = False
    visit_fee_cents: Annotated[Euros, label(message("Fee per visit"))] | None = None
    waived_visits: Annotated[int, msgspec.Meta(ge=1, le=200), label(message("Visits a week"))] | None = None
    waived_minutes: Annotated[int, msgspec.Meta(ge=1, le=DAY_MINUTES), label(message("Length of the visit"))] | None = (
        None
    )
    travel_per_km_cents: Annotated[Euros, label(message("Price per kilometre"))] | None = None
    travel_free_km: Annotated[Decimal, label(message("Kilometres free of charge"))] | None = None
    travel_per_visit_cents: Annotated[Euros, label(message("Travel per visit"))] | None = None
    travel_minimum_cents: Annotated[Euros, label(message("Least for travel"))] | None = None
    surcharges: Annotated[list[SurchargeRow], msgspec.Meta(max_length=MOST_ROWS)] = []
    packages: Annotated[list[PackageRow], msgspec.Meta(max_length=MOST_ROWS)] = []
    invoice_fee_cents: Annotated[Euros, label(message("Fee for a paper invoice"))] | None = None
    vat_percent: Annotated[Decimal, label(message("Value-added tax"))] | None = None
    vat: Annotated[Tax, label(message("Value-added tax"))] = Tax.INCLUDED
