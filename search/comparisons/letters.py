"""The letter of a comparison as an accessible PDF: A4, in normal and in large type."""

import asyncio
import io
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
import segno

from marketplace.kernel.clock import today
from marketplace.kernel.i18n import Language, message, translate
from marketplace.kernel.typesetting import typeset
from search.comparisons.contacts import contacts_of
from search.comparisons.laying_out import Shown
from search.comparisons.letter_texts import Letter, letter_of

TEMPLATE: Final = Path(__file__).parent / "templates" / "comparisons" / "letter.typ"
NORMAL_POINTS: Final = 12
LARGE_POINTS: Final = 18


async def write_letter(shown: Shown, address: str) -> Letter:
    """The letter of today; ``address`` opens the same comparison and holds nothing of anybody's income."""
    contacts = await contacts_of([item.provider_id for item in shown.items])
    return letter_of(shown, contacts, today(), address)


async def draw_letter(letter: Letter, *, is_large: bool) -> bytes:
    """The PDF; large type has 18 points.

    Raises:
        NotDrawn: the typesetter refused it.
    """
    day = today()
    return await asyncio.to_thread(draw, letter, day, LARGE_POINTS if is_large else NORMAL_POINTS)


def draw(letter: Letter, day: date, points: int) -> bytes:
    """The same bytes for the same letter, whenever it is drawn. Raises as ``draw_letter``."""
    data = {
        **msgspec.to_builtins(letter),
        "day": [day.year, day.month, day.day],
        "points": points,
        "picture": picture_of(letter),
    }
    return typeset(TEMPLATE, data)


def picture_of(letter: Letter) -> str:
    """The QR code of the letter's address as SVG: nobody writes it off paper."""
    drawn = io.BytesIO()
    segno.make(letter.address, error="l", micro=False).save(drawn, kind="svg", scale=3, border=4, xmldecl=False)
    return drawn.getvalue().decode()


def file_name(language: Language, day: date, *, is_large: bool) -> str:
    """``palvelujen-vertailu-2026-11-30.pdf``."""
    name = translate(message("comparison-of-providers"), language)
    return f"{name}-{day.isoformat()}{'-18pt' if is_large else ''}.pdf"
