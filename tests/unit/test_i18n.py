from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from marketplace.kernel.i18n import (
    Language,
    Message,
    counted,
    load_catalog,
    message,
    preferred_language,
    show_date,
    show_datetime,
    show_minutes,
    translate,
)
from marketplace.kernel.money import Money

MIDNIGHT_IN_FINLAND = datetime(2026, 12, 31, 22, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", Language.FI),
        ("sv-FI,sv;q=0.9,en;q=0.8", Language.SV),
        ("en-US", Language.EN),
        ("de, en;q=0.3", Language.EN),
        ("fi;q=0.1, sv;q=0.7", Language.SV),
        ("en;q=x, sv;q=0.2", Language.SV),
        ("en;q=0", Language.FI),
        ("se", Language.FI),
        ("en;q=nan", Language.FI),
    ],
)
def test_the_browser_says_which_language(header: str, expected: Language) -> None:
    assert preferred_language(header) is expected


def test_english_is_its_own_translation() -> None:
    assert translate(message("Sign in first."), Language.EN) == "Sign in first."


@pytest.mark.parametrize(
    ("language", "expected"), [(Language.FI, "Kirjaudu ensin sisään."), (Language.SV, "Logga in först.")]
)
def test_a_message_is_told_in_the_readers_language(language: Language, expected: str) -> None:
    assert translate(message("Sign in first."), language) == expected


def test_an_unknown_text_is_shown_in_english() -> None:
    assert (
        translate(Message("Nobody translated this {what}", {"what": "one"}), Language.FI)
        == "Nobody translated this one"
    )


@pytest.mark.parametrize(
    ("value", "fi", "en"),
    [
        (Money(104250), "1\u00a0042,50\u00a0€", "€1,042.50"),
        (date(2026, 5, 3), "3.5.2026", "3 May 2026"),
        (MIDNIGHT_IN_FINLAND, "1.1.2027 klo 0.05", "1 January 2027, 00:05"),
        (Message("Sign in first."), "Kirjaudu ensin sisään.", "Sign in first."),
        ("{name}", "{name}", "{name}"),
    ],
)
def test_values_are_written_the_readers_way(value: object, fi: str, en: str) -> None:
    text = Message("{value}", {"value": value})
    assert (translate(text, Language.FI), translate(text, Language.EN)) == (fi, en)


def test_a_text_without_values_may_hold_braces() -> None:
    assert translate(Message("{ not a place }"), Language.EN) == "{ not a place }"


def test_a_counted_text_follows_its_number() -> None:
    texts = [translate(counted("{count} chosen", "{count} chosen", count=count), Language.SV) for count in (1, 2)]
    assert texts == ["1 vald", "2 valda"]


def test_a_moment_counts_as_its_day_in_finland() -> None:
    assert show_date(MIDNIGHT_IN_FINLAND, Language.FI) == "1.1.2027"
    assert show_datetime(MIDNIGHT_IN_FINLAND, Language.SV) == "1.1.2027 kl. 0.05"


@pytest.mark.parametrize(
    ("minutes", "shown"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (90, "1 h 30 min"), (-75, "-1 h 15 min")]
)
def test_minutes_are_written_as_hours_and_minutes(minutes: int, shown: str) -> None:
    assert show_minutes(minutes) == shown


def test_unfinished_translations_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "one.po").write_text(
        'msgid "Good"\nmsgstr "Hyvä"\n\n#, fuzzy\nmsgid "Guess"\nmsgstr "Arvaus"\n\nmsgid "Empty"\nmsgstr ""\n'
    )
    (tmp_path / "two.po").write_text('msgctxt "noun"\nmsgid "Good"\nmsgstr "Tavara"\n')
    known = load_catalog(tmp_path, Language.FI)
    assert [known.gettext(text) for text in ("Good", "Guess", "Empty")] == ["Hyvä", "Guess", "Empty"]
    assert known.pgettext("noun", "Good") == "Tavara"
