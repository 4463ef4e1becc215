"""The profile's pages, walked without a script: filling in, mistakes, two colleagues, files."""

from datetime import timedelta

import httpx
import pytest
from bs4 import BeautifulSoup

from marketplace.kernel.actors import Role
from marketplace.kernel.clock import clock_set_to, now, today
from marketplace.kernel.db import execute, fetch_value
from onboarding.providers import companies, profile_editing
from onboarding.providers.profile import UNITS
from onboarding.providers.profile_schemas import Section, Staff
from tests.doubles.ytj import Ytj, found
from tests.factories.accounts import a_hat, a_person
from tests.factories.onboarding import BUSINESS_ID, PDF, Applicant, a_submitted, make_applicant
from tests.web.browser import Browser
from tests.web.onboarding_people import as_applicant, as_reviewer, sign_in

PROFILE = "/provider/profile"
UNIT = {
    "name": "Kallion tiimi", "municipality": "091", "soteri_id": "S-123456", "is_open": "true", "staff": "8",
    "self_monitoring_url": "https://example.org/plan", "self_monitoring_on": "1.10.2026",
}  # fmt: skip


def text_of(response: httpx.Response) -> str:
    return " ".join(BeautifulSoup(response.text, "html.parser").get_text(" ").split())


def day(back: int) -> str:
    date = today() - timedelta(days=back)
    return f"{date.day}.{date.month}.{date.year}"


async def admin(client: Browser) -> Applicant:
    applicant = await make_applicant()
    await as_applicant(client, applicant)
    return applicant


async def test_task_list_shows_every_section(client: Browser) -> None:
    await admin(client)
    shown = await client.page(PROFILE)
    links = {link["href"] for link in shown.select(".govuk-task-list a")}
    assert len(links) == len(Section)
    assert "1 of 11 sections are done." in " ".join(shown.get_text(" ").split())
    for link in sorted(links):
        assert (await client.get(link)).status_code == 200, link


async def test_unit_is_added_changed_and_removed(client: Browser) -> None:
    await admin(client)
    added = await client.submit(f"{PROFILE}/units/add", {**UNIT, "self_monitoring_on": day(9)}, key="k")
    assert (added.status_code, added.headers["location"]) == (303, f"{PROFILE}/units")
    listed = await client.get(f"{PROFILE}/units")
    assert "Kallion tiimi" in text_of(listed)
    assert "S-123456" in text_of(listed)
    unit = await fetch_value("select id from provider_unit")
    form = await client.page(f"{PROFILE}/units/{unit}")
    assert form.find("input", {"name": "version"})["value"] == "1"
    await client.submit(
        f"{PROFILE}/units/{unit}", {**UNIT, "name": "Uusi tiimi", "self_monitoring_on": "", "version": "1"}
    )
    assert "Uusi tiimi" in text_of(await client.get(f"{PROFILE}/units"))
    assert (await client.submit(f"{PROFILE}/units/{unit}/remove")).status_code == 303
    assert "There is nothing here yet." in text_of(await client.get(f"{PROFILE}/units"))
    assert (await client.get(f"{PROFILE}/units/{unit}")).status_code == 404


async def test_double_click_adds_one_unit(client: Browser) -> None:
    await admin(client)
    for _ in range(2):
        await client.submit(f"{PROFILE}/units/add", {**UNIT, "self_monitoring_on": ""}, key="same")
    assert await fetch_value("select count(*) from provider_unit") == 1


async def test_mistakes_are_shown_together_and_nothing_is_lost(client: Browser) -> None:
    await admin(client)
    wrong = {**UNIT, "municipality": "999", "soteri_id": "2077474-0", "self_monitoring_on": "1.1.2199"}
    answer = await client.submit(f"{PROFILE}/units/add", wrong)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert len(page.select(".govuk-error-summary__list a")) == 3
    assert page.find("input", {"name": "name"})["value"] == "Kallion tiimi"


@pytest.mark.parametrize(
    "address", ["http://example.org", "https://a", "https://x@evil.example", "javascript:alert(1)"]
)
async def test_plan_is_at_a_secure_address(client: Browser, address: str) -> None:
    await admin(client)
    answer = await client.submit(f"{PROFILE}/units/add", {**UNIT, "self_monitoring_url": address})
    assert answer.status_code == 422
    assert "https://" in text_of(answer)


async def test_second_colleague_keeps_what_they_typed(client: Browser) -> None:
    applicant = await admin(client)
    await client.submit(f"{PROFILE}/staff", {"practical_nurses": "5", "full_time": "4,5", "version": "0"})
    await profile_editing.save_staff(applicant.actor, Staff(practical_nurses=6, version=1))
    answer = await client.submit(f"{PROFILE}/staff", {"practical_nurses": "7", "full_time": "", "version": "1"})
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 409
    assert "A colleague changed this" in text_of(answer)
    assert page.find("input", {"name": "practical_nurses"})["value"] == "7"
    version = page.find("input", {"name": "version"})["value"]
    assert version == "2"
    assert "Practical nurses 6" in text_of(answer)
    again = await client.submit(f"{PROFILE}/staff", {"practical_nurses": "7", "full_time": "", "version": version})
    assert again.status_code == 303


async def test_second_colleague_of_a_row_is_told(client: Browser) -> None:
    applicant = await admin(client)
    await client.submit(f"{PROFILE}/units/add", {**UNIT, "self_monitoring_on": ""})
    (unit,) = await UNITS.of(applicant.provider.id)
    await execute("update provider_unit set version = 2, name = 'Toinen'")
    answer = await client.submit(f"{PROFILE}/units/{unit.id}", {**UNIT, "self_monitoring_on": "", "version": "1"})
    assert answer.status_code == 409
    assert "Saved now by a colleague" in text_of(answer)


