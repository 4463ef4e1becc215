"""Lines, receipts, prices and orders of a comparison in words."""

from datetime import date
from decimal import Decimal

import pytest

from marketplace.kernel.db import new_id
from marketplace.kernel.i18n import Language, Text
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.pricing.charges import Extras, LengthPrice, Package, Surcharge
from marketplace.pricing.limits import Cap, CapPeriod, Limits
from marketplace.pricing.months import MonthVoucher
from marketplace.pricing.prices import BandCoefficient, PriceList, Unit
from marketplace.pricing.schedules import Weekday, WeeklyVisit, month_visits
from marketplace.pricing.values import FlatValue, Household
from marketplace.vouchers.terms import VoucherTerms
from search.comparisons.comparing import _prices, chance_of
from search.comparisons.costs import AskedMonth, Pricing, use_of_month
from search.comparisons.explaining import cost_lines, notes_of, receipt_of, terms_of, voucher_used
from search.comparisons.own_voucher import Paying
from search.comparisons.price_book import Priced
from tests.factories.pricing_published import published

DECEMBER = date(2026, 12, 1)
MONDAYS = (WeeklyVisit(weekday=Weekday.MON, start="09:00", minutes=60),)
ORGANISER = new_id()


def offer(number: int = 3, **prices) -> Priced:
    return Priced(
        offer_id=new_id(), organiser_id=ORGANISER, service_class="V-HOMECARE-REG", calendar=STANDARD_BANDS,
        prices=PriceList(**{"unit": Unit.HOUR, **prices}), since=date(2026, 1, 1), number=number,
    )  # fmt: skip


def question(paying: Paying | None = None, **more) -> AskedMonth:
    visits = month_visits(MONDAYS, DECEMBER)
    return AskedMonth(month=DECEMBER, visits=visits, is_scheduled=True, paying=paying, **more)


def a_voucher(rule=None, **voucher) -> Paying:
    rule = rule or FlatValue(value_cents=30_00)
    terms = VoucherTerms(
        rule=rule, rule_version="X 1", calendar=STANDARD_BANDS, household=Household(gross_income_cents=150_000),
        no_own_share=False,
    )  # fmt: skip
    return Paying(
        organiser_id=ORGANISER, service_class="V-HOMECARE-REG", name=Text("Seteli"), terms=terms,
        voucher=MonthVoucher(rule=rule, household=terms.household, **voucher),
    )  # fmt: skip


def test_a_package_and_a_surcharge_have_their_own_names():
    package = Package(key="p", name=Text("Pieni paketti"), over_minutes=0, up_to_minutes=600, price_cents=150_00)
    surcharge = Surcharge(key="s", name=Text("Alkulisä"), cents=5_00, per_visit=True)
    priced = offer(one_price_cents=40_00, packages=(package,), surcharges=(surcharge,), invoice_fee_cents=2_00)
    asked = question(extras=Extras(paper_invoice=True))
    lines = cost_lines(Pricing(asked).estimate(priced), terms_of(priced, asked, None), Language.FI)
    assert [(line.name.fi, line.total_cents) for line in lines] == [
        ("Pieni paketti", 150_00), ("Alkulisä", 20_00), ("Paperilasku", 2_00),
    ]  # fmt: skip


@pytest.mark.parametrize("language", list(Language))
def test_receipts_tell_price_voucher_and_versions(language):
    priced, paying = offer(one_price_cents=40_00), a_voucher()
    asked = question(paying)
    found = Pricing(asked).estimate(priced)
    told = receipt_of(found, terms_of(priced, asked, paying), language)
    assert "X 1" in told[-1]
    assert any("30" in words for words in told)
    announced = terms_of(offer(0, one_price_cents=1), asked, None)
    assert announced.prices_version == "2026-01-01"


def test_notes_are_for_what_goes_beyond():
    limits = Limits(caps=(Cap(period=CapPeriod.MONTH, minutes=60),))
    paying = a_voucher(limits=limits, days=(date(2026, 12, 1), date(2026, 12, 20)))
    asked, priced = question(paying), offer(one_price_cents=40_00)
    terms = terms_of(priced, asked, paying)
    assert len(list(notes_of(Pricing(asked).estimate(priced), terms, paying))) == 3
    within = question(a_voucher())
    assert list(notes_of(Pricing(within).estimate(priced), terms, a_voucher())) == []


def test_a_vouchers_words_wait_for_the_hours():
    paijat = published("PAIJAT-HOMECARE")
    paying = a_voucher(paijat.rule)
    terms = VoucherTerms(
        rule=paijat.rule,
        rule_version="P",
        calendar=paijat.calendar,
        household=paying.terms.household,
        no_own_share=False,
    )
    own = Paying(
        organiser_id=ORGANISER, service_class="V-HOMECARE-REG", name=Text("S"), terms=terms, voucher=paying.voucher
    )
    assert len(voucher_used(own, question(own), Language.EN).words) == 5
    assert voucher_used(own, AskedMonth(month=DECEMBER, paying=own), Language.EN).words == ()


def test_prices_are_shown_as_they_are_made():
    factors = tuple(BandCoefficient(key, Decimal(i + 1)) for i, key in enumerate(STANDARD_BANDS.keys))
    by_coefficient = PriceList(unit=Unit.HOUR, one_price_cents=10_00, coefficients=factors)
    assert [each.price_cents for each in _prices(by_coefficient, STANDARD_BANDS)] == [10_00, 20_00, 30_00, 40_00, 50_00]
    lengths = PriceList(unit=Unit.VISIT, length_prices=(LengthPrice(30, 68_00), LengthPrice(60, 88_00)))
    assert [each.price_cents for each in _prices(lengths, STANDARD_BANDS)] == [68_00, 88_00]
    evening = Surcharge(key="eve", name=Text("Iltalisä"), bands=("weekday_evening",), percent=Decimal(15))
    taxed = PriceList(
        unit=Unit.HOUR, one_price_cents=40_00, surcharges=(evening,), vat_percent=Decimal("25.5"), vat_added=True
    )
    assert [each.price_cents for each in _prices(taxed, STANDARD_BANDS)] == [50_20, 57_73, 50_20, 50_20, 50_20]


def test_chance_is_another_every_day():
    offers = [new_id() for _ in range(20)]
    orders = {tuple(sorted(offers, key=lambda each: chance_of(each, day))) for day in (DECEMBER, date(2026, 12, 2))}
    assert len(orders) == 2


@pytest.mark.parametrize(
    ("units", "unit", "days"), [(3, Unit.DAY, 3), (3, Unit.HOUR, None), (40, Unit.DAY, None), (None, Unit.MONTH, 31)]
)
def test_what_a_month_of_units_holds(units, unit, days):
    found = use_of_month(AskedMonth(month=DECEMBER, units=units), unit, "V-SAFETY")
    assert (found and found.days) == days
