"""Published price lists become time bands and prices, to the cent; what finds no place is told."""

import pytest

from marketplace.catalogue.prices.time_words import hours_words
from marketplace.catalogue.sheets.price_import import Imported, NothingToImportError, import_prices, shipped_rows
from marketplace.kernel.calendar import DayType, Holiday
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Language, translate
from marketplace.pricing.bands import EveRule, check_bands
from marketplace.pricing.prices import Unit, check_price_list

EMPTY = dict.fromkeys(("provider", "area", "surcharge_pct", "vat_pct", "note", "time_text", "price_eur"), "")


def row(price: str, band: str = "weekday_day", time: str = "", **changes: str) -> dict[str, str]:
    usual = {"service_code": "V-HOMECARE-REG", "service_text": "Kotihoito", "unit": "hour", "kind": "price"}
    return {**EMPTY, **usual, "time_band": band, "time_text": time, "price_eur": price, **changes}


def table(imported: Imported) -> dict[str, int]:
    """Hours in words with their price in cents."""
    return {
        hours_words(band.hours, Language.EN): imported.prices.price_of(band.key) for band in imported.calendar.bands
    }


def told(unplaced) -> list[str]:
    return [translate(each, Language.EN) for each in unplaced]


def test_a_real_list_of_a_week_with_nights_and_eves() -> None:
    kenest = import_prices(shipped_rows("Kenest hoiva"), "V-HOMECARE-REG", label="Kenest")
    assert table(kenest) == {
        "Mon–Fri 6–18": 3855, "Mon–Fri 18–21": 4433, "Mon–Fri 21–6, Sat 20–6": 5397, "Sat 6–20": 4819,
        "Sun and public holidays 0–24": 7710,
    }  # fmt: skip
    assert (kenest.prices.minimum_minutes, kenest.prices.visit_fee_cents) == (30, 490)
    assert EveRule(Holiday.CHRISTMAS, DayType.SUNDAY) in kenest.calendar.eves
    assert (kenest.calendar.version, kenest.calendar.not_served) == ("Kenest", ())


def test_a_real_list_with_several_prices_in_one_evening() -> None:
    annan = import_prices(shipped_rows("Annan kotihoito"), "V-PA")
    assert table(annan)["Sat 20–21"] == 5375
    assert table(annan)["Sun and public holidays 18–21"] == 5375
    assert hours_words(annan.calendar.not_served, Language.FI) == "ma–pe la su ja arkipyhät 23–7"
    assert {band.name.fi for band in annan.calendar.bands} >= {"Arkipäivä", "Yö, ma–pe 21–23", "Yö, la 21–23"}
    assert told(annan.unplaced)[0].endswith("it is not a price of this service")


def test_surcharges_are_added_to_the_first_price() -> None:
    epes = import_prices(shipped_rows("Epes palvelut"), "V-HOMECARE-REG")
    assert table(epes)["Mon–Fri 18–22"] == 4200
    percent = row("", "weekday_evening", "18-22", kind="surcharge_pct", surcharge_pct="15")
    assert table(import_prices([percent, row("38.55", time="ma-pe 6-18")], "V-HOMECARE-REG"))["Mon–Fri 18–22"] == 4433
    with pytest.raises(NothingToImportError) as nothing:
        import_prices([percent], "V-HOMECARE-REG")
    assert told(nothing.value.unplaced) == ["Kotihoito 18-22 (15): there is no price to add it to"]


@pytest.mark.parametrize(
    ("provider", "area", "code"),
    [
        ("Kenest hoiva", "", "V-HOMENURSING"),
        ("Kenest hoiva", "", "V-PA"),
        ("Annan kotihoito", "", "V-HOMECARE-TMP"),
        ("Annan kotihoito", "", "V-CLEANING"),
        ("Annan kotihoito", "", "V-FOOT"),
        ("Epes palvelut", "", "V-HOMENURSING"),
        ("Työ ja Myö", "Lahti ja Lahden seutu", "V-CLEANING"),
        ("Työ ja Myö", "Helsinki ja pääkaupunkiseutu", "V-CLEANING"),
    ],
)
def test_every_shipped_list_makes_a_whole_week(provider: str, area: str, code: str) -> None:
    imported = import_prices(shipped_rows(provider, area=area), code)
    assert check_bands(imported.calendar) == []
    assert check_price_list(imported.prices, imported.calendar) == []


