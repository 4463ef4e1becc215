"""The rows of a sheet put together into draft price lists: bands, prices, fees and surcharges, and what to look at. Pure.

Rows that cannot stand in one list, because their hours overlap at another price or they are for other conditions,
make lists of their own, so that nothing of the file is lost.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Final

import msgspec

from marketplace.catalogue.prices.week_bands import (
    Priced,
    bands_of,
    calendar_of,
    every_eve,
    has_eves,
    major_eves_as_sundays,
    overlap,
    what_is_left,
    with_prices,
)
from marketplace.catalogue.sheets.exported_calendars import exported_calendar
from marketplace.catalogue.sheets.rows import SETTINGS, PriceRow, is_for_all
from marketplace.catalogue.sheets.terms import Term, with_terms
from marketplace.catalogue.sheets.times import EVERY_DAY, ReadTime, weekday_names
from marketplace.catalogue.sheets.words import beyond_km
from marketplace.kernel.calendar import DAY_MINUTES, DayType
from marketplace.kernel.i18n import Language, Message, Text, message
from marketplace.kernel.money import round_cents
from marketplace.organisers.reference import is_service_class
from marketplace.pricing.bands import MOST_BANDS, BandCalendar, EveRule, Hours
from marketplace.pricing.prices import BANDED_UNITS, PriceList, Unit

FEES: Final = frozenset({"TRAVEL", "VISIT-FEE", "INVOICE-FEE", "EMERGENCY"})
MOST_EXTRAS: Final = 100

_AS_SUNDAYS: Final = message("The list has no price for public holidays. They are priced as Sundays.")
Key = tuple[object, ...]


class Extra(msgspec.Struct, frozen=True, kw_only=True):
    """A fee or surcharge of a list that is not a price per band: ``TRAVEL``, ``INVOICE-FEE``, ``EMERGENCY``, ``SURCHARGE``.

    ``cents`` per ``unit``, or ``percent``; travel is free up to ``beyond_km``. ``hours`` are those of a surcharge that
    comes on top of prices which the list already has for them.
    """

    code: str
    text: str
    unit: Unit
    cents: int = 0
    percent: Fraction = Fraction(0)
    beyond_km: int = 0
    hours: tuple[Hours, ...] = ()
    vat: str = ""
    note: str = ""
    row: int = 0


class DraftPriceList(msgspec.Struct, frozen=True, kw_only=True):
    """A price list as a sheet gives it. ``calendar`` is None where one price is for all times.

    ``service_class`` is None where the file names a service that is none of ours. ``condition`` are the words, or the
    weekdays, that the list is limited to. ``warnings`` are what its provider should look at; ``rows`` where it stood.
    """

    provider: str
    area: str
    municipality_codes: tuple[str, ...]
    service_class: str | None
    service_text: str
    condition: Text
    vat: str
    valid_from: date | None
    calendar: BandCalendar | None
    prices: PriceList
    extras: tuple[Extra, ...]
    warnings: tuple[Message, ...]
    rows: tuple[int, ...]
    offer: str = ""


class _Draft:
    """A list while its rows are being put in."""

    def __init__(self, first: PriceRow) -> None:
        self.first = first
        self.rows: list[PriceRow] = []
        self.placed: list[tuple[Priced, PriceRow]] = []
        self.untimed: list[PriceRow] = []
        self.settings: list[PriceRow] = []
        self.terms: list[Term] = []
        self.extras: list[Extra] = []
        self.warnings: list[Message] = []
        self.visit_fee_cents = 0
        self.is_spread = False

    @property
    def is_banded(self) -> bool:
        return bool(self.placed or self.untimed)

    @property
    def base_cents(self) -> int:
        return next(row.cents for row in self.rows if row.kind == "price")

    def add(self, row: PriceRow) -> None:
        self.rows.append(row)
        if row.time is None:
            return
        if row.time.assumed:
            self.warnings.append(row.time.assumed)
        if row.time.timed:
            self.placed.append((Priced(row.key, row.time.hours, row.cents, row.name), row))
        else:
            self.untimed.append(row)

    def spread(self) -> None:
        """The one price becomes that of all hours for which no other row has a price."""
        every = ReadTime((Hours(EVERY_DAY, 0, DAY_MINUTES),), timed=False)
        self.untimed.append(msgspec.structs.replace(self.first, time=every, key="other"))
        self.is_spread = True

    def clash(self, row: PriceRow) -> PriceRow | None:
        """A row that already has some of the hours; of days without hours, the same days."""
        if row.time is None or not self.is_banded:
            return self.rows[0] if self.rows else None
        if not row.time.timed:
            return next((each for each in self.untimed if each.time and each.time.hours == row.time.hours), None)
        return next((each for priced, each in self.placed if overlap(priced.hours, row.time.hours)), None)


def draft_lists(rows: Sequence[PriceRow]) -> tuple[tuple[DraftPriceList, ...], tuple[tuple[PriceRow, Message], ...]]:
    """The lists that the rows make, and the rows that found no list to belong to, with the reason."""
    drafts: dict[Key, list[_Draft]] = {}
    for row in rows:
        if row.kind == "price" and row.code not in FEES:
            _place(drafts, row)
    whole = [draft for alike in drafts.values() for draft in alike]
    own: dict[str, list[_Draft]] = {}
    for draft in whole:
        own.setdefault(draft.first.provider, []).append(draft)
    reasons: dict[Key, Message | None] = {}
    lost: list[tuple[PriceRow, Message]] = []
    for row in rows:
        said = _said(row)
        if said not in reasons or row.kind in SETTINGS:
            reasons[said] = _attach(row, own.get(row.provider, ()))
        if why := reasons[said]:
            lost.append((row, why))
    return tuple(_finished(draft) for draft in whole), tuple(lost)


def _said(row: PriceRow) -> Key:
    """What a row says wherever it stands: said again, as lists do in every section, it is the same fee."""
    amount = (row.kind, row.cents, row.percent, row.note, row.key, row.time.hours if row.time else ())
    return (*_key(row), *amount)


def _key(row: PriceRow) -> Key:
    only = row.time.only if row.time else ()
    return (
        row.provider,
        row.area,
        row.code,
        row.text,
        row.unit,
        row.vat,
        row.condition,
        only,
        row.valid_from,
        row.offer,
    )


def _place(drafts: dict[Key, list[_Draft]], row: PriceRow) -> None:
    alike = drafts.setdefault(_key(row), [])
    if not alike:
        alike.append(_Draft(row))
    draft = alike[-1]
    other = draft.clash(row)
    if other and (other.cents, other.time) == (row.cents, row.time):
        draft.rows.append(row)
        return
    if other or len(draft.placed) >= MOST_BANDS:
        alike.append(_Draft(row))
        if other:
            alike[-1].warnings.append(_apart(row, other))
    alike[-1].add(row)


def _apart(row: PriceRow, other: PriceRow) -> Message:
    return message(
        "Row {row} has another price for some of the hours of row {other}, so it begins a list of its own.",
        row=row.row,
        other=other.row,
    )


def _attach(row: PriceRow, drafts: Sequence[_Draft]) -> Message | None:
    """Fees, surcharges and settings go to the lists that they are for; the reason where there is none."""
    if row.kind == "price" and row.code not in FEES:
        return None
    targets = _targets(row, drafts)
    if row.kind in SETTINGS:
        for draft in targets[-1:]:
            _settle(draft, row)
    elif row.code in FEES and row.kind == "price":
        fee = _extra(row, row.code or "")
        targets = [draft for draft in targets if _has_room(draft, fee)]
        for draft in targets:
            _add_fee(draft, row, fee)
        return None if targets else message("There is no price list that this fee would belong to.")
    else:
        surcharge = _extra(row, "SURCHARGE")
        targets = [draft for draft in targets if _has_room(draft, surcharge)]
        for draft in targets:
            _add_surcharge(draft, row, surcharge)
    return None if targets else message("There is no price that this could be added to.")


def _settle(draft: _Draft, row: PriceRow) -> None:
    if row.term is None:
        draft.settings.append(row)
    else:
        draft.rows.append(row)
        draft.terms.append(row.term)


def _targets(row: PriceRow, drafts: Sequence[_Draft]) -> list[_Draft]:
    if row.offer:
        drafts = [draft for draft in drafts if draft.first.offer == row.offer]
    same = [draft for draft in drafts if draft.first.area == row.area] or list(drafts)
    if row.code not in FEES and not is_for_all(row):
        same = [draft for draft in same if draft.first.code == row.code]
        same = [draft for draft in same if draft.first.text == row.text] or same
    if row.kind in SETTINGS:
        mark = (row.vat, row.valid_from, row.unit)
        return [draft for draft in same if (draft.first.vat, draft.first.valid_from, draft.first.unit) == mark]
    return [draft for draft in same if {draft.first.vat, row.vat} & {""} or draft.first.vat == row.vat] or same


def _has_room(draft: _Draft, extra: Extra) -> bool:
    return len(draft.extras) < MOST_EXTRAS or _is_there(draft, extra)


def _is_there(draft: _Draft, extra: Extra) -> bool:
    """The same fee said again, as lists do in every section, is one fee."""
    return any(msgspec.structs.replace(each, row=extra.row) == extra for each in draft.extras)


def _add_fee(draft: _Draft, row: PriceRow, fee: Extra) -> None:
    draft.rows.append(row)
    if row.code == "VISIT-FEE" and draft.visit_fee_cents in {0, row.cents}:
        draft.visit_fee_cents = row.cents
    elif not _is_there(draft, fee):
        draft.extras.append(fee)


def _extra(row: PriceRow, code: str) -> Extra:
    return Extra(
        code=code,
        text=" ".join(part for part in (row.text, row.condition) if part),
        unit=row.unit,
        cents=row.cents,
        percent=row.percent,
        beyond_km=beyond_km(f"{row.text} {row.note}") if code == "TRAVEL" else 0,
        hours=row.time.hours if row.time else (),
        vat=row.vat,
        note=row.note,
        row=row.row,
    )


def _add_surcharge(draft: _Draft, row: PriceRow, surcharge: Extra) -> None:
    """A surcharge for hours that have no price makes their price; any other stays a surcharge."""
    dearer = draft.base_cents + row.cents
    if row.kind == "surcharge_pct":
        dearer = round_cents(draft.base_cents * (1 + row.percent / 100))
    priced = msgspec.structs.replace(row, cents=dearer)
    if row.time and not draft.is_banded and not draft.settings and draft.first.unit is Unit.HOUR:
        draft.spread()
    if row.time and draft.is_spread and {day for each in row.time.hours for day in each.days} == {DayType.SUNDAY}:
        hours = tuple(Hours((*each.days, DayType.HOLIDAY), each.from_minute, each.to_minute) for each in row.time.hours)
        priced = msgspec.structs.replace(priced, time=msgspec.structs.replace(row.time, hours=hours))
        draft.warnings.append(_AS_SUNDAYS)
    if priced.time is None or not draft.is_banded or draft.clash(priced):
        draft.rows.append(row)
        draft.extras += [] if _is_there(draft, surcharge) else [surcharge]
        return
    draft.add(priced)


def _finished(draft: _Draft) -> DraftPriceList:
    calendar, prices = _priced(draft)
    first = draft.first
    warnings = [*draft.warnings, *_warnings(draft, calendar)]
    return DraftPriceList(
        provider=first.provider,
        area=first.area,
        municipality_codes=tuple(dict.fromkeys(code for row in draft.rows for code in row.municipality_codes)),
        service_class=first.code if first.code and is_service_class(first.code) else None,
        service_text=first.text,
        condition=_condition(first),
        vat=first.vat,
        valid_from=first.valid_from,
        calendar=calendar,
        prices=with_terms(prices, draft.terms),
        extras=tuple(draft.extras),
        warnings=tuple(warnings),
        offer=first.offer,
        rows=tuple(dict.fromkeys(row.row for row in (*draft.rows, *draft.settings))),
    )


def _condition(first: PriceRow) -> Text:
    if first.time and first.time.only:
        return Text(*(weekday_names(first.time.only, each) for each in (Language.FI, Language.SV, Language.EN)))
    return Text(first.condition, first.condition, first.condition)


def _priced(draft: _Draft) -> tuple[BandCalendar | None, PriceList]:
    least = next((row.minimum_minutes for row in draft.rows if row.minimum_minutes), 0)
    step = next((row.rounding_minutes for row in draft.rows if row.rounding_minutes > 1), 1)
    unit = draft.first.unit
    hourly = unit is Unit.HOUR
    base = PriceList(
        unit=unit,
        minimum_minutes=least if hourly else 0,
        rounding_minutes=step if hourly else 1,
        visit_fee_cents=draft.visit_fee_cents,
    )
    if not draft.is_banded:
        calendar = exported_calendar([row for _, row in draft.placed], draft.settings) if draft.settings else None
        return calendar, msgspec.structs.replace(base, one_price_cents=draft.first.cents)
    if draft.settings:
        exact = exported_calendar([row for _, row in draft.placed], draft.settings)
        prices = with_prices(bands_of([priced for priced, _ in draft.placed]))
        return exact, msgspec.structs.replace(base, band_prices=prices)
    calendar, band_prices = calendar_of(_all_placed(draft), "imported", _eves(draft))
    return calendar, msgspec.structs.replace(base, band_prices=band_prices)


def _all_placed(draft: _Draft) -> list[Priced]:
    """Timed rows first; days without hours get what is left of them, "all other times" what is left of the week."""
    placed = [priced for priced, _ in draft.placed]
    for row in sorted(draft.untimed, key=_days_named):
        taken = [each for priced in placed for each in priced.hours]
        left = what_is_left(row.time.hours if row.time else (), taken)
        if left:
            placed.append(Priced(row.key, left, row.cents, row.name))
        else:
            draft.warnings.append(message("Row {row}: other rows already price all its hours.", row=row.row))
    return placed


def _days_named(row: PriceRow) -> int:
    return len({day for each in row.time.hours for day in each.days}) if row.time else 0


def _eves(draft: _Draft) -> tuple[EveRule, ...]:
    """Eves with prices of their own are eves; a note may say that Christmas and midsummer eves are as Sundays."""
    if has_eves([*(priced for priced, _ in draft.placed), *(_as_priced(row) for row in draft.untimed)]):
        return every_eve()
    notes = " ".join(row.note.casefold() for row in draft.rows)
    words = (("eve", "sunday"), ("aat", "sunnun"), ("aat", "pyhä"), ("afton", "söndag"))
    says = any(one in notes and other in notes for one, other in words)
    return major_eves_as_sundays() if says else ()


def _as_priced(row: PriceRow) -> Priced:
    return Priced(row.key, row.time.hours if row.time else (), row.cents)


def _warnings(draft: _Draft, calendar: BandCalendar | None) -> Iterator[Message]:
    first = draft.first
    if first.code is None or not is_service_class(first.code):
        yield message(
            "“{service}” is none of the service classes. Choose one before you use the prices.", service=first.text
        )
    if first.vat not in {"", "0"} and not first.vat.startswith("+"):
        yield message("These prices have {rate} % value added tax in them.", rate=first.vat.replace(".", ","))
    if first.vat.startswith("+"):
        yield message("Value added tax of {rate} % comes on top of these prices.", rate=first.vat[1:].replace(".", ","))
    if first.time and first.time.only:
        yield message("The prices are for {days} only.", days=_condition(first))
    if calendar and calendar.holidays_as is DayType.SUNDAY and not draft.settings:
        yield _AS_SUNDAYS
    if draft.is_banded and first.unit not in BANDED_UNITS:
        yield message("Only hours and visits are priced by time band.")
