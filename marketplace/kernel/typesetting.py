"""Sets documents for people as accessible PDF (PDF/UA-1): the template is ours, what anybody wrote comes as data.

The same data makes the same bytes, whenever and wherever: fonts come with the typesetter.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
import typst

STANDARD: Final = "ua-1"

_SHOWN_EVERYWHERE = re.compile(
    r"[^\n\t\u0020-\u007e\u00a0-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1eff\u2010-\u2027\u20ac]"
)
"""Characters outside of these are in none of the fonts that come with the typesetter, or not for sure."""


class NotDrawn(RuntimeError):
    """The typesetter refused the document."""


def typeset(template: Path, data: dict[str, Any]) -> bytes:
    """The PDF that a template makes of ``data``, which it reads as the JSON of its input ``letter``.

    Raises:
        NotDrawn: the typesetter refused it, also without the characters that no font has.
    """
    try:
        return _compiled(template, data)
    except NotDrawn:
        # PDF/UA refuses a character without a glyph, such as an emoji in somebody's words: its number is set instead.
        return _compiled(template, _each_text(data, _in_known_characters))


def _compiled(template: Path, data: dict[str, Any]) -> bytes:
    inputs = {"letter": msgspec.json.encode(data).decode()}
    try:
        drawn = typst.compile(
            str(template),
            root=str(template.parent),
            ignore_system_fonts=True,
            pdf_standards=[STANDARD],
            sys_inputs=inputs,
        )
    except RuntimeError as error:  # Also the parent of the typesetter's own error.
        raise NotDrawn(str(error)) from error
    return drawn


def _each_text(data: Any, change: Callable[[str], str]) -> Any:
    if isinstance(data, str):
        return change(data)
    if isinstance(data, dict):
        return {name: _each_text(each, change) for name, each in data.items()}
    return [_each_text(each, change) for each in data] if isinstance(data, list | tuple) else data


def _in_known_characters(text: str) -> str:
    return _SHOWN_EVERYWHERE.sub(lambda found: f"(U+{ord(found.group()):04X})", text)
