"""From a company's first visit to an approval that anybody can verify: provider, two reviewers and the public.

The provider reads Swedish, the reviewers Finnish and the public English. Every page on the way is held against axe in
that language; the page walk does the same for each page in the other two.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from marketplace.kernel.actors import SYSTEM, Role
from marketplace.kernel.clock import today
from marketplace.kernel.i18n import Language
from marketplace.organisers.schemas import Organiser
from onboarding.rulebooks.versions import example_rulebook, publish_rulebook
from tests.browser.conftest import Visiting
from tests.factories.accounts import Someone, a_hat, a_person, with_second_factor
from tests.factories.organisers import make_organiser
from tests.journeys import applying, deciding
from tests.journeys.applying import a_file, adds_a_tax_certificate, days_ago, two_months_before
from tests.journeys.speaking import Speaker, speaker
from tests.journeys.working import jobs_done

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
CITY, COUNTY = "Turun kaupunki", "Helsingin kaupunki"
ANSWERS: dict[str, str | bool] = {
    "public_subsidy": False,
    "unit_registered": True,
    "finnish_or_swedish": True,
    "available": "every_day",
    "capacity": "5",
    "holidays": "Inga.",
    "responsible_person": "Sjukskötare, tio år",
    "medication_plan": True,
    "support_register": True,
    "induction": "En kollega är med de två första besöken.",
    "exclusion_grounds": True,
    "service_level": True,
}
"""What the profile does not know."""


@dataclass(frozen=True)
class Desk:
    """The city whose decisions two people make."""

    proposer: Someone
    confirmer: Someone


@pytest.fixture
async def desk(database: str) -> Desk:
    """Two organisers whose rulebooks differ, and two reviewers of the first."""
    city = await make_organiser(CITY, county_code="05", business_id="0204819-8")
    await publishes(city, "city_like")
    await publishes(await make_organiser(COUNTY), "eloisa_like")
    return Desk(await reviewer(city, "Ritva Ratkaisija"), await reviewer(city, "Veikko Vahvistaja"))


async def publishes(organiser: Organiser, rulebook: str) -> None:
    await publish_rulebook(SYSTEM, organiser.id, example_rulebook(rulebook), today() - timedelta(days=10))


async def reviewer(organiser: Organiser, name: str) -> Someone:
    someone = await with_second_factor(await a_person(name))
    await a_hat(someone, Role.REVIEWER, scope_id=organiser.id, name=organiser.name.fi)
    return someone


async def test_one_application_to_two_organisers_is_decided_by_two_people_and_verified_by_anybody(
    visitor: Visiting, database: str, desk: Desk, tmp_path: Path
) -> None:
    provider, public = await speaker(visitor, Language.SV), await speaker(visitor, Language.EN)
    staff, second = await speaker(visitor, Language.FI), await speaker(visitor, Language.FI)
    await applying.registers(provider)
    await applying.fills_the_profile(provider, tmp_path)
    await applying.begins(provider, CITY, COUNTY)
    await answers_the_questions(provider, tmp_path)
    await sends_both(provider)
    await jobs_done(database)
    await deciding.checks_and_asks(staff, desk.proposer)
    await deciding.answers_item_by_item(provider)
    await deciding.proposes_a_part(staff)
    await deciding.confirms(second, desk.confirmer)
    await jobs_done(database)
    code = await deciding.reads_the_decision(provider)
    await deciding.verifies(public, code)
    await deciding.reads_the_register(public)
    await extends_the_area(provider)
    for each in (provider, staff, second, public):
        each.judge()


async def answers_the_questions(provider: Speaker, folder: Path) -> None:
    """What the profile answers is there already; where the organisers differ, both are told."""
    await provider.sees("Asked only by {organiser}", organiser=COUNTY)
    await provider.sees("Från din profil: I förskottsuppbördsregistret.")
    while "/questions/" in provider.page.url:
        if await provider.asks("tax_certificate"):
            await is_refused_an_old_certificate(provider, folder)
        await provider.answer(**{name: ANSWERS[name] for name in ANSWERS if await provider.asks(name)})
        await provider.press("Save and go on")
        assert not await provider.has_errors(), await provider.page.locator("main").inner_text()


async def is_refused_an_old_certificate(provider: Speaker, folder: Path) -> None:
    """One organiser takes three months and the other two, so the date that suits both is told at once."""
    await provider.sees("The organisers want this differently:", f"{CITY}: högst 3 månader gammal")
    file = a_file(folder, "skatteintyg.pdf")
    await adds_a_tax_certificate(provider, file, days_ago(100))
    assert await provider.has_errors()
    await provider.sees("This is too old: it must be dated {oldest} or later.", oldest=two_months_before(today()))
    await adds_a_tax_certificate(provider, file, days_ago(10))
    assert not await provider.has_errors()
    await provider.sees("skatteintyg.pdf")


async def sends_both(provider: Speaker) -> None:
    """The summary, one declaration, and a receipt with a reference from each organiser."""
    await provider.sees("Check and send", "Sjukskötare, tio år", CITY, COUNTY)
    for box in await provider.page.locator("[name=applications]").all():
        await box.check()
    await applying.declares_and_sends(provider, "Send the chosen applications")
    await provider.sees("Applications sent", CITY, COUNTY, "H-")


async def extends_the_area(provider: Speaker) -> None:
    """A small application: only what is new is asked."""
    await provider.open("/provider/approvals")
    await provider.follow(CITY)
    await provider.press("Extend the approval")
    await applying.ticks_municipalities(provider, applying.RAISIO)
    await provider.press("Go on")
    await provider.sees("You extend your approval. Only what is new is asked.")
    await provider.follow("Check and send")
    await applying.declares_and_sends(provider)
    await provider.sees("Application sent")
