"""Errors as answers: problem documents that name every field, pages in plain words, nothing leaked, nothing crashed."""

import json

import pytest

from marketplace.kernel import db
from tests.web.browser import Api, browser_of
from tests.web.ground import REVIEWER_TOKEN, ground_app

GOOD = {"title": "Home care", "places": 2, "rows": [{"price_cents": 4250, "day": "2026-12-31"}]}


@pytest.fixture
async def visitor(database: str):
    async with browser_of(ground_app()) as browser:
        yield browser


@pytest.fixture
async def machine(database: str):
    async with browser_of(ground_app(), kind=Api) as api:
        yield api.with_token(REVIEWER_TOKEN)


def fields(response) -> dict[str, str]:
    return {error["field"]: error["message"] for error in response.json()["errors"]}


async def send(machine: Api, **changes: object):
    return await machine.post("/api/v1/offers", json=GOOD | changes)


async def test_a_domain_error_becomes_a_problem_document(machine):
    response = await machine.get("/api/v1/broken/conflict")
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, problem["status"], problem["code"]) == (409, 409, "conflict")
    assert problem["type"] == "urn:setelitori:problem:conflict"
    assert problem["request_id"] == response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [("twice", 409, "conflict"), ("deadlock", 409, "conflict"), ("number", 422, "invalid"), ("year", 422, "invalid")],
)
async def test_what_nobody_saw_before(machine, how, status, code):
    response = await machine.get(f"/api/v1/broken/{how}")
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert "matti" not in response.text


async def test_every_invalid_field_is_named(machine):
    response = await send(machine, title="", places=0, rows=[{"price_cents": -1, "day": "31.12."}, {}], extra=1)
    assert response.status_code == 422
    assert fields(response) == {
        "title": "Title: This is missing.",
        "places": "This must be at least 1.",
        "rows.0.price_cents": "This must be at least €0.00.",
        "rows.0.day": "Write a date that exists, such as 31.12.2026.",
        "rows.1.price_cents": "This is missing.",
        "rows.1.day": "This is missing.",
        "extra": "There is no such field.",
    }


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": 5}, {"title": "Title: This must be text."}),
        ({"places": "many"}, {"places": "Write a whole number in digits."}),
        ({"places": 1.5}, {"places": "Write a whole number in digits."}),
        ({"rows": {}}, {"rows": "This must be a list."}),
        ({"rows": [3]}, {"rows.0": "This must be an object with named fields."}),
        ({"rows": GOOD["rows"] * 3}, {"rows": "Give at most 2. There are now 3."}),
    ],
)
async def test_what_is_wrong_with_a_field(machine, changes, told):
    assert fields(await send(machine, **changes)) == told


async def test_no_body_at_all_lacks_every_field(machine):
    response = await machine.post("/api/v1/offers")
    assert set(fields(response)) == {"title", "places"}


async def test_the_words_are_in_the_callers_language(machine):
    response = await machine.get("/api/v1/broken/conflict", headers={"accept-language": "fi"})
    assert response.headers["content-language"] == "fi"


