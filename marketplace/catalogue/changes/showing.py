"""Prices before and after, and through time, made ready for reading. No HTTP."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from marketplace.catalogue.changes.schemas import ChangedRow, PricePeriod
from marketplace.catalogue.prices.price_table import PriceRow, price_rows, terms_words
from marketplace.kernel.i18n import Language, Message, message, translate
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import PriceList

FEE: Final = message("Fee per visit")


class ShownChange(msgspec.Struct, frozen=True, kw_only=True):
    """Both price lists side by side. ``terms`` are those of the new list where they differ from ``old_terms``."""

    rows: list[ChangedRow]
    terms: list[Message]
    old_terms: list[Message]


class ShownPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """A period of a price history with its rows, fees among them."""

    valid_from: date
    valid_to: date | None
    is_scheduled: bool
    rows: list[PriceRow]
    terms: list[Message]


def shown_change(
    before: PriceList, before_calendar: BandCalendar, after: PriceList, after_calendar: BandCalendar, language: Language
) -> ShownChange:
    """A row for each price that either list has, known by its name and its hours; what is gone stands last."""
    old = {(row.name, row.hours): row.price_cents for row in _rows(before, before_calendar, language)}
    new = {(row.name, row.hours): row.price_cents for row in _rows(after, after_calendar, language)}
    keys = [*new, *(key for key in old if key not in new)]
    rows = [ChangedRow(name=key[0], hours=key[1], before_cents=old.get(key), after_cents=new.get(key)) for key in keys]
    terms, old_terms = terms_words(after), terms_words(before)
    same = terms == old_terms
    return ShownChange(rows=rows, terms=[] if same else terms, old_terms=[] if same else old_terms)


def shown_periods(periods: Sequence[PricePeriod], language: Language) -> list[ShownPeriod]:
    """The periods of a history, the newest first."""
    return [
        ShownPeriod(
            valid_from=each.valid_from,
            valid_to=each.valid_to,
            is_scheduled=each.is_scheduled,
            rows=list(_rows(each.prices, each.calendar, language)),
            terms=terms_words(each.prices),
        )
        for each in reversed(periods)
    ]


def _rows(prices: PriceList, calendar: BandCalendar, language: Language) -> Iterator[PriceRow]:
    yield from price_rows(prices, calendar, language)
    if prices.visit_fee_cents:
        yield PriceRow(translate(FEE, language), "", prices.visit_fee_cents)


def change_facts(change: Any, language: Language) -> dict[str, Any]:
    """What the template of before and after needs of a change or of its preview."""
    shown = shown_change(change.before_prices, change.before_calendar, change.prices, change.calendar, language)
    return {"change": change, "shown": shown}
