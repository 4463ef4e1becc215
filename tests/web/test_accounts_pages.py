"""Signing in, hats, second factor and colleagues through the pages."""

import re

import pytest

from marketplace.accounts import invitations
from marketplace.kernel.actors import SYSTEM, Role
from marketplace.kernel.clock import clock_set_to, now
from marketplace.kernel.db import execute, fetch_value, new_id
from tests.factories.accounts import PASSWORD, a_hat, a_person, code_of, newest_token, with_second_factor
from tests.web.browser import Browser, browser_of

OTHER = "aivan toinen salalause 9"


@pytest.fixture
async def client(client: Browser) -> Browser:
    """A visitor who has seen a form."""
    await client.get("/sign-in")
    return client


async def signed_in(client: Browser, someone, *, code: bool = False) -> str:
    """Signs in and returns the address that follows."""
    await client.get("/sign-in")
    answer = await client.submit("/sign-in", {"email": someone.email, "password": PASSWORD})
    if code:
        assert answer.headers["location"] == "/sign-in/code"
        answer = await client.submit("/sign-in/code", {"code": someone.code()})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def errors_on(page) -> list[str]:
    return [item.text.strip() for item in page.select(".govuk-error-summary__list li")]


async def test_the_only_hat_is_on_after_signing_in(client):
    someone = await a_person()
    await a_hat(someone, Role.PROVIDER_ADMIN, name="Hoiva Oy")
    assert await signed_in(client, someone) == "/provider"
    page = await client.page("/account")
    assert "Hoiva Oy" in page.select_one(".st-person__hat").text


async def test_the_way_back_is_kept_and_leads_nowhere_else(client):
    someone = await a_person()
    await a_hat(someone, Role.CLIENT)
    page = await client.page("/sign-in?next=/client/vouchers")
    assert page.select_one("input[name=next]")["value"] == "/client/vouchers"
    credentials = {"email": someone.email, "password": PASSWORD}
    answer = await client.submit("/sign-in", {**credentials, "next": "/client/vouchers"})
    assert answer.headers["location"] == "/client/vouchers"
    for evil in ("https://evil.example", "//evil.example", "/\\evil.example"):
        answer = await client.submit("/sign-in", {**credentials, "next": evil})
        assert answer.headers["location"] == "/client"


async def test_a_wrong_password_says_so_and_forgets_it(client):
    someone = await a_person()
    answer = await client.submit("/sign-in", {"email": someone.email, "password": "arvaus-arvaus"})
    assert answer.status_code == 422
    assert "Sähköpostiosoite tai salasana on väärä." in answer.text
    assert someone.email in answer.text
    assert "arvaus-arvaus" not in answer.text


async def test_missing_answers_are_told_at_once(client):
    answer = await client.submit("/sign-in", {})
    assert answer.status_code == 422
    assert answer.text.count("govuk-error-message") >= 2


async def test_too_many_failures_wait(client):
    someone = await a_person()
    for _ in range(5):
        await client.submit("/sign-in", {"email": someone.email, "password": "arvaus"})
    answer = await client.submit("/sign-in", {"email": someone.email, "password": PASSWORD})
    assert answer.status_code == 429
    assert "minuutin kuluttua" in answer.text


async def test_a_planted_session_is_not_signed_in(app, client):
    someone = await a_person()
    client.cookies.set("session", "planted-by-somebody", domain="127.0.0.1", path="/")
    await signed_in(client, someone)
    assert client.cookies["session"] != "planted-by-somebody"
    async with browser_of(app) as attacker:
        attacker.cookies.set("session", "planted-by-somebody")
        assert (await attacker.get("/account")).status_code == 303


async def test_a_visitors_session_gets_a_new_id_at_each_step(client):
    someone = await with_second_factor(await a_person())
    await a_hat(someone, Role.REVIEWER)
    await a_hat(someone, Role.FINANCE)
    ids = []
    await client.submit("/sign-in", {"email": someone.email, "password": PASSWORD})
    ids.append(client.cookies["session"])
    assert await client.submit("/sign-in/code", {"code": someone.code()})
    ids.append(client.cookies["session"])
    hat = (await client.page("/choose-role")).select_one("input[name=membership_id]")["value"]
    await client.submit("/choose-role", {"membership_id": hat})
    ids.append(client.cookies["session"])
    assert len(set(ids)) == 3
    assert await fetch_value("select count(*) from web_session") == 1


