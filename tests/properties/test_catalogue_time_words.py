"""Hours in words are read back as the same minutes of the week, in every language."""

from hypothesis import example, given
from hypothesis import strategies as st

from marketplace.catalogue.prices.time_words import UnreadableTimeError, hours_words, parse_hours
from marketplace.kernel.calendar import DayType
from marketplace.kernel.i18n import Language
from marketplace.pricing.bands import Hours

spans = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda span: span[0] < span[1])
entries = st.builds(
    lambda days, span: Hours(tuple(sorted(days)), *span), st.sets(st.sampled_from(list(DayType)), min_size=1), spans
)


def minutes(hours) -> set[tuple[DayType, int]]:
    return {(day, minute) for each in hours for day in each.days for minute in range(each.from_minute, each.to_minute)}


@given(st.lists(entries, min_size=1, max_size=4), st.sampled_from(list(Language)))
@example([Hours((DayType.WEEKDAY,), 0, 1), Hours((DayType.WEEKDAY,), 0, 1440)], Language.FI)
@example([Hours((DayType.WEEKDAY,), 0, 900), Hours((DayType.WEEKDAY,), 800, 1440)], Language.SV)
def test_what_is_written_is_read_back(hours: list[Hours], language: Language) -> None:
    assert minutes(parse_hours(hours_words(hours, language))) == minutes(hours)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert parse_hours(text)
    except UnreadableTimeError as error:
        assert error.words.text
