"""A whole price list for reading: rows as the bill shows them, every term in a sentence, the week with its prices."""

from decimal import Decimal

from msgspec.structs import replace

from marketplace.catalogue.prices.price_table import price_rows, priced_week, terms_words
from marketplace.kernel.calendar import DayType
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.pricing.bands import Hours
from marketplace.pricing.charges import FeeWaiver, LengthPrice, Package, Surcharge, Travel
from marketplace.pricing.prices import BandCoefficient, BandPrice, PriceList, Unit
from tests.factories.catalogue import band_prices

ONE = PriceList(unit=Unit.HOUR, one_price_cents=40_00)
NIGHT = Surcharge(key="n", name=Text("Yö"), bands=("night",), percent=Decimal(50))


def rows(prices: PriceList) -> list[tuple[str, int]]:
    return [(row.name, row.price_cents) for row in price_rows(prices, STANDARD_BANDS, Language.EN)]


def terms(prices: PriceList) -> list[str]:
    return [translate(each, Language.EN) for each in terms_words(prices)]


def test_one_price_holds_tax_and_surcharges() -> None:
    always = Surcharge(key="a", name=Text("Aina"), cents=1_00)
    assert rows(replace(ONE, surcharges=(always,))) == [("", 41_00)]
    assert rows(replace(ONE, vat_added=True, vat_percent=Decimal(25))) == [("", 50_00)]


def test_what_goes_by_the_time_is_shown_by_the_time() -> None:
    assert ("Weekday night", 60_00) in rows(replace(ONE, surcharges=(NIGHT,)))
    times = tuple(BandCoefficient(key, Decimal(2)) for key in STANDARD_BANDS.keys)
    assert {cents for _, cents in rows(replace(ONE, coefficients=times))} == {80_00}
    half = PriceList(unit=Unit.HOUR, band_prices=(BandPrice("night", 1_00),))
    assert rows(half) == [("Weekday night", 1_00)]


def test_visits_are_shown_by_their_length() -> None:
    lengths = PriceList(unit=Unit.VISIT, length_prices=(LengthPrice(30, 25_00), LengthPrice(90, 50_00)))
    assert rows(lengths) == [("Visit of at most 30 min", 25_00), ("Visit of at most 1 h 30 min", 50_00)]
    assert priced_week(lengths, STANDARD_BANDS) is None


def test_every_term_is_a_sentence() -> None:
    full = replace(
        ONE,
        fee_waiver=FeeWaiver(visits_per_week=2, visit_minutes=120),
        travel=Travel(cents_per_km=55, free_metres=2_500, per_visit_cents=1_00, minimum_cents=3_00),
        surcharges=(
            NIGHT,
            Surcharge(key="h", name=Text("Kiire"), cents=6_00),
            Surcharge(key="k", name=Text("Avain"), cents=2_50, per_visit=True),
        ),
        packages=(Package(key="p", name=Text("Pieni"), over_minutes=300, up_to_minutes=600, price_cents=199_00),),
        invoice_fee_cents=2_00,
        vat_percent=Decimal("25.50"),
    )
    assert terms(full) == [
        "No fee per visit for clients with at least 2 visits a week.",
        "No fee per visit when the visit lasts at least 2 h.",
        "Travel: €1.00 per visit.",
        "Travel: €0.55 per kilometre beyond 2,5 km.",
        "Travel costs at least €3.00 a visit.",
        "The prices include: Yö, 50 %.",
        "The prices include: Kiire, €6.00 per hour.",
        "Avain: €2.50 on each visit.",
        "Pieni: €199.00 a month for over 5 h and at most 10 h.",
        "An invoice on paper costs €2.00 a month.",
        "The prices include value-added tax of 25,5 %.",
    ]


def test_terms_that_are_not_there_are_not_told() -> None:
    assert terms(ONE) == []
    assert terms(replace(ONE, travel=Travel(cents_per_km=50), fee_waiver=FeeWaiver())) == [
        "Travel: €0.50 per kilometre."
    ]
    day = PriceList(unit=Unit.DAY, one_price_cents=1, monthly_average=True)
    assert terms(day) == ["Every month is billed alike: the price of a day times 365 / 12."]


def test_the_week_is_drawn_where_the_time_matters() -> None:
    assert priced_week(ONE, STANDARD_BANDS) is None
    assert priced_week(replace(ONE, unit=Unit.DAY), STANDARD_BANDS) is None
    week = priced_week(band_prices(), STANDARD_BANDS)
    assert week is not None
    assert week.cents == (38_00, 44_00, 53_00, 48_00, 76_00)
    closed = replace(STANDARD_BANDS, not_served=(Hours((DayType.SATURDAY,), 0, 60),))
    assert priced_week(ONE, closed) is not None
    half = PriceList(unit=Unit.HOUR, band_prices=(BandPrice("night", 1_00),))
    found = priced_week(half, STANDARD_BANDS)
    assert found is not None
    assert found.cents == (None, None, 1_00, None, None)
