"""A month's price and who pays it: by one price list exactly, and by thousands of lists for one and the same schedule.

Every visit is rounded on its own, as it will be when it is redeemed. ``price = voucher + own share + overrun`` on every
line: own share lies within what the voucher covers, overrun is beyond its quantity and wholly the client's.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from operator import mul
from typing import NamedTuple

import msgspec

from marketplace.kernel.errors import Refused
from marketplace.kernel.i18n import message
from marketplace.kernel.money import MINUTES_PER_HOUR, Money, per_hour_each, round_cents, split
from marketplace.pricing.bands import ANY_TIME, BandCalendar
from marketplace.pricing.charges import METRES_PER_KM, NO_EXTRAS, Extras, LineKind, Unit, tax_within
from marketplace.pricing.charging import (
    DAYS_A_YEAR,
    MONTHS_A_YEAR,
    POOLS,
    Bucket,
    Charges,
    charges_of,
    units_in,
)
from marketplace.pricing.limits import NO_LIMITS, CapPeriod, Limits
from marketplace.pricing.month_fees import Fee, fees_of
from marketplace.pricing.pooling import Sums, apply_caps, apply_pools
from marketplace.pricing.prices import BANDED_UNITS, PriceList, effective_price, taxed
from marketplace.pricing.shares import charge_value, unit_mismatch
from marketplace.pricing.values import Component, Household, ValueRule, components, exact_value
from marketplace.pricing.weeks import MonthPlan, MonthVisit, plan_of


class EstimateLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A month's sum of equal lines: minutes (hours) or units, price and who pays it, in cents.

    ``key`` is the surcharge's or package's own.
    """

    kind: LineKind
    unit: Unit
    band: str | None
    minutes: int
    units: int
    unit_price_cents: int
    price_cents: int
    payer_cents: int
    own_share_cents: int
    overrun_cents: int = 0
    value_band: str | None = None
    key: str = ""


class MonthEstimate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A month's price and who pays it, in cents. Without a voucher rule all of it is the client's.

    ``vat_cents`` is the tax within the price.
    """

    lines: tuple[EstimateLine, ...]
    visits: int
    price_cents: int
    payer_cents: int
    own_share_cents: int
    overrun_cents: int = 0
    vat_cents: int = 0


class MonthVoucher(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher as it decides a month: rule, household, caps. ``calendar`` is given where it has bands of its own.

    ``days`` are the first and the last that it pays for; ``None``: the whole month. Visits of other days are overrun.
    """

    rule: ValueRule
    household: Household = Household()
    limits: Limits = NO_LIMITS
    calendar: BandCalendar | None = None
    no_own_share: bool = False
    days: tuple[date, date] | None = None


class _Valued(NamedTuple):
    """The charges of one unit price in columns, with what the voucher is worth for each, in cents."""

    band: str | None
    value_band: str | None
    length: int
    quantities: tuple[int, ...]
    covered: tuple[int, ...]
    values: tuple[int, ...]
    buckets: tuple[int, ...]
    times: tuple[int, ...]


class _Prepared(NamedTuple):
    """All of a month that does not depend on a list's cents: charges with values, and the pools of the voucher."""

    plan: MonthPlan
    charges: Charges
    groups: tuple[_Valued, ...]
    pools: tuple[tuple[Unit, int], ...]


def estimate(
    plan: MonthPlan,
    prices: PriceList,
    rule: ValueRule | None = None,
    household: Household | None = None,
    *,
    limits: Limits = NO_LIMITS,
    extras: Extras = NO_EXTRAS,
    no_own_share: bool = False,
) -> MonthEstimate:
    """What a planned month costs by a price list, and who pays it with a voucher of this rule.

    Days and weeks with a visit count once, a month counts once, every visit brings its pieces and its kilometres
    (``extras.metres``). A rule by hours granted takes the month's own hours where none were granted.

    Raises:
        Refused: the voucher is for another unit or has no value in a band; visits beyond a cap that refuses them
            (``over_limit``); an own share where there may be none (``price_over_value``).
        KeyError: a band that the price list has no price for.
    """
    voucher = None
    if rule is not None:
        voucher = MonthVoucher(rule=rule, household=household or Household(), limits=limits, no_own_share=no_own_share)
    return _price(_prepare(plan, prices, voucher, extras), prices, voucher, extras)


