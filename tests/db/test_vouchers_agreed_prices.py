"""Announced prices and agreements: clients are told what they will pay, visits cost what their day costs."""

import asyncio
from datetime import date, datetime
from uuid import UUID

import asyncpg
import pytest

from marketplace.accounts.memberships import grant_membership
from marketplace.catalogue.changes.beginning import begin_due
from marketplace.catalogue.changes.changes import cancel
from marketplace.catalogue.offers import offers
from marketplace.catalogue.topics import OfPriceChange
from marketplace.kernel.actors import SYSTEM, Role
from marketplace.kernel.clock import HELSINKI, clock_set_to
from marketplace.kernel.db import execute, fetch, fetch_value, new_id
from marketplace.vouchers.agreed_prices import agree_on_announced, clients_concerned, keep_prices
from marketplace.vouchers.agreements import end_agreement, open_voucher
from marketplace.vouchers.granting import grant
from marketplace.vouchers.schemas import OpenVoucher
from marketplace.vouchers.visits import log_visit, preview_visit
from tests.factories.accounts import a_person
from tests.factories.catalogue import offer_draft
from tests.factories.plans import make_client, make_plan, plan_draft
from tests.factories.price_changes import announced
from tests.factories.vouchers import NOW, Setting, a_setting, at, grant_of, hourly

TENTH = date(2026, 12, 10)
LATER = datetime(2026, 12, 12, 18, tzinfo=HELSINKI)


@pytest.fixture
async def clock():
    with clock_set_to(NOW):
        yield


@pytest.fixture
async def setting(database: str, clock) -> Setting:
    return await a_setting()


async def announce_and_tell(setting: Setting, cents: int = 4000, day: date = TENTH) -> UUID:
    change = await announced(setting.provider, setting.offer_id, day, hourly(cents))
    await agree_on_announced(OfPriceChange(change.id))
    return change.id


async def let_in(setting: Setting, role: Role = Role.CLIENT) -> UUID:
    person = (await a_person()).id
    await grant_membership(SYSTEM, person, role, name="Helmi", client_id=setting.client.id)
    return person


async def prices() -> list[tuple[date, bool]]:
    rows = await fetch("select valid_from, cancelled_at from agreement_price order by announced_at")
    return [(row["valid_from"], row["cancelled_at"] is None) for row in rows]


async def letters(kind: str) -> list[str]:
    rows = await fetch("select body_en from notice where kind = $1 order by id", kind)
    return [row["body_en"] for row in rows]


async def price_of_visit(setting: Setting, start: str, end: str) -> int:
    return (await preview_visit(setting.provider, setting.agreement.id, at(start), at(end))).price_cents


async def test_visits_cost_what_their_day_costs(setting: Setting) -> None:
    await announce_and_tell(setting)
    with clock_set_to(LATER):
        assert await price_of_visit(setting, "2026-12-09 08:00", "2026-12-09 09:00") == 3800
        assert await price_of_visit(setting, "2026-12-10 08:00", "2026-12-10 09:00") == 4000
        visit = await log_visit(setting.provider, setting.agreement.id, at("2026-12-10 08:00"), at("2026-12-10 09:00"))
    assert (visit.payer_cents, visit.own_share_cents) == (3300, 700)
    assert any("/ 2026-12-10" in sentence for sentence in visit.words)


async def test_a_visit_over_midnight_costs_what_its_first_day_costs(setting: Setting) -> None:
    await announce_and_tell(setting)
    with clock_set_to(LATER):
        assert await price_of_visit(setting, "2026-12-09 23:00", "2026-12-10 01:00") == 7600


async def test_the_client_hears_the_own_new_own_share_of_the_visits_of_last_month(setting: Setting) -> None:
    person = await let_in(setting)
    await log_visit(setting.provider, setting.agreement.id, at("2026-11-30 08:00"), at("2026-11-30 10:00"))
    with clock_set_to(datetime(2026, 12, 1, 12, tzinfo=HELSINKI)):
        await announce_and_tell(setting)
    [letter] = await letters("agreement.prices_announced")
    assert "Last month you had 1 visit. It would cost €80.00 in all at the new price, €76.00 at the old one." in letter
    assert "Of that you would pay €14.00 yourself; now you pay €10.00." in letter
    assert await fetch_value("select receiver from notice where kind = 'agreement.prices_announced'") == person


async def test_without_visits_a_month_of_the_voucher_is_told(setting: Setting) -> None:
    await let_in(setting, Role.PROXY)
    await announce_and_tell(setting)
    [letter] = await letters("agreement.prices_announced")
    assert "would cost €800.00 at the new price, €760.00 at the old one." in letter
    assert "Of that you would pay €140.00 yourself; now you pay €100.00." in letter


async def test_telling_again_tells_nothing_new(setting: Setting) -> None:
    await let_in(setting)
    change_id = await announce_and_tell(setting)
    await agree_on_announced(OfPriceChange(change_id))
    assert (await prices(), len(await letters("agreement.prices_announced"))) == ([(TENTH, True)], 1)


async def test_a_cancelled_change_is_undone_and_told(setting: Setting) -> None:
    await let_in(setting)
    change_id = await announce_and_tell(setting)
    await keep_prices(OfPriceChange(change_id))
    assert await prices() == [(TENTH, True)]
    await cancel(setting.provider, change_id)
    await keep_prices(OfPriceChange(change_id))
    await keep_prices(OfPriceChange(change_id))
    assert (await prices(), len(await letters("agreement.prices_undone"))) == ([(TENTH, False)], 1)
    with clock_set_to(LATER):
        assert await price_of_visit(setting, "2026-12-10 08:00", "2026-12-10 09:00") == 3800


