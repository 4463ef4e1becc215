from datetime import datetime, timedelta, timezone

import pytest

from marketplace.pricing.bands import BandMinutes
from marketplace.pricing.prices import BandPrice, PriceList, Unit
from marketplace.pricing.quotes import LineKind, Quote, check_visit, quote_runs, quote_units, quote_visit
from tests.factories.pricing import at, kenest_calendar, kenest_prices, one_price, turku_calendar


def kenest(start: str, end: str, **changes: object) -> Quote:
    return quote_visit(kenest_prices(**changes), at(start), at(end), kenest_calendar())


def lines(quote: Quote) -> list[tuple[str | None, int, int]]:
    return [(line.band, line.minutes, line.cents) for line in quote.lines]


def test_an_hour_costs_an_hour():
    quote = kenest("2026-11-23 08:00", "2026-11-23 09:00")
    assert lines(quote) == [("day", 60, 38_55)]
    assert (quote.total_cents, quote.minutes, quote.billed_minutes) == (38_55, 60, 60)


def test_each_band_is_a_line_rounded_once():
    quote = kenest("2026-11-21 19:50", "2026-11-22 00:10")
    assert lines(quote) == [("saturday", 10, 8_03), ("night", 240, 215_88), ("sunday", 10, 12_85)]
    assert quote.total_cents == 8_03 + 215_88 + 12_85


def test_a_band_that_comes_back_is_on_one_line():
    quote = kenest("2026-11-23 20:30", "2026-11-24 18:30")
    assert lines(quote) == [("evening", 60, 44_33), ("night", 540, 485_73), ("day", 720, 462_60)]


def test_a_short_visit_is_billed_to_the_minimum_at_its_last_price():
    quote = kenest("2026-11-23 17:50", "2026-11-23 18:05")
    assert lines(quote) == [("day", 10, 6_43), ("evening", 20, 14_78)]
    assert (quote.minutes, quote.billed_minutes) == (15, 30)


def test_a_visit_is_billed_up_to_the_full_step():
    assert kenest("2026-11-23 08:00", "2026-11-23 08:50", rounding_minutes=20).billed_minutes == 60


def test_the_visit_fee_is_a_line_of_its_own():
    quote = kenest("2026-11-23 08:00", "2026-11-23 09:00", visit_fee_cents=4_90)
    assert [(line.kind, line.units, line.cents) for line in quote.lines] == [
        (LineKind.SERVICE, 0, 38_55),
        (LineKind.VISIT_FEE, 1, 4_90),
    ]
    assert quote.total_cents == 43_45


def test_helsinki_s_twenty_hours_at_42_cost_840():
    start = at("2026-11-23 08:00")
    assert quote_visit(one_price(42_00), start, start + timedelta(hours=20)).total_cents == 840_00


def test_a_price_per_visit_goes_by_the_band_it_starts_in():
    prices = kenest_prices(unit=Unit.VISIT, visit_fee_cents=1_00)
    quote = quote_visit(prices, at("2026-11-23 17:50"), at("2026-11-23 20:00"), kenest_calendar())
    assert [(line.band, line.units, line.cents) for line in quote.lines] == [("day", 1, 38_55), (None, 1, 1_00)]
    assert (quote.minutes, quote.billed_minutes) == (130, 0)


def test_lines_part_where_the_voucher_s_bands_part():
    quote = quote_visit(
        kenest_prices(), at("2026-11-23 22:00"), at("2026-11-24 00:00"), kenest_calendar(), turku_calendar()
    )
    assert [(line.band, line.value_band, line.minutes) for line in quote.lines] == [
        ("night", "day", 60),
        ("night", "night", 60),
    ]


@pytest.mark.parametrize("unit", [Unit.HOUR, Unit.VISIT])
def test_no_visit_costs_nothing(unit: Unit):
    quote = quote_runs(one_price(42_00, unit=unit, minimum_minutes=30, visit_fee_cents=5_00), ())
    assert (quote.lines, quote.total_cents) == ((), 0)


def test_a_daily_price_has_no_visits():
    with pytest.raises(ValueError, match="per day"):
        quote_runs(one_price(97_00, unit=Unit.DAY), (BandMinutes("any", 60),))


@pytest.mark.parametrize(
    ("unit", "count", "cents"),
    [(Unit.DAY, 31, 97_00 * 31), (Unit.KM, 12, 97_00 * 12), (Unit.PIECE, 0, 0), (Unit.VISIT, 2, 97_00 * 2)],
)
def test_units_are_counted(unit: Unit, count: int, cents: int):
    assert quote_units(one_price(97_00, unit=unit), count).total_cents == cents


def test_a_number_of_visits_has_a_fee_for_each():
    assert quote_units(one_price(30_00, unit=Unit.VISIT, visit_fee_cents=5_00), 3).total_cents == 105_00
    assert quote_units(one_price(30_00, unit=Unit.DAY, visit_fee_cents=5_00), 3).total_cents == 90_00


@pytest.mark.parametrize(
    ("prices", "count"),
    [
        (one_price(42_00), 1),
        (one_price(42_00, unit=Unit.DAY), -1),
        (PriceList(unit=Unit.VISIT, band_prices=(BandPrice("day", 1),)), 1),
    ],
)
def test_what_cannot_be_counted(prices: PriceList, count: int):
    with pytest.raises(ValueError, match="cannot price"):
        quote_units(prices, count)


@pytest.mark.parametrize(
    ("start", "end", "fields"),
    [
        (at("2026-11-23 08:00"), at("2026-11-23 08:01"), []),
        (at("2026-11-23 08:00"), at("2026-11-23 08:00"), ["end"]),
        (at("2026-11-23 09:00"), at("2026-11-23 08:00"), ["end"]),
        (datetime(2026, 11, 23, 8), at("2026-11-23 09:00:30"), ["start", "end"]),
        (at("2026-10-25 03:30"), at("2026-10-25 03:20", fold=1), []),
        (at("2026-10-25 03:30", fold=1), at("2026-10-25 03:40"), ["end"]),
        (datetime(2026, 11, 23, 8, tzinfo=timezone(timedelta(hours=2))), at("2026-11-23 07:30"), ["end"]),
    ],
)
def test_times_that_cannot_be_a_visit(start: datetime, end: datetime, fields: list[str]):
    assert [error.field for error in check_visit(start, end)] == fields
