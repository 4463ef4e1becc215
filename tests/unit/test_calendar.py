from datetime import UTC, date, datetime, timedelta

import pytest

from marketplace.kernel.calendar import (
    DAY_MINUTES,
    DayType,
    Holiday,
    Stretch,
    add_minutes,
    clock_text,
    day_cuts,
    day_types,
    elapsed_minutes,
    eve_on,
    holiday_on,
    local_date,
    moment_at,
    moments_at,
    parse_clock,
    public_holidays,
    stretches,
)
from tests.factories.pricing import at

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def test_the_public_holidays_of_a_year():
    found = {f"{day:%m-%d}": holiday.value for day, holiday in public_holidays(2026).items()}
    assert found == {
        "01-01": "new_year",
        "01-06": "epiphany",
        "04-03": "good_friday",
        "04-05": "easter_sunday",
        "04-06": "easter_monday",
        "05-01": "may_day",
        "05-14": "ascension",
        "05-24": "pentecost",
        "06-20": "midsummer",
        "10-31": "all_saints",
        "12-06": "independence",
        "12-25": "christmas",
        "12-26": "second_christmas",
    }


@pytest.mark.parametrize("year", range(2024, 2041))
def test_every_year_has_the_same_holidays_and_no_unknown_ones(year: int):
    assert set(public_holidays(year).values()) == set(Holiday) - {Holiday.OTHER}
    assert len(public_holidays(year)) == 13


def test_two_holidays_on_one_day_are_one_day():
    assert holiday_on(date(2008, 5, 1)) is not None
    assert len(public_holidays(2008)) == 12


@pytest.mark.parametrize(
    ("day", "eve"),
    [
        ("2026-12-24", Holiday.CHRISTMAS),
        ("2026-06-19", Holiday.MIDSUMMER),
        ("2026-12-31", Holiday.NEW_YEAR),
        ("2026-04-30", Holiday.MAY_DAY),
        ("2026-01-05", Holiday.EPIPHANY),
        ("2026-04-02", Holiday.GOOD_FRIDAY),
        ("2026-04-04", Holiday.EASTER_SUNDAY),
        ("2026-12-05", Holiday.INDEPENDENCE),
        ("2026-12-23", None),
        ("2026-12-25", None),
        ("2026-04-05", None),
        ("2026-11-23", None),
    ],
)
def test_an_eve_is_the_day_before_a_public_holiday(day: str, eve: Holiday | None):
    assert eve_on(date.fromisoformat(day)) is eve


@pytest.mark.parametrize(
    ("day", "types"),
    [
        ("2026-11-23", {DayType.WEEKDAY}),
        ("2026-11-21", {DayType.SATURDAY}),
        ("2026-11-22", {DayType.SUNDAY}),
        ("2026-12-06", {DayType.SUNDAY, DayType.HOLIDAY}),
        ("2026-12-25", {DayType.WEEKDAY, DayType.HOLIDAY}),
        ("2026-04-04", {DayType.SATURDAY, DayType.EVE}),
        ("2028-04-30", {DayType.SUNDAY, DayType.EVE}),
    ],
)
def test_a_day_is_everything_that_it_is(day: str, types: set[DayType]):
    assert day_types(date.fromisoformat(day)) == types


@pytest.mark.parametrize(("text", "minute"), [("00:00", 0), ("08:30", 510), ("23:59", 1439), ("24:00", DAY_MINUTES)])
def test_times_of_day_read_and_write(text: str, minute: int):
    assert parse_clock(text) == minute
    assert clock_text(minute) == text


@pytest.mark.parametrize("text", ["", "8:30", "24:01", "08:60", "8.30", "08:30:00", " 08:30", "0٨:30"])
def test_what_is_no_time_of_day(text: str):
    with pytest.raises(ValueError, match="not a time of day"):
        parse_clock(text)


def test_half_past_two_happens_once_on_both_change_nights():
    assert moments_at(SPRING, 150) == (datetime(2026, 3, 29, 0, 30, tzinfo=UTC),)
    assert moments_at(AUTUMN, 150) == (datetime(2026, 10, 24, 23, 30, tzinfo=UTC),)


def test_half_past_three_does_not_come_in_march_and_means_half_past_four():
    assert moments_at(SPRING, 210) == ()
    assert moment_at(SPRING, 210) == moment_at(SPRING, 270) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert moment_at(SPRING, 210, second_time=True) == moment_at(SPRING, 270)


