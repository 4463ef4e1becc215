"""What one visit, or a number of days or pieces, costs by a price list: lines in cents, each rounded once."""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Annotated

import msgspec

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import message
from marketplace.kernel.money import per_hour
from marketplace.pricing.bands import ANY_TIME, BandCalendar, BandMinutes, split_visit
from marketplace.pricing.charges import NO_EXTRAS, Extras, LineKind
from marketplace.pricing.prices import PriceList, Unit, effective_price, taxed

__all__ = [
    "LineKind",
    "Moment",
    "Quote",
    "QuoteLine",
    "billed_bands",
    "check_visit",
    "quote_runs",
    "quote_units",
    "quote_visit",
]

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class QuoteLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a price. An hourly line has ``minutes`` billed, any other a number of ``units``; the other is 0.

    ``value_band`` is the band that the voucher's value goes by, mostly the same as the price's ``band``. ``metres`` are
    those of a travel line, ``key`` the surcharge's own.
    """

    kind: LineKind
    unit: Unit
    band: str | None
    value_band: str | None
    minutes: int
    units: int
    unit_price_cents: int
    cents: int
    metres: int = 0
    key: str = ""


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
    extras: Extras = NO_EXTRAS,
) -> Quote:
    """The price of a visit (aware start and end, whole minutes) by hour or by visit.

    Raises:
        ValueError: times that ``check_visit`` refuses, or a list that is priced by neither hour nor visit.
        Refused: a minute outside the hours of service.
    """
    return quote_runs(prices, split_visit(calendar, start, end, value_calendar), extras)


def quote_runs(prices: PriceList, runs: Sequence[BandMinutes], extras: Extras = NO_EXTRAS) -> Quote:
    """The price of a visit that is already split into bands, in order of time. For pricing one visit by many lists.

    Packages and the paper invoice belong to a month and are not in it.

    Raises:
        KeyError: a band that the list has no price for.
        ValueError: a list that is priced by neither hour nor visit.
    """
    spent = sum(run.minutes for run in runs)
    if prices.unit is Unit.HOUR:
        service = [_hour_line(prices, key, minutes, extras) for key, minutes in billed_bands(prices, runs).items()]
    elif prices.unit is Unit.VISIT:
        service = [_unit_line(prices, 1, run, extras, spent) for run in runs[:1]]
    else:
        msg = f"a visit has no price per {prices.unit}"
        raise ValueError(msg)
    return _quote([*service, *(_visit_charges(prices, runs, spent, extras) if runs else ())], spent)


def quote_units(prices: PriceList, units: int, extras: Extras = NO_EXTRAS) -> Quote:
    """The price of a number of days, weeks, months, kilometres or pieces, or of visits at one price for all times.

    Raises:
        ValueError: a list priced by the hour or by band, or a negative number.
    """
    if prices.unit is Unit.HOUR or prices.one_price_cents is None or prices.coefficients or units < 0:
        msg = f"cannot price {units} per {prices.unit}"
        raise ValueError(msg)
    lines = [_unit_line(prices, units, None, extras)] if units else []
    return _quote([*lines, *_fee_lines(prices, units if prices.unit is Unit.VISIT else 0, 0, extras)], 0)


def billed_bands(prices: PriceList, runs: Sequence[BandMinutes]) -> dict[tuple[str, str], int]:
    """The minutes on a visit's bill by price band and value band, in order of time."""
    spent = sum(run.minutes for run in runs)
    by_bands: dict[tuple[str, str], int] = {}
    for run in runs:
        by_bands[_bands(run)] = by_bands.get(_bands(run), 0) + run.minutes
    if runs:
        by_bands[_bands(runs[-1])] += prices.billed_minutes(spent) - spent
    return by_bands


def _bands(run: BandMinutes) -> tuple[str, str]:
    return run.band, run.value_band or run.band


def _hour_line(prices: PriceList, bands: tuple[str, str], minutes: int, extras: Extras) -> QuoteLine:
    price = effective_price(prices, bands[0], extras)
    return QuoteLine(
        kind=LineKind.SERVICE,
        unit=Unit.HOUR,
        band=bands[0],
        value_band=bands[1],
        minutes=minutes,
        units=0,
        unit_price_cents=price,
        cents=per_hour(price, minutes),
    )


def _unit_line(prices: PriceList, units: int, run: BandMinutes | None, extras: Extras, minutes: int = 0) -> QuoteLine:
    price = effective_price(prices, run.band if run else None, extras, minutes)
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


def _visit_charges(prices: PriceList, runs: Sequence[BandMinutes], spent: int, extras: Extras) -> list[QuoteLine]:
    """What comes on top of one visit: fee, travel, and surcharges per visit."""
    lines = _fee_lines(prices, 1, spent, extras)
    if prices.travel and (cents := taxed(prices, prices.travel.cents(extras.metres), extras)):
        lines.append(msgspec.structs.replace(_charge(LineKind.TRAVEL, 1, cents), metres=extras.metres))
    for surcharge in prices.surcharges:
        if surcharge.per_visit and surcharge.cents and any(surcharge.holds_in(run.band) for run in runs):
            line = _charge(LineKind.SURCHARGE, 1, taxed(prices, surcharge.cents, extras))
            lines.append(msgspec.structs.replace(line, key=surcharge.key))
    return lines


def _fee_lines(prices: PriceList, visits: int, minutes: int, extras: Extras) -> list[QuoteLine]:
    waived = prices.fee_waiver and prices.fee_waiver.waives(Fraction(extras.weekly_visits), minutes)
    if waived or not (prices.visit_fee_cents and visits):
        return []
    return [_charge(LineKind.VISIT_FEE, visits, taxed(prices, prices.visit_fee_cents, extras))]


def _charge(kind: LineKind, units: int, cents: int) -> QuoteLine:
    return QuoteLine(
        kind=kind,
        unit=Unit.VISIT,
        band=None,
        value_band=None,
        minutes=0,
        units=units,
        unit_price_cents=cents,
        cents=cents * units,
    )


def _quote(lines: Sequence[QuoteLine], spent: int) -> Quote:
    return Quote(
        lines=tuple(lines),
        minutes=spent,
        billed_minutes=sum(line.minutes for line in lines),
        total_cents=sum(line.cents for line in lines),
    )
