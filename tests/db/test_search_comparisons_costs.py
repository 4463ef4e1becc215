"""Costs of a month by the price book, and vouchers of one's own: who may see them, what is left, for which days."""

from datetime import date
from uuid import UUID

import msgspec
import pytest

from marketplace.catalogue.offers.offers import publish, save_draft, withdraw
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to, now
from marketplace.kernel.db import execute, new_id
from marketplace.kernel.errors import Invalid, NotFound, Refused
from marketplace.kernel.i18n import Language
from marketplace.organisers.schemas import Caps
from marketplace.pricing.limits import Overrun
from marketplace.pricing.prices import PriceList, Unit
from marketplace.pricing.schedules import Weekday, WeeklyVisit
from marketplace.pricing.values import Household
from marketplace.vouchers.closing import revoke
from marketplace.vouchers.schemas import Revocation
from marketplace.vouchers.visits import log_visit
from search.comparisons import price_book
from search.comparisons.comparing import CompareRequest, compare
from search.comparisons.costs import AskedMonth, OfferCost, asked_month, costs_of
from search.comparisons.price_book import forget, prices_of
from tests.factories.catalogue import approve, make_offer, make_provider, offer_draft
from tests.factories.organisers import make_organiser, make_product
from tests.factories.vouchers import NOW, Setting, a_setting, at, hourly

MONDAYS = (WeeklyVisit(weekday=Weekday.MON, start="09:00", minutes=60),)
NOVEMBER, DECEMBER = "2026-11", "2026-12"


@pytest.fixture
async def offer(database) -> tuple[Actor, UUID]:
    organiser = await make_organiser()
    provider = await make_provider()
    await approve(provider, organiser)
    return provider, await make_offer(provider, organiser, prices=hourly(4000))


@pytest.fixture
async def setting(database):
    with clock_set_to(NOW):
        yield await a_setting()


def sums(cost: OfferCost) -> tuple[int | None, ...]:
    return cost.total_cents, cost.voucher_cents, cost.own_share_cents, cost.overrun_cents


async def with_voucher(setting: Setting, actor: Actor, month: str = DECEMBER) -> AskedMonth:
    return await asked_month(month=month, visits=MONDAYS, voucher=setting.voucher.number, actor=actor)


async def one_cost(offer_id: UUID, question: AskedMonth) -> OfferCost:
    return (await costs_of([offer_id], question))[offer_id]


async def test_a_new_version_is_read_and_an_old_one_forgotten(offer):
    provider, offer_id = offer
    question = await asked_month(month=DECEMBER, visits=MONDAYS)
    assert sums(await one_cost(offer_id, question)) == (160_00, 0, 160_00, 0)
    organiser_id = (await prices_of([offer_id], question.month))[offer_id].organiser_id
    changed = msgspec.structs.replace(
        offer_draft(await _organiser(organiser_id)), prices=hourly(3900), municipality_codes=("091",)
    )
    await save_draft(provider, offer_id, changed)
    await publish(provider, offer_id)
    assert (await one_cost(offer_id, question)).total_cents == 156_00
    await withdraw(provider, offer_id)
    assert await costs_of([offer_id, new_id()], question) == {}


async def _organiser(organiser_id):
    from marketplace.organisers.organisers import get_organiser

    return await get_organiser(organiser_id)


async def test_an_announced_price_counts_from_its_day(offer):
    _, offer_id = offer
    calendar = (await prices_of([offer_id], date(2026, 12, 1)))[offer_id].calendar
    await execute(
        "insert into price_change (id, offer_id, prices, calendar, valid_from, status, announced_at, is_increase, reasons)"
        " values ($1, $2, $3::jsonb, $4::jsonb, $5, 'scheduled', $6, true, '')",
        new_id(), offer_id, msgspec.json.encode(hourly(4500)).decode(), msgspec.json.encode(calendar).decode(),
        date(2027, 1, 1), now(),
    )  # fmt: skip
    before, after = [await asked_month(month=month, visits=MONDAYS) for month in (DECEMBER, "2027-01")]
    assert (await one_cost(offer_id, before)).total_cents == 160_00
    assert (await one_cost(offer_id, after)).total_cents == 180_00
    item = (await compare(CompareRequest(offer_ids=(offer_id,), month="2027-01"), Language.EN)).items[0]
    assert (item.prices[0].price_cents, item.prices_since) == (4500, date(2027, 1, 1))


async def test_the_book_is_emptied_before_it_grows_too_large(offer, monkeypatch):
    monkeypatch.setattr(price_book, "MOST_KEPT", 0)
    question = await asked_month(visits=MONDAYS)
    assert (await one_cost(offer[1], question)).problem is None
    forget()
    assert (await one_cost(offer[1], question)).problem is None


async def test_questions_that_tell_no_month_have_no_price(offer):
    assert (await one_cost(offer[1], await asked_month())).problem is not None
    assert (await one_cost(offer[1], await asked_month(units=3))).problem is not None


async def test_a_schedule_of_pauses_costs_nothing(offer):
    from marketplace.pricing.schedules import Pause

    pause = Pause(first_day=date(2026, 12, 1), last_day=date(2026, 12, 31))
    question = await asked_month(month=DECEMBER, visits=MONDAYS, pauses=(pause,))
    assert sums(await one_cost(offer[1], question)) == (0, 0, 0, 0)


