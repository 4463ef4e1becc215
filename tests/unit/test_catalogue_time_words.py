"""Days and times in words, as price lists write them."""

import pytest

from marketplace.catalogue.prices.time_words import UnreadableTimeError, hours_words, parse_hours
from marketplace.kernel.calendar import DayType
from marketplace.kernel.i18n import Language, translate
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.pricing.bands import Hours

WEEKDAY, SATURDAY, SUNDAY, HOLIDAY = (DayType.WEEKDAY,), (DayType.SATURDAY,), (DayType.SUNDAY,), (DayType.HOLIDAY,)
WEEKEND = SATURDAY + SUNDAY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ma-pe 7-18", [Hours(WEEKDAY, 420, 1080)]),
        ("Ma–Pe klo 7.30–18", [Hours(WEEKDAY, 450, 1080)]),
        ("arkisin 07:00 - 18:00", [Hours(WEEKDAY, 420, 1080)]),
        ("arki-iltaisin 18-21", [Hours(WEEKDAY, 1080, 1260)]),
        ("ma-pe 21-06", [Hours(WEEKDAY, 1260, 1440), Hours(WEEKDAY, 0, 360)]),
        ("ma-pe klo 18 jälkeen", [Hours(WEEKDAY, 1080, 1440)]),
        ("vardagar efter kl. 18", [Hours(WEEKDAY, 1080, 1440)]),
        ("la 00-06 ja 20-24", [Hours(SATURDAY, 0, 360), Hours(SATURDAY, 1200, 1440)]),
        ("lauantaisin", [Hours(SATURDAY, 0, 1440)]),
        ("su ja arkipyhät 00-24", [Hours(SUNDAY + HOLIDAY, 0, 1440)]),
        ("sunnuntaisin ja pyhäpäivinä", [Hours(SUNDAY + HOLIDAY, 0, 1440)]),
        ("sunnuntai tai muu juhlapyhä", [Hours(SUNDAY + HOLIDAY, 0, 1440)]),
        ("lauantai ja arkipyhän aatto 18-22", [Hours((DayType.SATURDAY, DayType.EVE), 1080, 1320)]),
        ("lör-sön 8-20", [Hours(WEEKEND, 480, 1200)]),
        ("Mon-Fri 8-16, Sat 10-14", [Hours(WEEKDAY, 480, 960), Hours(SATURDAY, 600, 840)]),
        ("ma-pe 7-18 la 7-20", [Hours(WEEKDAY, 420, 1080), Hours(SATURDAY, 420, 1200)]),
        ("päivittäin 8-9", [Hours(WEEKDAY + WEEKEND + HOLIDAY, 480, 540)]),
        ("ma-su 22-24", [Hours(WEEKDAY + WEEKEND, 1320, 1440)]),
    ],
)
def test_reads_what_price_lists_write(text: str, expected: list[Hours]) -> None:
    assert parse_hours(text) == tuple(expected)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ma-ke 8-16", "“ma-ke”: weekdays from Monday to Friday have the same price. Write ma–pe."),
        ("ti 8-16", "“ti”: weekdays from Monday to Friday have the same price. Write ma–pe."),
        ("hälytyskäynti", "“hälytyskäynti” is not a day or a time."),
        ("ma-pe 7-25", "“25.00” is not a time of day."),
        ("ma-pe 7.75-9", "“7.75” is not a time of day."),
        ("7-18", "Say on which days, for example ma–pe 7–18."),
        (" , ", "Give days and times, for example ma–pe 7–18."),
    ],
)
def test_says_what_it_does_not_understand(text: str, said: str) -> None:
    with pytest.raises(UnreadableTimeError) as unreadable:
        parse_hours(text)
    assert translate(unreadable.value.words, Language.EN) == said


def test_days_may_be_known_from_elsewhere() -> None:
    assert parse_hours("18-22", WEEKDAY) == (Hours(WEEKDAY, 1080, 1320),)


def test_midnight_to_midnight_is_the_whole_day() -> None:
    assert parse_hours("la 0-0") == (Hours(SATURDAY, 0, 1440),)


def test_writes_a_night_as_one() -> None:
    assert hours_words(STANDARD_BANDS.band("night").hours, Language.EN) == "Mon–Fri 22–7"
    assert (
        hours_words((Hours(WEEKDAY, 450, 720), Hours(WEEKDAY, 780, 1080)), Language.EN) == "Mon–Fri 7.30–12 and 13–18"
    )


@pytest.mark.parametrize("language", list(Language))
def test_reads_back_what_it_writes(language: Language) -> None:
    for band in STANDARD_BANDS.bands:
        assert set(_minutes(parse_hours(hours_words(band.hours, language)))) == set(_minutes(band.hours))


def _minutes(hours):
    return [(day, minute) for each in hours for day in each.days for minute in range(each.from_minute, each.to_minute)]


@pytest.mark.parametrize("text", ["la, su 9–15", "la ja su 9–15", "la, su klo 9-15", "lör, sön 9–15"])
def test_days_before_a_comma_share_the_time_that_follows(text: str) -> None:
    assert hours_words(parse_hours(text), Language.FI) == "la ja su 9–15"


def test_days_without_any_time_are_whole_days() -> None:
    assert hours_words(parse_hours("ma–pe 7–18, la, su"), Language.FI) == "ma–pe 7–18, la ja su 0–24"
