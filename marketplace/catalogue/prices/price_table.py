"""A price list for reading: a row for each time band, and what one hour costs on days that everybody knows. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from marketplace.catalogue.prices.time_words import hours_words
from marketplace.kernel.calendar import DayType, day_types, moment_at
from marketplace.kernel.errors import Refused
from marketplace.kernel.i18n import Language, Message, message, show_minutes, translate
from marketplace.kernel.money import Money
from marketplace.pricing.bands import Band, BandCalendar
from marketplace.pricing.charges import METRES_PER_KM
from marketplace.pricing.prices import (
    BANDED_UNITS,
    UNIT_WORDS,
    PriceList,
    Unit,
    effective_price,
    goes_by_bands,
    has_price,
    unit_prices,
)
from marketplace.pricing.quotes import quote_visit
from marketplace.pricing.week_picture import WeekPicture, week_picture

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


class PricedWeek(msgspec.Struct, frozen=True):
    """A picture of the week with what a unit costs in each of its bands, in cents."""

    picture: WeekPicture
    cents: tuple[int | None, ...]


def price_rows(prices: PriceList, calendar: BandCalendar, language: Language) -> list[PriceRow]:
    """What one unit costs the client, surcharges on the price and tax included.

    One row for all times, a row for each length of visit, or the time bands as the week goes on from Monday morning.
    """
    if prices.length_prices:
        return [
            PriceRow(translate(_length_words(each.up_to_minutes), language), "", each.cents)
            for each in unit_prices(prices, calendar.keys)
        ]
    if not goes_by_bands(prices):
        return [PriceRow("", "", effective_price(prices, None))]
    bands = [band for band in calendar.bands if has_price(prices, band.key)]
    return [
        PriceRow(band.name.in_language(language), hours_words(band.hours, language), effective_price(prices, band.key))
        for band in sorted(bands, key=_in_week)
    ]


def priced_week(prices: PriceList, calendar: BandCalendar) -> PricedWeek | None:
    """The week as a picture, where the time decides the price or the service is not given at all times."""
    if not is_banded(prices.unit) or not (goes_by_bands(prices) or calendar.not_served) or prices.length_prices:
        return None
    found = (effective_price(prices, key) if has_price(prices, key) else None for key in calendar.keys)
    return PricedWeek(week_picture(calendar), tuple(found))


def _length_words(minutes: int) -> Message:
    return message("Visit of at most {length}", length=show_minutes(minutes))


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
    """What else the price depends on, in sentences; the fee per visit alone is told by the page."""
    return [*_billing_words(prices), *_waiver_words(prices), *_travel_words(prices), *_charge_words(prices)]


def _billing_words(prices: PriceList) -> Iterator[Message]:
    if prices.minimum_minutes:
        yield message("At least {minutes} minutes are billed for a visit.", minutes=prices.minimum_minutes)
    if prices.rounding_minutes > 1:
        yield message("Time is billed by every {minutes} minutes begun.", minutes=prices.rounding_minutes)
    if prices.monthly_average:
        yield message("Every month is billed alike: the price of a day times 365 / 12.")


def _waiver_words(prices: PriceList) -> Iterator[Message]:
    waiver = prices.fee_waiver
    if waiver is not None and waiver.visits_per_week is not None:
        yield message("No fee per visit for clients with at least {count} visits a week.", count=waiver.visits_per_week)
    if waiver is not None and waiver.visit_minutes is not None:
        yield message(
            "No fee per visit when the visit lasts at least {length}.", length=show_minutes(waiver.visit_minutes)
        )


def _travel_words(prices: PriceList) -> Iterator[Message]:
    travel = prices.travel
    if travel is None:
        return
    if travel.per_visit_cents:
        yield message("Travel: {price} per visit.", price=Money(travel.per_visit_cents))
    km = Decimal(travel.free_metres) / METRES_PER_KM
    if travel.cents_per_km and travel.free_metres:
        yield message("Travel: {price} per kilometre beyond {km} km.", price=Money(travel.cents_per_km), km=plain(km))
    elif travel.cents_per_km:
        yield message("Travel: {price} per kilometre.", price=Money(travel.cents_per_km))
    if travel.minimum_cents:
        yield message("Travel costs at least {price} a visit.", price=Money(travel.minimum_cents))


def _charge_words(prices: PriceList) -> Iterator[Message]:
    for each in prices.surcharges:
        if each.per_visit:
            yield message("{surcharge}: {price} on each visit.", surcharge=each.name, price=Money(each.cents or 0))
        elif each.percent is not None:
            percent = plain(each.percent)
            yield message("The prices include: {surcharge}, {percent} %.", surcharge=each.name, percent=percent)
        else:
            price, unit = Money(each.cents or 0), UNIT_WORDS[prices.unit]
            yield message(
                "The prices include: {surcharge}, {price} per {unit}.", surcharge=each.name, price=price, unit=unit
            )
    for package in prices.packages:
        yield message(
            "{package}: {price} a month for over {least} and at most {most}.",
            package=package.name,
            price=Money(package.price_cents),
            least=show_minutes(package.over_minutes),
            most=show_minutes(package.up_to_minutes),
        )
    if prices.invoice_fee_cents:
        yield message("An invoice on paper costs {price} a month.", price=Money(prices.invoice_fee_cents))
    if prices.vat_percent:
        yield message("The prices include value-added tax of {percent} %.", percent=plain(prices.vat_percent))


def plain(number: Decimal) -> str:
    """A number with a decimal comma and no zeros at its end."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


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