async def test_a_change_cancelled_before_the_job_ran_reaches_nobody(setting: Setting) -> None:
    change = await announced(setting.provider, setting.offer_id, TENTH, hourly(4000))
    await cancel(setting.provider, change.id)
    await agree_on_announced(OfPriceChange(change.id))
    await agree_on_announced(OfPriceChange(new_id()))
    assert await prices() == []


async def test_telling_and_cancelling_at_once_leave_no_new_price(setting: Setting) -> None:
    change = await announced(setting.provider, setting.offer_id, TENTH, hourly(4000))
    job = OfPriceChange(change.id)
    await asyncio.gather(agree_on_announced(job), cancel(setting.provider, change.id), agree_on_announced(job))
    await keep_prices(job)
    assert not any(is_in_force for _, is_in_force in await prices())


async def test_clients_who_hear_late_pay_the_new_price_from_then_on(setting: Setting) -> None:
    change = await announced(setting.provider, setting.offer_id, TENTH, hourly(4000))
    with clock_set_to(LATER):
        await begin_due()
        await agree_on_announced(OfPriceChange(change.id))
        assert await price_of_visit(setting, "2026-12-11 08:00", "2026-12-11 09:00") == 3800
    assert await prices() == [(LATER.date(), True)]


async def test_agreements_that_end_before_the_day_are_not_concerned(setting: Setting) -> None:
    await end_agreement(setting.provider, setting.agreement.id, date(2026, 12, 9))
    assert await clients_concerned(setting.offer_id) == 1
    await announce_and_tell(setting)
    assert await prices() == []


async def test_a_new_agreement_takes_the_prices_to_come(setting: Setting) -> None:
    await announced(setting.provider, setting.offer_id, TENTH, hourly(4000))
    person = await make_client(setting.manager, identity_code="140238-914X")
    plan = await make_plan(setting.manager, person, plan_draft(600))
    voucher = await grant(setting.manager, grant_of(person, setting.product, plan))
    asked = OpenVoucher(voucher_number=voucher.number, offer_id=setting.offer_id, starts_on=date(2026, 12, 1))
    made = await open_voucher(setting.provider, asked)
    assert await prices() == [(TENTH, True)]
    with clock_set_to(LATER):
        times = at("2026-12-11 08:00"), at("2026-12-11 09:00")
        assert (await preview_visit(setting.provider, made.id, *times)).price_cents == 4000
    assert await letters("agreement.prices_announced") == []


async def test_agreements_and_announcements_at_once_miss_nobody(setting: Setting) -> None:
    person = await make_client(setting.manager, identity_code="140238-914X")
    plan = await make_plan(setting.manager, person, plan_draft(600))
    voucher = await grant(setting.manager, grant_of(person, setting.product, plan))
    asked = OpenVoucher(voucher_number=voucher.number, offer_id=setting.offer_id)
    _, change = await asyncio.gather(
        open_voucher(setting.provider, asked), announced(setting.provider, setting.offer_id, TENTH, hourly(4000))
    )
    await agree_on_announced(OfPriceChange(change.id))
    assert await prices() == [(TENTH, True)] * 2


async def test_a_decrease_raises_nobodys_price(setting: Setting) -> None:
    """The offer became dearer after the agreement was made; what is a decrease for others would be an increase here."""
    await offers.save_draft(setting.provider, setting.offer_id, offer_draft(setting.organiser, prices=hourly(4200)))
    await offers.publish(setting.provider, setting.offer_id)
    await announce_and_tell(setting, 3900)
    assert await prices() == []


async def test_prices_that_are_the_agreements_already_change_nothing(setting: Setting) -> None:
    await offers.save_draft(setting.provider, setting.offer_id, offer_draft(setting.organiser, prices=hourly(3500)))
    await offers.publish(setting.provider, setting.offer_id)
    await announce_and_tell(setting, 3800)
    assert await prices() == []


async def test_a_client_without_own_share_keeps_the_price_that_the_voucher_covers(database: str, clock) -> None:
    setting = await a_setting(value_cents=3800, no_own_share=True)
    await execute("update voucher_product set no_own_share = false")
    await announce_and_tell(setting, 3900)
    assert await prices() == []


async def test_case_managers_hear_of_increases(setting: Setting) -> None:
    person = (await a_person("Petra")).id
    await grant_membership(SYSTEM, person, Role.CASE_MANAGER, name="Helsinki", organiser_id=setting.organiser.id)
    await announce_and_tell(setting)
    assert await letters("agreement.prices_announced_for_clients") == [
        "Provider: Hoiva Oy\n\nThe new prices begin on 10 December 2026.\n\nThey concern 1 client of yours."
    ]


async def test_the_newest_announced_price_of_a_day_counts(setting: Setting) -> None:
    await announce_and_tell(setting)
    with clock_set_to(LATER):
        await begin_due()
        await announce_and_tell(setting, 3700, LATER.date())
        assert await price_of_visit(setting, "2026-12-11 08:00", "2026-12-11 09:00") == 4000
        assert await price_of_visit(setting, "2026-12-12 08:00", "2026-12-12 09:00") == 3700


async def test_what_was_told_is_never_rewritten(setting: Setting) -> None:
    await announce_and_tell(setting)
    for statement in ("update agreement_price set valid_from = '2027-01-01'", "delete from agreement_price"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await execute(statement)
