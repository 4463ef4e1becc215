"""What a voucher is worth: the organiser's rule as data, and its value in cents for one unit of service.

The Act on service vouchers (569/2009) leaves the value to the organiser: the same for all, or set by income. A rule is
one of the structs of ``ValueRule``. A new kind of rule is a new struct in that union; the type checker then names every
``match`` that must learn it. Versions and validity dates of a rule live with whoever stores it.
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Final, TypeVar, assert_never

import msgspec

from marketplace.kernel.errors import Refused
from marketplace.kernel.i18n import Text, message
from marketplace.kernel.money import round_cents, round_up_cents
from marketplace.pricing.bands import MOST_BANDS
from marketplace.pricing.charges import LineKind
from marketplace.pricing.households import BandAmount, Household, HouseholdLimit, Rule
from marketplace.pricing.prices import BandCoefficient
from marketplace.pricing.steps import (
    HouseholdHoursValue,
    MonthlyLessStepsValue,
    StepValue,
    household_hours_value,
    monthly_less_steps,
    step_value,
)

MOST_SIZES: Final = 30


class RoundingOrder(StrEnum):
    """When an income-tested value becomes whole cents: before its factor too, before hours are multiplied, or after."""

    BEFORE_FACTOR = "before_factor"
    BEFORE_HOURS = "before_hours"
    AFTER_HOURS = "after_hours"


class FlatValue(Rule, frozen=True, tag="flat"):
    """The same value for everybody at all times."""

    value_cents: int


class BandValue(Rule, frozen=True, tag="band"):
    """A value of its own for each band."""

    bands: Annotated[tuple[BandAmount, ...], msgspec.Meta(max_length=MOST_BANDS)]


class CoefficientValue(Rule, frozen=True, tag="coefficient"):
    """A base value times the band's coefficient, rounded to a cent."""

    base_cents: int
    bands: Annotated[tuple[BandCoefficient, ...], msgspec.Meta(max_length=MOST_BANDS)]


class IncomeTestedValue(Rule, frozen=True, tag="income", cache_hash=True):
    """The pattern of the national formula for home care: a full value less a part of the income over a limit.

    ``(max - (income - limit) x percent / 100 / divisor) x factor``, held between ``lowest_cents`` and ``highest_cents``
    and only then rounded, so that hours are multiplied by whole cents: to the nearest cent, or up to the next full
    ``round_up_to_cents``. ``rounding`` moves that: before the factor as well, or not before the hours. Without a known
    income the value is the lowest. ``limits`` are for sizes 1, 2, 3 …, each with a full value of its own where it has one;
    every person beyond them moves limit and percent by ``extra_person_…`` (the percent never below zero).
    """

    max_cents: int
    lowest_cents: int
    highest_cents: int
    limits: Annotated[tuple[HouseholdLimit, ...], msgspec.Meta(max_length=MOST_SIZES)]
    extra_person_limit_cents: int = 0
    extra_person_percent: Decimal = Decimal(0)
    factor: Decimal = Decimal(1)
    divisor: int = 60
    round_up_to_cents: int | None = None
    rounding: RoundingOrder = RoundingOrder.BEFORE_HOURS

    def limit_for(self, size: int) -> HouseholdLimit:
        """The income limit and percent of a household, continued beyond the table for large ones."""
        known = self.limits[min(max(size, 1), len(self.limits)) - 1]
        extra = max(size - known.size, 0)
        percent = max(known.percent + extra * self.extra_person_percent, Decimal(0))
        limit = known.limit_cents + extra * self.extra_person_limit_cents
        full = self.max_cents if known.max_cents is None else known.max_cents
        return HouseholdLimit(size, limit, percent, full)


SingleRule = (
    FlatValue
    | BandValue
    | CoefficientValue
    | IncomeTestedValue
    | HouseholdHoursValue
    | StepValue
    | MonthlyLessStepsValue
)


