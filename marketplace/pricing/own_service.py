"""What the client would pay for the organiser's own service in a month: what a voucher's own share is compared with.

Before a voucher is granted the client is told the fee of the same service by the organiser (Act 569/2009, section 6). Fees
follow the Act on client fees (734/1992): a price per unit, or a part of the income over a limit by household and hours
with a maximum, such as Helsinki's for home care (1 person, 1 500 €, 20 h: 847 € x 24 % = 203,28 €).
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, assert_never

import msgspec

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Message, message, show_minutes
from marketplace.kernel.money import MAX_CENTS, Money, per_hour, round_cents
from marketplace.pricing.charges import UNIT_WORDS, Unit
from marketplace.pricing.households import Household
from marketplace.pricing.steps import MAX_PERCENT, MOST_ROWS, HoursRow, HouseholdSteps
from marketplace.pricing.weeks import MonthPlan


class OwnServiceRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """The base of every fee rule. ``maximum_cents`` is the most of a month, where there is a most."""

    maximum_cents: int | None = None


class UnitFee(OwnServiceRule, frozen=True, tag="per_unit"):
    """So many cents for each hour, visit, day, week, piece or month; nothing for what is free."""

    unit: Unit
    cents: int


class IncomePercentFee(OwnServiceRule, frozen=True, tag="income_percent"):
    """A percent of the income over a limit, by household and hours a month.

    ``from_minutes`` are where the classes of hours begin, ``percents`` of each household and ``maximums_cents`` stand in
    the same order. ``households`` are sizes 1, 2, 3 …; every person beyond them moves the limit by
    ``extra_person_limit_cents`` and the percents by ``extra_person_percent`` (never below zero).
    """

    from_minutes: Annotated[tuple[int, ...], msgspec.Meta(max_length=MOST_ROWS)]
    households: Annotated[tuple[HoursRow, ...], msgspec.Meta(max_length=MOST_ROWS)]
    maximums_cents: Annotated[tuple[int, ...], msgspec.Meta(max_length=MOST_ROWS)] = ()
    extra_person_limit_cents: int = 0
    extra_person_percent: Decimal = Decimal(0)

    def row_for(self, size: int) -> HoursRow:
        """The limit and percents of a household, continued beyond the table for large ones."""
        known = self.households[min(max(size, 1), len(self.households)) - 1]
        extra = max(size - known.size, 0)
        percents = tuple(max(percent + extra * self.extra_person_percent, Decimal(0)) for percent in known.percents)
        return HoursRow(
            size=size, limit_cents=known.limit_cents + extra * self.extra_person_limit_cents, percents=percents
        )

    def class_of(self, minutes: int) -> int:
        """The number of the class of hours."""
        return max(sum(begin <= minutes for begin in self.from_minutes), 1) - 1

    def most(self, minutes: int) -> int | None:
        """The most of a month with so many minutes, in cents."""
        found = [cents for cents in (self.maximum_cents,) if cents is not None]
        if self.maximums_cents:
            found.append(self.maximums_cents[self.class_of(minutes)])
        return min(found, default=None)


class IncomeStepsFee(OwnServiceRule, frozen=True, tag="income_steps"):
    """A fee for a month by steps of income: the first step that holds is the fee (``value_cents``)."""

    households: Annotated[tuple[HouseholdSteps, ...], msgspec.Meta(max_length=MOST_ROWS)]


FeeRule = UnitFee | IncomePercentFee | IncomeStepsFee


class MonthOfUse(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a service a month holds, by every unit that a fee can be for."""

    minutes: int = 0
    visits: int = 0
    days: int = 0
    weeks: int = 0
    pieces: int = 0

    def units(self, unit: Unit) -> int | None:
        """How many units; ``None`` where the month does not tell."""
        counted = {
            Unit.VISIT: self.visits,
            Unit.DAY: self.days,
            Unit.WEEK: self.weeks,
            Unit.PIECE: self.pieces,
            Unit.MONTH: int(self.days > 0),
        }
        return counted.get(unit)


def use_of(plan: MonthPlan) -> MonthOfUse:
    """What a planned month holds."""
    return MonthOfUse(
        minutes=sum(run.minutes for entry in plan.dated for run in entry.runs),
        visits=plan.visit_count,
        days=plan.days,
        weeks=plan.weeks,
        pieces=sum(entry.pieces for entry in plan.dated),
    )


def own_service_cents(rule: FeeRule, use: MonthOfUse, household: Household) -> int | None:
    """The month's fee in cents; ``None`` where it depends on an income that is not known, or on kilometres."""
    if not use.days:
        return 0
    match rule:
        case UnitFee():
            return _unit_fee(rule, use)
        case IncomePercentFee():
            return _percent_fee(rule, use, household)
        case IncomeStepsFee():
            return _steps_fee(rule, household)
        case _:  # pragma: no cover
            assert_never(rule)


def _unit_fee(rule: UnitFee, use: MonthOfUse) -> int | None:
    if rule.unit is Unit.HOUR:
        return _at_most(per_hour(rule.cents, use.minutes), rule.maximum_cents)
    units = use.units(rule.unit)
    return None if units is None else _at_most(rule.cents * units, rule.maximum_cents)


def _percent_fee(rule: IncomePercentFee, use: MonthOfUse, household: Household) -> int | None:
    if household.gross_income_cents is None:
        return None
    row = rule.row_for(household.size)
    over = max(household.gross_income_cents - row.limit_cents, 0)
    fee = round_cents(over * Fraction(row.percents[rule.class_of(use.minutes)]) / 100)
    return _at_most(fee, rule.most(use.minutes))


