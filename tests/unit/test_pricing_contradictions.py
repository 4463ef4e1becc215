"""An organiser's configuration that cannot hold together is named place by place."""

from decimal import Decimal

import pytest

from marketplace.kernel.i18n import Language, Text, translate
from marketplace.pricing.bands import ANY_TIME
from marketplace.pricing.charges import Unit
from marketplace.pricing.values import (
    BandAmount,
    Component,
    ComponentsValue,
    FlatValue,
    HoursRow,
    HouseholdHoursValue,
    HouseholdSteps,
    MonthlyLessStepsValue,
    Step,
    StepValue,
    ValueRule,
    contradictions,
)


def steps(*given: Step, size: int = 1, lowest: int = 0) -> StepValue:
    return StepValue(households=(HouseholdSteps(size=size, steps=given),), lowest_cents=lowest)


def step(value: int, income: int | None = None, savings: int | None = None) -> Step:
    return Step(value_cents=value, income_up_to_cents=income, savings_up_to_cents=savings)


def by_hours(*percents: str, classes: tuple[int, ...] = (60, 360), limit: int = 1, unit: Unit = Unit.HOUR) -> ValueRule:
    row = HoursRow(size=1, limit_cents=limit, percents=tuple(map(Decimal, percents)))
    return HouseholdHoursValue(unit=unit, bands=(BandAmount("any", 30_00),), from_minutes=classes, households=(row,))


def monthly(**changes: int) -> ValueRule:
    fields = {"amount_cents": 3300_00, "free_income_cents": 900_00, "step_cents": 100_00, "less_cents": 100_00}
    return MonthlyLessStepsValue(**(fields | changes))  # pyright: ignore[reportArgumentType]


def part(rule: FlatValue, key: str = "a", **changes: object) -> Component:
    return Component(key=key, name=Text("Osa"), rule=rule, **changes)  # pyright: ignore[reportArgumentType]


HOUR = FlatValue(value_cents=1)


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        (steps(step(2, 100), step(1, 200)), []),
        (steps(step(2, 100), step(2, 200, 50), step(1)), []),
        (steps(), ["households.0.steps"]),
        (StepValue(households=()), ["households"]),
        (steps(step(1, 100), size=2), ["households.0.size"]),
        (steps(step(1, 100), step(2, 200)), ["households.0.steps.1.value_cents"]),
        (steps(step(2, 200), step(1, 100)), ["households.0.steps.1"]),
        (steps(step(2), step(1, 100)), ["households.0.steps.1"]),
        (
            steps(step(-1, -2)),
            [f"households.0.steps.0.{n}" for n in ("value_cents", "income_up_to_cents", "value_cents")],
        ),
        (steps(step(1), lowest=2), ["households.0.steps.0.value_cents"]),
        (by_hours("15", "20"), []),
        (by_hours("15"), ["households.0.percents"]),
        (by_hours("15", "101"), ["households.0.percents.1"]),
        (by_hours("15", "20", classes=(60, 60)), ["from_minutes"]),
        (by_hours(classes=()), ["from_minutes"]),
        (by_hours("15", "20", limit=-1), ["households.0.limit_cents"]),
        (by_hours("15", "20", unit=Unit.DAY), ["unit"]),
        (monthly(), []),
        (monthly(step_cents=0), ["step_cents"]),
        (monthly(lowest_cents=3301_00), ["amount_cents"]),
        (monthly(less_cents=-1), ["less_cents"]),
        (ComponentsValue(parts=(part(HOUR), part(FlatValue(unit=Unit.KM, value_cents=1), "b"))), []),
        (ComponentsValue(parts=(part(HOUR), part(HOUR))), ["parts.1.key"]),
        (ComponentsValue(parts=()), ["parts"]),
        (
            ComponentsValue(parts=(part(FlatValue(value_cents=-1), pays=()),)),
            ["parts.0.pays", "parts.0.rule.value_cents"],
        ),
    ],
)
def test_contradictions_of_rules_are_named(rule: ValueRule, fields: list[str]):
    found = contradictions(rule, ANY_TIME)
    assert [error.field.removeprefix("rule.") for error in found] == fields
    assert all(error.field.startswith("rule.") for error in found)
    assert all("{" not in translate(error.message, language) for error in found for language in Language)
