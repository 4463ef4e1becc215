"""Time bands: which price applies on which kind of day at which time, and how a visit falls into them.

An organiser decides its bands and which holidays and eves count as what kind of day; the same bands serve providers'
price lists and voucher values. All of it is data with a version label, kept with every receipt.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Final

import msgspec

from marketplace.kernel.calendar import (
    DAY_MINUTES,
    DayType,
    Holiday,
    Stretch,
    clock_text,
    day_types,
    eve_on,
    stretches,
)
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.i18n import Message, Text, message

DAY_TYPE_WORDS: Final = {
    DayType.WEEKDAY: message("Weekday"),
    DayType.SATURDAY: message("Saturday"),
    DayType.SUNDAY: message("Sunday"),
    DayType.HOLIDAY: message("Public holiday"),
    DayType.EVE: message("Eve of a public holiday"),
}


MOST_BANDS: Final = 100
MOST_HOURS: Final = 100
"""Far more than any organiser has; checking a calendar of thousands would hold the process up."""


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A time of day on some kinds of day: minutes since midnight, end excluded, 1440 for 24:00. A night needs two."""

    days: tuple[DayType, ...]
    from_minute: int
    to_minute: int


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named set of hours that has one price. ``key`` is how price lists and voucher values refer to it."""

    key: str
    name: Text
    hours: Annotated[tuple[Hours, ...], msgspec.Meta(max_length=MOST_HOURS)]


class EveRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The day before this public holiday counts as this kind of day."""

    before: Holiday
    counts_as: DayType


