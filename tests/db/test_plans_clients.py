"""Clients: taken in once, found again, changed, invited; nobody else's to see."""

import pytest

from marketplace.accounts.invitations import accept_as_new
from marketplace.accounts.memberships import hats
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.db import fetch_value
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.kernel.i18n import Language
from marketplace.organisers.schemas import Organiser
from marketplace.plans.clients import (
    add_client,
    change_client,
    client_by_id,
    client_for,
    client_names,
    find_clients,
    invite_client,
)
from marketplace.plans.schemas import ClientInvitation
from tests.factories.accounts import newest_token
from tests.factories.organisers import BUSINESS_IDS, make_organiser
from tests.factories.plans import a_case_manager, client_details, client_of, make_client

CODE = "010150-900C"
"""A code for temporary use: nobody's."""


@pytest.fixture
async def helsinki(database: str) -> Organiser:
    return await make_organiser()


@pytest.fixture
def manager(helsinki: Organiser) -> Actor:
    return a_case_manager(helsinki)


async def test_a_client_is_taken_in_and_the_code_is_shown_masked(manager: Actor) -> None:
    made = await make_client(manager, identity_code=f" {CODE.lower()} ")
    assert (made.name, made.identity_masked) == ("Maija Mattila", "010150-••••")
    stored = await fetch_value("select identity_code from client")
    assert CODE not in stored


async def test_the_trail_keeps_neither_name_nor_code(manager: Actor) -> None:
    made = await make_client(manager, identity_code=CODE)
    [entry] = await audit.history("client", made.id)
    assert set(entry.after) == {"municipality_code", "language", "household_size", "gross_income_cents"}


async def test_the_same_code_twice_is_one_client(manager: Actor) -> None:
    await make_client(manager, identity_code=CODE)
    with pytest.raises(Conflict) as conflict:
        await make_client(manager, identity_code=CODE, given_names="Toinen")
    assert conflict.value.code == "client_known"


async def test_clients_without_a_code_are_not_mistaken_for_each_other(manager: Actor) -> None:
    await make_client(manager)
    assert (await make_client(manager)).identity_masked == ""


async def test_two_organisers_may_know_the_same_person(manager: Actor) -> None:
    await make_client(manager, identity_code=CODE)
    turku = await make_organiser("Varsinais-Suomi", county_code="05", business_id=BUSINESS_IDS[1])
    assert await make_client(a_case_manager(turku), identity_code=CODE, municipality_code="853")


@pytest.mark.parametrize("wrong", ["010150-900A", "310250-9002", "abc", "010150-900C2"])
async def test_a_wrong_code_and_a_foreign_municipality_are_told_at_once(manager: Actor, wrong: str) -> None:
    with pytest.raises(Invalid) as invalid:
        await make_client(manager, identity_code=wrong, municipality_code="853")
    assert [error.field for error in invalid.value.fields] == ["identity_code", "municipality_code"]


async def test_a_municipality_that_does_not_exist_is_refused(manager: Actor) -> None:
    with pytest.raises(Invalid):
        await make_client(manager, municipality_code="999")


async def test_clients_are_found_by_name_and_by_code(manager: Actor) -> None:
    maija = await make_client(manager, identity_code=CODE)
    await make_client(manager, given_names="Pekka", family_name="Virtanen")
    for asked in ("matt", "mattila maija", "Maija  Mattila", CODE):
        found = await find_clients(manager, asked)
        assert [client.id for client in found.items] == [maija.id], asked
    assert (await find_clients(manager)).total == 2
    assert (await find_clients(manager, "100%")).items == []


async def test_a_client_is_seen_by_case_managers_the_client_and_who_acts_for_them(manager: Actor) -> None:
    made = await make_client(manager)
    for actor in (manager, client_of(made), client_of(made, Role.PROXY)):
        assert (await client_for(actor, made.id)).id == made.id


async def test_nobody_else_knows_of_a_client(manager: Actor, helsinki: Organiser) -> None:
    made, other = await make_client(manager), await make_client(manager, given_names="Toini")
    turku = await make_organiser("Varsinais-Suomi", county_code="05", business_id=BUSINESS_IDS[1])
    reviewer = Actor(role=Role.REVIEWER, organiser_id=helsinki.id)
    for actor in (client_of(other), a_case_manager(turku), reviewer, Actor()):
        with pytest.raises(NotFound):
            await client_for(actor, made.id)
    for actor in (reviewer, client_of(made), Actor()):
        with pytest.raises(NotFound):
            await find_clients(actor)
        with pytest.raises(NotFound):
            await add_client(actor, client_details())


async def test_details_change_and_the_code_stays_unless_given(manager: Actor) -> None:
    made = await make_client(manager, identity_code=CODE)
    changed = await change_client(manager, made.id, client_details(family_name="Uusi", gross_income_cents=150_000))
    assert (changed.name, changed.identity_masked) == ("Maija Uusi", "010150-••••")
    assert changed.household.gross_income_cents == 150_000


async def test_a_code_cannot_be_changed_to_another_clients(manager: Actor) -> None:
    await make_client(manager, identity_code=CODE)
    other = await make_client(manager)
    with pytest.raises(Conflict):
        await change_client(manager, other.id, client_details(identity_code=CODE))


async def test_another_organisers_client_is_not_changed(manager: Actor) -> None:
    made = await make_client(manager)
    turku = await make_organiser("Varsinais-Suomi", county_code="05", business_id=BUSINESS_IDS[1])
    with pytest.raises(NotFound):
        await change_client(a_case_manager(turku), made.id, client_details(municipality_code="853"))


async def test_an_invited_client_gets_the_clients_hat(manager: Actor) -> None:
    made = await make_client(manager, language=Language.SV)
    await invite_client(manager, made.id, ClientInvitation(email="maija@example.org"))
    person = await accept_as_new(
        await newest_token("invitation"), "Maija Mattila", "neljä outoa sanaa peräkkäin", Language.SV
    )
    [hat] = await hats(person)
    assert (hat.role, hat.client_id, hat.name) == (Role.CLIENT, made.id, "Maija Mattila")


async def test_an_invited_relative_acts_for_the_client(manager: Actor) -> None:
    made = await make_client(manager)
    await invite_client(manager, made.id, ClientInvitation(email="poika@example.org", role=Role.PROXY))
    assert await fetch_value("select role from one_time_link") == "proxy"


async def test_a_case_manager_gives_no_other_hats(manager: Actor) -> None:
    made = await make_client(manager)
    with pytest.raises(Forbidden):
        await invite_client(manager, made.id, ClientInvitation(email="x@example.org", role=Role.FINANCE))


async def test_names_of_several_clients(manager: Actor) -> None:
    made = await make_client(manager)
    assert await client_names([made.id, manager.person_id]) == {made.id: "Maija Mattila"}
    with pytest.raises(NotFound):
        await client_by_id(manager.person_id)
