"""What one visit, or a number of days or pieces, costs by a price list: lines in cents, each rounded once."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import message
from marketplace.kernel.money import per_hour
from marketplace.pricing.bands import ANY_TIME, BandCalendar, BandMinutes, split_visit
from marketplace.pricing.prices import PriceList, Unit

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class LineKind(StrEnum):
    """What a line is for. A voucher pays for the service only."""

    SERVICE = "service"
    VISIT_FEE = "visit_fee"


class QuoteLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a price. An hourly line has ``minutes`` billed, any other a number of ``units``; the other is 0.

    ``value_band`` is the band that the voucher's value goes by, mostly the same as the price's ``band``.
    """

    kind: LineKind
    unit: Unit
    band: str | None
    value_band: str | None
    minutes: int
    units: int
    unit_price_cents: int
    cents: int


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """A price in lines. ``minutes`` were spent, ``billed_minutes`` are on the hourly lines."""

    lines: tuple[QuoteLine, ...]
    minutes: int
    billed_minutes: int
    total_cents: int


def check_visit(start: datetime, end: datetime) -> list[FieldError]:
    """What keeps a visit's times from being priced: no time zone, seconds, or an end that is not after the start."""
    errors = [*_moment_errors("start", start), *_moment_errors("end", end)]
    if not errors and end.astimezone(UTC) <= start.astimezone(UTC):
        errors.append(FieldError("end", message("The visit must end after it starts.")))
    return errors


def _moment_errors(field: str, moment: datetime) -> list[FieldError]:
    if moment.utcoffset() is None:
        return [FieldError(field, message("The time needs a time zone."))]
    if moment.second or moment.microsecond:
        return [FieldError(field, message("Give the time in whole minutes."))]
    return []


def quote_visit(
    prices: PriceList,
    start: datetime,
    end: datetime,
    calendar: BandCalendar = ANY_TIME,
    value_calendar: BandCalendar | None = None,
) -> Quote:
    """The price of a visit (aware start and end, whole minutes) by hour or by visit.

    Raises:
        ValueError: times that ``check_visit`` refuses, or a list that is priced by neither hour nor visit.
        Refused: a minute outside the hours of service.
    """
    return quote_runs(prices, split_visit(calendar, start, end, value_calendar))


def quote_runs(prices: PriceList, runs: Sequence[BandMinutes]) -> Quote:
    """The price of a visit that is already split into bands, in order of time. For pricing one visit by many lists.

    Raises:
        KeyError: a band that the list has no price for.
        ValueError: a list that is priced by neither hour nor visit.
    """
    spent = sum(run.minutes for run in runs)
    fee = _fee_lines(prices, 1 if runs else 0)
    if prices.unit is Unit.HOUR:
        return _quote([*_hour_lines(prices, runs, spent), *fee], spent)
    if prices.unit is Unit.VISIT:
        return _quote([*(_unit_line(prices, 1, run) for run in runs[:1]), *fee], spent)
    msg = f"a visit has no price per {prices.unit}"
    raise ValueError(msg)


def quote_units(prices: PriceList, units: int) -> Quote:
    """The price of a number of days, weeks, months, kilometres or pieces, or of visits at one price for all times.

    Raises:
        ValueError: a list priced by the hour or by band, or a negative number.
    """
    if prices.unit is Unit.HOUR or prices.one_price_cents is None or units < 0:
        msg = f"cannot price {units} per {prices.unit}"
        raise ValueError(msg)
    lines = [_unit_line(prices, units, None)] if units else []
    return _quote([*lines, *_fee_lines(prices, units if prices.unit is Unit.VISIT else 0)], 0)


def _hour_lines(prices: PriceList, runs: Sequence[BandMinutes], spent: int) -> list[QuoteLine]:
    by_bands: dict[tuple[str, str], int] = {}
    for run in runs:
        by_bands[_bands(run)] = by_bands.get(_bands(run), 0) + run.minutes
    if runs:
        by_bands[_bands(runs[-1])] += prices.billed_minutes(spent) - spent
    return [_hour_line(prices, band, value_band, minutes) for (band, value_band), minutes in by_bands.items()]


def _bands(run: BandMinutes) -> tuple[str, str]:
    return run.band, run.value_band or run.band


def _hour_line(prices: PriceList, band: str, value_band: str, minutes: int) -> QuoteLine:
    price = prices.price_of(band)
    return QuoteLine(
        kind=LineKind.SERVICE,
        unit=Unit.HOUR,
        band=band,
        value_band=value_band,
        minutes=minutes,
        units=0,
        unit_price_cents=price,
        cents=per_hour(price, minutes),
    )


def _unit_line(prices: PriceList, units: int, run: BandMinutes | None) -> QuoteLine:
    price = prices.price_of(run.band if run else None)
    return QuoteLine(
        kind=LineKind.SERVICE,
        unit=prices.unit,
        band=run.band if run else None,
        value_band=_bands(run)[1] if run else None,
        minutes=0,
        units=units,
        unit_price_cents=price,
        cents=price * units,
    )


def _fee_lines(prices: PriceList, visits: int) -> list[QuoteLine]:
    if not (prices.visit_fee_cents and visits):
        return []
    line = QuoteLine(
        kind=LineKind.VISIT_FEE,
        unit=Unit.VISIT,
        band=None,
        value_band=None,
        minutes=0,
        units=visits,
        unit_price_cents=prices.visit_fee_cents,
        cents=prices.visit_fee_cents * visits,
    )
    return [line]


def _quote(lines: Sequence[QuoteLine], spent: int) -> Quote:
    return Quote(
        lines=tuple(lines),
        minutes=spent,
        billed_minutes=sum(line.minutes for line in lines),
        total_cents=sum(line.cents for line in lines),
    )