class BandCalendar(msgspec.Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """An organiser's bands and its reading of the calendar.

    An eve without a rule is the weekday or Saturday that it is. ``saturday_eves_as`` overrules the eve's rule where
    the eve is a Saturday, for organisers that pay Saturdays their own way. ``not_served`` are the hours in which the
    service is not given at all and that need no price.
    """

    version: str
    bands: Annotated[tuple[Band, ...], msgspec.Meta(max_length=MOST_BANDS)]
    holidays_as: DayType = DayType.HOLIDAY
    eves: Annotated[tuple[EveRule, ...], msgspec.Meta(max_length=MOST_HOURS)] = ()
    saturday_eves_as: DayType | None = None
    not_served: Annotated[tuple[Hours, ...], msgspec.Meta(max_length=MOST_HOURS)] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The bands' keys, in the organiser's order."""
        return tuple(band.key for band in self.bands)

    def band(self, key: str) -> Band:
        """The band of a key. Raises ``KeyError`` where there is none."""
        for band in self.bands:
            if band.key == key:
                return band
        raise KeyError(key)

    def day_type(self, day: date) -> DayType:
        """The kind of day that decides the price: holiday before Sunday, Sunday before eve, eve before the rest."""
        return self.read_day(day_types(day), eve_on(day))

    def read_day(self, types: Collection[DayType], eve: Holiday | None) -> DayType:
        """``day_type`` of any day that is all of ``types``, and the eve of a holiday or of none."""
        if DayType.HOLIDAY in types:
            return self.holidays_as
        if DayType.SUNDAY in types:
            return DayType.SUNDAY
        usual = DayType.SATURDAY if DayType.SATURDAY in types else DayType.WEEKDAY
        ruled = next((rule.counts_as for rule in self.eves if rule.before is eve), None)
        if ruled and usual is DayType.SATURDAY and self.saturday_eves_as:
            return self.saturday_eves_as
        return ruled or usual

    def possible_day_types(self) -> tuple[DayType, ...]:
        """The kinds of day that ``day_type`` can answer: all of them need a band round the clock."""
        possible = {self.read_day(types, eve) for types, eve in _KINDS_OF_DAY}
        return tuple(kind for kind in DayType if kind in possible)


# Every kind of day there is, as ``BandCalendar.read_day`` takes it.
_KINDS_OF_DAY: Final[tuple[tuple[tuple[DayType, ...], Holiday | None], ...]] = (
    *(((kind,), None) for kind in (DayType.WEEKDAY, DayType.SATURDAY, DayType.SUNDAY, DayType.HOLIDAY)),
    *(((kind, DayType.EVE), eve) for kind in (DayType.WEEKDAY, DayType.SATURDAY) for eve in Holiday),
)


class BandMinutes(msgspec.Struct, frozen=True):
    """Minutes of a visit in one band. ``value_band`` is the voucher's band where it has bands of its own."""

    band: str
    minutes: int
    value_band: str | None = None


class DayStretch(msgspec.Struct, frozen=True):
    """A part of a visit within one local day, with the kind of day that the organiser's calendar made of it."""

    day: date
    day_type: DayType
    from_minute: int
    to_minute: int


ANY_TIME: Final = BandCalendar(
    version="any time",
    bands=(Band("any", Text("Kaikki ajat", "Alla tider", "Any time"), (Hours(tuple(DayType), 0, DAY_MINUTES),)),),
)


def day_stretches(calendar: BandCalendar, start: datetime, end: datetime) -> tuple[DayStretch, ...]:
    """A visit as the wall clock saw it: cut at local midnights and clock changes, each part with its kind of day.

    Raises:
        ValueError: as ``kernel.calendar.stretches``.
    """
    return typed_stretches(calendar, stretches(start, end))


def typed_stretches(calendar: BandCalendar, parts: Sequence[Stretch]) -> tuple[DayStretch, ...]:
    """``day_stretches`` of an interval that is cut already, for reading one interval by many calendars."""
    return tuple(_with_day_type(calendar, part) for part in parts)


def _with_day_type(calendar: BandCalendar, part: Stretch) -> DayStretch:
    return DayStretch(part.day, calendar.read_day(*_kind_of(part.day)), part.from_minute, part.to_minute)


@lru_cache(maxsize=4096)
def _kind_of(day: date) -> tuple[frozenset[DayType], Holiday | None]:
    return day_types(day), eve_on(day)


def band_runs(calendar: BandCalendar, parts: Sequence[DayStretch]) -> tuple[BandMinutes, ...]:
    """The bands that a visit passes through, in order of time; a band that it comes back to comes back.

    Raises:
        Refused: a minute in no band (``outside_service_hours``).
    """
    runs: list[BandMinutes] = []
    for part in parts:
        for band, minutes in _runs_within(calendar, part):
            before = runs.pop().minutes if runs and runs[-1].band == band else 0
            runs.append(BandMinutes(band, before + minutes))
    return tuple(runs)


def split_visit(
    calendar: BandCalendar, start: datetime, end: datetime, value_calendar: BandCalendar | None = None
) -> tuple[BandMinutes, ...]:
    """A visit's minutes by band, in order of time. Wherever the visit is cut in two, the bands' minutes stay the same.

    ``value_calendar`` is given where the voucher's bands are others than the price list's: then every run has both.

    Raises:
        ValueError: naive moments, seconds, or an end before the start.
        Refused: a minute in no band (``outside_service_hours``).
    """
    runs = band_runs(calendar, day_stretches(calendar, start, end))
    if value_calendar is None:
        return runs
    return pair_runs(runs, band_runs(value_calendar, day_stretches(value_calendar, start, end)))


def pair_runs(runs: Sequence[BandMinutes], value_runs: Sequence[BandMinutes]) -> tuple[BandMinutes, ...]:
    """Two splits of the same visit laid over each other: price bands of the first, value bands of the second."""
    paired: list[BandMinutes] = []
    values = [(run.band, run.minutes) for run in reversed(value_runs)]
    for run in runs:
        left = run.minutes
        while left:
            value_band, available = values.pop()
            minutes = min(left, available)
            paired.append(BandMinutes(run.band, minutes, value_band))
            left -= minutes
            if available > minutes:
                values.append((value_band, available - minutes))
    return tuple(paired)


def meeting_bands(calendar: BandCalendar, value_calendar: BandCalendar) -> tuple[tuple[str, str], ...]:
    """Which bands of two calendars can hold the same minute, in the order of the first calendar's bands."""
    days = {(calendar.read_day(*kind), value_calendar.read_day(*kind)) for kind in _KINDS_OF_DAY}
    met = {
        (band, other)
        for day_type, other_day_type in days
        for begin, end, band in _timetable(calendar, day_type)
        for other_begin, other_end, other in _timetable(value_calendar, other_day_type)
        if max(begin, other_begin) < min(end, other_end)
    }
    return tuple((band, other) for band in calendar.keys for other in value_calendar.keys if (band, other) in met)


def _runs_within(calendar: BandCalendar, part: DayStretch) -> Iterator[tuple[str, int]]:
    reached = part.from_minute
    for from_minute, to_minute, band in _timetable(calendar, part.day_type):
        begin, end = max(reached, from_minute), min(part.to_minute, to_minute)
        if begin < end:
            if begin > reached:
                break
            yield band, end - begin
            reached = end
    if reached < part.to_minute:
        raise Refused(_not_served(part, reached), code="outside_service_hours")


def _not_served(part: DayStretch, minute: int) -> Message:
    return message(
        "The visit is outside the hours in which this service is given: {date} at {time}.",
        date=part.day,
        time=clock_text(minute),
    )


@lru_cache(maxsize=1024)
def _timetable(calendar: BandCalendar, day_type: DayType) -> tuple[tuple[int, int, str], ...]:
    return tuple(
        sorted(
            (hours.from_minute, hours.to_minute, band.key)
            for band in calendar.bands
            for hours in band.hours
            if day_type in hours.days
        )
    )


def check_bands(calendar: BandCalendar) -> list[FieldError]:
    """Everything wrong with a set of bands: bad hours, doubled keys, and every gap and overlap in words."""
    errors = [*_shape_errors(calendar)]
    if not errors:
        for day_type in calendar.possible_day_types():
            errors += _cover_errors(calendar, day_type)
    return errors


def _shape_errors(calendar: BandCalendar) -> Iterator[FieldError]:
    if not calendar.bands:
        yield FieldError("bands", message("Add at least one time band."))
    for i, band in enumerate(calendar.bands):
        if not band.key.strip():
            yield FieldError(f"bands.{i}.key", message("Give the time band a short code."))
        if band.key in calendar.keys[:i]:
            yield FieldError(f"bands.{i}.key", message("Two time bands have the code {code}.", code=band.key))
        if not band.hours:
            yield FieldError(f"bands.{i}.hours", message("Give the time band at least one time of day."))
        yield from _hours_errors(f"bands.{i}.hours", band.hours)
    yield from _hours_errors("not_served", calendar.not_served)


def _hours_errors(field: str, entries: Sequence[Hours]) -> Iterator[FieldError]:
    for i, hours in enumerate(entries):
        if not hours.days:
            yield FieldError(f"{field}.{i}.days", message("Choose at least one kind of day."))
        if not 0 <= hours.from_minute < DAY_MINUTES:
            yield FieldError(f"{field}.{i}.from_minute", message("The start must be from 00:00 to 23:59."))
        elif not hours.from_minute < hours.to_minute <= DAY_MINUTES:
            text = message("The end must be after the start and at most 24:00. Give a night in two parts.")
            yield FieldError(f"{field}.{i}.to_minute", text)


class _Owned(msgspec.Struct, frozen=True):
    """One entry of hours while covering is checked: whose it is, and its field."""

    field: str
    name: Text | Message
    hours: Hours


def _cover_errors(calendar: BandCalendar, day_type: DayType) -> Iterator[FieldError]:
    entries = [entry for entry in _owned(calendar) if day_type in entry.hours.days]
    edges = {0, DAY_MINUTES} | {edge for e in entries for edge in (e.hours.from_minute, e.hours.to_minute)}
    spans: list[tuple[int, int, list[_Owned]]] = []
    for begin, end in pairwise(sorted(edges)):
        owners = [e for e in entries if e.hours.from_minute <= begin and end <= e.hours.to_minute]
        first = spans.pop()[0] if spans and spans[-1][2] == owners else begin
        spans.append((first, end, owners))
    for first, end, owners in spans:
        yield from _span_errors(day_type, first, end, owners)


def _owned(calendar: BandCalendar) -> Iterator[_Owned]:
    for i, band in enumerate(calendar.bands):
        for j, hours in enumerate(band.hours):
            yield _Owned(f"bands.{i}.hours.{j}", band.name, hours)
    for i, hours in enumerate(calendar.not_served):
        yield _Owned(f"not_served.{i}", message("not served"), hours)


def _span_errors(day_type: DayType, begin: int, end: int, owners: Sequence[_Owned]) -> Iterator[FieldError]:
    when = {"day": DAY_TYPE_WORDS[day_type], "start": clock_text(begin), "end": clock_text(end)}
    if not owners:
        yield FieldError("bands", message("{day} {start}–{end} is in no time band.", **when))
    for other in owners[1:]:
        text = message(
            "{day} {start}–{end} is in two time bands: {first} and {second}.",
            first=owners[0].name,
            second=other.name,
            **when,
        )
        yield FieldError(other.field, text)