def _steps_fee(rule: IncomeStepsFee, household: Household) -> int | None:
    if household.gross_income_cents is None:
        return None
    steps = rule.households[min(max(household.size, 1), len(rule.households)) - 1].steps
    income, savings = household.gross_income_cents, household.savings_cents or 0
    found = next((step.value_cents for step in steps if step.holds(income, savings)), None)
    return None if found is None else _at_most(found, rule.maximum_cents)


def _at_most(cents: int, most: int | None) -> int:
    return cents if most is None else min(cents, most)


def fee_words(rule: FeeRule, use: MonthOfUse, household: Household) -> Message:
    """How the fee came to its cents, or what it would need."""
    cents = own_service_cents(rule, use, household)
    if cents is None:
        return message("The fee of the organiser's own service depends on income, which was not given.")
    if isinstance(rule, UnitFee) and use.days:
        shown = show_minutes(use.minutes) if rule.unit is Unit.HOUR else use.units(rule.unit)
        words = {"count": shown, "price": Money(rule.cents), "unit": UNIT_WORDS[rule.unit], "cents": Money(cents)}
        return message("The organiser's own service: {count} × {price} per {unit} = {cents} a month.", **words)
    if isinstance(rule, IncomePercentFee) and use.days:
        return _percent_words(rule, use, household, cents)
    return message("The organiser's own service costs {cents} a month.", cents=Money(cents))


def _percent_words(rule: IncomePercentFee, use: MonthOfUse, household: Household, cents: int) -> Message:
    row = rule.row_for(household.size)
    income = household.gross_income_cents or 0
    words = {
        "income": Money(income),
        "limit": Money(min(row.limit_cents, income)),
        "percent": row.percents[rule.class_of(use.minutes)],
        "size": household.size,
        "hours": show_minutes(use.minutes),
        "cents": Money(cents),
    }
    most = rule.most(use.minutes)
    if most == cents:
        return message(
            "The organiser's own service: ({income} − {limit}) × {percent} % for a household of {size} and {hours} a "
            "month, at most {cents}.",
            **words,
        )
    return message(
        "The organiser's own service: ({income} − {limit}) × {percent} % for a household of {size} and {hours} a month "
        "= {cents}.",
        **words,
    )


def fee_errors(rule: FeeRule) -> list[FieldError]:
    """Everything wrong with a fee rule, by field."""
    errors = [*_amount_errors("maximum_cents", [rule.maximum_cents])]
    match rule:
        case UnitFee():
            errors += _amount_errors("cents", [rule.cents])
        case IncomePercentFee():
            errors += _percent_errors(rule)
        case IncomeStepsFee():
            errors += _step_errors(rule)
        case _:  # pragma: no cover
            assert_never(rule)
    return errors


def _percent_errors(rule: IncomePercentFee) -> Iterator[FieldError]:
    if not rule.from_minutes or list(rule.from_minutes) != sorted(set(rule.from_minutes)):
        yield FieldError("from_minutes", message("The classes of hours must rise."))
    if rule.maximums_cents and len(rule.maximums_cents) != len(rule.from_minutes):
        yield FieldError("maximums_cents", message("Give one amount for each class of hours."))
    for i, cents in enumerate(rule.maximums_cents):
        yield from _amount_errors(f"maximums_cents.{i}", [cents])
    yield from _amount_errors("extra_person_limit_cents", [rule.extra_person_limit_cents])
    if not rule.extra_person_percent.is_finite() or rule.extra_person_percent > 0:
        yield FieldError("extra_person_percent", message("A larger household cannot have a higher percent."))
    yield from _size_errors(rule.households)
    for i, row in enumerate(rule.households):
        yield from _amount_errors(f"households.{i}.limit_cents", [row.limit_cents])
        if len(row.percents) != len(rule.from_minutes):
            yield FieldError(f"households.{i}.percents", message("Give one percent for each class of hours."))
        for j, percent in enumerate(row.percents):
            if not percent.is_finite() or not 0 <= percent <= MAX_PERCENT:
                yield FieldError(f"households.{i}.percents.{j}", message("Give a percent from 0 to 100."))


def _step_errors(rule: IncomeStepsFee) -> Iterator[FieldError]:
    yield from _size_errors(rule.households)
    for i, row in enumerate(rule.households):
        if not row.steps:
            yield FieldError(f"households.{i}.steps", message("Give at least one step."))
        for j, step in enumerate(row.steps):
            amounts = [step.value_cents, step.income_up_to_cents, step.savings_up_to_cents]
            yield from _amount_errors(f"households.{i}.steps.{j}", amounts)


def _size_errors(rows: Sequence[HoursRow | HouseholdSteps]) -> Iterator[FieldError]:
    if not rows:
        yield FieldError("households", message("Give the income limits from a household of one upwards."))
    for i, row in enumerate(rows):
        if row.size != i + 1:
            text = message("The household of {size} is missing here.", size=i + 1)
            yield FieldError(f"households.{i}.size", text)


def _amount_errors(field: str, amounts: Sequence[int | None]) -> Iterator[FieldError]:
    for cents in amounts:
        if cents is not None and cents < 0:
            yield FieldError(field, message("The amount cannot be negative."))
        elif cents is not None and cents > MAX_CENTS:
            yield FieldError(field, message("The price is too large."))
