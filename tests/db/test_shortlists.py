"""Shortlists in an account and on a device: kept, noted, taken off; nobody sees another's."""

from uuid import UUID

import pytest

from marketplace.catalogue.offers.offers import withdraw
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.db import fetch_value, new_id
from marketplace.kernel.errors import Invalid, NotFound, NotSignedIn, Refused
from search.shortlists import keeping, lists
from search.shortlists.on_device import KEY, notes_on_device
from search.shortlists.schemas import NewShortlist
from tests.factories.catalogue import approve, make_offer, make_provider
from tests.factories.organisers import make_organiser
from tests.factories.plans import a_case_manager, client_of, make_client

VISITOR = Actor()


@pytest.fixture
async def organiser(database):
    return await make_organiser()


@pytest.fixture
async def provider(organiser):
    provider = await make_provider()
    await approve(provider, organiser)
    return provider


@pytest.fixture
async def offers(provider, organiser) -> list[UUID]:
    return [await make_offer(provider, organiser, name_fi=f"Hoiva {number}") for number in range(3)]


def somebody() -> Actor:
    return Actor(person_id=new_id())


async def own_list(actor: Actor):
    return await lists.open_list(actor, NewShortlist())


async def test_offers_are_kept_with_notes_in_the_order_of_keeping(offers):
    anna = somebody()
    mine = await own_list(anna)
    await lists.keep_offer(anna, mine.id, offers[1], "Soita maanantaina")
    kept = await lists.keep_offer(anna, mine.id, offers[0])
    assert [(each.offer_id, each.note) for each in kept.items] == [(offers[1], "Soita maanantaina"), (offers[0], "")]
    assert kept.items[0].provider == "Hoiva Oy"
    assert kept.items[0].is_published


async def test_a_note_is_written_anew_and_kept_when_the_offer_is_kept_again(offers):
    anna = somebody()
    mine = await own_list(anna)
    await lists.keep_offer(anna, mine.id, offers[0], "Ensin")
    await lists.keep_offer(anna, mine.id, offers[0], "Sitten")
    assert (await lists.keep_offer(anna, mine.id, offers[0])).items[0].note == "Sitten"


async def test_an_offer_is_taken_off_once_and_again(offers):
    anna = somebody()
    mine = await own_list(anna)
    await lists.keep_offer(anna, mine.id, offers[0])
    assert (await lists.take_off(anna, mine.id, offers[0])).items == ()
    assert (await lists.take_off(anna, mine.id, offers[0])).items == ()


async def test_there_is_one_own_list(offers):
    anna = somebody()
    assert (await own_list(anna)).id == (await own_list(anna)).id
    assert len((await lists.my_lists(anna)).items) == 1


async def test_nobody_sees_anothers_list(offers):
    anna, boris = somebody(), somebody()
    mine = await own_list(anna)
    for reach in (
        lists.list_for(boris, mine.id),
        lists.keep_offer(boris, mine.id, offers[0]),
        lists.take_off(boris, mine.id, offers[0]),
        lists.rename_list(boris, mine.id, "Minun"),
        lists.delete_list(boris, mine.id),
    ):
        with pytest.raises(NotFound):
            await reach
    assert (await lists.my_lists(boris)).items == ()


async def test_a_visitor_has_no_list_in_an_account(database):
    with pytest.raises(NotSignedIn):
        await lists.my_lists(VISITOR)


async def test_a_case_manager_keeps_one_list_for_each_client(organiser, offers):
    manager = a_case_manager(organiser)
    people = [await make_client(manager, given_names=name) for name in ("Maija", "Aino", "Eeva")]
    for person in people:
        made = await lists.open_list(manager, NewShortlist(client_id=person.id, name="Kotihoito"))
        await lists.keep_offer(manager, made.id, offers[0])
    found = (await lists.my_lists(manager)).items
    assert [each.client_name for each in found] == ["Aino Mattila", "Eeva Mattila", "Maija Mattila"]
    assert {each.name for each in found} == {"Kotihoito"}


async def test_a_clients_list_is_lost_with_the_right_to_see_the_client(organiser, offers):
    manager = a_case_manager(organiser)
    person = await make_client(manager)
    made = await lists.open_list(manager, NewShortlist(client_id=person.id))
    elsewhere = Actor(person_id=manager.person_id, role=Role.CASE_MANAGER, organiser_id=new_id())
    with pytest.raises(NotFound):
        await lists.list_for(elsewhere, made.id)
    with pytest.raises(NotFound):
        await lists.open_list(elsewhere, NewShortlist(client_id=person.id))


