"""The Finnish business id (Y-tunnus): read from what a person types, checked by its check digit, written one way."""

import re
from typing import Final

from stdnum import exceptions
from stdnum.fi import ytunnus

from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Message, message

EXAMPLE: Final = "2077474-0"
_SEPARATORS: Final = re.compile(r"[\s\u00a0\u202f.\u2010-\u2015\u2212-]")

MISSING: Final = message("Write the business ID, such as {example}.", example=EXAMPLE)
NOT_DIGITS: Final = message("A business ID has eight digits, such as {example}. Other characters do not belong in it.", example=EXAMPLE)  # fmt: skip
WRONG_LENGTH: Final = message("A business ID has eight digits, such as {example}. Check that none is missing or extra.", example=EXAMPLE)  # fmt: skip
WRONG_CHECK: Final = message("This business ID does not exist: its last digit does not match the others. Check it for a typing error.")  # fmt: skip


def read_business_id(text: str, field: str = "business_id") -> str:
    """The business id as ``1234567-8``. Spaces, dashes of any kind and the ``FI`` of a VAT number may be there or not.

    Raises:
        Invalid: it is none; the message names what is wrong with it.
    """
    compact = _compact(text)
    problem = _problem(compact)
    if problem is not None:
        raise Invalid.field(field, problem, code="business_id")
    return f"{compact[:7]}-{compact[7]}"


def is_business_id(text: str) -> bool:
    """Whether the text is a business id, however written."""
    return _problem(_compact(text)) is None


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", text).upper().removeprefix("FI")


def _problem(compact: str) -> Message | None:
    if not compact:
        return MISSING
    if not (compact.isascii() and compact.isdigit()):
        return NOT_DIGITS
    try:
        ytunnus.validate(compact)
    except exceptions.InvalidLength:
        return WRONG_LENGTH
    except exceptions.ValidationError:
        return WRONG_CHECK
    return None
