"""Rows of a price list that have found their hours, made into time bands and prices of one service. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from marketplace.catalogue.prices.time_words import hours_words
from marketplace.kernel.calendar import DAY_MINUTES, DayType, Holiday
from marketplace.kernel.i18n import Language, Text
from marketplace.pricing.bands import Band, BandCalendar, EveRule, Hours
from marketplace.pricing.prices import BandPrice

PRICED_DAYS: Final = (DayType.WEEKDAY, DayType.SATURDAY, DayType.SUNDAY, DayType.HOLIDAY)
NAME_OF: Final[Mapping[str, Text]] = {
    "weekday_day": Text("Arkipäivä", "Vardag", "Weekday daytime"),
    "weekday_evening": Text("Arki-ilta", "Vardagskväll", "Weekday evening"),
    "night": Text("Yö", "Natt", "Night"),
    "saturday_day": Text("Lauantai", "Lördag", "Saturday"),
    "saturday_evening": Text("Lauantai-ilta", "Lördagskväll", "Saturday evening"),
    "sunday_holiday": Text("Sunnuntai ja arkipyhä", "Söndag och helgdag", "Sunday and public holiday"),
    "eve": Text("Arkipyhän aatto", "Helgdagsafton", "Eve of a public holiday"),
}


class Priced(msgspec.Struct, frozen=True):
    """A price in cents with its hours. ``key`` is its band; a ``name`` is its own where the list gave it one."""

    key: str
    hours: tuple[Hours, ...]
    cents: int
    name: Text | None = None


def overlap(some: Iterable[Hours], others: Sequence[Hours]) -> bool:
    """Whether two sets of hours share a minute of any kind of day."""
    return any(
        set(one.days) & set(other.days) and one.from_minute < other.to_minute and other.from_minute < one.to_minute
        for one in some
        for other in others
    )


def what_is_left(hours: Sequence[Hours], taken: Sequence[Hours]) -> tuple[Hours, ...]:
    """The hours without those that are taken, one kind of day after another, alike days together."""
    left: dict[tuple[int, int], list[DayType]] = {}
    for each in hours:
        for day in each.days:
            for span in outside(each, [other for other in taken if day in other.days]):
                left.setdefault(span, []).append(day)
    return tuple(Hours(tuple(dict.fromkeys(days)), start, end) for (start, end), days in left.items())


def outside(hours: Hours, taken: Iterable[Hours]) -> Iterator[tuple[int, int]]:
    """The stretches of these hours that none of the taken ones holds, whatever their days."""
    reached = hours.from_minute
    for start, end in sorted((each.from_minute, each.to_minute) for each in taken):
        if reached < min(start, hours.to_minute):
            yield reached, min(start, hours.to_minute)
        reached = max(reached, end)
    if reached < hours.to_minute:
        yield reached, hours.to_minute


def bands_of(placed: Sequence[Priced]) -> list[tuple[Band, int]]:
    """One band for each key and price; where a key has several prices, each is named by its hours."""
    together: dict[tuple[str, int], tuple[Hours, ...]] = {}
    named: dict[tuple[str, int], Text] = {}
    for each in placed:
        together[each.key, each.cents] = together.get((each.key, each.cents), ()) + each.hours
        if each.name:
            named.setdefault((each.key, each.cents), each.name)
    alike: dict[str, list[int]] = {}
    for key, cents in together:
        alike.setdefault(key, []).append(cents)
    return [
        (
            Band(
                _numbered(key, alike[key].index(cents)),
                named.get((key, cents)) or _name_among(key, hours, alike),
                hours,
            ),
            cents,
        )
        for (key, cents), hours in together.items()
    ]


def _numbered(key: str, index: int) -> str:
    return f"{key}_{index + 1}" if index else key


def _name_among(key: str, hours: Sequence[Hours], alike: Mapping[str, Sequence[int]]) -> Text:
    return band_name(key, hours) if len(alike[key]) == 1 else with_hours(NAME_OF.get(key), hours)


def band_name(key: str, hours: Sequence[Hours]) -> Text:
    """The usual name of a band, or its hours in words."""
    return NAME_OF.get(key) or with_hours(None, hours)


def with_hours(name: Text | None, hours: Sequence[Hours]) -> Text:
    """A name followed by its hours in words, in three languages."""

    def words(language: Language) -> str:
        before = f"{name.in_language(language)}, " if name else ""
        return before + hours_words(hours, language)

    return Text(words(Language.FI), words(Language.SV), words(Language.EN))


def with_rest_of_eves(placed: Sequence[Priced]) -> Iterator[Priced]:
    """A list that prices eves for some hours means that the rest of an eve is an ordinary weekday."""
    taken = [each for row in placed for each in row.hours if DayType.EVE in each.days]
    for row in placed:
        rest = [cut for each in row.hours if DayType.WEEKDAY in each.days for cut in outside(each, taken)]
        more = tuple(Hours((DayType.EVE,), start, end) for start, end in rest) if taken else ()
        yield Priced(row.key, row.hours + more, row.cents, row.name)


def not_served(placed: Sequence[Priced], *, days: Sequence[DayType] = PRICED_DAYS) -> tuple[Hours, ...]:
    """The hours of the week that no row has a price for."""
    gaps: dict[tuple[int, int], list[DayType]] = {}
    for day in (*days, DayType.EVE) if has_eves(placed) else days:
        taken = sorted((each.from_minute, each.to_minute) for row in placed for each in row.hours if day in each.days)
        reached = 0
        for start, end in [*taken, (DAY_MINUTES, DAY_MINUTES)]:
            if reached < start:
                gaps.setdefault((reached, start), []).append(day)
            reached = max(reached, end)
    return tuple(Hours(tuple(days), start, end) for (start, end), days in gaps.items())


def has_eves(placed: Sequence[Priced]) -> bool:
    """Whether any of the prices is for eves of public holidays."""
    return any(DayType.EVE in each.days for row in placed for each in row.hours)


def every_eve() -> tuple[EveRule, ...]:
    """Each eve counts as an eve."""
    return tuple(EveRule(holiday, DayType.EVE) for holiday in Holiday if holiday is not Holiday.OTHER)


def major_eves_as_sundays() -> tuple[EveRule, ...]:
    """Christmas Eve and Midsummer Eve are priced as Sundays, as many lists say."""
    return tuple(EveRule(eve, DayType.SUNDAY) for eve in (Holiday.CHRISTMAS, Holiday.MIDSUMMER))


def with_prices(bands: Sequence[tuple[Band, int]]) -> tuple[BandPrice, ...]:
    """The prices of bands, by their keys."""
    return tuple(BandPrice(band.key, cents) for band, cents in bands)


def calendar_of(
    placed: Sequence[Priced], version: str, eves: tuple[EveRule, ...]
) -> tuple[BandCalendar, tuple[BandPrice, ...]]:
    """The bands and prices of a list that has a price for at least one hour of the week.

    Hours that have no price become hours in which the service is not given. A list with a price for Sundays and none
    for public holidays prices them as Sundays.
    """
    whole = list(with_rest_of_eves(placed))
    bands = bands_of(whole)
    days = {day for row in whole for hours in row.hours for day in hours.days}
    as_sunday = DayType.SUNDAY in days and DayType.HOLIDAY not in days
    calendar = BandCalendar(
        version=version,
        bands=tuple(band for band, _ in bands),
        holidays_as=DayType.SUNDAY if as_sunday else DayType.HOLIDAY,
        eves=eves,
        not_served=not_served(whole, days=[day for day in PRICED_DAYS if not (as_sunday and day is DayType.HOLIDAY)]),
    )
    return calendar, with_prices(bands)
