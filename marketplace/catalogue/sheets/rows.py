"""One row of a price sheet and what it means: a price, a surcharge or a fee, with its service, unit and hours. Pure."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Final

import msgspec

from marketplace.catalogue.prices.time_words import UnreadableTimeError
from marketplace.catalogue.sheets.cells import (
    Blaming,
    Cells,
    RowRefusedError,
    minutes_of,
    municipalities_of,
    name_of,
    valid_from_of,
)
from marketplace.catalogue.sheets.grids import SheetRow
from marketplace.catalogue.sheets.layout import Layout, PriceColumn
from marketplace.catalogue.sheets.remarks import extra_time
from marketplace.catalogue.sheets.row_times import ANY, exact_time, key_of, reads, time_of_row
from marketplace.catalogue.sheets.terms import TERMS, Term, read_term
from marketplace.catalogue.sheets.times import ReadTime, read_times
from marketplace.catalogue.sheets.words import (
    ALL_SERVICES,
    OTHER_SERVICES,
    Amount,
    AmountKind,
    class_of,
    fee_of,
    known_code,
    looks_like_amount,
    minimum_minutes,
    plain,
    read_amount,
    read_percent,
    read_vat,
    unit_of,
    vat_in,
)
from marketplace.kernel.i18n import Text, message
from marketplace.organisers.reference import is_service_class, service_class
from marketplace.pricing.bands import Hours
from marketplace.pricing.prices import Unit

ALL_CODE: Final = "ALL"
SETTINGS: Final = frozenset({"band", "not_served", "eve", "calendar", *TERMS})
"""Kinds of row that carry no price but complete the time bands of an exported list."""

_UNIT_OF_FEE: Final = {"TRAVEL": Unit.KM, "INVOICE-FEE": Unit.PIECE, "VISIT-FEE": Unit.VISIT, "EMERGENCY": Unit.VISIT}
_NO_PRICE: Final = frozenset(
    {"", "-", "–", "—", "x", "ei", "ei tarjolla", "ei saatavilla", "n/a", "nej", "no", "sopimuksen mukaan",
     "tarjouksen mukaan", "pyydä tarjous", "kysy", "kysy tarjous", "enligt överenskommelse", "enligt offert", "on request"}
)  # fmt: skip


class PriceRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one amount of a sheet means. ``code`` is a service class, a fee such as ``TRAVEL``, ``ALL``, or None.

    ``cents`` per ``unit``; a surcharge in percent has ``percent``. ``condition`` are words under which the price holds
    that are no time of the week. ``vat`` is the rate that is in the price, or on top of it with a plus.
    """

    row: int
    column: int
    code: str | None
    text: str
    unit: Unit
    kind: AmountKind | str
    cents: int = 0
    percent: Fraction = Fraction(0)
    key: str = ANY
    time: ReadTime | None = None
    condition: str = ""
    provider: str = ""
    area: str = ""
    municipality_codes: tuple[str, ...] = ()
    vat: str = ""
    valid_from: date | None = None
    minimum_minutes: int = 0
    rounding_minutes: int = 1
    note: str = ""
    name: Text | None = None
    offer: str = ""
    term: Term | None = None


class Context(msgspec.Struct):
    """What the rows above have said: the section's service, the last row's; and the one that the file is imported for."""

    default_class: str | None = None
    section: str = ""
    above: str = ""
    valid_from: date | None = None


def read_row(row: SheetRow, layout: Layout, context: Context) -> list[PriceRow]:
    """The prices of a row; a row without amounts that tells of no service either is a note, and gives none.

    Raises:
        RowRefusedError: something in it cannot be understood, with its column.
    """
    cells = Cells(row, layout)
    kind = _kind(cells)
    if not kind and (words := _extra_words(cells, context)):
        kind, cells = "surcharge_eur", Cells(row, layout, words)
    if kind in SETTINGS:
        return [_setting(cells, kind)]
    columns = [column for column in layout.prices if plain(row.cell(column.index)) not in _NO_PRICE]
    if not columns:
        return _without_price(cells, context)
    _check_headings(cells)
    found: list[PriceRow] = []
    for column in columns:
        above = context if column.is_common else msgspec.structs.replace(context, section=column.service)
        found.append(_price(cells, column, _common(cells, above), kind))
        context.above = above.above
    return found


