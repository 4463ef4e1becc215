"""Keeping offers on pages: without an account, in an account, and for clients."""

from uuid import UUID

import pytest
from litestar import Litestar

from marketplace.app import assemble, feature_handlers
from marketplace.catalogue.offers.offers import withdraw
from marketplace.kernel.actors import Actor
from marketplace.kernel.config import get_config
from marketplace.kernel.db import new_id
from search.shortlists.lists import keep_offer, my_lists, open_list
from search.shortlists.schemas import MAX_NOTE, NewShortlist
from tests.factories.accounts import PASSWORD, a_person
from tests.factories.catalogue import approve, make_offer, make_provider
from tests.factories.organisers import make_organiser
from tests.factories.plans import a_case_manager, make_client
from tests.web.browser import Browser, browser_of
from tests.web.desks import WhoeverTheySay, enter, sign_in


@pytest.fixture(scope="module")
def open_app() -> Litestar:
    """All features, and people who are whoever they say."""
    return assemble(get_config(), [*feature_handlers(), enter], WhoeverTheySay(), {})


@pytest.fixture
async def desk(open_app: Litestar, database: str):
    async with browser_of(open_app) as browser:
        yield browser


@pytest.fixture
async def organiser(database):
    return await make_organiser()


@pytest.fixture
async def provider(organiser):
    provider = await make_provider("Kotiapu <i>Oy</i>")
    await approve(provider, organiser)
    return provider


@pytest.fixture
async def offers(provider, organiser) -> list[UUID]:
    return [await make_offer(provider, organiser, name_fi=f"Hoiva {number}") for number in range(2)]


async def add(browser: Browser, offer: UUID, **more: object):
    return await browser.submit("/shortlist/add", {"offer": str(offer), **more})


async def test_a_visitor_keeps_notes_and_takes_off(client, offers):
    assert (await add(client, offers[0], back="/?text=hoiva")).headers["location"] == "/?text=hoiva"
    await client.submit("/shortlist/note", {"offer": str(offers[0]), "note": "Soita <b>heti</b>"})
    page = await client.page("/shortlist?lang=fi")
    assert "Soita <b>heti</b>" in page.select_one(".st-kept__note").get_text()
    assert page.select_one("input[name=offers]").has_attr("checked")
    assert "kunnes suljet sen" in page.get_text()
    await client.submit("/shortlist/remove", {"offer": str(offers[0])})
    assert "Listalla ei ole vielä mitään" in (await client.page("/shortlist?lang=fi")).get_text()


async def test_a_back_to_elsewhere_leads_home(client, offers):
    assert (await add(client, offers[0], back="https://evil.example")).headers["location"] == "/shortlist"


async def test_what_is_not_public_is_told(client, database):
    answer = await add(client, new_id())
    assert answer.status_code == 303
    assert "ei enää julkaista" in (await client.page("/shortlist?lang=fi")).get_text()


@pytest.mark.parametrize("path", ["add", "remove", "note"])
async def test_nonsense_is_not_found(client, database, path):
    assert (await client.submit(f"/shortlist/{path}", {"offer": "x"})).status_code == 404


async def test_too_long_a_note_is_told(client, offers):
    await add(client, offers[0])
    await client.submit("/shortlist/note", {"offer": str(offers[0]), "note": "a" * (MAX_NOTE + 1)})
    page = await client.page("/shortlist?lang=fi")
    assert page.select_one(".govuk-notification-banner")
    assert page.select_one(".st-kept__note") is None


async def test_an_offer_that_ended_can_only_be_taken_off(client, provider, offers):
    await add(client, offers[0])
    await withdraw(provider, offers[0])
    page = await client.page("/shortlist?lang=fi")
    assert "Ei enää tarjolla" in page.get_text()
    assert page.select_one("input[name=offers]") is None


async def test_what_was_kept_comes_along_at_sign_in(client, offers):
    someone = await a_person()
    await add(client, offers[0])
    await client.submit("/sign-in", {"email": someone.email, "password": PASSWORD})
    page = await client.page("/shortlist?lang=fi")
    assert "Tallensit tässä selaimessa 1 palvelun" in page.get_text()
    moved = await client.submit("/shortlist/take-over")
    page = await client.page(moved.headers["location"] + "?lang=fi")
    assert "Hoiva 0" in page.get_text()
    assert "Vain sinä näet" in page.get_text()