@pytest.mark.parametrize(
    ("section", "answers"),
    [
        ("soteri", {"soteri_id": "1.2.246.10.12345678.10.0", "registered_on": "2.1.2024"}),
        ("premises", {"has_premises": "false"}),
        ("languages", {"languages": ["fi", "sv"]}),
        ("staff", {"others": "1", "full_time": "0,5"}),
    ],
)
async def test_one_page_sections_are_saved_and_shown_again(
    client: Browser, section: str, answers: dict[str, str]
) -> None:
    await admin(client)
    assert (await client.submit(f"{PROFILE}/{section}", {**answers, "version": "0"})).status_code == 303
    assert (await client.get(f"{PROFILE}/{section}")).status_code == 200
    assert await fetch_value("select version from profile_section") == 1


async def test_certificate_needs_its_file_and_comes_back(client: Browser) -> None:
    await admin(client)
    without = await client.submit(f"{PROFILE}/certificates/add", {"kind": "tax", "issued_on": "31.2.2026"})
    assert without.status_code == 422
    page = BeautifulSoup(without.text, "html.parser")
    assert len(page.select(".govuk-error-summary__list a")) == 2
    files = {"file": ("verot.pdf", PDF, "application/pdf")}
    sent = await client.submit(f"{PROFILE}/certificates/add", {"kind": "tax", "issued_on": day(3)}, files=files)
    assert sent.status_code == 303, sent.text
    certificate = await fetch_value("select id from provider_certificate")
    assert (await client.get(f"/provider/certificates/{certificate}/file")).content == PDF
    changed = await client.submit(
        f"{PROFILE}/certificates/{certificate}", {"kind": "tax", "issued_on": day(2), "version": "1"}
    )
    assert changed.status_code == 303
    wrong = await client.submit(
        f"{PROFILE}/certificates/add",
        {"kind": "tax", "issued_on": day(3)},
        files={"file": ("x.pdf", b"hello", "application/pdf")},
    )
    assert wrong.status_code == 422


async def test_reviewer_opens_the_applicants_certificate(client: Browser) -> None:
    case = await a_submitted()
    await as_applicant(client, case.applicant)
    files = {"file": ("verot.pdf", PDF, "application/pdf")}
    await client.submit(f"{PROFILE}/certificates/add", {"kind": "tax", "issued_on": day(3)}, files=files)
    certificate = await fetch_value("select id from provider_certificate")
    client.cookies.clear()
    await as_reviewer(client, case)
    assert (await client.get(f"/organiser/certificates/{certificate}/file")).content == PDF


async def test_no_subcontractors_is_an_answer(client: Browser) -> None:
    await admin(client)
    path = f"{PROFILE}/subcontractors"
    assert (await client.submit(path, {"is_used": "false"})).status_code == 303
    assert "you use no subcontractors" in text_of(await client.get(path))
    row = {"name": "Apu Oy", "business_id": "20774740", "does": "Siivous", "has_approved_terms": "true"}
    assert (await client.submit(f"{path}/add", row)).status_code == 303
    assert "2077474-0" in text_of(await client.get(path))


async def test_company_page_tells_what_changed(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    await admin(client)
    path = f"{PROFILE}/company"
    await client.submit(f"{path}/check")
    assert "asked a moment ago" in text_of(await client.get(path))
    monkeypatch.setattr(
        companies, "company_register", Ytj(found(BUSINESS_ID, companySituations=[{"type": "SANE"}])).register
    )
    with clock_set_to(now() + timedelta(minutes=10)):
        await client.submit(f"{path}/check")
        shown = text_of(await client.get(path))
    assert "1 fact has changed" in shown
    assert "Reorganisation of the business" in shown
    saved = await client.submit(path, {"contact_name": "Uusi", "contact_email": "x", "contact_phone": "040 1234567"})
    assert saved.status_code == 422


async def test_worker_is_shown_only_what_workers_may_open(client: Browser) -> None:
    applicant = await make_applicant()
    someone = await a_person("Tiina Työntekijä")
    await a_hat(someone, Role.PROVIDER_WORKER, scope_id=applicant.provider.id, name=applicant.provider.name)
    await sign_in(client, someone)
    seen: set[str] = set()
    for path in ("/provider", "/provider/applications"):
        shown = await client.page(path)
        links = {link["href"] for link in shown.select("main a[href^='/provider'], nav a[href^='/provider']")}
        for link in links - seen:
            assert (await client.get(link)).status_code == 200, link
        seen |= links
    assert (await client.get(PROFILE)).status_code == 403


async def test_close_person_registers_by_pages(client: Browser) -> None:
    await sign_in(client, await a_person())
    answers = {"name": "Tuula Tuttava", "contact_email": "t@example.org", "contact_phone": "040 1234567"}
    missing = await client.submit("/provider/register/person", answers)
    assert missing.status_code == 422
    done = await client.submit("/provider/register/person", {**answers, "has_no_business": "true"}, key="k")
    assert (done.status_code, done.headers["location"]) == (303, "/provider")
    desk = text_of(await client.get("/provider"))
    assert "L-000001" in desk
    assert "Tuula Tuttava" in desk
    shown = await client.page(PROFILE)
    assert len(shown.select(".govuk-task-list a")) == 3
    company = text_of(await client.get(f"{PROFILE}/company"))
    assert "Check again from YTJ" not in company


async def test_desk_says_what_to_do(client: Browser) -> None:
    await admin(client)
    desk = text_of(await client.get("/provider"))
    assert "To do now" in desk
    assert "Complete the profile: 8 sections are unfinished" in desk or "sections are unfinished" in desk
    assert "Apply to an organiser" in desk
