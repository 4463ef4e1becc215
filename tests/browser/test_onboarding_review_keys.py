"""The review queue by keyboard: keys mean something only inside the list, and every page of the review is right."""

import pytest

from marketplace.kernel.db import execute
from onboarding.review import assignment, presence
from tests.browser.accessibility import faults, sideways
from tests.browser.conftest import Visiting
from tests.factories.onboarding import Case, a_submitted
from tests.web.onboarding_people import a_staff_member

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SECOND = """
insert into application select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'reference', 'H-2'))).*
from application a where a.id = $1
"""
LIST = "/organiser/applications"


async def two_applications() -> Case:
    case = await a_submitted()
    await execute(SECOND, case.id)
    return case


async def test_keys_move_tick_and_open(visitor: Visiting, database: str) -> None:
    case = await two_applications()
    person = await visitor()
    await person.sign_in(await a_staff_member(case))
    await person.open(LIST)
    page = person.page
    await page.keyboard.press("x")
    assert await page.locator("[data-st-keys] input:checked").count() == 0
    await page.locator("[data-st-keys] tbody a").first.focus()
    for key in ("ArrowDown", "k", "j", "x"):
        await page.keyboard.press(key)
    assert await page.locator("[data-st-keys] input:checked").count() == 1
    assert "Stadin Arkiapu Oy" in (await page.locator("[data-st-said]").text_content() or "")
    await page.keyboard.press("o")
    await page.wait_for_url(f"**{LIST}/*")
    assert not person.found + person.watch.problems


async def test_pages_are_right_while_a_colleague_has_the_application(visitor: Visiting, database: str) -> None:
    case = await two_applications()
    await assignment.claim(case.reviewer, case.id)
    await presence.here(case.reviewer, case.id)
    await execute("update application_answer set answered_at = answered_at + interval '1 hour'")
    person = await visitor()
    await person.sign_in(await a_staff_member(case))
    found: list[str] = []
    for path in (
        LIST,
        f"{LIST}/{case.id}",
        f"{LIST}/{case.id}/hand-over",
        f"{LIST}/{case.id}/request-information",
        "/organiser",
    ):
        await person.open(path)
        found += await faults(person.page)
        await person.page.set_viewport_size({"width": 320, "height": 640})
        found += await sideways(person.page)
        await person.page.set_viewport_size({"width": 1280, "height": 900})
    assert not found + person.watch.problems
