"""Which column of a price sheet is what: headings in three languages, times as headings, headings over two rows. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from marketplace.catalogue.prices.time_words import UnreadableTimeError
from marketplace.catalogue.sheets.grids import SheetRow
from marketplace.catalogue.sheets.times import ReadTime, read_times
from marketplace.catalogue.sheets.words import (
    class_of,
    column_of,
    fee_of,
    looks_like_amount,
    unit_in_heading,
    unit_of,
    vat_in,
)
from marketplace.kernel.calendar import DayType
from marketplace.pricing.prices import Unit

_HEADING_ROWS: Final = 60
LONGEST_SERVICE: Final = 60
_LENGTH: Final = re.compile(r"(\d{1,3})\s*min(?:uuttia|uter|utes)?\.?")


class PriceColumn(msgspec.Struct, frozen=True):
    """A column of amounts. A heading such as ``la 8–18`` gives its hours, others its unit, tax, service or length."""

    index: int
    heading: str
    time: ReadTime | None = None
    unit: Unit | None = None
    vat: str = ""
    percent: bool = False
    service: str = ""
    length: str = ""

    @property
    def is_common(self) -> bool:
        """Whether the row says which service it is, not the column's heading."""
        return not self.service


class Layout(msgspec.Struct, frozen=True):
    """Where each field stands, counted from 0, and the columns that hold amounts."""

    fields: Mapping[str, int]
    prices: tuple[PriceColumn, ...]
    headings: tuple[str, ...] = ()
    section: str = ""


def layout_of(row: SheetRow) -> Layout | None:
    """The layout that a row of headings gives, or None where the row is none."""
    cells = row.cells
    if any(looks_like_amount(cell) for cell in cells if cell):
        return None
    found = _layout([(index, heading) for index, heading in enumerate(cells) if heading], cells)
    found = _by_service(found, cells) if not found.prices else _under_service(found, cells)
    known = len(found.fields) + len(found.prices)
    return found if found.prices and known >= 2 else None


def _layout(headings: Sequence[tuple[int, str]], cells: Sequence[str]) -> Layout:
    fields: dict[str, int] = {}
    prices: list[PriceColumn] = []
    for index, heading in headings:
        name = column_of(heading)
        if name in {"price_eur", "surcharge_pct"}:
            column = _price_column(index, heading, percent=name == "surcharge_pct")
            after = " ".join(heading.split()).partition(" ")[2]
            prices.append(msgspec.structs.replace(column, time=_time_of(after) if after else None))
        elif name:
            fields.setdefault(name, index)
        elif length := _LENGTH.fullmatch(heading.strip().casefold()):
            prices.append(PriceColumn(index, heading, unit=Unit.VISIT, length=f"{length[1]} min"))
        elif time := _time_of(heading):
            column = _price_column(index, heading, percent=False)
            prices.append(msgspec.structs.replace(column, time=time))
    return Layout(fields, tuple(prices), tuple(cells))


def _by_service(found: Layout, cells: Sequence[str]) -> Layout:
    """Headings that are services, with the times below each other in the first column."""
    rest = [(index, cell) for index, cell in enumerate(cells) if cell and index not in found.fields.values()]
    if len(rest) < 2 or not all(class_of(cell) and len(cell) <= LONGEST_SERVICE for _, cell in rest):
        return found
    times = found.fields.get("time_text", 0)
    if times in {index for index, _ in rest}:
        return found
    prices = tuple(PriceColumn(index, cell, service=cell) for index, cell in rest)
    return Layout({**found.fields, "time_text": times}, prices, tuple(cells))


def _under_service(found: Layout, cells: Sequence[str]) -> Layout:
    """A small table headed by its service: ``Kotihoito | Hinta`` over rows of times."""
    taken = {*found.fields.values(), *(column.index for column in found.prices)}
    rest = [(index, cell) for index, cell in enumerate(cells) if cell and index not in taken]
    if found.fields.keys() & {"service_text", "time_text"} or len(rest) != 1 or not class_of(rest[0][1]):
        return found
    index, service = rest[0]
    return Layout({**found.fields, "time_text": index}, found.prices, found.headings, section=service)


def _price_column(index: int, heading: str, *, percent: bool) -> PriceColumn:
    return PriceColumn(index, heading, unit=unit_in_heading(heading), vat=vat_in(heading), percent=percent)


def _time_of(heading: str) -> ReadTime | None:
    bare = heading.split("€", maxsplit=1)[0].rstrip(" (/")
    for text in (heading, bare):
        try:
            return read_times(text)
        except UnreadableTimeError:
            continue
    return None


