"""Plans: a draft that changes, one plan in force at a time, kept as it was agreed."""

from datetime import date, timedelta

import asyncpg
import pytest

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import execute, unit_of_work
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refused
from marketplace.plans.plans import (
    activate_plan,
    active_service,
    end_plan,
    my_plan,
    plan_for,
    plans_of_client,
    save_plan,
)
from marketplace.plans.schemas import ClientView, PlannedService
from marketplace.plans.states import PlanStatus
from tests.factories.organisers import BUSINESS_IDS, make_organiser
from tests.factories.plans import a_case_manager, client_of, make_client, make_plan, plan_draft

HOME_CARE = "V-HOMECARE-REG"


@pytest.fixture
async def manager(database: str) -> Actor:
    return a_case_manager(await make_organiser())


@pytest.fixture
async def client(manager: Actor) -> ClientView:
    return await make_client(manager)


def service(code: str = HOME_CARE, minutes: int | None = None, times: int | None = None) -> PlannedService:
    return PlannedService(service_class=code, minutes_per_month=minutes, units_per_month=times)


async def test_a_plan_is_written_and_put_into_force(manager: Actor, client: ClientView) -> None:
    saved = await save_plan(manager, client.id, plan_draft(1200))
    assert (saved.status, saved.services[0].minutes_per_month) == (PlanStatus.DRAFT, 1200)
    assert (await activate_plan(manager, saved.id)).status is PlanStatus.ACTIVE


async def test_saving_again_writes_the_same_draft_anew(manager: Actor, client: ClientView) -> None:
    first = await save_plan(manager, client.id, plan_draft(1200))
    second = await save_plan(manager, client.id, plan_draft(services=(service("V-MEAL", times=30),)))
    assert second.id == first.id
    assert [(each.service_class, each.units_per_month) for each in second.services] == [("V-MEAL", 30)]


async def test_the_next_plan_ends_the_one_before(manager: Actor, client: ClientView) -> None:
    first = await make_plan(manager, client, plan_draft(valid_from=date(2026, 1, 1)))
    second = await make_plan(manager, client, plan_draft(valid_from=date(2026, 9, 1)))
    ended = await plan_for(manager, first.id)
    assert (ended.status, ended.valid_to) == (PlanStatus.ENDED, date(2026, 8, 31))
    assert [plan.id for plan in await plans_of_client(manager, client.id)] == [second.id, first.id]


async def test_a_plan_cannot_begin_before_the_one_in_force(manager: Actor, client: ClientView) -> None:
    await make_plan(manager, client, plan_draft(valid_from=date(2026, 9, 1)))
    with pytest.raises(Invalid):
        await make_plan(manager, client, plan_draft(valid_from=date(2026, 9, 1)))


async def test_a_plan_is_put_into_force_once(manager: Actor, client: ClientView) -> None:
    plan = await make_plan(manager, client)
    with pytest.raises(Conflict):
        await activate_plan(manager, plan.id)


async def test_a_plan_is_ended_today(manager: Actor, client: ClientView) -> None:
    plan = await make_plan(manager, client)
    assert (await end_plan(manager, plan.id)).valid_to == today()
    with pytest.raises(Conflict):
        await end_plan(manager, plan.id)


async def test_a_plan_that_has_not_begun_is_not_ended(manager: Actor, client: ClientView) -> None:
    plan = await make_plan(manager, client, plan_draft(valid_from=today() + timedelta(days=5)))
    with pytest.raises(Refused):
        await end_plan(manager, plan.id)


@pytest.mark.parametrize(
    ("services", "field"),
    [
        ((), "services"),
        ((service("V-NOTHING", minutes=60),), "services.0.service_class"),
        ((service(minutes=60), service(minutes=30)), "services.1.service_class"),
        ((service(times=3),), "services.0.minutes_per_month"),
        ((service(minutes=44_641),), "services.0.minutes_per_month"),
        ((service(minutes=60, times=3),), "services.0.minutes_per_month"),
        ((service("V-MEAL", minutes=60),), "services.0.units_per_month"),
        ((service("V-MEAL", times=0),), "services.0.units_per_month"),
    ],
)
async def test_wrong_services_are_named(manager: Actor, client: ClientView, services, field: str) -> None:
    draft = plan_draft(services=services, valid_to=date(2025, 1, 1))
    with pytest.raises(Invalid) as invalid:
        await save_plan(manager, client.id, draft)
    assert [error.field for error in invalid.value.fields] == ["valid_to", field]


async def test_what_was_agreed_stays(manager: Actor, client: ClientView) -> None:
    plan = await make_plan(manager, client)
    for statement in (
        "update plan set goals = 'other' where id = $1",
        "delete from plan_service where plan_id = $1",
        "update plan_service set minutes_per_month = 1 where plan_id = $1",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await execute(statement, plan.id)


async def test_client_and_proxy_see_the_plan_in_force(manager: Actor, client: ClientView) -> None:
    assert await my_plan(client_of(client)) is None
    plan = await make_plan(manager, client)
    for role in (Role.CLIENT, Role.PROXY):
        assert await my_plan(client_of(client, role)) == plan


async def test_nobody_else_sees_a_plan(manager: Actor, client: ClientView) -> None:
    plan = await make_plan(manager, client)
    turku = a_case_manager(await make_organiser("Varsinais-Suomi", county_code="05", business_id=BUSINESS_IDS[1]))
    for act in (plan_for, activate_plan, end_plan):
        with pytest.raises(NotFound):
            await act(turku, plan.id)
    with pytest.raises(NotFound):
        await my_plan(manager)
    with pytest.raises(NotFound):
        await plans_of_client(turku, client.id)
    with pytest.raises(NotFound):
        await plans_of_client(client_of(client), client.id)


async def test_a_service_of_the_plan_in_force(manager: Actor, client: ClientView) -> None:
    plan = await make_plan(manager, client)
    async with unit_of_work():
        found = await active_service(client.id, plan.services[0].id)
        assert found == (plan, plan.services[0])
        assert await active_service(client.id, plan.id) is None
