"""The pages of the three desks: granting, opening, logging on a phone, and what a client of eighty sees."""

import re

import pytest
from bs4 import BeautifulSoup

from marketplace.app import assemble
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.config import get_config
from marketplace.kernel.db import new_id, unit_of_work
from marketplace.plans import wiring as plans
from marketplace.vouchers import wiring as vouchers
from marketplace.vouchers.closing import revoke
from marketplace.vouchers.schemas import Revocation
from marketplace.vouchers.settling import mark_settled
from marketplace.vouchers.visits import cancel_visit, log_visit
from tests.factories.plans import client_of, make_client
from tests.factories.vouchers import NOW, Setting, a_setting, a_visit_setting, another_provider, at, hourly
from tests.web.browser import Browser, browser_of
from tests.web.desks import WhoeverTheySay, enter, front, sign_in

VISIT = {"day": "30.11.2026", "start": "8.00", "end": "9.30"}


@pytest.fixture(scope="module")
def app():
    return assemble(get_config(), [*plans.ROUTES, *vouchers.ROUTES, enter, front], WhoeverTheySay(), {})


@pytest.fixture
async def clock():
    with clock_set_to(NOW):
        yield


@pytest.fixture
async def setting(database: str, clock) -> Setting:
    return await a_setting()


@pytest.fixture
async def browser(app, database: str):
    async with browser_of(app) as visitor:
        yield visitor


def words(response) -> str:
    text = response.text if hasattr(response, "status_code") else str(response)
    return re.sub(r"\s+", " ", BeautifulSoup(text, "html.parser").get_text(" ", strip=True))


async def at_desk(browser: Browser, actor: Actor) -> Browser:
    return await sign_in(browser, actor)


async def test_a_client_is_added_planned_for_and_granted_a_voucher(browser: Browser, setting: Setting) -> None:
    await at_desk(browser, setting.manager)
    assert "Maija" in words(await browser.page("/organiser/clients"))
    await browser.page("/organiser/clients/new")
    person = {"given_names": "Eino", "family_name": "Ojala", "municipality_code": "091", "language": "fi",
              "household_size": "2", "gross_income_cents": "1 500,00", "email": "eino@example.org"}  # fmt: skip
    home = (await browser.submit("/organiser/clients", person)).headers["location"]
    assert "The client has no plan yet" in words(await browser.page(home))
    assert "no plan in force" in words(await browser.page(f"{home}/vouchers/new"))
    plan = {
        "valid_from": "1.11.2026",
        "goals": "Kotona",
        "services.0.service_class": "V-HOMECARE-REG",
        "services.0.amount": "7,5",
    }
    assert (await browser.submit(f"{home}/plan", plan)).status_code == 303
    form = await browser.page(f"{home}/plan")
    assert form.find(id="services.0.amount")["value"] == "7.5"
    activate = (await browser.page(home)).find("form", action=re.compile("/activate$"))["action"]
    assert (await browser.submit(activate)).status_code == 303
    chosen = (await browser.page(f"{home}/vouchers/new")).select("input[type=radio]")
    grant = {each["name"]: each["value"] for each in chosen} | {
        "valid_from": "1.12.2026", "valid_to": "31.12.2026", "reasons": "Tarvitsee apua."}  # fmt: skip
    made = await browser.submit(f"{home}/vouchers", grant, key="once")
    again = await browser.submit(f"{home}/vouchers", grant, key="once")
    assert made.headers["location"] == again.headers["location"]
    shown = words(await browser.page(made.headers["location"]))
    assert "7 h 30 min" in shown
    assert "€247.50" in shown


async def test_what_is_wrong_with_a_client_a_plan_and_a_grant_is_told(browser: Browser, setting: Setting) -> None:
    await at_desk(browser, setting.manager)
    home = f"/organiser/clients/{setting.client.id}"
    answer = await browser.submit("/organiser/clients", {"given_names": "", "email": "x"})
    assert (answer.status_code, "Given names: This is missing." in words(answer)) == (422, True)
    answer = await browser.submit(
        f"{home}/plan", {"valid_from": "1.1.2026", "services.0.service_class": "V-MEAL", "services.0.amount": "1,5"}
    )
    assert (answer.status_code, "Give a whole number" in words(answer)) == (422, True)
    answer = await browser.submit(f"{home}/plan", {"valid_from": "1.1.2026"})
    assert "Choose at least one service." in words(answer)
    answer = await browser.submit(f"{home}/vouchers", {"valid_from": "1.12.2026"})
    assert (answer.status_code, "Reasons: This is missing." in words(answer)) == (422, True)


