"""A provider's published price list, row by row, turned into time bands and prices. Pure.

Rows come as they were typed from a web page: a time band's key, the page's own words for the time, a price or a
surcharge. What finds no place is told in words, never dropped in silence.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import msgspec

from marketplace.catalogue.prices.time_words import Days, UnreadableTimeError, parse_hours
from marketplace.catalogue.prices.week_bands import (
    Priced,
    band_name,
    bands_of,
    every_eve,
    has_eves,
    major_eves_as_sundays,
    not_served,
    overlap,
    with_prices,
    with_rest_of_eves,
)
from marketplace.kernel.calendar import DAY_MINUTES, DayType
from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.money import InvalidAmount, parse_euros, round_cents
from marketplace.organisers.reference import service_class
from marketplace.pricing.bands import Band, BandCalendar, EveRule, Hours
from marketplace.pricing.prices import BANDED_UNITS, PriceList, Unit

ANY: Final = "any"
VISIT_FEE: Final = "VISIT-FEE"

DAYS_OF: Final[Mapping[str, Days]] = {
    "weekday_day": (DayType.WEEKDAY,),
    "weekday_evening": (DayType.WEEKDAY,),
    "night": (),
    "saturday_day": (DayType.SATURDAY,),
    "saturday_evening": (DayType.SATURDAY,),
    "sunday_holiday": (DayType.SUNDAY, DayType.HOLIDAY),
    "eve": (DayType.EVE,),
}
_MINIMUM: Final = re.compile(r"minimum (\d+) (h|min)")
_EVES_BY_SUNDAY: Final = re.compile(r"\beves\b.*\bby the Sunday list\b")


SHIPPED: Final = Path(__file__).parent / "data" / "price_lists.csv"
"""A few published price lists, for demonstrations; their sources stand in each row and in ``docs/data-sources.md``."""


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows: bands and prices, and the rows that found no place, in words."""

    calendar: BandCalendar
    prices: PriceList
    unplaced: tuple[Message, ...]


class NothingToImportError(ValueError):
    """No row of the list is a price of this service in its unit; ``unplaced`` says why of each row."""

    def __init__(self, unplaced: Sequence[Message]) -> None:
        self.unplaced = tuple(unplaced)
        super().__init__("no price of this service")


def shipped_rows(provider: str, *, area: str = "") -> list[dict[str, str]]:
    """The rows of one provider in the shipped extract, of one price area where it has several."""
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["provider"] == provider]
    return [row for row in rows if area in {"", row["area"]}]


def import_prices(rows: Sequence[Mapping[str, str]], service_class_code: str, *, label: str = "") -> Imported:
    """Converts the rows of one provider (one price area of it) into the bands and prices of one service.

    ``label`` becomes the version of the bands. Hours that have no price become hours in which the service is not given.

    Raises:
        NotFound: no such service class.
        NothingToImportError: no row is a price of this service in its unit.
    """
    unit = service_class(service_class_code).unit
    unplaced: list[Message] = []
    fees = [row for row in rows if row["service_code"] == VISIT_FEE]
    usable = list(_usable([row for row in rows if row not in fees], service_class_code, unit, unplaced))
    banded = [row for row in usable if row["time_band"] != ANY] if unit in BANDED_UNITS else []
    fee = _visit_fee(fees, unplaced)
    if banded:
        unplaced += [_why(row, message("it is not for a time of the week")) for row in usable if row not in banded]
        return _by_band(banded, unit, fee, label, unplaced)
    if not usable:
        raise NothingToImportError(unplaced)
    unplaced += [_why(row, message("there is already a price for all times")) for row in usable[1:]]
    prices = PriceList(
        unit=unit, one_price_cents=_cents(usable[0]), visit_fee_cents=fee, minimum_minutes=_minimum(usable, unit)
    )
    return Imported(calendar=_any_time(label), prices=prices, unplaced=tuple(unplaced))


def _usable(
    rows: Iterable[Mapping[str, str]], code: str, unit: Unit, unplaced: list[Message]
) -> Iterator[Mapping[str, str]]:
    """Prices without value added tax of this service in its unit; of several services under one code, the first."""
    first_text: str | None = None
    for row in rows:
        if why := _why_not(row, code, unit):
            unplaced.append(_why(row, why))
        elif row["kind"] == "price" and row["service_text"] != (first_text := first_text or row["service_text"]):
            unplaced.append(_why(row, message("it is another service under the same code")))
        else:
            yield row


def _why_not(row: Mapping[str, str], code: str, unit: Unit) -> Message | None:
    if row["service_code"] != code:
        return message("it is not a price of this service")
    if row["unit"] != unit.value:
        return message("this service is priced by another unit")
    if row["vat_pct"] not in {"", "0"} and not row["vat_pct"].startswith("+"):
        return message("it has value added tax in it")
    if row["kind"] not in {"price", "surcharge_eur", "surcharge_pct"}:
        return message("it is not a price")
    try:
        _cents(row)
    except (InvalidAmount, ValueError):
        return message("its amount cannot be read")
    return None


