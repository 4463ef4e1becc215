"""A month's receipt: schedule, terms and result in one, computed again from itself alone, and told in words.

Like a visit's receipt it keeps what the clock showed and what kinds of day there were, so that no later change of the
holiday calendar changes a cent. It may hold a household's income: personal data.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec

from marketplace.kernel.i18n import Message, message, show_minutes
from marketplace.kernel.money import Money
from marketplace.pricing.bands import ANY_TIME, BandCalendar, DayStretch, typed_stretches
from marketplace.pricing.charges import LINE_WORDS, METRES_PER_KM, NO_EXTRAS, UNIT_WORDS, Extras, LineKind, Unit
from marketplace.pricing.charging import units_in
from marketplace.pricing.limits import NO_LIMITS, CapPeriod, Limits
from marketplace.pricing.months import EstimateLine, MonthEstimate, estimate, with_hours
from marketplace.pricing.price_words import billing_words, price_words
from marketplace.pricing.prices import BANDED_UNITS, PriceList, effective_price
from marketplace.pricing.values import ComponentsValue, Household, ValueRule, components, goes_by_bands, value_words
from marketplace.pricing.weeks import MonthPlan, MonthVisit, plan_from_stretches, whole_month_plan


class MonthTerms(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides a month beside its visits, each with its version. Without a ``rule`` there is no voucher."""

    prices: PriceList
    prices_version: str
    calendar: BandCalendar = ANY_TIME
    rule: ValueRule | None = None
    rule_version: str = ""
    value_calendar: BandCalendar | None = None
    household: Household = Household()
    limits: Limits = NO_LIMITS
    extras: Extras = NO_EXTRAS
    no_own_share: bool = False


class VisitOfMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A visit with what the clock and the calendars made of it when it was priced."""

    visit: MonthVisit
    stretches: tuple[DayStretch, ...]
    value_stretches: tuple[DayStretch, ...] = ()


class MonthGiven(msgspec.Struct, frozen=True, kw_only=True):
    """The visits of a month (of its first day). ``whole`` is every day of it, for services without visits.

    ``weekly`` is how many visits a week come back for good, as a numerator and a denominator.
    """

    month: date
    visits: tuple[VisitOfMonth, ...] = ()
    weekly: tuple[int, int] = (0, 1)
    whole: bool = False


class MonthReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What was planned, on what terms, and the month in lines. ``layout`` tells later code how to read it."""

    given: MonthGiven
    terms: MonthTerms
    result: MonthEstimate
    layout: int = 1


def receipt_for_month(
    visits: tuple[MonthVisit, ...], month: date, terms: MonthTerms, weekly_visits: Fraction = Fraction(0)
) -> MonthReceipt:
    """Prices the visits of a month (``weeks.month_visits``). Raises as ``months.estimate`` and ``weeks.plan_of``."""
    banded = terms.prices.unit in BANDED_UNITS
    calendar, values = (terms.calendar, terms.value_calendar) if banded else (ANY_TIME, None)
    typed = tuple(
        VisitOfMonth(
            visit=visit,
            stretches=typed_stretches(calendar, visit.parts),
            value_stretches=typed_stretches(values, visit.parts) if values else (),
        )
        for visit in visits
    )
    weekly = weekly_visits.as_integer_ratio()
    return _priced(MonthGiven(month=month.replace(day=1), visits=typed, weekly=weekly), terms)


def receipt_for_whole_month(month: date, terms: MonthTerms) -> MonthReceipt:
    """Prices every day of a month. Raises as ``months.estimate``."""
    return _priced(MonthGiven(month=month.replace(day=1), whole=True), terms)


def recompute_month(receipt: MonthReceipt) -> MonthReceipt:
    """The receipt calculated once more from what it holds itself; equal to it unless somebody changed it."""
    return _priced(receipt.given, receipt.terms)


def _priced(given: MonthGiven, terms: MonthTerms) -> MonthReceipt:
    result = estimate(
        _plan(given, terms),
        terms.prices,
        terms.rule,
        terms.household,
        limits=terms.limits,
        extras=terms.extras,
        no_own_share=terms.no_own_share,
    )
    return MonthReceipt(given=given, terms=terms, result=result)


