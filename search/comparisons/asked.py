"""A month's question as it stands in addresses: week, month, kilometres and pauses. Never what somebody earns."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from marketplace.kernel.clock import today
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import Language, message, translate
from marketplace.pricing.schedules import Pause, WeeklyVisit, check_pauses
from search.comparisons.week_words import pause_words, week_words
from search.comparisons.weeks import MOST_CHARACTERS, read_week

MONTHS_AHEAD: Final = 12
MOST_PAUSES: Final = 5
MOST_KM: Final = 300
MOST_UNITS: Final = 5_000
NAMES: Final = ("week", "month", "km", "units", "pause")
_PAUSE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:~(\d{4}-\d{2}-\d{2}))?")


class Asked(msgspec.Struct, kw_only=True):
    """What an address asks of a month. ``km`` is driven for each visit, ``pause`` is ``2026-12-23~2026-12-27``.

    ``units`` are pieces, days or kilometres of the month, for services that no visits tell.
    """

    week: Annotated[str, msgspec.Meta(max_length=MOST_CHARACTERS)] = ""
    month: Annotated[str, msgspec.Meta(max_length=7)] = ""
    km: Annotated[int, msgspec.Meta(ge=0, le=MOST_KM)] = 0
    units: Annotated[int, msgspec.Meta(ge=0, le=MOST_UNITS)] | None = None
    pause: Annotated[list[str], msgspec.Meta(max_length=MOST_PAUSES)] = []

    def visits(self) -> tuple[WeeklyVisit, ...]:
        """The visits of the week.

        Raises:
            Invalid: the text is no week.
        """
        return read_week(self.week)

    def pauses(self) -> tuple[Pause, ...]:
        """The days without visits.

        Raises:
            Invalid: a pause that cannot be read, or ends before it begins.
        """
        found = tuple(_pause(each) for each in self.pause)
        if errors := check_pauses(found):
            raise Invalid([FieldError("pause", errors[0].message)])
        return found

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked of a month yet."""
        return not self.week and self.units is None

    def words(self, language: Language) -> list[str]:
        """The question in sentences, as somebody would tell it on the telephone.

        Raises:
            Invalid: a week or a pause that cannot be read.
        """
        said = week_words(self.visits(), language)
        if self.units is not None and not said:
            said.append(translate(message("{count} in the month", count=self.units), language))
        if self.km:
            said.append(translate(message("{count} kilometres for each visit", count=self.km), language))
        resting = [pause_words(each, language) for each in self.pauses()]
        if resting:
            said.append(translate(message("No visits: {days}", days=", ".join(resting)), language))
        return said


def _pause(text: str) -> Pause:
    found = _PAUSE.fullmatch(text.strip())
    try:
        first = date.fromisoformat(found[1]) if found else None
        last = date.fromisoformat(found[2]) if found and found[2] else first
    except ValueError:
        first = last = None
    if first is None or last is None or not (2000 <= first.year <= 2100 and 2000 <= last.year <= 2100):
        raise Invalid.field("pause", message("This address of a pause cannot be read. Choose its days again."))
    return Pause(first_day=first, last_day=last)


def pause_text(pause: Pause) -> str:
    """A pause as it stands in an address."""
    return f"{pause.first_day.isoformat()}~{pause.last_day.isoformat()}"


def months_to_choose() -> list[date]:
    """The present month and a year of those that follow, by their first day."""
    first = today().replace(day=1)
    following = [first.month - 1 + ahead for ahead in range(MONTHS_AHEAD + 1)]
    return [first.replace(year=first.year + count // 12, month=count % 12 + 1) for count in following]


def with_asked(address: str, asked: Sequence[tuple[str, str]]) -> str:
    """The address with another week in it; everything else of it stays."""
    parts = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query, max_num_fields=400) if name not in NAMES]
    return f"{parts.path}?{urlencode([*kept, *((name, value) for name, value in asked if value)])}"


def asked_pairs(asked: Asked) -> Iterator[tuple[str, str]]:
    """The question as parameters of an address."""
    yield "week", asked.week
    yield "month", asked.month
    yield "km", str(asked.km or "")
    yield "units", "" if asked.units is None else str(asked.units)
    for each in asked.pause:
        yield "pause", each
