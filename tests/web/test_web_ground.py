"""Languages, health, figures, idempotency, static files and the API's own description."""

import msgspec
import pytest

from marketplace.kernel import db
from marketplace.kernel.config import get_config
from marketplace.kernel.db import execute
from tests.web.browser import Api, browser_of
from tests.web.ground import REVIEWER_TOKEN, ground_app


@pytest.fixture
async def visitor(database: str):
    async with browser_of(ground_app()) as browser:
        yield browser


@pytest.fixture
async def machine(database: str):
    async with browser_of(ground_app(), kind=Api) as api:
        yield api.with_token(REVIEWER_TOKEN)


async def language(visitor, path: str = "/", **headers: str) -> str:
    response = await visitor.get(path, headers=headers)
    assert response.headers["content-language"] == response.json()["language"]
    return response.json()["language"]


async def test_the_browser_is_asked_first(visitor):
    assert await language(visitor) == "fi"
    assert await language(visitor, **{"accept-language": "de, en;q=0.5, sv;q=0.7"}) == "sv"
    assert "Accept-Language" in (await visitor.get("/")).headers["vary"]


async def test_a_choice_is_kept(visitor):
    assert await language(visitor, "/?lang=sv") == "sv"
    assert await language(visitor, **{"accept-language": "en"}) == "sv"
    assert await language(visitor, "/?lang=klingon") == "sv"


async def test_the_menu_keeps_a_choice_and_goes_back(visitor):
    response = await visitor.submit("/language", {"language": "en", "next": "/register"})
    assert (response.status_code, response.headers["location"]) == (303, "/register")
    assert await language(visitor) == "en"
    assert (await visitor.submit("/language", {"next": "//evil.example"})).headers["location"] == "/"


async def test_a_signed_in_persons_setting_counts_until_a_choice_is_made(visitor):
    await visitor.submit("/enter", {"role": "client"})
    assert await language(visitor, **{"accept-language": "en"}) == "sv"
    assert await language(visitor, "/?lang=fi") == "fi"


async def test_the_api_speaks_english_unless_asked_otherwise(machine):
    assert (await machine.get("/api/v1/me")).json()["language"] == "en"
    assert (await machine.get("/api/v1/me", headers={"accept-language": "fi"})).json()["language"] == "fi"


async def test_ready_means_reachable_and_migrated_and_tells_what_is_missing(visitor):
    ready = await visitor.get("/health/ready")
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "degraded", "parts": {"database": "ok", "search": "degraded"}},
    )
    await execute("delete from migration")
    unready = await visitor.get("/health/ready")
    assert (unready.status_code, unready.json()["parts"]["database"]) == (503, "not_migrated")


async def test_figures_name_routes_and_never_addresses(visitor):
    await visitor.get("/broken/conflict?name=Matti")
    await visitor.get("/never/heard/of")
    text = (await visitor.get("/metrics")).text
    assert 'route="/broken/{how}"' in text
    assert 'route="unmatched"' in text
    assert "Matti" not in text
    assert "never/heard" not in text


async def test_figures_of_several_processes_are_answered_together(visitor, monkeypatch, tmp_path):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    assert (await visitor.get("/metrics")).status_code == 200


async def test_static_files_are_kept_for_ever_only_with_their_version(visitor):
    name = "logo.svg"
    assert "immutable" in (await visitor.get(f"/static/{name}?v=abc")).headers["cache-control"]
    plain = await visitor.get(f"/static/{name}")
    assert plain.headers["cache-control"] == "public, max-age=300"
    assert "set-cookie" not in plain.headers


async def test_the_application_opens_its_pool_and_closes_it(database):
    await db.stop_pool()
    app = ground_app(msgspec.structs.replace(get_config(), database_url=database))
    async with app.lifespan():
        assert await db.fetch_value("select current_database()") == database.rpartition("/")[2].partition("?")[0]
    assert db.ENGINE.pool is None


async def test_figures_may_ask_for_a_token(visitor, monkeypatch):
    config = msgspec.structs.replace(get_config(), metrics_token="figures")
    monkeypatch.setattr("marketplace.web.metrics.get_config", lambda: config)
    assert (await visitor.get("/metrics")).status_code == 401
    assert (await visitor.get("/metrics", headers={"authorization": "Bearer figures"})).status_code == 200


async def test_a_request_id_of_a_proxy_is_kept_and_a_strange_one_is_not(visitor):
    given = await visitor.get("/", headers={"x-request-id": "abc-12345678"})
    strange = await visitor.get("/", headers={"x-request-id": "a b\t{}"})
    assert given.headers["x-request-id"] == "abc-12345678"
    assert strange.headers["x-request-id"] != "a b\t{}"


async def test_the_access_line_names_the_route_and_no_person(visitor, capsys):
    await visitor.get("/broken/conflict?name=Matti")
    line = next(line for line in capsys.readouterr().out.splitlines() if "milliseconds" in line)
    assert "/broken/{how}" in line
    assert "Matti" not in line


async def test_a_repeated_api_request_is_done_once(machine):
    headers = {"idempotency-key": "k-1"}
    answers = [(await machine.post("/api/v1/once", json={"a": 1}, headers=headers)).json() for _ in range(3)]
    assert answers == [1, 1, 1]
    changed = await machine.post("/api/v1/once", json={"a": 2}, headers=headers)
    assert (changed.status_code, changed.json()["code"]) == (409, "idempotency_key_reused")
    assert (await machine.post("/api/v1/once", json={"a": 2})).json() == 2


@pytest.mark.parametrize("key", ["", "x" * 201, "\u00e4\u00e4"])
async def test_a_key_must_be_plain(machine, key):
    response = await machine.post("/api/v1/once", json={}, headers={"idempotency-key": key.encode("latin-1")})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


async def test_a_double_click_is_done_once(visitor):
    await visitor.submit("/enter", {"role": "reviewer"})
    first = await visitor.submit("/once", {"a": "1"}, key="k", files={"file": ("a.txt", b"one")})
    again = await visitor.submit("/once", {"a": "1"}, key="k", files={"file": ("a.txt", b"one")})
    other = await visitor.submit("/once", {"a": "1"}, key="k", files={"file": ("a.txt", b"two")})
    assert first.json() == again.json()
    assert other.status_code == 409
    assert (await visitor.submit("/once", {"a": "1"})).json() == first.json() + 1


async def test_a_posted_form_is_read_with_its_key(visitor):
    answer = (await visitor.submit("/offers", {"title": "x", "places": "0"}, key="k-7")).json()
    assert answer == {"ok": False, "errors": {"places": "This must be at least {least}."}, "key": "k-7"}


async def test_the_api_describes_itself(visitor):
    response = await visitor.get("/api/openapi.json")
    document = response.json()
    assert document["openapi"].startswith("3.1")
    assert "/offers" not in document["paths"]
    create = document["paths"]["/api/v1/offers"]["post"]
    assert create["operationId"] == "create_offer"
    assert create["security"] == [{"bearer": []}]
    assert set(create["responses"]) == {"201", "default"}
    assert document["paths"]["/api/v1/me"]["get"]["x-roles"] == ["reviewer"]
    assert document["paths"]["/api/v1/offers"]["get"]["security"] == []
    assert (await visitor.get("/api/openapi.json")).content == response.content


async def test_the_description_is_valid_openapi(visitor):
    from openapi_spec_validator import validate

    validate((await visitor.get("/api/openapi.json")).json())


async def test_beside_the_description_there_is_nothing(visitor):
    assert (await visitor.get("/api")).json()["code"] == "not_found"
    assert (await visitor.get("/api/redoc")).status_code == 404
