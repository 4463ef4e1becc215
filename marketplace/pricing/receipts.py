"""Receipts: a calculated price with everything that it was calculated from, so that every cent can be shown again.

A receipt keeps what the wall clock showed and what kind of day it was, so that neither a later change of the holiday
calendar nor of summer time can change a cent. It holds a household's income where a voucher depends on it: personal
data, to be kept and shown as such.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from marketplace.kernel.i18n import Message, message, show_minutes
from marketplace.kernel.money import Money
from marketplace.pricing.bands import BandCalendar, BandMinutes, DayStretch, band_runs, day_stretches, pair_runs
from marketplace.pricing.charges import LINE_WORDS, NO_EXTRAS, Extras
from marketplace.pricing.limits import Left
from marketplace.pricing.price_words import price_words
from marketplace.pricing.prices import UNIT_WORDS, PriceList, Unit
from marketplace.pricing.quotes import LineKind, Moment, Quote, QuoteLine, quote_runs, quote_units
from marketplace.pricing.shares import ShareLine, Shares, share
from marketplace.pricing.values import Household, ValueRule, value_words


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides a price beside the service given: price list, bands and voucher rule, each with its version.

    ``value_calendar`` is ``None`` where the voucher's values go by the bands of the price list. ``left`` is what the
    voucher still covered, where going beyond its caps is the client's to pay.
    """

    prices: PriceList
    prices_version: str
    calendar: BandCalendar
    rule: ValueRule
    rule_version: str
    value_calendar: BandCalendar | None = None
    household: Household = Household()
    no_own_share: bool = False
    extras: Extras = NO_EXTRAS
    left: Left | None = None


class VisitGiven(msgspec.Struct, frozen=True, kw_only=True, tag="visit", tag_field="kind"):
    """A visit, with what the clock and the calendar made of it when it was priced."""

    start: Moment
    end: Moment
    stretches: tuple[DayStretch, ...]
    value_stretches: tuple[DayStretch, ...] = ()


