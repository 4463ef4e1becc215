from decimal import Decimal

import msgspec
import pytest

from marketplace.kernel.errors import Refused
from marketplace.kernel.i18n import Language, translate
from marketplace.pricing.bands import ANY_TIME
from marketplace.pricing.values import (
    BandAmount,
    BandCoefficient,
    BandValue,
    CoefficientValue,
    FlatValue,
    Household,
    HouseholdLimit,
    IncomeTestedValue,
    ValueRule,
    check_value_rule,
    unit_value,
    value_words,
)
from tests.factories.pricing import (
    helsinki_value,
    lapland_calendar,
    lapland_value,
    limits,
    national_value,
    turku_calendar,
    turku_value,
)

NOBODY = Household()


def income(euros: int | None, size: int = 1) -> Household:
    return Household(size=size, gross_income_cents=None if euros is None else euros * 100)


def test_a_flat_value_is_the_same_for_all():
    assert unit_value(FlatValue(value_cents=27_00), income(9_000, 5), "any") == 27_00


@pytest.mark.parametrize(("band", "cents"), [("day", 21_00), ("night", 26_30), ("sunday", 42_00)])
def test_turku_s_value_goes_by_band(band: str, cents: int):
    assert unit_value(turku_value(), NOBODY, band) == cents


@pytest.mark.parametrize(
    ("band", "cents"),
    [("weekday_day", 36_00), ("weekday_evening", 41_40), ("saturday_day", 43_20), ("eve", 72_00), ("sunday", 72_00)],
)
def test_lapland_s_value_is_base_times_coefficient(band: str, cents: int):
    assert unit_value(lapland_value(), NOBODY, band) == cents


def test_a_formula_tells_no_factor_and_no_divisor_of_one():
    told = translate(value_words(national_value(25, 528), income(900), ANY_TIME), Language.EN)
    assert "% ÷ 60, at least" in told
    assert "× 1" not in told
    by_month = msgspec.structs.replace(national_value(25, 528), divisor=1)
    assert "÷" not in translate(value_words(by_month, income(900), ANY_TIME), Language.EN)


def test_a_household_may_have_a_full_value_of_its_own():
    two = HouseholdLimit(2, 1_205_00, Decimal(22), 30_00)
    rule = msgspec.structs.replace(helsinki_value(), limits=(helsinki_value().limits[0], two))
    assert [unit_value(rule, income(600, size)) for size in (1, 2, 3)] == [40_80, 36_00, 36_00]
    assert "(€30.00 − (€2,000.00" in translate(value_words(rule, income(2_000, 2), ANY_TIME), Language.EN)
    read = msgspec.json.decode(msgspec.json.encode(rule), type=IncomeTestedValue)
    assert (read, b"null" in msgspec.json.encode(rule.limits[0])) == (rule, False)


def test_a_coefficient_rounds_half_a_cent_up():
    rule = CoefficientValue(base_cents=33_50, bands=(BandCoefficient("evening", Decimal("1.1501")),))
    assert unit_value(rule, NOBODY, "evening") == 38_53


@pytest.mark.parametrize("rule", [turku_value(), lapland_value()])
@pytest.mark.parametrize("band", ["noon", None])
def test_a_band_without_a_value_is_refused(rule: ValueRule, band: str | None):
    with pytest.raises(Refused) as refused:
        unit_value(rule, NOBODY, band)
    assert refused.value.code == "band_not_covered"


@pytest.mark.parametrize(
    ("household", "cents"),
    [
        (income(1_500), 34_87),
        (income(300), 40_80),
        (income(653), 40_80),
        (income(None), 8_40),
        (income(10_000), 8_40),
        (income(1_500, 2), 39_50),
        (income(4_000, 7), 40_08),
        (income(4_000, 0), 17_37),
        (income(100_000, 30), 40_80),
    ],
)
def test_helsinki_s_value_today(household: Household, cents: int):
    assert unit_value(helsinki_value(), household) == cents


@pytest.mark.parametrize(
    ("max_euros", "limit", "cents"), [(25, 528, 22_83), (24, 484, 21_57)], ids=["Finnish page", "Swedish page"]
)
def test_the_ministry_s_worked_examples(max_euros: int, limit: int, cents: int):
    assert unit_value(national_value(max_euros, limit), income(900)) == cents


@pytest.mark.parametrize(("step", "cents"), [(5, 22_85), (10, 22_90), (300, 24_00), (400, 24_00), (1_000, 25_00)])
def test_an_organiser_may_round_up_in_the_client_s_favour(step: int, cents: int):
    assert unit_value(national_value(25, 528, round_up_to_cents=step), income(900)) == cents


