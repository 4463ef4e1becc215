"""Versions of rulebooks: published from a day on, never changed, withdrawn only before they are used."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.clock import clock_set_to, now, today
from marketplace.kernel.db import execute, fetch_value
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refused
from onboarding.applications import drafts as applications
from onboarding.applications.schemas import NewApplication
from onboarding.rulebooks.states import VersionStatus
from onboarding.rulebooks.versions import (
    default_rulebook,
    latest_version,
    organisers_taking_applications,
    own_version,
    publish_rulebook,
    rulebook_in_force,
    rulebook_version,
    rulebook_versions,
    versions_to_come,
    withdraw_version,
)
from tests.factories.accounts import an_actor, audited
from tests.factories.onboarding import make_accepting_organiser, make_applicant, small_rulebook
from tests.factories.organisers import make_organiser
from tests.factories.rulebooks import rulebook, yes_no

SOON = timedelta(days=10)


async def an_admin(organiser_id: UUID) -> Actor:
    return await an_actor(Role.ORGANISER_ADMIN, scope_id=organiser_id)


async def test_version_is_in_force_from_its_first_day_on(database: str) -> None:
    organiser = await make_accepting_organiser()
    admin = await an_admin(organiser.id)
    published = await publish_rulebook(admin, organiser.id, rulebook(yes_no("a")), today() + SOON)
    assert (await rulebook_in_force(organiser.id)).number == 1
    assert (await rulebook_in_force(organiser.id, today() + SOON)).number == 2
    assert [each.id for each in await versions_to_come(organiser.id)] == [published.id]
    with clock_set_to(now() + SOON):
        assert (await rulebook_in_force(organiser.id)).id == published.id
        assert await versions_to_come(organiser.id) == []


async def test_first_day_begins_at_midnight_in_finland(database: str) -> None:
    organiser = await make_organiser()
    first_day = today() + SOON
    await publish_rulebook(SYSTEM, organiser.id, small_rulebook(), first_day)
    midnight = datetime(first_day.year, first_day.month, first_day.day, tzinfo=UTC) - timedelta(hours=3)
    with clock_set_to(midnight - timedelta(seconds=1)), pytest.raises(Refused):
        await rulebook_in_force(organiser.id)
    with clock_set_to(midnight + timedelta(hours=1)):
        assert (await rulebook_in_force(organiser.id)).number == 1


async def test_of_two_with_the_same_first_day_the_later_one_holds(database: str) -> None:
    organiser = await make_organiser()
    for _ in range(2):
        await publish_rulebook(SYSTEM, organiser.id, small_rulebook(), today())
    assert (await rulebook_in_force(organiser.id)).number == 2


async def test_list_tells_where_each_version_stands(database: str) -> None:
    organiser = await make_accepting_organiser()
    admin = await an_admin(organiser.id)
    for days in (0, 3, 5):
        await publish_rulebook(admin, organiser.id, small_rulebook(), today() + timedelta(days=days))
    await withdraw_version(admin, (await rulebook_versions(admin))[0].id)
    found = await rulebook_versions(admin)
    assert [(each.number, each.status) for each in found] == [
        (4, VersionStatus.WITHDRAWN), (3, VersionStatus.SCHEDULED), (2, VersionStatus.IN_FORCE), (1, VersionStatus.REPLACED),
    ]  # fmt: skip
    assert [each.published_by for each in found] == ["Aino Testaaja"] * 3 + [""]
    assert found[0].title == small_rulebook().title


async def test_list_counts_the_applications_of_each_version(database: str) -> None:
    organiser, applicant = await make_accepting_organiser(), await make_applicant()
    await applications.start_application(applicant.actor, NewApplication(organiser_id=organiser.id))
    assert [each.applications for each in await rulebook_versions(await an_admin(organiser.id))] == [1]


async def test_scheduled_version_is_withdrawn_and_its_number_not_given_again(database: str) -> None:
    organiser = await make_accepting_organiser()
    admin = await an_admin(organiser.id)
    published = await publish_rulebook(admin, organiser.id, small_rulebook(), today() + SOON)
    await withdraw_version(admin, published.id)
    assert await versions_to_come(organiser.id) == []
    assert (await rulebook_in_force(organiser.id, today() + SOON)).number == 1
    assert (await latest_version(organiser.id)).number == 1  # type: ignore[union-attr]
    assert (await publish_rulebook(admin, organiser.id, small_rulebook(), today() + SOON)).number == 3
    assert await audited("rulebook.withdrawn") == 1
    with pytest.raises(Conflict):
        await withdraw_version(admin, published.id)


async def test_version_in_force_stays(database: str) -> None:
    organiser = await make_accepting_organiser()
    admin = await an_admin(organiser.id)
    with pytest.raises(Conflict, match="version_in_use"):
        await withdraw_version(admin, (await rulebook_in_force(organiser.id)).id)


async def test_version_that_somebody_applied_under_stays_even_where_the_clock_is_wrong(database: str) -> None:
    organiser, applicant = await make_accepting_organiser(), await make_applicant()
    admin = await an_admin(organiser.id)
    await applications.start_application(applicant.actor, NewApplication(organiser_id=organiser.id))
    with clock_set_to(now() - timedelta(days=60)), pytest.raises(Conflict, match="version_in_use"):
        await withdraw_version(admin, (await rulebook_versions(admin))[0].id)


@pytest.mark.parametrize(
    "statement",
    [
        "update rulebook_version set content = '{}'::jsonb",
        "update rulebook_version set valid_from = valid_from - 1",
        "update rulebook_version set content = '{}'::jsonb, withdrawn_at = now()",
        "update rulebook_version set withdrawn_by = id",
        "delete from rulebook_version",
    ],
)
async def test_database_refuses_to_change_a_published_version(database: str, statement: str) -> None:
    await make_accepting_organiser()
    with pytest.raises(asyncpg.RestrictViolationError):
        await execute(statement)
    assert await fetch_value("select count(*) from rulebook_version where withdrawn_at is null") == 1


async def test_database_refuses_to_withdraw_a_version_in_use(database: str) -> None:
    organiser, applicant = await make_accepting_organiser(), await make_applicant()
    await applications.start_application(applicant.actor, NewApplication(organiser_id=organiser.id))
    with pytest.raises(asyncpg.RestrictViolationError):
        await execute("update rulebook_version set withdrawn_at = now()")


async def test_contradiction_and_days_are_refused_all_at_once(database: str) -> None:
    organiser = await make_organiser()
    admin = await an_admin(organiser.id)
    with pytest.raises(Invalid) as refused:
        await publish_rulebook(admin, organiser.id, rulebook(yes_no("a"), yes_no("a")), today() - timedelta(days=1))
    assert [each.field for each in refused.value.fields] == ["general.0.questions.1.key", "valid_from"]
    assert await rulebook_versions(admin) == []


@pytest.mark.parametrize("day", [date.max, date.min])
async def test_day_beyond_reason_is_refused(database: str, day: date) -> None:
    organiser = await make_organiser()
    with pytest.raises(Invalid):
        await publish_rulebook(await an_admin(organiser.id), organiser.id, small_rulebook(), day)


async def test_versions_of_others_are_not_found(database: str) -> None:
    organiser, other = await make_accepting_organiser(), await make_organiser(business_id="0000105-4")
    stranger, version = await an_admin(other.id), await rulebook_in_force(organiser.id)
    for refused in (own_version(stranger, version.id), withdraw_version(stranger, version.id)):
        with pytest.raises(NotFound):
            await refused
    with pytest.raises(NotFound):
        await publish_rulebook(stranger, organiser.id, small_rulebook(), today())
    assert await rulebook_versions(stranger) == []


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.FINANCE, Role.CASE_MANAGER])
async def test_only_the_administrator_sees_and_withdraws_versions(database: str, role: Role) -> None:
    organiser = await make_accepting_organiser()
    actor, version = await an_actor(role, scope_id=organiser.id), await rulebook_in_force(organiser.id)
    for refused in (rulebook_versions(actor), own_version(actor, version.id), withdraw_version(actor, version.id)):
        with pytest.raises(NotFound):
            await refused


async def test_unknown_version_is_not_found(database: str) -> None:
    organiser = await make_organiser()
    with pytest.raises(NotFound):
        await rulebook_version(organiser.id)
    with pytest.raises(NotFound):
        await withdraw_version(await an_admin(organiser.id), organiser.id)


async def test_organiser_without_a_rulebook_in_force_takes_no_applications(database: str) -> None:
    organiser = await make_organiser()
    published = await publish_rulebook(SYSTEM, organiser.id, default_rulebook(), today() + SOON)
    assert await organisers_taking_applications() == []
    with clock_set_to(now() + SOON):
        assert await organisers_taking_applications() == [organiser.id]
    await withdraw_version(await an_admin(organiser.id), published.id)
    with clock_set_to(now() + SOON):
        assert await organisers_taking_applications() == []
