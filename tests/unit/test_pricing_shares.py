from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.pricing.bands import ANY_TIME, BandCalendar
from marketplace.pricing.charges import Surcharge
from marketplace.pricing.prices import BandCoefficient, BandPrice, PriceList, Unit
from marketplace.pricing.quotes import quote_units, quote_visit
from marketplace.pricing.shares import Shares, check_prices_fit_voucher, share
from marketplace.pricing.values import FlatValue, Household, ValueRule
from tests.factories.pricing import (
    at,
    helsinki_value,
    kenest_calendar,
    kenest_prices,
    lapland_calendar,
    lapland_value,
    one_price,
    turku_calendar,
    turku_value,
)

NOBODY = Household()


def hours_of(count: int, price: int, rule: ValueRule, household: Household = NOBODY) -> Shares:
    start = at("2026-11-23 08:00")
    return share(quote_visit(one_price(price), start, start + timedelta(hours=count)), rule, household)


def sums(shares: Shares) -> tuple[int, int, int]:
    return shares.price_cents, shares.payer_cents, shares.own_share_cents


@pytest.mark.parametrize(
    ("count", "price", "income", "expected"),
    [(20, 42_00, 1_500_00, (840_00, 697_40, 142_60)), (10, 38_00, 300_00, (380_00, 380_00, 0))],
)
def test_helsinki_s_published_examples(count: int, price: int, income: int, expected: tuple[int, int, int]):
    household = Household(size=1, gross_income_cents=income)
    assert sums(hours_of(count, price, helsinki_value(), household)) == expected


def test_helsinki_without_income_pays_the_minimum():
    assert sums(hours_of(1, 42_00, helsinki_value())) == (42_00, 8_40, 33_60)


def test_turku_s_five_hours_leave_25_euros():
    assert sums(hours_of(5, 32_00, FlatValue(value_cents=27_00))) == (160_00, 135_00, 25_00)


def test_25_euros_with_a_voucher_of_15_leave_10():
    assert sums(hours_of(1, 25_00, FlatValue(value_cents=15_00))) == (25_00, 15_00, 10_00)


def test_never_more_than_the_price_is_paid():
    assert sums(hours_of(3, 20_00, FlatValue(value_cents=27_00))) == (60_00, 60_00, 0)


def test_a_dear_band_does_not_use_up_the_value_of_a_cheap_one():
    quote = quote_visit(kenest_prices(), at("2026-11-21 19:00"), at("2026-11-21 21:00"), kenest_calendar())
    shares = share(quote, FlatValue(value_cents=50_00), NOBODY)
    assert [(line.payer_cents, line.own_share_cents) for line in shares.lines] == [(48_19, 0), (50_00, 3_97)]


def test_the_visit_fee_is_the_client_s():
    quote = quote_visit(one_price(20_00, visit_fee_cents=4_90), at("2026-11-23 08:00"), at("2026-11-23 09:00"))
    shares = share(quote, FlatValue(value_cents=27_00), NOBODY)
    assert sums(shares) == (24_90, 20_00, 4_90)


def test_the_voucher_follows_its_own_bands():
    quote = quote_visit(one_price(50_00), at("2026-12-24 17:00"), at("2026-12-24 19:00"), ANY_TIME, lapland_calendar())
    shares = share(quote, lapland_value(), NOBODY)
    assert [(line.value_band, line.payer_cents) for line in shares.lines] == [("weekday_day", 36_00), ("eve", 50_00)]


def test_pieces_are_paid_by_the_piece():
    quote = quote_units(one_price(5_57, unit=Unit.PIECE), 20)
    assert sums(share(quote, FlatValue(value_cents=3_90, unit=Unit.PIECE), NOBODY)) == (111_40, 78_00, 33_40)


def test_a_voucher_by_the_hour_pays_no_days():
    with pytest.raises(Refused) as refused:
        share(quote_units(one_price(97_00, unit=Unit.DAY), 1), FlatValue(value_cents=27_00), NOBODY)
    assert refused.value.code == "unit_mismatch"
    assert translate(refused.value.message, Language.EN) == "The voucher is per hour, but the price is per day."


