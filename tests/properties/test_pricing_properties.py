from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.calendar import elapsed_minutes, stretches
from marketplace.kernel.clock import HELSINKI
from marketplace.pricing.bands import BandCalendar, BandMinutes, check_bands, meeting_bands, split_visit
from marketplace.pricing.prices import BandPrice, PriceList, check_price_list
from marketplace.pricing.quotes import quote_visit
from marketplace.pricing.receipts import Terms, from_json, receipt_for_visit, recompute, to_json
from marketplace.pricing.shares import share
from marketplace.pricing.values import (
    BandAmount,
    BandCoefficient,
    BandValue,
    CoefficientValue,
    FlatValue,
    Household,
    ValueRule,
    unit_value,
)
from tests.factories.pricing import (
    SATURDAY,
    WEEKDAY,
    band,
    helsinki_value,
    hours,
    kenest_calendar,
    kenest_prices,
    turku_calendar,
)

# Half of the starts lie around the nights on which the clock changes, where mistakes would be.
CHANGES = [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
anywhere = st.integers(0, 3 * 365 * 24 * 60).map(lambda m: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=m))
near_a_change = st.builds(lambda c, m: c + timedelta(minutes=m), st.sampled_from(CHANGES), st.integers(-900, 600))
starts = st.one_of(anywhere, near_a_change).map(lambda moment: moment.astimezone(HELSINKI))
lengths = st.integers(1, 30 * 60)
prices_per_hour = st.integers(0, 200_00)
incomes = st.integers(0, 10_000_00)
KEYS = kenest_calendar().keys
price_lists = st.builds(
    lambda cents, minimum, step, fee: PriceList(
        unit=kenest_prices().unit,
        band_prices=tuple(map(BandPrice, KEYS, cents)),
        minimum_minutes=minimum,
        rounding_minutes=step,
        visit_fee_cents=fee,
    ),
    st.lists(prices_per_hour, min_size=len(KEYS), max_size=len(KEYS)),
    st.integers(0, 120),
    st.integers(1, 60),
    st.integers(0, 10_00),
)
rules = st.one_of(
    st.builds(lambda cents: FlatValue(value_cents=cents), prices_per_hour),
    st.lists(prices_per_hour, min_size=len(KEYS), max_size=len(KEYS)).map(
        lambda cents: BandValue(bands=tuple(map(BandAmount, KEYS, cents)))
    ),
    st.lists(st.decimals("0.01", 10, places=3), min_size=len(KEYS), max_size=len(KEYS)).map(
        lambda factors: CoefficientValue(base_cents=36_00, bands=tuple(map(BandCoefficient, KEYS, factors)))
    ),
    st.just(helsinki_value()),
)
households = st.builds(
    lambda size, income: Household(size=size, gross_income_cents=income), st.integers(1, 12), st.none() | incomes
)


def by_band(runs: Sequence[BandMinutes]) -> Counter[tuple[str, str | None]]:
    counted: Counter[tuple[str, str | None]] = Counter()
    for run in runs:
        counted[run.band, run.value_band] += run.minutes
    return counted


