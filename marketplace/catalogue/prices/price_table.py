"""A price list for reading: a row for each time band, and what one hour costs on days that everybody knows. Pure."""

from datetime import date, timedelta
from typing import Final

import msgspec

from marketplace.catalogue.prices.time_words import hours_words
from marketplace.kernel.calendar import DayType, day_types, moment_at
from marketplace.kernel.errors import Refused
from marketplace.kernel.i18n import Language, Message, message
from marketplace.pricing.bands import Band, BandCalendar
from marketplace.pricing.prices import BANDED_UNITS, UNIT_WORDS, PriceList, Unit
from marketplace.pricing.quotes import quote_visit

ONE_DAY: Final = timedelta(days=1)
AN_HOUR: Final = 60
MORNING: Final = 6 * 60
MINUTES_A_DAY: Final = 24 * 60


class PriceRow(msgspec.Struct, frozen=True):
    """One line of a price table. ``hours`` is empty where the price is the same at all times."""

    name: str
    hours: str
    price_cents: int


class Glance(msgspec.Struct, frozen=True):
    """What one hour of the service costs at a time, in cents; None where it is not given then."""

    name: Message
    total_cents: int | None


def price_rows(prices: PriceList, calendar: BandCalendar, language: Language) -> list[PriceRow]:
    """The prices by time band as the week goes on from Monday morning, or the one price for all times."""
    if prices.one_price_cents is not None:
        return [PriceRow("", "", prices.one_price_cents)]
    return [
        PriceRow(
            calendar.band(entry.band).name.in_language(language),
            hours_words(calendar.band(entry.band).hours, language),
            entry.price_cents,
        )
        for entry in sorted(prices.band_prices, key=lambda entry: _in_week(calendar.band(entry.band)))
    ]


def _in_week(band: Band) -> tuple[int, int]:
    """Where a band begins, days before nights: the kind of its first day, and the minutes since the morning."""
    order = list(DayType)
    return min(
        (min(order.index(day) for day in hours.days), (hours.from_minute - MORNING) % MINUTES_A_DAY)
        for hours in band.hours
    )


def not_served_words(calendar: BandCalendar, language: Language) -> str:
    """The hours in which the service is not given; empty where it always is."""
    return hours_words(calendar.not_served, language) if calendar.not_served else ""


def at_a_glance(prices: PriceList, calendar: BandCalendar, today: date) -> list[Glance]:
    """One hour, fees included, at times of the week that everybody knows; nothing for other units."""
    if prices.unit is not Unit.HOUR:
        return []
    weekday, saturday, sunday = (
        _next_plain(today, kind) for kind in (DayType.WEEKDAY, DayType.SATURDAY, DayType.SUNDAY)
    )
    return [
        Glance(message("Weekday at 10–11"), _an_hour(prices, calendar, weekday, 10 * 60)),
        Glance(message("Weekday evening at 19–20"), _an_hour(prices, calendar, weekday, 19 * 60)),
        Glance(message("Weekday night at 2–3"), _an_hour(prices, calendar, weekday, 2 * 60)),
        Glance(message("Saturday at 10–11"), _an_hour(prices, calendar, saturday, 10 * 60)),
        Glance(message("Sunday at 10–11"), _an_hour(prices, calendar, sunday, 10 * 60)),
    ]


def terms_words(prices: PriceList) -> list[Message]:
    """What else the price depends on, in sentences."""
    said: list[Message] = []
    if prices.minimum_minutes:
        said.append(message("At least {minutes} minutes are billed for a visit.", minutes=prices.minimum_minutes))
    if prices.rounding_minutes > 1:
        said.append(message("Time is billed by every {minutes} minutes begun.", minutes=prices.rounding_minutes))
    return said


def unit_words(unit: Unit) -> Message:
    return UNIT_WORDS[unit]


def is_banded(unit: Unit) -> bool:
    """Whether prices of this unit may depend on the time."""
    return unit in BANDED_UNITS


def _next_plain(day: date, kind: DayType) -> date:
    """The next day that is of this kind only: no holiday and no eve."""
    while day_types(day) != frozenset({kind}):
        day += ONE_DAY
    return day


def _an_hour(prices: PriceList, calendar: BandCalendar, day: date, minute: int) -> int | None:
    try:
        return quote_visit(prices, moment_at(day, minute), moment_at(day, minute + AN_HOUR), calendar).total_cents
    except Refused:
        return None
