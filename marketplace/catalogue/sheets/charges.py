"""The fees, surcharges and tax of a list as a sheet tells them, made part of its price list. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

import msgspec

from marketplace.catalogue.prices.week_bands import what_is_left
from marketplace.catalogue.sheets.lists import DraftPriceList, Extra
from marketplace.kernel.i18n import Message, Text, message
from marketplace.pricing.bands import BandCalendar, Hours
from marketplace.pricing.charges import METRES_PER_KM, Surcharge, Travel
from marketplace.pricing.prices import PriceList, Unit

MOST_NAME: Final = 80
HUNDREDTH: Final = Decimal("0.01")


def whole_list(given: DraftPriceList) -> tuple[PriceList, tuple[Message, ...]]:
    """The price list with everything that the sheet says of fees, and in words what found no place in it."""
    prices = _taxed(given.prices, given.vat)
    unused: list[Message] = []
    for extra in given.extras:
        changed = _with_extra(prices, given.calendar, extra)
        if changed is None:
            unused.append(message("Row {row} was not used: {what}.", row=extra.row, what=extra.text or extra.code))
        prices = changed or prices
    return prices, tuple(unused)


def _taxed(prices: PriceList, vat: str) -> PriceList:
    rate = vat.removeprefix("+")
    if rate in {"", "0"}:
        return prices
    return msgspec.structs.replace(prices, vat_percent=Decimal(rate), vat_added=vat.startswith("+"))


def _with_extra(prices: PriceList, calendar: BandCalendar | None, extra: Extra) -> PriceList | None:
    if extra.code == "TRAVEL" and prices.travel is None:
        return _with_travel(prices, extra)
    if extra.code == "INVOICE-FEE" and not prices.invoice_fee_cents:
        return msgspec.structs.replace(prices, invoice_fee_cents=extra.cents)
    if extra.code in {"SURCHARGE", "EMERGENCY"}:
        return _with_surcharge(prices, calendar, extra)
    return None


def _with_travel(prices: PriceList, extra: Extra) -> PriceList | None:
    if extra.unit is Unit.KM:
        travel = Travel(cents_per_km=extra.cents, free_metres=extra.beyond_km * METRES_PER_KM)
    elif extra.unit is Unit.VISIT:
        travel = Travel(per_visit_cents=extra.cents)
    else:
        return None
    return msgspec.structs.replace(prices, travel=travel)


def _with_surcharge(prices: PriceList, calendar: BandCalendar | None, extra: Extra) -> PriceList | None:
    """For all times, or for the bands that lie within its hours; an emergency visit cannot be told beforehand."""
    bands = _bands_within(calendar, extra.hours) if extra.hours and calendar else ()
    if extra.code == "EMERGENCY" or (extra.hours and not bands):
        return None
    words = (extra.text or extra.note)[:MOST_NAME] or "Lisä"
    surcharge = Surcharge(
        key=f"extra_{len(prices.surcharges) + 1}",
        name=Text(words, words, words),
        bands=bands,
        percent=_percent(extra.percent) if extra.percent else None,
        cents=None if extra.percent else extra.cents,
        per_visit=not extra.percent and extra.unit is Unit.VISIT and prices.unit is not Unit.VISIT,
    )
    return msgspec.structs.replace(prices, surcharges=(*prices.surcharges, surcharge))


def _bands_within(calendar: BandCalendar, hours: Sequence[Hours]) -> tuple[str, ...]:
    """The bands of the hours, where the hours are whole bands; nothing where they cut one."""
    within = [band for band in calendar.bands if not what_is_left(band.hours, hours)]
    taken = [each for band in within for each in band.hours]
    return tuple(band.key for band in within) if not what_is_left(hours, taken) else ()


def _percent(percent: Fraction) -> Decimal:
    return (Decimal(percent.numerator) / Decimal(percent.denominator)).quantize(HUNDREDTH).normalize()