def test_a_free_service_over_its_value_is_refused():
    quote = quote_visit(one_price(21_50), at("2026-11-23 08:00"), at("2026-11-23 09:00"), turku_calendar())
    with pytest.raises(Refused) as refused:
        share(quote, turku_value(), NOBODY, no_own_share=True)
    assert refused.value.code == "price_over_value"
    assert "€0.50" in translate(refused.value.message, Language.EN)


def test_a_free_service_at_its_value_leaves_nothing():
    quote = quote_visit(one_price(21_00), at("2026-11-22 20:00"), at("2026-11-23 08:00"), turku_calendar())
    assert share(quote, turku_value(), NOBODY, no_own_share=True).own_share_cents == 0


def fits(
    prices: PriceList,
    rule: ValueRule,
    calendar: BandCalendar = ANY_TIME,
    values: BandCalendar | None = None,
    *,
    free: bool = True,
) -> Sequence[FieldError]:
    return check_prices_fit_voucher(prices, calendar, rule, no_own_share=free, value_calendar=values)


def test_personal_assistance_at_21_50_is_refused_when_published():
    (error,) = fits(one_price(21_50), turku_value(), turku_calendar())
    assert error.field == "one_price_cents"
    assert translate(error.message, Language.EN).endswith("at most the voucher's value €21.00.")


def test_every_band_over_its_value_is_named():
    prices = kenest_prices(
        band_prices=(BandPrice("day", 21_00), BandPrice("night", 26_31), BandPrice("sunday", 42_01)),
        visit_fee_cents=1,
    )
    fields = [error.field for error in fits(prices, turku_value(), turku_calendar())]
    assert fields == ["band_prices.1.price_cents", "band_prices.2.price_cents", "visit_fee_cents"]


def test_a_band_is_held_against_the_lowest_value_that_it_can_meet():
    errors = fits(kenest_prices(), turku_value(), kenest_calendar(), turku_calendar())
    assert [error.field for error in errors] == [f"band_prices.{i}.price_cents" for i in range(5)]
    assert "€21.00" in translate(errors[2].message, Language.EN)


def test_a_price_for_a_band_that_never_comes_is_no_problem():
    assert fits(kenest_prices(band_prices=(BandPrice("noon", 99_00),)), turku_value(), turku_calendar()) == []


def test_a_free_day_is_held_against_the_day_s_value():
    value = FlatValue(value_cents=97_00, unit=Unit.DAY)
    assert fits(one_price(97_00, unit=Unit.DAY), value) == []
    assert [error.field for error in fits(one_price(97_01, unit=Unit.DAY), value)] == ["one_price_cents"]


def test_prices_of_another_unit_never_fit():
    (error,) = fits(one_price(20_00, unit=Unit.VISIT), FlatValue(value_cents=27_00), free=False)
    assert error.field == "unit"


def test_where_the_client_pays_a_share_any_price_fits():
    assert fits(one_price(99_00), FlatValue(value_cents=27_00), free=False) == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"surcharges": (Surcharge(key="s", name=Text("Lisä"), bands=("night",), cents=10_00),)}, ["one_price_cents"]),
        ({"coefficients": tuple(BandCoefficient(k, Decimal(1)) for k in ("day", "night", "sunday"))}, []),
        (
            {
                "coefficients": tuple(
                    BandCoefficient(k, Decimal(c)) for k, c in (("day", 2), ("night", 1), ("sunday", 2))
                )
            },
            ["coefficients.0.coefficient"],
        ),
        ({"invoice_fee_cents": 2_00}, ["invoice_fee_cents"]),
        ({"vat_percent": Decimal(24), "vat_added": True}, ["one_price_cents"]),
    ],
)
def test_a_free_service_s_price_counts_with_all_that_is_on_it(changes: dict[str, object], fields: list[str]):
    found = check_prices_fit_voucher(one_price(21_00, **changes), turku_calendar(), turku_value(), no_own_share=True)
    assert [error.field for error in found] == fields
