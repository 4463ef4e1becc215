"""Sessions: ids are ours alone, change with every change of rights, and end when they should."""

from datetime import timedelta

import msgspec
import pytest

from marketplace.kernel.clock import clock_set_to, now
from marketplace.kernel.config import get_config
from marketplace.kernel.db import execute, fetch_value
from marketplace.web.sessions import ABSOLUTE, IDLE, end_sessions_of, forget_old_sessions
from tests.web.browser import Browser, browser_of
from tests.web.ground import PEOPLE, Role, ground_app


@pytest.fixture
async def visitor(database: str):
    async with browser_of(ground_app()) as browser:
        yield browser


async def sessions() -> int:
    return await fetch_value("select count(*) from web_session")


async def enter(browser: Browser, role: str = "reviewer") -> str:
    assert (await browser.submit("/enter", {"role": role})).status_code == 303
    return browser.cookies["session"]


async def test_a_visitor_with_nothing_to_remember_has_no_row_and_no_cookie(visitor):
    response = await visitor.get("/")
    assert "session=" not in response.headers.get("set-cookie", "")
    assert await sessions() == 0


async def test_a_planted_id_is_never_accepted(visitor):
    visitor.cookies.set("session", "CHOSEN-BY-AN-ATTACKER", domain="127.0.0.1")
    issued = await enter(visitor)
    assert "ATTACKER" not in issued
    assert (await visitor.get("/", headers={"cookie": "session=CHOSEN-BY-AN-ATTACKER"})).json()["person"] is None


async def test_the_table_does_not_hold_what_signs_in(visitor):
    issued = await enter(visitor)
    assert await fetch_value("select key_hash from web_session") != issued


async def test_signing_in_again_ends_the_old_id(visitor):
    first = await enter(visitor)
    second = await enter(visitor, "finance")
    assert first != second
    assert (await visitor.get("/", headers={"cookie": f"session={first}"})).json()["person"] is None
    assert await sessions() == 1


async def test_a_change_of_hat_gives_a_new_id_and_keeps_the_rest(visitor):
    first = await enter(visitor)
    await visitor.submit("/hat")
    assert visitor.cookies["session"] != first
    assert (await visitor.get("/")).json()["role"] == "finance"
    assert (await visitor.get("/", headers={"cookie": f"session={first}"})).json()["person"] is None


async def test_signing_out_ends_the_session_and_may_leave_a_farewell(visitor):
    first = await enter(visitor)
    await visitor.submit("/leave")
    after = (await visitor.get("/")).json()
    assert after["person"] is None
    assert after["session"]["flashes"]
    assert visitor.cookies["session"] != first


async def test_an_idle_session_ends(visitor):
    await enter(visitor)
    with clock_set_to(now() + IDLE + timedelta(minutes=1)):
        response = await visitor.get("/")
    assert response.json()["person"] is None
    assert "Max-Age=0" in response.headers["set-cookie"]


async def test_a_used_session_lives_on_but_not_for_ever(visitor):
    await enter(visitor)
    start, step = now(), IDLE - timedelta(minutes=10)
    seen = []
    for count in range(1, ABSOLUTE // step + 2):
        with clock_set_to(start + count * step):
            seen.append((await visitor.get("/")).json()["person"] is not None)
    assert seen[:-2] == [True] * (len(seen) - 2)
    assert seen[-1] is False


async def test_a_request_in_flight_does_not_bring_an_ended_session_back(visitor):
    key = await enter(visitor)
    await execute("delete from web_session")
    await visitor.submit("/hat")
    assert await sessions() == 0
    assert (await visitor.get("/", headers={"cookie": f"session={key}"})).json()["person"] is None


async def test_a_person_is_signed_out_everywhere(visitor):
    await enter(visitor)
    assert await end_sessions_of(PEOPLE[Role.REVIEWER]) == 1
    assert (await visitor.get("/")).json()["person"] is None


async def test_old_sessions_are_swept_away(visitor):
    await enter(visitor)
    assert await forget_old_sessions() == 0
    with clock_set_to(now() + IDLE + timedelta(minutes=1)):
        assert await forget_old_sessions() == 1


async def test_under_https_the_cookie_is_bound_to_our_host(database):
    config = msgspec.structs.replace(get_config(), base_url="https://setelitori.example")
    async with browser_of(ground_app(config), base_url="https://setelitori.example") as browser:
        await browser.get("/")
        token = browser.cookies["__Host-csrf"]
        response = await browser.post("/enter", data={"role": "reviewer", "_csrf_token": token})
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