def _plan(given: MonthGiven, terms: MonthTerms) -> MonthPlan:
    if given.whole:
        return whole_month_plan(given.month)
    banded = terms.prices.unit in BANDED_UNITS
    calendar, values = (terms.calendar, terms.value_calendar) if banded else (ANY_TIME, None)
    return plan_from_stretches(
        [entry.visit for entry in given.visits],
        given.month,
        (calendar, [entry.stretches for entry in given.visits]),
        (values, [entry.value_stretches for entry in given.visits] if values else None),
        Fraction(*given.weekly),
    )


_decoder = msgspec.json.Decoder(MonthReceipt)


def month_to_json(receipt: MonthReceipt) -> str:
    """The receipt as JSON text, always the same for the same receipt."""
    return msgspec.json.encode(receipt).decode()


def month_from_json(text: str | bytes) -> MonthReceipt:
    """The receipt that ``month_to_json`` wrote. Raises ``msgspec.ValidationError`` for anything else."""
    return _decoder.decode(text)


def month_formula(receipt: MonthReceipt) -> tuple[Message, ...]:
    """How the month came to its cents, one sentence a step, in whatever language they are shown."""
    return tuple(_steps(receipt))


def _steps(receipt: MonthReceipt) -> Iterator[Message]:
    household = with_hours(receipt.terms.household, _plan(receipt.given, receipt.terms))
    return estimate_words(receipt.result, msgspec.structs.replace(receipt.terms, household=household))


def estimate_words(result: MonthEstimate, terms: MonthTerms) -> Iterator[Message]:
    """How a month's estimate came to its cents, one sentence a step. The household of ``terms`` has its hours."""
    told: list[Message] = []
    yield from billing_words(terms.prices)
    for line in result.lines:
        yield _line_words(line, terms)
        for text in _reasons(line, terms):
            if text not in told:
                told.append(text)
                yield text
        yield from _shares(line, terms)
    yield from _waived_words(result, terms.prices)
    yield from cap_words(terms.limits)
    yield _total_words(result)
    if result.vat_cents:
        yield message(
            "The price includes value-added tax of {percent} %, {cents}.",
            percent=terms.prices.vat_percent,
            cents=Money(result.vat_cents),
        )
    yield _version_words(terms)


def line_words(line: EstimateLine, terms: MonthTerms) -> Iterator[Message]:
    """How one line of a month came to its cents, what the voucher is worth for it, and who pays it."""
    yield _line_words(line, terms)
    yield from _reasons(line, terms)
    yield from _shares(line, terms)


def _reasons(line: EstimateLine, terms: MonthTerms) -> Iterator[Message]:
    yield from _made_words(line, terms)
    yield from _value_words(line, terms, terms.household)


def _shares(line: EstimateLine, terms: MonthTerms) -> Iterator[Message]:
    if terms.rule is not None and line.kind is LineKind.SERVICE:
        yield _share_words(line)


def _line_words(line: EstimateLine, terms: MonthTerms) -> Message:
    price, cents = Money(line.unit_price_cents), Money(line.price_cents)
    if line.kind is not LineKind.SERVICE:
        return message("{what}: {units} × {price} = {cents}.", what=_fee_name(line, terms.prices), units=line.units, price=price, cents=cents)  # fmt: skip
    if line.key:
        name = next(entry.name for entry in terms.prices.packages if entry.key == line.key)
        return message("{package}: {cents} for the month.", package=name, cents=cents)
    if line.unit is Unit.HOUR and line.band is not None:
        return message(
            "{band}: {minutes} × {price} per hour = {cents}, each visit rounded to a cent.",
            band=terms.calendar.band(line.band).name,
            minutes=show_minutes(line.minutes),
            price=price,
            cents=cents,
        )
    if line.unit is Unit.KM:
        km = Decimal(terms.extras.metres) / METRES_PER_KM
        price = Money(effective_price(terms.prices, None, terms.extras))
        return message("{trips} × {km} km × {price} = {cents}, each trip rounded to a cent.", trips=line.units, km=km, price=price, cents=cents)  # fmt: skip
    unit = UNIT_WORDS[line.unit]
    return message("{units} × {price} per {unit} = {cents}.", units=line.units, price=price, unit=unit, cents=cents)


