"""Desks, payout accounts and reviewers' pages of onboarding."""

from uuid import UUID

import pytest

from marketplace.kernel.db import fetch_value
from marketplace.stripe.current import gateway_set_to
from marketplace.stripe.gateway import StripeGateway
from onboarding.applications.states import ApplicationStatus
from onboarding.providers import payout_accounts
from onboarding.topics import OfProvider
from tests.factories.onboarding import (
    BUSINESS_ID,
    a_case,
    make_applicant,
)
from tests.web.applying_pages import draft, mine, theirs
from tests.web.browser import Browser
from tests.web.onboarding_people import as_applicant, as_reviewer


async def test_payout_account_is_opened_checked_and_finished_at_stripe(
    client: Browser, stripe_gateway: StripeGateway
) -> None:
    applicant = await make_applicant()
    await as_applicant(client, applicant)
    with gateway_set_to(stripe_gateway):
        assert "Open a payout account" in (await client.page("/provider/payout-account")).get_text()
        await client.submit("/provider/payout-account/start")
        assert "being made" in (await client.page("/provider/payout-account")).get_text()
        assert (await client.get("/provider/payout-account/continue")).status_code == 409
        await payout_accounts.create_stripe_account(OfProvider(applicant.provider.id))
        assert "Not begun" in (await client.page("/provider/payout-account")).get_text()
        assert (await client.get("/provider/payout-account/continue")).headers["location"].startswith("http")
        assert (await client.get("/provider/payout-account/return")).status_code == 303
        assert "Checked just now" in (await client.page("/provider/payout-account")).get_text()


async def test_bank_account_is_checked_on_the_page(client: Browser) -> None:
    await as_applicant(client, await make_applicant())
    account = {"iban": "FI2112345600000785", "holder_name": "Stadin Arkiapu Oy"}
    wrong = await client.submit("/provider/payout-account/iban", {**account, "iban": "FI00 1234"})
    assert (wrong.status_code, "not a valid IBAN" in wrong.text) == (422, True)
    assert (await client.submit("/provider/payout-account/iban", account)).status_code == 303
    assert "FI21 1234 5600 0007 85" in (await client.get("/provider/payout-account")).text


async def test_check_before_any_account_is_told_plainly(client: Browser) -> None:
    await as_applicant(client, await make_applicant())
    assert (await client.submit("/provider/payout-account/check")).status_code == 303
    assert "No payout account was asked for" in (await client.page("/provider/payout-account")).get_text()


async def test_desk_shows_approvals(client: Browser) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    await as_applicant(client, case.applicant)
    desk = (await client.page("/provider")).get_text()
    assert "Your approvals" in desk
    assert "until further notice" in desk


@pytest.mark.parametrize("status", list(ApplicationStatus))
async def test_applicants_pages_in_every_status(client: Browser, status: ApplicationStatus) -> None:
    case = await a_case(status)
    await as_applicant(client, case.applicant)
    for path in ("/provider", "/provider/applications", mine(case), await draft(case, "/receipt")):
        page = await client.page(path)
        assert len(page.find_all("h1")) == 1, path


@pytest.mark.parametrize("status", [each for each in ApplicationStatus if each is not ApplicationStatus.DRAFT])
async def test_reviewers_pages_in_every_status(client: Browser, status: ApplicationStatus) -> None:
    case = await a_case(status)
    await as_reviewer(client, case)
    for path in ("/organiser", "/organiser/applications", f"/organiser/applications?status={status}", theirs(case)):
        page = await client.page(path)
        assert len(page.find_all("h1")) == 1, path


async def test_approval_is_suspended_and_leaves_the_register(client: Browser) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    await as_reviewer(client, case)
    approval: UUID = await fetch_value("select id from approval")
    base = f"/organiser/approvals/{approval}"
    assert "Suspend" in (await client.page(base)).get_text()
    assert (await client.submit(f"{base}/suspend", {"text": " "})).status_code == 422
    assert (await client.submit(f"{base}/suspend", {"text": "Selvitys."})).status_code == 303
    assert (await client.submit(f"{base}/vanish", {"text": "x"})).status_code == 404
    assert (await client.get(f"/register/{BUSINESS_ID}")).status_code == 404
    assert "Suspended" in (await client.page("/organiser/approvals")).get_text()
    elsewhere = base.replace(str(approval), str(case.id))
    assert (await client.get(elsewhere)).status_code == 404
    assert (await client.submit(f"{elsewhere}/end", {"text": "x"})).status_code == 404


async def test_register_is_searched_by_anybody(client: Browser) -> None:
    await a_case(ApplicationStatus.APPROVED)
    found = await client.page("/register?lang=en&q=arkiapu&municipality=091")
    assert found.find("a", href=f"/register/{BUSINESS_ID}")
    assert "No approved providers" in (await client.page("/register?q=nobody")).get_text()
    shown = await client.page(f"/register/{BUSINESS_ID}")
    assert "Helsinki" in shown.get_text()
    for path in ("/register/2077474-0", "/register/what", "/register?organiser=what"):
        assert (await client.get(path)).status_code in {200, 404}


async def test_no_organiser_takes_applications_yet(client: Browser) -> None:
    await as_applicant(client, await make_applicant())
    assert "No organiser takes applications" in (await client.page("/provider/applications/new")).get_text()
    answer = await client.submit("/provider/applications/new", {})
    assert answer.status_code == 422