async def test_details_are_changed_and_people_invited(browser: Browser, setting: Setting) -> None:
    await at_desk(browser, setting.manager)
    home = f"/organiser/clients/{setting.client.id}"
    assert (await browser.page(f"{home}/change")).find(id="family_name")["value"] == "Mattila"
    details = {
        "given_names": "Maija",
        "family_name": "Uusi",
        "municipality_code": "091",
        "language": "sv",
        "household_size": "1",
    }
    assert (await browser.submit(f"{home}/change", details)).status_code == 303
    assert (await browser.submit(f"{home}/change", {**details, "household_size": "0"})).status_code == 422
    await browser.page(f"{home}/invitations")
    assert (await browser.submit(f"{home}/invitations", {"email": "x", "role": "client"})).status_code == 422
    assert (
        await browser.submit(f"{home}/invitations", {"email": "m@example.org", "role": "client"})
    ).status_code == 303
    assert "Uusi, Maija" in words(await browser.submit("/organiser/clients/search", {"q": "uusi"}))
    assert "No client was found" in words(await browser.submit("/organiser/clients/search", {"q": "nobody"}))


async def test_the_organiser_sees_money_and_revokes(browser: Browser, setting: Setting) -> None:
    await at_desk(browser, setting.manager)
    await log_visit(setting.provider, setting.agreement.id, at("2026-11-30 08:00"), at("2026-11-30 09:00"))
    assert "€1,287.00" in words(await browser.page("/organiser/vouchers"))
    page = f"/organiser/vouchers/{setting.voucher.id}"
    assert setting.voucher.number in words(await browser.page(page))
    assert "Hoiva Oy" in words(await browser.page(page))
    assert (await browser.submit(f"{page}/revoke", {"reasons": ""})).status_code == 422
    assert (await browser.submit(f"{page}/revoke", {"reasons": "Tarve muuttui."})).status_code == 303
    assert "Revoked" in words(await browser.page(page))
    assert (await browser.submit(f"/organiser/vouchers/{new_id()}/revoke", {"reasons": "x"})).status_code == 404


async def test_the_plan_is_ended_and_the_agreement_too(browser: Browser, setting: Setting) -> None:
    await at_desk(browser, setting.manager)
    other = await another_provider(setting)
    page = f"/organiser/vouchers/{setting.voucher.id}"
    assert "Toinen Hoiva Oy" in words(await browser.page(f"{page}/offers"))
    assert (await browser.submit(f"{page}/offers", {"offer_id": str(other.offer_id)})).status_code == 303
    end = (await browser.page(page)).find("form", action=re.compile("/organiser/agreements/.*/end$"))["action"]
    assert (await browser.submit(end)).status_code == 303
    assert (await browser.submit(f"/organiser/plans/{setting.plan.id}/end")).status_code == 303


async def test_finance_reads_and_writes_nothing(browser: Browser, setting: Setting) -> None:
    await at_desk(browser, Actor(person_id=new_id(), role=Role.FINANCE, organiser_id=setting.organiser.id))
    page = await browser.page(f"/organiser/vouchers/{setting.voucher.id}")
    assert page.find("form", action=re.compile("revoke")) is None
    assert (await browser.get("/organiser/clients")).status_code == 403


async def test_a_provider_opens_a_voucher_by_its_number(browser: Browser, setting: Setting) -> None:
    await at_desk(browser, setting.worker)
    assert "Maija Mattila" in words(await browser.page("/provider/clients"))
    await browser.page("/provider/clients/open")
    asked = {"voucher_number": setting.voucher.number.lower(), "offer_id": str(setting.offer_id)}
    answer = await browser.submit("/provider/clients/open", asked)
    assert answer.headers["location"] == f"/provider/clients/{setting.agreement.id}"
    answer = await browser.submit("/provider/clients/open", {**asked, "voucher_number": "7K3M-9PQR-2TVU"})
    assert (answer.status_code, "typing error" in words(answer)) == (422, True)
    answer = await browser.submit("/provider/clients/open", {})
    assert "Voucher number: This is missing." in words(answer)


