"""Offers side by side, and a month of one's own week."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from marketplace.catalogue.offers.offers import published_offer, withdraw
from marketplace.kernel.actors import SYSTEM
from marketplace.kernel.calendar import DayType
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.db import new_id
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import Language, Text
from marketplace.organisers.products import publish_version
from marketplace.organisers.schemas import Caps
from marketplace.pricing.bands import Band, BandCalendar, Hours
from marketplace.pricing.prices import BandPrice, PriceList, Unit
from marketplace.pricing.schedules import Weekday, WeeklyVisit, estimate, month_plan
from search.comparisons.comparing import CompareRequest, compare
from search.comparisons.table import columns_of
from tests.factories.catalogue import approve, band_prices, make_offer, make_provider
from tests.factories.organisers import make_organiser, make_product, version_draft

MONDAYS = (WeeklyVisit(weekday=Weekday.MON, start="09:00", minutes=60),)
NIGHT = (WeeklyVisit(weekday=Weekday.TUE, start="23:00", minutes=60),)
DECEMBER = "2026-12"  # Four Mondays, none of them a holiday.


@pytest.fixture
async def organiser(database):
    return await make_organiser()


@pytest.fixture
async def provider(organiser):
    provider = await make_provider()
    await approve(provider, organiser, service_classes=("V-HOMECARE-REG", "V-MEAL", "V-TRANSPORT"))
    return provider


@pytest.fixture
async def offers(provider, organiser) -> tuple[UUID, UUID]:
    cheap = await make_offer(provider, organiser, prices=band_prices(day=3000))
    return await make_offer(provider, organiser, prices=band_prices(day=4000)), cheap


async def compared(*ids: UUID, **asked):
    return await compare(CompareRequest(offer_ids=ids, **asked), Language.FI)


async def refused(*ids: UUID, **asked) -> set[str]:
    with pytest.raises(Invalid) as error:
        await compared(*ids, **asked)
    return {field.field for field in error.value.fields}


async def test_offers_stand_in_the_order_asked_for_with_their_prices(offers):
    comparison = await compared(*offers, offers[0])
    assert [item.offer_id for item in comparison.items] == list(offers)
    assert [price.price_cents for price in comparison.items[0].prices] == [4000, 4400, 5300, 4800, 7600]
    assert comparison.items[0].total_cents is None


async def test_a_week_becomes_a_month(offers):
    dear, cheap = (await compared(*offers, month=DECEMBER, visits=MONDAYS)).items
    assert (dear.visits, dear.total_cents, dear.voucher_cents, dear.own_share_cents) == (4, 16_000, 0, 16_000)
    assert cheap.total_cents == 12_000


async def test_with_a_voucher_each_pays_its_part(offers, organiser):
    product = await make_product(organiser, value_cents=3300)
    dear, cheap = (await compared(*offers, month=DECEMBER, visits=MONDAYS, product=product.id)).items
    assert (dear.total_cents, dear.voucher_cents, dear.own_share_cents, dear.overrun_cents) == (
        16_000,
        13_200,
        2_800,
        0,
    )
    assert (cheap.voucher_cents, cheap.own_share_cents) == (12_000, 0)
    assert dear.voucher_accepted
    assert [line.name.fi for line in dear.lines] == ["Arkipäivä"]


async def test_a_month_costs_what_its_visits_cost(offers):
    """The same figures as the pricing core gives for the offer itself."""
    offer = await published_offer(offers[0])
    expected = estimate(month_plan(MONDAYS + NIGHT, date(2026, 12, 1), offer.calendar), offer.prices)
    [item] = (await compared(offers[0], month=DECEMBER, visits=MONDAYS + NIGHT)).items
    assert item.total_cents == expected.price_cents


async def test_another_services_voucher_pays_nothing(offers, organiser):
    product = await make_product(organiser, service_class="V-CLEANING", code="SIIVOUS")
    [item] = (await compared(offers[0], month=DECEMBER, visits=MONDAYS, product=product.id)).items
    assert not item.voucher_accepted
    assert (item.voucher_cents, item.own_share_cents) == (0, 16_000)


async def test_a_ceiling_for_the_month_leaves_the_rest_to_the_client(offers, organiser):
    product = await make_product(organiser, value_cents=3300, valid_from=date(2026, 1, 1))
    draft = version_draft(3300, date(2026, 12, 1))
    capped = Caps(cents_per_month=10_000, minutes_per_month=120)
    with clock_set_to(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        await publish_version(
            SYSTEM, product.id, type(draft)(value_rule=draft.value_rule, valid_from=draft.valid_from, caps=capped)
        )
        [item] = (await compared(offers[0], month=DECEMBER, visits=MONDAYS, product=product.id)).items
    assert (item.voucher_cents, item.own_share_cents, item.overrun_cents) == (6_600, 1_400, 8_000)
    assert len(item.notes) == 3


async def test_meals_are_counted_by_the_piece(provider, organiser):
    prices = PriceList(unit=Unit.PIECE, one_price_cents=1100)
    meal = await make_offer(provider, organiser, service_class="V-MEAL", prices=prices)
    [item] = (await compared(meal, month=DECEMBER, visits=MONDAYS)).items
    assert item.total_cents == 4_400
    assert columns_of([item], Language.FI).prices[0].cells == ("11,00\xa0€ / kappale",)


async def test_a_visit_outside_the_hours_of_service_is_a_problem_in_words(provider, organiser):
    closed = (Hours(tuple(DayType), 0, 7 * 60), Hours(tuple(DayType), 18 * 60, 24 * 60))
    open_hours = Band("day", Text("Päivä"), (Hours(tuple(DayType), 7 * 60, 18 * 60),))
    calendar = BandCalendar(version="own", bands=(open_hours,), not_served=closed)
    prices = PriceList(unit=Unit.HOUR, band_prices=(BandPrice("day", 4000),))
    offer = await make_offer(provider, organiser, calendar=calendar, prices=prices)
    [item] = (await compared(offer, month=DECEMBER, visits=NIGHT)).items
    assert item.total_cents is None
    assert item.problem


async def test_what_is_no_longer_published_is_left_out(offers, provider):
    await withdraw(provider, offers[1])
    comparison = await compared(*offers)
    assert [item.offer_id for item in comparison.items] == [offers[0]]
    assert comparison.missing_ids == (offers[1],)


async def test_nothing_published_is_not_found(database):
    with pytest.raises(NotFound):
        await compared(new_id())


async def test_an_unknown_voucher_product_is_not_found(offers):
    with pytest.raises(NotFound):
        await compared(*offers, product=new_id(), visits=MONDAYS)


async def test_more_than_six_are_refused_with_words(database):
    assert await refused(*(new_id() for _ in range(7))) == {"offer_ids"}


async def test_everything_wrong_is_named(database):
    wrong = WeeklyVisit(weekday=Weekday.MON, start="25:00", minutes=0)
    assert await refused(new_id(), month="2026-13", visits=(wrong,)) == {"month", "visits.0.start", "visits.0.minutes"}


async def test_without_a_month_the_next_one_is_meant(offers):
    with clock_set_to(datetime(2026, 12, 5, 12, tzinfo=UTC)):
        assert (await compared(offers[0])).month == date(2027, 1, 1)


async def test_the_table_has_a_row_for_every_difference(offers, organiser):
    product = await make_product(organiser)
    comparison = await compared(*offers, month=DECEMBER, visits=MONDAYS, product=product.id)
    table = columns_of(comparison.items, Language.FI)
    headers = ["Käynnit", "Kuukauden hinta", "Palveluseteli maksaa", "Omavastuusi", "Sinä maksat"]
    assert [row.header for row in table.month] == headers
    assert table.month[-1].cells == ("28,00\xa0€", "0,00\xa0€")
    assert len(table.prices) == 5
    assert columns_of((await compared(*offers)).items, Language.SV).month == ()


async def test_an_hour_is_comparable_though_the_week_is_cut_otherwise(provider, organiser, offers):
    flat = await make_offer(
        provider,
        organiser,
        prices=PriceList(unit=Unit.HOUR, one_price_cents=5000, visit_fee_cents=300, minimum_minutes=60),
    )
    table = columns_of((await compared(offers[0], flat)).items, Language.EN)
    assert (table.prices[0].header, table.prices[0].cells[1]) == ("Weekday at 10–11", "€53.00")
    assert [row.header for row in table.prices[-2:]] == ["Fee for each visit", "Shortest visit that is billed"]
    assert table.price_lists[1].lines == (("At all times", "€50.00 / hour"),)


async def test_hours_without_service_are_told_and_other_units_have_one_price(provider, organiser, offers):
    closed = (Hours(tuple(DayType), 0, 7 * 60), Hours(tuple(DayType), 18 * 60, 24 * 60))
    day = Band("day", Text("Päivä"), (Hours(tuple(DayType), 7 * 60, 18 * 60),))
    prices = PriceList(unit=Unit.HOUR, band_prices=(BandPrice("day", 4000),))
    calendar = BandCalendar(version="own", bands=(day,), not_served=closed)
    daytime = await make_offer(provider, organiser, calendar=calendar, prices=prices)
    meal = await make_offer(
        provider, organiser, service_class="V-MEAL", prices=PriceList(unit=Unit.PIECE, one_price_cents=900)
    )
    rows = {row.header: row.cells for row in columns_of((await compared(daytime, meal)).items, Language.EN).prices}
    assert rows["Weekday night at 2–3"] == ("no service", "–")
    assert rows["Price"] == ("–", "€9.00 / piece")
