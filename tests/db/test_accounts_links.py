"""Links that travel by e-mail: invitations, new passwords, confirmed addresses, and the mails themselves."""

import asyncio
import email
import email.policy
import re
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from marketplace.accounts import invitations, links, mail, recovery, second_factors
from marketplace.accounts.letters import send_link_mail
from marketplace.accounts.links import LinkMail, Purpose
from marketplace.accounts.memberships import hats
from marketplace.accounts.own import me
from marketplace.accounts.signing_in import authenticate
from marketplace.kernel.actors import SYSTEM, Role
from marketplace.kernel.clock import clock_set_to, now, today
from marketplace.kernel.config import get_config
from marketplace.kernel.db import fetch_value, new_id
from marketplace.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotSignedIn,
    Refused,
    TooManyAttempts,
    Unavailable,
)
from marketplace.kernel.i18n import Language
from tests.doubles.mail_server import mail_server
from tests.factories.accounts import (
    PASSWORD,
    a_hat,
    a_person,
    an_actor,
    audited,
    epoch_of,
    newest_link,
    newest_token,
    with_second_factor,
)

OTHER = "aivan toinen salalause 9"


async def test_an_invited_newcomer_makes_an_account_and_has_the_hat(database):
    admin = await an_actor(Role.ORGANISER_ADMIN, name="Varha")
    await invitations.invite(admin, "uusi@varha.fi", Role.REVIEWER)
    token = await newest_token("invitation")
    shown = await invitations.show_invitation(token)
    assert (shown.scope_name, shown.role, shown.has_account) == ("Varha", Role.REVIEWER, False)
    person_id = await invitations.accept_as_new(token, "Uusi Työntekijä", PASSWORD, Language.SV)
    assert [(hat.role, hat.organiser_id) for hat in await hats(person_id)] == [(Role.REVIEWER, admin.organiser_id)]
    assert await fetch_value("select email_confirmed_at is not null from person where id = $1", person_id)