async def test_without_an_offer_there_is_nothing_to_open_with(browser: Browser, setting: Setting) -> None:
    await at_desk(browser, Actor(person_id=new_id(), role=Role.PROVIDER_ADMIN, provider_id=new_id()))
    assert "You have no published offer" in words(await browser.page("/provider/clients/open"))
    assert "No clients yet" in words(await browser.page("/provider/clients?ended=true"))


async def test_a_visit_is_logged_on_a_phone(browser: Browser, setting: Setting) -> None:
    await at_desk(browser, setting.worker)
    page = f"/provider/clients/{setting.agreement.id}"
    assert (await browser.page(page)).find(id="day")["value"] == "30.11.2026"
    price = await browser.submit(f"{page}/visits", {**VISIT, "preview": "true"})
    assert (price.status_code, "€49.50" in words(price)) == (200, True)
    first = await browser.submit(f"{page}/visits", VISIT, key="click")
    second = await browser.submit(f"{page}/visits", VISIT, key="click")
    assert first.headers["location"] == second.headers["location"]
    shown = words(await browser.page(first.headers["location"]))
    assert "The voucher pays €49.50" in shown
    assert "€7.50" in shown
    assert "Maija Mattila" in words(await browser.page(page))


async def test_what_is_wrong_with_a_visit_is_told_on_its_form(browser: Browser, setting: Setting) -> None:
    await at_desk(browser, setting.worker)
    page = f"/provider/clients/{setting.agreement.id}/visits"
    assert "tick the box" in words(await browser.submit(page, {**VISIT, "end": "7.30"}))
    assert "Date: This is missing." in words(await browser.submit(page, {"start": "8.00"}))
    answer = await browser.submit(page, {**VISIT, "day": "1.12.2026"})
    assert (answer.status_code, "has not ended yet" in words(answer)) == (422, True)
    assert (await browser.submit(f"/provider/clients/{new_id()}/visits", VISIT)).status_code == 404


async def test_a_night_visit_ends_on_the_next_day(browser: Browser, setting: Setting) -> None:
    await at_desk(browser, setting.worker)
    night = {"day": "29.11.2026", "start": "23.00", "end": "1.00", "next_day": "true"}
    answer = await browser.submit(f"/provider/clients/{setting.agreement.id}/visits", night)
    assert "2 h" in words(await browser.page(answer.headers["location"]))


async def test_a_visit_is_cancelled_until_it_is_settled(browser: Browser, setting: Setting) -> None:
    await at_desk(browser, setting.worker)
    visit = await log_visit(setting.provider, setting.agreement.id, at("2026-11-30 08:00"), at("2026-11-30 09:00"))
    page = f"/provider/visits/{visit.id}"
    await browser.submit(f"{page}/cancel")
    assert "The visit was cancelled" in words(await browser.page(page))
    other = await log_visit(setting.provider, setting.agreement.id, at("2026-11-30 08:00"), at("2026-11-30 09:00"))
    async with unit_of_work():
        await mark_settled([other.id], new_id())
    await browser.submit(f"/provider/visits/{other.id}/cancel")
    assert "has been settled" in words(await browser.page(f"/provider/visits/{other.id}"))
    assert (await browser.submit(f"/provider/visits/{new_id()}/cancel")).status_code == 404


async def test_an_agreement_is_ended_by_the_provider(browser: Browser, setting: Setting) -> None:
    await at_desk(browser, setting.worker)
    await browser.submit(f"/provider/clients/{setting.agreement.id}/end", {"last_day": "10.12.2026"})
    assert "10 December 2026" in words(await browser.page("/provider/clients?ended=true"))
    assert "10 December 2026" in words(await browser.page(f"/provider/clients/{setting.agreement.id}"))


