"""Services are sold, and vouchers valued, in other units than the usual one as well: hours of errands, escorts by the km."""

import pytest

from marketplace.catalogue.offers.offers import my_offer
from marketplace.kernel.actors import Actor
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language
from marketplace.organisers.reference import service_class
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.prices import PriceList, Unit
from marketplace.pricing.schedules import Weekday, WeeklyVisit
from marketplace.pricing.values import FlatValue
from search.comparisons.comparing import CompareRequest, compare
from tests.factories.catalogue import approve, make_offer, make_provider
from tests.factories.organisers import make_product
from tests.factories.sheets import sent

ERRANDS, ESCORT, CARE = "V-SHOPPING", "V-ESCORT", "V-HOMECARE-REG"


@pytest.fixture
async def provider(turku: Organiser) -> Actor:
    actor = await make_provider()
    await approve(actor, turku, service_classes=(ERRANDS, ESCORT, CARE))
    return actor


def a_price(unit: Unit, cents: int) -> PriceList:
    return PriceList(unit=unit, one_price_cents=cents)


async def test_a_service_is_sold_by_the_kilometre(provider: Actor, turku: Organiser) -> None:
    offer = await make_offer(provider, turku, service_class=ESCORT, prices=a_price(Unit.KM, 120))
    mondays = (WeeklyVisit(weekday=Weekday.MON, start="09:00", minutes=60),)
    asked = CompareRequest(offer_ids=(offer,), month="2026-12", visits=mondays, metres=12_500)
    found = (await compare(asked, Language.EN)).items[0]
    assert (found.unit, found.visits, found.total_cents) == (Unit.KM, 4, 4 * 1_500)
    assert found.lines[0].words == ("4 × 12.5 km × €1.20 = €60.00, each trip rounded to a cent.",)
    at_once = (await compare(CompareRequest(offer_ids=(offer,), units=100), Language.EN)).items[0]
    assert at_once.lines[0].words == ("1 × 100 km × €1.20 = €120.00, each trip rounded to a cent.",)


async def test_a_unit_that_the_service_is_never_sold_by_is_refused(provider: Actor, turku: Organiser) -> None:
    with pytest.raises(Invalid) as refused:
        await make_offer(provider, turku, service_class=ESCORT, prices=a_price(Unit.WEEK, 120))
    assert [error.field for error in refused.value.fields] == ["prices.unit"]


async def test_a_sheet_in_another_unit_keeps_its_prices_and_begins_an_offer(provider: Actor, turku: Organiser) -> None:
    offer = await make_offer(provider, turku, service_class=ERRANDS, prices=a_price(Unit.VISIT, 2_000))
    view = await sent(provider, turku, "Palvelu;Yksikkö;Hinta\nKauppapalvelu;tunti;35,00\n")
    [item] = view.items
    assert (item.action.value, item.content.prices) == ("new_draft", a_price(Unit.HOUR, 3_500))
    assert (await my_offer(provider, offer)).content.prices == a_price(Unit.VISIT, 2_000)


async def test_vouchers_are_worth_what_their_organisers_published(turku: Organiser) -> None:
    for code, unit, cents in (("V-HOUSING-COM", Unit.DAY, 7_500), ("V-CARER-HOME", Unit.PIECE, 26_000)):
        rule = FlatValue(unit=unit, value_cents=cents)
        assert (await make_product(turku, service_class=code, code=code, rule=rule)).service_class == code


def test_every_unit_is_some_service_s() -> None:
    codes = (CARE, ERRANDS, ESCORT, "V-MEAL", "V-DOSE", "V-DAY-OLD")
    assert {unit for code in codes for unit in service_class(code).units} == {*Unit}
