"""Reading one's notices, through pages and the API."""

import pytest

from marketplace.kernel.actors import Role
from marketplace.kernel.db import execute, fetch_value, new_id
from tests.factories.accounts import PASSWORD, a_hat, a_person
from tests.factories.notices import told
from tests.web.browser import Api, Browser


@pytest.fixture
async def client(client: Browser) -> Browser:
    """A visitor who has seen a form."""
    await client.get("/sign-in")
    return client


async def signed_in(client: Browser, someone) -> None:
    answer = await client.submit("/sign-in", {"email": someone.email, "password": PASSWORD})
    assert answer.status_code == 303


async def program_of(api: Api, someone) -> Api:
    answer = await api.post("/api/v1/sign-in", json={"email": someone.email, "password": PASSWORD})
    return api.with_token(answer.json()["token"])


async def test_the_header_counts_what_is_unread(client):
    someone = await a_person()
    await signed_in(client, someone)
    assert (await client.page("/notices")).select_one(".st-count") is None
    await told(someone.id)
    page = await client.page("/account")
    assert page.select_one(".st-count").text == "1"
    assert "1 lukematon ilmoitus" in page.select_one("header").text
    assert page.select_one('a[href="/notices/settings"]')


async def test_an_opened_notice_is_read_and_leads_on(client):
    someone, provider_id = await a_person(), new_id()
    await a_hat(someone, Role.PROVIDER_ADMIN, scope_id=provider_id)
    await signed_in(client, someone)
    [notice_id] = await told(someone.id, provider_id=provider_id)
    page = await client.page("/notices")
    assert page.select_one(f'a[href="/notices/{notice_id}"]').text == "Ilmoitukset sähköpostitse"
    answer = await client.get(f"/notices/{notice_id}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/provider/applications")
    assert (await client.page("/notices")).select_one(".st-count") is None


async def test_a_notice_of_another_hat_asks_for_it_first(client):
    someone = await a_person()
    await a_hat(someone, Role.PROVIDER_ADMIN)
    await signed_in(client, someone)
    [notice_id] = await told(someone.id, provider_id=new_id())
    answer = await client.get(f"/notices/{notice_id}")
    assert answer.headers["location"] == "/choose-role?next=%2Fprovider%2Fapplications"


async def test_notices_are_marked_one_by_one_and_all_at_once(client):
    someone = await a_person()
    await signed_in(client, someone)
    [first] = await told(someone.id)
    await told(someone.id)
    assert (await client.submit(f"/notices/{first}/read")).headers["location"] == "/notices"
    assert (await client.page("/notices")).select_one(".st-count").text == "1"
    assert (await client.submit("/notices/read")).status_code == 303
    assert "Olet lukenut kaiken" in (await client.get("/notices")).text


async def test_an_email_that_failed_is_told(client):
    someone = await a_person()
    await signed_in(client, someone)
    await told(someone.id)
    assert "ei ole vielä saatu" not in (await client.get("/notices")).text
    await execute("update notice set mail_state = 'failed'")
    assert "Sähköpostia ei ole vielä saatu lähetettyä: yritämme uudelleen." in (await client.get("/notices")).text


async def test_anothers_notice_is_not_found(client):
    [notice_id] = await told((await a_person()).id)
    await signed_in(client, await a_person())
    assert (await client.get(f"/notices/{notice_id}")).status_code == 404
    assert (await client.submit(f"/notices/{notice_id}/read")).status_code == 404


async def test_the_choice_of_mails_is_shown_again(client):
    await signed_in(client, await a_person())
    assert (await client.submit("/notices/settings", {"delivery": "daily"})).status_code == 303
    page = await client.page("/notices/settings")
    assert page.select_one("input[checked]")["value"] == "daily"
    assert (await client.submit("/notices/settings", {"delivery": "hourly"})).status_code == 422


async def test_words_in_a_notice_are_text(client):
    from marketplace.kernel.i18n import message

    someone = await a_person()
    await signed_in(client, someone)
    await told(someone.id, paragraphs=[message("Application: {reference}", reference="<script>x()</script>")])
    assert "<script>x()" not in (await client.get("/notices")).text


async def test_a_program_reads_notices_in_its_language(api):
    someone = await a_person()
    await told(someone.id)
    [second] = await told(someone.id)
    program = await program_of(api, someone)
    found = (await program.get("/api/v1/me/notices", headers={"accept-language": "sv"})).json()
    assert (found["unread"], found["items"][0]["subject"]) == (2, "Aviseringar per e-post")
    assert (await program.post(f"/api/v1/me/notices/{second}/read")).status_code == 204
    assert len((await program.get("/api/v1/me/notices?unread=true")).json()["items"]) == 1
    assert (await program.post("/api/v1/me/notices/read")).json() == {"marked": 1}
    assert (await program.post(f"/api/v1/me/notices/{new_id()}/read")).status_code == 404


async def test_a_program_chooses_the_days_mail(api):
    program = await program_of(api, await a_person())
    assert (await program.get("/api/v1/me/notice-settings")).json() == {"delivery": "at_once"}
    assert (await program.put("/api/v1/me/notice-settings", json={"delivery": "daily"})).status_code == 200
    assert (await program.put("/api/v1/me/notice-settings", json={"delivery": "x"})).status_code == 422
    assert await fetch_value("select delivery from notice_setting") == "daily"


async def test_nobody_reads_without_signing_in(api):
    assert (await api.get("/api/v1/me/notices")).status_code == 401
