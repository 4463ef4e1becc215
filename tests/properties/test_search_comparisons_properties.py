"""Whatever is asked of whatever prices: total = voucher + own share + overrun, and no voucher makes a total dearer."""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.db import new_id
from marketplace.kernel.i18n import Text
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.pricing.charges import Extras, Travel
from marketplace.pricing.limits import Cap, CapPeriod, Limits
from marketplace.pricing.months import MonthVoucher
from marketplace.pricing.prices import BandPrice, PriceList, Unit
from marketplace.pricing.schedules import Weekday, WeeklyVisit, month_visits
from marketplace.pricing.values import FlatValue, Household
from marketplace.vouchers.terms import VoucherTerms
from search.comparisons.costs import AskedMonth, OfferCost, Pricing
from search.comparisons.own_voucher import Paying
from search.comparisons.price_book import Priced

ORGANISER = new_id()
CENTS = st.integers(0, 120_00)
UNITS = (Unit.HOUR, Unit.VISIT, Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.PIECE, Unit.KM)
CLASSES = {Unit.DAY: "V-HOUSING-24", Unit.MONTH: "V-SAFETY", Unit.PIECE: "V-MEAL"}


@st.composite
def priced(draw: st.DrawFn) -> Priced:
    unit = draw(st.sampled_from(UNITS))
    more = {
        "visit_fee_cents": draw(CENTS),
        "travel": draw(st.one_of(st.none(), st.builds(Travel, per_visit_cents=CENTS))),
    }
    if unit is Unit.HOUR and draw(st.booleans()):
        bands = tuple(BandPrice(key, draw(CENTS)) for key in STANDARD_BANDS.keys)
        prices = PriceList(unit=unit, band_prices=bands, minimum_minutes=draw(st.sampled_from((0, 45))), **more)
    else:
        prices = PriceList(unit=unit, one_price_cents=draw(CENTS), **more)
    return Priced(
        offer_id=new_id(), organiser_id=ORGANISER, service_class=CLASSES.get(unit, "V-HOMECARE-REG"), prices=prices,
        calendar=STANDARD_BANDS, since=date(2026, 1, 1), number=1,
    )  # fmt: skip


VISITS = st.builds(
    WeeklyVisit,
    weekday=st.sampled_from(list(Weekday)),
    start=st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from((0, 7, 30))),
    minutes=st.integers(1, 600),
    every_weeks=st.integers(1, 4),
    pieces=st.integers(1, 5),
)


@st.composite
def asked(draw: st.DrawFn, offer: Priced) -> AskedMonth:
    week = draw(st.lists(VISITS, max_size=6))
    month = date(2026, draw(st.integers(1, 12)), 1)
    rule = FlatValue(unit=offer.prices.unit, value_cents=draw(CENTS))
    caps = tuple(
        Cap(period=period, cents=draw(st.integers(0, 500_00)))
        for period in draw(st.sets(st.sampled_from(list(CapPeriod)), max_size=2))
    )
    days = draw(st.one_of(st.none(), st.just((month.replace(day=5), month.replace(day=15)))))
    terms = VoucherTerms(
        rule=rule, rule_version="1", calendar=STANDARD_BANDS, household=Household(), no_own_share=False
    )
    paying = Paying(
        organiser_id=ORGANISER, service_class=offer.service_class, name=Text("Seteli"), terms=terms,
        voucher=MonthVoucher(rule=rule, limits=Limits(caps=caps), days=days),
    )  # fmt: skip
    return AskedMonth(
        month=month, visits=month_visits(week, month), is_scheduled=bool(week), weekly_visits=Fraction(len(week)),
        units=None if week else draw(st.one_of(st.none(), st.integers(0, 40))),
        extras=Extras(metres=draw(st.integers(0, 20_000))), paying=paying,
    )  # fmt: skip


@given(st.data())
def test_total_is_voucher_and_own_share_and_overrun(data: st.DataObject):
    offer = data.draw(priced())
    question = data.draw(asked(offer))
    cost = Pricing(question).cost(offer)
    if cost.problem is not None:
        assert cost == OfferCost(problem=cost.problem)
        return
    parts = (cost.voucher_cents or 0, cost.own_share_cents or 0, cost.overrun_cents or 0)
    assert cost.total_cents == sum(parts)
    assert min(parts) >= 0
    assert cost.client_pays == parts[1] + parts[2]


@given(st.data())
def test_a_voucher_changes_who_pays_and_never_the_total(data: st.DataObject):
    from msgspec.structs import replace

    offer = data.draw(priced())
    question = data.draw(asked(offer))
    with_it, without = Pricing(question).cost(offer), Pricing(replace(question, paying=None)).cost(offer)
    if with_it.problem is None and without.problem is None:
        assert with_it.total_cents == without.total_cents == without.client_pays
