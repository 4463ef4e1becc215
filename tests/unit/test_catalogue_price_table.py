"""A price list for reading."""

from datetime import date

from marketplace.catalogue.prices.price_table import at_a_glance, not_served_words, price_rows, terms_words
from marketplace.catalogue.sheets.price_import import import_prices, shipped_rows
from marketplace.kernel.i18n import Language, translate
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.pricing.prices import PriceList, Unit
from tests.factories.catalogue import band_prices

BEFORE_CHRISTMAS = date(2026, 12, 24)


def test_rows_come_in_the_lists_order_with_their_hours() -> None:
    rows = price_rows(band_prices(), STANDARD_BANDS, Language.SV)
    assert [(row.name, row.hours, row.price_cents) for row in rows][:2] == [
        ("Vardag", "mån–fre 7–18", 3800), ("Vardagskväll", "mån–fre 18–22", 4400),
    ]  # fmt: skip


def test_one_price_is_one_row_without_hours() -> None:
    (row,) = price_rows(PriceList(unit=Unit.HOUR, one_price_cents=3900), STANDARD_BANDS, Language.FI)
    assert (row.hours, row.price_cents) == ("", 3900)


def test_glance_looks_at_plain_days_only() -> None:
    found = at_a_glance(band_prices(), STANDARD_BANDS, BEFORE_CHRISTMAS)
    assert [each.total_cents for each in found] == [3800, 4400, 5300, 4800, 7600]


def test_glance_says_when_there_is_no_service() -> None:
    nursing = import_prices(shipped_rows("Epes palvelut"), "V-HOMENURSING")
    found = at_a_glance(nursing.prices, nursing.calendar, BEFORE_CHRISTMAS)
    assert [each.total_cents for each in found] == [4200, None, None, None, None]
    assert not_served_words(nursing.calendar, Language.EN) == "Mon–Fri 18–7, Sat Sun and public holidays 0–24"
    assert not_served_words(STANDARD_BANDS, Language.EN) == ""


def test_glance_counts_the_fee_of_a_visit() -> None:
    kenest = import_prices(shipped_rows("Kenest hoiva"), "V-PA")
    assert at_a_glance(kenest.prices, kenest.calendar, BEFORE_CHRISTMAS)[0].total_cents == 2950 + 490


def test_other_units_have_no_glance() -> None:
    assert at_a_glance(PriceList(unit=Unit.DAY, one_price_cents=1), STANDARD_BANDS, BEFORE_CHRISTMAS) == []


def test_terms_of_billing_are_told_where_there_are_any() -> None:
    assert terms_words(band_prices()) == []
    terms = terms_words(PriceList(unit=Unit.HOUR, one_price_cents=1, minimum_minutes=30, rounding_minutes=15))
    assert [translate(each, Language.EN) for each in terms] == [
        "At least 30 minutes are billed for a visit.", "Time is billed by every 15 minutes begun.",
    ]  # fmt: skip