async def test_a_proxys_list_belongs_to_the_client_acted_for(organiser, offers):
    manager = a_case_manager(organiser)
    mother, aunt = await make_client(manager), await make_client(manager, given_names="Aino")
    proxy = client_of(mother, Role.PROXY)
    made = await own_list(proxy)
    assert made.client_id == mother.id
    other_hat = Actor(person_id=proxy.person_id, role=Role.PROXY, client_id=aunt.id)
    with pytest.raises(NotFound):
        await lists.list_for(other_hat, made.id)


async def test_a_list_has_a_name_and_is_deleted(offers):
    anna = somebody()
    mine = await own_list(anna)
    await lists.keep_offer(anna, mine.id, offers[0], "Muista")
    assert (await lists.rename_list(anna, mine.id, " Äidille ")).name == "Äidille"
    with pytest.raises(Invalid):
        await lists.rename_list(anna, mine.id, "\x07")
    await lists.delete_list(anna, mine.id)
    assert await fetch_value("select count(*) from shortlist_item") == 0


async def test_an_offer_that_ended_stays_with_its_name(provider, offers):
    anna = somebody()
    mine = await own_list(anna)
    await lists.keep_offer(anna, mine.id, offers[0])
    await withdraw(provider, offers[0])
    [kept] = (await lists.list_for(anna, mine.id)).items
    assert (kept.name.fi, kept.is_published) == ("Hoiva 0", False)
    await lists.keep_offer(anna, mine.id, offers[0], "Kysy, miksi loppui")
    with pytest.raises(NotFound):
        await lists.keep_offer(anna, mine.id, new_id())


async def test_a_full_list_says_so(offers, monkeypatch):
    anna = somebody()
    mine = await own_list(anna)
    monkeypatch.setattr(lists, "MOST_KEPT", 1)
    await lists.keep_offer(anna, mine.id, offers[0])
    with pytest.raises(Refused):
        await lists.keep_offer(anna, mine.id, offers[1])


async def test_a_case_manager_cannot_fill_the_house_with_lists(organiser, offers, monkeypatch):
    monkeypatch.setattr(lists, "MOST_LISTS", 1)
    manager = a_case_manager(organiser)
    person = await make_client(manager)
    await own_list(manager)
    with pytest.raises(Refused):
        await lists.open_list(manager, NewShortlist(client_id=person.id))


async def test_on_a_device_offers_are_kept_in_the_session_only(offers):
    session: dict[str, object] = {}
    assert await keeping.keep(VISITOR, session, offers[0], note="Lähellä") is None
    assert notes_on_device(session) == {offers[0]: "Lähellä"}
    assert await keeping.kept_offers(VISITOR, session) == {offers[0]}
    assert await fetch_value("select count(*) from shortlist") == 0
    await keeping.forget(VISITOR, session, offers[0])
    assert KEY not in session


async def test_a_visitor_keeps_public_offers_only_and_has_no_other_list(offers):
    with pytest.raises(NotFound):
        await keeping.keep(VISITOR, {}, new_id())
    with pytest.raises(NotFound):
        await keeping.keep(VISITOR, {}, offers[0], list_id=new_id())


async def test_a_devices_list_is_full_one_day(offers, monkeypatch):
    monkeypatch.setattr("search.shortlists.on_device.MOST_KEPT", 1)
    session: dict[str, object] = {}
    await keeping.keep(VISITOR, session, offers[0])
    with pytest.raises(Refused):
        await keeping.keep(VISITOR, session, offers[1])


async def test_what_was_kept_before_signing_in_moves_over(provider, offers):
    session: dict[str, object] = {}
    await keeping.keep(VISITOR, session, offers[0], note="Lähellä")
    await keeping.keep(VISITOR, session, offers[1])
    await withdraw(provider, offers[1])
    anna = somebody()
    moved = await keeping.take_over(anna, session)
    assert [(each.offer_id, each.note) for each in moved.items] == [(offers[0], "Lähellä")]
    assert KEY not in session


async def test_the_chosen_list_takes_what_is_found_next(organiser, offers):
    manager, session = a_case_manager(organiser), {}
    person = await make_client(manager)
    made = await lists.open_list(manager, NewShortlist(client_id=person.id))
    await keeping.keep(manager, session, offers[0])
    await keeping.choose(manager, session, made.id)
    kept = await keeping.keep(manager, session, offers[1])
    assert kept is not None
    assert kept.client_name == "Maija Mattila"
    assert await keeping.kept_offers(manager, session) == {offers[1]}
    await keeping.forget(manager, session, offers[1])
    assert await keeping.kept_offers(manager, session) == frozenset()


async def test_without_a_list_nothing_is_kept_and_nothing_taken_off(offers):
    anna = somebody()
    assert await keeping.kept_offers(anna, {}) == frozenset()
    await keeping.forget(anna, {}, offers[0])