async def test_every_wrong_parameter_is_named(machine):
    response = await machine.get("/api/v1/offers?most=99&since=tomorrow")
    assert fields(response) == {
        "most": "This must be at most 50.",
        "since": "Write a date that exists, such as 31.12.2026.",
    }
    assert fields(await machine.get("/api/v1/offers?most=1")) == {"since": "This is missing."}


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b'{"title": "\xff"}', b"\x00"])
async def test_what_is_not_json_is_refused(machine, body):
    response = await machine.post("/api/v1/offers", content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (400, "bad_request")


async def test_of_very_many_invalid_fields_a_thousand_are_named(machine):
    response = await send(machine, **{f"extra{number}": 1 for number in range(3_000)})
    assert len(response.json()["errors"]) == 1_000


async def test_other_media_types_are_refused(machine):
    assert (await machine.post("/api/v1/offers", data={"title": "x"})).status_code == 415


async def test_text_that_the_database_cannot_hold_is_named(machine):
    assert set(fields(await send(machine, title="a\x00b"))) == {"title"}
    body = json.dumps({"rows": [{"day": "a\x00"}], "a\x00": 1})
    response = await machine.post("/api/v1/offers", content=body, headers={"content-type": "application/json"})
    assert set(fields(response)) == {"rows.0.day", ""}


async def test_nul_in_an_address_is_refused(visitor):
    assert (await visitor.get("/?q=%00")).status_code == 400
    assert (await visitor.get("/broken/%00")).status_code == 400


async def test_a_description_of_five_megabytes_gets_a_clear_answer(visitor, machine):
    visitor.headers["accept-language"] = "en"
    page = await visitor.submit("/offers", {"title": "x" * 5_000_000})
    assert page.status_code == 413
    assert "too large" in page.text
    assert (await send(machine, title="x" * 5_000_000)).json()["code"] == "too_large"


async def test_a_form_of_very_many_answers_is_refused_at_once(visitor):
    answers = {f"rows.{index}.day": "1.12.2026" for index in range(2_000)}
    assert (await visitor.submit("/offers", answers)).status_code == 413


async def test_broken_forms_are_refused(visitor):
    await visitor.get("/")
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "application/x-www-form-urlencoded"):
        response = await visitor.post("/offers", content=b"--x\r\n\xff=", headers={"content-type": kind})
        assert response.status_code in {400, 403, 422}


async def test_a_form_in_a_character_set_of_its_own_is_refused(visitor):
    body = b'--x\r\ncontent-disposition: form-data; name="a"\r\ncontent-type: text/plain; charset=klingon\r\n\r\nqo\r\n--x--\r\n'
    response = await visitor.post("/offers", content=body, headers={"content-type": "multipart/form-data; boundary=x"})
    assert response.status_code == 400


@pytest.mark.parametrize("path", ["/no-such-page", "/broken/not-found", "/static/nothing.css", "/webhooks/none"])
async def test_what_is_not_there(visitor, path):
    response = await visitor.get(path)
    assert response.status_code == 404
    is_page = not path.startswith(("/static", "/webhooks"))
    assert response.headers["content-type"].startswith("text/html" if is_page else "application/problem+json")


async def test_a_method_that_an_address_does_not_take(visitor, machine):
    page = await visitor.get("/enter")
    assert (page.status_code, "POST" in page.headers["allow"]) == (405, True)
    assert (await machine.delete("/api/v1/offers")).json()["code"] == "method_not_allowed"


async def test_a_page_says_what_is_wrong_in_plain_words(visitor):
    page = await visitor.get("/broken/conflict", headers={"accept-language": "en"})
    assert page.status_code == 409
    assert "Something changed in the meantime" in page.text
    assert (await visitor.get("/broken/invalid")).status_code == 422


@pytest.mark.parametrize("path", ["/broken/bug", "/api/v1/broken/bug"])
async def test_a_bug_is_logged_once_and_not_shown(visitor, path, capsys):
    response = await visitor.get(path)
    assert response.status_code == 500
    assert "Meikäläinen" not in response.text
    assert response.headers["x-request-id"] in response.text
    assert capsys.readouterr().out.count("unexpected_error") == 1


async def test_a_bug_in_production_is_logged_without_its_words(visitor, capsys, monkeypatch):
    monkeypatch.setattr("marketplace.web.problems.get_config", lambda: type("C", (), {"is_production": True}))
    await visitor.get("/api/v1/broken/bug")
    written = capsys.readouterr().out
    assert "ZeroDivisionError" in written
    assert "Meikäläinen" not in written


async def test_without_a_database_pages_say_so_and_the_rest_lives(visitor, postgres):
    await visitor.submit("/enter", {"role": "reviewer"})
    await db.stop_pool()
    db.use_database("postgresql://127.0.0.1:1/none")
    response = await visitor.get("/")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert (await visitor.get("/health/live")).status_code == 200
    ready = await visitor.get("/health/ready")
    assert (ready.status_code, ready.json()["parts"]["database"]) == (503, "down")


async def test_head_is_get_without_the_body(visitor):
    response = await visitor.head("/")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"] == "application/json"


async def test_a_broken_error_page_still_says_what_happened(visitor, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("marketplace.web.problems.page", broken)
    response = await visitor.get("/no-such-page", headers={"accept-language": "en"})
    assert response.status_code == 404
    assert response.text.startswith("Page not found")