async def test_kilometres_need_a_distance(database):
    organiser, provider = await make_organiser(), await make_provider()
    await approve(provider, organiser, service_classes=("V-TRANSPORT",))
    offer_id = await make_offer(
        provider, organiser, service_class="V-TRANSPORT", prices=PriceList(unit=Unit.PIECE, one_price_cents=1_000)
    )
    await execute("alter table offer_version disable trigger all")
    await execute("update offer_version set prices = jsonb_set(prices, '{unit}', '\"km\"')")
    forget()
    assert (await one_cost(offer_id, await asked_month(visits=MONDAYS))).problem is not None
    drive = await asked_month(month=DECEMBER, visits=MONDAYS, metres=2_000)
    assert (await one_cost(offer_id, drive)).total_cents == 4 * 20_00
    assert (await one_cost(offer_id, await asked_month(units=7))).total_cents == 70_00


async def test_a_voucher_pays_by_its_own_terms(setting):
    for actor in (setting.person, setting.manager):
        question = await with_voucher(setting, actor)
        assert sums(await one_cost(setting.offer_id, question)) == (4 * 38_00, 4 * 33_00, 4 * 5_00, 0)
        assert question.paying is not None
        assert question.paying.number == setting.voucher.number


async def test_others_do_not_see_the_voucher(setting):
    strangers = (
        Actor(), setting.provider, setting.worker, Actor(role=Role.CLIENT, client_id=new_id()),
        Actor(person_id=new_id(), role=Role.CASE_MANAGER, organiser_id=new_id()),
        Actor(person_id=new_id(), role=Role.REVIEWER, organiser_id=setting.organiser.id),
    )  # fmt: skip
    for actor in strangers:
        with pytest.raises(NotFound):
            await with_voucher(setting, actor)


async def test_a_mistyped_number_is_told(setting):
    with pytest.raises(Invalid):
        await asked_month(visits=MONDAYS, voucher="1234", actor=setting.person)


async def test_what_is_used_is_left_out(database):
    with clock_set_to(NOW):
        setting = await a_setting(minutes=180, caps=Caps(overrun=Overrun.CLIENT_PAYS))
        await log_visit(setting.provider, setting.agreement.id, at("2026-11-25 08:00"), at("2026-11-25 09:00"))
        question = await with_voucher(setting, setting.person, NOVEMBER)
        assert sums(await one_cost(setting.offer_id, question)) == (5 * 38_00, 2 * 33_00, 2 * 5_00, 3 * 38_00)
        december = await with_voucher(setting, setting.person)
        assert sums(await one_cost(setting.offer_id, december)) == (4 * 38_00, 3 * 33_00, 3 * 5_00, 38_00)


async def test_a_vouchers_days_are_its_own(setting):
    with pytest.raises(Refused) as refused:
        await with_voucher(setting, setting.person, "2027-01")
    assert refused.value.code == "voucher_not_in_month"
    await revoke(setting.manager, setting.voucher.id, Revocation(last_day=date(2026, 12, 15), reasons="Muutti pois."))
    question = await with_voucher(setting, setting.person)
    assert sums(await one_cost(setting.offer_id, question)) == (4 * 38_00, 2 * 33_00, 2 * 5_00, 2 * 38_00)
    request = CompareRequest(
        offer_ids=(setting.offer_id,), month=DECEMBER, visits=MONDAYS, voucher=setting.voucher.number
    )
    answer = await compare(request, Language.EN, setting.person)
    assert answer.voucher is not None
    assert not answer.voucher.is_estimate
    assert any("15 December" in note for note in answer.items[0].notes)
    assert answer.notes == ()


async def test_a_refusing_cap_is_a_problem_in_words(database):
    with clock_set_to(NOW):
        setting = await a_setting(minutes=120, caps=Caps(overrun=Overrun.REFUSED))
        cost = await one_cost(setting.offer_id, await with_voucher(setting, setting.person))
    assert cost.problem is not None
    assert cost.client_pays is None


async def test_a_product_that_is_not_public_is_not_found(database):
    organiser = await make_organiser()
    product = await make_product(organiser)
    await execute("update voucher_product set public = false")
    with pytest.raises(NotFound):
        await asked_month(visits=MONDAYS, product=product.id, household=Household())


async def test_prices_that_change_within_the_month_are_told(offer):
    calendar = (await prices_of([offer[1]], date(2026, 12, 1)))[offer[1]].calendar
    await execute(
        "insert into price_change (id, offer_id, prices, calendar, valid_from, status, announced_at, is_increase, reasons)"
        " values ($1, $2, $3::jsonb, $4::jsonb, $5, 'scheduled', $6, true, '')",
        new_id(), offer[1], msgspec.json.encode(hourly(4500)).decode(), msgspec.json.encode(calendar).decode(),
        date(2026, 12, 15), now(),
    )  # fmt: skip
    request = CompareRequest(offer_ids=(offer[1],), month=DECEMBER, visits=MONDAYS)
    (item,) = (await compare(request, Language.EN)).items
    assert (item.total_cents, item.notes) == (
        160_00, ("From 15 December 2026 on other prices hold, which are not in these figures.",),
    )  # fmt: skip


async def test_a_voucher_that_pays_for_none_is_told(offer):
    organiser = await make_organiser("Turku", county_code="05", business_id="0204819-8")
    product = await make_product(organiser)
    request = CompareRequest(
        service_class="V-HOMECARE-REG", municipality="Helsinki", month=DECEMBER, visits=MONDAYS, product=product.id
    )
    answer = await compare(request, Language.EN)
    assert not answer.items[0].voucher_accepted
    assert len(answer.notes) == 2
