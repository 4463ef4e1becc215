"""Agreements: opened by number, chosen by the client, ended by either; everything that does not fit is told apart."""

import asyncio
from datetime import date, timedelta

import pytest

from marketplace.accounts.limits import PER_EMAIL
from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.db import execute, fetch_value, new_id
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refused, TooManyAttempts
from marketplace.pricing.prices import PriceList, Unit
from marketplace.vouchers import agreements
from marketplace.vouchers.agreements import NumberUnknown, choose_offer, end_agreement, open_voucher
from marketplace.vouchers.closing import revoke
from marketplace.vouchers.granting import grant
from marketplace.vouchers.numbers import new_number
from marketplace.vouchers.queries import agreement_for, agreements_of_voucher, provider_agreements, voucher_for
from marketplace.vouchers.schemas import OfferChoice, OpenVoucher, Revocation
from marketplace.vouchers.states import AgreementStatus, VoucherStatus
from marketplace.vouchers.visits import log_visit
from tests.factories.catalogue import approve, make_offer, suspend
from tests.factories.organisers import BUSINESS_IDS, make_organiser
from tests.factories.plans import client_of
from tests.factories.vouchers import NOW, Setting, a_product, a_setting, another_provider, at, grant_of, hourly

TODAY = NOW.date()


@pytest.fixture
async def setting(database: str, clock) -> Setting:
    return await a_setting(minutes=600, grant_changes={"minutes_per_month": 300})


async def fresh(setting: Setting, **changes) -> str:
    """The number of another voucher of the same client, not opened yet."""
    asked = grant_of(setting.client, setting.product, setting.plan, minutes_per_month=300, **changes)
    return (await grant(setting.manager, asked)).number


def opening(setting: Setting, number: str = "", **changes) -> OpenVoucher:
    return OpenVoucher(**{"voucher_number": number or setting.voucher.number, "offer_id": setting.offer_id, **changes})


async def refused(actor: Actor, asked: OpenVoucher) -> str:
    with pytest.raises(Refused) as error:
        await open_voucher(actor, asked)
    return error.value.code


async def test_a_provider_opens_a_voucher_by_its_number(setting: Setting) -> None:
    agreement = await open_voucher(setting.worker, opening(setting, (await fresh(setting)).lower()))
    assert (agreement.status, agreement.starts_on, agreement.client_name) == ("active", TODAY, "Maija Mattila")
    voucher = await voucher_for(setting.manager, agreement.voucher_id)
    assert (voucher.status, voucher.agreement.provider_name) == (VoucherStatus.OPEN, "Hoiva Oy")


async def test_opening_twice_is_opening_once(setting: Setting) -> None:
    number = await fresh(setting)
    made = await asyncio.gather(*(open_voucher(setting.provider, opening(setting, number)) for _ in range(3)))
    assert len({agreement.id for agreement in made}) == 1


async def test_a_mistyped_number_is_told_apart_from_an_unknown_one(setting: Setting) -> None:
    with pytest.raises(Invalid) as mistyped:
        await open_voucher(setting.provider, opening(setting, setting.voucher.number[:-1] + "U"))
    assert mistyped.value.code == "number_mistyped"
    with pytest.raises(NumberUnknown):
        await open_voucher(setting.provider, opening(setting, new_number()))


async def test_unknown_numbers_are_counted_and_known_ones_are_not(setting: Setting) -> None:
    worker = setting.worker
    for _ in range(PER_EMAIL + 1):
        await open_voucher(worker, opening(setting))
    for _ in range(PER_EMAIL):
        with pytest.raises(NumberUnknown):
            await open_voucher(worker, opening(setting, new_number()))
    with pytest.raises(TooManyAttempts):
        await open_voucher(worker, opening(setting))
    await open_voucher(setting.worker, opening(setting))


async def test_a_voucher_in_use_with_another_provider_stays_there(setting: Setting) -> None:
    other = await another_provider(setting)
    assert await refused(other.provider, opening(other)) == "voucher_in_use"


async def test_a_second_offer_of_the_same_provider_needs_the_first_agreement_ended(setting: Setting) -> None:
    offer_id = await make_offer(setting.provider, setting.organiser, prices=hourly(3600))
    assert await refused(setting.provider, opening(setting, offer_id=offer_id)) == "voucher_in_use"


async def test_the_offer_must_be_the_providers_own_and_public(setting: Setting) -> None:
    other, number = await another_provider(setting), await fresh(setting)
    assert await refused(setting.provider, opening(other, number)) == "offer_not_available"
    assert await refused(setting.provider, opening(setting, number, offer_id=new_id())) == "offer_not_available"
    await suspend(setting.approval_id, TODAY)
    assert await refused(setting.provider, opening(setting, number)) == "offer_not_available"


