"""Price lists as people keep them, of manners that were not seen before: each goes in, and to the cent."""

import io
from datetime import date

import openpyxl
import pytest

from marketplace.catalogue.prices.time_words import hours_words
from marketplace.catalogue.sheets.charges import whole_list
from marketplace.catalogue.sheets.lists import DraftPriceList
from marketplace.catalogue.sheets.reading import SheetReport, read_price_sheet
from marketplace.catalogue.sheets.remarks import extra_time, valid_from_in
from marketplace.kernel.i18n import Language, translate
from marketplace.pricing.bands import ANY_TIME
from marketplace.pricing.charges import LengthPrice
from marketplace.pricing.prices import Unit, check_price_list

DAY, EVENING, NIGHT, SATURDAY = "Mon–Fri 7–18", "Mon–Fri 18–22", "Mon–Fri 22–7", "Sat 0–24"


def read(content: str | bytes, encoding: str = "utf-8") -> SheetReport:
    return read_price_sheet(content if isinstance(content, bytes) else content.encode(encoding))


def priced(given: DraftPriceList) -> dict[str, int]:
    """Hours in words with their cents; the one price under its unit."""
    if given.prices.one_price_cents is not None:
        return {given.prices.unit.value: given.prices.one_price_cents}
    assert given.calendar is not None
    return {hours_words(given.calendar.band(each.band).hours, Language.EN): each.price_cents for each in given.prices.band_prices}  # fmt: skip


def by_service(report: SheetReport) -> dict[str, dict[str, int]]:
    for given in report.lists:
        assert check_price_list(given.prices, given.calendar or ANY_TIME) == []
    return {f"{given.service_class} {given.vat}".strip(): priced(given) for given in report.lists}


def workbook(*rows: list) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