def test_half_past_three_comes_twice_in_october_and_means_the_first():
    first, second = moments_at(AUTUMN, 210)
    assert second - first == timedelta(hours=1)
    assert moment_at(AUTUMN, 210) == first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert moment_at(AUTUMN, 210, second_time=True) == second


def test_the_end_of_a_day_is_the_next_midnight():
    assert moment_at(SPRING, DAY_MINUTES) == moment_at(SPRING + timedelta(days=1), 0)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-11-23 08:00", "2026-11-23 09:30", 90),
        ("2026-03-28 22:00", "2026-03-29 06:00", 7 * 60),
        ("2026-10-24 22:00", "2026-10-25 06:00", 9 * 60),
        ("2026-03-29 02:30", "2026-03-29 04:30", 60),
        ("2026-10-25 02:30", "2026-10-25 04:30", 180),
        ("2026-11-23 08:00", "2026-11-23 08:00", 0),
    ],
)
def test_a_night_is_an_hour_shorter_in_march_and_longer_in_october(start: str, end: str, minutes: int):
    assert elapsed_minutes(at(start), at(end)) == minutes


def test_between_the_two_half_past_threes_an_hour_passes():
    assert elapsed_minutes(at("2026-10-25 03:30"), at("2026-10-25 03:30", fold=1)) == 60


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        (datetime(2026, 11, 23, 8), at("2026-11-23 09:00"), "time zone"),
        (at("2026-11-23 08:00"), datetime(2026, 11, 23, 9), "time zone"),
        (at("2026-11-23 08:00:30"), at("2026-11-23 09:00"), "whole minutes"),
        (at("2026-11-23 08:00"), at("2026-11-23 09:00:00.000001"), "whole minutes"),
        (at("2026-11-23 09:00"), at("2026-11-23 08:59"), "before it starts"),
        (at("2026-10-25 03:30", fold=1), at("2026-10-25 03:40"), "before it starts"),
    ],
)
def test_intervals_that_cannot_be(start: datetime, end: datetime, reason: str):
    for refuse in (elapsed_minutes, stretches):
        with pytest.raises(ValueError, match=reason):
            refuse(start, end)


def test_an_interval_is_cut_at_midnight():
    assert stretches(at("2026-11-21 22:30"), at("2026-11-22 01:00")) == (
        Stretch(date(2026, 11, 21), 22 * 60 + 30, DAY_MINUTES),
        Stretch(date(2026, 11, 22), 0, 60),
    )


def test_in_october_the_clock_shows_an_hour_twice():
    parts = stretches(at("2026-10-25 02:00"), at("2026-10-25 05:00"))
    assert parts == (Stretch(AUTUMN, 120, 240), Stretch(AUTUMN, 180, 300))
    assert sum(part.minutes for part in parts) == 240


def test_in_march_the_clock_jumps_over_an_hour():
    parts = stretches(at("2026-03-29 02:00"), at("2026-03-29 05:00"))
    assert parts == (Stretch(SPRING, 120, 180), Stretch(SPRING, 240, 300))


def test_an_interval_in_another_time_zone_is_cut_by_finnish_days():
    parts = stretches(datetime(2026, 11, 22, 21, 0, tzinfo=UTC), datetime(2026, 11, 22, 23, 0, tzinfo=UTC))
    assert [part.day for part in parts] == [date(2026, 11, 22), date(2026, 11, 23)]


def test_no_time_makes_no_stretch():
    assert stretches(at("2026-11-23 08:00"), at("2026-11-23 08:00")) == ()


def test_only_the_two_change_days_are_cut_within():
    days = [date(2026, 1, 1) + timedelta(days=i) for i in range(365)]
    assert [day for day in days if len(day_cuts(day)) == 3] == [SPRING, AUTUMN]


def test_adding_minutes_passes_over_the_change():
    assert add_minutes(at("2026-03-28 22:00"), 8 * 60) == at("2026-03-29 07:00")
    assert add_minutes(at("2026-10-24 22:00"), 8 * 60) == at("2026-10-25 05:00")


def test_the_date_of_a_moment_is_the_finnish_one():
    assert local_date(datetime(2026, 11, 22, 22, 30, tzinfo=UTC)) == date(2026, 11, 23)
