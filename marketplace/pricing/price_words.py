"""How a unit price came to its cents, in words: coefficients, surcharges, tax, the average month, and how time is billed."""

from collections.abc import Iterator

from marketplace.kernel.i18n import Message, Text, message, show_minutes
from marketplace.kernel.money import Money
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.charges import UNIT_WORDS, Extras, Surcharge
from marketplace.pricing.prices import PriceList


def price_words(prices: PriceList, calendar: BandCalendar, band: str | None, extras: Extras) -> Iterator[Message]:
    """What made the price of one unit in a band, where it is not simply the list's own."""
    coefficient = next((entry.coefficient for entry in prices.coefficients if entry.band == band), None)
    if coefficient is not None and band is not None:
        yield message(
            "{band}: the price is {base} × {coefficient} = {price} per {unit}.",
            band=calendar.band(band).name,
            base=Money(prices.one_price_cents or 0),
            coefficient=coefficient,
            price=Money(prices.price_of(band)),
            unit=UNIT_WORDS[prices.unit],
        )
    for surcharge in prices.surcharges:
        if not surcharge.per_visit and surcharge.holds_in(band):
            yield _surcharge_words(surcharge, prices, _name(calendar, band))
    if prices.monthly_average:
        yield message("A month is billed as 365 ÷ 12 days of {price}.", price=Money(prices.price_of(band)))
    if prices.vat_added and not extras.vat_free:
        yield message("Value-added tax of {percent} % is added to the prices.", percent=prices.vat_percent)


def _name(calendar: BandCalendar, band: str | None) -> Text:
    return calendar.band(band).name if band is not None and band in calendar.keys else Text("–")


def _surcharge_words(surcharge: Surcharge, prices: PriceList, band: Text) -> Message:
    if surcharge.percent is not None:
        return message(
            "{band}: {surcharge} adds {percent} % to the price.",
            band=band,
            surcharge=surcharge.name,
            percent=surcharge.percent,
        )
    return message(
        "{band}: {surcharge} adds {cents} per {unit} to the price.",
        band=band,
        surcharge=surcharge.name,
        cents=Money(surcharge.cents or 0),
        unit=UNIT_WORDS[prices.unit],
    )


def billing_words(prices: PriceList) -> Iterator[Message]:
    """How minutes are billed, where not as they are."""
    if prices.minimum_minutes:
        yield message("Each visit is billed for at least {minimum}.", minimum=show_minutes(prices.minimum_minutes))
    if prices.rounding_minutes > 1:
        yield message("Each visit is billed up to the next full {step}.", step=show_minutes(prices.rounding_minutes))
