"""The check character finds every single wrong character and nearly every swap of neighbours."""

from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from marketplace.kernel.errors import Invalid
from marketplace.vouchers.numbers import ALPHABET, LENGTH, read_number, shown

drawn = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)
numbers = drawn.map(lambda text: text + mod_37_36.calc_check_digit(text, ALPHABET))


def is_refused(text: str) -> bool:
    try:
        read_number(text)
    except Invalid:
        return True
    return False


@given(numbers)
def test_every_number_reads_back(number: str) -> None:
    assert read_number(shown(number)) == number


@given(numbers, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_every_single_slip_is_found(number: str, place: int, character: str) -> None:
    assume(number[place] != character)
    assert is_refused(number[:place] + character + number[place + 1 :])


@given(numbers)
def test_swaps_of_neighbours_are_found_but_for_few(number: str) -> None:
    swaps = [number[:i] + number[i + 1] + number[i] + number[i + 2 :] for i in range(LENGTH - 1)]
    missed = [swap for swap in swaps if swap != number and not is_refused(swap)]
    assert len(missed) <= 4


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    assert is_refused(text) or len(read_number(text)) == LENGTH