def test_value_added_tax_is_left_out() -> None:
    cleaning = import_prices(shipped_rows("Työ ja Myö", area="Lahti ja Lahden seutu"), "V-CLEANING")
    assert table(cleaning)["Mon–Fri 8–18"] == 3200
    assert cleaning.prices.minimum_minutes == 120
    assert any(text.endswith("it has value added tax in it") for text in told(cleaning.unplaced))
    assert any(text.endswith("it is not for a time of the week") for text in told(cleaning.unplaced))


def test_overlapping_rows_are_told() -> None:
    rows = [row("40", "saturday_day", "la 7-20"), row("50", "saturday_evening", "la 18-22"), row("36", time="arkisin")]
    imported = import_prices(rows, "V-HOMECARE-REG")
    assert told(imported.unplaced) == ["Kotihoito la 18-22 (50): its hours overlap those of Saturday"]
    assert check_bands(imported.calendar) == []


def test_eves_with_their_own_hours_are_weekdays_for_the_rest() -> None:
    rows = [row("36", time="ma-pe 7-22"), row("72", "eve", "arkipyhän aatto 18-22"), row("40", "saturday_day", "la")]
    imported = import_prices(rows, "V-HOMECARE-REG")
    assert check_bands(imported.calendar) == []
    assert table(imported)["eves 18–22"] == 7200
    assert DayType.EVE in imported.calendar.possible_day_types()
    assert "eves" in hours_words(imported.calendar.band("weekday_day").hours, Language.EN)


def test_bands_unknown_to_us_take_the_pages_words() -> None:
    rows = [row("36", time="ma-pe 7-18"), row("44", "late", "ma-pe 18-24"), row("50", "late", "yöllä")]
    imported = import_prices(rows, "V-HOMECARE-REG")
    assert imported.calendar.band("late").name.en == "Mon–Fri 18–24"
    assert told(imported.unplaced) == ["Kotihoito yöllä (50): “yöllä” is not a day or a time."]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"service_code": "TRAVEL"}, "it is not a price of this service"),
        ({"unit": "month"}, "this service is priced by another unit"),
        ({"vat_pct": "25.5"}, "it has value added tax in it"),
        ({"kind": "note"}, "it is not a price"),
        ({"price_eur": "noin 40"}, "its amount cannot be read"),
        ({"price_eur": "40.555"}, "its amount cannot be read"),
        ({"service_text": "Saatto"}, "it is another service under the same code"),
        ({"time_band": "any"}, "it is not for a time of the week"),
        ({"time_band": "night", "time_text": ""}, "Give days and times, for example ma–pe 7–18."),
        ({"time_text": "ma-ke"}, "“ma-ke”: weekdays from Monday to Friday have the same price. Write ma–pe."),
    ],
)
def test_rows_without_a_place_say_why(changes: dict[str, str], why: str) -> None:
    odd = row("41", "saturday_day", "la") | changes
    imported = import_prices([row("36", time="arkisin"), odd], "V-HOMECARE-REG")
    (text,) = told(imported.unplaced)
    assert text.endswith(f"): {why}")


def test_one_price_for_all_times() -> None:
    rows = [
        row("35", "any"),
        row("45", "any"),
        row("4.90", "any", service_code="VISIT-FEE", unit="visit"),
        row("5", "any", service_code="VISIT-FEE", unit="visit"),
    ]
    imported = import_prices(rows, "V-HOMECARE-REG")
    assert (imported.prices.one_price_cents, imported.prices.visit_fee_cents) == (3500, 490)
    assert [text.rpartition(": ")[2] for text in told(imported.unplaced)] == [
        "there is already a fee per visit", "there is already a price for all times",
    ]  # fmt: skip
    assert check_price_list(imported.prices, imported.calendar) == []


def test_prices_of_other_units_need_no_bands() -> None:
    imported = import_prices([row("180", "any", service_code="V-HOUSING-24", unit="day")], "V-HOUSING-24")
    assert (imported.prices.unit, imported.prices.one_price_cents) == (Unit.DAY, 18000)


def test_nothing_to_import_says_why() -> None:
    for rows in ([row("36", vat_pct="24")], [row("36", time="ma-ke")]):
        with pytest.raises(NothingToImportError) as nothing:
            import_prices(rows, "V-HOMECARE-REG")
        assert len(nothing.value.unplaced) == 1
    with pytest.raises(NotFound):
        import_prices([], "V-NOTHING")
