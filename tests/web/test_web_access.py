"""Who may call: guards, tokens, cross-site protection, hosts and protective headers."""

import msgspec
import pytest

from marketplace.app import assemble
from marketplace.kernel.actors import Role
from marketplace.kernel.config import Environment, get_config
from marketplace.web.security import NoPrincipals, allow, allowed_hosts, content_security_policy, safe_next
from tests.web.browser import Api, browser_of
from tests.web.ground import HANDLERS, REVIEWER_TOKEN, ground_app

THING = "/desk/018f0000-0000-7000-8000-000000000000"


@pytest.fixture
async def visitor(database: str):
    async with browser_of(ground_app()) as browser:
        yield browser


@pytest.fixture
async def machine(database: str):
    async with browser_of(ground_app(), kind=Api) as api:
        yield api


async def test_a_stranger_is_sent_to_sign_in_and_back(visitor):
    response = await visitor.get(THING + "?tab=2")
    assert response.status_code == 303
    assert response.headers["location"] == "/sign-in?next=%2Fdesk%2F018f0000-0000-7000-8000-000000000000%3Ftab%3D2"


async def test_a_strangers_post_is_sent_to_sign_in_without_a_way_back(visitor):
    response = await visitor.submit("/leave")
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")


async def test_the_right_role_enters_and_the_wrong_one_does_not(visitor):
    await visitor.submit("/enter", {"role": "reviewer"})
    assert (await visitor.get(THING)).json()["role"] == "reviewer"
    await visitor.submit("/enter", {"role": "client"})
    assert (await visitor.get(THING)).status_code == 403


async def test_without_a_hat_a_person_is_sent_to_choose_one(visitor):
    await visitor.submit("/enter", {"role": ""})
    response = await visitor.get(THING)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/choose-role?next=")


async def test_the_api_takes_tokens(machine):
    assert (await machine.get("/api/v1/me")).status_code == 401
    machine.with_token(REVIEWER_TOKEN)
    assert (await machine.get("/api/v1/me")).json()["role"] == "reviewer"


async def test_a_wrong_token_is_refused_even_where_none_is_needed(machine):
    machine.with_token("wrong")
    response = await machine.get("/api/v1/broken/conflict")
    assert response.status_code == 401
    assert response.json()["code"] == "token_not_valid"
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/api/v1/me", "//api//v1/me/", "/api/v1//me"])
async def test_the_api_never_takes_a_cookie(visitor, path):
    await visitor.submit("/enter", {"role": "reviewer"})
    assert (await visitor.get(f"http://127.0.0.1:8000{path}")).status_code == 401


async def test_a_form_needs_its_token(visitor):
    await visitor.get("/")
    response = await visitor.post("/enter", data={"role": "reviewer"})
    assert response.status_code == 403
    assert "session=" not in response.headers["set-cookie"]


async def test_a_token_of_another_secret_is_replaced_rather_than_refused_for_ever(visitor):
    visitor.cookies.set("csrf", "0" * 128, domain="127.0.0.1")
    assert (await visitor.submit("/enter", {"role": "reviewer"})).status_code == 403
    assert (await visitor.submit("/enter", {"role": "reviewer"})).status_code == 303


@pytest.mark.parametrize("path", ["/apiary", "/api-tools", "/desk/api/v1", "/webhooks-of-mine"])
async def test_only_the_api_and_webhooks_are_without_form_tokens(path):
    import re

    from marketplace.web.paths import WITHOUT_CSRF

    assert not any(re.search(pattern, path) for pattern in WITHOUT_CSRF)


async def test_webhooks_need_no_form_token(visitor):
    assert (await visitor.post("/webhooks/bank")).status_code == 201


@pytest.mark.parametrize("path", ["/", "/no-such-page", "/api/v1/nothing", "/health/live", "/api/openapi.json"])
async def test_every_answer_carries_the_protective_headers(visitor, path):
    headers = (await visitor.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "strict-transport-security" not in headers


async def test_https_is_remembered_by_browsers(database):
    config = msgspec.structs.replace(get_config(), base_url="https://setelitori.example")
    async with browser_of(ground_app(config), base_url="https://setelitori.example") as browser:
        assert "max-age=63072000" in (await browser.get("/")).headers["strict-transport-security"]


async def test_other_hosts_are_not_ours(visitor):
    assert (await visitor.get("/", headers={"host": "evil.example"})).status_code == 400
    assert (await visitor.get("/", headers={"host": "["})).status_code == 400
    assert (await visitor.get("/health/live", headers={"host": "10.0.0.7:8000"})).status_code == 200


def test_a_developer_may_serve_on_every_address():
    everywhere = msgspec.structs.replace(get_config(), base_url="http://0.0.0.0:8000")
    production = msgspec.structs.replace(everywhere, environment=Environment.PRODUCTION)
    assert "*" in allowed_hosts(everywhere)
    assert allowed_hosts(production) == {"0.0.0.0"}


def test_forms_may_end_at_stripe_and_at_identity_providers():
    provider = '[{"key": "s", "label": "Suomi.fi", "issuer": "https://id.example/realm", "client_id": "c", "client_secret": "s"}]'
    config = msgspec.structs.replace(
        get_config(), oidc_providers=provider, stripe_api_url="http://127.0.0.1:12111", stripe_api_key="sk_test_1"
    )
    assert content_security_policy(config).endswith(
        "form-action 'self' https://connect.stripe.com https://id.example http://127.0.0.1:12111"
    )


async def test_without_accounts_nobody_is_anybody(database):
    async with browser_of(assemble(get_config(), HANDLERS, NoPrincipals(), {})) as browser:
        await browser.submit("/enter", {"role": "reviewer"})
        assert (await browser.get("/")).json()["person"] is None
        assert (await browser.get("/api/v1/me", headers={"authorization": "Bearer x"})).status_code == 401


async def test_what_a_signed_in_person_sees_is_kept_nowhere(visitor):
    assert (await visitor.get("/")).headers["cache-control"] == "private, no-cache"
    await visitor.submit("/enter", {"role": "reviewer"})
    assert (await visitor.get("/")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "/ a",
        "",
        None,
        3,
        "/" + "a" * 2_000,
    ],
)
def test_the_way_back_leads_nowhere_else(target):
    assert safe_next(target) == "/"


def test_the_way_back_may_be_any_page_of_ours():
    assert safe_next("/plan?x=1&y=%C3%A4") == "/plan?x=1&y=%C3%A4"


def test_the_way_back_fits_into_a_header():
    assert safe_next("/plan/日") == "/plan/%E6%97%A5"


def test_a_guard_names_someone():
    with pytest.raises(ValueError, match="at least one role"):
        allow()
    assert allow(Role.CLIENT).access == {Role.CLIENT}