class Component(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of a voucher: what it is worth, and for which lines of a price. Its unit is its rule's."""

    key: str
    name: Text
    rule: SingleRule
    pays: tuple[LineKind, ...] = (LineKind.SERVICE,)


class ComponentsValue(Rule, frozen=True, tag="components", cache_hash=True):
    """A voucher of several parts, such as hours of care and the kilometres to it. ``unit`` is that of the main part."""

    parts: Annotated[tuple[Component, ...], msgspec.Meta(max_length=MOST_SIZES)]


_InBand = TypeVar("_InBand", BandAmount, BandCoefficient)
ValueRule = SingleRule | ComponentsValue


def components(rule: ValueRule) -> tuple[Component, ...]:
    """The parts of any rule: a single one is one part that pays for the service."""
    if isinstance(rule, ComponentsValue):
        return rule.parts
    return (Component(key="", name=Text(""), rule=rule),)


def goes_by_bands(rule: ValueRule) -> bool:
    """Whether the time of day decides what the voucher is worth."""
    return any(isinstance(part.rule, BandValue | CoefficientValue | HouseholdHoursValue) for part in components(rule))


def plain_rule(rule: ValueRule, household: Household, bands: Sequence[str]) -> ValueRule:
    """The same value in cents without telling how the household made it: for those who may not know incomes."""
    if isinstance(rule, ComponentsValue):
        parts = tuple(msgspec.structs.replace(p, rule=_plain_part(p.rule, household, bands)) for p in rule.parts)
        return ComponentsValue(unit=rule.unit, parts=parts)
    return _plain_part(rule, household, bands)


def _plain_part(rule: SingleRule, household: Household, bands: Sequence[str]) -> SingleRule:
    match rule:
        case FlatValue() | BandValue() | CoefficientValue():
            return rule
        case HouseholdHoursValue():
            amounts = tuple(
                BandAmount(b.band, unit_value(rule, household, b.band)) for b in rule.bands if b.band in bands
            )
            return BandValue(unit=rule.unit, bands=amounts)
        case IncomeTestedValue() | StepValue() | MonthlyLessStepsValue():
            return FlatValue(unit=rule.unit, value_cents=unit_value(rule, household))


def unit_value(rule: ValueRule, household: Household, band: str | None = None) -> int:
    """What one unit (mostly an hour) of service in a band is worth to this household, in whole cents.

    Raises:
        Refused: the rule has no value for the band (``band_not_covered``), or goes by hours and has none
            (``hours_needed``).
    """
    return round_cents(exact_value(rule, household, band))


def exact_value(rule: ValueRule, household: Household, band: str | None = None) -> Fraction:
    """``unit_value`` before the last rounding: whole cents, but for rules that round only after the hours.

    Raises:
        Refused: as ``unit_value``.
    """
    match rule:
        case FlatValue():
            return Fraction(rule.value_cents)
        case BandValue():
            return Fraction(of_band(rule.bands, band).value_cents)
        case CoefficientValue():
            return Fraction(round_cents(rule.base_cents * Fraction(of_band(rule.bands, band).coefficient)))
        case IncomeTestedValue():
            return _income_tested(rule, household)
        case HouseholdHoursValue():
            return Fraction(round_cents(household_hours_value(rule, household, of_band(rule.bands, band).value_cents)))
        case StepValue():
            return Fraction(step_value(rule, household))
        case MonthlyLessStepsValue():
            return Fraction(monthly_less_steps(rule, household))
        case ComponentsValue():
            parts = (p for p in rule.parts if p.rule.unit is rule.unit and LineKind.SERVICE in p.pays)
            return sum((exact_value(part.rule, household, band) for part in parts), Fraction(0))
        case _:  # pragma: no cover
            assert_never(rule)


def of_band(entries: Sequence[_InBand], band: str | None) -> _InBand:
    """The entry of a band. Raises ``Refused`` (``band_not_covered``) without one."""
    for entry in entries:
        if entry.band == band:
            return entry
    raise Refused(message("The voucher has no value for the time of this visit."), code="band_not_covered")


@lru_cache(maxsize=4096)
def _income_tested(rule: IncomeTestedValue, household: Household) -> Fraction:
    if household.gross_income_cents is None:
        return Fraction(rule.lowest_cents)
    limit = rule.limit_for(household.size)
    over = max(household.gross_income_cents - limit.limit_cents, 0)
    base = (limit.max_cents or 0) - over * Fraction(limit.percent) / 100 / rule.divisor
    if rule.rounding is RoundingOrder.BEFORE_FACTOR:
        base = _rounded(rule, base)
    held = min(max(base * Fraction(rule.factor), Fraction(rule.lowest_cents)), Fraction(rule.highest_cents))
    if rule.rounding is RoundingOrder.AFTER_HOURS:
        return held
    return min(_rounded(rule, held), Fraction(rule.highest_cents))


def _rounded(rule: IncomeTestedValue, cents: Fraction) -> Fraction:
    if rule.round_up_to_cents is None:
        return Fraction(round_cents(cents))
    return Fraction(round_up_cents(cents, rule.round_up_to_cents))