def _by_band(rows: Sequence[Mapping[str, str]], unit: Unit, fee: int, label: str, unplaced: list[Message]) -> Imported:
    placed: list[Priced] = []
    base = next((row for row in rows if row["kind"] == "price"), None)
    if base is None:
        raise NothingToImportError([*unplaced, *(_why(row, message("there is no price to add it to")) for row in rows)])
    for row in rows:
        cents = _cents(row) if row["kind"] == "price" else _with_surcharge(_cents(base), row)
        placed += _placed(row, cents, placed, unplaced)
    if not placed:
        raise NothingToImportError(unplaced)
    placed = list(with_rest_of_eves(placed))
    bands = bands_of(placed)
    calendar = BandCalendar(
        version=label or "imported",
        bands=tuple(band for band, _ in bands),
        eves=_eve_rules(rows, placed),
        not_served=not_served(placed),
    )
    prices = PriceList(
        unit=unit,
        band_prices=with_prices(bands),
        visit_fee_cents=fee,
        minimum_minutes=_minimum(rows, unit),
    )
    return Imported(calendar=calendar, prices=prices, unplaced=tuple(unplaced))


def _placed(row: Mapping[str, str], cents: int, before: Sequence[Priced], unplaced: list[Message]) -> Iterator[Priced]:
    """The row with its hours, unless its words cannot be read or an earlier row already has some of them."""
    key = row["time_band"]
    try:
        hours = _with_holidays(key, parse_hours(row["time_text"] or _words_of(key), DAYS_OF.get(key, ())))
    except UnreadableTimeError as error:
        unplaced.append(_why(row, error.words))
        return
    if other := next((each for each in before if overlap(each.hours, hours)), None):
        unplaced.append(_why(row, message("its hours overlap those of {band}", band=band_name(other.key, other.hours))))
        return
    yield Priced(key, hours, cents)


def _words_of(key: str) -> str:
    """A band without times of its own is the whole of its days; a night without times cannot be guessed."""
    return "0-24" if DAYS_OF.get(key) else ""


def _with_holidays(key: str, hours: Sequence[Hours]) -> tuple[Hours, ...]:
    """``su 7-18`` under the key for Sundays and public holidays is meant for both."""
    if key != "sunday_holiday":
        return tuple(hours)
    both = (DayType.SUNDAY, DayType.HOLIDAY)
    return tuple(Hours(both, each.from_minute, each.to_minute) for each in hours)


def _eve_rules(rows: Sequence[Mapping[str, str]], placed: Sequence[Priced]) -> tuple[EveRule, ...]:
    """Eves with prices of their own are eves; other lists may say that Christmas and midsummer eves are as Sundays."""
    if has_eves(placed):
        return every_eve()
    return major_eves_as_sundays() if any(_EVES_BY_SUNDAY.search(row["note"]) for row in rows) else ()


def _minimum(rows: Iterable[Mapping[str, str]], unit: Unit) -> int:
    found = next((match for row in rows if (match := _MINIMUM.search(row["note"]))), None)
    if found is None or unit is not Unit.HOUR:
        return 0
    return int(found[1]) * (60 if found[2] == "h" else 1)


def _visit_fee(rows: Sequence[Mapping[str, str]], unplaced: list[Message]) -> int:
    unplaced += [_why(row, message("there is already a fee per visit")) for row in rows[1:]]
    return _cents(rows[0]) if rows else 0


def _with_surcharge(base_cents: int, row: Mapping[str, str]) -> int:
    if row["kind"] == "surcharge_eur":
        return base_cents + _cents(row)
    return round_cents(base_cents * (1 + Fraction(row["surcharge_pct"]) / 100))


def _cents(row: Mapping[str, str]) -> int:
    """A price in cents; of a surcharge in percent only that it can be read."""
    if row["kind"] == "surcharge_pct":
        return int(bool(Fraction(row["surcharge_pct"])))
    return parse_euros(row["price_eur"])


def _any_time(label: str) -> BandCalendar:
    every = Band(ANY, Text("Kaikki ajat", "Alla tider", "Any time"), (Hours(tuple(DayType), 0, DAY_MINUTES),))
    return BandCalendar(version=label or "imported", bands=(every,))


def _why(row: Mapping[str, str], why: Message) -> Message:
    amount = row["price_eur"] or row["surcharge_pct"]
    what = " ".join(part for part in (row["service_text"], row["time_text"]) if part)
    return message("{what} ({amount}): {why}", what=what, amount=amount, why=why)
