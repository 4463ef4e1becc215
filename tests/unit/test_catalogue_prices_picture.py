"""The week as a picture."""

from msgspec.structs import replace

from marketplace.kernel.calendar import DayType, Holiday
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.pricing.bands import Band, BandCalendar, EveRule, Hours
from marketplace.pricing.week_picture import DayRow, SpanKind, WeekPicture, week_picture

WEEKDAY = (DayType.WEEKDAY,)


def row_of(picture: WeekPicture, kind: DayType) -> DayRow:
    return next(row for row in picture.rows if row.day_type is kind)


def with_weekday(*hours: tuple[int, int]) -> BandCalendar:
    """The standard bands with other weekday daytime hours."""
    day = Band("weekday_day", Text("Päivä"), tuple(Hours(WEEKDAY, start, end) for start, end in hours))
    return replace(STANDARD_BANDS, bands=(day, *STANDARD_BANDS.bands[1:]))


def test_right_bands_have_a_row_for_each_kind_of_day() -> None:
    picture = week_picture(STANDARD_BANDS)
    assert [translate(row.name, Language.EN) for row in picture.rows] == [
        "Mon–Fri", "Saturday", "Sunday", "Public holiday",
    ]  # fmt: skip
    assert picture.kinds == ()
    words = picture.words(row_of(picture, DayType.WEEKDAY), Language.EN)
    assert words.startswith("00:00–07:00 Weekday night, 07:00–18:00 Weekday daytime, 18:00–22:00 Weekday evening")


def test_gaps_and_overlaps_stand_where_they_are() -> None:
    picture = week_picture(with_weekday((8 * 60, 19 * 60)))
    assert picture.spans_of(SpanKind.GAP) == [(DayType.WEEKDAY, 7 * 60, 8 * 60)]
    assert picture.spans_of(SpanKind.OVERLAP) == [(DayType.WEEKDAY, 18 * 60, 19 * 60)]
    words = picture.words(row_of(picture, DayType.WEEKDAY), Language.EN)
    assert "07:00–08:00 In no time band" in words
    assert "18:00–19:00 In two time bands: Päivä + Weekday evening" in words
    assert picture.kinds == (SpanKind.GAP, SpanKind.OVERLAP)


def test_times_without_service_are_neither() -> None:
    picture = week_picture(replace(with_weekday((8 * 60, 18 * 60)), not_served=(Hours(WEEKDAY, 7 * 60, 8 * 60),)))
    assert picture.kinds == (SpanKind.NOT_SERVED,)
    assert translate(picture.words_of(SpanKind.NOT_SERVED), Language.EN) == "No service"


def test_service_and_none_at_once_is_an_overlap_with_one_name() -> None:
    picture = week_picture(replace(STANDARD_BANDS, not_served=(Hours(WEEKDAY, 17 * 60, 18 * 60),)))
    assert picture.spans_of(SpanKind.OVERLAP) == [(DayType.WEEKDAY, 17 * 60, 18 * 60)]


def test_holidays_read_as_sundays_are_drawn_with_a_note() -> None:
    picture = week_picture(replace(STANDARD_BANDS, holidays_as=DayType.SUNDAY))
    holiday = row_of(picture, DayType.HOLIDAY)
    assert holiday.note is not None
    assert translate(holiday.note, Language.EN) == "counts as: Sunday"
    assert holiday.spans == row_of(picture, DayType.SUNDAY).spans


def test_eves_are_told_by_what_they_count_as() -> None:
    eves = (EveRule(Holiday.CHRISTMAS, DayType.SUNDAY), EveRule(Holiday.MIDSUMMER, DayType.SUNDAY))
    (note,) = week_picture(replace(STANDARD_BANDS, eves=eves)).eves
    assert translate(note.day, Language.EN) == "Sunday"
    assert [translate(name, Language.EN) for name in note.names] == ["Christmas Day", "Midsummer Day"]
    own = week_picture(replace(STANDARD_BANDS, eves=(EveRule(Holiday.CHRISTMAS, DayType.EVE),)))
    assert own.spans_of(SpanKind.GAP) == [(DayType.EVE, 0, 24 * 60)]


def test_spans_know_their_place_number_and_colour() -> None:
    night, day, *_ = row_of(week_picture(STANDARD_BANDS), DayType.WEEKDAY).spans
    assert (night.left, night.width, night.middle, night.number) == ("0.000%", "29.167%", "14.583%", 3)
    assert (day.number, day.colour, day.has_room) == (1, 0, True)
    (gap,) = week_picture(BandCalendar(version="x", bands=())).rows[0].spans
    assert (gap.number, gap.colour, gap.kind) == (None, 0, SpanKind.GAP)


def test_hours_that_are_none_are_left_out() -> None:
    picture = week_picture(with_weekday((19 * 60, 8 * 60), (7 * 60, 18 * 60), (-5, 9999)))
    assert picture.kinds == ()