def _fee_name(line: EstimateLine, prices: PriceList) -> object:
    names = {entry.key: entry.name for entry in prices.surcharges}
    return names[line.key] if line.key in names else LINE_WORDS[line.kind]


def _made_words(line: EstimateLine, terms: MonthTerms) -> Iterator[Message]:
    """How a line's unit price came about; nothing for fees and packages, which are as they are."""
    if line.kind is LineKind.SERVICE and not line.key:
        yield from price_words(terms.prices, terms.calendar, line.band, terms.extras)


def _waived_words(result: MonthEstimate, prices: PriceList) -> Iterator[Message]:
    charged = sum(line.units for line in result.lines if line.kind is LineKind.VISIT_FEE)
    if prices.visit_fee_cents and prices.fee_waiver and charged < result.visits:
        yield message("The visit fee {cents} is waived for some visits or all.", cents=Money(prices.visit_fee_cents))


def _value_words(line: EstimateLine, terms: MonthTerms, household: Household) -> Iterator[Message]:
    """What the voucher is worth for a line: each of its parts that pays for it."""
    if terms.rule is None:
        return
    calendar = terms.value_calendar or terms.calendar
    for part in components(terms.rule):
        if line.kind not in part.pays or (goes_by_bands(part.rule) and line.value_band is None):
            continue
        words = value_words(part.rule, household, calendar, line.value_band)
        yield (
            message("{part}: {words}", part=part.name, words=words)
            if isinstance(terms.rule, ComponentsValue)
            else words
        )
        if line.kind is LineKind.SERVICE and (held := units_in(part.rule.unit, line.unit)) > 1:
            times = " ÷ ".join(str(each) for each in held.as_integer_ratio() if each > 1)
            yield message("For one {unit} it counts {times} times.", unit=UNIT_WORDS[line.unit], times=times)


def _share_words(line: EstimateLine) -> Message:
    shown = {"payer": Money(line.payer_cents), "price": Money(line.price_cents), "own": Money(line.own_share_cents)}
    if line.overrun_cents:
        return message(
            "Of {price} the voucher pays {payer}; own share {own}, and {overrun} is beyond what the voucher covers.",
            overrun=Money(line.overrun_cents),
            **shown,
        )
    return message("Of {price} the voucher pays {payer}; own share {own}.", **shown)


_CAP_WORDS = {
    CapPeriod.WEEK: message("week"),
    CapPeriod.MONTH: message("month"),
    CapPeriod.PERIOD: message("voucher's period"),
}


def cap_words(limits: Limits) -> Iterator[Message]:
    """What a voucher covers at most, one sentence for each cap."""
    for cap in limits.caps:
        period = _CAP_WORDS[cap.period]
        if cap.minutes is not None:
            yield message(
                "The voucher covers at most {most} in a {period}.", most=show_minutes(cap.minutes), period=period
            )
        if cap.units is not None:
            yield message("The voucher covers at most {most} in a {period}.", most=Decimal(cap.units), period=period)
        if cap.cents is not None:
            yield message("The voucher covers at most {most} in a {period}.", most=Money(cap.cents), period=period)


def _total_words(result: MonthEstimate) -> Message:
    return message(
        "Price of the month {price} = paid by the voucher {payer} + own share {own} + beyond the voucher {overrun}.",
        price=Money(result.price_cents),
        payer=Money(result.payer_cents),
        own=Money(result.own_share_cents),
        overrun=Money(result.overrun_cents),
    )


def _version_words(terms: MonthTerms) -> Message:
    if terms.rule is None:
        return message(
            "Price list {prices}, time bands {bands}.", prices=terms.prices_version, bands=terms.calendar.version
        )
    return message(
        "Price list {prices}, voucher rule {rule}, time bands {bands}.",
        prices=terms.prices_version,
        rule=terms.rule_version,
        bands=terms.calendar.version,
    )
