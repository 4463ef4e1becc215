"""What settlement takes: redeemed visits up to a day, each once."""

import asyncio
from datetime import date

import pytest

from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.db import new_id, unit_of_work
from marketplace.kernel.errors import Conflict, Refused
from marketplace.vouchers.settling import mark_settled, unsettled, visits_of_statement
from marketplace.vouchers.visit_queries import visit_for
from marketplace.vouchers.visits import cancel_visit, log_visit
from tests.factories.vouchers import NOW, Setting, a_setting, at


@pytest.fixture
async def setting(database: str) -> Setting:
    with clock_set_to(NOW):
        yield await a_setting()


async def logged(setting: Setting, day: str):
    return await log_visit(setting.provider, setting.agreement.id, at(f"{day} 08:00"), at(f"{day} 09:00"))


async def taken(setting: Setting, until: date, **only):
    async with unit_of_work():
        return [visit.redemption_id for visit in await unsettled(setting.organiser.id, until, **only)]


async def test_visits_up_to_a_day_are_taken_in_order(setting: Setting) -> None:
    second, first = await logged(setting, "2026-11-29"), await logged(setting, "2026-11-28")
    await logged(setting, "2026-11-30")
    assert await taken(setting, date(2026, 11, 29)) == [first.id, second.id]
    assert await taken(setting, date(2026, 11, 29), provider_id=new_id()) == []


async def test_cancelled_and_settled_visits_are_left_out(setting: Setting) -> None:
    cancelled, settled = await logged(setting, "2026-11-28"), await logged(setting, "2026-11-29")
    await cancel_visit(setting.provider, cancelled.id)
    statement_id = new_id()
    async with unit_of_work():
        await mark_settled([settled.id], statement_id)
    assert await taken(setting, date(2026, 11, 30)) == []
    [line] = await visits_of_statement(statement_id)
    assert (line.redemption_id, line.voucher_number, line.payer_cents) == (settled.id, setting.voucher.number, 3300)
    assert (await visit_for(setting.manager, settled.id)).status == "settled"


async def test_a_visit_is_not_settled_twice(setting: Setting) -> None:
    visit = await logged(setting, "2026-11-29")
    async with unit_of_work():
        await mark_settled([visit.id], new_id())
    with pytest.raises(Conflict):
        async with unit_of_work():
            await mark_settled([visit.id], new_id())


async def test_reading_for_settlement_needs_its_unit_of_work(setting: Setting) -> None:
    with pytest.raises(RuntimeError):
        await unsettled(setting.organiser.id, date(2026, 11, 30))


async def test_a_cancellation_waits_for_the_settlement_and_then_comes_too_late(setting: Setting) -> None:
    visit = await logged(setting, "2026-11-29")
    async with unit_of_work():
        await unsettled(setting.organiser.id, date(2026, 11, 30))
        attempt = asyncio.create_task(in_own_context(setting, visit.id))
        await asyncio.sleep(0.2)
        await mark_settled([visit.id], new_id())
    with pytest.raises(Refused):
        await attempt


async def in_own_context(setting: Setting, visit_id):
    from marketplace.kernel.db import ENGINE

    ENGINE.current_transaction.set(None)
    return await cancel_visit(setting.provider, visit_id)
