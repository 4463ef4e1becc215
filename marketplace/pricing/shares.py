"""Who pays which cent: the organiser the smaller of price and voucher value, the client the rest.

Never more than the price is paid even where the voucher is worth more, and ``payer + own share + overrun = price`` on every
line: own share lies within what the voucher covers, overrun is beyond its caps and wholly the client's.
Some services are free for the client by law: there the price may not be over the value at all.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import msgspec

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.i18n import message
from marketplace.kernel.money import MINUTES_PER_HOUR, Money, per_hour, round_cents
from marketplace.pricing.bands import BandCalendar, meeting_bands
from marketplace.pricing.charges import METRES_PER_KM
from marketplace.pricing.limits import Left
from marketplace.pricing.prices import BANDED_UNITS, UNIT_WORDS, PriceList, Unit, effective_price
from marketplace.pricing.quotes import LineKind, Quote, QuoteLine
from marketplace.pricing.values import Household, ValueRule, components, exact_value, unit_value


class ShareLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a quote with its payers. ``value_cents`` is what the voucher would pay at most for the line.

    ``covered`` minutes or units are within the voucher's caps; ``None``: there was no cap to reckon with.
    """

    kind: LineKind
    unit: Unit
    band: str | None
    value_band: str | None
    minutes: int
    units: int
    unit_value_cents: int
    value_cents: int
    price_cents: int
    payer_cents: int
    own_share_cents: int
    overrun_cents: int = 0
    covered: int | None = None

    @property
    def covered_quantity(self) -> int:
        """The minutes or units of the line that the voucher covers: all of them, unless ``covered`` says otherwise."""
        return (self.minutes or self.units) if self.covered is None else self.covered


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """A quote divided between the organiser (payer) and the client (own share and overrun), in cents."""

    lines: tuple[ShareLine, ...]
    price_cents: int
    payer_cents: int
    own_share_cents: int
    overrun_cents: int = 0


def share(
    quote: Quote, rule: ValueRule, household: Household, *, no_own_share: bool = False, left: Left | None = None
) -> Shares:
    """Divides a quote line by line. A visit fee is the client's: vouchers pay for service only.

    ``left`` is what the voucher still covers; what goes beyond it is overrun, at the provider's full price.

    Raises:
        Refused: the voucher is for another unit (``unit_mismatch``) or has no value in a band (``band_not_covered``);
            with ``no_own_share``, anything would be left to the client (``price_over_value``; Act 569/2009).
    """
    lines = tuple(_share_lines(quote, rule, household, left))
    own_share = sum(line.own_share_cents for line in lines)
    if no_own_share and own_share:
        raise Refused(
            message(
                "This service is free for the client, but the price is {amount} over the voucher's value.",
                amount=Money(own_share),
            ),
            code="price_over_value",
        )
    payer = sum(line.payer_cents for line in lines)
    overrun = sum(line.overrun_cents for line in lines)
    return Shares(
        lines=lines, price_cents=quote.total_cents, payer_cents=payer, own_share_cents=own_share, overrun_cents=overrun
    )


def _share_lines(quote: Quote, rule: ValueRule, household: Household, left: Left | None) -> list[ShareLine]:
    if left is None:
        return [_share_line(line, rule, household, None) for line in quote.lines]
    rest = left.minutes if any(line.minutes for line in quote.lines) else left.units
    lines: list[ShareLine] = []
    for line in quote.lines:
        covered = _covered(line, rest)
        lines.append(_share_line(line, rule, household, covered))
        rest = rest if rest is None or covered is None else rest - covered
    return lines if left.cents is None else _within_cents(lines, left.cents)


def _covered(line: QuoteLine, rest: int | None) -> int | None:
    """The minutes or units of a line that are still covered. Caps are on the service, not on its fees."""
    if rest is None or line.kind is not LineKind.SERVICE:
        return None
    return min(line.minutes or line.units, rest)


def _within_cents(lines: list[ShareLine], cents: int) -> list[ShareLine]:
    """Makes overrun of what would be paid for the service beyond a cap in euros, the last line first."""
    excess = sum(line.payer_cents for line in lines if line.kind is LineKind.SERVICE) - cents
    for i in range(len(lines) - 1, -1, -1):
        line = lines[i]
        moved = min(line.payer_cents, max(excess, 0)) if line.kind is LineKind.SERVICE else 0
        excess -= moved
        lines[i] = msgspec.structs.replace(
            line, payer_cents=line.payer_cents - moved, overrun_cents=line.overrun_cents + moved
        )
    return lines


