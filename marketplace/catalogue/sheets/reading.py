"""Import of a price sheet as a dry run: what each row means or why it is refused, and the price lists that come of it.

Pure: nothing is stored. Any number of rows may be refused; the others make their lists all the same.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

import msgspec

from marketplace.catalogue.sheets.blocks import Block, blocks_of
from marketplace.catalogue.sheets.cells import RowRefusedError
from marketplace.catalogue.sheets.grids import (
    Kind,
    SheetRow,
    UnreadableSheetError,
    column_letter,
    read_table,
)
from marketplace.catalogue.sheets.layout import Layout, guessed_layout, heading_rows
from marketplace.catalogue.sheets.lengths import by_length
from marketplace.catalogue.sheets.lists import DraftPriceList, draft_lists
from marketplace.catalogue.sheets.remarks import valid_from_in
from marketplace.catalogue.sheets.rows import Context, PriceRow, read_row
from marketplace.catalogue.sheets.words import class_of
from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.money import Money
from marketplace.organisers.reference import is_service_class, service_class
from marketplace.pricing.prices import UNIT_WORDS

_NO_PRICES = message("No column with prices was found. Give the columns headings such as Palvelu, Aika and Hinta.")


class RowOutcome(StrEnum):
    """What became of a row: its prices are in a list, it is refused, or it is a heading or note without prices."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOTE = "note"


