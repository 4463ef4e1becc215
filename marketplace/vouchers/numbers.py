"""Voucher numbers: drawn at random, short enough to read out over the telephone, with a character that finds slips.

A number is eleven random characters of Crockford's base 32 (no I, L, O, U) and a check character by ISO 7064
(MOD 33,32), written ``XXXX-XXXX-XXXX``. Whoever holds the number may open the voucher, so it must not be guessed:

- Eleven characters are 55 bits, 3.6 × 10¹⁶ numbers. With ten million vouchers one number in 3.6 × 10⁹ is in use, and a
  provider may try twenty unknown ones in a quarter of an hour (``agreements``): some 5,000 years for an even chance.
- With ten million vouchers a fresh number is taken with a chance of 3 × 10⁻¹⁰; it is then drawn again, at most
  ``MAX_DRAWS`` times. That all of them are taken does not happen: it would be a fault of the random source.

The check character finds every single wrong character and nearly all swaps of neighbours, so that a slip of the pen is
told apart from a number that does not exist.
"""

import secrets
from typing import Final

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import message

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_CHARACTERS: Final = 11
LENGTH: Final = RANDOM_CHARACTERS + 1
GROUP: Final = 4
MAX_DRAWS: Final = 5

_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_LEFT_OUT: Final = str.maketrans("", "", " \t\r\n\u00a0\u202f-\u2010\u2011\u2012\u2013\u2014\u2212")

MISTYPED: Final = message("Check the number: it contains a typing error.")
WRONG_LENGTH: Final = message("Check the number: it has twelve characters, such as 7K3M-9PQR-2TVX.")


def new_number() -> str:
    """A fresh number, without its dashes."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return drawn + mod_37_36.calc_check_digit(drawn, ALPHABET)


def shown(number: str) -> str:
    """The number as it is written: ``7K3M-9PQR-2TVX``."""
    return "-".join(number[i : i + GROUP] for i in range(0, len(number), GROUP))


def read_number(text: str, field: str = "voucher_number") -> str:
    """The number that a person means: in any case, with or without dashes and spaces, O for 0 and I or L for 1.

    Raises:
        Invalid: it is no number at all, or its check character does not match (``number_mistyped``). Whether the number
            exists is not told by this.
    """
    number = text.translate(_LEFT_OUT).upper().translate(_READ_AS)
    if len(number) != LENGTH:
        raise Invalid.field(field, WRONG_LENGTH, code="number_mistyped")
    try:
        return mod_37_36.validate(number, ALPHABET)
    except ValidationError as error:
        raise Invalid.field(field, MISTYPED, code="number_mistyped") from error
