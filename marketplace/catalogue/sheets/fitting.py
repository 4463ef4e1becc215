"""The prices of a sheet put into an organiser's own time bands, where they say the same. Pure."""

from collections.abc import Iterator, Mapping

import msgspec

from marketplace.kernel.calendar import DayType
from marketplace.pricing.bands import BandCalendar, Hours
from marketplace.pricing.prices import BandPrice, PriceList


def fitted(prices: PriceList, calendar: BandCalendar | None, usual: BandCalendar) -> PriceList | None:
    """The same prices by the organiser's bands; None where one of its bands would have two prices, or none.

    A list with one price for all times fits every calendar.
    """
    if not prices.band_prices:
        return prices if calendar in {None, usual} or not prices.coefficients else None
    if calendar is None:
        return prices
    if (calendar.eves or usual.eves) and (calendar.eves, calendar.saturday_eves_as) != (
        usual.eves,
        usual.saturday_eves_as,
    ):
        return None
    found: dict[str, str] = {}
    for band in usual.bands:
        keys = {key for each in band.hours for key in _keys_in(each, calendar)}
        if len({_price(prices, key) for key in keys}) != 1 or None in keys:
            return None
        found[band.key] = min(key for key in keys if key)
    return _renamed(prices, found)


def _price(prices: PriceList, key: str | None) -> int | None:
    return prices.price_of(key) if key else None


def _keys_in(hours: Hours, calendar: BandCalendar) -> Iterator[str | None]:
    """The sheet's bands that hold some of these hours; None where they are in none."""
    for day in hours.days:
        read = calendar.holidays_as if day is DayType.HOLIDAY else day
        reached = hours.from_minute
        spans = sorted(
            (each.from_minute, each.to_minute, band.key)
            for band in calendar.bands
            for each in band.hours
            if read in each.days
        )
        for start, end, key in spans:
            if end <= reached or start >= hours.to_minute:
                continue
            if start > reached:
                yield None
            yield key
            reached = end
        if reached < hours.to_minute:
            yield None


def _renamed(prices: PriceList, band_of: Mapping[str, str]) -> PriceList | None:
    """The list by the organiser's keys; surcharges of single bands keep a list in its own bands."""
    if any(surcharge.bands for surcharge in prices.surcharges):
        return None
    band_prices = tuple(BandPrice(key, prices.price_of(theirs)) for key, theirs in band_of.items())
    return msgspec.structs.replace(prices, band_prices=band_prices)
