"""The profile over the API: the same sections, versions and refusals as on the pages."""

from typing import Any

import pytest

from marketplace.kernel.actors import Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import new_id
from tests.factories.accounts import a_hat, a_person
from tests.factories.onboarding import PDF, make_applicant
from tests.web.browser import Api
from tests.web.onboarding_people import token_of

MINE = "/api/v1/provider"
UNIT: dict[str, Any] = {"name": "Kallion tiimi", "municipality": "091", "soteri_id": "S-123456", "staff": 8}
ROWS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("units", UNIT, {"staff": 9}),
    ("contacts", {"role": "billing", "name": "L", "email": "l@example.org", "phone": "040 1234567"}, {"name": "Lasse"}),
    ("insurance", {"kind": "liability", "insurer": "Turva", "valid_to": "2030-12-31"}, {"policy_number": "7"}),
    (
        "subcontractors",
        {"name": "A", "business_id": "20774740", "does": "x", "has_approved_terms": True},
        {"does": "y"},
    ),
]
SINGLES: list[tuple[str, dict[str, Any]]] = [
    ("soteri", {"soteri_id": "1.2.246.10.12345678.10.0"}),
    ("premises", {"has_premises": True, "is_accessible": False}),
    ("staff", {"practical_nurses": 3, "full_time": 2.5}),
    ("languages", {"languages": ["sv", "fi"]}),
    ("subcontracting", {"is_used": False}),
]


@pytest.mark.parametrize(("path", "row", "change"), ROWS, ids=[path for path, _, _ in ROWS])
async def test_rows_are_kept(api: Api, path: str, row: dict[str, Any], change: dict[str, Any]) -> None:
    await token_of(api, (await make_applicant()).someone)
    made = (await api.post(f"{MINE}/{path}", json=row)).json()
    changed = await api.put(f"{MINE}/{path}/{made['id']}", json={**row, **change, "version": made["version"]})
    assert changed.status_code == 200, changed.text
    assert changed.json()["version"] == 2
    late = await api.put(f"{MINE}/{path}/{made['id']}", json={**row, "version": 1})
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
    assert len((await api.get(f"{MINE}/{path}")).json()["items"]) == 1
    assert (await api.delete(f"{MINE}/{path}/{made['id']}")).status_code == 204
    assert (await api.delete(f"{MINE}/{path}/{made['id']}")).status_code == 404
    assert (await api.put(f"{MINE}/{path}/{new_id()}", json=row)).status_code == 404


@pytest.mark.parametrize(("path", "content"), SINGLES, ids=[path for path, _ in SINGLES])
async def test_sections_are_kept(api: Api, path: str, content: dict[str, Any]) -> None:
    await token_of(api, (await make_applicant()).someone)
    assert (await api.put(f"{MINE}/{path}", json=content)).json()["version"] == 1
    assert (await api.put(f"{MINE}/{path}", json={**content, "version": 0})).status_code == 409
    profile = (await api.get(f"{MINE}/profile")).json()
    section = "subcontractors" if path == "subcontracting" else path
    assert next(each for each in profile["sections"] if each["section"] == section)["is_done"]


async def test_every_wrong_field_is_named(api: Api) -> None:
    await token_of(api, (await make_applicant()).someone)
    wrong = await api.post(f"{MINE}/units", json={**UNIT, "municipality": "999", "self_monitoring_on": "9999-12-31"})
    assert wrong.status_code == 422
    assert {each["field"] for each in wrong.json()["errors"]} == {"municipality", "self_monitoring_on"}


async def test_certificate_is_sent_and_fetched(api: Api) -> None:
    await token_of(api, (await make_applicant()).someone)
    files = {"file": ("verot.pdf", PDF, "application/pdf")}
    facts = {"kind": "tax", "issued_on": today().isoformat(), "expires_on": ""}
    made = await api.post(f"{MINE}/certificates", data=facts, files=files)
    assert made.status_code == 201, made.text
    certificate = made.json()["id"]
    assert (await api.get(f"/api/v1/certificates/{certificate}/file")).content == PDF
    assert (await api.get(f"{MINE}/profile/facts")).json()["files"]["certificates.tax"]["name"] == "verot.pdf"
    changed = await api.put(f"{MINE}/certificates/{certificate}", data={**facts, "expires_on": today().isoformat(), "version": "1"}, files={"x": b""})  # fmt: skip
    assert changed.status_code == 200, changed.text
    (ending,) = (await api.get(f"{MINE}/profile/expiring")).json()["items"]
    assert ending["thing_id"] == certificate
    wrong = await api.post(f"{MINE}/certificates", data={"kind": "tax", "issued_on": "x"}, files=files)
    assert [each["field"] for each in wrong.json()["errors"]] == ["issued_on"]
    assert (await api.delete(f"{MINE}/certificates/{certificate}")).status_code == 204


async def test_worker_reads_and_does_not_write(api: Api) -> None:
    applicant = await make_applicant()
    someone = await a_person("Tiina")
    await a_hat(someone, Role.PROVIDER_WORKER, scope_id=applicant.provider.id, name=applicant.provider.name)
    await token_of(api, someone)
    for path in ("profile", "units", "certificates", "profile/facts", "facts"):
        assert (await api.get(f"{MINE}/{path}")).status_code == 200, path
    assert (await api.post(f"{MINE}/units", json=UNIT)).status_code == 403
    assert (await api.get(f"{MINE}/bank-account")).status_code == 403


async def test_register_is_asked_again_in_moderation(api: Api) -> None:
    await token_of(api, (await make_applicant()).someone)
    again = await api.post(f"{MINE}/facts/check")
    assert (again.status_code, again.json()["code"]) == (429, "too_many_attempts")
    assert len((await api.get(f"{MINE}/facts")).json()["items"]) == 1


async def test_close_person_registers(api: Api) -> None:
    await token_of(api, await a_person())
    answers = {
        "name": "Tuula",
        "contact_email": "t@example.org",
        "contact_phone": "040 1234567",
        "has_no_business": True,
    }
    made = await api.post("/api/v1/providers/close-network", json=answers)
    assert (made.json()["business_id"], made.json()["public_id"]) == (None, "L-000001")


async def test_known_facts_are_public(api: Api) -> None:
    codes = {each["code"] for each in (await api.get("/api/v1/profile-facts")).json()["items"]}
    assert {"registers.prepayment", "unit.soteri_id", "certificates.tax"} <= codes


async def test_bank_account_is_saved_and_read(api: Api) -> None:
    await token_of(api, (await make_applicant()).someone)
    saved = await api.put(f"{MINE}/bank-account", json={"iban": "FI2112345600000785", "holder_name": "Stadin Arkiapu"})
    assert saved.json() == {
        "iban": "FI21 1234 5600 0007 85", "bic": "NDEAFIHH", "holder_name": "Stadin Arkiapu", "holder_differs": False,
    }  # fmt: skip
    assert (await api.get(f"{MINE}/bank-account")).json() == saved.json()