async def test_several_hats_are_chosen_and_changed(client):
    someone = await a_person()
    await a_hat(someone, Role.CLIENT, name="Aino itse")
    await a_hat(someone, Role.PROVIDER_ADMIN, name="Hoiva Oy")
    assert await signed_in(client, someone) == "/choose-role"
    page = await client.page("/choose-role")
    own, shop = [field["value"] for field in page.select("input[name=membership_id]")]
    assert (await client.submit("/choose-role", {"membership_id": own})).headers["location"] == "/client"
    assert "Aino itse" in (await client.page("/account")).select_one(".st-person__hat").text
    answer = await client.submit("/choose-role", {"membership_id": shop, "next": "/provider/people"})
    assert answer.headers["location"] == "/provider/people"
    assert (await client.get("/provider/people")).status_code == 200


@pytest.mark.parametrize("hat", ["01a20000-0000-7000-8000-000000000000", "nonsense", ""])
async def test_a_hat_of_nobodys_is_not_found(client, hat):
    await signed_in(client, await a_person())
    assert (await client.submit("/choose-role", {"membership_id": hat})).status_code == 404


async def test_without_a_hat_the_page_says_what_to_do(client):
    assert await signed_in(client, await a_person()) == "/choose-role"
    assert "Sinulla ei ole vielä roolia" in (await client.get("/choose-role")).text


async def test_a_revoked_hat_ends_at_the_next_request(client):
    someone = await a_person()
    hat = await a_hat(someone, Role.PROVIDER_ADMIN)
    await signed_in(client, someone)
    assert (await client.get("/provider/people")).status_code == 200
    await execute("update membership set revoked_at = now() where id = $1", hat)
    assert (await client.get("/provider/people")).headers["location"].startswith("/sign-in")


async def test_signing_out_ends_the_session_also_for_a_copied_cookie(app, client):
    await signed_in(client, await a_person())
    copied = client.cookies["session"]
    assert (await client.submit("/sign-out")).headers["location"] == "/"
    async with browser_of(app) as thief:
        thief.cookies.set("session", copied)
        assert (await thief.get("/account")).status_code == 303


async def test_staff_without_a_second_factor_reach_only_its_page(client):
    someone = await a_person()
    hat = await a_hat(someone, Role.ORGANISER_ADMIN, name="Varha")
    assert await signed_in(client, someone) == "/account/second-factor"
    assert (await client.get("/organiser/people")).headers["location"].startswith("/choose-role")
    assert "/account/second-factor" in (await client.get("/choose-role")).text
    answer = await client.submit("/choose-role", {"membership_id": str(hat)})
    assert answer.headers["location"] == "/account/second-factor"
    assert (await client.get("/organiser/people")).status_code == 303


