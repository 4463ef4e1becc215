"""Organisers, voucher products and their versions as the rest of the product sees them."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Text, message
from marketplace.kernel.inputs import Euros, label
from marketplace.kernel.money import MAX_CENTS
from marketplace.organisers.states import OrganiserKind, VersionStatus
from marketplace.pricing.bands import MOST_BANDS, BandCalendar
from marketplace.pricing.limits import Cap, CapPeriod, Limits, Overrun
from marketplace.pricing.prices import BandCoefficient, PriceRules, Unit
from marketplace.pricing.values import IncomeKind, ValueRule

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
OptionalName = Annotated[str, msgspec.Meta(max_length=200)]
Code = Annotated[str, msgspec.Meta(min_length=2, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$")]
DayOfMonth = Annotated[int, msgspec.Meta(ge=1, le=28)]


class Organiser(msgspec.Struct, frozen=True, kw_only=True):
    """An organiser. ``settlement_days`` are the days of the month (1 to 28) on which it settles with its providers."""

    id: UUID
    business_id: str
    name: Text
    kind: OrganiserKind
    county_code: str
    municipality_codes: tuple[str, ...]
    decision_contact: str
    settlement_days: tuple[int, ...]

    def serves(self, municipality_code: str) -> bool:
        return municipality_code in self.municipality_codes


class NewOrganiser(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is needed to take an organiser in. Without municipalities it serves all of its county."""

    business_id: str
    name_fi: Name
    name_sv: OptionalName = ""
    name_en: OptionalName = ""
    kind: OrganiserKind
    county_code: str
    municipality_codes: tuple[str, ...] = ()
    decision_contact: Annotated[str, msgspec.Meta(max_length=300)] = ""
    settlement_days: Annotated[tuple[DayOfMonth, ...], msgspec.Meta(min_length=1)] = (15,)


Minutes = Annotated[int, msgspec.Meta(ge=0, le=6_000_000)]
Cents = Annotated[int, msgspec.Meta(ge=0, le=MAX_CENTS)]
Units = Annotated[int, msgspec.Meta(ge=0, le=100_000)]