def _extra_words(cells: Cells, context: Context) -> dict[str, str]:
    """A surcharge named after its time (``Iltalisä klo 18-22``) is for the section's service, else for all."""
    time = extra_time(cells.get("service_text")) if not cells.get("service_code") else None
    if time is None:
        return {}
    return {
        "time_text": cells.get("time_text") or time,
        "time_band": "",
        "service_text": "",
        "service_code": "" if context.section else ALL_CODE,
    }


def _check_headings(cells: Cells) -> None:
    """An amount in a column without a heading would be lost in silence."""
    headings = cells.layout.headings
    for index, cell in enumerate(cells.row.cells if headings else ()):
        if (index >= len(headings) or not headings[index]) and looks_like_amount(cell):
            raise RowRefusedError(index, message("The column of {amount} has no heading.", amount=cell[:40]))


class _Common(msgspec.Struct, frozen=True):
    """What all prices of a row share."""

    code: str | None
    text: str
    time: ReadTime | None
    key: str
    condition: str
    fields: Mapping[str, object]


def _without_price(cells: Cells, context: Context) -> list[PriceRow]:
    """A lone text is a heading of a section or a note; a row with a service and a time lacks its price."""
    filled = [cell for cell in cells.row.cells if cell]
    if len(filled) == 1:
        context.section = filled[0] if class_of(filled[0]) else ""
        return []
    if cells.is_exact and not cells.get("service_code"):
        return []  # A band of the template for which no price was given.
    if cells.get("service_code") or cells.get("time_text") or cells.get("time_band") or cells.get("unit"):
        column = cells.layout.prices[0].index
        raise RowRefusedError(column, message("The price is missing."))
    return []


def _kind(cells: Cells) -> str:
    text = plain(cells.get("kind")).replace(" ", "_")
    known = {
        "hinta": "price",
        "pris": "price",
        "lisä": "surcharge_eur",
        "tillägg": "surcharge_eur",
        "surcharge": "surcharge_eur",
    }
    kind = known.get(text, text)
    if kind in {"", "price", "surcharge_eur", "surcharge_pct"} or (kind in SETTINGS and cells.is_exact):
        return kind
    raise RowRefusedError(cells.place("kind"), message("“{text}” is not a kind of price.", text=cells.get("kind")[:40]))


def _common(cells: Cells, context: Context) -> _Common:
    text = cells.get("service_text") or _from_above(cells, context)
    time, key, condition = time_of_row(cells)
    if time is None and text and not (condition or cells.get("time_band")):
        found, text = _time_in_service(text, context.section or _named_above(cells, context))
        time, key = found, key_of(found) if found else key
    context.above = text
    code = _code(cells, text or context.section, context)
    fields = _fields(cells, code)
    fields["valid_from"] = fields["valid_from"] or context.valid_from
    return _Common(code, text or context.section, time, key, condition, fields)


def _from_above(cells: Cells, context: Context) -> str:
    """A merged cell names the service in its first row only. Where services have codes, an empty one is a mistake."""
    is_merged = "service_text" in cells.layout.fields and "service_code" not in cells.layout.fields
    return context.above if is_merged and not cells.is_exact else ""


def _named_above(cells: Cells, context: Context) -> str:
    """A row that names a time only goes on with the service above it, where services have no codes."""
    return "" if "service_code" in cells.layout.fields else context.above


def _time_in_service(text: str, service: str) -> tuple[ReadTime | None, str]:
    """Where the service's cell holds the time, alone below the ``service`` or after the service's words."""
    if alone := _time_as_service(text):
        return alone, service
    words = text.split()
    for start in range(1, min(len(words), 12)):
        head, tail = " ".join(words[:start]), " ".join(words[start:])
        if class_of(head) and reads(tail):
            return read_times(tail), head
    return None, text


def _time_as_service(text: str) -> ReadTime | None:
    """Lists with a section for each service have the times in the place of the services."""
    if class_of(text) or fee_of(text):
        return None
    try:
        return read_times(text)
    except UnreadableTimeError:
        return None


def _code(cells: Cells, text: str, context: Context) -> str | None:
    if given := cells.get("service_code"):
        with Blaming(cells.place("service_code")):
            code = known_code(given)
        return None if code in OTHER_SERVICES else code
    found = fee_of(text) or class_of(text) or context.default_class
    if found is None:
        words = message("It does not say which service this is. Give the code of a service class.")
        raise RowRefusedError(cells.place("service_text"), words)
    return found