class MonthPricer:
    """Prices one schedule by many offers: minutes by band once for each calendar, values once for each way of billing.

    ``calendar`` of an offer is looked up by its value: hand over the same object for equal calendars to be quick. ``plan``
    is given for services without visits (``units_plan``, ``whole_month_plan``): it then holds for all calendars.
    """

    def __init__(
        self,
        visits: Sequence[MonthVisit],
        month: date,
        *,
        voucher: MonthVoucher | None = None,
        extras: Extras = NO_EXTRAS,
        weekly_visits: Fraction = Fraction(0),
        plan: MonthPlan | None = None,
    ) -> None:
        self._visits, self._month, self._weekly = visits, month, weekly_visits
        self._voucher, self._extras, self._given = voucher, extras, plan
        self._read: dict[BandCalendar, BandCalendar] = {}
        self._plans: dict[BandCalendar, MonthPlan] = {}
        self._prepared: dict[tuple[BandCalendar, object], _Prepared] = {}

    def price(self, prices: PriceList, calendar: BandCalendar) -> MonthEstimate:
        """The month by one offer. Raises as ``estimate``, and ``Refused`` for a visit outside the hours of service."""
        bands = self._alike(calendar) if prices.unit in BANDED_UNITS else ANY_TIME
        billing = (prices.unit, prices.minimum_minutes, prices.rounding_minutes, prices.monthly_average)
        key = bands, (billing, bool(prices.length_prices))
        prepared = self._prepared.get(key)
        if prepared is None:
            prepared = self._prepared[key] = _prepare(self.plan(bands), prices, self._voucher, self._extras)
        return _price(prepared, prices, self._voucher, self._extras)

    def _alike(self, calendar: BandCalendar) -> BandCalendar:
        """One calendar for all that differ in their version's label only."""
        if (found := self._read.get(calendar)) is None:
            found = self._read[calendar] = msgspec.structs.replace(calendar, version="")
        return found

    def plan(self, calendar: BandCalendar) -> MonthPlan:
        """The schedule's minutes in the bands of a calendar. Raises ``Refused`` outside the hours of service."""
        if self._given is not None:
            return self._given
        if (plan := self._plans.get(calendar)) is None:
            own = self._voucher.calendar if self._voucher and calendar is not ANY_TIME else None
            values = None if own is None or self._alike(own) == self._alike(calendar) else own
            plan = self._plans[calendar] = plan_of(self._visits, self._month, calendar, values, self._weekly)
        return plan


def _prepare(plan: MonthPlan, prices: PriceList, voucher: MonthVoucher | None, extras: Extras) -> _Prepared:
    limits = voucher.limits if voucher else NO_LIMITS
    parts = tuple(p for p in components(voucher.rule) if LineKind.SERVICE in p.pays) if voucher else ()
    finest = _finest(parts, limits)
    charges = charges_of(plan, prices, limits, finest, voucher.days if voucher else None)
    if voucher is None:
        return _Prepared(plan, charges, tuple(_valued(charges, (), Household(), extras)), ())
    own = [part for part in parts if units_in(part.rule.unit, charges.unit)]
    pooled = [part for part in parts if part not in own and part.rule.unit in POOLS]
    if not own and not pooled:
        raise unit_mismatch(voucher.rule.unit, charges.unit)
    household = with_hours(voucher.household, plan)
    pools = tuple((part.rule.unit, round_cents(exact_value(part.rule, household))) for part in pooled)
    return _Prepared(plan, charges, tuple(_valued(charges, own, household, extras)), pools)


