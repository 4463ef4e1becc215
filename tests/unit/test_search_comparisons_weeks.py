"""A week as a text for addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language, translate
from marketplace.pricing.schedules import Weekday, WeeklyVisit, check_schedule
from search.comparisons.weeks import MOST_VISITS, PRESETS, read_week, week_text

VISITS = st.builds(
    WeeklyVisit,
    weekday=st.sampled_from(list(Weekday)),
    start=st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59)),
    minutes=st.integers(1, 1440),
    every_weeks=st.integers(1, 52),
    pieces=st.integers(1, 100),
)


def test_a_week_reads_as_it_is_said():
    monday, wednesday = read_week("mon0800x60_wed1800x30~2")
    assert (monday.weekday, monday.start, monday.minutes, monday.every_weeks) == (Weekday.MON, "08:00", 60, 1)
    assert (wednesday.weekday, wednesday.start, wednesday.minutes, wednesday.every_weeks) == (
        Weekday.WED,
        "18:00",
        30,
        2,
    )
    assert read_week("") == ()


@given(st.lists(VISITS, max_size=MOST_VISITS))
def test_every_week_comes_back(visits: list[WeeklyVisit]):
    assert read_week(week_text(visits)) == tuple(visits)


@pytest.mark.parametrize(
    "text",
    ["monday", "mon2500x60", "mon0800x0", "mon0800x9999", "mon0800x60~0", "mon0800x60~53", "mon0800x60p0", "x" * 9999],
)
def test_what_is_no_week_is_refused(text: str):
    with pytest.raises(Invalid) as error:
        read_week(text)
    assert [each.field for each in error.value.fields] == ["week"]


def test_too_many_visits_are_refused():
    with pytest.raises(Invalid):
        read_week("_".join(["mon0800x1"] * (MOST_VISITS + 1)))


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_usual_weeks_can_be_and_have_names(preset):
    assert read_week(preset.text) == preset.visits
    assert not check_schedule(preset.visits)
    assert translate(preset.name, Language.EN)
