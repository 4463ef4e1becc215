"""The way to a sent application for those who have no script, no mouse or a small screen: shorter, to one organiser."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page

from marketplace.kernel.actors import SYSTEM
from marketplace.kernel.clock import today
from marketplace.kernel.i18n import Language
from onboarding.rulebooks.versions import publish_rulebook
from tests.browser.accessibility import sideways
from tests.browser.conftest import Visiting
from tests.factories.onboarding import CLASS, make_applicant, small_rulebook
from tests.factories.organisers import make_organiser
from tests.journeys import applying
from tests.journeys.applying import PLAN, TURKU, a_file
from tests.journeys.speaking import Speaker, speaker
from tests.journeys.test_browser_keyboard import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
CITY = "Turun kaupunki"
QUESTIONS = "/provider/applications/drafts/*/questions"


@pytest.fixture
async def city(database: str) -> None:
    """An organiser with few questions."""
    organiser = await make_organiser(CITY, county_code="05", business_id="0204819-8")
    await publish_rulebook(SYSTEM, organiser.id, small_rulebook(), today() - timedelta(days=10))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_company_applies_on_a_phone(visitor: Visiting, city: None, tmp_path: Path, scripts: bool) -> None:
    provider = await speaker(visitor, Language.FI, small=True, scripts=scripts)
    await applying.registers(provider)
    await applying.begins(provider, CITY)
    await answers_the_questions(provider, a_file(tmp_path, "todistus.pdf"))
    await provider.sees("Check and send", "todistus.pdf")
    await applying.declares_and_sends(provider)
    await provider.sees("Application sent", CITY)
    provider.judge()


async def answers_the_questions(provider: Speaker, certificate: Path) -> None:
    """A wrong answer is told, and what was right beside it is kept."""
    await provider.answer(insured=True, staff="monta", plan=PLAN)
    await provider.page.set_input_files("[name=certificate]", certificate)
    await provider.press("Save and go on")
    assert await provider.has_errors()
    assert await sideways(provider.page) == []
    await provider.answer(staff="3")
    await provider.press("Save and go on")
    await provider.answer(care_rule=True)
    await provider.press("Save and go on")
    assert await sideways(provider.page) == []


async def test_a_company_applies_with_the_keyboard_alone(visitor: Visiting, city: None, tmp_path: Path) -> None:
    applicant = await make_applicant()
    provider = await speaker(visitor, Language.FI)
    await provider.sign_in(applicant.someone)
    await provider.open("/provider/applications/new")
    page = provider.page
    await chooses(page, "[name=organiser_ids]")
    await goes_on(page, "**/scope")
    await chooses(page, f"[name=service_classes][value='{CLASS}']")
    await chooses(page, f"[name=municipalities][value='{TURKU}']")
    await goes_on(page, f"**{QUESTIONS}/basics")
    await answers_by_keyboard(page, a_file(tmp_path, "todistus.pdf"))
    await goes_on(page, f"**{QUESTIONS}/care")
    await chooses(page, "[name=care_rule]")
    await goes_on(page, "**/check")
    await chooses(page, "[name=declared]")
    await goes_on(page, "**/receipt")
    await provider.sees("Application sent")
    assert provider.watch.problems == []


async def answers_by_keyboard(page: Page, certificate: Path) -> None:
    await chooses(page, "[name=insured]")
    for name, answer in {"staff": "3", "plan": PLAN}.items():
        await tab_to(page, f"[name={name}]")
        await page.keyboard.type(answer)
    await tab_to(page, "[name=certificate]")
    async with page.expect_file_chooser() as coming:
        await page.keyboard.press("Space")
    await (await coming.value).set_files(certificate)


async def chooses(page: Page, selector: str) -> None:
    """Ticks a box, or the first of several round ones."""
    await tab_to(page, selector)
    await page.keyboard.press("Space")


async def goes_on(page: Page, address: str) -> None:
    """Presses the button below the form."""
    await tab_to(page, "main form .govuk-button:not(.govuk-button--secondary):not([type=button])")
    await page.keyboard.press("Enter")
    await page.wait_for_url(address)