def with_hours(household: Household, plan: MonthPlan) -> Household:
    """A household with the month's own hours, where none were granted."""
    if household.minutes_per_month is not None:
        return household
    planned = sum(run.minutes for entry in plan.dated for run in entry.runs)
    return msgspec.structs.replace(household, minutes_per_month=planned)


def _finest(parts: Sequence[Component], limits: Limits) -> Unit:
    units = [part.rule.unit for part in parts if part.rule.unit in POOLS]
    if limits.cents(CapPeriod.WEEK) is not None:
        units.append(Unit.WEEK)
    return min(units, key=POOLS.index, default=Unit.MONTH)


def _valued(charges: Charges, parts: Sequence[Component], household: Household, extras: Extras) -> Iterator[_Valued]:
    per = MINUTES_PER_HOUR if charges.unit is Unit.HOUR else 1
    for band, value_band, length, items in charges.groups:
        each = (
            exact_value(part.rule, household, value_band) * units_in(part.rule.unit, charges.unit) for part in parts
        )
        exact = sum(each, Fraction(0))
        if charges.unit is Unit.KM:  # A trip is charged once, at the price of its metres; so is its value.
            exact = Fraction(round_cents(exact * extras.metres / METRES_PER_KM))
        quantities, covered, buckets, times = zip(*items, strict=True)
        if exact.denominator == 1:
            values = tuple(_each(exact.numerator, covered, by_hour=charges.unit is Unit.HOUR))
        else:
            values = tuple(round_cents(exact * each / per) for each in covered)
        yield _Valued(band, value_band, length, quantities, covered, values, buckets, times)


def _price(prepared: _Prepared, prices: PriceList, voucher: MonthVoucher | None, extras: Extras) -> MonthEstimate:
    sums = _service(prepared, prices, extras)
    if voucher is not None:
        sums = _pooled(prepared, sums, voucher)
    lines = [_service_line(prepared.charges.unit, one) for one in sums]
    fees = fees_of(prices, prepared.plan, prepared.charges.entries, extras)
    lines += [_fee_line(fee, voucher, extras) for fee in fees]
    return _total(lines, prepared.plan, prices, voucher, extras)


def _service(prepared: _Prepared, prices: PriceList, extras: Extras) -> list[Sums]:
    unit = prepared.charges.unit
    if prices.packages and (found := _package(prepared, prices, extras)):
        return [found]
    buckets = len(prepared.charges.buckets)
    sums: list[Sums] = []
    for group in prepared.groups:
        price = _unit_price(prices, group.band, group.length, unit, extras)
        one = Sums(group.band, group.value_band, price, buckets)
        _add_up(one, group, by_hour=unit is Unit.HOUR)
        sums.append(one)
    return sums


def _unit_price(prices: PriceList, band: str | None, length: int, unit: Unit, extras: Extras) -> int:
    price = effective_price(prices, band, extras, length)
    if prices.monthly_average:
        return round_cents(Fraction(price * DAYS_A_YEAR, MONTHS_A_YEAR))
    return round_cents(Fraction(price * extras.metres, METRES_PER_KM)) if unit is Unit.KM else price


def _add_up(sums: Sums, group: _Valued, *, by_hour: bool) -> None:
    """Each charge rounded on its own, its payer the smaller of price and value; this is where the time of a batch goes."""
    cents = _each(sums.unit_price, group.quantities, by_hour=by_hour)
    within = cents if group.covered == group.quantities else _each(sums.unit_price, group.covered, by_hour=by_hour)
    paid = list(map(min, within, group.values))
    sums.price = sum(map(mul, cents, group.times))
    sums.paid = sum(map(mul, paid, group.times))
    covered = sums.price if within is cents else sum(map(mul, within, group.times))
    sums.over = sums.price - covered
    sums.quantity = sum(map(mul, group.quantities, group.times))
    if len(sums.paid_in) == 1:
        sums.paid_in[0], sums.open_in[0] = sums.paid, covered - sums.paid
        return
    for payer, most, bucket, times in zip(paid, within, group.buckets, group.times, strict=True):
        sums.paid_in[bucket] += payer * times
        sums.open_in[bucket] += (most - payer) * times