async def test_an_invitation_works_once_even_at_once(database):
    admin = await an_actor(Role.PROVIDER_ADMIN)
    await invitations.invite(admin, "uusi@hoiva.fi", Role.PROVIDER_WORKER)
    token = await newest_token("invitation")
    results = await asyncio.gather(
        *(invitations.accept_as_new(token, "Uusi", PASSWORD, Language.FI) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(result, (NotFound, Invalid)) for result in results) == 2
    assert await fetch_value("select count(*) from person where email = 'uusi@hoiva.fi'") == 1


async def test_an_invitation_ends_after_two_weeks(database):
    await invitations.invite(await an_actor(Role.PROVIDER_ADMIN), "uusi@hoiva.fi", Role.PROVIDER_WORKER)
    token = await newest_token("invitation")
    with clock_set_to(now() + timedelta(days=14, seconds=1)):
        with pytest.raises(NotFound):
            await invitations.show_invitation(token)
        with pytest.raises(NotFound):
            await invitations.accept_as_new(token, "Uusi", PASSWORD, Language.FI)


async def test_inviting_again_replaces_the_older_invitation(database):
    admin = await an_actor(Role.PROVIDER_ADMIN)
    await invitations.invite(admin, "uusi@hoiva.fi", Role.PROVIDER_WORKER)
    first = await newest_token("invitation")
    await invitations.invite(admin, "UUSI@hoiva.fi", Role.PROVIDER_WORKER)
    with pytest.raises(NotFound):
        await invitations.show_invitation(first)
    assert len(await invitations.open_invitations(admin)) == 1


async def test_nobody_pesters_strangers_with_invitations(database):
    actor = await an_actor(Role.PROVIDER_ADMIN)
    for number in range(20):
        await invitations.invite(actor, f"somebody{number}@example.org", Role.PROVIDER_WORKER)
    with pytest.raises(TooManyAttempts):
        await invitations.invite(actor, "somebody-else@example.org", Role.PROVIDER_WORKER)
    other = await an_actor(Role.PROVIDER_ADMIN)
    for _ in range(5):
        await invitations.invite(other, "one@example.org", Role.PROVIDER_WORKER)
    with pytest.raises(TooManyAttempts):
        await invitations.invite(other, "one@example.org", Role.PROVIDER_WORKER)


async def test_a_withdrawn_invitation_opens_nothing_and_others_are_hidden(database):
    admin, other = await an_actor(Role.PROVIDER_ADMIN), await an_actor(Role.PROVIDER_ADMIN)
    link = await invitations.invite(admin, "uusi@hoiva.fi", Role.PROVIDER_WORKER)
    with pytest.raises(NotFound):
        await invitations.withdraw_invitation(other, link)
    await invitations.withdraw_invitation(admin, link)
    assert await links.give_token(link) is None
    assert await invitations.open_invitations(admin) == []


async def test_who_may_invite_whom(database):
    client = await an_actor(Role.CLIENT)
    with pytest.raises(Forbidden):
        await invitations.invite(client, "tytär@esimerkki.fi", Role.CLIENT)
    with pytest.raises(Forbidden):
        await invitations.invite(await an_actor(Role.REVIEWER), "a@esimerkki.fi", Role.REVIEWER)
    with pytest.raises(Invalid):
        await invitations.invite(client, "ei osoite", Role.PROXY)
    assert await invitations.invite(client, "tytär@esimerkki.fi", Role.PROXY, valid_to=today())


async def test_a_proxys_mandate_ends_on_its_last_day(database):
    client = await an_actor(Role.CLIENT)
    await invitations.invite(client, "tytar@esimerkki.fi", Role.PROXY, valid_to=today() + timedelta(days=3))
    person_id = await invitations.accept_as_new(await newest_token("invitation"), "Tytär", PASSWORD, Language.FI)
    assert [hat.valid_to for hat in await hats(person_id)] == [today() + timedelta(days=3)]
    with clock_set_to(now() + timedelta(days=4)):
        assert await hats(person_id) == []


async def test_a_member_is_not_invited_again(database):
    admin, someone = await an_actor(Role.PROVIDER_ADMIN), await a_person()
    await a_hat(someone, Role.PROVIDER_WORKER, scope_id=admin.provider_id)
    with pytest.raises(Conflict):
        await invitations.invite(admin, someone.email, Role.PROVIDER_WORKER)


async def test_who_has_an_account_accepts_signed_in_and_only_for_the_own_address(database):
    admin, someone, other = await an_actor(Role.PROVIDER_ADMIN), await a_person(), await a_person()
    await invitations.invite(admin, someone.email.upper(), Role.PROVIDER_WORKER)
    token = await newest_token("invitation")
    with pytest.raises(Invalid):
        await invitations.accept_as_new(token, "Aino", PASSWORD, Language.FI)
    with pytest.raises(Refused):
        await invitations.accept_signed_in(other.actor, token)
    await invitations.accept_signed_in(someone.actor, token)
    assert [hat.role for hat in await hats(someone.id)] == [Role.PROVIDER_WORKER]
    assert (await me(someone.actor)).email_confirmed


async def test_accepting_what_one_has_meanwhile_changes_nothing(database):
    admin, someone = await an_actor(Role.PROVIDER_ADMIN), await a_person()
    await invitations.invite(admin, someone.email, Role.PROVIDER_WORKER)
    held = await a_hat(someone, Role.PROVIDER_WORKER, scope_id=admin.provider_id)
    assert await invitations.accept_signed_in(someone.actor, await newest_token("invitation")) == held


async def test_all_errors_of_an_acceptance_at_once(database):
    await invitations.invite(await an_actor(Role.PROVIDER_ADMIN), "uusi@hoiva.fi", Role.PROVIDER_WORKER)
    with pytest.raises(Invalid) as refusal:
        await invitations.accept_as_new(await newest_token("invitation"), "", "lyhyt", Language.FI)
    assert [each.field for each in refusal.value.fields] == ["name", "password"]


async def test_the_system_invites_into_any_scope(database):
    organiser, someone = new_id(), await a_person()
    await invitations.invite_to(SYSTEM, "paa@varha.fi", Role.ORGANISER_ADMIN, name="Varha", organiser_id=organiser)
    assert (await invitations.show_invitation(await newest_token("invitation"))).role is Role.ORGANISER_ADMIN
    with pytest.raises(Forbidden):
        await invitations.invite_to(someone.actor, "a@varha.fi", Role.REVIEWER, name="Varha", organiser_id=organiser)
    with pytest.raises(Invalid):
        await invitations.invite_to(SYSTEM, "outo", Role.REVIEWER, name="Varha", organiser_id=organiser)
    with pytest.raises(ValueError, match="unknown scope"):
        await invitations.invite_to(SYSTEM, "a@varha.fi", Role.REVIEWER, name="Varha", outo=organiser)


async def test_a_new_password_by_mail_ends_sessions_and_confirms_the_address(database):
    someone = await a_person()
    before = await epoch_of(someone.id)
    await recovery.ask_new_password(someone.email, Language.FI)
    token = await newest_token("new_password")
    await recovery.check_new_password_link(token)
    await recovery.set_new_password(token, OTHER)
    assert await epoch_of(someone.id) == before + 1
    assert (await authenticate(someone.email, OTHER)).person_id == someone.id
    assert (await me(someone.actor)).email_confirmed
    with pytest.raises(NotFound):
        await recovery.set_new_password(token, OTHER)


async def test_asking_for_an_unknown_address_looks_the_same_and_sends_nothing(database, saved_mails):
    await recovery.ask_new_password("kukaan@esimerkki.fi", Language.FI)
    await send_link_mail(LinkMail(await newest_link("new_password")))
    assert saved_mails() == []
    with pytest.raises(Invalid):
        await recovery.ask_new_password("ei osoite", Language.FI)


async def test_asking_for_links_is_limited(database):
    for _ in range(5):
        await recovery.ask_new_password("aino@esimerkki.fi", Language.FI)
    with pytest.raises(TooManyAttempts):
        await recovery.ask_new_password("aino@esimerkki.fi", Language.FI)


async def test_a_weak_new_password_keeps_the_link(database):
    someone = await a_person()
    await recovery.ask_new_password(someone.email, Language.FI)
    token = await newest_token("new_password")
    with pytest.raises(Invalid):
        await recovery.set_new_password(token, "salasana1234")
    await recovery.set_new_password(token, OTHER)


async def test_a_new_password_does_not_get_around_a_proven_second_factor(database):
    someone = await with_second_factor(await confirmed(await a_person()))
    await recovery.ask_new_password(someone.email, Language.FI)
    await recovery.set_new_password(await newest_token("new_password"), OTHER)
    assert await second_factors.has_second_factor(someone.id)


async def test_a_strangers_second_factor_does_not_lock_out_the_owner_of_the_address(database):
    someone = await with_second_factor(await a_person())
    await recovery.ask_new_password(someone.email, Language.FI)
    await recovery.set_new_password(await newest_token("new_password"), OTHER)
    assert not await second_factors.has_second_factor(someone.id)


async def confirmed(someone):
    await recovery.confirm_email(someone.actor, await newest_token("confirm_email"))
    return someone


async def test_an_address_is_confirmed_by_its_own_person_only(database):
    someone, other = await a_person(), await a_person()
    link = await fetch_value("select id from one_time_link where person_id = $1", someone.id)
    token = await links.give_token(link)
    with pytest.raises(NotFound):
        await recovery.confirm_email(other.actor, token)
    await recovery.confirm_email(someone.actor, token)
    assert await audited("person.email_confirmed") == 1


async def test_the_confirmation_can_be_asked_again_until_it_is_given(database):
    someone = await a_person()
    await recovery.ask_confirmation(someone.actor)
    await confirmed(someone)
    await recovery.ask_confirmation(someone.actor)
    assert await fetch_value("select count(*) from one_time_link where purpose = 'confirm_email'") == 2


async def test_a_link_opens_only_what_it_was_made_for(database):
    await a_person()
    token = await newest_token("confirm_email")
    with pytest.raises(NotFound):
        await links.open_link(token, Purpose.NEW_PASSWORD)
    assert token not in await fetch_value("select row_to_json(l)::text from one_time_link l")


async def test_old_links_are_forgotten(database):
    await a_person()
    with clock_set_to(now() + timedelta(days=60)):
        assert await links.forget_old_links() == 1


@pytest.fixture
def saved_mails():
    """The mails that were saved since, newest last."""
    folder = mail.mail_folder(get_config())
    before = set(folder.glob("*.eml"))

    def found() -> list[email.message.EmailMessage]:
        new: list[Path] = sorted(set(folder.glob("*.eml")) - before)
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in new]

    return found


