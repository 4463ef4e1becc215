"""Price sheets of every manner are read row by row; what is wrong is told with its place, the rest goes in."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from marketplace.catalogue.prices.time_words import hours_words
from marketplace.catalogue.sheets.files import error_file
from marketplace.catalogue.sheets.grids import MAX_BYTES, MAX_ROWS, UnreadableSheetError, column_letter, read_table
from marketplace.catalogue.sheets.reading import RowOutcome, SheetReport, read_price_sheet
from marketplace.kernel.calendar import DayType
from marketplace.kernel.i18n import Language, translate
from marketplace.pricing.bands import ANY_TIME, check_bands
from marketplace.pricing.prices import check_price_list

DATA = Path(__file__).parent / "data"
ACCEPTED, NOTE = RowOutcome.ACCEPTED, RowOutcome.NOTE


def read(text: str, encoding: str = "utf-8", **options) -> SheetReport:
    return read_price_sheet(text.encode(encoding), **options)


def table(report: SheetReport, index: int = 0) -> dict[str, int]:
    """Hours in words with their price in cents, of one of the lists."""
    found = report.lists[index]
    return {hours_words(b.hours, Language.EN): found.prices.price_of(b.key) for b in found.calendar.bands}


def refusals(report: SheetReport) -> list[tuple[int, str | None, str]]:
    return [(row.number, row.column, translate(row.words[0], Language.EN)) for row in report.refused]


def workbook(*rows: list, **formats: str) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for place, number_format in formats.items():
        book.active[place].number_format = number_format
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_published_lists_go_in_whole() -> None:
    report = read_price_sheet((DATA / "price_lists.csv").read_bytes())
    assert report.refused == ()
    assert (report.count(ACCEPTED), len({each.provider for each in report.lists})) == (120, 15)
    for each in report.lists:
        assert check_price_list(each.prices, each.calendar or ANY_TIME) == []
        assert not each.calendar or check_bands(each.calendar) == []


def test_published_prices_are_read_to_the_cent() -> None:
    report = read_price_sheet((DATA / "price_lists.csv").read_bytes())
    by_place = {
        (each.provider, each.area, each.service_text, each.vat, each.condition.en): each for each in report.lists
    }
    assert len(by_place) == len(report.lists)
    epes = next(each for each in report.lists if each.provider == "Epes palvelut")
    assert {hours_words(b.hours, Language.EN): epes.prices.price_of(b.key) for b in epes.calendar.bands} == {
        "Mon–Fri 7–18": 3600, "Mon–Fri 18–22": 4200, "Sat 0–24": 4000, "Sun and public holidays 0–24": 5400,
    }  # fmt: skip
    kenest = next(each for each in report.lists if each.provider == "Kenest hoiva")
    assert (kenest.prices.visit_fee_cents, kenest.prices.minimum_minutes) == (490, 30)
    assert {rule.counts_as for rule in kenest.calendar.eves} == {DayType.SUNDAY}
    other = next(each for each in report.lists if each.service_class is None)
    assert "none of the service classes" in translate(other.warnings[0], Language.EN)


def test_a_list_with_times_as_headings_and_words_around_it() -> None:
    report = read(
        "Hoivapalvelu Oy – Hinnasto 1.1.2027;;;\n;;;\nPalvelu;Arki klo 7-18;Arki-ilta 18–22;La;Su ja pyhät\n"
        "Kotihoito;38,50 €;44,30 €/h;48,20;1 077,00 €\nSiivous;35,-;;40;-\n"
        "Palvelu;Arki klo 7-18;Arki-ilta 18–22;La;Su ja pyhät\nIkkunanpesu;abc;;40;\nHinnat sis. alv 0 %;;;;\n",
        "cp1252",
    )
    assert table(report) == {
        "Mon–Fri 7–18": 3850, "Mon–Fri 18–22": 4430, "Sat 0–24": 4820, "Sun and public holidays 0–24": 107700,
    }  # fmt: skip
    assert [each.service_class for each in report.lists] == ["V-HOMECARE-REG", "V-CLEANING"]
    assert refusals(report) == [(7, "B", "“abc” is not an amount in euros.")]
    assert [row.number for row in report.rows if row.outcome is NOTE] == [1, 3, 6, 8]
    assert translate(report.rows[2].words[0], Language.FI) == "Kotihoito: 38,50\xa0€ / tunti, ma–pe 7–18"


def test_merged_headings_over_two_rows() -> None:
    report = read(
        "Palvelu\tArkisin\t\tViikonloppu\t\n\t7–18\t18–22\tla\tsu\nKotihoito\t38,50\t44,30\t48,20\t77\n", "utf-16"
    )
    assert table(report) == {"Mon–Fri 7–18": 3850, "Mon–Fri 18–22": 4430, "Sat 0–24": 4820, "Sun 0–24": 7700}
    assert "priced as Sundays" in translate(report.lists[0].warnings[0], Language.EN)
    assert check_bands(report.lists[0].calendar) == []


def test_a_list_in_swedish_with_commas() -> None:
    report = read(
        'Tjänst,Tid,"Pris, €",Enhet,Moms %\nHemvård,vardagar kl. 7-18,"38,50",tim,0\n'
        'Hemvård,söndagar och helgdagar,"1 038,50",timme,0\nStädning,vardagskväll 18-22,45:-,h,"25,5"\n',
        "cp1252",
    )
    assert table(report) == {"Mon–Fri 7–18": 3850, "Sun and public holidays 0–24": 103850}
    assert table(report, 1) == {"Mon–Fri 18–22": 4500}
    assert "25,5 %" in translate(report.lists[1].warnings[0], Language.EN)


def test_a_list_without_headings_in_sections() -> None:
    report = read(
        "Kotihoito\nArki 7-18;38,50 €/h\nArki-ilta 18-22;+6 €\nLauantai;+25 %\nSu ja pyhät;x2\nSiivous\narkisin;30 €\n"
        "Kilometrikorvaus yli 10 km;0,53 €/km\nLaskutuslisä;5 €\n"
    )
    assert table(report) == {
        "Mon–Fri 7–18": 3850, "Mon–Fri 18–22": 4450, "Sat 0–24": 4813, "Sun and public holidays 0–24": 7700,
    }  # fmt: skip
    travel, invoice = report.lists[1].extras
    assert (travel.code, travel.cents, travel.beyond_km) == ("TRAVEL", 53, 10)
    assert (invoice.code, invoice.cents) == ("INVOICE-FEE", 500)


def test_days_and_prices_over_several_columns_of_an_english_list() -> None:
    report = read("Service|Time|Price per hour\nHome cleaning|Mon-Wed 8am-4pm|€34.68\nHome cleaning|Thu-Fri|36.29\n")
    assert [each.condition.en for each in report.lists] == ["Mon, Tue, Wed", "Thu, Fri"]
    assert table(report) == {"Mon–Fri 8–16": 3468}
    assert translate(report.lists[0].warnings[0], Language.EN) == "The prices are for Mon, Tue, Wed only."


def test_days_without_hours_get_what_is_left_of_them() -> None:
    report = read("Palvelu;Aika;Hinta\nKotihoito;arkisin;40\nKotihoito;yö 22-7;60\nKotihoito;muut ajat;50\n")
    assert table(report) == {
        "Mon–Fri Sat Sun and public holidays 22–7": 6000, "Mon–Fri 7–22": 4000, "Sat Sun and public holidays 7–22": 5000,
    }  # fmt: skip
    assert check_bands(report.lists[0].calendar) == []


def test_eves_with_prices_of_their_own() -> None:
    report = read("Palvelu;Aika;Hinta\nKotihoito;ma-pe 7-18;40\nKotihoito;arkipyhän aatto 12-18;60\nKotihoito;la;45\n")
    assert table(report)["eves 12–18"] == 6000
    assert check_bands(report.lists[0].calendar) == []


def test_rows_that_overlap_make_lists_of_their_own() -> None:
    report = read("Palvelu;Aika;Hinta\nKotihoito;la 8-18;40\nKotihoito;la-su 16-22;60\nKotihoito;la 8-18;60\n")
    assert [table(report, i) for i in (0, 1)] == [{"Sat 8–18": 4000}, {"Sat and Sun 16–22": 6000}]
    assert "Row 3 has another price for some of the hours of row 2" in translate(
        report.lists[1].warnings[0], Language.EN
    )


def test_one_bad_row_of_five_thousand_leaves_the_others() -> None:
    rows = [f"Tuottaja {i};V-CLEANING;ma-pe 8-16;{30 + i % 20},50" for i in range(5_000)]
    rows[2_500] = "Tuottaja;V-CLEANING;ma-pe 8-16;kolmekymppiä"
    report = read("Tuottaja;Palvelukoodi;Aika;Hinta\n" + "\n".join(rows))
    assert (report.count(ACCEPTED), len(report.lists)) == (4_999, 4_999)
    assert refusals(report) == [(2_502, "D", "“kolmekymppiä” is not an amount in euros.")]


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("V-PHYSI;ma-pe 7-18;40;h;;;", "A", "There is no service class V-PHYSI. Did you mean V-PHYSIO?"),
        ("QQQ;ma-pe 7-18;40;h;;;", "A", "There is no service class QQQ."),
        ("V-PA;kissa 7-18;40;h;;;", "B", "“kissa” is not a day or a time."),
        ("V-PA;ma-pe 25-26;40;h;;;", "B", "“25.00” is not a time of day."),
        ("V-PA;7-18;40;h;;;", "B", "Say on which days, for example ma–pe 7–18."),
        ("V-PA;ma-pe 7-18;;h;;;", "C", "The price is missing."),
        ("V-PA;ma-pe 7-18;-40;h;;;", "C", "“-40” is not an amount in euros."),
        (
            "V-PA;ma-pe 7-18;40,125;h;;;",
            "C",
            "“40,125” has more than two decimals. Write the amount in euros and cents.",
        ),
        ("V-PA;ma-pe 7-18;40;kuutio;;;", "D", "“kuutio” is not a unit of price."),
        ("V-PA;ma-pe 7-18;40;h;paljon;;", "E", "“paljon” is not a rate of value added tax."),
        ("V-PA;ma-pe 7-18;40;h;;31.2.2027;", "F", "“31.2.2027” is not a date. Write it as 1.1.2027."),
        ("V-PA;ma-pe 7-18;40;h;;;Hki", "G", "There is no municipality “Hki”."),
        ("TRAVEL;;0,5;km;;;", "C", "There is no price list that this fee would belong to."),
        ("V-PA;ma-pe 7-18;+5 €;h;;;", "C", "There is no price that this could be added to."),
    ],
)
def test_a_refused_row_tells_its_place_and_reason(row: str, column: str, why: str) -> None:
    report = read(f"Palvelukoodi;Aika;Hinta;Yksikkö;ALV;Voimassa;Kunta\n{row}\n")
    assert refusals(report) == [(2, column, why)]
    assert report.lists == ()


def test_the_file_names_no_service_but_was_sent_for_one() -> None:
    sheet = "Aika;Hinta\nma-pe 7-18;40\n"
    assert refusals(read(sheet))[0][2].startswith("It does not say which service")
    assert read(sheet, service_class_code="V-PA").lists[0].service_class == "V-PA"


def test_dates_minimums_and_municipalities() -> None:
    report = read(
        "Palvelu;Aika;Hinta;Huom;Voimassa alkaen;Kunta\nKotihoito;arki 7-18;40;vähintään 1,5 h;1.3.2027;Pori, 091\n"
    )
    draft = report.lists[0]
    assert (draft.prices.minimum_minutes, draft.municipality_codes) == (90, ("609", "091"))
    assert draft.valid_from and draft.valid_from.isoformat() == "2027-03-01"


def test_a_workbook_with_numbers_percents_and_dates() -> None:
    data = workbook(
        ["Hinnasto"], [], ["Palvelu", "Aika", "Hinta", "Lisä %"], ["Kotihoito", "ma-pe 7-18", 38.5, None],
        ["Kotihoito", "ma-pe 18-22", None, 0.15], ["Siivous", "arkisin", "=30+5", None], [None, None, 44.3, None],
        D5="0%",
    )  # fmt: skip
    report = read_price_sheet(data)
    assert table(report) == {"Mon–Fri 7–18": 3850, "Mon–Fri 18–22": 4428}
    assert refusals(report)[0] == (6, "C", "“=30+5” is not an amount in euros.")
    assert (report.kind, report.rows[0].outcome) == ("xlsx", NOTE)


def test_the_error_file_has_the_bad_rows_with_reasons_and_can_be_sent_again() -> None:
    sheet = "Palvelu;Aika;Hinta\nKotihoito;ma-pe 7-18;40\n=cmd();ma-pe;abc\nSiivous;la;neljä\n"
    errors = error_file(read(sheet), Language.EN)
    lines = errors.decode("utf-8-sig").split("\r\n")
    assert lines[0] == "Palvelu;Aika;Hinta;Why the row was refused"
    assert lines[1].startswith("'=cmd();ma-pe;abc;\"Row 3, column A: It does not say")
    mended = errors.decode("utf-8-sig").replace("neljä", "44").encode()
    assert read_price_sheet(mended).lists[0].service_class == "V-CLEANING"


def test_the_error_file_of_a_workbook_is_a_workbook() -> None:
    data = workbook(["Palvelu", "Aika", "Hinta"], ["Kotihoito", "ma-pe 7-18", "neljä"])
    again = read_table(error_file(read_price_sheet(data), Language.FI))
    assert again.kind == "xlsx"
    assert again.rows[1].cells[:3] == ("Kotihoito", "ma-pe 7-18", "neljä")


def test_files_that_are_no_sheet_are_refused_in_words() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 70_000_000)
    entities = io.BytesIO()
    with zipfile.ZipFile(entities, "w") as archive:
        archive.writestr("[Content_Types].xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    for data in (b"", b"\n\n", bomb.getvalue(), entities.getvalue(), b"PK\x03\x04junk", b"\xd0\xcf\x11\xe0old",
                 b"x" * (MAX_BYTES + 1), b"a;1\n" * (MAX_ROWS + 1), b"just words\nand more\n"):  # fmt: skip
        with pytest.raises(UnreadableSheetError):
            read_price_sheet(data)


def test_columns_are_named_as_in_a_spreadsheet() -> None:
    assert [column_letter(i) for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_sheet_may_tell_its_separator() -> None:
    assert read_table(b"sep=;\na;b,c\n").rows[0].cells == ("a", "b,c")
    assert read_table(b"sep=;\na;b\n").rows[0].number == 2


def test_days_start_and_end_in_columns_of_their_own() -> None:
    report = read(
        "Palvelu;Päivä;Alkaa;Päättyy;Hinta\nKotihoito;ma-pe;07:00;18:00;38,50 € + alv\nKotihoito;la;8;14;45 (alv 0 %)\n"
    )
    assert table(report) == {"Mon–Fri 7–18": 3850}
    assert table(report, 1) == {"Sat 8–14": 4500}
    assert report.lists[1].vat == "0"


def test_prices_named_with_their_times_and_a_mark_after_them() -> None:
    report = read('Palvelu;"Hinta\narki 7-18";"Hinta la";Huom\nKotihoito;38,50*;45,00 €;ei\n')
    assert table(report) == {"Mon–Fri 7–18": 3850, "Sat 0–24": 4500}


def test_fees_are_for_the_lists_of_their_provider() -> None:
    report = read(
        "Tuottaja;Palvelukoodi;Aika;Hinta\nA;V-PA;la;40\nB;V-PA;la;41\nB;TRAVEL;;0,5\nB;VISIT-FEE;;4,90\nB;TRAVEL;;0,5\nA;ALL;;+10 %\n"
    )
    first, second = report.lists
    assert [(each.code, each.percent) for each in first.extras] == [("SURCHARGE", 10)]
    assert ([each.code for each in second.extras], second.prices.visit_fee_cents) == (["TRAVEL"], 490)


def test_a_workbook_with_a_title_merged_headings_and_merged_services() -> None:
    data = workbook(
        ["Hinnasto 2027"], ["Palvelu", "Arkisin", None, "Lauantai"], [None, "klo 7-18", "klo 18-22", "klo 7-18"],
        ["Kotihoito", 40, 46, 50.5], ["Henkilökohtainen apu", 30, "sop. mukaan", 50], [], ["Hinnat alv 0 %"],
    )  # fmt: skip
    report = read_price_sheet(data)
    assert table(report) == {"Mon–Fri 7–18": 4000, "Mon–Fri 18–22": 4600, "Sat 7–18": 5050}
    assert refusals(report) == [(5, "C", "“sop. mukaan” is not an amount in euros.")]


def test_a_service_that_is_named_once_for_its_rows() -> None:
    report = read(
        "Tuote|Aika|Hinta\nKotihoito|Arki päivä (7–18)|40 e\n|Arki ilta (18–22)|46 e\n|Yö|70 e\nTurvapuhelin||25 e/kk\n"
    )
    assert table(report) == {
        "Mon–Fri 7–18": 4000, "Mon–Fri 18–22": 4600, "Mon–Fri Sat Sun and public holidays 22–7": 7000,
    }  # fmt: skip
    assert (report.lists[1].service_class, report.lists[1].prices.one_price_cents) == ("V-SAFETY", 2500)


def test_times_after_the_words_of_the_service() -> None:
    report = read("Palvelu;Hinta\nKotihoito arkisin 7-18;40\nKotihoito iltaisin 18-22;46\nKotihoito la ja su;60\n")
    assert table(report) == {"Mon–Fri 7–18": 4000, "Mon–Fri 18–22": 4600, "Sat and Sun 0–24": 6000}


def test_band_codes_without_times() -> None:
    report = read("service_code,time_band,price_eur\nV-PA,weekday_day,30\nV-PA,holiday_eve,60\nV-PA,banana,60\n")
    assert table(report) == {"Mon–Fri 0–24": 3000, "eves 0–24": 6000}
    assert refusals(report) == [(4, "B", "“banana” is not a day or a time.")]


def test_an_amount_without_a_heading_is_not_lost_in_silence() -> None:
    assert refusals(read("Palvelu;Hinta\nKotihoito;40;46\n")) == [(2, "C", "The column of 46 has no heading.")]
