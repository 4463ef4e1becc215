"""Finnish days and Finnish clocks: public holidays, eves, and what an interval looks like on a clock in Finland.

Money is owed for minutes that passed, by the price of the time that the clock on the wall showed. On two nights a year
the two disagree, so this module is the only one that adds minutes to moments or cuts an interval into days.

Finland moves its clocks on a Sunday: in March 03:00 becomes 04:00, in October 04:00 becomes 03:00. So 02:30 happens
exactly once every night of the year, 03:30 never on the night in March and twice on the night in October.
"""

import re
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

import holidays
import msgspec

from marketplace.kernel.clock import HELSINKI

DAY_MINUTES: Final = 24 * 60
_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class DayType(StrEnum):
    """What a day is in the calendar. One day can be several of these; an organiser's rules decide which one counts."""

    WEEKDAY = "weekday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"
    EVE = "eve"


class Holiday(StrEnum):
    """The public holidays of mainland Finland. A church holiday that always falls on a Sunday is one all the same."""

    NEW_YEAR = "new_year"
    EPIPHANY = "epiphany"
    GOOD_FRIDAY = "good_friday"
    EASTER_SUNDAY = "easter_sunday"
    EASTER_MONDAY = "easter_monday"
    MAY_DAY = "may_day"
    ASCENSION = "ascension"
    PENTECOST = "pentecost"
    MIDSUMMER = "midsummer"
    ALL_SAINTS = "all_saints"
    INDEPENDENCE = "independence"
    CHRISTMAS = "christmas"
    SECOND_CHRISTMAS = "second_christmas"
    OTHER = "other"


# The `holidays` package names days, it does not number them. Asked in Finnish, its own language for Finland.
_NAMES: Final = {
    "Uudenvuodenpäivä": Holiday.NEW_YEAR,
    "Loppiainen": Holiday.EPIPHANY,
    "Pitkäperjantai": Holiday.GOOD_FRIDAY,
    "Pääsiäispäivä": Holiday.EASTER_SUNDAY,
    "Toinen pääsiäispäivä": Holiday.EASTER_MONDAY,
    "Vappu": Holiday.MAY_DAY,
    "Helatorstai": Holiday.ASCENSION,
    "Helluntaipäivä": Holiday.PENTECOST,
    "Juhannuspäivä": Holiday.MIDSUMMER,
    "Pyhäinpäivä": Holiday.ALL_SAINTS,
    "Itsenäisyyspäivä": Holiday.INDEPENDENCE,
    "Joulupäivä": Holiday.CHRISTMAS,
    "Tapaninpäivä": Holiday.SECOND_CHRISTMAS,
}
_EVE_SUFFIX: Final = "aatto"


@cache
def public_holidays(year: int) -> dict[date, Holiday]:
    """The public holidays of a year, without Christmas Eve and Midsummer Eve, which the source lists among them."""
    found = holidays.country_holidays("FI", years=year, language="fi")
    return {
        day: _NAMES.get(name, Holiday.OTHER)
        for day in sorted(found)
        for name in found.get_list(day)
        if not name.endswith(_EVE_SUFFIX)
    }


def holiday_on(day: date) -> Holiday | None:
    """The public holiday that a day is."""
    return public_holidays(day.year).get(day)


def eve_on(day: date) -> Holiday | None:
    """The public holiday whose eve a day is: the day before one, unless it is a public holiday itself."""
    return None if holiday_on(day) else holiday_on(day + _DAY)


def day_types(day: date) -> frozenset[DayType]:
    """All that a day is: Easter Saturday is a Saturday and an eve, Independence Day 2026 a Sunday and a holiday."""
    week = {5: DayType.SATURDAY, 6: DayType.SUNDAY}.get(day.weekday(), DayType.WEEKDAY)
    special = {DayType.HOLIDAY} if holiday_on(day) else {DayType.EVE} if eve_on(day) else set[DayType]()
    return frozenset({week} | special)


def parse_clock(text: str) -> int:
    """Minutes since midnight from ``HH:MM``; ``24:00`` is the end of the day.

    Raises:
        ValueError: not a time of day.
    """
    if text == "24:00":
        return DAY_MINUTES
    if not (found := _CLOCK.fullmatch(text)):
        msg = f"not a time of day: {text!r}"
        raise ValueError(msg)
    return int(found[1]) * 60 + int(found[2])