class UnitsGiven(msgspec.Struct, frozen=True, kw_only=True, tag="units", tag_field="kind"):
    """A number of days, weeks, months, kilometres or pieces."""

    units: int


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What was given, on what terms, and the price in lines and shares. ``layout`` tells later code how to read it."""

    given: VisitGiven | UnitsGiven
    terms: Terms
    runs: tuple[BandMinutes, ...]
    quote: Quote
    shares: Shares
    layout: int = 1


def receipt_for_visit(start: datetime, end: datetime, terms: Terms) -> Receipt:
    """Prices a visit (aware start and end, whole minutes).

    Raises:
        ValueError: times that ``quotes.check_visit`` refuses, or a price list for neither hours nor visits.
        Refused: a minute outside the hours of service, or what ``shares.share`` refuses.
    """
    own = day_stretches(terms.value_calendar, start, end) if terms.value_calendar else ()
    stretches = day_stretches(terms.calendar, start, end)
    return _priced(VisitGiven(start=start, end=end, stretches=stretches, value_stretches=own), terms)


def receipt_for_units(units: int, terms: Terms) -> Receipt:
    """Prices a number of units other than hours. Raises as ``quotes.quote_units`` and ``shares.share``."""
    return _priced(UnitsGiven(units=units), terms)


def recompute(receipt: Receipt) -> Receipt:
    """The receipt calculated once more from what it holds itself; equal to it unless somebody changed it."""
    return _priced(receipt.given, receipt.terms)


def _priced(given: VisitGiven | UnitsGiven, terms: Terms) -> Receipt:
    if isinstance(given, VisitGiven):
        runs = _runs(given, terms)
        quote = quote_runs(terms.prices, runs, terms.extras)
    else:
        runs = ()
        quote = quote_units(terms.prices, given.units, terms.extras)
    shares = share(quote, terms.rule, terms.household, no_own_share=terms.no_own_share, left=terms.left)
    return Receipt(given=given, terms=terms, runs=runs, quote=quote, shares=shares)


def _runs(given: VisitGiven, terms: Terms) -> tuple[BandMinutes, ...]:
    runs = band_runs(terms.calendar, given.stretches)
    if terms.value_calendar is None:
        return runs
    return pair_runs(runs, band_runs(terms.value_calendar, given.value_stretches))


_decoder = msgspec.json.Decoder(Receipt)


def to_json(receipt: Receipt) -> str:
    """The receipt as JSON text, always the same for the same receipt."""
    return msgspec.json.encode(receipt).decode()


def from_json(text: str | bytes) -> Receipt:
    """The receipt that ``to_json`` wrote. Raises ``msgspec.ValidationError`` for anything else."""
    return _decoder.decode(text)


def formula(receipt: Receipt) -> tuple[Message, ...]:
    """How the receipt came to its cents, one sentence a step, in whatever language they are shown."""
    return tuple(_steps(receipt))


def _steps(receipt: Receipt) -> Iterator[Message]:
    quote, terms = receipt.quote, receipt.terms
    if isinstance(receipt.given, VisitGiven):
        yield message("Visit from {start} to {end}.", start=receipt.given.start, end=receipt.given.end)
    if quote.billed_minutes > quote.minutes:
        yield message(
            "The visit took {spent}; {billed} is billed.",
            spent=show_minutes(quote.minutes),
            billed=show_minutes(quote.billed_minutes),
        )
    told: list[Message] = []
    for line, divided in zip(quote.lines, receipt.shares.lines, strict=True):
        yield _price_words(line, terms, divided.payer_cents)
        if line.kind is LineKind.SERVICE:
            made = [
                text for text in price_words(terms.prices, terms.calendar, line.band, terms.extras) if text not in told
            ]
            told += made
            yield from made
            value = value_words(terms.rule, terms.household, terms.value_calendar or terms.calendar, line.value_band)
            if value not in told:
                told.append(value)
                yield value
            yield _share_words(divided)
    yield _total_words(receipt.shares)
    yield message(
        "Price list {prices}, voucher rule {rule}, time bands {bands}.",
        prices=terms.prices_version,
        rule=terms.rule_version,
        bands=terms.calendar.version,
    )


def _price_words(line: QuoteLine, terms: Terms, payer_cents: int) -> Message:
    unit, price, cents = UNIT_WORDS[line.unit], Money(line.unit_price_cents), Money(line.cents)
    calendar = terms.calendar
    if line.kind is not LineKind.SERVICE:
        return _fee_words(line, terms, payer_cents)
    if line.unit is Unit.HOUR and line.band is not None:
        return message(
            "{band}: {minutes} × {price} per hour = {cents}.",
            band=calendar.band(line.band).name,
            minutes=show_minutes(line.minutes),
            price=price,
            cents=cents,
        )
    return message("{units} × {price} per {unit} = {cents}.", units=line.units, price=price, unit=unit, cents=cents)


def _fee_words(line: QuoteLine, terms: Terms, payer_cents: int) -> Message:
    cents = Money(line.cents)
    if line.kind is LineKind.VISIT_FEE and not payer_cents:
        return message("Visit fee {cents}, which no voucher pays.", cents=cents)
    names = {entry.key: entry.name for entry in terms.prices.surcharges}
    what = names[line.key] if line.key in names else LINE_WORDS[line.kind]
    return message(
        "{what} {cents}, of which the voucher pays {payer}.", what=what, cents=cents, payer=Money(payer_cents)
    )


def _share_words(line: ShareLine) -> Message:
    if line.overrun_cents:
        return message(
            "Of {price} the voucher pays {payer}; own share {own}, and {overrun} is beyond what the voucher covers.",
            price=Money(line.price_cents),
            payer=Money(line.payer_cents),
            own=Money(line.own_share_cents),
            overrun=Money(line.overrun_cents),
        )
    return message(
        "The voucher pays {payer}, the smaller of the price {price} and the voucher's value {value}; own share {own}.",
        payer=Money(line.payer_cents),
        price=Money(line.price_cents),
        value=Money(line.value_cents),
        own=Money(line.own_share_cents),
    )


def _total_words(shares: Shares) -> Message:
    if shares.overrun_cents:
        return message(
            "Price {price} = paid by the voucher {payer} + own share {own} + beyond the voucher {overrun}.",
            price=Money(shares.price_cents),
            payer=Money(shares.payer_cents),
            own=Money(shares.own_share_cents),
            overrun=Money(shares.overrun_cents),
        )
    return message(
        "Price {price} = paid by the voucher {payer} + own share {own}.",
        price=Money(shares.price_cents),
        payer=Money(shares.payer_cents),
        own=Money(shares.own_share_cents),
    )
