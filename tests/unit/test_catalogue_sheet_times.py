"""The times of price lists in three languages, as their writers put them."""

import pytest

from marketplace.catalogue.prices.time_words import UnreadableTimeError
from marketplace.catalogue.sheets.times import read_times
from marketplace.kernel.i18n import Language, translate


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("arki-ilta 18–22", "Mon–Fri 18–22"),
        ("la", "Sat 0–24"),
        ("su ja pyhät", "Sun and public holidays 0–24"),
        ("aatto", "eves 0–24"),
        ("yö 22–7", "Mon–Fri Sat Sun and public holidays 22–7"),
        ("Arki klo 7.00 - 18.00", "Mon–Fri 7–18"),
        ("ma, ke ja pe 8-12", "Mon–Fri 8–12 (Mon, Wed, Fri)"),
        ("sunnuntaisin klo 18 jälkeen", "Sun 18–24"),
        ("viikonloppuisin", "Sat and Sun 0–24"),
        ("24/7", "Mon–Fri Sat Sun and public holidays 0–24"),
        ("ma-su 7-22", "Mon–Fri Sat and Sun 7–22"),
        ("vardagar kl. 7-18", "Mon–Fri 7–18"),
        ("Weekdays 7:00–18:00", "Mon–Fri 7–18"),
        ("Mon-Fri 6pm-10pm", "Mon–Fri 18–22"),
        ("arkiaamuisin ennen 7", "Mon–Fri 0–7"),
        ("helgdagsafton 18-24", "eves 18–24"),
        ("eves of public holidays 18-22", "eves 18–22"),
        ("arkipyhän aatto 18-22", "eves 18–22"),
        ("juhannusaatto ja jouluaatto klo 15 alkaen", "eves 15–24"),
        ("efter 18 vardagar", "Mon–Fri 18–24"),
        ("0700-1800 arkisin", "Mon–Fri 7–18"),
        ("7-18 ma-pe, 8-14 la", "Mon–Fri 7–18, Sat 8–14"),
        ("ma-pe 18-22, la 8-22", "Mon–Fri 18–22, Sat 8–22"),
        ("Lauantai 8–18 ja 20–22", "Sat 8–18 and 20–22"),
        ("Arki (klo 7-18)", "Mon–Fri 7–18"),
        ("maanantaista perjantaihin klo 7-18", "Mon–Fri 7–18"),
        ("måndag till fredag 7-18", "Mon–Fri 7–18"),
        ("Monday to Friday 8:00 a.m. – 6:00 p.m.", "Mon–Fri 8–18"),
        ("juhlapyhät ja niiden aatot", "public holidays and eves 0–24"),
        ("vard. 7-18, lörd. 8-14", "Mon–Fri 7–18, Sat 8–14"),
        ("arkisin klo 7–18 ja lauantaisin klo 8–14", "Mon–Fri 7–18, Sat 8–14"),
        ("su/pyhä", "Sun and public holidays 0–24"),
        ("su-to 22-06", "Mon–Fri and Sun 22–6 (Mon, Tue, Wed, Thu)"),
    ],
)
def test_words_become_hours(text: str, words: str) -> None:
    assert read_times(text).words.en == words


def test_hours_that_are_not_written_are_assumed_and_told() -> None:
    evening, night = read_times("lauantai-ilta"), read_times("öisin")
    assert (evening.words.fi, night.words.sv) == ("la 18–22", "mån–fre lör sön och helgdagar 22–7")
    assert evening.assumed and translate(evening.assumed, Language.EN) == "The evening was read as 18–22."
    assert night.assumed and translate(night.assumed, Language.EN) == "The night was read as 22–7."


@pytest.mark.parametrize("text", ["", "kissa", "25-99 ma", "7-18", "ma 7.75-8", "x" * 300, "ja", "ma-kissa"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UnreadableTimeError):
        read_times(text)