async def test_the_offer_must_be_for_the_same_organiser_service_and_place(setting: Setting) -> None:
    number = await fresh(setting)
    turku = await make_organiser("Varsinais-Suomi", county_code="05", business_id=BUSINESS_IDS[1])
    await approve(setting.provider, turku)
    elsewhere = await make_offer(setting.provider, turku)
    assert await refused(setting.provider, opening(setting, number, offer_id=elsewhere)) == "offer_other_organiser"
    await approve(setting.provider, setting.organiser, service_classes=["V-CLEANING"])
    cleaning = await make_offer(setting.provider, setting.organiser, service_class="V-CLEANING", prices=hourly(3000))
    assert await refused(setting.provider, opening(setting, number, offer_id=cleaning)) == "offer_other_service"


async def test_the_offer_must_be_given_where_the_client_lives(database: str, clock) -> None:
    """The county serves more places than the offer names."""
    setting = await a_setting(minutes=600, grant_changes={"minutes_per_month": 300})
    number = await fresh(setting)
    await execute("update organiser set municipality_codes = '{091,092}'")
    await execute("update client set municipality_code = '092'")
    assert await refused(setting.provider, opening(setting, number)) == "offer_other_municipality"


async def test_prices_must_fit_a_free_service(database: str, clock) -> None:
    setting = await a_setting(
        no_own_share=True, value_cents=3800, minutes=600, grant_changes={"minutes_per_month": 300}
    )
    cheap = await a_product(setting.organiser, rule=(await cheaper(setting)), no_own_share=True, code="HALPA")
    number = await fresh(setting, product_id=cheap.id)
    assert await refused(setting.provider, opening(setting, number)) == "prices_do_not_fit"


async def cheaper(setting: Setting):
    from marketplace.pricing.values import FlatValue

    return FlatValue(value_cents=2100)


async def test_a_voucher_that_is_over_or_revoked_is_not_opened(setting: Setting) -> None:
    number = await fresh(setting)
    with clock_set_to(at("2027-01-02 12:00")):
        assert await refused(setting.provider, opening(setting, number)) == "voucher_over"
    voucher_id = await fetch_value("select id from voucher where status = 'granted'")
    await revoke(setting.manager, voucher_id, Revocation(reasons="Ei enää."))
    assert await refused(setting.provider, opening(setting, number)) == "voucher_not_in_use"


@pytest.mark.parametrize("day", ["2026-10-31", "2027-01-01", "2026-11-15"])
async def test_the_first_day_is_within_the_voucher_and_not_long_ago(setting: Setting, day: str) -> None:
    with pytest.raises(Invalid) as invalid:
        await open_voucher(setting.provider, opening(setting, await fresh(setting), starts_on=date.fromisoformat(day)))
    assert invalid.value.fields[0].field == "starts_on"


async def test_only_providers_open_vouchers(setting: Setting) -> None:
    for actor in (setting.manager, setting.person, Actor()):
        with pytest.raises(NotFound):
            await open_voucher(actor, opening(setting))


async def test_the_client_chooses_another_provider(setting: Setting) -> None:
    other = await another_provider(setting)
    chosen = await choose_offer(setting.person, setting.voucher.id, OfferChoice(offer_id=other.offer_id))
    assert (chosen.provider_name, chosen.starts_on, chosen.voucher_number) == ("Toinen Hoiva Oy", TODAY, "")
    before, after = reversed(await agreements_of_voucher(setting.person, setting.voucher.id))
    assert (before.status, before.ends_on) == (AgreementStatus.ENDED, TODAY - timedelta(days=1))
    assert after.status is AgreementStatus.ACTIVE


async def test_who_acts_for_the_client_and_the_case_manager_choose_too(setting: Setting) -> None:
    other = await another_provider(setting)
    choice = OfferChoice(offer_id=other.offer_id, starts_on=date(2026, 12, 7))
    chosen = await choose_offer(client_of(setting.client, Role.PROXY), setting.voucher.id, choice)
    assert await choose_offer(setting.manager, setting.voucher.id, choice) == await agreement_for(
        setting.manager, chosen.id
    )
    await log_visit(setting.provider, setting.agreement.id, at("2026-11-30 08:00"), at("2026-11-30 09:00"))


async def test_a_change_of_provider_keeps_the_visits_already_logged(setting: Setting) -> None:
    other = await another_provider(setting)
    await log_visit(setting.provider, setting.agreement.id, at("2026-11-30 08:00"), at("2026-11-30 09:00"))
    with pytest.raises(Invalid) as invalid:
        await choose_offer(setting.person, setting.voucher.id, OfferChoice(offer_id=other.offer_id))
    assert invalid.value.fields[0].field == "starts_on"


