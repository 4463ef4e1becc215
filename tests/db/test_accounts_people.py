"""Making accounts, changing one's details and password."""

import asyncio

import pytest

from marketplace.accounts import people
from marketplace.accounts.own import me
from marketplace.accounts.signing_in import authenticate
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.db import fetch_value
from marketplace.kernel.errors import Invalid, NotSignedIn, TooManyAttempts
from marketplace.kernel.i18n import Language
from tests.factories.accounts import PASSWORD, a_hat, a_person, audited, epoch_of


async def test_all_errors_of_a_registration_at_once(database):
    with pytest.raises(Invalid) as refusal:
        await people.register_person("ei osoite", "lyhyt", "  ", Language.FI)
    assert [each.field for each in refusal.value.fields] == ["email", "name", "password"]


async def test_an_address_has_one_account_whatever_its_case(database):
    await a_person(email="Aino@Esimerkki.fi")
    with pytest.raises(Invalid) as refusal:
        await a_person(email="aino@esimerkki.FI")
    assert refusal.value.code == "email_taken"


async def test_of_two_registrations_at_once_one_wins(database):
    results = await asyncio.gather(*(a_person(email="sama@esimerkki.fi") for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(result, Invalid) for result in results) == 3
    assert await fetch_value("select count(*) from person") == 1


async def test_registration_sends_one_mail_and_leaves_a_trace(database):
    await a_person()
    assert await fetch_value("select count(*) from pgqueuer where entrypoint = 'accounts.mail'") == 1
    assert await audited("person.registered") == 1


async def test_registrations_from_one_address_are_limited(database):
    for number in range(20):
        await people.register_person(f"n{number}@esimerkki.fi", PASSWORD, "Nimi", Language.FI, address="203.0.113.9")
    with pytest.raises(TooManyAttempts):
        await people.register_person("n20@esimerkki.fi", PASSWORD, "Nimi", Language.FI, address="203.0.113.9")


async def test_own_details_and_hats_are_shown(database):
    someone = await a_person("Aino")
    await a_hat(someone, Role.CLIENT, name="Aino itse")
    await people.change_details(someone.actor, "Aino Uusi", Language.SV)
    own = await me(someone.actor)
    assert (own.name, own.language, own.email_confirmed, own.has_password) == ("Aino Uusi", Language.SV, False, True)
    assert [hat.name for hat in own.hats] == ["Aino itse"]


async def test_a_missing_name_is_refused(database):
    someone = await a_person()
    with pytest.raises(Invalid):
        await people.change_details(someone.actor, " ", Language.FI)
    with pytest.raises(Invalid):
        await people.change_details(someone.actor, "x" * 201, Language.FI)


async def test_language_alone_can_be_changed(database):
    someone = await a_person()
    await people.change_language(someone.actor, Language.EN)
    assert (await me(someone.actor)).language is Language.EN
    assert await audited("person.language_changed") == 1


async def test_nobody_has_no_details(database):
    with pytest.raises(NotSignedIn):
        await me(Actor())


async def test_a_new_password_ends_the_sessions_and_works(database):
    someone = await a_person()
    before = await epoch_of(someone.id)
    epoch = await people.change_password(someone.actor, PASSWORD, "toinen hyvä salalause 7")
    assert epoch == before + 1
    assert (await authenticate(someone.email, "toinen hyvä salalause 7")).epoch == epoch
    with pytest.raises(NotSignedIn):
        await authenticate(someone.email, PASSWORD)


async def test_wrong_present_and_weak_new_password_are_told_together(database):
    someone = await a_person()
    with pytest.raises(Invalid) as refusal:
        await people.change_password(someone.actor, "väärä", "lyhyt")
    assert [each.field for each in refusal.value.fields] == ["current_password", "new_password"]


async def test_guessing_the_present_password_is_limited(database):
    someone = await a_person()
    for _ in range(5):
        with pytest.raises(Invalid):
            await people.change_password(someone.actor, "arvaus", "toinen hyvä salalause 7")
    with pytest.raises(TooManyAttempts):
        await people.change_password(someone.actor, PASSWORD, "toinen hyvä salalause 7")


async def test_signing_out_everywhere_raises_the_epoch(database):
    someone = await a_person()
    before = await epoch_of(someone.id)
    assert await people.end_everywhere(someone.actor) == before + 1


async def test_names_of_people_for_histories(database):
    someone = await a_person("Eero")
    assert await people.names_of([someone.id]) == {someone.id: "Eero"}
    assert await people.person_named(someone.email.upper()) == someone.id
