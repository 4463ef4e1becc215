"""The picture of a week shows exactly the faults that the check of bands names."""

import re

from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.calendar import DAY_MINUTES, DayType, Holiday
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.pricing.bands import DAY_TYPE_WORDS, Band, BandCalendar, EveRule, Hours, check_bands
from marketplace.pricing.week_picture import SpanKind, WeekPicture, week_picture

EDGES = st.integers(0, 8).map(lambda part: part * DAY_MINUTES // 8)
DAYS = st.sets(st.sampled_from(list(DayType)), min_size=1).map(lambda days: tuple(sorted(days)))


@st.composite
def some_hours(draw: st.DrawFn) -> Hours:
    start, end = sorted(draw(st.tuples(EDGES, EDGES).filter(lambda pair: pair[0] != pair[1])))
    return Hours(draw(DAYS), start, end)


@st.composite
def calendars(draw: st.DrawFn) -> BandCalendar:
    hours = draw(st.lists(st.lists(some_hours(), min_size=1, max_size=3), min_size=1, max_size=4))
    eves = draw(st.dictionaries(st.sampled_from(list(Holiday)), st.sampled_from(list(DayType)), max_size=3))
    return BandCalendar(
        version="v",
        bands=tuple(Band(f"b{i}", Text(f"B{i}"), tuple(each)) for i, each in enumerate(hours)),
        holidays_as=draw(st.sampled_from(list(DayType))),
        eves=tuple(EveRule(before, kind) for before, kind in eves.items()),
        not_served=tuple(draw(st.lists(some_hours(), max_size=2))),
    )


FAULT = re.compile(r"(.+) (\d\d):(\d\d)–(\d\d):(\d\d) is in ")


def said(calendar: BandCalendar) -> set[tuple[str, int]]:
    """The wrong minutes that the check's sentences name, each with its day."""
    found = (FAULT.match(translate(error.message, Language.EN)) for error in check_bands(calendar))
    return {
        (match[1], minute)
        for match in found
        if match
        for minute in range(int(match[2]) * 60 + int(match[3]), int(match[4]) * 60 + int(match[5]))
    }


def drawn(picture: WeekPicture, kinds: tuple[DayType, ...]) -> set[tuple[str, int]]:
    """The same of the picture, for the kinds of day that need bands."""
    spans = [*picture.spans_of(SpanKind.GAP), *picture.spans_of(SpanKind.OVERLAP)]
    return {
        (translate(DAY_TYPE_WORDS[day], Language.EN), minute)
        for day, start, end in spans
        if day in kinds
        for minute in range(start, end)
    }


@given(calendars())
def test_gaps_and_overlaps_of_the_picture_are_those_of_the_check(calendar: BandCalendar) -> None:
    assert drawn(week_picture(calendar), calendar.possible_day_types()) == said(calendar)


@given(calendars())
def test_every_row_is_a_whole_day(calendar: BandCalendar) -> None:
    for row in week_picture(calendar).rows:
        ends = [0, *(span.to_minute for span in row.spans)]
        assert [span.from_minute for span in row.spans] == ends[:-1]
        assert ends[-1] == DAY_MINUTES
