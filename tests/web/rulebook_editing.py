"""An administrator who edits a rulebook over its pages."""

from dataclasses import dataclass

import httpx
import pytest
from bs4 import BeautifulSoup

from marketplace.kernel.actors import Actor, Role
from marketplace.organisers.schemas import Organiser
from onboarding.rulebooks.drafts import draft_of
from onboarding.rulebooks.requirements import RulebookContent
from tests.factories.accounts import Someone, a_hat, a_person, with_second_factor
from tests.factories.onboarding import make_accepting_organiser
from tests.web.browser import Browser
from tests.web.onboarding_people import sign_in

BASE = "/organiser/rulebook"


DRAFT = f"{BASE}/draft"


@dataclass(frozen=True)
class Editor:
    """An organiser's administrator at a browser, with the small rulebook in force."""

    browser: Browser
    actor: Actor
    organiser: Organiser

    async def edit(self) -> int:
        return (await draft_of(self.actor)).edit

    async def content(self) -> RulebookContent:
        return (await draft_of(self.actor)).content

    async def send(self, path: str, answers: dict[str, object], *, edit: int | None = None) -> httpx.Response:
        seen = await self.edit() if edit is None else edit
        return await self.browser.submit(path, {"edit": str(seen), **answers})


async def an_admin(organiser: Organiser, name: str = "Hanna Hallinto") -> Someone:
    someone = await with_second_factor(await a_person(name))
    await a_hat(someone, Role.ORGANISER_ADMIN, scope_id=organiser.id, name="Helsinki")
    return someone


@pytest.fixture
async def fresh(client: Browser) -> Editor:
    organiser = await make_accepting_organiser()
    someone = await an_admin(organiser)
    await sign_in(client, someone)
    actor = Actor(person_id=someone.id, role=Role.ORGANISER_ADMIN, organiser_id=organiser.id)
    return Editor(client, actor, organiser)


@pytest.fixture
async def editor(fresh: Editor) -> Editor:
    answer = await fresh.browser.submit(DRAFT)
    assert (answer.status_code, answer.headers["location"]) == (303, DRAFT)
    return fresh


def words(name: str, text: str, *, only_finnish: bool = False) -> dict[str, object]:
    return {f"{name}.{code}": text for code in (("fi",) if only_finnish else ("fi", "sv", "en"))}


def text_of(response: httpx.Response) -> str:
    return " ".join(BeautifulSoup(response.text, "html.parser").get_text(" ").split())
