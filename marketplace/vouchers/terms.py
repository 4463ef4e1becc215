"""What decides a voucher's money, as it was when it was granted and agreed: value rule, household and prices. Pure."""

from fractions import Fraction
from functools import lru_cache
from typing import Final

import msgspec

from marketplace.kernel.calendar import DAY_MINUTES
from marketplace.kernel.i18n import Message
from marketplace.kernel.money import MINUTES_PER_HOUR, per_hour, round_up_cents
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.charges import NO_EXTRAS, Extras
from marketplace.pricing.limits import NO_LIMITS, Cap, CapPeriod, Left, Limits, Overrun
from marketplace.pricing.prices import BANDED_UNITS, PriceList, Unit
from marketplace.pricing.receipts import Terms
from marketplace.pricing.values import Household, ValueRule, goes_by_bands, unit_value, value_words

GRANTABLE_UNITS: Final = BANDED_UNITS
"""A visit has a length or is one visit: what is sold by the day, month or piece is not redeemed visit by visit."""

MOST_MINUTES: Final = DAY_MINUTES
"""The longest visit. A longer one is logged in parts, as it was given."""


class VoucherTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The voucher's side: what a unit of service is worth to this household. ``rule_version`` names product and version.

    ``limits`` are the product's caps of the day of the grant; that of the grant's own month stands in the voucher's row.
    None: granted before products told what happens beyond them, which is a refusal.
    """

    rule: ValueRule
    rule_version: str
    calendar: BandCalendar
    household: Household
    no_own_share: bool
    limits: Limits | None = None

    @property
    def client_pays_beyond(self) -> bool:
        """Whether a visit beyond the caps is redeemed in part, and the client pays the rest."""
        return self.limits is not None and self.limits.overrun is Overrun.CLIENT_PAYS

    @property
    def unit(self) -> Unit:
        return self.rule.unit

    @property
    def has_own_bands(self) -> bool:
        """Whether the time of day matters to the value: it is another in each band, or there is none in some hours."""
        return goes_by_bands(self.rule) or bool(self.calendar.not_served)


class AgreedPrices(msgspec.Struct, frozen=True, kw_only=True):
    """The provider's side: the price list of one published version of its offer.

    ``weekly_visits`` is how many visits a week were agreed on, 0 where nobody said: a list may waive its visit fee for
    those who are visited often.
    """

    prices: PriceList
    prices_version: str
    calendar: BandCalendar
    weekly_visits: int = 0


@lru_cache(maxsize=1024)
def read_terms(text: str) -> VoucherTerms:
    """The terms that a voucher's row keeps as JSON."""
    return msgspec.json.decode(text, type=VoucherTerms)


@lru_cache(maxsize=1024)
def read_prices(text: str) -> AgreedPrices:
    """The prices that an agreement's row keeps as JSON."""
    return msgspec.json.decode(text, type=AgreedPrices)


def as_json(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value).decode()


def limits_of(voucher: VoucherTerms, *, minutes: int | None, units: int | None, cents: int | None) -> Limits:
    """All caps of a voucher: those of its product, and what it was granted for a calendar month."""
    known = voucher.limits or NO_LIMITS
    others = tuple(cap for cap in known.caps if cap.period is not CapPeriod.MONTH)
    month = Cap(period=CapPeriod.MONTH, minutes=minutes, units=units, cents=cents)
    return Limits(caps=(*others, month), overrun=Overrun.CLIENT_PAYS if voucher.client_pays_beyond else Overrun.REFUSED)


def terms_of_visits(voucher: VoucherTerms, agreed: AgreedPrices, left: Left | None = None) -> Terms:
    """Everything that prices a visit on this voucher at these prices. ``left`` where beyond the caps the client pays."""
    return Terms(
        prices=agreed.prices,
        prices_version=agreed.prices_version,
        calendar=agreed.calendar,
        rule=voucher.rule,
        rule_version=voucher.rule_version,
        value_calendar=value_calendar(voucher, agreed.calendar),
        household=voucher.household,
        no_own_share=voucher.no_own_share,
        extras=Extras(weekly_visits=agreed.weekly_visits) if agreed.weekly_visits else NO_EXTRAS,
        left=left,
    )


def value_calendar(voucher: VoucherTerms, calendar: BandCalendar) -> BandCalendar | None:
    """The voucher's own bands, where they matter and are not those of the price list."""
    return voucher.calendar if voucher.has_own_bands and voucher.calendar != calendar else None


def highest_unit_value(voucher: VoucherTerms) -> int:
    """The most that one unit can be worth at any time, in cents: what is reserved for each."""
    return max(unit_value(voucher.rule, voucher.household, band) for band in voucher.calendar.keys)


def worth_of(voucher: VoucherTerms, minutes: int | None, units: int | None) -> int:
    """The most that so many minutes, or units, can be worth, in cents."""
    value = highest_unit_value(voucher)
    return per_hour(value, minutes) if minutes is not None else value * (units or 0)


def amount_to_reserve(voucher: VoucherTerms, minutes: int | None, units: int | None, months: int) -> int:
    """What a voucher may cost at most, in cents, rounded up: minutes (or units) a month, times calendar months."""
    value = highest_unit_value(voucher)
    if minutes is not None:
        return round_up_cents(Fraction(value * minutes * months, MINUTES_PER_HOUR), 1)
    return value * (units or 0) * months


def words_of_value(voucher: VoucherTerms) -> list[Message]:
    """How the value came about, one sentence for each band whose value differs."""
    if goes_by_bands(voucher.rule):
        return [value_words(voucher.rule, voucher.household, voucher.calendar, k) for k in voucher.calendar.keys]
    return [value_words(voucher.rule, voucher.household, voucher.calendar)]
