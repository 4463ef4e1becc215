"""What is wrong with a value rule, named place by place, before anybody is paid by it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final, assert_never

import msgspec

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import message
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.households import BandAmount
from marketplace.pricing.limits import NO_LIMITS, Limits, limit_errors
from marketplace.pricing.prices import BandCoefficient
from marketplace.pricing.steps import household_hours_errors, monthly_errors, step_errors
from marketplace.pricing.worth import (
    BandValue,
    CoefficientValue,
    ComponentsValue,
    FlatValue,
    HouseholdHoursValue,
    IncomeTestedValue,
    MonthlyLessStepsValue,
    StepValue,
    ValueRule,
)

MAX_FACTOR: Final = 10
MAX_PERCENT: Final = 100


def contradictions(rule: ValueRule, calendar: BandCalendar, limits: Limits = NO_LIMITS) -> list[FieldError]:
    """Everything in an organiser's configuration that cannot be or cannot hold together, each with its place.

    Fields of the rule come as ``rule.…``, those of the limits as ``limits.…``.
    """
    placed = [msgspec.structs.replace(e, field=f"rule.{e.field}") for e in check_value_rule(rule, calendar)]
    return [*placed, *(msgspec.structs.replace(e, field=f"limits.{e.field}") for e in limit_errors(limits, rule.unit))]


def check_value_rule(rule: ValueRule, calendar: BandCalendar) -> list[FieldError]:
    """Everything wrong with a rule: amounts, bands without a value, and holes in the table of households."""
    match rule:
        case FlatValue():
            return [*_amount_errors("value_cents", rule.value_cents)]
        case BandValue():
            amounts = [
                e for i, b in enumerate(rule.bands) for e in _amount_errors(f"bands.{i}.value_cents", b.value_cents)
            ]
            return [*_band_errors(rule.bands, calendar), *amounts]
        case CoefficientValue():
            factors = [
                e for i, b in enumerate(rule.bands) for e in _factor_errors(f"bands.{i}.coefficient", b.coefficient)
            ]
            return [*_amount_errors("base_cents", rule.base_cents), *_band_errors(rule.bands, calendar), *factors]
        case IncomeTestedValue():
            return [*_income_errors(rule), *_household_errors(rule)]
        case HouseholdHoursValue():
            amounts = [
                e for i, b in enumerate(rule.bands) for e in _amount_errors(f"bands.{i}.value_cents", b.value_cents)
            ]
            return [*_band_errors(rule.bands, calendar), *amounts, *household_hours_errors(rule)]
        case StepValue():
            return [*step_errors(rule)]
        case MonthlyLessStepsValue():
            return [*monthly_errors(rule)]
        case ComponentsValue():
            return [*_component_errors(rule, calendar)]
        case _:  # pragma: no cover
            assert_never(rule)


def _component_errors(rule: ComponentsValue, calendar: BandCalendar) -> Iterator[FieldError]:
    if not any(part.rule.unit is rule.unit for part in rule.parts):
        yield FieldError("parts", message("No part of the voucher is per the voucher's own unit."))
    for i, part in enumerate(rule.parts):
        if part.key in [other.key for other in rule.parts[:i]]:
            yield FieldError(f"parts.{i}.key", message("Two parts have the code {code}.", code=part.key))
        if not part.pays:
            yield FieldError(f"parts.{i}.pays", message("Choose at least one thing that this part pays for."))
        for error in check_value_rule(part.rule, calendar):
            yield msgspec.structs.replace(error, field=f"parts.{i}.rule.{error.field}")


def _amount_errors(field: str, cents: int) -> Iterator[FieldError]:
    if cents < 0:
        yield FieldError(field, message("The amount cannot be negative."))


def _factor_errors(field: str, factor: Decimal) -> Iterator[FieldError]:
    if not factor.is_finite() or not 0 < factor <= MAX_FACTOR:
        yield FieldError(field, message("Give a number over 0 and at most {limit}.", limit=MAX_FACTOR))


def _band_errors(entries: Sequence[BandAmount | BandCoefficient], calendar: BandCalendar) -> Iterator[FieldError]:
    given = [entry.band for entry in entries]
    for i, band in enumerate(given):
        if band not in calendar.keys:
            yield FieldError(f"bands.{i}.band", message("There is no time band with the code {code}.", code=band))
        elif band in given[:i]:
            yield FieldError(f"bands.{i}.band", message("{band} has two values.", band=calendar.band(band).name))
    for band in calendar.bands:
        if band.key not in given:
            yield FieldError("bands", message("The value for {band} is missing.", band=band.name))


def _income_errors(rule: IncomeTestedValue) -> Iterator[FieldError]:
    yield from _amount_errors("max_cents", rule.max_cents)
    yield from _amount_errors("lowest_cents", rule.lowest_cents)
    yield from _amount_errors("extra_person_limit_cents", rule.extra_person_limit_cents)
    yield from _factor_errors("factor", rule.factor)
    if rule.highest_cents < rule.lowest_cents:
        yield FieldError("highest_cents", message("The highest value cannot be under the lowest."))
    if rule.divisor < 1:
        yield FieldError("divisor", message("The divisor must be at least 1."))
    if rule.round_up_to_cents is not None and rule.round_up_to_cents < 1:
        yield FieldError("round_up_to_cents", message("The rounding step must be at least 1 cent."))
    if not rule.extra_person_percent.is_finite() or rule.extra_person_percent > 0:
        text = message("A larger household cannot have a higher percent.")
        yield FieldError("extra_person_percent", text)


def _household_errors(rule: IncomeTestedValue) -> Iterator[FieldError]:
    if not rule.limits:
        yield FieldError("limits", message("Give the income limits from a household of one upwards."))
    for i, limit in enumerate(rule.limits):
        if limit.size != i + 1:
            yield FieldError(f"limits.{i}.size", message("The household of {size} is missing here.", size=i + 1))
        yield from _amount_errors(f"limits.{i}.limit_cents", limit.limit_cents)
        yield from _amount_errors(f"limits.{i}.max_cents", limit.max_cents or 0)
        if not limit.percent.is_finite() or not 0 <= limit.percent <= MAX_PERCENT:
            yield FieldError(f"limits.{i}.percent", message("Give a percent from 0 to 100."))
