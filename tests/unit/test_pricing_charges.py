"""What price lists hold beside their prices, from providers' published lists."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from marketplace.kernel.i18n import Text
from marketplace.pricing.bands import ANY_TIME
from marketplace.pricing.charges import (
    Extras,
    FeeWaiver,
    LengthPrice,
    LineKind,
    Package,
    Surcharge,
    Travel,
    Unit,
    tax_within,
)
from marketplace.pricing.months import MonthEstimate, estimate
from marketplace.pricing.prices import (
    BandCoefficient,
    BandPrice,
    PriceList,
    PriceRules,
    check_price_list,
    effective_price,
)
from marketplace.pricing.quotes import quote_visit
from marketplace.pricing.schedules import Weekday, WeeklyVisit, month_plan
from tests.factories.pricing import at, kenest_calendar, kenest_prices, lapland_calendar, lapland_value, one_price

NOVEMBER = date(2026, 11, 1)
MONDAYS = (WeeklyVisit(weekday=Weekday.MON, start="08:00", minutes=60),)
EVENING = Surcharge(key="evening", name=Text("Iltalisä"), bands=("evening",), cents=6_00)
CALL_OUT = Surcharge(key="call", name=Text("Hälytyskäynti"), bands=("night",), cents=10_00, per_visit=True)


def month(prices: PriceList, visits: tuple[WeeklyVisit, ...] = MONDAYS, **extras: object) -> MonthEstimate:
    return estimate(month_plan(visits, NOVEMBER, kenest_calendar()), prices, extras=Extras(**extras))  # pyright: ignore[reportArgumentType]


def fees(found: MonthEstimate) -> dict[LineKind, tuple[int, int]]:
    return {line.kind: (line.units, line.price_cents) for line in found.lines if line.kind is not LineKind.SERVICE}


def test_a_base_price_takes_the_organiser_s_coefficients():
    prices = one_price(36_00, coefficients=lapland_value().bands)
    assert [prices.price_of(key) for key in lapland_calendar().keys] == [36_00, 41_40, 43_20, 72_00, 72_00]
    assert check_price_list(prices, lapland_calendar()) == []


def test_gaps_among_coefficients_are_named():
    prices = one_price(36_00, coefficients=(*lapland_value().bands[:4], BandCoefficient("night", Decimal(0))))
    found = check_price_list(prices, lapland_calendar())
    assert [e.field for e in found] == ["coefficients.4.band", "coefficients.4.coefficient", "coefficients"]


def test_a_ceiling_holds_for_what_the_coefficient_makes():
    found = check_price_list(
        one_price(36_00, coefficients=lapland_value().bands), lapland_calendar(), PriceRules(ceiling_cents=43_00)
    )
    assert [e.field for e in found] == [f"coefficients.{i}.coefficient" for i in (2, 3, 4)]


@pytest.mark.parametrize(
    ("travel", "metres", "cents"),
    [
        (Travel(cents_per_km=48, free_metres=10_000), 25_500, 7_44),
        (Travel(cents_per_km=48, free_metres=10_000), 10_000, 0),
        (Travel(cents_per_km=60, minimum_cents=3_00), 2_000, 3_00),
        (Travel(cents_per_km=60, minimum_cents=3_00), 6_000, 3_60),
        (Travel(per_visit_cents=5_00), 90_000, 5_00),
        (Travel(cents_per_km=43), 1_250, 54),
    ],
)
def test_published_travel_rules(travel: Travel, metres: int, cents: int):
    assert travel.cents(metres) == cents
    assert fees(month(kenest_prices(travel=travel), metres=metres)).get(LineKind.TRAVEL, (5, 0)) == (5, 5 * cents)


def test_kenest_s_visit_fee_is_waived_for_weekly_clients():
    prices = kenest_prices(visit_fee_cents=4_90, fee_waiver=FeeWaiver(visits_per_week=1))
    biweekly = (msgspec.structs.replace(MONDAYS[0], every_weeks=2),)
    assert fees(month(prices)) == {}
    assert fees(month(prices, biweekly)) == {LineKind.VISIT_FEE: (3, 3 * 4_90)}
    visit = at("2026-11-02 08:00"), at("2026-11-02 09:00")
    assert quote_visit(prices, *visit, kenest_calendar()).total_cents == 38_55 + 4_90
    assert quote_visit(prices, *visit, kenest_calendar(), None, Extras(weekly_visits=1)).total_cents == 38_55


def test_a_fee_is_waived_for_long_visits():
    prices = kenest_prices(visit_fee_cents=4_90, fee_waiver=FeeWaiver(visit_minutes=60))
    short = WeeklyVisit(weekday=Weekday.TUE, start="08:00", minutes=59)
    assert fees(month(prices, (*MONDAYS, short))) == {LineKind.VISIT_FEE: (4, 4 * 4_90)}


def test_epes_evening_surcharge_is_part_of_the_hour():
    prices = one_price(36_00, surcharges=(EVENING,), invoice_fee_cents=2_00)
    assert (effective_price(prices, "evening"), effective_price(prices, "day")) == (42_00, 36_00)
    assert fees(month(prices, paper_invoice=True)) == {LineKind.INVOICE_FEE: (1, 2_00)}


def test_a_surcharge_in_percent_is_of_the_price_and_not_of_another():
    more = Surcharge(key="more", name=Text("Lisä"), percent=Decimal("12.5"))
    assert effective_price(one_price(36_00, surcharges=(EVENING, more)), "evening") == 36_00 + 6_00 + 4_50


def test_a_surcharge_per_visit_is_a_line_of_its_own():
    late = WeeklyVisit(weekday=Weekday.TUE, start="20:30", minutes=60)
    prices = kenest_prices(surcharges=(CALL_OUT,))
    assert fees(month(prices, (*MONDAYS, late))) == {LineKind.SURCHARGE: (4, 40_00)}
    quote = quote_visit(prices, at("2026-11-03 20:30"), at("2026-11-03 21:30"), kenest_calendar())
    assert [(line.kind, line.cents) for line in quote.lines][-1] == (LineKind.SURCHARGE, 10_00)


@pytest.mark.parametrize(("visits_a_week", "cents"), [(1, 5 * 40_00), (2, 730_00), (4, 830_00)])
def test_kukkasrahasto_s_packages_replace_the_hours(visits_a_week: int, cents: int):
    packages = (_package(5, 10, 730_00), _package(10, 20, 830_00), _package(20, 30, 930_00))
    visits = tuple(msgspec.structs.replace(MONDAYS[0], weekday=day) for day in list(Weekday)[:visits_a_week])
    assert month(one_price(40_00, packages=packages), visits).price_cents == cents


def _package(over: int, up_to: int, cents: int) -> Package:
    return Package(
        key=f"p{over}",
        name=Text(f"{over}-{up_to} h"),
        over_minutes=over * 60,
        up_to_minutes=up_to * 60,
        price_cents=cents,
    )


@pytest.mark.parametrize(("minutes", "cents"), [(30, 68_00), (31, 78_00), (60, 88_00), (90, 88_00)])
def test_physiotherapy_is_priced_by_its_length(minutes: int, cents: int):
    lengths = tuple(LengthPrice(m, c) for m, c in ((30, 68_00), (45, 78_00), (60, 88_00)))
    prices = PriceList(unit=Unit.VISIT, length_prices=lengths)
    assert check_price_list(prices, ANY_TIME) == []
    assert month(prices, (msgspec.structs.replace(MONDAYS[0], minutes=minutes),)).price_cents == 5 * cents


def test_kuortane_adds_tax_unless_the_client_is_free_of_it():
    prices = one_price(29_00, vat_percent=Decimal(24), vat_added=True)
    found = month(prices)
    assert (found.price_cents, found.vat_cents) == (5 * 35_96, tax_within(5 * 35_96, Decimal(24)))
    assert (month(prices, vat_free=True).price_cents, month(prices, vat_free=True).vat_cents) == (5 * 29_00, 0)


def test_tax_within_a_price_is_told():
    assert month(one_price(40_16, vat_percent=Decimal("25.5"))).vat_cents == 40_80


def test_kilometres_are_priced_by_the_distance_of_each_visit():
    assert month(one_price(53, unit=Unit.KM), metres=7_300).price_cents == 5 * 3_87


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"surcharges": (EVENING, EVENING)}, ["surcharges.1.key"]),
        (
            {"surcharges": (Surcharge(key="a", name=Text("A"), bands=("x",)),)},
            ["surcharges.0.bands", "surcharges.0.percent"],
        ),
        ({"surcharges": (Surcharge(key="a", name=Text("A"), percent=Decimal(-1)),)}, ["surcharges.0.percent"]),
        (
            {"surcharges": (Surcharge(key="a", name=Text("A"), percent=Decimal(1), per_visit=True),)},
            ["surcharges.0.percent"],
        ),
        ({"travel": Travel(cents_per_km=-1)}, ["travel.cents_per_km"]),
        ({"packages": (_package(5, 10, 1), _package(9, 12, 1))}, ["packages.1.over_minutes"]),
        ({"packages": (_package(5, 5, 1),)}, ["packages.0.up_to_minutes"]),
        (
            {"length_prices": (LengthPrice(30, 1), LengthPrice(30, 2))},
            ["length_prices.1.up_to_minutes", "length_prices"],
        ),
        ({"invoice_fee_cents": -1}, ["invoice_fee_cents"]),
        ({"monthly_average": True}, ["monthly_average"]),
        ({"vat_percent": Decimal(101)}, ["vat_percent"]),
    ],
)
def test_what_is_wrong_with_a_list_is_named(changes: dict[str, object], fields: list[str]):
    assert [e.field for e in check_price_list(kenest_prices(**changes), kenest_calendar())] == fields


def test_surcharges_cannot_pass_the_ceiling():
    rules = PriceRules(band_ceilings=(BandPrice("evening", 50_00),))
    found = check_price_list(kenest_prices(surcharges=(EVENING,)), kenest_calendar(), rules)
    assert [e.field for e in found] == ["surcharges"]


def test_packages_are_for_hours_only():
    found = check_price_list(one_price(5_00, unit=Unit.PIECE, packages=(_package(5, 10, 1),)), ANY_TIME)
    assert [e.field for e in found] == ["packages"]


def test_an_old_price_list_still_reads():
    text = b'{"unit":"hour","one_price_cents":4200,"band_prices":[],"minimum_minutes":30,"rounding_minutes":1,"visit_fee_cents":0}'
    assert msgspec.json.decode(text, type=PriceList) == one_price(42_00, minimum_minutes=30)
