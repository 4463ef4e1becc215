"""An organiser's price rules: what is wrong with them, which prices they refuse, how they read."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from marketplace.kernel.i18n import Language, Text, translate
from marketplace.pricing.bands import ANY_TIME
from marketplace.pricing.charges import LengthPrice, Surcharge
from marketplace.pricing.price_rules import THE_RULES, Ceiling, ceilings_of, is_day_of_year, over_ceilings, rule_errors
from marketplace.pricing.prices import (
    BandCoefficient,
    BandPrice,
    IncreaseRules,
    PriceList,
    PriceRules,
    Unit,
    check_price_list,
)
from marketplace.pricing.rule_words import rule_words
from tests.factories.pricing import kenest_calendar, kenest_prices

CALENDAR = kenest_calendar()
FIRST = CALENDAR.keys[0]


def faults(rules: PriceRules) -> dict[str, str]:
    return {each.field: translate(each.message, Language.EN) for each in rule_errors(rules, CALENDAR)}


def words(rules: PriceRules) -> list[str]:
    return [translate(each, Language.EN) for each in rule_words(rules, CALENDAR, Unit.HOUR)]


def test_right_rules_have_no_faults_and_say_nothing_of_what_is_free() -> None:
    assert (faults(PriceRules()), words(PriceRules())) == ({}, [])


def test_all_faults_of_rules_are_named() -> None:
    increases = IncreaseRules(most_per_year=13, on_days=("01-01", "02-30"), notice_days=400)
    twice = (BandPrice(FIRST, 1), BandPrice(FIRST, 2), BandPrice("noon", 3))
    found = faults(PriceRules(ceiling_cents=-1, max_visit_fee_cents=10**12, band_ceilings=twice, increases=increases))
    assert found["ceiling_cents"] == "The limit cannot be negative."
    assert found["max_visit_fee_cents"] == "The limit is too large."
    assert "has two ceilings" in found["band_ceilings.1.band"]
    assert found["band_ceilings.2.band"] == "There is no time band with the code noon."
    assert {"increases.most_per_year", "increases.on_days.1", "increases.notice_days"} < set(found)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("01-01", True), ("02-29", True), ("02-30", False), ("13-01", False), ("00-10", False), ("1-1", False), ("٠١-٠١", False)],
    ids=["new year", "leap", "never", "month", "zero", "short", "digits"],
)  # fmt: skip
def test_days_of_the_year(text: str, is_one: bool) -> None:
    assert is_day_of_year(text) is is_one


def test_rules_read_as_sentences() -> None:
    increases = IncreaseRules(most_per_year=2, on_days=("01-01", "07-15"), notice_days=1, approval_needed=True)
    rules = PriceRules(
        ceiling_cents=50_00, band_ceilings=(BandPrice(FIRST, 40_00), BandPrice("gone", 1_00)), free_for_client=True,
        max_visit_fee_cents=0, max_minimum_minutes=60, increases=increases,
    )  # fmt: skip
    said = words(rules)
    assert said[1] == "At most €50.00 per hour."
    assert said[3] == "gone: at most €1.00 per hour."
    assert said[6:] == [
        "Prices may rise at most 2 times a year.",
        "Prices may rise only on these days: 1.1., 15.7.",
        "A rise is announced at least 1 day before.",
        "The organiser approves a rise before it comes into force.",
    ]
    assert words(PriceRules(increases=IncreaseRules(most_per_year=0))) == ["Prices may not rise."]
    assert words(PriceRules(increases=IncreaseRules(most_per_year=1))) == ["Prices may rise once a year."]


def test_ceilings_by_band_take_the_general_one_where_there_is_none() -> None:
    rules = PriceRules(ceiling_cents=50_00, band_ceilings=(BandPrice(FIRST, 40_00),))
    assert [(each.band, each.cents) for each in ceilings_of(rules, CALENDAR.keys[:2])] == [
        (FIRST, 40_00), (CALENDAR.keys[1], 50_00),
    ]  # fmt: skip
    (only,) = ceilings_of(PriceRules(band_ceilings=(BandPrice(FIRST, 40_00),)), CALENDAR.keys)
    assert only.band == FIRST
    assert ceilings_of(PriceRules(), CALENDAR.keys) == ()


def over(prices: PriceList, *ceilings: Ceiling) -> list[str]:
    return [each.field for each in over_ceilings(prices, CALENDAR, ceilings, CALENDAR)]


TEN = Ceiling(cents=10_00, source=THE_RULES)


def test_each_kind_of_price_is_named_where_it_is_typed() -> None:
    one = PriceList(unit=Unit.HOUR, one_price_cents=11_00)
    assert over(one, TEN) == ["one_price_cents"]
    assert over(kenest_prices(), Ceiling(cents=1, source=THE_RULES, band=FIRST)) == ["band_prices.0.price_cents"]
    times = tuple(BandCoefficient(key, Decimal(2)) for key in CALENDAR.keys)
    assert over(replace(one, one_price_cents=6_00, coefficients=times[:1]), TEN) == ["coefficients.0.coefficient"]
    lengths = PriceList(unit=Unit.VISIT, length_prices=(LengthPrice(30, 9_00), LengthPrice(60, 11_00)))
    assert over(lengths, TEN) == ["length_prices.1.price_cents"]


def test_missing_prices_are_not_held_against_ceilings() -> None:
    assert over(PriceList(unit=Unit.HOUR, band_prices=(BandPrice("noon", 99_00),)), TEN) == []
    alone = PriceList(unit=Unit.HOUR, coefficients=(BandCoefficient(FIRST, Decimal(1)),))
    assert over(alone, TEN) == []


def test_days_and_pieces_have_no_ceiling_by_band() -> None:
    piece = PriceList(unit=Unit.PIECE, one_price_cents=11_00)
    assert over(piece, Ceiling(cents=1, source=THE_RULES, band=FIRST)) == []
    assert over(piece, TEN) == ["one_price_cents"]


def test_surcharges_and_tax_count() -> None:
    plain = PriceList(unit=Unit.HOUR, one_price_cents=9_00)
    dearer = replace(plain, surcharges=(Surcharge(key="s", name=Text("S"), cents=2_00),))
    assert set(over(dearer, TEN)) == {"surcharges"}
    assert set(over(replace(plain, vat_added=True, vat_percent=Decimal(24)), TEN)) == {"vat_percent"}
    assert over(plain, TEN) == []


def test_a_ceiling_holds_for_other_bands_that_meet_its_own() -> None:
    night = Ceiling(cents=10_00, source=THE_RULES, band=FIRST)
    one = PriceList(unit=Unit.HOUR, band_prices=(BandPrice("any", 11_00),))
    found = over_ceilings(one, ANY_TIME, [night], CALENDAR)
    assert [each.field for each in found] == ["band_prices.0.price_cents"]


def test_prices_that_cannot_be_reckoned_are_not_held_against_ceilings() -> None:
    broken = PriceList(unit=Unit.HOUR, one_price_cents=99_00, vat_percent=Decimal("NaN"), vat_added=True)
    found = check_price_list(broken, CALENDAR, PriceRules(ceiling_cents=1))
    assert [each.field for each in found] == ["vat_percent"]
    fee = PriceList(unit=Unit.HOUR, one_price_cents=1, visit_fee_cents=-1)
    assert [each.field for each in check_price_list(fee, CALENDAR)] == ["visit_fee_cents"]


def test_coefficients_are_one_for_each_band() -> None:
    doubled = BandCoefficient(FIRST, Decimal(1))
    wrong = (doubled, doubled, BandCoefficient("noon", Decimal(11)))
    hours = PriceList(unit=Unit.HOUR, one_price_cents=1, coefficients=wrong)
    fields = [each.field for each in check_price_list(hours, CALENDAR)]
    assert {"coefficients.1.band", "coefficients.2.band", "coefficients.2.coefficient", "coefficients"} == set(fields)
    days = replace(hours, unit=Unit.DAY)
    assert fields.count("coefficients") + 1 == [e.field for e in check_price_list(days, CALENDAR)].count("coefficients")