class Caps(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most that a voucher of the product pays for in a calendar week or month or its whole period; None is no limit.

    ``overrun`` is what happens beyond: the client pays (a visit is redeemed in part), or the visit is refused. Where the
    organiser has not said, estimates show the overrun as the client's and a visit beyond a cap is refused.
    """

    minutes_per_week: Minutes | None = None
    units_per_week: Units | None = None
    cents_per_week: Cents | None = None
    minutes_per_month: Annotated[int, msgspec.Meta(ge=0, le=44_640)] | None = None
    units_per_month: Units | None = None
    cents_per_month: Cents | None = None
    minutes_in_all: Minutes | None = None
    units_in_all: Units | None = None
    cents_in_all: Cents | None = None
    overrun: Overrun | None = None

    @property
    def limits(self) -> Limits:
        """The caps as pricing reckons with them."""
        spans = {CapPeriod.WEEK: "per_week", CapPeriod.MONTH: "per_month", CapPeriod.PERIOD: "in_all"}
        every = [self._cap(period, span) for period, span in spans.items()]
        given = tuple(cap for cap in every if cap != Cap(period=cap.period))
        return Limits(caps=given, overrun=self.overrun or Overrun.CLIENT_PAYS)

    def _cap(self, period: CapPeriod, span: str) -> Cap:
        return Cap(
            period=period,
            minutes=getattr(self, f"minutes_{span}"),
            units=getattr(self, f"units_{span}"),
            cents=getattr(self, f"cents_{span}"),
        )


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher product. ``no_own_share``: the service is free by law, a price over the voucher's value is refused."""

    id: UUID
    organiser_id: UUID
    code: str
    service_class: str
    name: Text
    no_own_share: bool
    public: bool


class ProductVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The rule of a product for a span of days, both included. ``valid_to`` None: until another version follows."""

    id: UUID
    product_id: UUID
    number: int
    label: str
    status: VersionStatus
    value_rule: ValueRule
    calendar: BandCalendar
    price_ceiling_cents: int | None
    caps: Caps
    valid_from: date
    valid_to: date | None
    source_note: str
    source_year: int | None


class ProductDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new voucher product, before it is worth anything."""

    code: Annotated[Code, label(message("Code"))]
    service_class: Annotated[str, msgspec.Meta(min_length=1, max_length=40), label(message("Service class"))]
    name_fi: Annotated[Name, label(message("Name in Finnish"))]
    name_sv: Annotated[OptionalName, label(message("Name in Swedish"))] = ""
    name_en: Annotated[OptionalName, label(message("Name in English"))] = ""
    no_own_share: bool = False
    public: bool = True


class VersionDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A version of a product's rule from a day on. Without a calendar it takes the organiser's bands of that day."""

    value_rule: ValueRule
    valid_from: date
    valid_to: date | None = None
    label: Annotated[str, msgspec.Meta(max_length=60)] = ""
    calendar: BandCalendar | None = None
    price_ceiling_cents: Annotated[int, msgspec.Meta(ge=0, le=MAX_CENTS)] | None = None
    caps: Caps = Caps()
    source_note: Annotated[str, msgspec.Meta(max_length=500)] = ""
    source_year: Annotated[int, msgspec.Meta(ge=1900, le=2200)] | None = None


class NewProduct(ProductDraft, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new product with its first version, which is published at once or left a draft."""

    version: VersionDraft | None = None
    publish: bool = True


class NewVersion(VersionDraft, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next version of a product, which is published at once or left a draft."""

    publish: bool = True


class NewBands(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Time bands from a day on. With ``coefficients`` each band has one."""

    calendar: BandCalendar
    valid_from: date
    own_bands_allowed: bool = True
    coefficients: Annotated[tuple[BandCoefficient, ...], msgspec.Meta(max_length=MOST_BANDS)] = ()


class NewPriceRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Price ceilings and limits of a service class from a day on."""

    service_class: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    rules: PriceRules
    valid_from: date


class FlatVersionForm(msgspec.Struct, frozen=True, kw_only=True):
    """The page's form for a version whose value is the same for everybody at all times."""

    value_cents: Annotated[Euros, label(message("Value of the voucher"))]
    valid_from: Annotated[date, label(message("First day"))]
    price_ceiling_cents: Annotated[Euros, label(message("Price ceiling"))] | None = None
    hours_per_month: Annotated[int, msgspec.Meta(ge=1, le=744), label(message("Most hours in a month"))] | None = None
    version_label: Annotated[str, msgspec.Meta(max_length=60), label(message("Name of the version"))] = ""
    source_note: Annotated[str, msgspec.Meta(max_length=500), label(message("Decision or source"))] = ""


class OrganiserName(msgspec.Struct, frozen=True, kw_only=True):
    """Which organiser something belongs to."""

    id: UUID
    name: Text


class PublicProduct(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher product as everybody sees it, with its value rule of today.

    ``…_needed``: what the value depends on, and what to give to have it estimated. ``income_kind`` is gross or net.
    """

    id: UUID
    code: str
    organiser: OrganiserName
    service_class: str
    name: Text
    no_own_share: bool
    unit: Unit
    value_rule: ValueRule
    valid_from: date
    valid_to: date | None
    caps: Caps = Caps()
    household_needed: bool = False
    income_needed: bool = False
    savings_needed: bool = False
    hours_needed: bool = False
    income_kind: IncomeKind | None = None
    source_note: str = ""
    source_year: int | None = None


class ProductWithVersions(msgspec.Struct, frozen=True, kw_only=True):
    """A product as its organiser sees it; the newest version comes first."""

    product: Product
    versions: tuple[ProductVersion, ...]


class BandRules(msgspec.Struct, frozen=True, kw_only=True):
    """An organiser's time bands, and whether providers may divide the week their own way.

    ``coefficients`` are how many times a base price each band costs, for providers that give one price only.
    """

    calendar: BandCalendar
    own_bands_allowed: bool
    coefficients: tuple[BandCoefficient, ...] = ()


class BandsFrom(msgspec.Struct, frozen=True, kw_only=True):
    """An organiser's time bands from a day on, until others follow."""

    valid_from: date
    bands: BandRules


class PriceRulesFrom(msgspec.Struct, frozen=True, kw_only=True):
    """An organiser's price rules of a service class from a day on, until others follow."""

    service_class: str
    valid_from: date
    rules: PriceRules


class ServiceRules(msgspec.Struct, frozen=True, kw_only=True):
    """All that an organiser asks of the prices of a service on a day, and what it may be priced by: ``unit`` mostly."""

    bands: BandRules
    prices: PriceRules
    unit: Unit
    other_units: tuple[Unit, ...] = ()

    @property
    def units(self) -> tuple[Unit, ...]:
        """Everything that the service may be priced by, the usual first."""
        return (self.unit, *self.other_units)
