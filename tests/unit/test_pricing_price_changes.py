"""What counts as a price increase, and on which day it may begin."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from marketplace.kernel.calendar import DayType
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.pricing.bands import ANY_TIME, Band, BandCalendar, Hours
from marketplace.pricing.charges import FeeWaiver, LengthPrice, Package, Surcharge, Travel
from marketplace.pricing.price_changes import (
    change_errors,
    earliest_day,
    is_increase,
    reasons_against,
    rules_in_words,
)
from marketplace.pricing.prices import BandCoefficient, BandPrice, IncreaseRules, PriceList, Unit
from tests.factories.catalogue import band_prices

TODAY = date(2026, 11, 22)
DAY_AND_REST = BandCalendar(
    version="own",
    bands=(
        Band("a", Text("Päivä"), (Hours((DayType.WEEKDAY,), 8 * 60, 16 * 60),)),
        Band(
            "b",
            Text("Muu"),
            (
                Hours((DayType.WEEKDAY,), 0, 8 * 60),
                Hours((DayType.WEEKDAY,), 16 * 60, 24 * 60),
                Hours((DayType.SATURDAY, DayType.SUNDAY, DayType.HOLIDAY), 0, 24 * 60),
            ),
        ),
    ),
)


def hourly(cents: int = 4000, **changes: Any) -> PriceList:
    return PriceList(unit=Unit.HOUR, one_price_cents=cents, **changes)


def package(over: int, up_to: int, cents: int) -> Package:
    return Package(key=f"p{over}", name=Text("Paketti"), over_minutes=over, up_to_minutes=up_to, price_cents=cents)


def surcharge(**changes: Any) -> Surcharge:
    return Surcharge(**{"key": "s", "name": Text("Lisä"), **changes})


def dearer(before: PriceList, after: PriceList, calendar: BandCalendar = STANDARD_BANDS) -> bool:
    return is_increase(before, calendar, after, calendar)


SAME_OR_LESS: dict[str, tuple[PriceList, PriceList]] = {
    "the same": (hourly(), hourly()),
    "a lower price": (hourly(), hourly(3999)),
    "a lower band": (band_prices(), band_prices(3700)),
    "one price below all bands": (band_prices(), hourly(3800)),
    "a lower fee": (hourly(visit_fee_cents=500), hourly(visit_fee_cents=400)),
    "a shorter minimum": (hourly(minimum_minutes=60), hourly(minimum_minutes=30)),
    "a finer step": (hourly(rounding_minutes=30), hourly(rounding_minutes=15)),
    "a waiver": (hourly(visit_fee_cents=500), hourly(visit_fee_cents=500, fee_waiver=FeeWaiver(visit_minutes=60))),
    "no fee and so no waiver": (
        hourly(visit_fee_cents=500, fee_waiver=FeeWaiver(visit_minutes=60)),
        hourly(),
    ),
    "more free kilometres": (
        hourly(travel=Travel(cents_per_km=50, free_metres=5000)),
        hourly(travel=Travel(cents_per_km=50, free_metres=10_000)),
    ),
    "no travel": (hourly(travel=Travel(per_visit_cents=300)), hourly()),
    "no surcharge": (hourly(surcharges=(surcharge(percent=Decimal(10)),)), hourly()),
    "a surcharge in fewer bands": (
        hourly(surcharges=(surcharge(cents=300, per_visit=True),)),
        hourly(surcharges=(surcharge(cents=300, per_visit=True, bands=("night",)),)),
    ),
    "tax within a price that is as high": (
        hourly(4000, vat_percent=Decimal(25), vat_added=True),
        hourly(4000, vat_percent=Decimal(25)),
    ),
    "a cheaper package": (hourly(packages=(package(0, 600, 30_000),)), hourly(packages=(package(0, 600, 29_000),))),
    "a new package that is cheaper than any hour": (hourly(), hourly(packages=(package(300, 600, 20_000),))),
    "the base price and coefficients as bands": (
        PriceList(
            unit=Unit.HOUR,
            one_price_cents=2000,
            coefficients=tuple(BandCoefficient(key, Decimal(2)) for key in STANDARD_BANDS.keys),
        ),
        hourly(4000),
    ),
}
DEARER: dict[str, tuple[PriceList, PriceList]] = {
    "a cent an hour": (hourly(), hourly(4001)),
    "another unit": (hourly(), PriceList(unit=Unit.VISIT, one_price_cents=1)),
    "one band, though all others fall": (band_prices(), band_prices(3000, evening=4401, night=4000)),
    "a fee": (hourly(), hourly(visit_fee_cents=1)),
    "a paper invoice": (hourly(), hourly(invoice_fee_cents=200)),
    "a longer minimum, though the price falls": (hourly(), hourly(2000, minimum_minutes=60)),
    "a coarser step": (hourly(rounding_minutes=15), hourly(rounding_minutes=20)),
    "no waiver any more": (
        hourly(visit_fee_cents=500, fee_waiver=FeeWaiver(visits_per_week=2)),
        hourly(visit_fee_cents=400),
    ),
    "a waiver for longer visits only": (
        hourly(visit_fee_cents=500, fee_waiver=FeeWaiver(visit_minutes=60)),
        hourly(visit_fee_cents=500, fee_waiver=FeeWaiver(visit_minutes=61)),
    ),
    "travel": (hourly(), hourly(travel=Travel(cents_per_km=1))),
    "fewer free kilometres": (
        hourly(travel=Travel(cents_per_km=50, free_metres=10_000)),
        hourly(travel=Travel(cents_per_km=40, free_metres=5000)),
    ),
    "a minimum for travel": (
        hourly(travel=Travel(cents_per_km=50, free_metres=1000)),
        hourly(travel=Travel(cents_per_km=50, free_metres=1000, minimum_cents=300)),
    ),
    "a surcharge": (hourly(), hourly(surcharges=(surcharge(percent=Decimal(1), bands=("night",)),))),
    "a surcharge per visit": (hourly(), hourly(surcharges=(surcharge(cents=100, per_visit=True),))),
    "a higher surcharge per visit": (
        hourly(surcharges=(surcharge(cents=100, per_visit=True),)),
        hourly(surcharges=(surcharge(cents=101, per_visit=True),)),
    ),
    "a surcharge per visit in more bands": (
        hourly(surcharges=(surcharge(cents=100, per_visit=True, bands=("night",)),)),
        hourly(surcharges=(surcharge(cents=100, per_visit=True, bands=("night", "saturday")),)),
    ),
    "tax on top": (hourly(vat_percent=Decimal(25)), hourly(vat_percent=Decimal(25), vat_added=True)),
    "tax within, for those who are free of it": (
        hourly(4000, vat_percent=Decimal(25), vat_added=True),
        hourly(4100, vat_percent=Decimal(25)),
    ),
    "a dearer package": (hourly(packages=(package(0, 600, 30_000),)), hourly(packages=(package(0, 600, 30_001),))),
    "a package for those with few hours": (hourly(), hourly(packages=(package(0, 600, 30_000),))),
    "a package that is gone": (hourly(packages=(package(300, 600, 20_000),)), hourly()),
}


@pytest.mark.parametrize("case", SAME_OR_LESS)
def test_these_are_no_increases(case: str) -> None:
    assert not dearer(*SAME_OR_LESS[case])


@pytest.mark.parametrize("case", DEARER)
def test_these_are_increases(case: str) -> None:
    assert dearer(*DEARER[case])


def test_bands_are_compared_minute_by_minute() -> None:
    own = PriceList(unit=Unit.HOUR, band_prices=(BandPrice("a", 3800), BandPrice("b", 4400)))
    assert is_increase(band_prices(), STANDARD_BANDS, own, DAY_AND_REST)
    """Weekdays from seven to eight were 38 euros and would be 44."""
    cheap = replace(own, band_prices=(BandPrice("a", 3800), BandPrice("b", 3800)))
    assert not is_increase(band_prices(), STANDARD_BANDS, cheap, DAY_AND_REST)


def test_hours_that_were_not_served_raise_nothing() -> None:
    closed = replace(DAY_AND_REST, bands=DAY_AND_REST.bands[:1], not_served=DAY_AND_REST.bands[1].hours)
    before = PriceList(unit=Unit.HOUR, band_prices=(BandPrice("a", 3800),))
    after = PriceList(unit=Unit.HOUR, band_prices=(BandPrice("a", 3800), BandPrice("b", 9900)))
    assert not is_increase(before, closed, after, DAY_AND_REST)


def test_lengths_of_visits_are_compared_one_by_one() -> None:
    def by_length(*entries: tuple[int, int]) -> PriceList:
        return PriceList(unit=Unit.VISIT, length_prices=tuple(LengthPrice(*entry) for entry in entries))

    before = by_length((30, 2000), (60, 3500))
    assert dearer(before, by_length((45, 2500), (60, 3500)))
    assert not dearer(before, by_length((45, 2000), (60, 3500)))
    assert dearer(before, PriceList(unit=Unit.VISIT, one_price_cents=2001))
    assert not dearer(before, PriceList(unit=Unit.VISIT, one_price_cents=2000))


def test_days_by_the_average_month_are_dearer_in_some_month() -> None:
    by_day, by_month = (PriceList(unit=Unit.DAY, one_price_cents=10_000, monthly_average=on) for on in (False, True))
    assert dearer(by_day, by_month)
    assert dearer(by_month, by_day)
    assert not dearer(by_day, replace(by_month, one_price_cents=9200))
    assert not dearer(by_month, replace(by_day, one_price_cents=9800))
    assert not dearer(by_month, by_month)


def test_pieces_have_no_bands() -> None:
    meal = PriceList(unit=Unit.PIECE, one_price_cents=900)
    assert is_increase(meal, ANY_TIME, replace(meal, one_price_cents=901), STANDARD_BANDS)
    assert not is_increase(meal, ANY_TIME, meal, STANDARD_BANDS)


# ---- Which day ----------------------------------------------------------------------------------------------------

NEW_YEAR = date(2027, 1, 1)


@pytest.mark.parametrize(
    ("rules", "increases", "expected"),
    [
        (IncreaseRules(), [], TODAY),
        (IncreaseRules(notice_days=30), [], date(2026, 12, 22)),
        (IncreaseRules(on_days=("01-01", "07-01")), [], NEW_YEAR),
        (IncreaseRules(on_days=("01-01",), notice_days=60), [], date(2028, 1, 1)),
        (IncreaseRules(most_per_year=1), [date(2026, 3, 1)], NEW_YEAR),
        (IncreaseRules(most_per_year=1), [date(2026, 3, 1), NEW_YEAR], date(2028, 1, 1)),
        (IncreaseRules(most_per_year=2), [date(2026, 3, 1)], TODAY),
        (IncreaseRules(most_per_year=1, on_days=("11-30",)), [date(2026, 3, 1)], date(2027, 11, 30)),
        (IncreaseRules(on_days=("02-29",)), [], date(2028, 2, 29)),
        (IncreaseRules(most_per_year=0), [], None),
    ],
)
def test_the_earliest_day(rules: IncreaseRules, increases: list[date], expected: date | None) -> None:
    assert earliest_day(rules, TODAY, increases) == expected
    if expected is not None:
        assert change_errors(rules, TODAY, expected, increases) == []


def said(rules: IncreaseRules, day: date, increases: list[date] | None = None) -> str:
    [error] = change_errors(rules, TODAY, day, increases or [])
    assert error.field == "valid_from"
    return translate(error.message, Language.EN)


def test_every_reason_is_told_with_the_way_forward() -> None:
    rules = IncreaseRules(notice_days=30, on_days=("07-01", "01-01"), most_per_year=1)
    assert said(rules, date(2026, 12, 1), [date(2026, 1, 1)]) == (
        "A price increase must be announced at least 30 days before."
        " Prices may rise only on these days of the year: 1.1., 1.7."
        " The organiser allows 1 price increase in a year, and it has been used in 2026."
        " Choose 1 January 2027 or a later day that the rules allow. You can lower prices on any day."
    )


def test_where_no_increase_is_allowed_no_day_is_offered() -> None:
    text = said(IncreaseRules(most_per_year=0), NEW_YEAR)
    assert text.startswith("The organiser allows no price increases. Prices cannot be raised now.")


def test_reasons_alone_for_those_who_word_the_rest() -> None:
    assert reasons_against(IncreaseRules(), TODAY, TODAY, []) == []
    assert len(reasons_against(IncreaseRules(notice_days=1), TODAY, TODAY, [])) == 1


def test_the_rules_in_plain_words() -> None:
    rules = IncreaseRules(notice_days=1, on_days=("01-01",), most_per_year=2, approval_needed=True)
    assert len(rules_in_words(rules)) == 5
    assert [translate(text, Language.EN) for text in rules_in_words(IncreaseRules(most_per_year=0))] == [
        "The organiser allows no price increases.",
        "You can lower prices on any day.",
    ]
    assert len(rules_in_words(IncreaseRules())) == 1
