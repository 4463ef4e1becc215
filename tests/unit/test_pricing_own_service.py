"""Fees of organisers' own services, to the cent."""

from decimal import Decimal

import pytest

from marketplace.demo.organisers import product_file
from marketplace.kernel.i18n import Language, translate
from marketplace.pricing.own_service import (
    IncomePercentFee,
    IncomeStepsFee,
    MonthOfUse,
    UnitFee,
    fee_errors,
    fee_words,
    own_service_cents,
    use_of,
)
from marketplace.pricing.prices import Unit
from marketplace.pricing.schedules import units_plan, whole_month_plan
from marketplace.pricing.steps import HoursRow, HouseholdSteps, Step
from marketplace.pricing.values import Household
from tests.unit.test_pricing_published import NOVEMBER

HOME_CARE, MEAL, SAFETY = (each.rule for each in product_file("helsinki").own_services)


def hours(count: float) -> MonthOfUse:
    return MonthOfUse(minutes=round(count * 60), visits=4, days=4, weeks=4, pieces=4)


def household(euros: float | None, size: int = 1) -> Household:
    return Household(size=size, gross_income_cents=None if euros is None else round(euros * 100))


@pytest.mark.parametrize(
    ("count", "asked", "cents"),
    [
        (20, household(1500), 203_28),
        (20.9, household(1500), 203_28),
        (21, household(1500), 220_22),
        (4, household(1500), 67_76),
        (4, household(5000), 119_66),
        (41, household(1500), 296_45),
        (20, household(600), 0),
        (20, household(None), None),
        (20, household(2500, 2), 207_20),
        (20, household(5000, 8), 67_97),
        (20, household(3000, 40), 0),
    ],
)
def test_helsinkis_home_care(count, asked, cents):
    assert own_service_cents(HOME_CARE, hours(count), asked) == cents


@pytest.mark.parametrize(("euros", "cents"), [(1138, 0), (1138.01, 34_55), (1707.01, 54_00), (None, None)])
def test_steps_of_income(euros, cents):
    assert own_service_cents(SAFETY, hours(1), household(euros)) == cents


def test_no_step_and_no_month_cost_what_they_should():
    rule = IncomeStepsFee(households=(HouseholdSteps(size=1, steps=(Step(value_cents=1, income_up_to_cents=1),)),))
    assert own_service_cents(rule, hours(1), household(2)) is None
    assert own_service_cents(HOME_CARE, MonthOfUse(), household(None)) == 0


@pytest.mark.parametrize(
    ("unit", "cents"),
    [
        (Unit.HOUR, 25_00),
        (Unit.VISIT, 40_00),
        (Unit.PIECE, 50_00),
        (Unit.MONTH, 10_00),
        (Unit.WEEK, 40_00),
        (Unit.KM, None),
    ],
)
def test_fees_per_unit(unit, cents):
    use = MonthOfUse(minutes=150, visits=4, days=4, weeks=4, pieces=5)
    assert own_service_cents(UnitFee(unit=unit, cents=10_00), use, Household()) == cents


def test_a_fee_has_a_most():
    assert (
        own_service_cents(
            UnitFee(unit=Unit.DAY, cents=10_00, maximum_cents=99_00), use_of(whole_month_plan(NOVEMBER)), Household()
        )
        == 99_00
    )
    assert own_service_cents(MEAL, use_of(units_plan(Unit.PIECE, 3, NOVEMBER)), Household()) == 3 * 10_90


@pytest.mark.parametrize("language", list(Language))
def test_fees_are_told_in_words(language):
    told = [
        translate(fee_words(rule, hours(20), asked), language)
        for rule in (HOME_CARE, MEAL, SAFETY)
        for asked in (household(1500), household(9000), household(None))
    ]
    assert all(told)
    assert "203" in told[0]
    assert len(set(told)) == 6


def test_everything_wrong_is_named():
    row = HoursRow(size=2, limit_cents=-1, percents=(Decimal(101),))
    percent = IncomePercentFee(
        from_minutes=(60, 60),
        households=(row,),
        maximums_cents=(-1,),
        extra_person_percent=Decimal(1),
        maximum_cents=-1,
    )
    assert {error.field for error in fee_errors(percent)} == {
        "maximum_cents", "from_minutes", "maximums_cents", "maximums_cents.0", "extra_person_percent",
        "households.0.size", "households.0.limit_cents", "households.0.percents", "households.0.percents.0",
    }  # fmt: skip
    steps = IncomeStepsFee(
        households=(HouseholdSteps(size=1, steps=()), HouseholdSteps(size=2, steps=(Step(value_cents=-1),)))
    )
    assert {error.field for error in fee_errors(steps)} == {"households.0.steps", "households.1.steps.0"}
    assert {error.field for error in fee_errors(IncomeStepsFee(households=()))} == {"households"}
    assert {error.field for error in fee_errors(UnitFee(unit=Unit.HOUR, cents=10**12))} == {"cents"}
    assert all(fee_errors(rule) == [] for rule in (HOME_CARE, MEAL, SAFETY))
