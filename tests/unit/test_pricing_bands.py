from datetime import date

import pytest

from marketplace.kernel.calendar import DayType, Holiday
from marketplace.kernel.errors import Refused
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.pricing.bands import (
    ANY_TIME,
    Band,
    BandCalendar,
    BandMinutes,
    EveRule,
    check_bands,
    meeting_bands,
    pair_runs,
    split_visit,
)
from tests.factories.pricing import (
    EVE,
    HOLIDAY,
    SATURDAY,
    SUNDAY,
    WEEKDAY,
    WEEKLY,
    at,
    band,
    hours,
    kenest_calendar,
    lapland_calendar,
    turku_calendar,
)


def split(calendar: BandCalendar, start: str, end: str) -> list[tuple[str, int]]:
    return [(run.band, run.minutes) for run in split_visit(calendar, at(start), at(end))]


def problems(calendar: BandCalendar) -> list[tuple[str, str]]:
    return [(error.field, translate(error.message, Language.EN)) for error in check_bands(calendar)]


@pytest.mark.parametrize("calendar", [kenest_calendar(), lapland_calendar(), turku_calendar(), ANY_TIME])
def test_real_calendars_have_no_gap_and_no_overlap(calendar: BandCalendar):
    assert check_bands(calendar) == []


def test_a_visit_within_one_band():
    assert split(kenest_calendar(), "2026-11-23 08:00", "2026-11-23 09:00") == [("day", 60)]


def test_a_visit_over_a_band_border_is_split_there():
    assert split(kenest_calendar(), "2026-11-23 17:30", "2026-11-23 18:15") == [("day", 30), ("evening", 15)]


def test_a_visit_over_midnight_changes_the_kind_of_day():
    assert split(kenest_calendar(), "2026-11-21 19:00", "2026-11-22 01:00") == [
        ("saturday", 60),
        ("night", 240),
        ("sunday", 60),
    ]


def test_a_band_on_both_sides_of_midnight_is_one_run():
    assert split(kenest_calendar(), "2026-11-23 22:00", "2026-11-24 05:00") == [("night", 420)]


def test_a_band_that_comes_back_is_a_run_of_its_own():
    assert split(kenest_calendar(), "2026-11-23 20:30", "2026-11-24 19:00") == [
        ("evening", 30),
        ("night", 540),
        ("day", 720),
        ("evening", 60),
    ]


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-03-28 22:00", "2026-03-29 06:00", {"night": 120, "sunday": 300}),
        ("2026-10-24 22:00", "2026-10-25 06:00", {"night": 120, "sunday": 420}),
    ],
)
def test_the_clock_changes_are_in_the_minutes(start: str, end: str, minutes: dict[str, int]):
    assert dict(split(kenest_calendar(), start, end)) == minutes


def test_a_border_in_the_hour_that_comes_twice_is_passed_twice():
    calendar = BandCalendar("v", (band("early", hours(WEEKLY, 0, 3.5)), band("late", hours(WEEKLY, 3.5, 24))))
    assert split(calendar, "2026-10-25 03:00", "2026-10-25 04:00") == [
        ("early", 30),
        ("late", 30),
        ("early", 30),
        ("late", 30),
    ]


def test_a_moment_is_no_visit():
    assert split(kenest_calendar(), "2026-11-23 08:00", "2026-11-23 08:00") == []


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-11-23", WEEKDAY),
        ("2026-11-21", SATURDAY),
        ("2026-11-22", SUNDAY),
        ("2026-12-06", HOLIDAY),
        ("2026-12-25", HOLIDAY),
        ("2026-12-24", SUNDAY),
        ("2026-12-31", WEEKDAY),
        ("2026-04-04", SATURDAY),
    ],
)
def test_kenest_pays_the_big_eves_like_sundays(day: str, kind: DayType):
    assert kenest_calendar().day_type(date.fromisoformat(day)) is kind


@pytest.mark.parametrize(
    ("day", "kind"), [("2026-12-24", EVE), ("2026-04-04", SATURDAY), ("2028-04-30", SUNDAY), ("2027-01-05", EVE)]
)
def test_lapland_knows_eves_but_saturdays_stay_saturdays(day: str, kind: DayType):
    assert lapland_calendar().day_type(date.fromisoformat(day)) is kind


def test_an_eve_on_a_saturday_follows_its_rule_where_saturdays_have_none():
    calendar = kenest_calendar(eves=(EveRule(Holiday.EASTER_SUNDAY, SUNDAY),))
    assert calendar.day_type(date(2026, 4, 4)) is SUNDAY


def test_holidays_can_count_as_sundays():
    assert kenest_calendar(holidays_as=SUNDAY).day_type(date(2026, 12, 25)) is SUNDAY


def test_christmas_eve_evening_in_lapland_is_dear_and_its_day_is_not():
    assert split(lapland_calendar(), "2026-12-24 17:00", "2026-12-24 19:00") == [("weekday_day", 60), ("eve", 60)]