def joined_layout(upper: SheetRow, lower: SheetRow) -> Layout | None:
    """The layout of headings over two rows, where a merged cell above stands for the columns to its right."""
    if any(looks_like_amount(cell) for row in (upper, lower) for cell in row.cells if cell):
        return None
    below = [cell for cell in lower.cells if cell]
    if len(below) < 2 or not all(column_of(cell) or _names_days(cell) or _is_clock(cell) for cell in below):
        return None
    above = _filled(upper.cells, len(lower.cells))
    texts = [_joined(above[i], lower.cell(i)) for i in range(len(above))]
    found = _layout([(i, text) for i, text in enumerate(texts) if text], texts)
    return found if len(found.prices) >= 2 and any(column.time for column in found.prices) else None


def _joined(above: str, below: str) -> str:
    """A heading below that names its own days or column stands alone, another one completes the one above."""
    if not below or not above:
        return below or above
    if column_of(below) or _names_days(below):
        return below
    both = f"{above} {below}"
    return both if _time_of(both) or not _time_of(below) else below


def _is_clock(text: str) -> bool:
    """Whether it is a time of day without days, as stands under a heading that names the days."""
    try:
        return bool(read_times(text, (DayType.WEEKDAY,)))
    except UnreadableTimeError:
        return False


def _names_days(text: str) -> bool:
    try:
        return read_times(text, (DayType.EVE,)) == read_times(text, (DayType.HOLIDAY,))
    except UnreadableTimeError:
        return False


def _filled(cells: Sequence[str], width: int) -> list[str]:
    """A merged heading is written in its first cell only; a named column, such as the service, does not spread."""
    filled: list[str] = []
    spreading = ""
    for index in range(max(width, len(cells))):
        own = cells[index] if index < len(cells) else ""
        if own:
            spreading = "" if column_of(own) else own
        filled.append(own or spreading)
    return filled


def heading_rows(rows: Sequence[SheetRow]) -> Iterator[tuple[int, int, Layout]]:
    """Places in the file where headings stand: index of the row, how many rows they take, and the layout."""
    skip_to = 0
    first: Layout | None = None
    for index, row in enumerate(rows):
        if index < skip_to:
            continue
        single = layout_of(row) if first is None or _is_repeated(row, first) else None
        joined = _joined_with_next(rows, index) if index < _HEADING_ROWS else None
        if joined and (single is None or len(joined.prices) > len(single.prices)):
            first = first or joined
            yield index, 2, joined
            skip_to = index + 2
        elif single:
            first = first or single
            yield index, 1, single


def _joined_with_next(rows: Sequence[SheetRow], index: int) -> Layout | None:
    """The layout over two rows, unless the lower one is headings enough, as under a title."""
    if index + 1 >= len(rows):
        return None
    joined, lower = joined_layout(rows[index], rows[index + 1]), layout_of(rows[index + 1])
    return None if joined and lower and len(lower.prices) >= len(joined.prices) else joined


def _is_repeated(row: SheetRow, first: Layout) -> bool:
    """Below the first headings only the same ones, or a row of nothing but headings, are headings again."""
    same = sum(bool(cell) and cell == first.headings[i] for i, cell in enumerate(row.cells[: len(first.headings)]))
    return same >= 2 or all(column_of(cell) or _time_of(cell) for cell in row.cells if cell)


def guessed_layout(rows: Sequence[SheetRow]) -> Layout | None:
    """The layout of a file without headings, from what its columns hold: amounts, times, services."""
    votes: dict[str, Counter[int]] = {
        "price": Counter(),
        "time_text": Counter(),
        "service_text": Counter(),
        "unit": Counter(),
    }
    for row in rows[:_HEADING_ROWS]:
        for index, cell in enumerate(row.cells):
            if kind := _kind_of(cell):
                votes[kind][index] += 1
    if not votes["price"]:
        return None
    price = votes["price"].most_common(1)[0][0]
    fields: dict[str, int] = {}
    mixed = votes["time_text"].keys() & votes["service_text"].keys() - {price}
    if len(votes["service_text"]) == 1 and mixed:
        return Layout({"service_text": mixed.pop()}, (PriceColumn(price, ""),))
    for kind in ("time_text", "unit", "service_text"):
        free = [(count, -index) for index, count in votes[kind].items() if index not in {price, *fields.values()}]
        if free:
            fields[kind] = -max(free)[1]
    return Layout(fields, (PriceColumn(price, ""),)) if fields else None


def _kind_of(cell: str) -> str | None:
    if not cell:
        return None
    if looks_like_amount(cell):
        return "price"
    if _time_of(cell):
        return "time_text"
    if len(cell) < 15 and unit_of(cell):
        return "unit"
    return "service_text" if class_of(cell) or fee_of(cell) else None
