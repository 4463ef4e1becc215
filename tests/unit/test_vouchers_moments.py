"""From a date and two clock times to the moments of a visit, on ordinary nights and on those of clock changes."""

from datetime import UTC, date, datetime, time

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.vouchers.moments import moments_of
from marketplace.vouchers.schemas import VisitForm

NOVEMBER = date(2026, 11, 30)
AUTUMN = date(2026, 10, 25)
SPRING = date(2027, 3, 28)


def form(day: date, start: str, end: str, *, next_day: bool = False) -> VisitForm:
    return VisitForm(day=day, start=time.fromisoformat(start), end=time.fromisoformat(end), next_day=next_day)


def minutes(asked: VisitForm) -> int:
    start, end = moments_of(asked)
    return int((end - start).total_seconds()) // 60


def wrong_fields(asked: VisitForm) -> list[str]:
    with pytest.raises(Invalid) as invalid:
        moments_of(asked)
    return [error.field for error in invalid.value.fields]


def test_times_are_finnish_clock_times() -> None:
    start, end = moments_of(form(NOVEMBER, "08:00", "09:30"))
    assert (start, end) == (datetime(2026, 11, 30, 6, 0, tzinfo=UTC), datetime(2026, 11, 30, 7, 30, tzinfo=UTC))


def test_a_night_needs_the_box() -> None:
    assert minutes(form(NOVEMBER, "23:00", "01:00", next_day=True)) == 120
    assert wrong_fields(form(NOVEMBER, "23:00", "01:00")) == ["end"]
    assert wrong_fields(form(NOVEMBER, "08:00", "08:00")) == ["end"]


def test_seconds_are_refused_in_both_fields() -> None:
    assert wrong_fields(form(NOVEMBER, "08:00:10", "09:00:10")) == ["start", "end"]


def test_a_time_that_clocks_skipped_is_refused() -> None:
    assert wrong_fields(form(SPRING, "02:30", "03:30")) == ["end"]
    assert minutes(form(SPRING, "02:30", "04:30")) == 60


def test_in_the_doubled_hour_the_end_is_the_first_one_after_the_start() -> None:
    assert minutes(form(AUTUMN, "02:30", "04:30")) == 180
    assert minutes(form(AUTUMN, "02:30", "03:30")) == 60
    assert minutes(form(AUTUMN, "03:30", "03:40")) == 10
    assert minutes(form(AUTUMN, "03:40", "03:30")) == 50
    assert wrong_fields(form(AUTUMN, "04:30", "03:30")) == ["end"]