class RowReport(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the file. ``number`` counts from 1; ``column`` is a letter as in a spreadsheet, where one is to blame.

    ``words`` say what was understood of an accepted row, one for each of its prices, or why a row is refused.
    """

    number: int
    outcome: RowOutcome
    words: tuple[Message, ...]
    column: str | None = None
    heading: str = ""
    cells: tuple[str, ...] = ()


class SheetReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole dry run. ``header`` are the file's own headings, for the error file."""

    kind: Kind
    header: tuple[str, ...]
    rows: tuple[RowReport, ...]
    lists: tuple[DraftPriceList, ...]

    def count(self, outcome: RowOutcome) -> int:
        """How many rows had this outcome."""
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def refused(self) -> tuple[RowReport, ...]:
        return tuple(row for row in self.rows if row.outcome is RowOutcome.REFUSED)


def read_price_sheet(data: bytes, *, service_class_code: str | None = None) -> SheetReport:
    """The dry run of a CSV or XLSX file of prices, ours or anybody's.

    ``service_class_code`` is the class of rows that name no service, where the file is imported for one offer.

    Raises:
        UnreadableSheetError: the file is no table, or none of its columns holds prices.
    """
    table = read_table(data)
    readings = [_read_block(block, service_class_code) for block in blocks_of(table.rows)]
    if not any(each.layouts for each in readings):
        raise UnreadableSheetError(_NO_PRICES)
    lists, lost = draft_lists([price for each in readings for price in each.prices])
    refused = {row.row: (row, why) for row, why in lost}
    return SheetReport(
        kind=table.kind,
        header=_header(table.rows, readings),
        rows=tuple(_lost(report, refused) for report in _beside([each.reports for each in readings], table.rows)),
        lists=by_length(lists),
    )


def check_price_headings(data: bytes) -> Kind:
    """That a file is a table with prices, without reading its rows; answers with what kind of file it is.

    Raises:
        UnreadableSheetError: as ``read_price_sheet``.
    """
    table = read_table(data)
    if not any(_layouts(block.rows) for block in blocks_of(table.rows)):
        raise UnreadableSheetError(_NO_PRICES)
    return table.kind


class _Reading(msgspec.Struct):
    """What one table of the sheet gave: its headings, its prices, and a report for each row."""

    layouts: dict[int, tuple[int, Layout]]
    prices: list[PriceRow]
    reports: list[RowReport]


def _read_block(block: Block, default_class: str | None) -> _Reading:
    layouts = _layouts(block.rows)
    read = _Reading(layouts, [], [])
    context = Context(default_class=default_class)
    sections = {block.rows[index].number: layout.section for index, (_, layout) in layouts.items() if index >= 0}
    for row, layout in _with_layouts(block.rows, layouts):
        context.section = sections.get(row.number) or context.section
        read.reports.append(_report(row, layout, context, read.prices, block.offset))
    read.prices = [msgspec.structs.replace(each, column=each.column + block.offset) for each in read.prices]
    return read


def _header(rows: Sequence[SheetRow], readings: Sequence[_Reading]) -> tuple[str, ...]:
    """The file's own headings: of tables side by side the whole row of them."""
    index, (_, layout) = next(iter(next(each.layouts for each in readings if each.layouts).items()))
    return layout.headings if len(readings) == 1 else rows[index].cells


def _beside(reports: Sequence[Sequence[RowReport]], rows: Sequence[SheetRow]) -> Iterator[RowReport]:
    """One report for each row of the sheet, of all tables that it runs through."""
    for row, *parts in zip(rows, *reports, strict=True):
        bad = [each for each in parts if each.outcome is RowOutcome.REFUSED]
        told = bad or [each for each in parts if each.outcome is RowOutcome.ACCEPTED] or parts
        words = tuple(words for each in told for words in each.words)
        yield msgspec.structs.replace(told[0], words=words, cells=row.cells)


def _layouts(rows: Sequence[SheetRow]) -> dict[int, tuple[int, Layout]]:
    """By the index of the heading row: how many rows it takes, and the layout of the rows below it."""
    found = {index: (taken, layout) for index, taken, layout in heading_rows(rows)}
    if not found and (guess := guessed_layout(rows)):
        return {-1: (1, guess)}
    return found


def _with_layouts(
    rows: Sequence[SheetRow], layouts: dict[int, tuple[int, Layout]]
) -> Iterator[tuple[SheetRow, Layout | None]]:
    """Each row with the headings above it; None for rows that are headings, or above the first of them."""
    current = layouts[-1][1] if -1 in layouts else None
    heading_until = -1
    for index, row in enumerate(rows):
        if index in layouts:
            taken, current = layouts[index]
            heading_until = index + taken
        yield row, None if index < heading_until else current


def _report(row: SheetRow, layout: Layout | None, context: Context, prices: list[PriceRow], offset: int) -> RowReport:
    if layout is None or is_remark(row):
        _take_note(row, context)
        return RowReport(number=row.number, outcome=RowOutcome.NOTE, words=(), cells=row.cells)
    try:
        found = read_row(row, layout, context)
    except RowRefusedError as error:
        heading = (
            layout.headings[error.column] if error.column is not None and error.column < len(layout.headings) else ""
        )
        column = error.column + offset if error.column is not None else None
        return _refusal(row.number, row.cells, error.words, column, heading)
    prices += found
    outcome = RowOutcome.ACCEPTED if found else RowOutcome.NOTE
    return RowReport(number=row.number, outcome=outcome, words=tuple(meaning(each) for each in found), cells=row.cells)


def _take_note(row: SheetRow, context: Context) -> None:
    """Above a table may stand the service that it is for, and the day from which it holds."""
    filled = [cell for cell in row.cells if cell]
    if len(filled) == 1 and class_of(filled[0]) and not is_remark(row):
        context.section = filled[0]
    context.valid_from = context.valid_from or valid_from_in(row.cells)


def is_remark(row: SheetRow) -> bool:
    """A line for people only, as our templates have them."""
    return row.cell(0).startswith("#")


def _refusal(number: int, cells: Sequence[str], why: Message, column: int | None, heading: str = "") -> RowReport:
    letter = column_letter(column) if column is not None else None
    return RowReport(
        number=number, outcome=RowOutcome.REFUSED, words=(why,), column=letter, heading=heading, cells=tuple(cells)
    )


def _lost(report: RowReport, refused: dict[int, tuple[PriceRow, Message]]) -> RowReport:
    if report.number not in refused:
        return report
    row, why = refused[report.number]
    return _refusal(report.number, report.cells, why, row.column)


def meaning(row: PriceRow) -> Message:
    """A row's price in words: ``Kotisiivous: 38,50 € per hour, ma–pe 7–18``."""
    what = _service_words(row)
    when = row.time.words if row.time else row.condition
    if row.kind == "surcharge_pct":
        percent = f"{float(row.percent):g}"
        return message(
            "{what}: {percent} % on top of the price, {when}", what=what, percent=percent, when=when or _always()
        )
    amount = Money(row.cents)
    unit = UNIT_WORDS[row.unit]
    if row.kind == "surcharge_eur":
        return message("{what}: {amount} on top of the price, {when}", what=what, amount=amount, when=when or _always())
    if row.kind != "price":
        return message("{what}: a setting of its time bands", what=what)
    if when:
        return message("{what}: {amount} per {unit}, {when}", what=what, amount=amount, unit=unit, when=when)
    return message("{what}: {amount} per {unit}", what=what, amount=amount, unit=unit)


def _always() -> Message:
    return message("always")


def _service_words(row: PriceRow) -> Text | str:
    if row.text:
        return row.text
    return service_class(row.code).name if row.code and is_service_class(row.code) else row.code or ""
