"""Pages and API of compliance and of approvals, for both sides, without scripts."""

from datetime import timedelta
from uuid import UUID

import pytest

from marketplace.kernel.actors import Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch_value
from onboarding.compliance.looking import look_at
from tests.factories.accounts import Someone, a_hat, a_person, with_second_factor
from tests.factories.catalogue import approve, make_provider
from tests.factories.compliance import Watched, a_watched, certificate, facts
from tests.web.browser import Api, Browser
from tests.web.onboarding_people import sign_in, token_of

LIST, MINE = "/organiser/compliance", "/provider/compliance"


@pytest.fixture
async def made(database: str) -> Watched:
    return await a_watched()


async def staff(made: Watched, role: Role = Role.REVIEWER) -> Someone:
    someone = await with_second_factor(await a_person("Raija Ratkaisija"))
    await a_hat(someone, role, scope_id=made.organiser.id, name=made.organiser.name.fi)
    return someone


async def owner(made: Watched) -> Someone:
    someone = await a_person("Olli Omistaja")
    await a_hat(someone, Role.PROVIDER_ADMIN, scope_id=made.provider_id, name="Hoiva Oy")
    return someone


async def a_proposal(made: Watched) -> UUID:
    await facts(made.provider_id, situations=("KONK",))
    await look_at(made.provider_id)
    return await fetch_value("select id from compliance_case")


async def test_reviewer_finds_the_case_and_gives_more_time(client: Browser, made: Watched) -> None:
    case = await a_proposal(made)
    await sign_in(client, await staff(made))
    shown = await client.page(LIST)
    assert "1 proposal waits for a decision." in shown.get_text(" ", strip=True)
    assert shown.find("a", href=f"{LIST}/{case}")
    until = today() + timedelta(days=20)
    answer = await client.submit(f"{LIST}/{case}/decide", {
        "decision": "more_time", "reasons": "Selvitetään.", "until": f"{until.day}.{until.month}.{until.year}",
    })  # fmt: skip
    assert answer.headers["location"] == f"{LIST}/{case}"
    text = (await client.page(f"{LIST}/{case}")).get_text(" ", strip=True)
    assert "More time was given" in text and "Selvitetään." in text


async def test_suspension_before_the_hearing_is_refused_on_the_page(client: Browser, made: Watched) -> None:
    case = await a_proposal(made)
    await sign_in(client, await staff(made))
    refused = await client.submit(f"{LIST}/{case}/decide", {"decision": "suspend", "reasons": "Konkurssi."})
    assert refused.status_code == 409 and "Decide after that" in refused.text
    empty = await client.submit(f"{LIST}/{case}/decide", {"decision": "suspend", "reasons": ""})
    assert empty.status_code == 422
    no_day = await client.submit(f"{LIST}/{case}/decide", {"decision": "more_time", "reasons": "Aikaa."})
    assert no_day.status_code == 422 and "Write the last day" in no_day.text
    done = await client.submit(f"{LIST}/{case}/decide", {"decision": "suspend", "reasons": "Vaara.", "urgent": "true"})
    assert done.status_code == 303
    assert await fetch_value("select status from approval") == "suspended"


async def test_provider_explains(client: Browser, made: Watched) -> None:
    case = await a_proposal(made)
    await sign_in(client, await owner(made))
    assert (await client.page(MINE)).find("a", href=f"{MINE}/{case}")
    sent = await client.submit(f"{MINE}/{case}/explain", {"text": "Haemme saneerausta."})
    assert sent.status_code == 303
    shown = await client.page(f"{MINE}/{case}")
    assert "Haemme saneerausta." in shown.get_text()
    assert (await client.submit(f"{MINE}/{case}/explain", {"text": ""})).status_code == 422


async def test_settings_are_the_administrators(client: Browser, made: Watched) -> None:
    await sign_in(client, await staff(made, Role.ORGANISER_ADMIN))
    form = {"reminder_days": "45, 10", "grace_days": "3", "hearing_days": "21", "self_monitoring_days": "400",
            "registers": ["trade"], "proposing": ["register_left"]}  # fmt: skip
    assert (await client.submit(f"{LIST}/settings", form)).status_code == 303
    shown = await client.page(f"{LIST}/settings")
    assert shown.find("input", id="reminder_days")["value"] == "45, 10"
    wrong = await client.submit(f"{LIST}/settings", {**form, "reminder_days": "pian"})
    assert wrong.status_code == 422 and "whole numbers" in wrong.text


