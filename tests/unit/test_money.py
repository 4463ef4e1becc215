from fractions import Fraction

import pytest

from marketplace.kernel.money import (
    MAX_CENTS,
    InvalidAmount,
    Money,
    format_money,
    parse_euros,
    per_hour,
    round_cents,
    round_up_cents,
    split,
)


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        (Fraction(1, 2), 1),
        (Fraction(-1, 2), -1),
        (Fraction(49, 100), 0),
        (Fraction(5, 2), 3),
        (Fraction(7, 2), 4),
        (Fraction(-5, 2), -3),
        (Fraction(0), 0),
        (Fraction(10**30 + 1, 2), (10**30 + 2) // 2),
    ],
)
def test_half_a_cent_rounds_away_from_zero(amount: Fraction, cents: int):
    assert round_cents(amount) == cents


@pytest.mark.parametrize(("amount", "step", "cents"), [("2281", 5, 2285), ("2285", 5, 2285), ("22805/10", 10, 2290)])
def test_rounding_up_goes_to_the_next_step(amount: str, step: int, cents: int):
    assert round_up_cents(Fraction(amount), step) == cents


@pytest.mark.parametrize(
    ("price", "minutes", "cents"),
    [(42_00, 20 * 60, 840_00), (34_87, 1, 58), (38_55, 30, 19_28), (0, 90, 0), (1, 30, 1)],
)
def test_minutes_at_an_hourly_price(price: int, minutes: int, cents: int):
    assert per_hour(price, minutes) == cents


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (5, [0, 3, 0], [0, 5, 0]),
        (0, [1, 2], [0, 0]),
        (10, [1, 2], [3, 7]),
    ],
)
def test_a_split_gives_the_odd_cents_to_the_largest_remainders(total: int, weights: list[int], parts: list[int]):
    assert split(total, weights) == parts


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1], [-1]])
def test_a_split_needs_weights(weights: list[int]):
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("42", 42_00),
        ("42,5", 42_50),
        (" 42.05 ", 42_05),
        ("0,00", 0),
        ("1 042,50 €", 1_042_50),
        ("1\u00a0042,50\u00a0€", 1_042_50),
        ("1\u202f000\u202f000", 1_000_000_00),
        ("€ 7", 7_00),
        ("0038,55", 38_55),
        ("100000000", MAX_CENTS),
    ],
)
def test_amounts_as_people_type_them(text: str, cents: int):
    assert parse_euros(text) == cents


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", InvalidAmount.NOT_A_NUMBER),
        ("€", InvalidAmount.NOT_A_NUMBER),
        ("abc", InvalidAmount.NOT_A_NUMBER),
        ("4 2", InvalidAmount.NOT_A_NUMBER),
        ("1 04,50", InvalidAmount.NOT_A_NUMBER),
        ("42,", InvalidAmount.NOT_A_NUMBER),
        (",5", InvalidAmount.NOT_A_NUMBER),
        ("1.042,50", InvalidAmount.NOT_A_NUMBER),
        ("1e3", InvalidAmount.NOT_A_NUMBER),
        ("NaN", InvalidAmount.NOT_A_NUMBER),
        ("٤٢", InvalidAmount.NOT_A_NUMBER),
        ("42,123", InvalidAmount.TOO_MANY_DECIMALS),
        ("1.042", InvalidAmount.TOO_MANY_DECIMALS),
        ("-5", InvalidAmount.NEGATIVE),
        ("\u22125", InvalidAmount.NEGATIVE),
        ("100000000,01", InvalidAmount.TOO_LARGE),
        ("9" * 5000, InvalidAmount.TOO_LARGE),
    ],
)
def test_what_is_no_amount_says_why(text: str, reason: str):
    with pytest.raises(InvalidAmount) as refused:
        parse_euros(text)
    assert refused.value.reason == reason


def test_money_adds_within_one_currency_only():
    assert Money(5) + Money(7) - Money(2) == Money(10)
    assert -Money(5) == Money(-5)
    with pytest.raises(ValueError, match="cannot mix"):
        Money(1) + Money(1, "SEK")


@pytest.mark.parametrize(
    ("locale", "shown"),
    [("fi_FI", "1\u00a0042,50\u00a0€"), ("sv_FI", "1\u00a0042,50\u00a0€"), ("en_GB", "€1,042.50")],
)
def test_money_is_shown_as_the_language_writes_it(locale: str, shown: str):
    assert format_money(Money(1_042_50), locale) == shown


def test_a_debt_keeps_its_sign_and_its_cents():
    assert format_money(Money(-5), "en_GB") == "-€0.05"
