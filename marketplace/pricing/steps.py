"""Values by table: income and savings steps, a household's share of its hours, a month's amount less income steps.

Patterns of Finnish organisers: cleaning vouchers by income steps (Helsinki; Huittinen with savings), home care by household
and hours (Päijät-Häme 2021), continuous housing (Helsinki: 3 300 € less 100 € for every started 100 € over 900 €).
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Final

import msgspec

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.i18n import Message, message, show_minutes
from marketplace.kernel.money import MINUTES_PER_HOUR, Money, round_cents
from marketplace.pricing.bands import MOST_BANDS
from marketplace.pricing.charges import UNIT_WORDS, Unit
from marketplace.pricing.households import BandAmount, Household, Rule

MOST_ROWS: Final = 30
MOST_STEPS: Final = 200
MAX_PERCENT: Final = 100


class IncomeKind(StrEnum):
    """Which income a rule asks for."""

    GROSS = "gross"
    NET = "net"


INCOME_WORDS: Final = {IncomeKind.GROSS: message("gross income"), IncomeKind.NET: message("net income")}


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value (cents per unit) for incomes, and savings, up to and with these cents; ``None`` is no limit."""

    value_cents: int
    income_up_to_cents: int | None = None
    savings_up_to_cents: int | None = None

    def holds(self, income: int, savings: int) -> bool:
        return (self.income_up_to_cents is None or income <= self.income_up_to_cents) and (
            self.savings_up_to_cents is None or savings <= self.savings_up_to_cents
        )