def _share_line(line: QuoteLine, rule: ValueRule, household: Household, covered: int | None) -> ShareLine:
    exact = _unit_value(line, rule, household)
    all_of_it = line.minutes or line.units
    quantity = all_of_it if covered is None else covered
    by_hour = line.unit is Unit.HOUR
    value = round_cents(exact * quantity / MINUTES_PER_HOUR if by_hour else exact * quantity)
    if quantity == all_of_it:
        within = line.cents
    else:
        within = per_hour(line.unit_price_cents, quantity) if by_hour else line.unit_price_cents * quantity
    payer = min(within, value)
    return ShareLine(
        kind=line.kind,
        unit=line.unit,
        band=line.band,
        value_band=line.value_band,
        minutes=line.minutes,
        units=line.units,
        unit_value_cents=round_cents(exact),
        value_cents=value,
        price_cents=line.cents,
        payer_cents=payer,
        own_share_cents=within - payer,
        overrun_cents=line.cents - within,
        covered=covered,
    )


def _unit_value(line: QuoteLine, rule: ValueRule, household: Household) -> Fraction:
    if line.kind is not LineKind.SERVICE:
        return Fraction(charge_value(line.kind, line.metres, rule, household))
    parts = [part for part in components(rule) if LineKind.SERVICE in part.pays and part.rule.unit is line.unit]
    if not parts:
        raise unit_mismatch(rule.unit, line.unit)
    return sum((exact_value(part.rule, household, line.value_band) for part in parts), Fraction(0))


def charge_value(kind: LineKind, metres: int, rule: ValueRule, household: Household) -> int:
    """What a voucher pays at most of one fee, travel, surcharge or invoice, in cents: nothing but by a part for it."""
    total = 0
    for part in components(rule):
        if kind in part.pays:
            value = exact_value(part.rule, household)
            if part.rule.unit is Unit.KM:
                total += round_cents(value * metres / METRES_PER_KM)
            elif part.rule.unit is (Unit.MONTH if kind is LineKind.INVOICE_FEE else Unit.VISIT):
                total += round_cents(value)
    return total


def unit_mismatch(voucher_unit: Unit, price_unit: Unit) -> Refused:
    """The refusal of a voucher for another unit than the price's."""
    text = message(
        "The voucher is per {voucher_unit}, but the price is per {price_unit}.",
        voucher_unit=UNIT_WORDS[voucher_unit],
        price_unit=UNIT_WORDS[price_unit],
    )
    return Refused(text, code="unit_mismatch")


def check_prices_fit_voucher(
    prices: PriceList,
    calendar: BandCalendar,
    rule: ValueRule,
    *,
    no_own_share: bool,
    household: Household | None = None,
    value_calendar: BandCalendar | None = None,
) -> list[FieldError]:
    """Why a valid price list cannot be paid by a voucher: another unit, or a price over the value of a free service.

    Field names are those of ``PriceList``. ``value_calendar`` is given where the voucher has bands of its own.

    Raises:
        Refused: the rule has no value in a band (``band_not_covered``).
    """
    if prices.unit is not rule.unit:
        unit = UNIT_WORDS[rule.unit]
        return [
            FieldError(
                "unit", message("Vouchers for this service are per {unit}: give the price per {unit}.", unit=unit)
            )
        ]
    if not no_own_share:
        return []
    meetings = meeting_bands(calendar, value_calendar or calendar)
    return [*_over_value_errors(prices, meetings, rule, household or Household())]


def _over_value_errors(
    prices: PriceList, meetings: Sequence[tuple[str, str]], rule: ValueRule, household: Household
) -> Iterator[FieldError]:
    met = meetings if prices.unit in BANDED_UNITS else [(None, None)]
    for field, bands, minutes in _price_fields(prices):
        pairs = [(band, value_band) for band, value_band in met if bands is None or band in bands]
        price = max((effective_price(prices, band, minutes=minutes) for band, _ in pairs), default=0)
        yield from _over_value(field, price, [unit_value(rule, household, value_band) for _, value_band in pairs])
    fees = {"visit_fee_cents": prices.visit_fee_cents, "invoice_fee_cents": prices.invoice_fee_cents}
    for field in (name for name, cents in fees.items() if cents):
        yield FieldError(field, message("This service is free for the client: there can be no fee on top."))


def _price_fields(prices: PriceList) -> Iterator[tuple[str, tuple[str, ...] | None, int]]:
    """Each price of a list: its field, the bands that it holds in (``None``: all), and the visit's length."""
    if prices.length_prices:
        yield from (
            (f"length_prices.{i}.price_cents", None, e.up_to_minutes) for i, e in enumerate(prices.length_prices)
        )
    elif prices.coefficients:
        yield from ((f"coefficients.{i}.coefficient", (e.band,), 0) for i, e in enumerate(prices.coefficients))
    elif prices.one_price_cents is not None:
        yield "one_price_cents", None, 0
    yield from ((f"band_prices.{i}.price_cents", (e.band,), 0) for i, e in enumerate(prices.band_prices))


def _over_value(field: str, price: int, values: Sequence[int]) -> Iterator[FieldError]:
    if values and price > min(values):
        text = message(
            "This service is free for the client: the price can be at most the voucher's value {value}.",
            value=Money(min(values)),
        )
        yield FieldError(field, text)
