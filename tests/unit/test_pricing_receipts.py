from pathlib import Path

import msgspec
import pytest

from marketplace.kernel import calendar as kernel_calendar
from marketplace.kernel.i18n import Language, Text, show_minutes, translate
from marketplace.pricing.bands import ANY_TIME
from marketplace.pricing.charges import Extras, LineKind, Surcharge, Travel
from marketplace.pricing.prices import Unit
from marketplace.pricing.receipts import (
    Receipt,
    Terms,
    formula,
    from_json,
    receipt_for_units,
    receipt_for_visit,
    recompute,
    to_json,
)
from marketplace.pricing.values import Component, ComponentsValue, FlatValue, Household
from tests.factories.pricing import (
    at,
    helsinki_value,
    kenest_calendar,
    kenest_prices,
    lapland_calendar,
    lapland_value,
    one_price,
)

INCOME = Household(size=1, gross_income_cents=1_500_00)


def terms(**changes: object) -> Terms:
    fields: dict[str, object] = {
        "prices": kenest_prices(visit_fee_cents=4_90, rounding_minutes=15),
        "prices_version": "Kenest 3",
        "calendar": kenest_calendar(),
        "rule": helsinki_value(),
        "rule_version": "HKI-HOMECARE 2",
        "household": INCOME,
    }
    return Terms(**(fields | changes))  # pyright: ignore[reportArgumentType]


def night_visit() -> Receipt:
    return receipt_for_visit(at("2026-10-24 19:30"), at("2026-10-25 04:05"), terms())


def two_calendars() -> Receipt:
    own = terms(rule=lapland_value(), value_calendar=lapland_calendar())
    return receipt_for_visit(at("2026-12-24 17:00"), at("2026-12-24 19:00"), own)


def meals() -> Receipt:
    own = terms(
        prices=one_price(5_57, unit=Unit.PIECE), calendar=ANY_TIME, rule=FlatValue(value_cents=3_90, unit=Unit.PIECE)
    )
    return receipt_for_units(20, own)


@pytest.mark.parametrize("make", [night_visit, two_calendars, meals])
def test_a_receipt_from_json_gives_the_same_cents_again(make):
    receipt = make()
    stored = from_json(to_json(receipt))
    assert recompute(stored) == stored
    assert stored.quote == receipt.quote
    assert stored.shares == receipt.shares
    assert to_json(stored) == to_json(receipt)


def test_a_receipt_s_cents():
    receipt = night_visit()
    assert [(line.band, line.minutes, line.cents) for line in receipt.quote.lines] == [
        ("saturday", 30, 24_10),
        ("night", 240, 215_88),
        ("sunday", 315, 404_78),
        (None, 0, 4_90),
    ]
    assert (receipt.quote.minutes, receipt.quote.billed_minutes) == (575, 585)
    assert receipt.shares.payer_cents == 17_44 + 139_48 + 183_07


def test_a_later_holiday_does_not_change_an_old_receipt(monkeypatch: pytest.MonkeyPatch):
    stored = to_json(two_calendars())
    monkeypatch.setattr("marketplace.pricing.bands.day_types", lambda day: {kernel_calendar.DayType.HOLIDAY})
    monkeypatch.setattr("marketplace.pricing.bands.stretches", lambda start, end: ())
    receipt = from_json(stored)
    assert recompute(receipt) == receipt


def test_a_changed_receipt_shows():
    receipt = msgspec.structs.replace(night_visit(), shares=meals().shares)
    assert recompute(receipt) != receipt


def test_a_receipt_is_exact_about_its_form():
    with pytest.raises(msgspec.ValidationError):
        from_json('{"given": {"kind": "visit"}}')


def test_the_formula_of_a_visit_in_words():
    words = [translate(step, Language.EN) for step in formula(night_visit())]
    assert words[0].startswith("Visit from 24 October 2026, 19:30 to 25 October 2026, 04:05")
    assert words[1] == f"The visit took {show_minutes(575)}; {show_minutes(585)} is billed."
    assert words[2] == f"Saturday: {show_minutes(30)} × €48.19 per hour = €24.10."
    assert words[4] == (
        "The voucher pays €17.44, the smaller of the price €24.10 and the voucher's value €17.44; own share €6.66."
    )
    assert words[-3:] == [
        "Visit fee €4.90, which no voucher pays.",
        "Price €649.66 = paid by the voucher €339.99 + own share €309.67.",
        "Price list Kenest 3, voucher rule HKI-HOMECARE 2, time bands kenest.",
    ]


def test_the_formula_of_pieces_in_words():
    words = [translate(step, Language.EN) for step in formula(meals())]
    assert words[:2] == ["20 × €5.57 per piece = €111.40.", "The voucher is worth €3.90 per piece."]


@pytest.mark.parametrize("language", [Language.FI, Language.SV])
@pytest.mark.parametrize("make", [night_visit, two_calendars, meals])
def test_the_formula_is_told_in_finnish_and_swedish(make, language: Language):
    for step in formula(make()):
        assert translate(step, language) != translate(step, Language.EN)


STORED = Path(__file__).parents[1] / "factories" / "stored_receipts.jsonl"


@pytest.mark.parametrize("text", STORED.read_text(encoding="utf-8").splitlines(), ids=["Helsinki", "Lapland", "meals"])
def test_receipts_stored_before_price_lists_grew_still_compute_themselves_again(text: str):
    stored = from_json(text)
    assert recompute(stored) == stored
    assert [translate(step, Language.FI) for step in formula(stored)]


def test_travel_and_surcharges_are_told_with_what_the_voucher_pays_of_them():
    care = Component(key="care", name=Text("Hoiva"), rule=FlatValue(value_cents=30_00))
    fee = Component(
        key="fee", name=Text("Käynti"), rule=FlatValue(unit=Unit.VISIT, value_cents=4_00), pays=(LineKind.VISIT_FEE,)
    )
    call = Surcharge(key="call", name=Text("Hälytys", en="Call-out"), cents=10_00, per_visit=True)
    prices = one_price(40_00, visit_fee_cents=4_90, surcharges=(call,), travel=Travel(cents_per_km=50))
    terms = Terms(
        prices=prices,
        prices_version="1",
        calendar=ANY_TIME,
        rule=ComponentsValue(parts=(care, fee)),
        rule_version="1",
        extras=Extras(metres=3_000),
    )
    made = receipt_for_visit(at("2026-11-23 08:00"), at("2026-11-23 09:00"), terms)
    assert from_json(to_json(made)) == recompute(made) == made
    assert (made.shares.payer_cents, made.shares.own_share_cents) == (34_00, 22_40)
    told = [translate(step, Language.EN) for step in formula(made)]
    assert "Visit fee €4.90, of which the voucher pays €4.00." in told
    assert "Travel €1.50, of which the voucher pays €0.00." in told
    assert "Call-out €10.00, of which the voucher pays €0.00." in told
