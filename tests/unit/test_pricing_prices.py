import msgspec
import pytest

from marketplace.kernel.i18n import Language, translate
from marketplace.pricing.prices import BandPrice, PriceList, PriceRules, Unit, check_price_list
from tests.factories.pricing import kenest_calendar, kenest_prices, one_price


def problems(prices: PriceList, rules: PriceRules | None = None) -> list[tuple[str, str]]:
    errors = check_price_list(prices, kenest_calendar(), rules or PriceRules())
    return [(error.field, translate(error.message, Language.EN)) for error in errors]


@pytest.mark.parametrize("prices", [kenest_prices(), one_price(42_00), one_price(0, unit=Unit.KM)])
def test_a_good_list_has_no_problems(prices: PriceList):
    assert problems(prices) == []


def test_a_price_list_keeps_its_form_in_json():
    text = msgspec.json.encode(kenest_prices())
    assert msgspec.json.decode(text, type=PriceList) == kenest_prices()
    assert text.startswith(b'{"unit":"hour","one_price_cents":null,"band_prices":[{"band":"day","price_cents":3855}')


def test_prices_are_found_by_band():
    assert kenest_prices().price_of("night") == 53_97
    assert one_price(40_00).price_of(None) == 40_00
    with pytest.raises(KeyError):
        kenest_prices().price_of("noon")


def test_a_list_needs_prices_of_one_kind():
    assert problems(PriceList(unit=Unit.HOUR)) == [("one_price_cents", "Give a price.")]
    assert problems(kenest_prices(one_price_cents=1)) == [
        ("one_price_cents", "Give either one price for all times or a price for each time band, not both.")
    ]


def test_missing_unknown_and_doubled_bands_are_all_named():
    prices = (BandPrice("day", 1), BandPrice("noon", 1), BandPrice("day", 2), BandPrice("night", 1))
    assert problems(kenest_prices(band_prices=prices)) == [
        ("band_prices.1.band", "There is no time band with the code noon."),
        ("band_prices.2.band", "Day has two prices."),
        ("band_prices", "The price for Evening is missing."),
        ("band_prices", "The price for Saturday is missing."),
        ("band_prices", "The price for Sunday is missing."),
    ]


def test_days_and_pieces_have_no_time_bands():
    fields = [field for field, _ in problems(kenest_prices(unit=Unit.DAY))]
    assert fields == ["band_prices"]


def test_negative_and_absurd_amounts_are_all_named():
    prices = kenest_prices(
        band_prices=tuple(BandPrice(band, -1) for band in kenest_calendar().keys),
        visit_fee_cents=10**12,
        minimum_minutes=-1,
        rounding_minutes=0,
    )
    assert [field for field, _ in problems(prices)] == [
        *(f"band_prices.{i}.price_cents" for i in range(5)),
        "visit_fee_cents",
        "minimum_minutes",
        "rounding_minutes",
    ]


def test_a_band_s_own_ceiling_goes_before_the_general_one():
    rules = PriceRules(ceiling_cents=50_00, band_ceilings=(BandPrice("sunday", 80_00),))
    assert problems(kenest_prices(), rules) == [
        ("band_prices.2.price_cents", "€53.97 is over the price ceiling €50.00 (the organiser's price rules).")
    ]


def test_one_price_is_held_against_the_lowest_ceiling():
    rules = PriceRules(band_ceilings=(BandPrice("night", 41_00), BandPrice("day", 43_00)))
    assert [field for field, _ in problems(one_price(42_00), rules)] == ["one_price_cents"]
    assert problems(one_price(42_00), PriceRules(ceiling_cents=42_00)) == []


def test_fees_and_minimum_billing_have_ceilings_too():
    rules = PriceRules(max_visit_fee_cents=0, max_minimum_minutes=15)
    fields = [field for field, _ in problems(kenest_prices(visit_fee_cents=4_90), rules)]
    assert fields == ["visit_fee_cents", "minimum_minutes"]


@pytest.mark.parametrize(
    ("minutes", "minimum", "step", "billed"),
    [(0, 30, 15, 0), (1, 30, 1, 30), (31, 30, 15, 45), (45, 30, 15, 45), (7, 0, 1, 7), (10, 20, 15, 30)],
)
def test_minutes_on_the_bill(minutes: int, minimum: int, step: int, billed: int):
    prices = one_price(42_00, minimum_minutes=minimum, rounding_minutes=step)
    assert prices.billed_minutes(minutes) == billed
