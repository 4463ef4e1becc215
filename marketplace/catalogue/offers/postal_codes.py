"""Postal codes as a provider types them: one after another, and from one to another. Pure."""

import re
from collections.abc import Collection
from typing import Final

from marketplace.catalogue.offers.schemas import MAX_POSTAL_CODES
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Message, message
from marketplace.organisers.reference import municipality, postal_code, postal_codes_between

_DASHES: Final = re.compile(r"\s*[-–—]\s*")
_RANGE: Final = re.compile(r"([0-9]{5})-([0-9]{5})")
_CODE: Final = re.compile(r"[0-9]{5}")


def read_postal_codes(text: str, municipality_codes: Collection[str]) -> tuple[str, ...]:
    """The postal codes in a text such as ``20100, 20300–20380``, in order.

    A range means those of the municipalities that exist in it. Whether a single code is one of theirs is asked by
    ``postal_code_error``.

    Raises:
        Invalid: on the field ``postal_codes``, what cannot be read; or there are more than ``MAX_POSTAL_CODES``.
    """
    found: set[str] = set()
    for word in re.split(r"[\s,;]+", _DASHES.sub("-", text).strip()):
        if word:
            found |= _codes_of(word, municipality_codes)
    if len(found) > MAX_POSTAL_CODES:
        words = message("Give at most {most} postal codes, or leave them out.", most=MAX_POSTAL_CODES)
        raise Invalid.field("postal_codes", words)
    return tuple(sorted(found))


def _codes_of(word: str, municipality_codes: Collection[str]) -> set[str]:
    if _CODE.fullmatch(word):
        return {word}
    ends = _RANGE.fullmatch(word)
    if ends is None:
        text = message("“{word}” is not a postal code. Write them like this: 20100, 20300–20380.", word=word[:40])
        raise Invalid.field("postal_codes", text)
    between = postal_codes_between(ends[1], ends[2])
    codes = {each.code for each in between if each.municipality_code in municipality_codes}
    if not codes:
        text = message("The chosen municipalities have no postal codes from {first} to {last}.", first=ends[1], last=ends[2])  # fmt: skip
        raise Invalid.field("postal_codes", text)
    return codes


def postal_code_error(code: str, municipality_codes: Collection[str]) -> Message | None:
    """Why an offer that covers these municipalities cannot name this postal code; None where it can."""
    area = postal_code(code)
    if area is None:
        return message("There is no postal code {code}.", code=code[:20])
    if area.municipality_code in municipality_codes:
        return None
    return message(
        "{code} is in {municipality}, which is not among your municipalities.",
        code=code,
        municipality=municipality(area.municipality_code).name,
    )


def postal_codes_text(codes: Collection[str]) -> str:
    """The codes as they are typed and shown."""
    return ", ".join(sorted(codes))
