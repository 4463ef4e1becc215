"""Shortlists over the API: whole from beginning to deleting, and each caller's own only."""

from uuid import UUID

import pytest
from litestar import Litestar

from marketplace.app import assemble, feature_handlers
from marketplace.kernel.actors import Actor
from marketplace.kernel.config import get_config
from marketplace.kernel.db import new_id
from tests.factories.catalogue import approve, make_offer, make_provider
from tests.factories.organisers import make_organiser
from tests.factories.plans import a_case_manager, make_client
from tests.web.browser import Api, browser_of
from tests.web.desks import WhoeverTheySay, as_program

LISTS = "/api/v1/shortlists"


@pytest.fixture(scope="module")
def open_app() -> Litestar:
    return assemble(get_config(), feature_handlers(), WhoeverTheySay(), {})


@pytest.fixture
async def program(open_app: Litestar, database: str):
    async with browser_of(open_app, kind=Api) as machine:
        yield machine


@pytest.fixture
async def organiser(database):
    return await make_organiser()


@pytest.fixture
async def offer(organiser) -> UUID:
    provider = await make_provider()
    await approve(provider, organiser)
    return await make_offer(provider, organiser)


async def test_a_list_lives_from_beginning_to_end(program, offer):
    as_program(program, Actor(person_id=new_id()))
    made = (await program.post(LISTS, json={"name": "Äidille"})).json()
    one = f"{LISTS}/{made['id']}"
    kept = await program.put(f"{one}/offers/{offer}", json={"note": "Lähellä"})
    assert kept.json()["items"][0]["note"] == "Lähellä"
    assert (await program.get(one)).json()["name"] == "Äidille"
    assert (await program.put(one, json={"name": "Isälle"})).json()["name"] == "Isälle"
    assert (await program.delete(f"{one}/offers/{offer}")).status_code == 204
    assert (await program.get(LISTS)).json()["items"][0]["items"] == []
    assert (await program.delete(one)).status_code == 204
    assert (await program.get(one)).status_code == 404


async def test_a_key_begins_one_list(program, offer):
    as_program(program, Actor(person_id=new_id()))
    answers = [await program.post(LISTS, json={}, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[0].status_code == 201


async def test_a_case_manager_names_the_client(program, organiser):
    manager = a_case_manager(organiser)
    person = await make_client(manager)
    as_program(program, manager)
    made = (await program.post(LISTS, json={"client_id": str(person.id)})).json()
    assert made["client_name"] == "Maija Mattila"
    assert (await program.post(LISTS, json={"client_id": str(new_id())})).status_code == 404


async def test_nobody_reaches_anothers_list(program, offer):
    as_program(program, Actor(person_id=new_id()))
    one = f"{LISTS}/{(await program.post(LISTS, json={})).json()['id']}"
    as_program(program, Actor(person_id=new_id()))
    assert (await program.get(one)).status_code == 404
    assert (await program.put(one, json={"name": "x"})).status_code == 404
    assert (await program.put(f"{one}/offers/{offer}", json={})).status_code == 404
    assert (await program.delete(f"{one}/offers/{offer}")).status_code == 404
    assert (await program.delete(one)).status_code == 404


async def test_a_visitor_has_no_lists_here(program):
    assert (await program.get(LISTS)).status_code == 401