class HouseholdSteps(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The steps of a household of ``size``, in order: the first that holds is the value."""

    size: int
    steps: Annotated[tuple[Step, ...], msgspec.Meta(max_length=MOST_STEPS)]


class StepValue(Rule, frozen=True, tag="steps"):
    """A value by steps of income and savings. Where no step holds, or what a step asks is unknown, ``lowest_cents``.

    ``households`` are sizes 1, 2, 3 …; the last holds for larger ones too.
    """

    households: Annotated[tuple[HouseholdSteps, ...], msgspec.Meta(max_length=MOST_ROWS)]
    lowest_cents: int = 0
    income: IncomeKind = IncomeKind.GROSS

    def steps_for(self, size: int) -> tuple[Step, ...]:
        return self.households[min(max(size, 1), len(self.households)) - 1].steps

    def asks_savings(self, size: int) -> bool:
        return any(step.savings_up_to_cents is not None for step in self.steps_for(size))


class HoursRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A household of ``size``: income limit (cents a month) and the percent of the rest in each class of hours."""

    size: int
    limit_cents: int
    percents: Annotated[tuple[Decimal, ...], msgspec.Meta(max_length=MOST_ROWS)]


class HouseholdHoursValue(Rule, frozen=True, tag="household_hours"):
    """A value per hour in each band, less the household's share of a month: (income − limit) x percent / hours granted.

    ``from_minutes`` are where the classes of granted hours begin. Never under ``lowest_cents``, which is also the value
    where no income is known; rounded to a cent.
    """

    bands: Annotated[tuple[BandAmount, ...], msgspec.Meta(max_length=MOST_BANDS)]
    from_minutes: Annotated[tuple[int, ...], msgspec.Meta(max_length=MOST_ROWS)]
    households: Annotated[tuple[HoursRow, ...], msgspec.Meta(max_length=MOST_ROWS)]
    lowest_cents: int = 0

    def row_for(self, size: int) -> HoursRow:
        return self.households[min(max(size, 1), len(self.households)) - 1]

    def percent_for(self, size: int, minutes: int) -> Decimal:
        """The percent of a household for so many minutes a month."""
        reached = sum(begin <= minutes for begin in self.from_minutes)
        return self.row_for(size).percents[max(reached, 1) - 1]


class MonthlyLessStepsValue(Rule, frozen=True, tag="monthly_less_steps"):
    """An amount less ``less_cents`` for every started ``step_cents`` of income over ``free_income_cents``.

    Never under ``lowest_cents``, which is also the value where no income is known. Mostly for a month.
    """

    amount_cents: int
    free_income_cents: int
    step_cents: int
    less_cents: int
    lowest_cents: int = 0
    income: IncomeKind = IncomeKind.NET


def step_value(rule: StepValue, household: Household) -> int:
    """The value of the first step that holds, in cents."""
    found = _step(rule, household)
    return rule.lowest_cents if found is None else found.value_cents


def _step(rule: StepValue, household: Household) -> Step | None:
    if household.gross_income_cents is None:
        return None
    if household.savings_cents is None and rule.asks_savings(household.size):
        return None
    income, savings = household.gross_income_cents, household.savings_cents or 0
    return next((step for step in rule.steps_for(household.size) if step.holds(income, savings)), None)


def household_hours_value(rule: HouseholdHoursValue, household: Household, band_cents: int) -> Fraction:
    """The value of an hour in a band of ``band_cents``, exact.

    Raises:
        Refused: the granted hours are not known (``hours_needed``).
    """
    if household.gross_income_cents is None:
        return Fraction(min(rule.lowest_cents, band_cents))
    return max(band_cents - _share_of_hour(rule, household), Fraction(min(rule.lowest_cents, band_cents)))


def _share_of_hour(rule: HouseholdHoursValue, household: Household) -> Fraction:
    minutes = granted_minutes(household)
    return _share_of_month(rule, household, minutes) * MINUTES_PER_HOUR / minutes


def _share_of_month(rule: HouseholdHoursValue, household: Household, minutes: int) -> Fraction:
    over = max((household.gross_income_cents or 0) - rule.row_for(household.size).limit_cents, 0)
    return over * Fraction(rule.percent_for(household.size, minutes)) / 100


def granted_minutes(household: Household) -> int:
    """The minutes granted for a month. Raises ``Refused`` (``hours_needed``) where they are not known."""
    if not household.minutes_per_month:
        text = message("The voucher's value depends on the hours granted for a month. Give the hours.")
        raise Refused(text, code="hours_needed")
    return household.minutes_per_month


def monthly_less_steps(rule: MonthlyLessStepsValue, household: Household) -> int:
    """The amount less the income's started steps, in cents."""
    if household.gross_income_cents is None:
        return rule.lowest_cents
    return max(rule.amount_cents - _started(rule, household.gross_income_cents) * rule.less_cents, rule.lowest_cents)


def _started(rule: MonthlyLessStepsValue, income: int) -> int:
    return -(-max(income - rule.free_income_cents, 0) // rule.step_cents)


def step_words(rule: StepValue, household: Household) -> Message:
    """How ``step_value`` came to its cents."""
    value = {"value": Money(step_value(rule, household)), "unit": UNIT_WORDS[rule.unit]}
    if household.gross_income_cents is None:
        return message("No income was given: the voucher has its lowest value, {value} per {unit}.", **value)
    shared = {
        "income": Money(household.gross_income_cents),
        "kind": INCOME_WORDS[rule.income],
        "size": household.size,
        **value,
    }
    if household.savings_cents is None and rule.asks_savings(household.size):
        return message("No savings were given: the voucher has its lowest value, {value} per {unit}.", **value)
    found = _step(rule, household)
    if found is None:
        return message(
            "Household of {size}, {kind} {income}: over every step, so the voucher is worth {value} per {unit}.",
            **shared,
        )
    return _found_words(found, shared)


def _found_words(found: Step, shared: Mapping[str, object]) -> Message:
    if found.income_up_to_cents is None:
        return message("Household of {size}: the voucher is worth {value} per {unit} at any income.", **shared)
    limit = Money(found.income_up_to_cents)
    if found.savings_up_to_cents is None:
        return message(
            "Household of {size}, {kind} {income}, at most {limit} a month: the voucher is worth {value} per {unit}.",
            limit=limit,
            **shared,
        )
    return message(
        "Household of {size}, {kind} {income}, at most {limit} a month, and savings at most {savings}: "
        "the voucher is worth {value} per {unit}.",
        limit=limit,
        savings=Money(found.savings_up_to_cents),
        **shared,
    )


def household_hours_words(rule: HouseholdHoursValue, household: Household, name: object, band_cents: int) -> Message:
    """How an hour's value in a band came to its cents. ``name`` is the band's.

    Raises:
        Refused: ``hours_needed``.
    """
    value = {
        "band": name,
        "value": Money(round_cents(household_hours_value(rule, household, band_cents))),
        "unit": UNIT_WORDS[rule.unit],
    }
    if household.gross_income_cents is None:
        return message("No income was given: the voucher has its lowest value, {value} per {unit}.", **value)
    minutes = granted_minutes(household)
    return message(
        "{band}: {full} − ({income} − {limit}) × {percent} % ÷ {hours}, for a household of {size}, never under {lowest}: "
        "the voucher is worth {value} per {unit}.",
        full=Money(band_cents),
        income=Money(household.gross_income_cents),
        limit=Money(min(rule.row_for(household.size).limit_cents, household.gross_income_cents)),
        percent=rule.percent_for(household.size, minutes),
        hours=show_minutes(minutes),
        size=household.size,
        lowest=Money(min(rule.lowest_cents, band_cents)),
        **value,
    )


def monthly_words(rule: MonthlyLessStepsValue, household: Household) -> Message:
    """How ``monthly_less_steps`` came to its cents."""
    value = {"value": Money(monthly_less_steps(rule, household)), "unit": UNIT_WORDS[rule.unit]}
    if household.gross_income_cents is None:
        return message("No income was given: the voucher has its lowest value, {value} per {unit}.", **value)
    return message(
        "{full} less {less} for each of {steps} started {step} of {kind} over {free}, never under {lowest}: "
        "the voucher is worth {value} per {unit}.",
        full=Money(rule.amount_cents),
        less=Money(rule.less_cents),
        steps=_started(rule, household.gross_income_cents),
        step=Money(rule.step_cents),
        kind=INCOME_WORDS[rule.income],
        free=Money(rule.free_income_cents),
        lowest=Money(rule.lowest_cents),
        **value,
    )


def step_errors(rule: StepValue) -> Iterator[FieldError]:
    """Everything wrong with a table of steps: holes, steps that never hold, and values that rise with income."""
    yield from _not_negative("lowest_cents", rule.lowest_cents)
    if not rule.households:
        yield FieldError("households", message("Give the income limits from a household of one upwards."))
    for i, row in enumerate(rule.households):
        yield from _size_errors(f"households.{i}", row.size, i)
        if not row.steps:
            yield FieldError(f"households.{i}.steps", message("Give at least one step."))
        for j, step in enumerate(row.steps):
            yield from _one_step_errors(f"households.{i}.steps.{j}", step, row.steps[:j], rule.lowest_cents)


def _one_step_errors(field: str, step: Step, before: tuple[Step, ...], lowest: int) -> Iterator[FieldError]:
    yield from _not_negative(f"{field}.value_cents", step.value_cents)
    for name in ("income_up_to_cents", "savings_up_to_cents"):
        yield from _not_negative(f"{field}.{name}", getattr(step, name) or 0)
    if any(_covers(other, step) for other in before):
        yield FieldError(field, message("This step never holds: one before it holds for the same incomes."))
    if any(step.value_cents > other.value_cents for other in before):
        yield FieldError(f"{field}.value_cents", message("A higher income cannot give a higher value."))
    if step.value_cents < lowest:
        yield FieldError(f"{field}.value_cents", message("The highest value cannot be under the lowest."))


def _covers(other: Step, step: Step) -> bool:
    return _reaches(other.income_up_to_cents, step.income_up_to_cents) and _reaches(
        other.savings_up_to_cents, step.savings_up_to_cents
    )


def _reaches(limit: int | None, other: int | None) -> bool:
    return limit is None or (other is not None and other <= limit)


def household_hours_errors(rule: HouseholdHoursValue) -> Iterator[FieldError]:
    """Everything wrong with a table of households and hours, its bands apart."""
    yield from _not_negative("lowest_cents", rule.lowest_cents)
    if rule.unit is not Unit.HOUR:
        yield FieldError("unit", message("A value by household and hours is per hour."))
    if list(rule.from_minutes) != sorted(set(rule.from_minutes)) or not rule.from_minutes:
        yield FieldError("from_minutes", message("The classes of hours must rise."))
    if not rule.households:
        yield FieldError("households", message("Give the income limits from a household of one upwards."))
    for i, row in enumerate(rule.households):
        yield from _size_errors(f"households.{i}", row.size, i)
        yield from _not_negative(f"households.{i}.limit_cents", row.limit_cents)
        if len(row.percents) != len(rule.from_minutes):
            yield FieldError(f"households.{i}.percents", message("Give one percent for each class of hours."))
        for j, percent in enumerate(row.percents):
            if not percent.is_finite() or not 0 <= percent <= MAX_PERCENT:
                yield FieldError(f"households.{i}.percents.{j}", message("Give a percent from 0 to 100."))


def monthly_errors(rule: MonthlyLessStepsValue) -> Iterator[FieldError]:
    """Everything wrong with an amount less steps."""
    for name in ("amount_cents", "free_income_cents", "less_cents", "lowest_cents"):
        yield from _not_negative(name, getattr(rule, name))
    if rule.step_cents < 1:
        yield FieldError("step_cents", message("The income step must be at least 1 cent."))
    if rule.amount_cents < rule.lowest_cents:
        yield FieldError("amount_cents", message("The highest value cannot be under the lowest."))


def _size_errors(field: str, size: int, i: int) -> Iterator[FieldError]:
    if size != i + 1:
        yield FieldError(f"{field}.size", message("The household of {size} is missing here.", size=i + 1))


def _not_negative(field: str, cents: int) -> Iterator[FieldError]:
    if cents < 0:
        yield FieldError(field, message("The amount cannot be negative."))
