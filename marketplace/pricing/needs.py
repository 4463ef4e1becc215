"""What a voucher's value depends on: what to ask of a client before it can be estimated."""

from typing import Final

import msgspec

from marketplace.pricing.steps import HouseholdHoursValue, IncomeKind, MonthlyLessStepsValue, StepValue
from marketplace.pricing.worth import IncomeTestedValue, SingleRule, ValueRule, components

_BY_HOUSEHOLD: Final = (IncomeTestedValue, HouseholdHoursValue, StepValue)
_BY_INCOME: Final = (*_BY_HOUSEHOLD, MonthlyLessStepsValue)


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What the value of a rule depends on. ``income_kind`` is the income it asks for, where it asks for any."""

    household: bool
    income: bool
    savings: bool
    hours: bool
    income_kind: IncomeKind | None


def needs_of(rule: ValueRule) -> Needs:
    """What a rule asks, all of its parts together."""
    rules = [part.rule for part in components(rule)]
    has_income = any(isinstance(each, _BY_INCOME) for each in rules)
    kinds = [each.income for each in rules if isinstance(each, StepValue | MonthlyLessStepsValue)]
    return Needs(
        household=any(isinstance(each, _BY_HOUSEHOLD) for each in rules),
        income=has_income,
        savings=any(_asks_savings(each) for each in rules),
        hours=any(isinstance(each, HouseholdHoursValue) for each in rules),
        income_kind=next(iter(kinds), IncomeKind.GROSS) if has_income else None,
    )


def _asks_savings(rule: SingleRule) -> bool:
    return isinstance(rule, StepValue) and any(rule.asks_savings(row.size) for row in rule.households)