async def test_a_signed_in_person_has_one_list_with_a_name(desk, offers):
    anna = Actor(person_id=new_id())
    await sign_in(desk, anna)
    await add(desk, offers[0])
    [mine] = (await my_lists(anna)).items
    await desk.submit(f"/shortlist/{mine.id}/name", {"name": "For mother"})
    assert (await desk.page("/shortlist")).h1.get_text(strip=True) == "For mother"
    wrong = await desk.submit(f"/shortlist/{mine.id}/name", {"name": "x" * 300})
    assert wrong.status_code == 422
    await desk.submit("/shortlist/remove", {"offer": str(offers[0]), "list_id": str(mine.id)})
    await desk.submit(f"/shortlist/{mine.id}/delete")
    assert (await my_lists(anna)).items == ()


async def test_nobody_opens_anothers_list(desk, offers):
    other = Actor(person_id=new_id())
    theirs = await open_list(other, NewShortlist())
    await keep_offer(other, theirs.id, offers[0])
    await sign_in(desk, Actor(person_id=new_id()))
    assert (await desk.get(f"/shortlist/{theirs.id}")).status_code == 404
    for path in ("name", "delete", "search"):
        assert (await desk.submit(f"/shortlist/{theirs.id}/{path}", {"name": "x"})).status_code == 404
    for path in ("add", "remove", "note"):
        answer = await desk.submit(f"/shortlist/{path}", {"offer": str(offers[1]), "list_id": str(theirs.id)})
        assert answer.status_code in {303, 404}
    assert [each.offer_id for each in (await my_lists(other)).items[0].items] == [offers[0]]


async def test_a_case_manager_begins_lists_and_sees_them_together(desk, organiser, offers):
    manager = a_case_manager(organiser)
    people = [await make_client(manager, given_names=name) for name in ("Aino", "Maija")]
    await sign_in(desk, manager)
    assert "No lists yet" in (await desk.page("/shortlist")).get_text()
    assert "Aino" in (await desk.page("/shortlist/clients")).get_text()
    for person in people:
        begun = await desk.submit("/shortlist/new", {"client_id": str(person.id)})
        await add(desk, offers[0])
    page = await desk.page(begun.headers["location"])
    assert page.h1.get_text(strip=True) == "List of Maija Mattila"
    assert page.select_one("#compare-form input[name=client]")["value"] == str(people[1].id)
    overview = await desk.page("/shortlist")
    assert [each.get_text(strip=True) for each in overview.select("h2 a")] == [
        "List of Aino Mattila",
        "List of Maija Mattila",
    ]
    assert "You are searching for this list" in overview.get_text()


async def test_a_client_is_found_by_name_in_the_body(desk, organiser):
    manager = a_case_manager(organiser)
    await make_client(manager, given_names="Aino")
    await sign_in(desk, manager)
    assert "Aino" in (await desk.submit("/shortlist/clients", {"q": "aino"})).text
    assert "No client was found" in (await desk.submit("/shortlist/clients", {"q": "zzz"})).text
    assert (await desk.submit("/shortlist/clients", {"q": "x" * 300})).status_code == 200


async def test_the_first_client_is_yet_to_be_added(desk, organiser):
    await sign_in(desk, a_case_manager(organiser))
    assert "You have no clients yet." in (await desk.page("/shortlist/clients")).get_text()
    assert (await desk.submit("/shortlist/new", {"client_id": str(new_id())})).status_code == 404
    assert (await desk.submit("/shortlist/new", {"client_id": "x"})).status_code == 422


async def test_a_full_list_takes_nothing_over(desk, organiser, offers, monkeypatch):
    await add(desk, offers[0])
    monkeypatch.setattr("search.shortlists.lists.MOST_KEPT", 0)
    session = await desk.get("/shortlist")
    assert session.status_code == 200
    await sign_in(desk, Actor(person_id=new_id()))
    assert (await desk.submit("/shortlist/take-over")).headers["location"].startswith("/shortlist")