@pytest.mark.parametrize("role", [Role.CLIENT, Role.PROXY])
async def test_a_client_sees_what_is_left_and_what_each_visit_costs(browser: Browser, setting: Setting, role) -> None:
    visit = await log_visit(setting.provider, setting.agreement.id, at("2026-11-30 08:00"), at("2026-11-30 09:30"))
    await at_desk(browser, client_of(setting.client, role))
    desk = words(await browser.page("/client"))
    for expected in ("18 h 30 min", "€610.50", "Hoiva Oy", "€7.50"):
        assert expected in desk
    assert ("You act for this person" in desk) is (role is Role.PROXY)
    voucher = words(await browser.page(f"/client/vouchers/{setting.voucher.id}"))
    assert setting.voucher.number in voucher
    assert "within 30 days" in voucher
    assert "You pay €7.50" in words(await browser.page(f"/client/visits/{visit.id}"))
    assert "€7.50" in words(await browser.page("/client/visits"))
    assert "Kotona asuminen jatkuu." in words(await browser.page("/client/plan"))


async def test_a_client_chooses_and_changes_the_provider(browser: Browser, setting: Setting) -> None:
    other = await another_provider(setting, prices=hourly(3300, visit_fee_cents=400))
    await at_desk(browser, setting.person)
    page = f"/client/vouchers/{setting.voucher.id}"
    shown = words(await browser.page(f"{page}/offers"))
    assert "Own share for one hour: €0.00" in shown
    assert "visit fee of €4.00" in shown
    assert (await browser.submit(f"{page}/offers", {})).status_code == 422
    answer = await browser.submit(f"{page}/offers", {"offer_id": str(other.offer_id)})
    assert answer.headers["location"] == page
    assert "Toinen Hoiva Oy was chosen" in words(await browser.page(page))


async def test_a_client_ends_an_agreement(browser: Browser, setting: Setting) -> None:
    await at_desk(browser, setting.person)
    path = f"/client/agreements/{setting.agreement.id}/end"
    answer = await browser.submit(path, {"last_day": "1.11.2026"})
    assert (answer.status_code, "already past" in words(answer)) == (422, True)
    assert (await browser.submit(path, {})).status_code == 303
    assert "You have not chosen a provider yet" in words(await browser.page("/client"))
    assert (await browser.submit(f"/client/agreements/{new_id()}/end", {})).status_code == 404


async def test_a_client_without_vouchers_visits_or_plan_is_told_what_to_do(browser: Browser, setting: Setting) -> None:
    client = await make_client(setting.manager, given_names="Uusi")
    await at_desk(browser, client_of(client))
    assert "Ask your case manager" in words(await browser.page("/client"))
    assert "No visits yet" in words(await browser.page("/client/visits"))
    assert "No plan is in force" in words(await browser.page("/client/plan"))


async def test_a_voucher_for_visits_counts_visits(browser: Browser, database: str, clock) -> None:
    setting = await a_visit_setting(times=2)
    await log_visit(setting.provider, setting.agreement.id, at("2026-11-30 08:00"), at("2026-11-30 08:40"))
    await at_desk(browser, setting.person)
    assert "1 visit" in words(await browser.page("/client"))


async def test_cancelled_visits_and_earlier_vouchers_are_shown_as_such(browser: Browser, setting: Setting) -> None:
    visit = await log_visit(setting.provider, setting.agreement.id, at("2026-11-30 08:00"), at("2026-11-30 09:00"))
    await cancel_visit(setting.provider, visit.id)
    await revoke(setting.manager, setting.voucher.id, Revocation(reasons="Ei enää."))
    await at_desk(browser, setting.person)
    desk = words(await browser.page("/client"))
    assert "Cancelled: costs nothing." in desk
    assert "Earlier vouchers" in desk
    assert "has cancelled this visit" in words(await browser.page(f"/client/visits/{visit.id}"))


async def test_names_are_shown_as_text(browser: Browser, setting: Setting) -> None:
    await make_client(setting.manager, given_names="<script>alert(1)</script>")
    await at_desk(browser, setting.manager)
    assert "<script>alert(1)" not in (await browser.get("/organiser/clients")).text


@pytest.mark.parametrize("language", ["fi", "sv"])
async def test_every_desk_speaks_the_language(browser: Browser, setting: Setting, language: str) -> None:
    await log_visit(setting.provider, setting.agreement.id, at("2026-11-30 08:00"), at("2026-11-30 09:00"))
    for actor, path in ((setting.manager, f"/organiser/vouchers/{setting.voucher.id}"), (setting.person, "/client")):
        await at_desk(browser, actor)
        page = await browser.page(f"{path}?lang={language}")
        assert page.html["lang"] == language