async def test_a_full_provider_is_not_chosen_but_may_open_by_number(setting: Setting) -> None:
    other = await another_provider(setting, accepts_new_clients=False)
    with pytest.raises(Refused) as full:
        await choose_offer(setting.person, setting.voucher.id, OfferChoice(offer_id=other.offer_id))
    assert full.value.code == "offer_full"
    assert await open_voucher(other.provider, opening(other, await fresh(setting)))


async def test_nobody_else_chooses(setting: Setting) -> None:
    stranger = Actor(person_id=new_id(), role=Role.CLIENT, client_id=new_id())
    finance = Actor(person_id=new_id(), role=Role.FINANCE, organiser_id=setting.organiser.id)
    for actor in (stranger, finance, setting.provider, Actor()):
        with pytest.raises(NotFound):
            await choose_offer(actor, setting.voucher.id, OfferChoice(offer_id=setting.offer_id))
    with pytest.raises(NotFound):
        await choose_offer(setting.person, new_id(), OfferChoice(offer_id=setting.offer_id))


async def test_either_party_ends_an_agreement(setting: Setting) -> None:
    ended = await end_agreement(setting.provider, setting.agreement.id, date(2026, 12, 13))
    assert (ended.status, ended.ends_on) == (AgreementStatus.ENDED, date(2026, 12, 13))
    with pytest.raises(Conflict):
        await end_agreement(setting.person, setting.agreement.id)


async def test_the_next_agreement_begins_after_the_one_that_was_ended(setting: Setting) -> None:
    await end_agreement(setting.person, setting.agreement.id, date(2026, 12, 13))
    with pytest.raises(Invalid):
        await open_voucher(setting.provider, opening(setting, starts_on=date(2026, 12, 13)))
    assert (await open_voucher(setting.provider, opening(setting))).starts_on == date(2026, 12, 14)


async def test_an_agreement_is_not_ended_before_today(setting: Setting) -> None:
    with pytest.raises(Invalid) as invalid:
        await end_agreement(setting.person, setting.agreement.id, TODAY - timedelta(days=1))
    assert invalid.value.fields[0].field == "last_day"


@pytest.mark.parametrize("day", [date(2027, 1, 1), date.max])
async def test_an_agreement_does_not_outlive_its_voucher(setting: Setting, day: date) -> None:
    with pytest.raises(Invalid):
        await end_agreement(setting.provider, setting.agreement.id, day)
    await end_agreement(setting.provider, setting.agreement.id, setting.voucher.last_day)


@pytest.mark.parametrize("day", [date.min, date(2026, 10, 1), TODAY - timedelta(days=1), date.max])
async def test_a_provider_is_not_changed_on_a_day_that_cannot_be(setting: Setting, day: date) -> None:
    other = await another_provider(setting)
    with pytest.raises(Invalid):
        await choose_offer(setting.person, setting.voucher.id, OfferChoice(offer_id=other.offer_id, starts_on=day))
    assert (await agreement_for(setting.person, setting.agreement.id)).status is AgreementStatus.ACTIVE


async def test_finance_and_strangers_end_nothing(setting: Setting) -> None:
    finance = Actor(person_id=new_id(), role=Role.FINANCE, organiser_id=setting.organiser.id)
    for actor in (finance, (await another_provider(setting)).provider, SYSTEM):
        with pytest.raises(NotFound):
            await end_agreement(actor, setting.agreement.id)


async def test_a_provider_sees_its_agreements_with_what_is_left(setting: Setting) -> None:
    await log_visit(setting.provider, setting.agreement.id, at("2026-11-30 08:00"), at("2026-11-30 09:00"))
    [card] = await provider_agreements(setting.provider, only_active=True)
    assert (card.voucher_number, card.month.left_minutes, card.month.worth_cents) == (
        setting.voucher.number,
        240,
        13_200,
    )
    await end_agreement(setting.provider, setting.agreement.id)
    assert await provider_agreements(setting.provider, only_active=True) == []
    assert len(await provider_agreements(setting.provider)) == 1


async def test_offers_of_another_unit_do_not_fit(setting: Setting, monkeypatch) -> None:
    """The catalogue refuses such a list; the voucher looks again all the same."""
    offer = await agreements.published_offer(setting.offer_id)
    from msgspec.structs import replace

    async def by_the_visit(_offer_id):
        return replace(offer, prices=PriceList(unit=Unit.VISIT, one_price_cents=3000))

    monkeypatch.setattr(agreements, "published_offer", by_the_visit)
    assert await refused(setting.provider, opening(setting, await fresh(setting))) == "prices_do_not_fit"