SHEETS = {
    "merged headings under a title, a note below": (
        ("Kotipalvelu Tähti Oy;;;;;\nPuh. 040 123 4567;;;;;\nHINNASTO 1.3.2027 alkaen;;;;;\n;Arkisin;;;Viikonloppuisin;\n"
        "Palvelu;klo 7–18;klo 18–22;klo 22–7;la;su\nKotihoito;42,90;47,90;59,90;55,90;85,80\n"
        "Hinnat sisältävät kilometrikorvaukset.;;;;;\n"),
        {"V-HOMECARE-REG": {DAY: 4290, EVENING: 4790, NIGHT: 5990, SATURDAY: 5590, "Sun 0–24": 8580}},
    ),
    "times only below the service that they are of": (
        ("Palvelu;Hinta\nSiivous;40,00 €/h\nIlta klo 18-22;+15 %\nLauantai;+25 %\nSunnuntai ja pyhät;+100 %\n"
        "Kotihoito ma-pe;50\nla;55\n"),
        {
            "V-CLEANING": {EVENING: 4600, SATURDAY: 5000, "Sun and public holidays 0–24": 8000, "Mon–Fri 22–18": 4000},
            "V-HOMECARE-REG": {"Mon–Fri 0–24": 5000, SATURDAY: 5500},
        },
    ),
    "tabs, an e for euros, times after the service": (
        "Palvelu\tHinta €/h\tHuom\nKotihoito ma-pe klo 7–18\t24,50 e\t\nKotihoito la-su\t31,00 e/h\tväh. 2 h\nSiivous\t29e\tsis. alv 25,5 %\n",
        {"V-HOMECARE-REG": {DAY: 2450, "Sat and Sun 0–24": 3100}, "V-CLEANING 25.5": {"hour": 2900}},
    ),
    "swedish headings": (
        ("Prislista 2027\nTjänst;Vardagar kl. 7-18;Vardagar kl. 18-22;Lördag;Söndag\n"
        "Hemvård;41,20 €/tim;47,50 €/tim;55,00 €/tim;82,40 €/tim\nStädhjälp;35,00;;;\nResekostnader;0,55 €/km;;;\n"),
        {"V-HOMECARE-REG": {DAY: 4120, EVENING: 4750, SATURDAY: 5500, "Sun 0–24": 8240}, "V-CLEANING": {DAY: 3500}},
    ),
    "commas between cells and in amounts, days with a slash": (
        ('palvelu,aika,hinta\nKotihoito,ma-pe 07.00-18.00,"38,00 €"\nKotihoito,ma-pe 18-22,"44,00 €"\nKotihoito,la/su,"57,00 €"\n'
        'Kotihoito,pyhäpäivät,"76,00 €"\n'),
        {"V-HOMECARE-REG": {DAY: 3800, EVENING: 4400, "public holidays 0–24": 7600, "Sat and Sun 0–24": 5700}},
    ),
    "surcharges in percent named after their times": (
        "Kotihoito, perushinta;40 €/h\nIltalisä klo 18-22;15 %\nLauantailisä;20 %\nSunnuntai- ja pyhälisä;100 %\n",
        {"V-HOMECARE-REG": {EVENING: 4600, SATURDAY: 4800, "Sun and public holidays 0–24": 8000, "Mon–Fri 22–18": 4000}},
    ),
    "two tables below each other under their services": (
        "KOTIHOITO;;;\nAika;Hinta/h;;\nMa–Pe 7–18;38,00 €;;\nMa–Pe 18–22;44,00 €;;\n;;;\nSIIVOUS;;;\nAika;Hinta/h;;\nMa–Pe;35,00 €;;\nLa;45,00 €;;\n",
        {"V-HOMECARE-REG": {DAY: 3800, EVENING: 4400}, "V-CLEANING": {"Mon–Fri 0–24": 3500, SATURDAY: 4500}},
    ),
    "two tables beside each other": (
        "Hinnasto;;;;\nKotihoito;Hinta;;Siivous;Hinta\nma-pe 7-18;38 €;;ma-pe;35 €\nla;45 €;;la;40 €\n",
        {"V-HOMECARE-REG": {DAY: 3800, SATURDAY: 4500}, "V-CLEANING": {"Mon–Fri 0–24": 3500, SATURDAY: 4000}},
    ),
    "services beside each other, times below": (
        ";Kotihoito;Siivous\nMa-pe 7-18;38,00;35,00\nMa-pe 18-22;44,00;40,00\nLa;48,00;44,00\n",
        {"V-HOMECARE-REG": {DAY: 3800, EVENING: 4400, SATURDAY: 4800},
         "V-CLEANING": {DAY: 3500, EVENING: 4000, SATURDAY: 4400}},
    ),
    "a column with tax and one without": (
        "Palvelu;Hinta alv 0 %;Hinta sis. alv 25,5 %\nKotisiivous;30,00;37,65\n",
        {"V-CLEANING 0": {"hour": 3000}, "V-CLEANING 25.5": {"hour": 3765}},
    ),
    "prices from, by agreement, per portion and per month": (
        "Palvelu;Hinta\nKotihoito;alk. 38 €/h\nAteriapalvelu;9,90 €/annos\nTurvapuhelin;29 €/kk\nSauna;sopimuksen mukaan\n",
        {"V-HOMECARE-REG": {"hour": 3800}, "V-MEAL": {"piece": 990}, "V-SAFETY": {"month": 2900}},
    ),
    "hard spaces and thousands": (
        "Palvelu\u00a0;\u00a0Hinta\nPalveluasuminen;1\u00a0250,00\u00a0€/kk\nKotihoito;39\u00a0€/h\n",
        {"V-HOUSING-COM": {"month": 125_000}, "V-HOMECARE-REG": {"hour": 3900}},
    ),
    "bars between cells, words for days": (
        "Palvelu|Aika|Hinta\nKotihoito|arkisin klo 7 - 18|36,50 €/h\nKotihoito|arkisin klo 18 - 22|42 €/h\nKotihoito|viikonloppuisin|54 €/h\n",
        {"V-HOMECARE-REG": {DAY: 3650, EVENING: 4200, "Sat and Sun 0–24": 5400}},
    ),
    "english with points": (
        "Service,Weekday 7-18,Weekday evening 18-22,Saturday\nHome care,38.50,44.00,48.00\nCleaning,35.00,,\n",
        {"V-HOMECARE-REG": {DAY: 3850, EVENING: 4400, SATURDAY: 4800}, "V-CLEANING": {DAY: 3500}},
    ),
    "municipalities in a column, a price for each": (
        "Kunta;Palvelu;Tuntihinta (alv 0%)\nTurku;Kotihoito;38\nTurku, Naantali;Siivous;35\n",
        {"V-HOMECARE-REG 0": {"hour": 3800}, "V-CLEANING 0": {"hour": 3500}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(SHEETS), ids=lambda name: name.replace(" ", "-"))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_list_goes_in_to_the_cent(name: str, encoding: str) -> None:
    text, prices = SHEETS[name]
    report = read(text, encoding)
    assert [(row.number, translate(row.words[0], Language.EN)) for row in report.refused] == []
    assert by_service(report) == prices


def test_a_workbook_with_dates_and_a_title() -> None:
    report = read(
        workbook(["Hinnasto voimassa", date(2027, 1, 1)], [], ["Palvelu", "Aika", "Hinta"],
                 ["Kotihoito", "ma-pe 7-18", 38.5], ["Kotihoito", "la", 48], ["Ateria", None, 9.9])
    )  # fmt: skip
    assert by_service(report) == {"V-HOMECARE-REG": {DAY: 3850, SATURDAY: 4800}, "V-MEAL": {"piece": 990}}
    assert {given.valid_from for given in report.lists} == {date(2027, 1, 1)}


def test_a_formula_without_its_value_is_refused_and_not_lost() -> None:
    report = read(workbook(["Palvelu", "Hinta"], ["Kotihoito", "=30*1.2"], ["Siivous", 35]))
    [row] = report.refused
    assert (row.number, row.column) == (2, "B")
    assert by_service(report) == {"V-CLEANING": {"hour": 3500}}


def test_prices_by_length_become_one_list() -> None:
    report = read("Palvelu;30 min;60 min;90 min\nFysioterapia kotikäynti;55 €;75 €;99 €\n")
    [given] = report.lists
    assert (given.prices.unit, given.prices.one_price_cents, given.condition.fi) == (Unit.VISIT, None, "")
    assert given.prices.length_prices == (LengthPrice(30, 5500), LengthPrice(60, 7500), LengthPrice(90, 9900))


def test_fees_of_a_list_become_part_of_it() -> None:
    report = read(
        "Tuote;Yksikkö;á-hinta;Minimiveloitus\nKotihoito arki 8-16;h;39,90;1 h\nMatkakulut yli 10 km;km;0,57;\nLaskutuslisä;kpl;3,00;\n"
        "Kiirelisä;h;5 %;\nHälytyskäynti;kerta;60;\n"
    )
    prices, unused = whole_list(report.lists[0])
    assert prices.travel is not None
    assert (prices.travel.cents_per_km, prices.travel.free_metres) == (57, 10_000)
    assert (prices.invoice_fee_cents, prices.minimum_minutes) == (300, 60)
    assert [translate(each, Language.EN) for each in unused] == ["Row 6 was not used: Hälytyskäynti."]


def test_a_row_of_two_tables_tells_what_is_wrong_in_either() -> None:
    report = read("Kotihoito;Hinta;;Siivous;Hinta\nma-pe 7-18;38 €;;ma-pe;abc\nla;45 €;;la;40 €\n")
    assert [(row.number, row.column) for row in report.refused] == [(2, "E")]
    assert report.header == ("Kotihoito", "Hinta", "", "Siivous", "Hinta")


@pytest.mark.parametrize(
    ("text", "time"),
    [("Iltalisä klo 18-22", "ilta klo 18-22"), ("Yölisä 22–07", "yö 22–07"), ("Sunnuntailisä", "su"), ("Su- ja pyhälisä", "su ja pyhät"),
     ("Kvällstillägg kl. 18-22", "kväll kl. 18-22"), ("Lauantailisä (la 7-18)", "la 7-18"), ("Kuukausilisä", None),
     ("Kotihoito", None)], ids=str,
)  # fmt: skip
def test_surcharges_are_named_after_their_times(text: str, time: str | None) -> None:
    assert extra_time(text) == time


def test_only_a_title_tells_a_day() -> None:
    assert valid_from_in(["Hinnasto", "2027-02-01"]) == date(2027, 2, 1)
    assert valid_from_in(["Hinnasto 31.2.2027 alkaen"]) is None
    assert valid_from_in(["Tulostettu 1.2.2027"]) is None