@pytest.mark.parametrize(
    ("start", "end", "first"),
    [("06:30", "08:00", "06:30"), ("21:00", "22:30", "22:00"), ("05:00", "06:00", "05:00")],
)
def test_a_visit_outside_the_hours_of_service_is_refused_with_the_minute(start: str, end: str, first: str):
    with pytest.raises(Refused) as refused:
        split(lapland_calendar(), f"2026-11-23 {start}", f"2026-11-23 {end}")
    assert refused.value.code == "outside_service_hours"
    assert f"23 November 2026 at {first}" in translate(refused.value.message, Language.EN)


def test_a_gap_inside_a_visit_is_refused_too():
    calendar = BandCalendar("v", (band("a", hours(WEEKLY, 0, 8)), band("b", hours(WEEKLY, 9, 24))))
    with pytest.raises(Refused):
        split(calendar, "2026-11-23 07:00", "2026-11-23 10:00")


def test_every_gap_is_named():
    calendar = BandCalendar(
        "v", (band("day", hours((WEEKDAY, HOLIDAY), 0, 21)), band("weekend", hours((SATURDAY, SUNDAY), 7, 24)))
    )
    assert problems(calendar) == [
        ("bands", "Weekday 21:00–24:00 is in no time band."),
        ("bands", "Saturday 00:00–07:00 is in no time band."),
        ("bands", "Sunday 00:00–07:00 is in no time band."),
        ("bands", "Public holiday 21:00–24:00 is in no time band."),
    ]


def test_a_kind_of_day_that_never_comes_needs_no_band():
    calendar = BandCalendar("v", (band("all", hours(WEEKLY, 0, 24)),), holidays_as=SUNDAY)
    assert problems(calendar) == []


def test_an_eve_that_counts_needs_its_bands():
    calendar = BandCalendar(
        "v", (band("all", hours((*WEEKLY, HOLIDAY), 0, 24)),), eves=(EveRule(Holiday.CHRISTMAS, EVE),)
    )
    assert problems(calendar) == [("bands", "Eve of a public holiday 00:00–24:00 is in no time band.")]


def test_every_overlap_is_named_with_both_bands():
    calendar = BandCalendar(
        "v",
        (
            band("saturday_day", hours((SATURDAY,), 0, 20)),
            band("all", hours((WEEKDAY, SUNDAY, HOLIDAY), 0, 24)),
            band("saturday_evening", hours((SATURDAY,), 18, 24)),
        ),
        not_served=(hours((SUNDAY,), 6, 7),),
    )
    assert problems(calendar) == [
        ("bands.2.hours.0", "Saturday 18:00–20:00 is in two time bands: Saturday day and Saturday evening."),
        ("not_served.0", "Sunday 06:00–07:00 is in two time bands: All and not served."),
    ]


def test_a_gap_is_named_once_though_bands_elsewhere_cut_it():
    calendar = BandCalendar(
        "v",
        (
            band("all", hours((WEEKDAY, SATURDAY, SUNDAY, HOLIDAY), 0, 10), hours((*WEEKLY, HOLIDAY), 20, 24)),
            band("noon", hours((*WEEKLY, HOLIDAY), 12, 13)),
        ),
    )
    assert problems(calendar)[:2] == [
        ("bands", "Weekday 10:00–12:00 is in no time band."),
        ("bands", "Weekday 13:00–20:00 is in no time band."),
    ]


def test_bad_hours_are_named_before_gaps():
    calendar = BandCalendar(
        "v",
        (
            band("night", hours(WEEKLY, 21, 6)),
            band("night", hours((), 0, 25)),
            band(" "),
            Band("x", Text("X"), (hours(WEEKLY, -1, 5), hours(WEEKLY, 24, 24), hours(WEEKLY, 8, 8))),
        ),
        not_served=(hours(WEEKLY, 3, 2),),
    )
    assert [field for field, _ in problems(calendar)] == [
        "bands.0.hours.0.to_minute",
        "bands.1.key",
        "bands.1.hours.0.days",
        "bands.1.hours.0.to_minute",
        "bands.2.key",
        "bands.2.hours",
        "bands.3.hours.0.from_minute",
        "bands.3.hours.1.from_minute",
        "bands.3.hours.2.to_minute",
        "not_served.0.to_minute",
    ]


def test_no_bands_at_all():
    assert problems(BandCalendar("v", ())) == [("bands", "Add at least one time band.")]


def test_a_band_is_found_by_its_key():
    assert kenest_calendar().band("night").name.fi == "Night"
    with pytest.raises(KeyError):
        kenest_calendar().band("noon")


def test_price_bands_and_value_bands_are_laid_over_each_other():
    runs = split_visit(kenest_calendar(), at("2026-11-23 17:00"), at("2026-11-24 07:00"), turku_calendar())
    assert runs == (
        BandMinutes("day", 60, "day"),
        BandMinutes("evening", 180, "day"),
        BandMinutes("night", 120, "day"),
        BandMinutes("night", 420, "night"),
        BandMinutes("day", 60, "day"),
    )


def test_pairing_nothing_is_nothing():
    assert pair_runs((), ()) == ()


def test_bands_of_two_calendars_that_can_meet():
    assert meeting_bands(kenest_calendar(), turku_calendar()) == (
        ("day", "day"),
        ("evening", "day"),
        ("night", "day"),
        ("night", "night"),
        ("saturday", "day"),
        ("sunday", "day"),
        ("sunday", "night"),
        ("sunday", "sunday"),
    )