def after(start: datetime, minutes: int) -> datetime:
    return (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(HELSINKI)


@given(starts, lengths)
def test_elapsed_minutes_are_minutes_of_the_world(start: datetime, minutes: int):
    assert elapsed_minutes(start, after(start, minutes)) == minutes


@given(starts, lengths)
def test_every_minute_lies_in_the_stretch_that_its_clock_showed(start: datetime, minutes: int):
    walls = [after(start, minute) for minute in range(minutes)]
    shown = [(wall.date(), wall.hour * 60 + wall.minute) for wall in walls]
    parts = stretches(start, after(start, minutes))
    assert [(part.day, m) for part in parts for m in range(part.from_minute, part.to_minute)] == shown


@given(starts, lengths, st.data())
def test_a_visit_cut_in_two_has_the_same_band_minutes(start: datetime, minutes: int, data: st.DataObject):
    cut, end = after(start, data.draw(st.integers(0, minutes))), after(start, minutes)
    for values in (None, turku_calendar()):
        halves = [split_visit(kenest_calendar(), *half, values) for half in ((start, cut), (cut, end))]
        whole = split_visit(kenest_calendar(), start, end, values)
        assert by_band(halves[0]) + by_band(halves[1]) == by_band(whole)
        assert sum(run.minutes for run in whole) == minutes


@given(starts, lengths)
def test_bands_laid_over_each_other_keep_their_minutes(start: datetime, minutes: int):
    end = after(start, minutes)
    pairs = split_visit(kenest_calendar(), start, end, turku_calendar())
    values = split_visit(turku_calendar(), start, end)
    assert {(run.band, run.value_band) for run in pairs} <= set(meeting_bands(kenest_calendar(), turku_calendar()))
    for run in values:
        expected = sum(other.minutes for other in values if other.band == run.band)
        assert sum(pair.minutes for pair in pairs if pair.value_band == run.band) == expected


@given(price_lists)
def test_drawn_price_lists_are_valid(prices: PriceList):
    assert check_price_list(prices, kenest_calendar()) == []


@given(starts, lengths, price_lists, rules, households)
def test_payer_and_own_share_are_the_price_on_every_line(
    start: datetime, minutes: int, prices: PriceList, rule: ValueRule, household: Household
):
    quote = quote_visit(prices, start, after(start, minutes), kenest_calendar())
    shares = share(quote, rule, household)
    for line in shares.lines:
        assert line.payer_cents + line.own_share_cents == line.price_cents
        assert 0 <= line.payer_cents <= min(line.price_cents, line.value_cents)
    assert shares.payer_cents + shares.own_share_cents == shares.price_cents == quote.total_cents
    assert quote.billed_minutes >= quote.minutes == minutes


@given(starts, lengths, price_lists, st.sampled_from(KEYS), st.integers(0, 50_00))
def test_a_dearer_band_never_makes_the_total_cheaper(
    start: datetime, minutes: int, prices: PriceList, key: str, more: int
):
    raised = tuple(BandPrice(p.band, p.price_cents + (more if p.band == key else 0)) for p in prices.band_prices)
    dearer = msgspec.structs.replace(prices, band_prices=raised)
    totals = [quote_visit(p, start, after(start, minutes), kenest_calendar()).total_cents for p in (prices, dearer)]
    assert totals[0] <= totals[1]


@given(starts, lengths, lengths, price_lists)
def test_a_longer_visit_never_spends_fewer_minutes(start: datetime, minutes: int, more: int, prices: PriceList):
    assert prices.billed_minutes(minutes) <= prices.billed_minutes(minutes + more)


@given(st.integers(1, 12), incomes, incomes)
def test_a_higher_income_never_raises_the_voucher(size: int, income: int, more: int):
    poorer, richer = (Household(size=size, gross_income_cents=cents) for cents in (income, income + more))
    assert unit_value(helsinki_value(), poorer) >= unit_value(helsinki_value(), richer)


@given(st.integers(1, 12), incomes)
def test_a_larger_household_never_has_a_smaller_voucher(size: int, income: int):
    smaller, larger = (Household(size=people, gross_income_cents=income) for people in (size, size + 1))
    assert unit_value(helsinki_value(), smaller) <= unit_value(helsinki_value(), larger)


@given(households)
def test_an_income_tested_value_stays_within_its_bounds(household: Household):
    assert 8_40 <= unit_value(helsinki_value(), household) <= 40_80


@given(starts, lengths, price_lists, rules, households)
def test_a_stored_receipt_gives_the_same_cents(
    start: datetime, minutes: int, prices: PriceList, rule: ValueRule, household: Household
):
    terms = Terms(
        prices=prices,
        prices_version="1",
        calendar=kenest_calendar(),
        rule=rule,
        rule_version="1",
        household=household,
    )
    receipt = receipt_for_visit(start, after(start, minutes), terms)
    assert recompute(from_json(to_json(receipt))).shares == receipt.shares


@given(st.lists(st.tuples(st.integers(0, 23), st.integers(1, 24)), max_size=4))
def test_bands_without_problems_cover_every_minute_once(times: list[tuple[int, int]]):
    bands = [band(f"b{i}", hours((WEEKDAY, SATURDAY), start, end)) for i, (start, end) in enumerate(times)]
    rest = kenest_calendar().bands[-1]
    calendar = BandCalendar("v", (*bands, rest))
    covered = Counter(minute for start, end in times for minute in range(start * 60, end * 60))
    fits = all(start < end for start, end in times) and all(covered[minute] == 1 for minute in range(24 * 60))
    assert (check_bands(calendar) == []) is fits
