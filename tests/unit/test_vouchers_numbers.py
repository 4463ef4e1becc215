"""Voucher numbers: read as people write them, slips told apart from unknown numbers."""

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.vouchers.numbers import ALPHABET, LENGTH, new_number, read_number, shown


def test_a_new_number_reads_back_in_its_written_form() -> None:
    number = new_number()
    assert len(number) == LENGTH
    assert read_number(shown(number)) == number
    assert shown(number).count("-") == 2


def test_numbers_are_read_as_people_write_them() -> None:
    number = next(n for n in iter(new_number, "") if "0" in n and "1" in n)
    typed = shown(number).lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert read_number(f"  {typed}\n") == number
    assert read_number(number.replace("1", "I").replace("0", "O")) == number
    assert read_number(shown(number).replace("-", "–")) == number


@pytest.mark.parametrize("typed", ["", "7K3M", "7K3M-9PQR-2TVX-1", "U" * 12, "ÄÖÅ123456789", "😀" * 12])
def test_what_is_no_number_is_told(typed: str) -> None:
    with pytest.raises(Invalid) as invalid:
        read_number(typed)
    assert (invalid.value.code, invalid.value.fields[0].field) == ("number_mistyped", "voucher_number")


def test_the_alphabet_has_no_letters_that_look_alike() -> None:
    assert len(ALPHABET) == 32
    assert not set("ILOU") & set(ALPHABET)
