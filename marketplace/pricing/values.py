"""What a voucher is worth and why: every value rule, its value and the words for it. The door to ``worth`` and its like."""

from typing import assert_never

from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.money import Money
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.charges import UNIT_WORDS
from marketplace.pricing.steps import (
    HoursRow,
    HouseholdSteps,
    IncomeKind,
    Step,
    household_hours_words,
    monthly_words,
    step_words,
)
from marketplace.pricing.value_checks import check_value_rule, contradictions
from marketplace.pricing.worth import (
    BandAmount,
    BandCoefficient,
    BandValue,
    CoefficientValue,
    Component,
    ComponentsValue,
    FlatValue,
    Household,
    HouseholdHoursValue,
    HouseholdLimit,
    IncomeTestedValue,
    MonthlyLessStepsValue,
    RoundingOrder,
    SingleRule,
    StepValue,
    ValueRule,
    components,
    exact_value,
    goes_by_bands,
    of_band,
    plain_rule,
    unit_value,
)

__all__ = [
    "BandAmount",
    "BandCoefficient",
    "BandValue",
    "CoefficientValue",
    "Component",
    "ComponentsValue",
    "FlatValue",
    "HoursRow",
    "Household",
    "HouseholdHoursValue",
    "HouseholdLimit",
    "HouseholdSteps",
    "IncomeKind",
    "IncomeTestedValue",
    "MonthlyLessStepsValue",
    "RoundingOrder",
    "SingleRule",
    "Step",
    "StepValue",
    "ValueRule",
    "check_value_rule",
    "components",
    "contradictions",
    "exact_value",
    "goes_by_bands",
    "plain_rule",
    "unit_value",
    "value_words",
]


def value_words(rule: ValueRule, household: Household, calendar: BandCalendar, band: str | None = None) -> Message:
    """How ``unit_value`` came to its cents, in words with the numbers in them. Of parts, the main one's.

    Raises:
        Refused: as ``unit_value``.
    """
    value = {"value": Money(unit_value(rule, household, band)), "unit": UNIT_WORDS[rule.unit]}
    match rule:
        case FlatValue() | ComponentsValue():
            return message("The voucher is worth {value} per {unit}.", **value)
        case BandValue():
            return message("{band}: the voucher is worth {value} per {unit}.", band=_name(calendar, band), **value)
        case CoefficientValue():
            return message(
                "{band}: the voucher is worth {base} × {coefficient} = {value} per {unit}.",
                band=_name(calendar, band),
                base=Money(rule.base_cents),
                coefficient=of_band(rule.bands, band).coefficient,
                **value,
            )
        case IncomeTestedValue():
            return _income_words(rule, household)
        case HouseholdHoursValue():
            full = of_band(rule.bands, band).value_cents
            return household_hours_words(rule, household, _name(calendar, band), full)
        case StepValue():
            return step_words(rule, household)
        case MonthlyLessStepsValue():
            return monthly_words(rule, household)
        case _:  # pragma: no cover
            assert_never(rule)


def _income_words(rule: IncomeTestedValue, household: Household) -> Message:
    value = {"value": Money(unit_value(rule, household)), "unit": UNIT_WORDS[rule.unit]}
    if household.gross_income_cents is None:
        return message("No income was given: the voucher has its lowest value, {value} per {unit}.", **value)
    limit = rule.limit_for(household.size)
    shared = {"size": household.size, "limit": Money(limit.limit_cents), **value}
    if household.gross_income_cents <= limit.limit_cents:
        return message(
            "The income of a household of {size} is at most {limit} a month: the voucher has its full value, "
            "{value} per {unit}.",
            **shared,
        )
    shared |= {
        "max": Money(limit.max_cents or 0),
        "income": Money(household.gross_income_cents),
        "percent": limit.percent,
        "lowest": Money(rule.lowest_cents),
        "highest": Money(rule.highest_cents),
    }
    if rule.factor == 1 and rule.divisor == 1:
        return message(
            "Household of {size}: {max} − ({income} − {limit}) × {percent} %, "
            "at least {lowest} and at most {highest}: the voucher is worth {value} per {unit}.",
            **shared,
        )
    if rule.factor == 1:
        return message(
            "Household of {size}: {max} − ({income} − {limit}) × {percent} % ÷ {divisor}, "
            "at least {lowest} and at most {highest}: the voucher is worth {value} per {unit}.",
            divisor=rule.divisor,
            **shared,
        )
    return message(
        "Household of {size}: ({max} − ({income} − {limit}) × {percent} % ÷ {divisor}) × {factor}, "
        "at least {lowest} and at most {highest}: the voucher is worth {value} per {unit}.",
        divisor=rule.divisor,
        factor=rule.factor,
        **shared,
    )


def _name(calendar: BandCalendar, band: str | None) -> Text | str:
    return calendar.band(band).name if band in calendar.keys and band else band or ""