async def test_organisers_api(api: Api, made: Watched) -> None:
    case = await a_proposal(made)
    await token_of(api, await staff(made, Role.ORGANISER_ADMIN))
    base = "/api/v1/organiser/compliance"
    listed = (await api.get(base, params={"q": "hoiva", "kind": "situation_changed"})).json()
    assert [each["id"] for each in listed["items"]] == [str(case)]
    assert (await api.get(f"{base}/waiting")).json()["proposed"] == 1
    assert (await api.post(f"{base}/{case}/suspend", json={"reasons": "Konkurssi."})).status_code == 409
    closed = await api.post(f"{base}/{case}/dismiss", json={"reasons": "Rauennut."})
    assert closed.json()["summary"]["status"] == "dismissed"
    settings = (await api.get(f"{base}/settings")).json()["settings"]
    changed = await api.put(f"{base}/settings", json={**settings, "reminder_days": [20]})
    assert changed.json()["number"] == 1
    assert (await api.put(f"{base}/settings", json={**settings, "reminder_days": []})).status_code == 422
    assert (await api.get(base, params={"after": "9_9999-99-99_x"})).status_code == 200


async def test_providers_api(api: Api, made: Watched) -> None:
    case = await a_proposal(made)
    await token_of(api, await owner(made))
    base = "/api/v1/provider/compliance"
    assert (await api.get(base)).json()["items"][0]["id"] == str(case)
    sent = await api.post(f"{base}/{case}/explain", json={"text": "Selvitämme."})
    assert sent.json()["steps"][-1]["who"] == "provider"
    assert (await api.get(f"{base}/{made.approval_id}")).status_code == 404


async def test_approvals_are_found_and_paged(client: Browser, made: Watched) -> None:
    other = await make_provider("Toinen Oy", business_id="1234568-1")
    for _ in range(50):
        await approve(other, made.organiser)
    await sign_in(client, await staff(made))
    shown = await client.page("/organiser/approvals")
    assert len(shown.select("tbody tr")) == 50
    more = shown.find("a", string="Next page")
    assert more is not None
    assert len((await client.page(str(more["href"]))).select("tbody tr")) == 1
    found = await client.page("/organiser/approvals?q=hoiva&status=in_force")
    assert [row.a.get_text() for row in found.select("tbody tr")] == ["Hoiva Oy"]
    assert "No approvals like this." in (await client.page("/organiser/approvals?status=ended")).get_text()


async def test_approval_shows_what_has_happened(client: Browser, made: Watched) -> None:
    await sign_in(client, await staff(made))
    base = f"/organiser/approvals/{made.approval_id}"
    for action in ("suspend", "resume", "end"):
        assert (await client.submit(f"{base}/{action}", {"text": f"Syy: {action}"})).status_code == 303
    text = (await client.page(base)).get_text(" ", strip=True)
    assert "Syy: suspend" in text and "Put back into force" in text and "Syy: end" in text


async def test_approvals_api(api: Api, made: Watched) -> None:
    await token_of(api, await staff(made))
    base = "/api/v1/organiser/approvals"
    listed = (await api.get(base, params={"q": "1234567-1", "ends_by": "9999-12-31"})).json()
    assert listed["items"] == []
    listed = (await api.get(base, params={"q": "1234567-1"})).json()
    assert listed["items"][0]["provider_name"] == "Hoiva Oy"
    await api.post(f"{base}/{made.approval_id}/suspend", json={"text": "Puutteita."})
    history = (await api.get(f"{base}/{made.approval_id}/history")).json()
    assert [(each["what"], each["reason"]) for each in history] == [("suspended", "Puutteita.")]
    assert history[0]["decision_number"]
    assert (await api.get(f"{base}/{made.approval_id}/clients")).status_code == 403


async def test_affected_clients_for_those_who_may(client: Browser, api: Api, made: Watched) -> None:
    manager = await staff(made, Role.CASE_MANAGER)
    await sign_in(client, manager)
    shown = await client.page(f"/organiser/approvals/{made.approval_id}/clients")
    assert "No client uses a voucher" in shown.get_text()
    await token_of(api, await staff(made, Role.FINANCE))
    file = await api.get(f"/api/v1/organiser/approvals/{made.approval_id}/clients.csv")
    assert file.headers["content-type"].startswith("text/csv") and file.text.startswith("client,phone")


async def test_certificate_that_ends_leads_to_the_profile(client: Browser, made: Watched) -> None:
    await certificate(made.provider_id, today() + timedelta(days=3))
    await look_at(made.provider_id)
    await sign_in(client, await owner(made))
    shown = await client.page(f"{MINE}/{await fetch_value('select id from compliance_case')}")
    assert shown.find("a", href="/provider/profile/certificates")