async def test_staff_take_the_second_factor_into_use_and_enter(client):
    someone = await a_person()
    hat = await a_hat(someone, Role.ORGANISER_ADMIN, name="Varha")
    await signed_in(client, someone)
    await client.submit("/account/second-factor/start")
    page = await client.page("/account/second-factor")
    secret = page.select_one("code").text
    picture = await client.get("/account/second-factor/qr.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert "<svg" in picture.text
    assert (await client.submit("/account/second-factor/confirm", {"code": "000000"})).status_code == 422
    answer = await client.submit("/account/second-factor/confirm", {"code": code_of(secret)})
    assert len(re.findall(r"<li><code>[a-z0-9-]{14}</code></li>", answer.text)) == 10
    assert answer.headers["cache-control"] == "no-store"
    assert (await client.submit("/choose-role", {"membership_id": str(hat)})).headers["location"] == "/organiser"
    assert (await client.get("/organiser/people")).status_code == 200


async def test_staff_with_a_second_factor_show_it_and_enter(client):
    someone = await with_second_factor(await a_person())
    await a_hat(someone, Role.REVIEWER, name="Varha")
    assert await signed_in(client, someone, code=True) == "/organiser"


async def test_a_wrong_code_is_told_and_a_late_one_starts_again(client):
    someone = await with_second_factor(await a_person())
    assert (await client.get("/sign-in/code")).headers["location"] == "/sign-in"
    await client.submit("/sign-in", {"email": someone.email, "password": PASSWORD})
    assert (await client.get("/sign-in/code")).status_code == 200
    answer = await client.submit("/sign-in/code", {"code": "000000"})
    assert answer.status_code == 422
    assert "Koodi on väärä" in answer.text
    await execute(
        "update web_session set data = convert_to(replace(convert_from(data, 'utf8'), '\"since\":', '\"since\":1, \"x\":'), 'utf8')"
    )
    assert (await client.submit("/sign-in/code", {"code": someone.code()})).headers["location"] == "/sign-in"
    assert (await client.get("/account")).status_code == 303


async def test_half_signed_in_is_not_signed_in(client):
    someone = await with_second_factor(await a_person())
    await client.submit("/sign-in", {"email": someone.email, "password": PASSWORD})
    assert (await client.get("/account")).headers["location"].startswith("/sign-in")
    assert (await client.get("/account/second-factor")).status_code == 303


async def test_the_second_factor_is_removed_on_proof_and_the_hat_goes(client):
    someone = await with_second_factor(await a_person())
    await a_hat(someone, Role.ORGANISER_ADMIN)
    await signed_in(client, someone, code=True)
    assert "Poista" in (await client.get("/account/second-factor")).text
    assert (await client.submit("/account/second-factor/start")).status_code == 303
    assert (await client.submit("/account/second-factor/remove", {"code": "000000"})).status_code == 422
    answer = await client.submit("/account/second-factor/remove", {"code": someone.code(+1)})
    assert answer.status_code == 303
    assert (await client.get("/organiser/people")).headers["location"].startswith("/choose-role")
    assert (await client.get("/account")).status_code == 200


async def test_an_account_is_made_and_signed_in(client):
    answer = await client.submit(
        "/create-account", {"name": "Aino", "email": "aino@esimerkki.fi", "password": PASSWORD, "next": "/provider"}
    )
    assert answer.headers["location"] == "/provider"
    page = await client.page("/account")
    assert "aino@esimerkki.fi" in page.text
    assert await fetch_value("select language from person") == "fi"


async def test_all_errors_of_a_new_account_are_shown_at_once(client):
    answer = await client.submit("/create-account", {"name": "Aino", "email": "outo", "password": "lyhyt"})
    assert answer.status_code == 422
    assert answer.text.count('<p id="') >= 2
    assert "nimi@esimerkki.fi" in answer.text
    assert "vähintään 12 merkkiä" in answer.text


async def test_a_script_in_a_name_is_text(client):
    await client.submit("/create-account", {"name": "<script>x</script>", "email": "a@b.fi", "password": PASSWORD})
    assert "<script>x" not in (await client.get("/account")).text


async def test_own_details_change_and_the_language_with_them(client):
    await signed_in(client, await a_person())
    page = await client.page("/account/details")
    assert page.select_one("#name")["value"] == "Aino Testaaja"
    answer = await client.submit("/account/details", {"name": "Aino Uusi", "language": "sv"})
    assert answer.headers["location"] == "/account"
    page = await client.page("/account")
    assert page.html["lang"] == "sv"
    assert (await client.submit("/account/details", {"name": "", "language": "sv"})).status_code == 422


async def test_a_new_password_leaves_this_session_and_ends_the_others(app, client):
    someone = await a_person()
    await signed_in(client, someone)
    async with browser_of(app) as other:
        await signed_in(other, someone)
        answers = {"current_password": PASSWORD, "new_password": OTHER}
        assert (await client.submit("/account/password", answers)).headers["location"] == "/account"
        assert (await other.get("/account")).status_code == 303
    assert (await client.get("/account")).status_code == 200
    assert (await client.submit("/account/password", answers)).status_code == 422
    assert (await client.get("/account/password")).status_code == 200


async def test_signing_out_everywhere_else(app, client):
    someone = await a_person()
    await signed_in(client, someone)
    async with browser_of(app) as other:
        await signed_in(other, someone)
        await client.submit("/account/sign-out-everywhere")
        assert (await other.get("/account")).status_code == 303
    assert (await client.get("/account")).status_code == 200


async def test_a_forgotten_password_is_replaced_by_link(client):
    someone = await a_person()
    assert (await client.get("/forgotten-password")).status_code == 200
    assert (await client.submit("/forgotten-password", {"email": "outo"})).status_code == 422
    known = await client.submit("/forgotten-password", {"email": someone.email})
    unknown = await client.submit("/forgotten-password", {"email": "kukaan@esimerkki.fi"})
    assert (known.status_code, known.headers["location"]) == (unknown.status_code, unknown.headers["location"])
    await client.submit("/forgotten-password", {"email": someone.email})
    path = f"/new-password/{await newest_token('new_password')}"
    assert (await client.get(path)).status_code == 200
    assert (await client.submit(path, {"password": "lyhyt"})).status_code == 422
    assert (await client.submit(path, {"password": OTHER})).headers["location"] == "/sign-in"
    assert (await client.get(path)).status_code == 404
    assert (await client.submit(path, {"password": OTHER})).status_code == 404


async def test_an_address_is_confirmed_after_signing_in(client):
    someone = await a_person()
    path = f"/confirm-email/{await newest_token('confirm_email')}"
    answer = await client.get(path)
    assert answer.headers["location"].startswith("/sign-in?next=%2Fconfirm-email")
    await signed_in(client, someone)
    assert "ei ole vielä vahvistettu" in (await client.get("/account")).text
    assert (await client.submit("/account/confirmation")).status_code == 303
    assert (await client.get(path)).status_code == 200
    assert (await client.submit(path)).headers["location"] == "/account"
    assert "ei ole vielä vahvistettu" not in (await client.get("/account")).text


async def test_a_newcomer_accepts_an_invitation(client):
    await invitations.invite_to(SYSTEM, "uusi@hoiva.fi", Role.PROVIDER_WORKER, name="Hoiva Oy", provider_id=new_id())
    path = f"/invitation/{await newest_token('invitation')}"
    assert "Hoiva Oy" in (await client.get(path)).text
    assert (await client.submit(path, {"name": "", "password": "lyhyt"})).status_code == 422
    answer = await client.submit(path, {"name": "Uusi", "password": PASSWORD})
    assert answer.headers["location"] == "/provider"
    assert (await client.get(path)).status_code == 404
    assert (await client.submit(path, {"name": "Uusi", "password": PASSWORD})).status_code == 404


async def test_who_has_an_account_signs_in_and_accepts(client):
    someone = await a_person()
    await invitations.invite_to(SYSTEM, someone.email, Role.PROVIDER_WORKER, name="Hoiva Oy", provider_id=new_id())
    path = f"/invitation/{await newest_token('invitation')}"
    link = (await client.page(path)).select_one("a.govuk-button")["href"]
    assert link.startswith("/sign-in?next=%2Finvitation")
    await signed_in(client, someone)
    assert (await client.submit(f"{path}/accept")).headers["location"] == "/choose-role"


async def test_administrators_invite_see_and_remove_people(client):
    admin, worker, shop = await a_person(), await a_person("Työntekijä"), new_id()
    await a_hat(admin, Role.PROVIDER_ADMIN, scope_id=shop)
    hat = await a_hat(worker, Role.PROVIDER_WORKER, scope_id=shop)
    await signed_in(client, admin)
    page = await client.page("/provider/people")
    assert worker.email in page.text
    assert (await client.submit("/provider/people", {"email": "", "role": ""})).status_code == 422
    await client.submit("/provider/people", {"email": "uusi@hoiva.fi", "role": "provider_worker"})
    page = await client.page("/provider/people")
    action = page.find("form", action=re.compile("withdraw"))["action"]
    assert (await client.submit(action)).headers["location"] == "/provider/people"
    assert (await client.submit(f"/provider/people/{hat}/revoke")).status_code == 303
    assert worker.email not in (await client.get("/provider/people")).text


async def test_a_client_names_a_proxy_until_a_day(client):
    someone = await a_person()
    await a_hat(someone, Role.CLIENT, name="Aino")
    await signed_in(client, someone)
    assert "Puolestani asioivat" in (await client.get("/client/people")).text
    answers = {"email": "tytar@esimerkki.fi", "role": "proxy", "valid_to": "31.12.2099"}
    assert (await client.submit("/client/people", answers)).status_code == 303
    assert await fetch_value("select valid_to::text from one_time_link where purpose = 'invitation'") == "2099-12-31"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize(
    "path", ["/sign-in", "/create-account", "/forgotten-password", "/account", "/choose-role", "/account/second-factor"]
)
async def test_pages_have_one_heading_in_every_language(client, language, path):
    await signed_in(client, await a_person())
    page = await client.page(f"{path}?lang={language}")
    assert (len(page.select("h1")), page.html["lang"]) == (1, language)


async def test_signing_in_turns_the_pages_to_the_persons_language(client):
    someone = await a_person()
    await execute("update person set language = 'sv' where id = $1", someone.id)
    await signed_in(client, someone)
    assert (await client.page("/choose-role")).html["lang"] == "sv"


async def test_a_session_that_was_idle_is_over(client):
    await signed_in(client, await a_person())
    await execute("update web_session set seen_at = seen_at - interval '3 hours'")
    with clock_set_to(now()):
        assert (await client.get("/account")).status_code == 303


async def test_a_sign_in_without_a_code_shows_one_later(client):
    someone = await with_second_factor(await a_person())
    await a_hat(someone, Role.ORGANISER_ADMIN, name="Varha")
    await signed_in(client, someone, code=True)
    weak = "convert_to(replace(replace(convert_from(data, 'utf8'), '\"is_strong\":true', '\"is_strong\":false'), '\"hat\":', '\"x\":'), 'utf8')"
    await execute(f"update web_session set data = {weak}")
    assert "Roolisi vaatii todennussovelluksen koodin" in (await client.get("/account/second-factor")).text
    assert (await client.submit("/account/second-factor/show", {"code": "000000"})).status_code == 422
    answer = await client.submit("/account/second-factor/show", {"code": someone.code(+1)})
    assert answer.headers["location"] == "/choose-role"
    assert "Valitse: Varha" in (await client.get("/choose-role")).text
