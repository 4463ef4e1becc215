"""Signing in with a real identity provider on loopback, through our pages."""

import json
import warnings
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from bs4 import BeautifulSoup

from marketplace.accounts import invitations, oidc
from marketplace.kernel.actors import SYSTEM, Role
from marketplace.kernel.config import get_config
from marketplace.kernel.db import fetch_value, new_id
from tests.web.browser import Browser

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # The provider uses parts of Authlib that will go.
    from oidc_provider_mock import User, run_server_in_thread

pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")

AINO = User(sub="aino", claims={"name": "Aino Virtanen", "email": "aino@esimerkki.fi", "email_verified": True})
EERO = User(sub="eero", claims={"name": "Eero Laine", "email": "eero@varha.fi", "email_verified": True})


@pytest.fixture(scope="module")
def provider_address() -> Iterator[str]:
    with run_server_in_thread(port=0, require_nonce=True, user_claims=[AINO, EERO]) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
async def provider(provider_address: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A browser's window at the provider, which is configured as ``c`` for citizens and ``s`` for staff."""
    common = {"issuer": provider_address, "client_id": "setelitori", "client_secret": "secret"}
    providers = [
        {"key": "c", "label": "Suomi.fi-tunnistus", "audience": "citizens", **common},
        {"key": "s", "label": "Varhan tunnus", "audience": "staff", **common},
    ]
    monkeypatch.setenv("OIDC_PROVIDERS", json.dumps(providers))
    get_config.cache_clear()
    async with httpx.AsyncClient() as window:
        yield window
    monkeypatch.undo()
    get_config.cache_clear()


async def leave(client: Browser, key: str, next_path: str = "") -> str:
    """Presses the provider's button; the address that the browser is sent to."""
    answer = await client.get(f"/sign-in/oidc/{key}" + (f"?next={next_path}" if next_path else ""))
    assert answer.status_code == 303
    return answer.headers["location"]


async def come_back(client: Browser, window: httpx.AsyncClient, address: str, **choice: str) -> httpx.Response:
    answer = await window.post(address, data=choice)
    assert answer.status_code in {302, 303}, answer.text
    return await client.get(answer.headers["location"])


async def test_a_citizen_signs_in_and_gets_an_account(client, provider):
    page = await client.page("/sign-in?next=/client")
    link = page.find("a", string="Suomi.fi-tunnistus")["href"]
    assert link == "/sign-in/oidc/c?next=%2Fclient"
    answer = await come_back(client, provider, await leave(client, "c", "/client"), sub="aino")
    assert (answer.status_code, answer.headers["location"]) == (303, "/client")
    assert "Aino Virtanen" in (await client.get("/account")).text
    await come_back(client, provider, await leave(client, "c"), sub="aino")
    assert await fetch_value("select count(*) from person") == 1


async def test_invited_staff_sign_in_straight_to_their_desk(client, provider):
    await invitations.invite_to(SYSTEM, "eero@varha.fi", Role.ORGANISER_ADMIN, name="Varha", organiser_id=new_id())
    answer = await come_back(client, provider, await leave(client, "s"), sub="eero")
    assert answer.headers["location"] == "/organiser"
    assert (await client.get("/organiser/people")).status_code == 200


async def test_staff_who_were_not_invited_read_why(client, provider):
    answer = await come_back(client, provider, await leave(client, "s"), sub="eero")
    assert answer.status_code == 403
    assert "Et ole vielä tämän palvelun käyttäjä" in answer.text
    assert (await client.get("/account")).status_code == 303


async def test_pressing_cancel_is_said_plainly(client, provider):
    answer = await come_back(client, provider, await leave(client, "c"), sub="aino", action="deny")
    assert answer.status_code == 400
    assert "Kirjautuminen peruttiin" in answer.text
    assert BeautifulSoup(answer.text, "html.parser").select_one("a.govuk-button")["href"] == "/sign-in/oidc/c"


async def test_an_answer_is_taken_once_and_only_by_the_browser_that_asked(client, provider):
    address = await leave(client, "c")
    back = (await provider.post(address, data={"sub": "aino"})).headers["location"]
    assert (await client.get(back)).status_code == 303
    assert "Aloita uudelleen" in (await client.get(back)).text
    stranger = (await provider.post(await leave(client, "c"), data={"sub": "aino"})).headers["location"]
    await client.submit("/sign-out")
    assert (await client.get(stranger)).status_code == 400


async def test_the_session_gets_a_new_id(client, provider):
    address = await leave(client, "c")
    before = client.cookies["session"]
    await come_back(client, provider, address, sub="aino")
    assert client.cookies["session"] != before


async def test_a_wrong_nonce_is_not_believed(client, provider):
    address = (await leave(client, "c")).replace("nonce=", "nonce=x")
    answer = await come_back(client, provider, address, sub="aino")
    assert answer.status_code == 400
    assert "ei voitu varmentaa" in answer.text


async def test_a_provider_that_is_down_is_said_to_be_down(client, monkeypatch):
    down = {"key": "c", "label": "Tunnistus", "issuer": "http://127.0.0.1:9", "client_id": "a", "client_secret": "b"}
    monkeypatch.setenv("OIDC_PROVIDERS", json.dumps([down]))
    get_config.cache_clear()
    answer = await client.get("/sign-in/oidc/c")
    monkeypatch.undo()
    get_config.cache_clear()
    assert answer.status_code == 503
    assert "ei vastaa juuri nyt" in answer.text


async def test_an_unknown_provider_is_not_found(client, provider):
    assert (await client.get("/sign-in/oidc/x")).status_code == 404
    assert (await client.get("/sign-in/oidc/x/callback?code=a&state=b")).status_code == 404
    oidc._cache.clear()
