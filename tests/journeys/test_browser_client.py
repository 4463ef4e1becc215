"""The second half of the main job in a real browser: from a new client to a visit and what is left of the voucher."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from marketplace.kernel.actors import Role
from marketplace.kernel.clock import clock_set_to
from marketplace.pricing.values import FlatValue
from tests.browser.conftest import Visiting
from tests.browser.visiting import Visitor
from tests.factories.accounts import Someone, a_hat, a_person, newest_token, with_second_factor
from tests.factories.catalogue import approve, make_offer, make_provider
from tests.factories.organisers import make_organiser
from tests.factories.vouchers import NOW, a_product, hourly
from tests.journeys.working import jobs_done

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(autouse=True)
async def evening() -> AsyncIterator[None]:
    """A Monday evening in November 2026, for everybody and the server."""
    with clock_set_to(NOW):
        yield


@dataclass(frozen=True)
class People:
    manager: Someone
    worker: Someone


@pytest.fixture
async def people(database: str, evening: None) -> People:
    """An organiser with a voucher of 33 euros an hour, and a provider that asks 38."""
    organiser = await make_organiser()
    await a_product(organiser, FlatValue(value_cents=3300))
    provider = await make_provider("Stadin Arkiapu Oy")
    await approve(provider, organiser)
    await make_offer(provider, organiser, prices=hourly(3800), name_fi="Kotihoitoa")
    manager, worker = await with_second_factor(await a_person("Petra Palveluohjaaja")), await a_person("Jere Hoitaja")
    await a_hat(manager, Role.CASE_MANAGER, scope_id=organiser.id, name="Helsingin kaupunki")
    await a_hat(worker, Role.PROVIDER_WORKER, scope_id=provider.provider_id, name="Stadin Arkiapu Oy")
    return People(manager, worker)


async def test_a_client_gets_a_voucher_a_visit_and_sees_what_is_left(
    visitor: Visiting, database: str, people: People
) -> None:
    manager, worker, client = await visitor(), await visitor(small=True), await visitor()
    await manager.sign_in(people.manager)
    await adds_a_client_with_a_plan(manager)
    number = await grants(manager)
    await invites(manager)
    await jobs_done(database)
    await worker.sign_in(people.worker)
    await opens(worker, number)
    await logs_a_visit(worker)
    await jobs_done(database)
    await sees_what_is_left(client)
    for each in (manager, worker, client):
        each.judge()


async def adds_a_client_with_a_plan(manager: Visitor) -> None:
    await manager.open("/organiser?lang=en")
    await manager.follow("Add a client")
    await manager.fill(given_names="Maija", family_name="Mattila", identity_code="131052-308X", household_size="1")
    await manager.press("Save")
    assert await manager.has_errors()
    await manager.fill(identity_code="131052-308T")
    await manager.press("Save")
    await manager.sees("The client was added.")
    await manager.press("Write the plan")
    await manager.fill(**{"valid_from": "1.11.2026", "goals": "Living at home", "services.0.amount": "20"})
    await manager.page.locator("[name='services.0.service_class']").select_option("V-HOMECARE-REG")
    await manager.press("Save as a draft")
    await manager.press("Put the plan into force")
    await manager.sees("The plan is in force.", "20 h")


async def grants(manager: Visitor) -> str:
    """Grants the voucher; gives its number as the page shows it."""
    await manager.press("Grant a voucher")
    for each in ("plan_service_id", "product_id"):
        await manager.tick(each)
    await manager.fill(valid_from="1.11.2026", valid_to="31.12.2026", reasons="Help in the mornings.")
    await manager.press("Grant the voucher")
    await manager.sees("The voucher was granted.")
    return await manager.page.locator(".st-sum").first.inner_text()


async def invites(manager: Visitor) -> None:
    await manager.follow("Back")
    await manager.follow("Invite the client")
    await manager.fill(email="maija@example.org")
    await manager.tick("role=client")
    await manager.press("Send the invitation")
    await manager.sees("The invitation was sent.")


async def opens(worker: Visitor, number: str) -> None:
    await worker.open("/provider?lang=en")
    await worker.follow("Open a voucher")
    await worker.fill(voucher_number=f"{number[:-1]}{'2' if number[-1] != '2' else '3'}")
    await worker.tick("offer_id")
    await worker.press("Open the voucher")
    assert await worker.has_errors()
    await worker.fill(voucher_number=number.lower().replace("-", " "), starts_on="17.11.2026")
    await worker.press("Open the voucher")
    await worker.sees("You can log visits for Maija Mattila", "20 h")


async def logs_a_visit(worker: Visitor) -> None:
    await worker.fill(day="30.11.2026", start="8.00", end="23.59")
    await worker.press("Log the visit")
    assert await worker.has_errors()
    await worker.fill(end="9.30")
    await worker.press("Show the price first")
    await worker.sees("The visit is not logged yet", "€57.00", "€49.50", "€7.50")
    await worker.press("Log the visit")
    await worker.sees("The visit was logged.", "€7.50")


async def sees_what_is_left(client: Visitor) -> None:
    await client.open(f"/invitation/{await newest_token('invitation')}?lang=en")
    await client.fill(name="Maija Mattila", password="neljä satunnaista sanaa riittää")
    await client.press_in_main("submit")
    await client.open("/client?lang=en")
    await client.sees("18 h 30 min", "Stadin Arkiapu Oy", "€7.50")
    await client.press("See the voucher and visits")
    await client.sees("18 h 30 min", "Help in the mornings.")
