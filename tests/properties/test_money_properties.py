from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.money import Money, format_money, parse_euros, per_hour, round_cents, round_up_cents, split

cents = st.integers(-(10**11), 10**11)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any)


@given(cents, weights)
def test_the_parts_of_a_split_sum_to_the_whole(total: int, shares: list[int]):
    assert sum(split(total, shares)) == total


@given(cents, weights)
def test_no_part_is_a_cent_or_more_from_its_exact_share(total: int, shares: list[int]):
    for part, share in zip(split(total, shares), shares, strict=True):
        assert abs(part - Fraction(total * share, sum(shares))) < 1


@given(st.fractions(-(10**9), 10**9))
def test_rounding_is_symmetric_and_within_half_a_cent(amount: Fraction):
    assert abs(round_cents(amount) - amount) <= Fraction(1, 2)
    assert round_cents(-amount) == -round_cents(amount)


@given(st.fractions(0, 10**9), st.integers(1, 1000))
def test_rounding_up_never_loses_and_stays_below_a_step(amount: Fraction, step: int):
    rounded = round_up_cents(amount, step)
    assert rounded % step == 0
    assert amount <= rounded < amount + step


@given(st.integers(0, 10**6), st.integers(0, 10**4), st.integers(0, 10**4))
def test_more_minutes_never_cost_less(price: int, minutes: int, more: int):
    assert per_hour(price, minutes) <= per_hour(price, minutes + more)


@given(st.integers(0, 10**10), st.sampled_from(["fi_FI", "sv_FI"]))
def test_what_we_write_we_can_read(amount: int, locale: str):
    assert parse_euros(format_money(Money(amount), locale)) == amount


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_refused_with_a_reason(text: str):
    try:
        assert parse_euros(text) >= 0
    except ValueError as refused:
        assert str(refused) in {"not_a_number", "too_many_decimals", "negative", "too_large"}
