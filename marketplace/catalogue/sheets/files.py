"""Price lists and offers written as CSV or XLSX, in the shape that the import reads; and the file of refused rows. Pure.

No cell can become a formula in the spreadsheet of the person who opens the file.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec
import openpyxl
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font

from marketplace.catalogue.sheets.grids import protected
from marketplace.catalogue.sheets.lists import Extra
from marketplace.catalogue.sheets.reading import SheetReport
from marketplace.catalogue.sheets.terms import term_rows
from marketplace.kernel.calendar import DayType, clock_text
from marketplace.kernel.i18n import Language, message, translate
from marketplace.kernel.money import decimal_text
from marketplace.pricing.bands import BandCalendar, Hours
from marketplace.pricing.prices import PriceList

Format = Literal["csv", "xlsx"]

PRICE_COLUMNS: Final = (
    "offer_id", "provider", "area", "municipality_codes", "service_code", "service_text", "unit", "time_band", "time_text", "kind",
    "price_eur", "surcharge_pct", "vat_pct", "valid_from", "note", "name_fi", "name_sv", "name_en", "minimum_minutes",
    "rounding_minutes",
)  # fmt: skip
MEDIA_TYPE: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_DAY_WORDS: Final = {
    DayType.WEEKDAY: "ma-pe",
    DayType.SATURDAY: "la",
    DayType.SUNDAY: "su",
    DayType.HOLIDAY: "arkipyhät",
    DayType.EVE: "aatot",
}
_TO_QUOTE: Final = re.compile(r"[;,|\"\t\r\n]")
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


class ListHead(msgspec.Struct, frozen=True, kw_only=True):
    """What every row of a written price list repeats. ``valid_from`` is a date as text, or empty."""

    offer_id: str = ""
    provider: str = ""
    area: str = ""
    municipality_codes: tuple[str, ...] = ()
    service_class: str
    service_text: str = ""
    vat: str = ""
    valid_from: str = ""


def price_rows(
    head: ListHead, prices: PriceList, calendar: BandCalendar | None, extras: Sequence[Extra] = ()
) -> list[dict[str, str]]:
    """The rows of a price list; importing them gives the same prices and the same time bands.

    ``calendar`` is None where the bands are the organiser's and the price is one for all times.
    """
    common = _common(head, prices)
    rows = list(_price_lines(prices, calendar))
    if calendar:
        rows += _setting_lines(calendar)
    if prices.visit_fee_cents:
        rows.append({"service_code": "VISIT-FEE", "unit": "visit", "price_eur": decimal_text(prices.visit_fee_cents)})
    rows += [_extra_line(extra, head) for extra in extras]
    rows += term_rows(prices)
    return [{**common, **_fee_blank(row), **row} for row in rows]


def _common(head: ListHead, prices: PriceList) -> dict[str, str]:
    return {
        "offer_id": head.offer_id,
        "provider": head.provider,
        "area": head.area,
        "municipality_codes": "|".join(head.municipality_codes),
        "service_code": head.service_class,
        "service_text": head.service_text,
        "unit": prices.unit.value,
        "kind": "price",
        "vat_pct": head.vat,
        "valid_from": head.valid_from,
        "minimum_minutes": str(prices.minimum_minutes or ""),
        "rounding_minutes": str(prices.rounding_minutes if prices.rounding_minutes > 1 else ""),
    }


def _fee_blank(row: Mapping[str, str]) -> dict[str, str]:
    """A fee has no words of the service and no billing step."""
    return {"service_text": "", "minimum_minutes": "", "rounding_minutes": ""} if "service_code" in row else {}


def _price_lines(prices: PriceList, calendar: BandCalendar | None) -> Iterator[dict[str, str]]:
    if prices.one_price_cents is not None:
        yield {"time_band": "any", "price_eur": decimal_text(prices.one_price_cents)}
    elif not prices.band_prices and prices.length_prices:
        yield {"time_band": "any", "price_eur": decimal_text(prices.length_prices[-1].price_cents)}
    for band in calendar.bands if calendar else ():
        cents = next((entry.price_cents for entry in prices.band_prices if entry.band == band.key), None)
        priced = {"price_eur": decimal_text(cents)} if cents is not None else {"kind": "band"}
        names = {"name_fi": band.name.fi, "name_sv": band.name.sv, "name_en": band.name.en}
        yield {"time_band": band.key, "time_text": exact_words(band.hours), **names, **priced}


def _setting_lines(calendar: BandCalendar) -> list[dict[str, str]]:
    saturday = f" saturday_eves_as={calendar.saturday_eves_as.value}" if calendar.saturday_eves_as else ""
    note = f"holidays_as={calendar.holidays_as.value}{saturday}"
    rows = [{"kind": "calendar", "time_band": calendar.version, "note": note}]
    rows += [{"kind": "eve", "time_band": rule.before.value, "note": rule.counts_as.value} for rule in calendar.eves]
    rows += [{"kind": "not_served", "time_text": exact_words((each,))} for each in calendar.not_served]
    return rows


def exact_words(hours: Sequence[Hours]) -> str:
    """Hours in Finnish words that read back as the same hours in the same order."""
    return "; ".join(
        f"{' '.join(_DAY_WORDS[day] for day in each.days)} {clock_text(each.from_minute)}-{clock_text(each.to_minute)}"
        for each in hours
    )


def _extra_line(extra: Extra, head: ListHead) -> dict[str, str]:
    percent = f"{float(extra.percent):g}" if extra.percent else ""
    code = head.service_class if extra.code == "SURCHARGE" else extra.code
    kind = "price" if extra.code != "SURCHARGE" else "surcharge_pct" if percent else "surcharge_eur"
    amount = {"surcharge_pct": percent} if percent else {"price_eur": decimal_text(extra.cents)}
    return {
        "service_code": code, "service_text": extra.text, "unit": extra.unit.value, "kind": kind, "time_band": "" if extra.hours else "any", "time_text": exact_words(extra.hours),
        "vat_pct": extra.vat, "note": extra.note, **amount,
    }  # fmt: skip


def write_sheet(columns: Sequence[str], rows: Iterable[Mapping[str, str]], format: Format) -> bytes:  # noqa: A002
    """A table as a file. CSV is in UTF-8 with a mark, separated by semicolons, as Finnish spreadsheets expect."""
    return write_cells(columns, ([row.get(column, "") for column in columns] for row in rows), format)


def write_cells(header: Sequence[str], rows: Iterable[Sequence[str]], format: Format) -> bytes:  # noqa: A002
    """As ``write_sheet``, from rows of cells."""
    return _csv(header, rows) if format == "csv" else _xlsx(header, rows)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    lines = (";".join(_quoted(protected(cell)) for cell in cells) for cells in (header, *rows))
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig")


def _quoted(cell: str) -> str:
    """In quotation marks where it holds any separator, so that nobody takes the file for one with commas."""
    return '"' + cell.replace('"', '""') + '"' if _TO_QUOTE.search(cell) else cell


def _xlsx(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    book.properties.created = book.properties.modified = _LONG_AGO  # The same content makes the same file.
    sheet = book.create_sheet("Setelitori")
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)

    def cell(text: str, *, heading: bool = False) -> Cell:
        made = WriteOnlyCell(sheet, protected(text)[:32_000])
        made.data_type = "s"  # Text, whatever it looks like.
        if heading:
            made.font = bold
        return made

    sheet.append([cell(text, heading=True) for text in header])
    for row in rows:
        sheet.append([cell(text) if text else None for text in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def error_file(report: SheetReport, language: Language) -> bytes:
    """The refused rows as they came, with the reason in a last column, in the format that the file was sent in.

    Mended rows can be sent again as they are: the reason's column is not read.
    """
    width = max([len(report.header), *(len(row.cells) for row in report.refused)], default=0)
    header = [*_padded(report.header, width), translate(message("Why the row was refused"), language)]
    format: Format = "xlsx" if report.kind == "xlsx" else "csv"  # noqa: A001
    return write_cells(
        header,
        ([*_padded(row.cells, width), _reason(row.words, row.number, row.column, language)] for row in report.refused),
        format,
    )


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def _reason(words: Sequence[object], number: int, column: str | None, language: Language) -> str:
    why = "; ".join(translate(each, language) for each in words)  # pyright: ignore[reportArgumentType] - messages
    place = (
        message("Row {row}, column {column}", row=number, column=column) if column else message("Row {row}", row=number)
    )
    return f"{translate(place, language)}: {why}"
