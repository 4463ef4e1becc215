"""Settling: one statement for each provider, each visit once, whoever runs it and however often."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import execute, fetch, fetch_value, new_id
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.ledger import chart
from marketplace.ledger.proof import verify
from marketplace.ledger.queries import balance, trial_balance
from marketplace.payouts.settlements import run_settlement
from marketplace.payouts.statements import get_statement
from marketplace.payouts.states import PayoutStatus
from tests.factories.catalogue import make_provider
from tests.factories.organisers import BUSINESS_IDS, make_organiser
from tests.factories.payouts import FIRST_DAY, a_debt, earn, finance_of, waiting_jobs

pytestmark = pytest.mark.usefixtures("clock")


async def test_run_makes_one_statement_for_each_provider(database):
    debt = await a_debt(3_300, 1_700)
    other = await make_provider("Toinen Oy", business_id="3456789-0")
    await earn(debt, 900, provider_id=other.provider_id)
    result = await run_settlement(debt.finance, debt.organiser_id, today())
    owed = {each.provider_id: (each.amount_cents, each.line_count) for each in result.statements}
    assert owed == {debt.provider_id: (5_000, 2), other.provider_id: (900, 1)}
    assert result.total_cents == 5_900
    assert {each.payout.status for each in result.statements} == {PayoutStatus.REQUESTED}
    assert await waiting_jobs() == 2


async def test_statement_lists_the_visits_with_both_shares(database):
    debt = await a_debt(3_300, 1_700)
    [summary] = (await run_settlement(debt.finance, debt.organiser_id, today())).statements
    statement = await get_statement(debt.finance, summary.id)
    assert sorted(line.payer_cents for line in statement.lines) == [1_700, 3_300]
    assert summary.own_share_cents == sum(line.own_share_cents for line in statement.lines)
    assert summary.number == f"{today().year}-00001"


async def test_books_move_from_earned_to_owed(database):
    debt = await a_debt(3_300)
    [statement] = (await run_settlement(debt.finance, debt.organiser_id, today())).statements
    assert await balance(chart.payable(debt.organiser_id, debt.provider_id)) == 0
    assert await balance(chart.statement(debt.organiser_id, statement.id)) == 3_300
    assert (await trial_balance(debt.organiser_id)).is_balanced
    assert (await verify()).ok


async def test_second_run_finds_nothing_and_a_later_one_what_came_since(database):
    debt = await a_debt(3_300)
    await run_settlement(debt.finance, debt.organiser_id, today())
    empty = await run_settlement(debt.finance, debt.organiser_id, today())
    assert (empty.run_id, list(empty.statements), empty.total_cents) == (None, [], 0)
    await earn(debt, 500)
    later = await run_settlement(SYSTEM, debt.organiser_id, today())
    assert [each.number[-5:] for each in later.statements] == ["00002"]


async def test_of_two_runs_at_once_one_wins(database):
    debt = await a_debt(3_300)
    runs = await asyncio.gather(*(run_settlement(debt.finance, debt.organiser_id, today()) for _ in range(4)))
    assert sorted(run.total_cents for run in runs) == [0, 0, 0, 3_300]
    assert await fetch_value("select count(*) from statement") == 1
    assert await balance(chart.payable(debt.organiser_id, debt.provider_id)) == 0


async def test_only_visits_up_to_the_day_are_settled(database):
    debt = await a_debt(3_300)
    assert (await run_settlement(debt.finance, debt.organiser_id, FIRST_DAY - timedelta(days=1))).run_id is None


async def test_only_this_organisers_visits_are_settled(database):
    debt = await a_debt(3_300)
    other = await make_organiser("Turun kaupunki", business_id=BUSINESS_IDS[1])
    assert (await run_settlement(finance_of(other.id), other.id, today())).run_id is None
    assert await balance(chart.payable(debt.organiser_id, debt.provider_id)) == 3_300


async def test_provider_that_earned_nothing_from_the_organiser_waits(database):
    debt = await a_debt(3_300)
    other = await make_provider("Toinen Oy", business_id="3456789-0")
    await earn(debt, 0, provider_id=other.provider_id)
    result = await run_settlement(debt.finance, debt.organiser_id, today())
    assert [each.provider_id for each in result.statements] == [debt.provider_id]


async def test_future_day_is_refused(database):
    debt = await a_debt()
    with pytest.raises(Invalid) as refused:
        await run_settlement(debt.finance, debt.organiser_id, today() + timedelta(days=1))
    assert [field.field for field in refused.value.fields] == ["until_day"]


async def test_only_finance_of_this_organiser_settles(database):
    debt = await a_debt()
    admin = Actor(person_id=new_id(), role=Role.ORGANISER_ADMIN, organiser_id=debt.organiser_id)
    for actor in (admin, finance_of(new_id()), debt.provider, Actor()):
        with pytest.raises(NotFound):
            await run_settlement(actor, debt.organiser_id, today())


async def test_failure_half_way_leaves_nothing(database):
    debt = await a_debt(3_300)
    await execute("alter table payout add constraint broken check (amount_cents < 0)")
    with pytest.raises(asyncpg.CheckViolationError):
        await run_settlement(debt.finance, debt.organiser_id, today())
    assert await fetch_value("select count(*) from statement") == 0
    assert await balance(chart.payable(debt.organiser_id, debt.provider_id)) == 3_300


async def test_run_is_told_in_the_audit_trail(database):
    debt = await a_debt(3_300)
    await run_settlement(debt.finance, debt.organiser_id, today())
    actions = await fetch(
        "select action, person_id from audit_event where action like 'settlement%' or action like 'payout.%'"
    )
    assert {row["action"] for row in actions} == {"settlement.run", "payout.requested"}
    assert {row["person_id"] for row in actions} == {debt.finance.person_id}


@pytest.mark.parametrize("table", ["statement", "statement_line"])
async def test_statement_is_never_changed(database, table):
    debt = await a_debt(3_300)
    await run_settlement(debt.finance, debt.organiser_id, today())
    for statement in (f"update {table} set own_share_cents = 1", f"delete from {table}"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await execute(statement)