def _fields(cells: Cells, code: str | None) -> dict[str, object]:
    note = cells.get("note")
    least = minutes_of(cells, "minimum_minutes") or minimum_minutes(note) or minimum_minutes(cells.get("service_text"))
    with Blaming(cells.place("vat_pct")):
        vat = read_vat(cells.get("vat_pct"))
    return {
        "provider": cells.get("provider"),
        "area": cells.get("area"),
        "municipality_codes": municipalities_of(cells),
        "vat": vat or vat_in(note),
        "valid_from": valid_from_of(cells),
        "minimum_minutes": least if code is None or code not in _UNIT_OF_FEE else 0,
        "rounding_minutes": minutes_of(cells, "rounding_minutes") or 1,
        "note": note,
        "name": name_of(cells),
        "offer": cells.get("offer_id"),
    }


def _price(cells: Cells, column: PriceColumn, common: _Common, kind: str) -> PriceRow:
    text = cells.row.cell(column.index)
    with Blaming(column.index):
        amount = _amount(text, column, kind)
    time, key = common.time, common.key
    if column.time:
        time, key = _meeting(common, column)
    condition = " ".join(part for part in (common.condition, column.length) if part)
    fields = {**common.fields, "vat": common.fields["vat"] or column.vat or vat_in(text)}
    return PriceRow(
        row=cells.row.number,
        column=column.index,
        code=common.code,
        text=common.text,
        unit=_unit(cells, column, amount, common.code),
        kind=amount.kind,
        cents=amount.cents,
        percent=amount.percent,
        key=key,
        time=time,
        condition=condition,
        **fields,  # pyright: ignore[reportArgumentType] - the fields are those of the row, by their names
    )


def _meeting(common: _Common, column: PriceColumn) -> tuple[ReadTime, str]:
    """The hours of a column's heading; a time in the row itself narrows the days or the clock of it."""
    if column.time is None or common.time is None:
        time = column.time or ReadTime(())
        return time, key_of(time)
    if column.time.timed and not common.time.timed:
        days = tuple(dict.fromkeys(day for each in common.time.hours for day in each.days))
        hours = tuple(Hours(days, each.from_minute, each.to_minute) for each in column.time.hours)
    else:
        days = tuple(dict.fromkeys(day for each in column.time.hours for day in each.days))
        hours = tuple(Hours(days, each.from_minute, each.to_minute) for each in common.time.hours)
    time = ReadTime(tuple(dict.fromkeys(hours)), timed=True, only=column.time.only or common.time.only)
    return time, key_of(time)


def _amount(text: str, column: PriceColumn, kind: str) -> Amount:
    if column.percent and "€" not in text:
        return Amount("surcharge_pct", percent=read_percent(text))
    amount = read_amount(text)
    if kind == "surcharge_pct" and amount.kind == "price":
        return Amount("surcharge_pct", percent=read_percent(text))
    if amount.kind == "price" and (kind == "surcharge_eur" or column.percent):
        return msgspec.structs.replace(amount, kind="surcharge_eur")
    return amount


def _unit(cells: Cells, column: PriceColumn, amount: Amount, code: str | None) -> Unit:
    if given := cells.get("unit"):
        if unit := unit_of(given):
            return unit
        raise RowRefusedError(cells.place("unit"), message("“{text}” is not a unit of price.", text=given[:40]))
    usual = service_class(code).unit if code and is_service_class(code) else _UNIT_OF_FEE.get(code or "", Unit.HOUR)
    return amount.unit or column.unit or usual


def _setting(cells: Cells, kind: str) -> PriceRow:
    """A row of an exported list that completes its time bands or its terms."""
    time, key, _ = exact_time(cells) if kind in {"band", "not_served"} else (None, cells.get("time_band"), "")
    code = _code(cells, cells.get("service_text"), Context())
    usual = {**_fields(cells, code), "note": cells.get("note")}
    with Blaming(cells.place("note")):
        term = read_term(kind, cells.get("note"))
    return PriceRow(
        row=cells.row.number,
        column=0,
        code=code,
        text=cells.get("service_text"),
        unit=unit_of(cells.get("unit")) or Unit.HOUR,
        kind=kind,
        key=key,
        time=time,
        term=term,
        **usual,  # pyright: ignore[reportArgumentType] - the fields are those of the row, by their names
    )


def is_for_all(row: PriceRow) -> bool:
    """Whether a row is for every service of its provider."""
    return row.code == ALL_SERVICES
