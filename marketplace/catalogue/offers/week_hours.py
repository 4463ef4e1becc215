"""The hours of a service for reading: one line for the days that have the same times. Pure."""

from collections.abc import Sequence
from typing import Final

from marketplace.catalogue.prices.time_words import DAY_WORDS, hours_words
from marketplace.kernel.calendar import DayType
from marketplace.kernel.i18n import Language, message, translate
from marketplace.pricing.bands import Hours

WEEK: Final = (DayType.WEEKDAY, DayType.SATURDAY, DayType.SUNDAY, DayType.HOLIDAY)


def week_lines(hours: Sequence[Hours], language: Language) -> list[str]:
    """``Every day 0–24``; or ``Mon–Fri 7–18`` and ``Sat, Sun 9–15`` as two lines. Days without service have none."""
    by_times: dict[str, list[DayType]] = {}
    for day in DayType:
        spans = [Hours((day,), each.from_minute, each.to_minute) for each in hours if day in each.days]
        if spans:
            times = hours_words(spans, language).removeprefix(translate(DAY_WORDS[day], language)).strip()
            by_times.setdefault(times, []).append(day)
    return [f"{_days(days, language)} {times}" for times, days in by_times.items()]


def _days(days: Sequence[DayType], language: Language) -> str:
    if set(WEEK) <= set(days):
        return translate(message("Every day"), language)
    return ", ".join(translate(DAY_WORDS[day], language) for day in days)
