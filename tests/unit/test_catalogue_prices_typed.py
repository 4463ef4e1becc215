"""A price list made of what was typed, and typed again as it was."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from marketplace.catalogue.prices.forms import (
    BandRow,
    LengthRow,
    PackageRow,
    PricesForm,
    Pricing,
    SurchargeKind,
    SurchargeRow,
    Tax,
)
from marketplace.catalogue.prices.typed_prices import (
    Before,
    shown_prices,
    typed_calendar,
    typed_prices,
    unreadable_hours,
)
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.organisers.schemas import BandRules
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.charges import FeeWaiver, LengthPrice, Package, Surcharge, Travel
from marketplace.pricing.prices import BandCoefficient, PriceList, Unit, check_price_list
from tests.factories.catalogue import band_prices
from tests.web.forms_of import form_of

USUAL = BandRules(calendar=STANDARD_BANDS, own_bands_allowed=True)
COEFFICIENTS = tuple(BandCoefficient(key, Decimal("1.5")) for key in STANDARD_BANDS.keys)
FULL = replace(
    band_prices(),
    minimum_minutes=30,
    rounding_minutes=15,
    visit_fee_cents=4_90,
    fee_waiver=FeeWaiver(visits_per_week=1, visit_minutes=120),
    travel=Travel(cents_per_km=55, free_metres=10_500, per_visit_cents=1_00, minimum_cents=3_00),
    surcharges=(
        Surcharge(key="surcharge_1", name=Text("Ilta", "Kväll", "Evening"), bands=("night",), percent=Decimal("12.5")),
        Surcharge(key="surcharge_2", name=Text("Kiire"), cents=6_00),
        Surcharge(key="surcharge_3", name=Text("Avain"), cents=2_50, per_visit=True),
    ),
    invoice_fee_cents=2_00,
    packages=(Package(key="package_1", name=Text("Pieni"), over_minutes=0, up_to_minutes=320, price_cents=199_00),),
    vat_percent=Decimal("25.5"),
    vat_added=True,
)


def again(prices: PriceList, bands: BandRules = USUAL, calendar: BandCalendar = STANDARD_BANDS) -> PriceList:
    """The list as it comes back from the form that shows it."""
    before = Before(calendar, prices)
    form = form_of(PricesForm, shown_prices(before, bands, Language.FI))
    typed = typed_calendar(form.data, bands, calendar, Language.FI)
    rows = list(range(len(calendar.bands)))
    return typed_prices(form.data, prices.unit, bands, typed, before, rows, Language.FI)


@pytest.mark.parametrize(
    "prices",
    [
        FULL,
        band_prices(),
        PriceList(unit=Unit.HOUR, one_price_cents=39_00),
        PriceList(unit=Unit.HOUR, one_price_cents=0),
        PriceList(unit=Unit.HOUR, one_price_cents=30_00, coefficients=COEFFICIENTS),
        PriceList(unit=Unit.VISIT, length_prices=(LengthPrice(30, 25_00), LengthPrice(60, 40_00))),
        PriceList(unit=Unit.DAY, one_price_cents=97_00, monthly_average=True),
        PriceList(unit=Unit.PIECE, one_price_cents=9_00, vat_percent=Decimal(14)),
    ],
    ids=["all of it", "bands", "one", "nothing", "coefficients", "lengths", "days", "pieces"],
)
def test_what_is_shown_comes_back_as_it_was(prices: PriceList) -> None:
    assert again(prices, replace(USUAL, coefficients=COEFFICIENTS)) == prices


def test_a_list_of_other_coefficients_is_shown_as_the_prices_they_make() -> None:
    prices = PriceList(unit=Unit.HOUR, one_price_cents=30_00, coefficients=COEFFICIENTS)
    assert again(prices) == PriceList(
        unit=Unit.HOUR, band_prices=band_prices(45_00, 45_00, 45_00, 45_00, 45_00).band_prices
    )


def test_without_prices_the_organisers_bands_are_shown() -> None:
    shown = shown_prices(Before(STANDARD_BANDS), USUAL, Language.FI)
    assert (shown["pricing"], shown["bands.0.hours"], shown["bands.0.price_cents"]) == (["bands"], ["ma–pe 7–18"], [])


def form(**answers: Any) -> PricesForm:
    return PricesForm(pricing=Pricing.ONE, one_price_cents=30_00, **answers)


def made(**answers: Any) -> PriceList:
    return typed_prices(
        form(**answers), Unit.HOUR, USUAL, STANDARD_BANDS, Before(STANDARD_BANDS), range(5), Language.FI
    )


def refused(**answers: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as invalid:
        made(**answers)
    return {error.field: translate(error.message, Language.EN) for error in invalid.value.fields}


def test_surcharges_name_bands_by_their_place_on_the_page() -> None:
    rows = [SurchargeRow(name="Yö", kind=SurchargeKind.PERCENT, amount=Decimal(10), bands=["2", "2", "9"])]
    assert made(surcharges=rows).surcharges[0].bands == ("night",)


def test_amounts_that_are_none_are_named_by_the_pages_fields() -> None:
    rows = [SurchargeRow(name="Yö", kind=SurchargeKind.PER_UNIT, amount=Decimal("1.005"))]
    assert refused(surcharges=rows) == {
        "surcharges.0.amount": "Give euros with at most two decimals, for example 6,50."
    }
    huge = Decimal(10**15)
    packages = [PackageRow(name="P", over_hours=Decimal(1), up_to_hours=huge, price_cents=1)]
    assert set(refused(packages=packages, travel_free_km=huge)) == {"packages.0.up_to_hours", "travel_free_km"}


def test_travel_and_waiver_are_there_only_where_given() -> None:
    assert (made().travel, made().fee_waiver, made(travel_free_km=Decimal(0)).travel) == (None, None, None)
    assert made(travel_free_km=Decimal("2.5")).travel == Travel(free_metres=2_500)
    assert made(waived_minutes=60).fee_waiver == FeeWaiver(visit_minutes=60)


def test_negative_amounts_are_left_to_the_check() -> None:
    rows = [SurchargeRow(name="Yö", kind=SurchargeKind.PER_VISIT, amount=Decimal(-1))]
    found = check_price_list(made(surcharges=rows), STANDARD_BANDS)
    assert [error.field for error in found] == ["surcharges.0.cents"]


def test_own_bands_keep_the_codes_and_names_that_did_not_change() -> None:
    usual = STANDARD_BANDS.bands
    rows = [BandRow(name="Päivä", hours="ma–pe 7–18"), BandRow(name="Arki-ilta", hours="ma–pe 18–22")]
    found = typed_calendar(form(bands=rows), USUAL, STANDARD_BANDS, Language.FI)
    assert [band.key for band in found.bands] == ["own_1", "weekday_evening"]
    assert found.bands[1] == usual[1]
    again = typed_calendar(
        form(bands=[*rows, BandRow(name="Muu", hours="la")], not_served="su"), USUAL, found, Language.FI
    )
    assert [band.key for band in again.bands] == ["own_1", "weekday_evening", "own_2"]
    assert again.not_served


def test_the_organisers_bands_stay_where_there_are_no_others() -> None:
    rows = [BandRow(name="Päivä", hours="ma–pe 7–18")]
    strict = BandRules(calendar=STANDARD_BANDS, own_bands_allowed=False)
    assert typed_calendar(form(bands=rows), strict, STANDARD_BANDS, Language.FI) is STANDARD_BANDS
    assert typed_calendar(form(), USUAL, STANDARD_BANDS, Language.FI) is STANDARD_BANDS
    whole = [BandRow(name=b.name.fi, hours=h) for b, h in zip(STANDARD_BANDS.bands, _hours(), strict=True)]
    assert typed_calendar(form(bands=whole), USUAL, STANDARD_BANDS, Language.FI) is STANDARD_BANDS


def _hours() -> list[str]:
    shown = shown_prices(Before(STANDARD_BANDS), USUAL, Language.FI)
    return [shown[f"bands.{i}.hours"][0] for i in range(5)]


def test_tax_is_within_or_on_top() -> None:
    assert made(vat_percent=Decimal(14), vat=Tax.ADDED).vat_added
    assert not made(vat_percent=Decimal(14)).vat_added
    assert made(length_prices=[LengthRow(up_to_minutes=30, price_cents=1)]).length_prices == ()


def test_unreadable_hours_are_named_and_blank_ones_left() -> None:
    found = unreadable_hours({"a": "öisin", "b": " ", "c": "ma–pe 7–18"})
    assert [error.field for error in found] == ["a"]
