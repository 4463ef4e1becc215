"""What is exported comes back as it was, in either format, and no cell of it is a formula."""

from datetime import date
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.catalogue.sheets.files import PRICE_COLUMNS, ListHead, price_rows, write_cells, write_sheet
from marketplace.catalogue.sheets.grids import FORMULA_STARTS, UnreadableSheetError, read_table
from marketplace.catalogue.sheets.lists import Extra
from marketplace.catalogue.sheets.offer_sheets import offer_error_file, read_offer_sheet, write_offer_sheet
from marketplace.catalogue.sheets.price_import import import_prices, shipped_rows
from marketplace.catalogue.sheets.reading import RowOutcome, read_price_sheet
from marketplace.kernel.calendar import DayType, Holiday
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.pricing.bands import Band, BandCalendar, EveRule, Hours
from marketplace.pricing.prices import BandPrice, PriceList, Unit

ORGANISER = UUID("00000000-0000-4000-8000-000000000001")
FORMATS = pytest.mark.parametrize("file_format", ["csv", "xlsx"])
HEAD = ListHead(provider="Oy Esimerkki Ab", area="Pori", municipality_codes=("609",), service_class="V-PA", vat="+24")


def again(rows, file_format="csv"):
    report = read_price_sheet(write_sheet(PRICE_COLUMNS, rows, file_format))
    assert report.refused == ()
    return report.lists


@FORMATS
@pytest.mark.parametrize(
    ("provider", "code"),
    [("Kenest hoiva", "V-HOMECARE-REG"), ("Annan kotihoito", "V-PA"), ("Epes palvelut", "V-HOMECARE-REG")],
)
def test_a_real_list_comes_back_as_it_was(provider: str, code: str, file_format: str) -> None:
    given = import_prices(shipped_rows(provider), code)
    head = ListHead(provider=provider, service_class=code, service_text="Palvelu")
    (back,) = again(price_rows(head, given.prices, given.calendar), file_format)
    assert (back.calendar, back.prices) == (given.calendar, given.prices)


def test_every_setting_of_the_time_bands_comes_back() -> None:
    calendar = BandCalendar(
        version="=2027 A",
        bands=(
            Band("päivä", Text("Päivä", "Dag", "Day"), (Hours((DayType.SATURDAY, DayType.WEEKDAY), 420, 1080),)),
            Band("sunday_holiday", Text("-Su", "+Sö"), (Hours((DayType.SUNDAY,), 0, 1440), Hours((DayType.EVE,), 5, 61))),
        ),
        holidays_as=DayType.SUNDAY,
        eves=(EveRule(Holiday.CHRISTMAS, DayType.EVE), EveRule(Holiday.MAY_DAY, DayType.SATURDAY)),
        saturday_eves_as=DayType.SATURDAY,
        not_served=(Hours((DayType.WEEKDAY, DayType.SATURDAY), 0, 420), Hours((DayType.WEEKDAY,), 1080, 1440)),
    )  # fmt: skip
    prices = PriceList(
        unit=Unit.HOUR, band_prices=(BandPrice("päivä", 3850), BandPrice("sunday_holiday", 7701)), minimum_minutes=30,
        rounding_minutes=15, visit_fee_cents=490,
    )  # fmt: skip
    extras = (
        Extra(code="TRAVEL", text="Yli 10 km", unit=Unit.KM, cents=53, beyond_km=10),
        Extra(code="SURCHARGE", text="Kiire", unit=Unit.HOUR, percent=Fraction(25, 2)),
        Extra(code="SURCHARGE", text="Su", unit=Unit.HOUR, cents=500, hours=(Hours((DayType.SUNDAY,), 0, 1440),)),
    )
    (back,) = again(price_rows(HEAD, prices, calendar, extras))
    assert (back.calendar, back.prices) == (calendar, prices)
    assert (back.vat, back.municipality_codes, back.service_class) == ("+24", ("609",), "V-PA")
    assert tuple(replace(each, row=0) for each in back.extras) == tuple(
        replace(each, vat=each.vat or "") for each in extras
    )


def test_one_price_for_all_times_and_bands_without_prices() -> None:
    one = PriceList(unit=Unit.MONTH, one_price_cents=58_000)
    (back,) = again(price_rows(HEAD, one, None))
    assert (back.prices, back.calendar) == (one, None)
    calendar = BandCalendar("v1", (Band("any", Text("Aina"), (Hours(tuple(DayType), 0, 1440),)),))
    (back,) = again(price_rows(HEAD, one, calendar))
    assert (back.prices, back.calendar) == (one, calendar)


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40).map(
    str.strip
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(texts | st.sampled_from(["=1+1", "@x", "+1", "-1", "'=x", "''", '=HYPERLINK("x")', "a;b", 'a"b']),
                         min_size=1, max_size=5), min_size=1, max_size=6), st.sampled_from(["csv", "xlsx"]))  # fmt: skip
