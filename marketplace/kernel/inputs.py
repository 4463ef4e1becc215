"""How a field of an input Struct is asked for and typed by a person: amounts, yes or no, secrets, clean text.

The markers mean nothing to the API, where amounts are integer cents; the forms read them (``web.forms``).
"""

import unicodedata
from typing import Annotated, Final

import msgspec

from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Message, message
from marketplace.kernel.money import MAX_CENTS

INPUT: Final = "input"
LABEL: Final = "label"
WRONG: Final = "wrong"

Euros = Annotated[int, msgspec.Meta(ge=0, le=MAX_CENTS, extra={INPUT: "euros"})]
"""Integer cents, which a form takes as euros: ``42,50``."""

YesNo = Annotated[bool, msgspec.Meta(extra={INPUT: "yes_no"})]
"""Two radio buttons of which one must be chosen. A plain ``bool`` is a tick box, and untouched means no."""

Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=1000, extra={INPUT: "secret"})]
"""A password or code: taken to the letter and never shown again."""

FORBIDDEN: Final = message("This contains a character that cannot be used here. Write it again without it.")

_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ALLOWED_CONTROLS = frozenset("\n\t")


def label(text: Message) -> msgspec.Meta:
    """Names a field in its error messages; one of the marks of its ``Annotated`` type."""
    return msgspec.Meta(extra={LABEL: text})


def wrong(text: Message) -> msgspec.Meta:
    """What to say when the value has not the right form, in place of the general words."""
    return msgspec.Meta(extra={WRONG: text})


def safe_text(text: str) -> str:
    """The text in one Unicode form (NFC) and with plain line ends.

    Raises:
        ValueError: it contains control characters, lone surrogates or marks that turn the direction of writing.
    """
    cleaned = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if any(_is_unsafe(character) for character in cleaned):
        msg = "control character"
        raise ValueError(msg)
    return cleaned


def is_safe(text: str) -> bool:
    """Whether ``safe_text`` takes it."""
    try:
        safe_text(text)
    except ValueError:
        return False
    return True


def checked_words(field: str, text: str) -> str:
    """What a person wrote, as ``safe_text`` leaves it and without space around it.

    Raises:
        Invalid: it contains characters that no text should; ``field`` is named.
    """
    try:
        return safe_text(text).strip()
    except ValueError:
        raise Invalid.field(field, FORBIDDEN) from None


def _is_unsafe(character: str) -> bool:
    if character in _BIDI_CONTROLS:
        return True
    return unicodedata.category(character) in {"Cc", "Cs"} and character not in _ALLOWED_CONTROLS