@pytest.mark.parametrize("purpose", ["invitation", "confirm_email", "new_password"])
@pytest.mark.parametrize("language", list(Language))
async def test_each_mail_has_a_link_that_opens(database, saved_mails, purpose, language):
    someone = await a_person(language=language)
    if purpose == "invitation":
        await invitations.invite_to(
            SYSTEM, "ä@varha.fi", Role.REVIEWER, name="Varha", language=language, organiser_id=new_id()
        )
    elif purpose == "new_password":
        await recovery.ask_new_password(someone.email, language)
    await send_link_mail(LinkMail(await newest_link(purpose)))
    [letter] = saved_mails()
    token = re.search(r"http://127\.0\.0\.1:8000/[a-z-]+/(\S+)", letter.get_content()).group(1)
    assert await links.open_link(token, Purpose(purpose))


async def test_a_name_with_line_breaks_adds_no_header(database, saved_mails):
    name = "Hoiva Oy\r\nBcc: everybody@example.org"
    await invitations.invite_to(SYSTEM, "ä@varha.fi", Role.PROVIDER_WORKER, name=name, provider_id=new_id())
    await send_link_mail(LinkMail(await newest_link("invitation")))
    [letter] = saved_mails()
    assert letter["bcc"] is None
    assert letter["subject"].endswith("Hoiva Oy Bcc: everybody@example.org")