def test_any_cells_come_back_and_none_is_a_formula(rows: list[list[str]], file_format: str) -> None:
    data = write_cells(["a"] * 5, rows, file_format)
    full = [tuple(row[: max((i + 1 for i, cell in enumerate(row) if cell), default=0)]) for row in rows]
    table = read_table(data)
    assert [row.cells for row in table.rows[1:]] == [row for row in full if row]
    if file_format == "csv":
        lines = data.decode("utf-8-sig").split("\r\n")
        assert not any(line[:1] in FORMULA_STARTS for line in lines if line)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400) | st.text(alphabet="ma-pela 718;,\n\"'€%+x=\tPHhinta", max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for content in (data, b"PK\x03\x04" + data, b"Palvelu;Aika;Hinta\n" + data):
        try:
            report = read_price_sheet(content)
        except UnreadableSheetError as error:
            assert translate(error.words, Language.FI)
        else:
            assert all(translate(words, Language.SV) for row in report.rows for words in row.words)


cells = st.sampled_from(
    ["ma-pe 7-18", "la", "su ja pyhät", "yö", "38,50 €", "+6", "15 %", "x2", "Kotihoito", "V-PA", "TRAVEL", "ALL", "h", "km",
     "", "-", "25,5", "1.1.2027", "091", "surcharge_pct", "min 2 h", "0", "99999999", "aatto 12-18", "18-22", "muut ajat"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(cells, max_size=9), max_size=8))
def test_any_rows_make_lists_without_overlaps(rows: list[list[str]]) -> None:
    header = ["Palvelu", "Aika", "Hinta", "Lisä %", "Yksikkö", "ALV", "Voimassa", "Huom", "Laji"]
    report = read_price_sheet(write_cells(header, rows, "csv"))
    outcomes = {row.number: row.outcome for row in report.rows}
    assert all(outcomes[number] is RowOutcome.ACCEPTED for each in report.lists for number in each.rows)
    for each in report.lists:
        assert each.prices.one_price_cents is not None or each.prices.band_prices


DRAFTS = st.builds(
    OfferDraft,
    organiser_id=st.uuids(version=4),
    service_class=st.sampled_from(["V-PA", "V-MEAL"]),
    municipality_codes=st.lists(st.sampled_from(["091", "609", "005"]), unique=True).map(tuple),
    languages=st.lists(st.sampled_from(["fi", "sv", "fse", "ar"]), unique=True, min_size=1).map(tuple),
    skills=st.lists(st.sampled_from(["muistisairaudet", "=opaskoira"]), unique=True).map(tuple),
    accepts_new_clients=st.booleans(),
    earliest_start=st.none() | st.dates(date(2000, 1, 1), date(2999, 1, 1)),
    name_fi=texts,
    description_sv=texts,
)


@settings(max_examples=30, deadline=None)
@given(st.lists(DRAFTS, min_size=1, max_size=4), st.sampled_from(["csv", "xlsx"]))
def test_offers_come_back_as_they_were(drafts: list[OfferDraft], file_format: str) -> None:
    report = read_offer_sheet(write_offer_sheet([(ORGANISER, draft) for draft in drafts], file_format), ORGANISER)
    accepted = [offer.draft for offer in report.offers]
    bad = {row.number for row in report.refused}
    assert accepted == [draft for number, draft in enumerate(drafts, start=2) if number not in bad]
    assert all(any("character" in translate(words, Language.EN) for words in row.words) for row in report.refused)


def test_offers_of_a_messy_sheet() -> None:
    sheet = (
        "Tarjoukset 2027\n\nPalvelu;Nimi;Kunnat;Kielet;Uusia asiakkaita\nKotisiivous (siivouspalvelu);Siivous;Pori, Helsinki;"
        "suomi, Swedish;kyllä\nhenkilökohtainen apu;Apu;Porvoo;;ei\nQQQ;Outo;;;\nV-PA;Apu;Hki;;\nV-PA;Apu;;klingon;\n"
        "V-PA;Apu;;;ehkä\n"
    ).encode("cp1252")
    report = read_offer_sheet(sheet, ORGANISER)
    first, second = (offer.draft for offer in report.offers)
    assert (first.service_class, first.municipality_codes, first.languages) == (
        "V-CLEANING",
        ("609", "091"),
        ("fi", "sv"),
    )
    assert (second.accepts_new_clients, second.organiser_id) == (False, ORGANISER)
    assert [(row.number, row.column) for row in report.refused] == [(6, "A"), (7, "C"), (8, "D"), (9, "E")]
    assert (
        offer_error_file(report, Language.EN).decode("utf-8-sig").split("\r\n")[1].startswith("QQQ;Outo;;;;There is no")
    )
    with pytest.raises(UnreadableSheetError):
        read_offer_sheet(b"a;b\n1;2\n", ORGANISER)


@pytest.mark.parametrize("row", ["x;V-PA;;", ";V-PA;31.2.2027;", ";TRAVEL;;", ";V-PA;soon;"])
def test_an_offer_is_refused_with_its_place(row: str) -> None:
    report = read_offer_sheet(f"offer id;service class;earliest start;name fi\n{row}\n".encode(), ORGANISER)
    assert [each.outcome for each in report.rows] == [RowOutcome.REFUSED]
    assert report.rows[0].column
