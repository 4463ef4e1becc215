"""A file of rows as people send it, CSV or XLSX, read into plain text cells with their place. Pure.

Only values are read: a formula counts as the value that it had when the file was saved. What a file may cost us is
bounded before it is unpacked, so that a small file cannot fill the memory.
"""

import csv
import io
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, Literal

import msgspec
import openpyxl

from marketplace.kernel.i18n import Message, message

MAX_BYTES: Final = 10_000_000
MAX_UNPACKED_BYTES: Final = 60_000_000
MAX_PACKED_PARTS: Final = 500
MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 120
MAX_CELL: Final = 10_000
DELIMITERS: Final = ";\t,|"
FORMULA_STARTS: Final = "=+-@\t\r\n＝＋－＠"

Kind = Literal["csv", "xlsx"]

_ZIP_START: Final = b"PK\x03\x04"
_OLD_EXCEL_START: Final = b"\xd0\xcf\x11\xe0"
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_SAMPLE_LINES: Final = 50
_UNCOUNTED: Final = re.compile(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")


class UnreadableSheetError(ValueError):
    """The file is no table that we can read; ``words`` say why."""

    def __init__(self, words: Message) -> None:
        self.words = words
        super().__init__(words.text)


class SheetRow(msgspec.Struct, frozen=True):
    """A row of the file: its number as a spreadsheet shows it, from 1, and its cells without the empty ones at the end."""

    number: int
    cells: tuple[str, ...]

    def cell(self, column: int | None) -> str:
        """The cell of a column counted from 0, empty where the row ends before it."""
        return self.cells[column] if column is not None and column < len(self.cells) else ""


class SheetTable(msgspec.Struct, frozen=True):
    """The rows of a file that hold anything, and what kind of file it was."""

    kind: Kind
    rows: tuple[SheetRow, ...]


def column_letter(column: int) -> str:
    """A column counted from 0 as a spreadsheet names it: ``A``, ``Z``, ``AA``."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_table(data: bytes) -> SheetTable:
    """The rows of a CSV or XLSX file, whichever the bytes are.

    CSV may be in UTF-8, UTF-16 or Latin-1, with semicolons, tabs, commas or bars. Of a workbook the first sheet with
    anything in it is read.

    Raises:
        UnreadableSheetError: too large, an old Excel file, a broken workbook, or nothing in it.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableSheetError(
            message("The file is larger than {most} megabytes. Send it in parts.", most=MAX_BYTES // 1_000_000)
        )
    if data.startswith(_OLD_EXCEL_START):
        raise UnreadableSheetError(message("This is an old Excel file. Save it as .xlsx or .csv and try again."))
    kind: Kind = "xlsx" if data.startswith(_ZIP_START) else "csv"
    rows = tuple(_bounded(_workbook_rows(data) if kind == "xlsx" else _text_rows(data)))
    if not rows:
        raise UnreadableSheetError(message("The file is empty."))
    return SheetTable(kind, rows)


def _bounded(rows: Iterable[Sequence[str]]) -> Iterator[SheetRow]:
    for number, cells in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise UnreadableSheetError(message("The file has more than {most} rows. Send it in parts.", most=MAX_ROWS))
        shown = [_clean(cell) for cell in cells[:MAX_COLUMNS]]
        while shown and not shown[-1]:
            shown.pop()
        if shown:
            yield SheetRow(number, tuple(shown))


def _clean(cell: str) -> str:
    """The text without control characters; the mark that keeps a spreadsheet from calculating it is taken off."""
    text = _CONTROLS.sub("", cell[:MAX_CELL].replace("\r\n", "\n")).strip()
    return text[1:] if text[:1] == "'" and text[1:2] and text[1] in FORMULA_STARTS + "'" else text


def protected(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula. Reading it back gives the text again."""
    cleaned = _CONTROLS.sub("", text)
    return f"'{cleaned}" if cleaned[:1] and cleaned[0] in FORMULA_STARTS + "'" else cleaned


def _text_rows(data: bytes) -> Iterator[list[str]]:
    text = _decoded(data).replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    if named := re.fullmatch(r"\"?sep=(.)\"?", first.strip()):
        yield []  # The line that tells Excel the separator keeps its number.
        text, delimiter = rest, named[1]
    else:
        delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableSheetError(
                message("Row {row} cannot be read: a quotation mark is not closed.", row=reader.line_num)
            ) from error


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace") if b"\x80" in data or b"\x96" in data else data.decode("latin-1")


def _delimiter(text: str) -> str:
    """The separator that cuts most rows into the same number of cells; a comma may also be a decimal comma."""
    lines = [line for line in text.split("\n", _SAMPLE_LINES + 1)[:_SAMPLE_LINES] if line.strip()]
    sample = "\n".join(lines)[: MAX_CELL * _SAMPLE_LINES]
    return max(DELIMITERS, key=lambda each: _evenness(sample, each))


def _evenness(sample: str, delimiter: str) -> float:
    if delimiter == ",":
        sample = re.sub(r"(?<=[0-9]),(?=[0-9])", ".", sample)
    try:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))
    except csv.Error:
        return 0
    cut = sum(count for width, count in widths.items() if width > 1)
    common = max((count for width, count in widths.items() if width > 1), default=0)
    return (cut + common) * (0.6 if delimiter == "," else 1)


def _workbook_rows(data: bytes) -> Iterator[list[str]]:
    """The first sheet that holds anything. Whatever a damaged or hostile workbook raises becomes one refusal."""
    try:
        _check_unpacked(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of styles and validations that the library cannot keep.
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            rows = next(filter(None, (_sheet_rows(sheet) for sheet in book.worksheets)), [])
            if _has_uncounted(data):
                written = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
                formulas = next(filter(None, (_sheet_rows(sheet) for sheet in written.worksheets)), [])
                rows = _with_formulas(rows, formulas)
    except UnreadableSheetError:
        raise
    except Exception as error:
        raise UnreadableSheetError(message("The workbook is damaged. Save it again as .xlsx or .csv.")) from error
    yield from rows


def _check_unpacked(data: bytes) -> None:
    """A zip archive is trusted no further than the sizes it declares, which the unpacking then keeps to."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PACKED_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
            raise UnreadableSheetError(
                message("The workbook unpacks to too much. Keep only the sheet with the prices.")
            )
        for part in parts:
            if part.filename.endswith((".xml", ".rels")) and _declares_entities(archive, part):
                raise UnreadableSheetError(message("The workbook is damaged. Save it again as .xlsx or .csv."))


def _declares_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with archive.open(part) as file:
        start = file.read(4096).replace(b"\x00", b"").upper()
    return b"<!DOCTYPE" in start or b"<!ENTITY" in start


def _has_uncounted(data: bytes) -> bool:
    """Whether the workbook has formulas without the value that they gave: it was made by a program, not saved by one."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [part for part in archive.namelist() if part.startswith("xl/worksheets/") and part.endswith(".xml")]
        return any(_UNCOUNTED.search(archive.read(part)) for part in sheets)


def _with_formulas(rows: list[list[str]], formulas: list[list[str]]) -> list[list[str]]:
    """A formula without a value stands as itself, so that its row is refused and not taken for empty."""
    filled: list[list[str]] = []
    for index, written in enumerate(formulas):
        known = rows[index] if index < len(rows) else []
        known = [*known, *[""] * (len(written) - len(known))]
        filled.append(
            [cell or (text if text.startswith("=") else "") for cell, text in zip(known, written, strict=True)]
        )
    return filled


def _sheet_rows(sheet: Any) -> list[list[str]]:
    sheet.reset_dimensions()  # What the file says of its own size is not relied on.
    rows = [
        [_cell_text(cell.value, cell.number_format if cell.value is not None else "") for cell in cells]
        for cells in sheet.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_ROWS + 1)
    ]
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _cell_text(value: object, number_format: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return _number_text(value, number_format)
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def _number_text(value: float, number_format: str) -> str:
    """The number as written, without the dust of binary fractions; a percentage with its sign."""
    exact = Decimal(repr(value))
    if not exact.is_finite():
        return str(value)
    percent = "%" in number_format
    shown = f"{round(exact * (100 if percent else 1), 6):f}"
    plain = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return f"{plain} %" if percent else plain