async def test_a_used_or_unknown_link_sends_no_mail(database, saved_mails):
    await confirmed(await a_person())
    await send_link_mail(LinkMail(await newest_link("confirm_email")))
    await send_link_mail(LinkMail(new_id()))
    assert saved_mails() == []


@contextmanager
def smtp_url(monkeypatch, url: str):
    monkeypatch.setenv("SMTP_URL", url)
    get_config.cache_clear()
    yield
    monkeypatch.undo()
    get_config.cache_clear()


async def test_mail_goes_through_the_mail_server(monkeypatch):
    known = "smtp://user:secret@127.0.0.1:{}"
    with mail_server() as server, smtp_url(monkeypatch, known.format(server.port)), pytest.raises(Unavailable):
        await mail.send_mail(new_id(), "aino@esimerkki.fi", "Hyvää päivää", "Tekstiä\n")
    with mail_server() as server, smtp_url(monkeypatch, f"smtp://127.0.0.1:{server.port}"):
        await mail.send_mail(new_id(), "aino@esimerkki.fi", "Hyvää päivää", "Tekstiä\n")
    letter = email.message_from_bytes(server.mails[0], policy=email.policy.default)
    assert (letter["To"], letter["Subject"]) == ("aino@esimerkki.fi", "Hyvää päivää")
    assert letter.get_content().strip() == "Tekstiä"


@pytest.mark.parametrize(("answer", "again"), [("550 no such box", False), ("450 come back later", True)])
async def test_a_final_refusal_is_final_and_a_passing_one_is_tried_again(monkeypatch, answer, again):
    with mail_server(answer) as server, smtp_url(monkeypatch, f"smtp://127.0.0.1:{server.port}"):
        if again:
            with pytest.raises(Unavailable):
                await mail.send_mail(new_id(), "aino@esimerkki.fi", "Aihe", "Teksti")
        else:
            await mail.send_mail(new_id(), "aino@esimerkki.fi", "Aihe", "Teksti")
    assert server.mails == []


async def test_no_mail_server_means_later(monkeypatch):
    for url in ("smtp://127.0.0.1:9", "smtps://127.0.0.1:9"):
        with smtp_url(monkeypatch, url), pytest.raises(Unavailable):
            await mail.send_mail(new_id(), "aino@esimerkki.fi", "Aihe", "Teksti")


async def test_nobody_signed_in_confirms_nothing(database):
    await a_person()
    with pytest.raises(NotSignedIn):
        await recovery.ask_confirmation(SYSTEM)
