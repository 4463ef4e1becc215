"""A picture of the week: which time band holds when, on every kind of day, with gaps and overlaps where there are any.

Pure. The picture is drawn for right bands and wrong ones alike; ``check_bands`` names the same faults in words.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final

import msgspec

from marketplace.kernel.calendar import DAY_MINUTES, DayType, Holiday, clock_text
from marketplace.kernel.i18n import Language, Message, Text, message, translate
from marketplace.pricing.bands import DAY_TYPE_WORDS, BandCalendar, Hours

MOST_COLOURS: Final = 8
WIDE_ENOUGH: Final = 60

HOLIDAY_WORDS: Final = {
    Holiday.NEW_YEAR: message("New Year's Day"),
    Holiday.EPIPHANY: message("Epiphany"),
    Holiday.GOOD_FRIDAY: message("Good Friday"),
    Holiday.EASTER_SUNDAY: message("Easter Sunday"),
    Holiday.EASTER_MONDAY: message("Easter Monday"),
    Holiday.MAY_DAY: message("May Day"),
    Holiday.ASCENSION: message("Ascension Day"),
    Holiday.PENTECOST: message("Whit Sunday"),
    Holiday.MIDSUMMER: message("Midsummer Day"),
    Holiday.ALL_SAINTS: message("All Saints' Day"),
    Holiday.INDEPENDENCE: message("Independence Day"),
    Holiday.CHRISTMAS: message("Christmas Day"),
    Holiday.SECOND_CHRISTMAS: message("Boxing Day"),
    Holiday.OTHER: message("any other public holiday"),
}
ROW_WORDS: Final = {
    DayType.WEEKDAY: message("Mon–Fri"),
    DayType.SATURDAY: message("Saturday"),
    DayType.SUNDAY: message("Sunday"),
    DayType.HOLIDAY: message("Public holiday"),
    DayType.EVE: message("Eve of a public holiday"),
}


class SpanKind(StrEnum):
    """What holds for a time of day."""

    BAND = "band"
    NOT_SERVED = "not_served"
    GAP = "gap"
    OVERLAP = "overlap"


SPAN_WORDS: Final = {
    SpanKind.NOT_SERVED: message("No service"),
    SpanKind.GAP: message("In no time band"),
    SpanKind.OVERLAP: message("In two time bands"),
}


class Span(msgspec.Struct, frozen=True):
    """Minutes since midnight, end excluded, with the places of their bands in the calendar: none in a gap."""

    from_minute: int
    to_minute: int
    kind: SpanKind
    bands: tuple[int, ...] = ()

    @property
    def number(self) -> int | None:
        """The number of the band in the legend, from one; None where there is no single band."""
        return self.bands[0] + 1 if self.kind is SpanKind.BAND else None

    @property
    def colour(self) -> int:
        """One of eight colours; the number tells bands apart, the colour only helps."""
        return self.bands[0] % MOST_COLOURS if self.bands else 0

    @property
    def left(self) -> str:
        """Where it begins in the picture, in percent of the day."""
        return _percent(self.from_minute)

    @property
    def width(self) -> str:
        return _percent(self.to_minute - self.from_minute)

    @property
    def middle(self) -> str:
        return _percent((self.from_minute + self.to_minute) / 2)

    @property
    def has_room(self) -> bool:
        """Whether a number fits into it."""
        return self.to_minute - self.from_minute >= WIDE_ENOUGH


class DayRow(msgspec.Struct, frozen=True):
    """One kind of day from midnight to midnight. ``note`` says how the calendar reads it, where it is read as another."""

    day_type: DayType
    spans: tuple[Span, ...]
    note: Message | None = None

    @property
    def name(self) -> Message:
        return ROW_WORDS[self.day_type]


class EveNote(msgspec.Struct, frozen=True):
    """Eves that count as another kind of day than the weekday or Saturday that they are."""

    counts_as: DayType
    holidays: tuple[Holiday, ...]

    @property
    def day(self) -> Message:
        return DAY_TYPE_WORDS[self.counts_as]

    @property
    def names(self) -> tuple[Message, ...]:
        return tuple(HOLIDAY_WORDS[holiday] for holiday in self.holidays)


class WeekPicture(msgspec.Struct, frozen=True):
    """The rows of the picture, Monday first, the names of its bands, and which eves count as what."""

    rows: tuple[DayRow, ...]
    bands: tuple[Text, ...]
    eves: tuple[EveNote, ...] = ()

    @property
    def kinds(self) -> tuple[SpanKind, ...]:
        """What the legend has to tell beside the bands."""
        there = {span.kind for row in self.rows for span in row.spans}
        return tuple(kind for kind in SPAN_WORDS if kind in there)

    def spans_of(self, kind: SpanKind) -> list[tuple[DayType, int, int]]:
        """Every span of a kind: the day, its first minute and the minute after its last."""
        return [(row.day_type, s.from_minute, s.to_minute) for row in self.rows for s in row.spans if s.kind is kind]

    def words(self, row: DayRow, language: Language) -> str:
        """A row for those who do not see the picture: ``00:00–07:00 Night, 07:00–18:00 Daytime``."""
        return ", ".join(
            f"{clock_text(span.from_minute)}–{clock_text(span.to_minute)} {self._name_of(span, language)}"
            for span in row.spans
        )

    def _name_of(self, span: Span, language: Language) -> str:
        names = " + ".join(self.bands[i].in_language(language) for i in span.bands)
        if span.kind is SpanKind.BAND:
            return names
        words = translate(SPAN_WORDS[span.kind], language)
        return f"{words}: {names}" if names else words

    @staticmethod
    def words_of(kind: SpanKind) -> Message:
        """What the legend calls a kind of span."""
        return SPAN_WORDS[kind]


def week_picture(calendar: BandCalendar) -> WeekPicture:
    """The picture of a set of bands. Hours that are no hours are left out of it."""
    rows = tuple(DayRow(kind, _spans(calendar, kind), _note(calendar, kind)) for kind in _kinds(calendar))
    return WeekPicture(rows, tuple(band.name for band in calendar.bands), _eve_notes(calendar))


def _kinds(calendar: BandCalendar) -> list[DayType]:
    """Every kind of day that needs bands, and public holidays even where they are read as another kind."""
    needed = {*calendar.possible_day_types(), DayType.HOLIDAY}
    return [kind for kind in DayType if kind in needed]


def _note(calendar: BandCalendar, kind: DayType) -> Message | None:
    if kind is not DayType.HOLIDAY or calendar.holidays_as is DayType.HOLIDAY:
        return None
    return message("counts as: {day}", day=DAY_TYPE_WORDS[calendar.holidays_as])


def _eve_notes(calendar: BandCalendar) -> tuple[EveNote, ...]:
    by_kind: dict[DayType, list[Holiday]] = {}
    for rule in calendar.eves:
        by_kind.setdefault(rule.counts_as, []).append(rule.before)
    return tuple(EveNote(kind, tuple(dict.fromkeys(before))) for kind, before in by_kind.items())


def _spans(calendar: BandCalendar, shown: DayType) -> tuple[Span, ...]:
    is_read_otherwise = shown not in calendar.possible_day_types()  # Only holidays can be.
    kind = calendar.holidays_as if is_read_otherwise else shown
    entries = [(i, hours) for i, hours in _entries(calendar) if kind in hours.days and _is_time(hours)]
    edges = {0, DAY_MINUTES} | {edge for _, hours in entries for edge in (hours.from_minute, hours.to_minute)}
    spans: list[tuple[int, int, list[int]]] = []
    for begin, end in pairwise(sorted(edges)):
        owners = [i for i, hours in entries if hours.from_minute <= begin and end <= hours.to_minute]
        first = spans.pop()[0] if spans and spans[-1][2] == owners else begin
        spans.append((first, end, owners))
    return tuple(_span(begin, end, owners) for begin, end, owners in spans)


def _entries(calendar: BandCalendar) -> Iterator[tuple[int, Hours]]:
    """Hours with the place of their band; times without service have the place -1."""
    for i, band in enumerate(calendar.bands):
        yield from ((i, hours) for hours in band.hours)
    yield from ((-1, hours) for hours in calendar.not_served)


def _is_time(hours: Hours) -> bool:
    return 0 <= hours.from_minute < hours.to_minute <= DAY_MINUTES


def _span(begin: int, end: int, owners: Sequence[int]) -> Span:
    if not owners:
        return Span(begin, end, SpanKind.GAP)
    if len(owners) > 1:
        return Span(begin, end, SpanKind.OVERLAP, tuple(dict.fromkeys(i for i in owners if i >= 0)))
    return Span(begin, end, SpanKind.NOT_SERVED) if owners[0] < 0 else Span(begin, end, SpanKind.BAND, (owners[0],))


def _percent(minutes: float) -> str:
    return f"{minutes * 100 / DAY_MINUTES:.3f}%"
