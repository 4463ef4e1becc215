"""Tables that stand side by side in one sheet, each under headings of its own, taken apart. Pure."""

from collections.abc import Sequence

import msgspec

from marketplace.catalogue.sheets.grids import SheetRow
from marketplace.catalogue.sheets.layout import heading_rows

SCANNED_ROWS = 200


class Block(msgspec.Struct, frozen=True):
    """Some columns of a sheet: its rows from ``offset`` on, counted from 0."""

    offset: int
    rows: tuple[SheetRow, ...]


def blocks_of(rows: Sequence[SheetRow]) -> tuple[Block, ...]:
    """The tables beside each other; the whole sheet as one where an empty column does not part several."""
    whole = (Block(0, tuple(rows)),)
    spans = _spans(rows[:SCANNED_ROWS])
    if len(spans) < 2 or any(end - start < 2 for start, end in spans):
        return whole
    found = tuple(Block(start, tuple(_cut(row, start, end) for row in rows)) for start, end in spans)
    return found if all(any(heading_rows(_filled(block.rows))) for block in found) else whole


def _spans(rows: Sequence[SheetRow]) -> list[tuple[int, int]]:
    """Runs of columns that hold anything, the first and the one after the last. Titles over all do not join them."""
    width = max((len(row.cells) for row in rows), default=0)
    used = [any(row.cell(column) for row in rows if len(row.cells) > 1) for column in range(width)]
    spans: list[tuple[int, int]] = []
    for column, is_used in enumerate(used):
        if is_used and spans and spans[-1][1] == column:
            spans[-1] = (spans[-1][0], column + 1)
        elif is_used:
            spans.append((column, column + 1))
    return spans


def _cut(row: SheetRow, start: int, end: int) -> SheetRow:
    cells = row.cells[start:end]
    while cells and not cells[-1]:
        cells = cells[:-1]
    return SheetRow(row.number, cells)


def _filled(rows: Sequence[SheetRow]) -> list[SheetRow]:
    return [row for row in rows if row.cells]
