"""People of onboarding, signed in to the real application through its own pages."""

from marketplace.accounts.memberships import hats
from marketplace.kernel.actors import Role
from tests.factories.accounts import PASSWORD, Someone, a_hat, a_person, with_second_factor
from tests.factories.onboarding import Applicant, Case
from tests.web.browser import Api, Browser


async def sign_in(browser: Browser, someone: Someone) -> Browser:
    """Signs in, with the code where there is a second factor, to read English."""
    await browser.get("/sign-in")
    answer = await browser.submit("/sign-in", {"email": someone.email, "password": PASSWORD})
    if someone.secret:
        answer = await browser.submit("/sign-in/code", {"code": someone.code()})
    assert answer.status_code == 303, answer.text
    await browser.get("/privacy?lang=en")
    return browser


async def as_applicant(browser: Browser, applicant: Applicant) -> Browser:
    return await sign_in(browser, applicant.someone)


async def a_staff_member(case: Case, role: Role = Role.REVIEWER, name: str = "Ritva Ratkaisija") -> Someone:
    """Somebody of the case's organiser with a second factor."""
    someone = await with_second_factor(await a_person(name))
    await a_hat(someone, role, scope_id=case.organiser.id, name="Helsinki")
    return someone


async def as_reviewer(browser: Browser, case: Case) -> Browser:
    return await sign_in(browser, await a_staff_member(case))


async def token_of(api: Api, someone: Someone) -> Api:
    """Signs a program in, under the person's first hat where they have one."""
    credentials = {"email": someone.email, "password": PASSWORD}
    if someone.secret:
        credentials["code"] = someone.code()
    issued = (await api.post("/api/v1/sign-in", json=credentials)).json()
    api.with_token(issued["token"])
    owned = await hats(someone.id)
    if owned and issued["hat"] is None:
        issued = (await api.post("/api/v1/hat", json={"membership_id": str(owned[0].id)})).json()
        api.with_token(issued["token"])
    return api
