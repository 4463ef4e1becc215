"""Fees and surcharges of a sheet become terms of its price list; prices go into an organiser's bands where they fit."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from marketplace.catalogue.sheets.charges import whole_list
from marketplace.catalogue.sheets.fitting import fitted
from marketplace.catalogue.sheets.reading import read_price_sheet
from marketplace.catalogue.sheets.terms import read_term, term_rows, with_terms
from marketplace.catalogue.sheets.words import UnreadableCellError
from marketplace.kernel.calendar import DayType, Holiday
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.pricing.bands import Band, BandCalendar, EveRule, Hours
from marketplace.pricing.charges import FeeWaiver, LengthPrice, Package, Surcharge, Travel
from marketplace.pricing.prices import BandCoefficient, BandPrice, PriceList, Unit
from tests.factories.catalogue import band_prices

TIMES = "Palvelu;Aika;Hinta\nKotihoito;ma-pe 7-18;40\nKotihoito;la;50\n"


def whole(text: str) -> tuple[PriceList, list[str]]:
    report = read_price_sheet(text.encode())
    assert report.refused == ()
    prices, unused = whole_list(report.lists[0])
    return prices, [translate(each, Language.EN) for each in unused]


@pytest.mark.parametrize(
    ("row", "surcharge"),
    [("Viikonloppulisä;la;5 %", Surcharge(key="extra_1", name=Text("x"), bands=("saturday_day",), percent=Decimal(5))),
     ("Kiirelisä kotihoito;;+6", Surcharge(key="extra_1", name=Text("x"), cents=600))],
    ids=["of-a-band", "of-all-times"],
)  # fmt: skip
def test_a_surcharge_holds_in_whole_bands(row: str, surcharge: Surcharge) -> None:
    prices, unused = whole(f"{TIMES}{row}\n")
    assert unused == []
    [made] = prices.surcharges
    assert replace(made, name=Text("x")) == surcharge


def test_a_surcharge_that_cuts_a_band_is_told() -> None:
    prices, unused = whole(TIMES + "Kotihoito iltapäivälisä;ma-pe 12-20;+5 €\n")
    assert prices.surcharges == ()
    assert len(unused) == 1


@pytest.mark.parametrize(
    ("row", "travel"),
    [("Matkakulut;;0,57 €/km", Travel(cents_per_km=57)), ("Matkakulut;;8 €/käynti", Travel(per_visit_cents=800)),
     ("Matkakulut;;30 €/kk", None)], ids=["km", "visit", "month"],
)  # fmt: skip
def test_travel_is_per_kilometre_or_per_visit(row: str, travel: Travel | None) -> None:
    prices, unused = whole(f"{TIMES}{row}\n")
    assert (prices.travel, bool(unused)) == (travel, travel is None)


def test_tax_in_the_price_or_on_top() -> None:
    included, _ = whole("Palvelu;Hinta;ALV %\nSiivous;30;25,5\n")
    added, _ = whole("Palvelu;Hinta;ALV %\nSiivous;30;+25,5\n")
    assert (included.vat_percent, included.vat_added) == (Decimal("25.5"), False)
    assert (added.vat_percent, added.vat_added) == (Decimal("25.5"), True)


def test_every_term_comes_back() -> None:
    given = replace(
        band_prices(), travel=Travel(cents_per_km=1), fee_waiver=FeeWaiver(visit_minutes=60), invoice_fee_cents=200,
        surcharges=(Surcharge(key="a", name=Text("A"), percent=Decimal("2.5")),), monthly_average=True,
        packages=(Package(key="p", name=Text("P"), over_minutes=0, up_to_minutes=60, price_cents=5),),
        coefficients=(BandCoefficient("night", Decimal("1.5")),),
    )  # fmt: skip
    terms = [read_term(row["kind"], row["note"]) for row in term_rows(given)]
    assert with_terms(band_prices(), [term for term in terms if term]) == given
    lengths = PriceList(unit=Unit.VISIT, length_prices=(LengthPrice(30, 5),))
    terms = [read_term(row["kind"], row["note"]) for row in term_rows(lengths)]
    assert with_terms(PriceList(unit=Unit.VISIT, one_price_cents=5), [term for term in terms if term]) == lengths


def test_a_changed_note_of_an_export_is_refused_in_its_row() -> None:
    with pytest.raises(UnreadableCellError):
        read_term("list_travel", "{")
    assert read_term("price", "") is None
    sheet = 'service_code;name_fi;kind;price_eur;note\nV-PA;;price;30;\nV-PA;;list_travel;;{"x": 1}\n'
    [row] = read_price_sheet(sheet.encode()).refused
    assert (row.number, row.column) == (3, "E")


DAYS = (DayType.WEEKDAY, DayType.SATURDAY, DayType.SUNDAY, DayType.HOLIDAY)
FLAT = BandCalendar(
    "x", (Band("a", Text("A"), (Hours(DAYS, 0, 720),)), Band("b", Text("B"), (Hours(DAYS, 720, 1440),)))
)
ALIKE = PriceList(unit=Unit.HOUR, band_prices=(BandPrice("a", 5), BandPrice("b", 5)))


def test_bands_with_one_price_fit_any_calendar() -> None:
    made = fitted(ALIKE, FLAT, STANDARD_BANDS)
    assert made is not None
    assert {each.price_cents for each in made.band_prices} == {5}
    assert [each.band for each in made.band_prices] == list(STANDARD_BANDS.keys)
    assert fitted(band_prices(), None, STANDARD_BANDS) == band_prices()


def test_bands_that_say_other_things_do_not_fit() -> None:
    other = replace(ALIKE, band_prices=(BandPrice("a", 5), BandPrice("b", 6)))
    assert fitted(other, FLAT, STANDARD_BANDS) is None
    half = replace(FLAT, bands=FLAT.bands[:1])
    assert fitted(replace(ALIKE, band_prices=ALIKE.band_prices[:1]), half, STANDARD_BANDS) is None
    late = replace(FLAT, bands=FLAT.bands[1:])
    assert fitted(replace(ALIKE, band_prices=ALIKE.band_prices[1:]), late, STANDARD_BANDS) is None
    eves = replace(FLAT, eves=(EveRule(Holiday.CHRISTMAS, DayType.SUNDAY),))
    assert fitted(ALIKE, eves, STANDARD_BANDS) is None
    banded = replace(ALIKE, surcharges=(Surcharge(key="s", name=Text("S"), bands=("a",), cents=1),))
    assert fitted(banded, FLAT, STANDARD_BANDS) is None
    by_coefficient = PriceList(unit=Unit.HOUR, one_price_cents=5, coefficients=(BandCoefficient("a", Decimal(2)),))
    assert fitted(by_coefficient, FLAT, STANDARD_BANDS) is None
    assert fitted(by_coefficient, FLAT, FLAT) == by_coefficient
