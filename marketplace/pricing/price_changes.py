"""When a provider may raise its prices: what counts as an increase, and on which day it may begin. Pure.

A list is dearer than another one if anything in it can cost any client more at any minute of the week: a band, a fee, a
step of billing, a package, the tax. Whoever lowers a price may raise another one only as an increase.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Final

from marketplace.kernel.calendar import DAY_MINUTES
from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Message, counted, message
from marketplace.kernel.money import per_hour
from marketplace.pricing.bands import BandCalendar, meeting_bands
from marketplace.pricing.charges import METRES_PER_KM, Extras, FeeWaiver, Package, Surcharge, Travel
from marketplace.pricing.price_lists import BANDED_UNITS, PriceList, effective_price, taxed
from marketplace.pricing.price_rules import IncreaseRules

CLIENTS: Final = (Extras(), Extras(vat_free=True))
"""Who may pay by a list: with the tax that is added to it, or free of it."""
FAR_METRES: Final = 10_000 * METRES_PER_KM
DAYS_A_YEAR, MONTHS_A_YEAR, LONGEST_MONTH, SHORTEST_MONTH = 365, 12, 31, 28
YEARS_AHEAD: Final = 10
"""How far ``earliest_day`` looks: the 29th of February comes back within eight years."""


def is_increase(
    before: PriceList, before_calendar: BandCalendar, after: PriceList, after_calendar: BandCalendar
) -> bool:
    """Whether the list ``after`` may cost anybody more than ``before``, at any minute of any kind of day.

    Hours that were not served before were for nobody to buy: giving them a price raises nothing. A list that cannot be
    compared, for another unit, counts as dearer.
    """
    if before.unit is not after.unit:
        return True
    pairs = _pairs(before, before_calendar, after_calendar)
    return (
        _bills_more(before, after)
        or _waives_less(before, after)
        or _surcharges_more(before, after, pairs)
        or any(
            _units_dearer(before, after, pairs, client)
            or _fees_dearer(before, after, client)
            or _averages_dearer(before, after, client)
            or _packages_dearer(before, after, pairs, client)
            for client in CLIENTS
        )
    )


def _pairs(before: PriceList, own: BandCalendar, other: BandCalendar) -> Sequence[tuple[str | None, str | None]]:
    """The bands before and after that can hold the same minute."""
    return meeting_bands(own, other) if before.unit in BANDED_UNITS else ((None, None),)


def _bills_more(before: PriceList, after: PriceList) -> bool:
    """A longer shortest time or another step: some visit is billed for more minutes than it was."""
    return any(after.billed_minutes(m) > before.billed_minutes(m) for m in range(1, DAY_MINUTES + 1))


def _units_dearer(
    before: PriceList, after: PriceList, pairs: Sequence[tuple[str | None, str | None]], client: Extras
) -> bool:
    ends = {entry.up_to_minutes for prices in (before, after) for entry in prices.length_prices}
    lengths = sorted({1, *ends, *(end + 1 for end in ends)})
    return any(
        effective_price(after, new, client, minutes) > effective_price(before, old, client, minutes)
        for old, new in pairs
        for minutes in lengths
    )


def _fees_dearer(before: PriceList, after: PriceList, client: Extras) -> bool:
    fees = ((prices.visit_fee_cents, prices.invoice_fee_cents) for prices in (before, after))
    (visit, invoice), (new_visit, new_invoice) = fees
    if taxed(after, new_visit, client) > taxed(before, visit, client):
        return True
    if taxed(after, new_invoice, client) > taxed(before, invoice, client):
        return True
    old, new = before.travel or Travel(), after.travel or Travel()
    return any(taxed(after, new.cents(m), client) > taxed(before, old.cents(m), client) for m in _distances(old, new))


def _distances(*travels: Travel) -> Iterator[int]:
    """Both sides of every point where a travel price bends, in metres: between them prices run straight."""
    yield from (0, 1, FAR_METRES)
    for travel in travels:
        bends = [travel.free_metres]
        if travel.cents_per_km:
            bends.append(travel.free_metres + travel.minimum_cents * METRES_PER_KM // travel.cents_per_km)
        for bend in bends:
            yield from (bend, bend + 1)


def _waives_less(before: PriceList, after: PriceList) -> bool:
    """A visit fee that stays, and of which fewer visits are free."""
    old, new = before.fee_waiver, after.fee_waiver or FeeWaiver()
    if old is None or not after.visit_fee_cents:
        return False
    pairs = ((old.visits_per_week, new.visits_per_week), (old.visit_minutes, new.visit_minutes))
    return any(was is not None and (now is None or now > was) for was, now in pairs)


def _surcharges_more(before: PriceList, after: PriceList, pairs: Sequence[tuple[str | None, str | None]]) -> bool:
    """A surcharge on every visit that is new, higher, or asked for in more hours; they are known by their codes."""
    known = {entry.key: entry for entry in before.surcharges if entry.per_visit}
    for entry in after.surcharges:
        if entry.per_visit and entry.cents and _is_more(entry, known.get(entry.key), before, after, pairs):
            return True
    return False


def _is_more(
    entry: Surcharge,
    old: Surcharge | None,
    before: PriceList,
    after: PriceList,
    pairs: Sequence[tuple[str | None, str | None]],
) -> bool:
    if old is None:
        return True
    cents = [(taxed(after, entry.cents or 0, c), taxed(before, old.cents or 0, c)) for c in CLIENTS]
    return any(new > was for new, was in cents) or any(
        entry.holds_in(new) and not old.holds_in(was) for was, new in pairs
    )


def _averages_dearer(before: PriceList, after: PriceList, client: Extras) -> bool:
    """Days billed by the average month instead of as they are, or the other way round: some month is dearer."""
    if before.monthly_average == after.monthly_average:
        return False
    average = Fraction(DAYS_A_YEAR, MONTHS_A_YEAR)
    old, new = effective_price(before, None, client), effective_price(after, None, client)
    if after.monthly_average:
        return new * average > old * SHORTEST_MONTH
    return new * LONGEST_MONTH > old * average


def _packages_dearer(
    before: PriceList, after: PriceList, pairs: Sequence[tuple[str | None, str | None]], client: Extras
) -> bool:
    """Some month costs more by its package: by a dearer one, by one that is new, or without one that is gone.

    Where only one of the lists has a package it is compared with the hours at the cheapest and the dearest price.
    """
    edges = sorted({edge for p in (*before.packages, *after.packages) for edge in (p.over_minutes, p.up_to_minutes)})
    if not edges:
        return False
    cheapest = min(effective_price(before, old, client) for old, _ in pairs)
    dearest = max(effective_price(after, new, client) for _, new in pairs)
    for over, up_to in pairwise(edges):
        old, new = _package(before, up_to), _package(after, up_to)
        was = taxed(before, old.price_cents, client) if old else per_hour(cheapest, over + 1)
        now = taxed(after, new.price_cents, client) if new else per_hour(dearest, up_to)
        if (old or new) and now > was:
            return True
    return False


def _package(prices: PriceList, minutes: int) -> Package | None:
    return next((entry for entry in prices.packages if entry.holds(minutes)), None)


def earliest_day(rules: IncreaseRules, today: date, increases: Sequence[date]) -> date | None:
    """The first day on which prices may rise, told today; None where they never may.

    Args:
        increases: the days on which the offer's prices rose before, or will by what is announced already.
    """
    first = today + timedelta(days=rules.notice_days)
    for year in range(first.year, first.year + YEARS_AHEAD):
        if _is_used_up(rules, year, increases):
            continue
        day = max(first, date(year, 1, 1))
        days = [day] if not rules.on_days else [each for each in _days_of(rules, year) if each >= day]
        if days:
            return days[0]
    return None


def _days_of(rules: IncreaseRules, year: int) -> list[date]:
    """The fixed days of a year, in order; the 29th of February only where there is one."""
    found: list[date] = []
    for text in rules.on_days:
        try:
            found.append(date.fromisoformat(f"{year}-{text}"))
        except ValueError:
            continue
    return sorted(found)


def _is_used_up(rules: IncreaseRules, year: int, increases: Sequence[date]) -> bool:
    return rules.most_per_year is not None and sum(day.year == year for day in increases) >= rules.most_per_year


def change_errors(rules: IncreaseRules, today: date, valid_from: date, increases: Sequence[date]) -> list[FieldError]:
    """Why prices may not rise on a day, each reason with the way forward; the field is ``valid_from``."""
    reasons = reasons_against(rules, today, valid_from, increases)
    if not reasons:
        return []
    earliest = earliest_day(rules, today, increases)
    if earliest is None:
        reasons.append(message("Prices cannot be raised now. You can lower them on any day."))
    else:
        reasons.append(message("Choose {day} or a later day that the rules allow. You can lower prices on any day.", day=earliest))  # fmt: skip
    return [FieldError("valid_from", joined(reasons))]


def reasons_against(rules: IncreaseRules, today: date, valid_from: date, increases: Sequence[date]) -> list[Message]:
    """Why prices may not rise on a day, told today; nothing where they may."""
    return list(_reasons(rules, today, valid_from, increases))


def _reasons(rules: IncreaseRules, today: date, valid_from: date, increases: Sequence[date]) -> Iterator[Message]:
    if valid_from < today + timedelta(days=rules.notice_days):
        yield counted(
            "A price increase must be announced at least {count} day before.",
            "A price increase must be announced at least {count} days before.",
            count=rules.notice_days,
        )
    if rules.on_days and valid_from not in _days_of(rules, valid_from.year):
        yield message("Prices may rise only on these days of the year: {days}", days=days_words(rules))
    if rules.most_per_year == 0:
        yield message("The organiser allows no price increases.")
    elif _is_used_up(rules, valid_from.year, increases):
        yield counted(
            "The organiser allows {count} price increase in a year, and it has been used in {year}.",
            "The organiser allows {count} price increases in a year, and they have been used in {year}.",
            count=rules.most_per_year or 0,
            year=str(valid_from.year),
        )


def rules_in_words(rules: IncreaseRules) -> list[Message]:
    """How prices may rise, in sentences for a provider."""
    said: list[Message] = []
    if rules.most_per_year == 0:
        said.append(message("The organiser allows no price increases."))
    elif rules.most_per_year is not None:
        said.append(
            counted(
                "Prices may rise {count} time in a calendar year.",
                "Prices may rise {count} times in a calendar year.",
                count=rules.most_per_year,
            )
        )
    if rules.on_days:
        said.append(message("Prices may rise only on these days of the year: {days}", days=days_words(rules)))
    if rules.notice_days:
        said.append(
            counted(
                "A price increase must be announced at least {count} day before.",
                "A price increase must be announced at least {count} days before.",
                count=rules.notice_days,
            )
        )
    if rules.approval_needed:
        said.append(message("The organiser looks at every increase before it may begin."))
    return [*said, message("You can lower prices on any day.")]


def days_words(rules: IncreaseRules) -> str:
    """The fixed days as they are written in Finland: ``1.1., 1.7.``"""
    found = sorted((int(text[:2]), int(text[3:])) for text in rules.on_days)
    return ", ".join(f"{day}.{month}." for month, day in found)


def joined(sentences: Sequence[Message]) -> Message:
    """Several sentences as one message, each in the reader's language."""
    whole = sentences[0]
    for sentence in sentences[1:]:
        whole = Message("{first} {second}", {"first": whole, "second": sentence})
    return whole
