"""The hours of a row: from its band, its words, its days and clock times in columns of their own. Pure."""

from collections.abc import Mapping
from typing import Final

import msgspec

from marketplace.catalogue.prices.time_words import Days, UnreadableTimeError
from marketplace.catalogue.sheets.cells import Cells, RowRefusedError
from marketplace.catalogue.sheets.times import EVERY_DAY, ReadTime, read_times
from marketplace.catalogue.sheets.words import plain
from marketplace.kernel.calendar import DayType
from marketplace.pricing.bands import Hours

ANY: Final = "any"
DAYS_OF: Final[Mapping[str, Days]] = {
    "weekday_day": (DayType.WEEKDAY,),
    "weekday_evening": (DayType.WEEKDAY,),
    "night": EVERY_DAY,
    "saturday_day": (DayType.SATURDAY,),
    "saturday_evening": (DayType.SATURDAY,),
    "sunday_holiday": (DayType.SUNDAY, DayType.HOLIDAY),
    "eve": (DayType.EVE,),
}
_USUAL_TEXT: Final = {"weekday_evening": "ilta", "saturday_evening": "ilta", "night": "yö"}


def time_of_row(cells: Cells) -> tuple[ReadTime | None, str, str]:
    """The hours, the band's key, and words that are a condition rather than a time."""
    key, text = plain(cells.get("time_band")).replace(" ", "_") or "", cells.get("time_text")
    if cells.is_exact:
        return exact_time(cells)
    if key and key != ANY and key not in DAYS_OF:
        text, key = " ".join(part for part in (cells.get("time_band"), text) if part), ""
    if key == ANY or not (key or text):
        return (None, ANY, text)
    time = _read(cells, text or _USUAL_TEXT.get(key, ""), key)
    return _with_holidays(key, time), key or key_of(time), ""


def exact_time(cells: Cells) -> tuple[ReadTime | None, str, str]:
    """The same of a list that we wrote ourselves, whose words are not to be widened."""
    key, text = cells.get("time_band"), cells.get("time_text")
    if not text:
        return None, key or ANY, ""
    if not key:
        time = _read(cells, text, "")
        return time, key_of(time), ""
    if key == ANY and not reads(text):
        return None, ANY, text
    return _read(cells, text, ""), key, ""


def reads(text: str) -> bool:
    """Whether a text is a time of the week."""
    try:
        read_times(text)
    except UnreadableTimeError:
        return False
    return True


def _read(cells: Cells, text: str, key: str) -> ReadTime:
    days = DAYS_OF.get(key, ())
    if not text:
        return ReadTime((Hours(days, 0, 1440),), timed=False)
    try:
        return read_times(text, days)
    except UnreadableTimeError as error:
        place = cells.place("time_text") if cells.get("time_text") else cells.place("time_band")
        raise RowRefusedError(place, error.words) from error


def _with_holidays(key: str, time: ReadTime) -> ReadTime:
    """``su 7-18`` under the key for Sundays and public holidays is meant for both."""
    if key != "sunday_holiday":
        return time
    both = (DayType.SUNDAY, DayType.HOLIDAY)
    hours = tuple(dict.fromkeys(Hours(both, each.from_minute, each.to_minute) for each in time.hours))
    return msgspec.structs.replace(time, hours=hours)


def key_of(time: ReadTime) -> str:
    """A short code for hours that came without one, by their days and the hour at which they begin."""
    days = {day for each in time.hours for day in each.days}
    start = max(each.from_minute for each in time.hours)
    if days == {DayType.EVE}:
        return "eve"
    if days <= {DayType.SUNDAY, DayType.HOLIDAY}:
        return "sunday_holiday"
    if start >= 21 * 60 or (start == 0 and all(each.to_minute <= 8 * 60 for each in time.hours)):
        return "night"
    if days == {DayType.SATURDAY}:
        return "saturday_evening" if start >= 17 * 60 else "saturday_day"
    if days == {DayType.WEEKDAY}:
        return "weekday_evening" if start >= 16 * 60 else "weekday_day"
    return "other"