def clock_text(minute: int) -> str:
    """``HH:MM`` of a minute of the day, ``24:00`` for its end."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def moments_at(day: date, minute: int) -> tuple[datetime, ...]:
    """The moments (in UTC) at which clocks show a minute of the day: one, but none or two where the clock changes."""
    wall = datetime(day.year, day.month, day.day, tzinfo=HELSINKI) + timedelta(minutes=minute)
    candidates = sorted({wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)})
    return tuple(moment for moment in candidates if _wall(moment) == wall.replace(tzinfo=None))


def moment_at(day: date, minute: int, *, second_time: bool = False) -> datetime:
    """The moment (in UTC) that people mean by a time of day (minutes since local midnight, 0 to 1440).

    A time that the clock skips in March means as long after midnight as ever: 03:30 is 04:30 summer time.
    A time that comes twice in October means the first, unless ``second_time``.
    """
    if moments := moments_at(day, minute):
        return moments[-1 if second_time else 0]
    wall = datetime(day.year, day.month, day.day, tzinfo=HELSINKI) + timedelta(minutes=minute)
    return wall.astimezone(UTC)


def local_date(moment: datetime) -> date:
    """The Finnish date of an aware moment."""
    return _whole_minute(moment).astimezone(HELSINKI).date()


def add_minutes(moment: datetime, minutes: int) -> datetime:
    """The moment (in UTC) after so many minutes have passed, whatever the clock did meanwhile."""
    return _whole_minute(moment).astimezone(UTC) + timedelta(minutes=minutes)


def elapsed_minutes(start: datetime, end: datetime) -> int:
    """Minutes that really passed between two aware moments; the night in March is an hour shorter than its clock says.

    Raises:
        ValueError: a moment without a time zone, seconds that are not zero, or an end before the start.
    """
    minutes = (_whole_minute(end).astimezone(UTC) - _whole_minute(start).astimezone(UTC)) // _MINUTE
    if minutes < 0:
        msg = "an interval cannot end before it starts"
        raise ValueError(msg)
    return minutes


class Stretch(msgspec.Struct, frozen=True):
    """A part of an interval within one local day in which the clock runs straight: minutes of the day, end excluded."""

    day: date
    from_minute: int
    to_minute: int

    @property
    def minutes(self) -> int:
        return self.to_minute - self.from_minute


def stretches(start: datetime, end: datetime) -> tuple[Stretch, ...]:
    """Cuts an interval at local midnights and where the clock changes, in order of time. None where nothing passed.

    Every minute that passed is in exactly one stretch, at the time that the clock showed: the hour that October gives
    twice comes twice, the hour that March takes away does not come.

    Raises:
        ValueError: as ``elapsed_minutes``.
    """
    if not elapsed_minutes(start, end):
        return ()
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    found: list[Stretch] = []
    day = start.astimezone(HELSINKI).date()
    while day_cuts(day)[0] < last:
        cuts = day_cuts(day)
        for begin, finish in pairwise(cuts):
            lower, upper = max(begin, first), min(finish, last)
            if lower < upper:
                found.append(_stretch(day, lower, upper))
        day += _DAY
    return tuple(found)


@lru_cache(maxsize=4096)
def day_cuts(day: date) -> tuple[datetime, ...]:
    """The moments (in UTC) between which the clock of a local day runs straight: midnights and any change between."""
    start, end = moment_at(day, 0), moment_at(day + _DAY, 0)
    if _offset(start) == _offset(end):
        return start, end
    return start, _clock_change(start, end), end


def _clock_change(low: datetime, high: datetime) -> datetime:
    """The first minute with the later offset; found by halving, as time zones do not list their changes."""
    before = _offset(low)
    while high - low > _MINUTE:
        middle = low + ((high - low) // _MINUTE // 2) * _MINUTE
        low, high = (middle, high) if _offset(middle) == before else (low, middle)
    return high


def _stretch(day: date, begin: datetime, end: datetime) -> Stretch:
    local = begin.astimezone(HELSINKI)
    from_minute = local.hour * 60 + local.minute
    return Stretch(day, from_minute, from_minute + (end - begin) // _MINUTE)


def _offset(moment: datetime) -> timedelta | None:
    return moment.astimezone(HELSINKI).utcoffset()


def _wall(moment: datetime) -> datetime:
    return moment.astimezone(HELSINKI).replace(tzinfo=None, fold=0)


def _whole_minute(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        msg = "a moment needs a time zone"
        raise ValueError(msg)
    if moment.second or moment.microsecond:
        msg = "times are whole minutes"
        raise ValueError(msg)
    return moment
