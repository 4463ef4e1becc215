"""What an organiser allows prices to be and how they may rise: ceilings, services free for the client, increases.

Rules are data with a day from which they hold. What a bill shows is compared with a ceiling: surcharges, coefficients
and tax included. Where several ceilings hold, the lowest one does.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Final

import msgspec

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Message, message
from marketplace.kernel.money import MAX_CENTS, Money
from marketplace.pricing.bands import MOST_BANDS, BandCalendar, meeting_bands
from marketplace.pricing.price_lists import BANDED_UNITS, BandPrice, PriceList, effective_price

MOST_DAYS: Final = 24
MOST_INCREASES: Final = 12
MOST_NOTICE: Final = 366
DAYS_OF_MONTH: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAY: Final = re.compile(r"(\d{2})-(\d{2})")
THE_RULES: Final = message("the organiser's price rules")


class IncreaseRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How prices may rise; decreases are always allowed.

    At most ``most_per_year`` times in a calendar year, only on ``on_days`` (``"MM-DD"``, none: any day), told
    ``notice_days`` before, and with ``approval_needed`` only once the organiser has accepted the new prices.
    """

    most_per_year: int | None = None
    on_days: Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_DAYS)] = ()
    notice_days: int = 0
    approval_needed: bool = False


class PriceRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an organiser allows a price list of a service to hold. ``None`` and a missing band mean no limit.

    ``band_ceilings`` go by the organiser's bands, also where a provider divides the week its own way.
    ``free_for_client``: no price may be over the lowest value that a client's voucher for the service may have.
    """

    ceiling_cents: int | None = None
    band_ceilings: Annotated[tuple[BandPrice, ...], msgspec.Meta(max_length=MOST_BANDS)] = ()
    max_visit_fee_cents: int | None = None
    max_minimum_minutes: int | None = None
    free_for_client: bool = False
    increases: IncreaseRules = IncreaseRules()

    def ceiling_of(self, band: str) -> int | None:
        """The highest price allowed in a band, in cents: the band's own ceiling before the general one."""
        own = next((entry.price_cents for entry in self.band_ceilings if entry.band == band), None)
        return self.ceiling_cents if own is None else own


NO_RULES: Final = PriceRules()


class Ceiling(msgspec.Struct, frozen=True, kw_only=True):
    """The most that a unit may cost, in cents, and whose rule says so. ``band`` None: at all times.

    A band is one of the calendar of whoever set the ceiling.
    """

    cents: int
    source: Message
    band: str | None = None


def ceilings_of(rules: PriceRules, bands: Sequence[str], source: Message = THE_RULES) -> tuple[Ceiling, ...]:
    """The ceilings of an organiser's rules over its own bands."""
    if not rules.band_ceilings:
        return () if rules.ceiling_cents is None else (Ceiling(cents=rules.ceiling_cents, source=source),)
    found = ((band, rules.ceiling_of(band)) for band in bands)
    return tuple(Ceiling(cents=cents, source=source, band=band) for band, cents in found if cents is not None)


def rule_errors(rules: PriceRules, calendar: BandCalendar) -> list[FieldError]:
    """Everything wrong with an organiser's price rules under its own bands."""
    return [*_limit_errors(rules), *_band_errors(rules, calendar), *_increase_errors(rules.increases)]


def _limit_errors(rules: PriceRules) -> Iterator[FieldError]:
    limits = {
        "ceiling_cents": rules.ceiling_cents,
        "max_visit_fee_cents": rules.max_visit_fee_cents,
        "max_minimum_minutes": rules.max_minimum_minutes,
        **{f"band_ceilings.{i}.price_cents": entry.price_cents for i, entry in enumerate(rules.band_ceilings)},
    }
    for name, limit in limits.items():
        if limit is not None and limit < 0:
            yield FieldError(name, message("The limit cannot be negative."))
        elif limit is not None and limit > MAX_CENTS:
            yield FieldError(name, message("The limit is too large."))


def _band_errors(rules: PriceRules, calendar: BandCalendar) -> Iterator[FieldError]:
    given = [entry.band for entry in rules.band_ceilings]
    for i, band in enumerate(given):
        if band not in calendar.keys:
            text = message("There is no time band with the code {code}.", code=band)
            yield FieldError(f"band_ceilings.{i}.band", text)
        elif band in given[:i]:
            text = message("{band} has two ceilings.", band=calendar.band(band).name)
            yield FieldError(f"band_ceilings.{i}.band", text)


