"""The cells of a row by the names of their columns, and the plain ones of them read: minutes, dates, municipalities. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from marketplace.catalogue.sheets.grids import SheetRow
from marketplace.catalogue.sheets.layout import Layout
from marketplace.catalogue.sheets.words import UnreadableCellError, minimum_minutes, plain
from marketplace.kernel.i18n import Message, Text, message
from marketplace.organisers.reference import municipality_named

_ISO_DATE: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ].*)?")
_LOCAL_DATE: Final = re.compile(r"(?:(\d{1,2})\.)?(\d{1,2})[./](\d{4})")


class RowRefusedError(ValueError):
    """A row that cannot be taken: its column counted from 0, or None where it is the whole row, and why."""

    def __init__(self, column: int | None, words: Message) -> None:
        self.column, self.words = column, words
        super().__init__(words.text)


class Cells:
    """A row's cells by the names of their columns."""

    def __init__(self, row: SheetRow, layout: Layout, said: Mapping[str, str] | None = None) -> None:
        self.row, self.layout, self.said = row, layout, said or {}

    def get(self, name: str) -> str:
        """The cell of a column, or what the row's words mean in its place."""
        if name in self.said:
            return self.said[name]
        own = self.row.cell(self.layout.fields.get(name))
        return self._with_clock(own) if name == "time_text" else own

    def _with_clock(self, days: str) -> str:
        """Some lists have the days, the start and the end in columns of their own."""
        start, end = self.get("time_from"), self.get("time_to")
        return f"{days} {start}-{end}".strip() if start and end else days

    def place(self, name: str) -> int | None:
        return self.layout.fields.get(name)

    @property
    def is_exact(self) -> bool:
        """Whether the file is of our own making, whose words are not to be widened."""
        return "name_fi" in self.layout.fields


class Blaming:
    """Turns what is wrong with a cell into a refusal of its row, with the column."""

    def __init__(self, column: int | None) -> None:
        self.column = column

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UnreadableCellError):
            raise RowRefusedError(self.column, error.words) from error


def name_of(cells: Cells) -> Text | None:
    if not cells.is_exact or not cells.get("name_fi"):
        return None
    return Text(cells.get("name_fi"), cells.get("name_sv"), cells.get("name_en"))


def minutes_of(cells: Cells, name: str) -> int:
    text = plain(cells.get(name))
    if not text:
        return 0
    if text.isascii() and text.isdigit() and len(text) <= 4:
        return int(text)
    if found := minimum_minutes(f"min {text}"):
        return found
    words = message("“{text}” is not a number of minutes.", text=text[:40])
    raise RowRefusedError(cells.place(name), words)


def municipalities_of(cells: Cells) -> tuple[str, ...]:
    codes: list[str] = []
    for name in re.split(r"[|,;\n]", cells.get("municipality_codes")):
        if not name.strip():
            continue
        place = municipality_named(name.strip().zfill(3) if name.strip().isdigit() else name)
        if place is None:
            words = message("There is no municipality “{name}”.", name=name.strip()[:40])
            raise RowRefusedError(cells.place("municipality_codes"), words)
        codes.append(place.code)
    return tuple(dict.fromkeys(codes))


def valid_from_of(cells: Cells) -> date | None:
    text = plain(cells.get("valid_from")).replace("alkaen", "").replace("från", "").strip()
    if not text:
        return None
    try:
        if found := _ISO_DATE.fullmatch(text):
            return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
        if found := _LOCAL_DATE.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1] or 1))
    except ValueError:
        pass
    words = message("“{text}” is not a date. Write it as 1.1.2027.", text=text[:40])
    raise RowRefusedError(cells.place("valid_from"), words)
