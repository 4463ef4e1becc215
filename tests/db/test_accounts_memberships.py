"""Hats: who may give them, when they count, how they are taken away."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from marketplace.accounts import memberships
from marketplace.accounts.memberships import actor_for, grant_membership, hats, revoke_membership
from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import execute, new_id
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from tests.factories.accounts import a_hat, a_person, an_actor, audited, epoch_of


async def test_one_person_has_several_hats_and_wears_one(database):
    someone = await a_person()
    own, shop = await a_hat(someone, Role.CLIENT), await a_hat(someone, Role.PROVIDER_ADMIN, name="Hoiva Oy")
    assert [(hat.id, hat.name) for hat in await hats(someone.id)] == [(own, "Esimerkki"), (shop, "Hoiva Oy")]
    actor = await actor_for(someone.id, shop, await epoch_of(someone.id))
    assert (actor.role, actor.client_id) == (Role.PROVIDER_ADMIN, None)


async def test_without_a_hat_one_is_somebody_without_a_role(database):
    someone = await a_person()
    actor = await actor_for(someone.id, None, await epoch_of(someone.id))
    assert (actor.person_id, actor.role) == (someone.id, None)


async def test_a_revoked_hat_stops_at_once(database):
    someone = await a_person()
    hat, epoch = await a_hat(someone, Role.CLIENT), await epoch_of(someone.id)
    assert await actor_for(someone.id, hat, epoch)
    await revoke_membership(SYSTEM, hat)
    assert await actor_for(someone.id, hat, epoch) is None
    assert await audited("membership.revoked") == 1


async def test_a_raised_epoch_ends_every_session(database):
    someone = await a_person()
    assert await actor_for(someone.id, None, await epoch_of(someone.id) + 1) is None
    assert await actor_for(new_id(), None, 0) is None


async def test_an_organisers_hat_is_nobodys_without_a_second_factor(database):
    someone = await a_person()
    hat, epoch = await a_hat(someone, Role.REVIEWER), await epoch_of(someone.id)
    assert await actor_for(someone.id, hat, epoch) is None
    assert (await actor_for(someone.id, hat, epoch, is_strong=True)).role is Role.REVIEWER


async def test_another_persons_hat_fits_nobody_else(database):
    owner, thief = await a_person(), await a_person()
    hat = await a_hat(owner, Role.CLIENT)
    assert await actor_for(thief.id, hat, await epoch_of(thief.id)) is None
    with pytest.raises(NotFound):
        await memberships.hat_of(thief.id, hat)


@pytest.mark.parametrize(("first", "last", "counts"), [(0, 0, True), (1, 2, False), (-2, -1, False), (None, 0, True)])
async def test_a_mandate_counts_on_its_days(database, first, last, counts):
    someone = await a_person()
    days = {"valid_to": today() + timedelta(days=last)}
    days["valid_from"] = None if first is None else today() + timedelta(days=first)
    hat = await a_hat(someone, Role.PROXY, **days)
    assert (await actor_for(someone.id, hat, await epoch_of(someone.id)) is not None) is counts


async def test_the_same_hat_is_not_given_twice_even_at_once(database):
    someone, shop = await a_person(), new_id()
    results = await asyncio.gather(
        *(a_hat(someone, Role.PROVIDER_WORKER, scope_id=shop) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(result, Conflict) for result in results) == 3


async def test_a_hat_taken_away_can_be_given_again(database):
    someone, shop = await a_person(), new_id()
    await revoke_membership(SYSTEM, await a_hat(someone, Role.PROVIDER_WORKER, scope_id=shop))
    assert await a_hat(someone, Role.PROVIDER_WORKER, scope_id=shop)


async def test_who_registers_a_provider_becomes_its_first_administrator_only(database):
    founder, late, shop = await a_person(), await a_person(), new_id()
    give = {"name": "Hoiva Oy", "provider_id": shop}
    await grant_membership(founder.actor, founder.id, Role.PROVIDER_ADMIN, **give)
    with pytest.raises(Forbidden):
        await grant_membership(late.actor, late.id, Role.PROVIDER_ADMIN, **give)
    with pytest.raises(Forbidden):
        await grant_membership(late.actor, founder.id, Role.PROVIDER_ADMIN, name="Toinen", provider_id=new_id())


@pytest.mark.parametrize(
    ("giver", "given", "allowed"),
    [
        (Role.ORGANISER_ADMIN, Role.REVIEWER, True), (Role.ORGANISER_ADMIN, Role.PROVIDER_ADMIN, False),
        (Role.REVIEWER, Role.FINANCE, False), (Role.PROVIDER_ADMIN, Role.PROVIDER_WORKER, True),
        (Role.PROVIDER_WORKER, Role.PROVIDER_WORKER, False), (Role.CLIENT, Role.PROXY, True),
        (Role.CLIENT, Role.CLIENT, False), (Role.PROXY, Role.PROXY, False),
    ],
)  # fmt: skip
async def test_who_may_give_what_in_the_own_scope(database, giver, given, allowed):
    actor, someone = await an_actor(giver), await a_person()
    scope = {"organiser_id": actor.organiser_id, "provider_id": actor.provider_id, "client_id": actor.client_id}
    if allowed:
        assert await grant_membership(actor, someone.id, given, name="Esimerkki", **scope)
    else:
        with pytest.raises(Forbidden):
            await grant_membership(actor, someone.id, given, name="Esimerkki", **scope)


async def test_nobody_gives_hats_of_another_scope(database):
    actor, someone = await an_actor(Role.PROVIDER_ADMIN), await a_person()
    with pytest.raises(Forbidden):
        await grant_membership(actor, someone.id, Role.PROVIDER_WORKER, name="Muu", provider_id=new_id())


async def test_a_case_manager_takes_no_hat_of_a_client_that_nobody_has_checked(database):
    actor, someone = await an_actor(Role.CASE_MANAGER), await a_person()
    for role in (Role.CLIENT, Role.PROXY):
        hat = await a_hat(someone, role)
        with pytest.raises(NotFound):
            await revoke_membership(actor, hat)


async def test_a_case_manager_gives_clients_their_hat(database):
    actor, someone = await an_actor(Role.CASE_MANAGER), await a_person()
    assert await grant_membership(actor, someone.id, Role.CLIENT, name="Aino", client_id=new_id())


async def test_the_database_refuses_a_role_with_the_wrong_scope(database):
    someone = await a_person()
    hat = await a_hat(someone, Role.CLIENT)
    with pytest.raises(asyncpg.CheckViolationError):
        await execute("update membership set role = 'finance' where id = $1", hat)
    with pytest.raises(asyncpg.CheckViolationError):
        await execute("update membership set provider_id = client_id where id = $1", hat)


async def test_administrators_see_their_own_people_and_no_others(database):
    admin = await an_actor(Role.PROVIDER_ADMIN)
    worker, stranger = await a_person("Työntekijä"), await a_person()
    await a_hat(worker, Role.PROVIDER_WORKER, scope_id=admin.provider_id)
    await a_hat(stranger, Role.PROVIDER_WORKER)
    assert {member.person_id for member in await memberships.members_of(admin)} == {admin.person_id, worker.id}
    with pytest.raises(Forbidden):
        await memberships.members_of(Actor(person_id=stranger.id, role=Role.PROVIDER_WORKER))


async def test_an_administrator_takes_away_only_hats_of_the_own_scope(database):
    admin, worker, stranger = await an_actor(Role.PROVIDER_ADMIN), await a_person(), await a_person()
    theirs = await a_hat(worker, Role.PROVIDER_WORKER, scope_id=admin.provider_id)
    foreign = await a_hat(stranger, Role.PROVIDER_WORKER)
    await revoke_membership(admin, theirs)
    for hidden in (foreign, theirs, new_id()):
        with pytest.raises(NotFound):
            await revoke_membership(admin, hidden)


async def test_people_lay_down_their_own_hat(database):
    someone = await a_person()
    await revoke_membership(someone.actor, await a_hat(someone, Role.PROVIDER_WORKER))
    assert await hats(someone.id) == []


async def test_the_last_administrator_stays_even_when_two_leave_at_once(database):
    shop, first, second = new_id(), await a_person(), await a_person()
    one = await a_hat(first, Role.PROVIDER_ADMIN, scope_id=shop)
    two = await a_hat(second, Role.PROVIDER_ADMIN, scope_id=shop)
    results = await asyncio.gather(
        revoke_membership(first.actor, one), revoke_membership(second.actor, two), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "Refused"]
    assert next(result for result in results if isinstance(result, Refused)).code == "last_administrator"


async def test_a_new_name_reaches_the_hats(database):
    someone, shop = await a_person(), new_id()
    await a_hat(someone, Role.PROVIDER_ADMIN, scope_id=shop, name="Vanha Oy")
    await memberships.rename_scope(SYSTEM, "Uusi Oy", provider_id=shop)
    assert [hat.name for hat in await hats(someone.id)] == ["Uusi Oy"]
    with pytest.raises(ValueError, match="exactly one"):
        await memberships.rename_scope(SYSTEM, "Uusi Oy")


def test_only_a_mandate_ends_and_not_in_the_past():
    memberships.check_mandate(Role.PROXY, today())
    with pytest.raises(Invalid):
        memberships.check_mandate(Role.PROXY, today() - timedelta(days=1))
    with pytest.raises(Invalid):
        memberships.check_mandate(Role.REVIEWER, today())