def test_the_statutory_minimum_holds():
    assert unit_value(national_value(27, 563), income(9_000)) == 7_00


def test_large_households_continue_the_table():
    seventh = helsinki_value().limit_for(7)
    assert (seventh.limit_cents, seventh.percent) == (3_640_00, Decimal(10))
    assert helsinki_value().limit_for(40).percent == 0


@pytest.mark.parametrize("rule", [FlatValue(value_cents=1), turku_value(), lapland_value(), helsinki_value()])
def test_rules_keep_their_form_in_json(rule: ValueRule):
    assert msgspec.json.decode(msgspec.json.encode(rule), type=ValueRule) == rule


def test_a_rule_says_what_kind_it_is():
    assert msgspec.json.encode(FlatValue(value_cents=15_00)) == b'{"kind":"flat","value_cents":1500,"unit":"hour"}'


@pytest.mark.parametrize(
    ("rule", "household", "words"),
    [
        (FlatValue(value_cents=27_00), NOBODY, "The voucher is worth €27.00 per hour."),
        (turku_value(), NOBODY, "Night: the voucher is worth €26.30 per hour."),
        (helsinki_value(), income(None), "No income was given: the voucher has its lowest value, €8.40 per hour."),
        (
            helsinki_value(),
            income(600),
            "The income of a household of 1 is at most €653.00 a month: the voucher has its full value, €40.80 per hour.",
        ),
        (
            helsinki_value(),
            income(1_500),
            (
                "Household of 1: (€34.00 − (€1,500.00 − €653.00) × 35 % ÷ 60) × 1.2, at least €8.40 and at most €40.80: "
                "the voucher is worth €34.87 per hour."
            ),
        ),
    ],
)
def test_the_formula_in_words(rule: ValueRule, household: Household, words: str):
    assert translate(value_words(rule, household, turku_calendar(), "night"), Language.EN) == words


def test_a_coefficient_in_finnish_words():
    text = translate(value_words(lapland_value(), NOBODY, lapland_calendar(), "weekday_evening"), Language.FI)
    assert "36,00\u00a0€ × 1,15 = 41,40\u00a0€" in text


def test_an_unknown_band_keeps_its_code_in_words():
    assert "Night" not in translate(value_words(turku_value(), NOBODY, ANY_TIME, "night"), Language.EN)


@pytest.mark.parametrize(
    ("rule", "calendar"),
    [
        (FlatValue(value_cents=0), ANY_TIME),
        (turku_value(), turku_calendar()),
        (lapland_value(), lapland_calendar()),
        (helsinki_value(), ANY_TIME),
    ],
)
def test_good_rules_have_no_problems(rule: ValueRule, calendar: object):
    assert check_value_rule(rule, calendar) == []  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        (FlatValue(value_cents=-1), ["value_cents"]),
        (
            BandValue(bands=(BandAmount("day", -1), BandAmount("day", 1), BandAmount("noon", 1))),
            ["bands.1.band", "bands.2.band", "bands", "bands", "bands.0.value_cents"],
        ),
        (
            CoefficientValue(
                base_cents=-1,
                bands=tuple(
                    BandCoefficient(band, Decimal(factor))
                    for band, factor in (("day", "0"), ("night", "NaN"), ("sunday", "10.1"))
                ),
            ),
            ["base_cents", "bands.0.coefficient", "bands.1.coefficient", "bands.2.coefficient"],
        ),
        (
            IncomeTestedValue(
                max_cents=-1,
                lowest_cents=-1,
                highest_cents=-2,
                limits=(),
                extra_person_limit_cents=-1,
                extra_person_percent=Decimal(1),
                factor=Decimal(-1),
                divisor=0,
                round_up_to_cents=0,
            ),
            [
                "max_cents",
                "lowest_cents",
                "extra_person_limit_cents",
                "factor",
                "highest_cents",
                "divisor",
                "round_up_to_cents",
                "extra_person_percent",
                "limits",
            ],
        ),
        (
            national_value(25, 528, limits=limits((-5, 101), (10, -1))[::-1], extra_person_percent=Decimal("Infinity")),
            [
                "extra_person_percent",
                "limits.0.size",
                "limits.0.percent",
                "limits.1.size",
                "limits.1.limit_cents",
                "limits.1.percent",
            ],
        ),
    ],
    ids=["flat", "band", "coefficient", "income", "households"],
)
def test_everything_wrong_with_a_rule_is_named(rule: ValueRule, fields: list[str]):
    assert [error.field for error in check_value_rule(rule, turku_calendar())] == fields