def _increase_errors(rules: IncreaseRules) -> Iterator[FieldError]:
    if rules.most_per_year is not None and not 0 <= rules.most_per_year <= MOST_INCREASES:
        text = message("Give a number of times from 0 to {most}.", most=MOST_INCREASES)
        yield FieldError("increases.most_per_year", text)
    if not 0 <= rules.notice_days <= MOST_NOTICE:
        text = message("Give a number of days from 0 to {most}.", most=MOST_NOTICE)
        yield FieldError("increases.notice_days", text)
    for i, day in enumerate(rules.on_days):
        if not is_day_of_year(day):
            text = message("Give the days as month and day, for example 01-01.")
            yield FieldError(f"increases.on_days.{i}", text)


def is_day_of_year(text: str) -> bool:
    """Whether a text is a month and a day such as ``01-31``; the 29th of February is one."""
    found = _DAY.fullmatch(text)
    if found is None or not text.isascii():
        return False
    month, day = int(found[1]), int(found[2])
    return 1 <= month <= len(DAYS_OF_MONTH) and 1 <= day <= DAYS_OF_MONTH[month - 1]


def over_ceilings(
    prices: PriceList, calendar: BandCalendar, ceilings: Sequence[Ceiling], ceilings_by: BandCalendar
) -> list[FieldError]:
    """Each price over a ceiling with the limit and its source, by the field that holds the price.

    ``ceilings_by`` is the calendar that the ceilings' bands belong to: a ceiling of one of its bands holds for every
    price that is asked for any minute of the band.
    """
    errors: list[FieldError] = []
    for place in _places(prices, calendar):
        holding = _holding(prices, place.band, ceilings, calendar, ceilings_by)
        lowest = min(holding, key=lambda ceiling: ceiling.cents, default=None)
        if lowest is not None:
            errors += _over(prices, calendar, place, lowest)
    return _once(errors)


class _Place(msgspec.Struct, frozen=True):
    """One price of a list as it is typed and as it is billed, in cents."""

    field: str
    band: str | None
    bare_cents: int
    full_cents: int


def _places(prices: PriceList, calendar: BandCalendar) -> Iterator[_Place]:
    bands = calendar.keys if prices.unit in BANDED_UNITS else calendar.keys[:1]
    if prices.length_prices:
        for i, entry in enumerate(prices.length_prices):
            for band in bands:
                full = effective_price(prices, band, minutes=entry.up_to_minutes)
                yield _Place(f"length_prices.{i}.price_cents", band, entry.price_cents, full)
        return
    for band in bands:
        if (field := _field_of(prices, band)) is not None:
            yield _Place(field, band, prices.price_of(band), effective_price(prices, band))


def _field_of(prices: PriceList, band: str) -> str | None:
    """Where a band's price is typed; None where it is missing, which is named elsewhere."""
    if prices.one_price_cents is not None and not prices.coefficients:
        return "one_price_cents"
    entries = prices.coefficients or prices.band_prices
    found = next((i for i, entry in enumerate(entries) if entry.band == band), None)
    if found is None or (prices.coefficients and prices.one_price_cents is None):
        return None
    return f"coefficients.{found}.coefficient" if prices.coefficients else f"band_prices.{found}.price_cents"


def _holding(
    prices: PriceList, band: str | None, ceilings: Sequence[Ceiling], calendar: BandCalendar, ceilings_by: BandCalendar
) -> list[Ceiling]:
    if prices.unit not in BANDED_UNITS:
        return [ceiling for ceiling in ceilings if ceiling.band is None]
    if calendar == ceilings_by:
        met = {band}
    else:
        met = {other for own, other in meeting_bands(calendar, ceilings_by) if own == band}
    return [ceiling for ceiling in ceilings if ceiling.band is None or ceiling.band in met]


def _over(prices: PriceList, calendar: BandCalendar, place: _Place, ceiling: Ceiling) -> Iterator[FieldError]:
    limit = {"ceiling": Money(ceiling.cents), "source": ceiling.source}
    if place.bare_cents > ceiling.cents:
        price = Money(place.bare_cents)
        text = message("{price} is over the price ceiling {ceiling} ({source}).", price=price, **limit)
        yield FieldError(place.field, text)
    elif place.full_cents > ceiling.cents:
        text = message(
            "{band}: with surcharges and tax {price} is over the price ceiling {ceiling} ({source}).",
            band=calendar.band(place.band).name if place.band in calendar.keys and place.band else "",
            price=Money(place.full_cents),
            **limit,
        )
        yield FieldError("surcharges" if prices.surcharges else "vat_percent", text)


def _once(errors: Sequence[FieldError]) -> list[FieldError]:
    return [error for i, error in enumerate(errors) if error not in errors[:i]]