def _each(unit_price: int, quantities: Sequence[int], *, by_hour: bool) -> list[int]:
    return per_hour_each(unit_price, quantities) if by_hour else [unit_price * each for each in quantities]


def _package(prepared: _Prepared, prices: PriceList, extras: Extras) -> Sums | None:
    """The month as a package, where its billed minutes lie in one: what it covers and is worth counts as in hours."""
    minutes = sum(sum(map(mul, group.quantities, group.times)) for group in prepared.groups)
    package = next((entry for entry in prices.packages if entry.holds(minutes)), None)
    if package is None:
        return None
    price = taxed(prices, package.price_cents, extras)
    weights = [0] * len(prepared.charges.buckets)
    for group in prepared.groups:
        for covered, bucket, times in zip(group.covered, group.buckets, group.times, strict=True):
            weights[bucket] += covered * times
    within = round_cents(Fraction(price * sum(weights), minutes))
    sums = Sums(None, None, price, len(weights), package.key)
    sums.price, sums.over, sums.quantity = price, price - within, minutes
    sums.paid = min(within, sum(sum(map(mul, group.values, group.times)) for group in prepared.groups))
    if any(weights):
        sums.paid_in, sums.open_in = split(sums.paid, weights), split(within - sums.paid, weights)
    return sums


def _pooled(prepared: _Prepared, sums: list[Sums], voucher: MonthVoucher) -> list[Sums]:
    buckets: tuple[Bucket, ...] = prepared.charges.buckets
    for unit, cents in prepared.pools:
        apply_pools(sums, buckets, unit, cents)
    if voucher.limits.caps:
        apply_caps(sums, buckets, voucher.limits)
    return sums


def _service_line(unit: Unit, one: Sums) -> EstimateLine:
    by_hour = unit is Unit.HOUR
    return EstimateLine(
        kind=LineKind.SERVICE,
        unit=Unit.MONTH if one.key else unit,
        band=one.band,
        minutes=one.quantity if by_hour else 0,
        units=1 if one.key else 0 if by_hour else one.quantity,
        unit_price_cents=one.unit_price,
        price_cents=one.price,
        payer_cents=one.paid,
        own_share_cents=one.price - one.paid - one.over,
        overrun_cents=one.over,
        value_band=one.value_band,
        key=one.key,
    )


def _fee_line(fee: Fee, voucher: MonthVoucher | None, extras: Extras) -> EstimateLine:
    value = charge_value(fee.kind, extras.metres, voucher.rule, voucher.household) if voucher else 0
    payer = min(fee.cents, value) * fee.times
    return EstimateLine(
        kind=fee.kind,
        unit=Unit.MONTH if fee.kind is LineKind.INVOICE_FEE else Unit.VISIT,
        band=None,
        minutes=0,
        units=fee.times,
        unit_price_cents=fee.cents,
        price_cents=fee.cents * fee.times,
        payer_cents=payer,
        own_share_cents=fee.cents * fee.times - payer,
        key=fee.key,
    )


def _total(
    lines: list[EstimateLine], plan: MonthPlan, prices: PriceList, voucher: MonthVoucher | None, extras: Extras
) -> MonthEstimate:
    price = payer = own = over = 0
    for line in lines:
        price += line.price_cents
        payer += line.payer_cents
        own += line.own_share_cents
        over += line.overrun_cents
    if voucher is not None and voucher.no_own_share and own:
        text = message(
            "This service is free for the client, but the price is {amount} over the voucher's value.",
            amount=Money(own),
        )
        raise Refused(text, code="price_over_value")
    free = extras.vat_free and prices.vat_added
    return MonthEstimate(
        lines=tuple(lines),
        visits=plan.visit_count,
        price_cents=price,
        payer_cents=payer,
        own_share_cents=own,
        overrun_cents=over,
        vat_cents=tax_within(price, prices.vat_percent) if prices.vat_percent and not free else 0,
    )
