"""The register through HTTP: no sign-in, cached by its state, to be embedded and copied by anybody."""

import csv
import io

import pytest

from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.db import execute
from tests.db.test_onboarding_register_feed import DAY, NOON, SUSPEND
from tests.factories.organisers import make_organiser
from tests.factories.register import approval_of, fill_register

API = "/api/v1/register"


@pytest.fixture
async def organiser(database: str):
    with clock_set_to(NOON):
        made = await make_organiser()
        await fill_register(made, 3)
        yield made


async def test_unchanged_register_costs_nothing(api, organiser):
    first = await api.get(API)
    known = {"if-none-match": first.headers["etag"]}
    assert (first.status_code, len(first.json()["items"])) == (200, 3)
    assert (first.headers["cache-control"], first.headers["access-control-allow-origin"]) == ("public, max-age=60", "*")
    again = await api.get(API, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    await execute(SUSPEND, await approval_of("Hoiva 2"), DAY)
    assert [each["name"] for each in (await api.get(API, headers=known)).json()["items"]] == ["Hoiva 1", "Hoiva 3"]


async def test_entry_holds_what_the_law_wants_public(api, organiser):
    entry = (await api.get(API, params={"limit": 1})).json()["items"][0]
    assert (entry["business_id"], entry["status"], entry["valid_from"]) == ("9000000-3", "approved", "2026-01-01")
    assert entry["units"][0]["self_monitoring_url"] == "https://www.example.org/plan"
    assert not {"contact_name", "contact_email", "contact_phone"} & entry.keys()


async def test_files_are_downloaded_whole(api, organiser):
    answer = await api.get(f"{API}.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert (answer.headers["content-type"].split(";")[0], len(rows)) == ("text/csv", 6)
    assert "describedby" in answer.headers["link"]
    described = (await api.get(f"{API}.csv-metadata.json")).json()
    assert described["url"].endswith("/api/v1/register.csv")
    document = await api.get(f"{API}.jsonld")
    assert (document.headers["content-type"], len(document.json()["hasPart"])) == ("application/ld+json", 3)


async def test_files_are_limited_and_cached(api, organiser):
    none = await api.get(f"{API}.csv", params={"municipality": "853"})
    assert none.text.count("\n") == 1
    tag = {"if-none-match": none.headers["etag"]}
    assert [(await api.get(f"{API}.{kind}", headers=tag)).status_code for kind in ("csv", "jsonld")] == [304, 304]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"municipality": "999"}, "municipality"), ({"service_class": "V-NONE"}, "service_class"),
        ({"on": "1900-01-01"}, "on"), ({"business_id": "12"}, "business_id"),
    ],
    ids=["municipality", "service_class", "on", "business_id"],
)  # fmt: skip
async def test_what_does_not_exist_is_named(api, organiser, query, field):
    answer = await api.get(API, params=query)
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, [field])


async def test_changes_are_read_on(api, organiser):
    first = (await api.get(f"{API}/changes")).json()
    assert {(each["kind"], each["entry"]["name"]) for each in first["items"]} == {
        ("granted", f"Hoiva {n}") for n in (1, 2, 3)
    }
    await execute(SUSPEND, await approval_of("Hoiva 2"), DAY)
    [change] = (await api.get(f"{API}/changes", params={"since": first["next"]})).json()["items"]
    assert (change["kind"], change["name"], change["entry"]) == ("suspended", "Hoiva 2", None)


async def test_pages_show_register_provider_and_past(client, organiser):
    await execute(SUSPEND, await approval_of("Hoiva 2"), DAY)
    assert "Hoiva 1" in (await client.get("/register?q=hoiva")).text
    assert "Hoiva 2" in (await client.get("/register?on=30.3.2026")).text
    wrong = await client.get("/register?on=31.2.2026")
    assert "on-error" in wrong.text
    page = (await client.get("/register/9000001-1?lang=en")).text
    assert "No organiser approves this provider today" in page
    assert "1 January 2026 – 30 March 2026" in page
    assert "https://www.example.org/plan" in page


async def test_only_the_embedded_page_may_stand_in_a_frame(client, organiser):
    embedded, full = await client.get("/register/embed?lang=en"), await client.get("/register")
    assert "frame-ancestors *" in embedded.headers["content-security-policy"]
    assert "<script" not in embedded.text
    assert "Hoiva 3" in embedded.text
    assert "frame-ancestors 'none'" in full.headers["content-security-policy"]


async def test_page_about_the_data_explains_itself(client, organiser):
    page = (await client.get("/register/data?lang=en")).text
    assert "https://creativecommons.org/licenses/by/4.0/" in page
    assert 'id="holder"' in page
    assert 'id="permits"' in page


@pytest.mark.parametrize("name", ["9000009-7", "x", "L-9", "L-000009", "%F0%9F%98%80"])
async def test_unknown_providers_are_not_found(client, organiser, name):
    assert (await client.get(f"/register/{name}")).status_code == 404
