"""The first half of the main job in a real browser: from an unknown company to an offer that is found and compared."""

from pathlib import Path

import pytest

from marketplace.kernel.actors import Role
from marketplace.organisers.schemas import Organiser
from tests.browser.conftest import Visiting
from tests.browser.visiting import Visitor
from tests.factories.accounts import PASSWORD, Someone, a_hat, a_person, with_second_factor
from tests.factories.catalogue import approve as approve_rows
from tests.factories.catalogue import make_offer, make_provider
from tests.factories.onboarding import BUSINESS_ID, CLASS, OTHER_BUSINESS_ID, PDF, PLACE, make_accepting_organiser
from tests.journeys.working import jobs_done

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
BAND_PRICES = ("38,55", "44", "53", "48", "76")


@pytest.fixture
async def organiser(database: str) -> Organiser:
    return await make_accepting_organiser()


@pytest.fixture
async def reviewer(organiser: Organiser) -> Someone:
    someone = await with_second_factor(await a_person("Ritva Ratkaisija"))
    await a_hat(someone, Role.REVIEWER, scope_id=organiser.id, name="Helsingin kaupunki")
    return someone


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "todistus.pdf"
    path.write_bytes(PDF)
    return path


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_company_is_approved_publishes_and_is_found(
    visitor: Visiting, database: str, organiser: Organiser, reviewer: Someone, certificate: Path, scripts: bool
) -> None:
    provider, staff, client = [await visitor(scripts=scripts) for _ in range(3)]
    await registers(provider)
    await applies(provider, certificate)
    await asks_for_more(staff, reviewer)
    await answers(provider)
    await approves(staff)
    await jobs_done(database)
    await reads_the_register(client)
    await publishes(provider)
    await make_another_offer(organiser)
    await jobs_done(database)
    await finds_and_compares(client)
    for each in (provider, staff, client):
        each.judge()


async def registers(provider: Visitor) -> None:
    await provider.open("/provider?lang=en")
    await provider.press("Register as a provider")
    await provider.follow("I have no account yet: create one")
    await provider.fill(name="Aino Yrittäjä", email="aino@example.org", password=PASSWORD)
    await provider.press("Create the account")
    await provider.fill(business_id="1234567-8")
    await provider.press("Look up")
    assert await provider.has_errors()
    await provider.fill(business_id=BUSINESS_ID)
    await provider.press("Look up")
    await provider.sees("Stadin Arkiapu Oy")
    await provider.fill(contact_name="Aino Yrittäjä", contact_email="aino@example.org", contact_phone="040 123 4567")
    await provider.press("Register")
    await provider.sees("Stadin Arkiapu Oy was registered")


async def applies(provider: Visitor, certificate: Path) -> None:
    await provider.open("/provider/applications")
    await provider.press("New application")
    await provider.page.get_by_label("Helsingin kaupunki").check()
    await provider.press("Begin")
    await provider.tick(f"service_classes={CLASS}", f"municipalities={PLACE}")
    await provider.press("Save and go on")
    await provider.tick("insured=true")
    await provider.fill(staff="monta", plan="https://example.org/omavalvonta")
    await provider.page.set_input_files("[name=certificate]", certificate)
    await provider.press("Save and go on")
    assert await provider.has_errors()
    await provider.sees("todistus.pdf")
    await provider.fill(staff="3")
    await provider.press("Save and go on")
    await provider.tick("care_rule=true")
    await provider.press("Save and go on")
    await provider.tick("declared")
    await provider.press("Send the application")
    await provider.sees("Application sent", "Your reference is H-")


async def asks_for_more(staff: Visitor, reviewer: Someone) -> None:
    await staff.open("/sign-in?lang=en")
    await staff.sign_in(reviewer)
    await staff.open("/organiser?lang=en")
    await staff.follow("Stadin Arkiapu Oy")
    await staff.press("Take it to handle")
    await staff.press("Ask for more information")
    await staff.fill(**{"items.0.text": "Who is the person in charge?"})
    await staff.press("Send the questions")
    await staff.sees("Who is the person in charge?")


async def answers(provider: Visitor) -> None:
    await provider.open("/provider/applications")
    await provider.follow("H-")
    await provider.sees("Who is the person in charge?", "0 of 1 answered")
    await provider.press("Answer the organiser")
    await provider.page.locator("main textarea").first.fill("Nurse Saara Sairaanhoitaja.")
    await provider.press("Send the answer")
    await provider.sees("Your answer was sent.")


async def approves(staff: Visitor) -> None:
    await staff.page.reload()
    await staff.sees("Nurse Saara Sairaanhoitaja.")
    await staff.press("Decide")
    await staff.page.get_by_role("radio").first.check()
    for _ in range(4):
        if await staff.page.get_by_role("button", name="Make the decision").count():
            break
        await staff.press("Continue")
    await staff.press("Make the decision")
    await staff.sees("the provider is approved")


async def reads_the_register(client: Visitor) -> None:
    await client.open("/register?lang=en")
    await client.follow("Stadin Arkiapu Oy")
    await client.sees(BUSINESS_ID, "Helsinki")


async def publishes(provider: Visitor) -> None:
    await provider.open("/provider")
    await provider.press("Make a new offer")
    await provider.page.get_by_role("radio").first.check()
    await provider.press("Continue")
    await provider.follow("Where and for whom")
    await provider.tick(f"municipality_codes={PLACE}", "languages=fi", "accepts_new_clients=true")
    await provider.press("Save")
    await provider.follow("Name and description")
    await provider.fill(name_fi="Kotihoitoa tutulla hoitajalla", description_fi="Sama hoitaja joka päivä.")
    await provider.press("Save")
    await provider.follow("Prices")
    await provider.tick("pricing=bands")
    await provider.fill(**{f"bands.{i}.price_cents": price for i, price in enumerate(BAND_PRICES)})
    await provider.press("Save")
    await provider.follow("Look at it before publishing")
    await provider.sees("This is a preview", "€38.55")
    await provider.page.go_back()
    await provider.press("Publish")
    await provider.sees("The offer is published")


async def make_another_offer(organiser: Organiser) -> None:
    """Somebody to compare with."""
    other = await make_provider("Töölön Hoiva Oy", business_id=OTHER_BUSINESS_ID)
    await approve_rows(other, organiser)
    await make_offer(other, organiser, municipality_codes=(PLACE,))


async def finds_and_compares(client: Visitor) -> None:
    await client.open("/?lang=en")
    await client.fill(text="kotihoito")
    await client.fill(place="Helsinki")
    await client.press("Search")
    await client.sees("2 offers", "Stadin Arkiapu Oy", "Töölön Hoiva Oy")
    for box in await client.page.locator("[name=offers]").all():
        await box.check()
    await client.press("Compare the chosen offers")
    await client.sees("Stadin Arkiapu Oy", "Töölön Hoiva Oy", "€38.55", "€38.00")
    await client.press("Count what your own week would cost")
    await client.follow("Twice a week, one hour")
    await client.sees("Your week", "You pay")
    await client.follow("Stadin Arkiapu Oy")
    await client.sees("Kotihoitoa tutulla hoitajalla")
