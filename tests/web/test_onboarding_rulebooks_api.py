"""Rulebooks over the API: versions, the draft, files and differences."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from marketplace.kernel.actors import Role
from marketplace.kernel.clock import today
from onboarding.rulebooks.exchange import FileFormat, export_rulebook, import_rulebook
from onboarding.rulebooks.versions import example_rulebook
from tests.factories.accounts import a_hat, a_person, with_second_factor
from tests.factories.onboarding import make_accepting_organiser, small_rulebook
from tests.web.browser import Api
from tests.web.onboarding_people import token_of

OWN = "/api/v1/organiser/rulebook"
CITY = example_rulebook("city_like")
YAML = {"content-type": "application/yaml"}


async def as_admin(api: Api, organiser_id: UUID, role: Role = Role.ORGANISER_ADMIN) -> Api:
    someone = await with_second_factor(await a_person("Hanna"))
    await a_hat(someone, role, scope_id=organiser_id)
    return await token_of(api, someone)


async def an_organiser(api: Api) -> UUID:
    organiser = await make_accepting_organiser()
    await as_admin(api, organiser.id)
    return organiser.id


async def versions(api: Api) -> list[dict[str, Any]]:
    return (await api.get(f"{OWN}/versions")).json()["items"]


async def test_draft_goes_from_copy_to_version(api: Api) -> None:
    organiser_id = await an_organiser(api)
    draft = (await api.post(f"{OWN}/draft")).json()["draft"]
    content = {**draft["content"], "decision": {"four_eyes": True}}
    saved = await api.put(f"{OWN}/draft", json={"content": content, "edit": draft["edit"]})
    assert (saved.status_code, saved.json()["problems"]) == (200, [])
    edit = saved.json()["draft"]["edit"]
    made = await api.post(f"{OWN}/draft/publish", json={"edit": edit, "valid_from": str(today())})
    assert (made.status_code, made.json()["number"]) == (201, 2)
    assert (await api.get(f"{OWN}/draft")).status_code == 404
    in_force = (await api.get(f"/api/v1/organisers/{organiser_id}/rulebook")).json()
    assert in_force["content"]["decision"]["four_eyes"] is True


async def test_second_writer_is_told(api: Api) -> None:
    await an_organiser(api)
    draft = (await api.post(f"{OWN}/draft")).json()["draft"]
    change = {"content": draft["content"], "edit": draft["edit"]}
    assert (await api.put(f"{OWN}/draft", json=change)).status_code == 200
    late = await api.put(f"{OWN}/draft", json=change)
    assert (late.status_code, late.json()["code"]) == (409, "draft_changed")
    assert "Hanna" in late.json()["detail"]


async def test_draft_is_saved_once_per_key(api: Api) -> None:
    await an_organiser(api)
    draft = (await api.post(f"{OWN}/draft")).json()["draft"]
    change, keyed = {"content": draft["content"], "edit": draft["edit"]}, {"Idempotency-Key": "k"}
    answers = [await api.put(f"{OWN}/draft", json=change, headers=keyed) for _ in range(2)]
    assert answers[0].json() == answers[1].json()


async def test_problems_of_a_draft_are_told_and_keep_it_from_being_published(api: Api) -> None:
    await an_organiser(api)
    draft = (await api.post(f"{OWN}/draft")).json()["draft"]
    question = {**draft["content"]["general"][0]["questions"][0], "shown_if": {"question": "nothing", "answer": True}}
    page = {**draft["content"]["general"][0], "questions": [question]}
    content = {**draft["content"], "general": [page]}
    saved = (await api.put(f"{OWN}/draft", json={"content": content, "edit": draft["edit"]})).json()
    assert [each["field"] for each in saved["problems"]] == ["general.0.questions.0.shown_if"]
    asked = {"edit": saved["draft"]["edit"], "valid_from": str(today())}
    refused = await api.post(f"{OWN}/draft/publish", json=asked)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "general.0.questions.0.shown_if")


async def test_file_becomes_the_draft_and_comes_out_again(api: Api) -> None:
    await an_organiser(api)
    sent = await api.post(f"{OWN}/draft/import", content=export_rulebook(CITY, FileFormat.YAML), headers=YAML)
    assert (sent.status_code, sent.json()["draft"]["edit"]) == (200, 1)
    for file_format, media_type in (("yaml", "application/yaml"), ("json", "application/json")):
        out = await api.get(f"{OWN}/export", params={"file_format": file_format})
        assert out.headers["content-type"].startswith(media_type)
        assert f"rulebook.{file_format}" in out.headers["content-disposition"]
        assert import_rulebook(out.content) == CITY


async def test_faulty_file_is_refused_with_every_place(api: Api) -> None:
    await an_organiser(api)
    refused = await api.post(f"{OWN}/draft/import", content=b"title: {fi: 3}\ngeneral: 1", headers=YAML)
    fields = [each["field"] for each in refused.json()["errors"]]
    assert (refused.status_code, fields) == (422, ["title.fi", "declaration", "service_classes", "general"])
    assert (await api.post(f"{OWN}/draft/import?edit=-1", content=b"x", headers=YAML)).status_code == 422
    assert (await api.get(f"{OWN}/draft")).status_code == 404


async def test_versions_are_listed_shown_compared_and_withdrawn(api: Api) -> None:
    await an_organiser(api)
    first = (await versions(api))[0]
    later = {
        "content": (await api.get(f"{OWN}/versions/{first['id']}")).json()["content"],
        "valid_from": str(today() + timedelta(days=30)),
    }
    later["content"]["decision"]["approval_months"] = 12
    second = (await api.post(OWN, json=later)).json()
    compared = (await api.get(f"{OWN}/difference", params={"old": first["id"], "new": second["id"]})).json()["items"]
    assert [(each["change"], each["place"], each["new"]) for each in compared] == [
        ("changed", "decision.approval_months", "12 months")
    ]
    assert (await api.post(f"{OWN}/versions/{second['id']}/withdraw")).status_code == 204
    assert [each["status"] for each in await versions(api)] == ["withdrawn", "in_force"]
    assert (await api.post(f"{OWN}/versions/{first['id']}/withdraw")).status_code == 409


async def test_draft_is_compared_and_discarded(api: Api) -> None:
    await an_organiser(api)
    first = (await versions(api))[0]
    draft = (await api.post(f"{OWN}/draft")).json()["draft"]
    assert (await api.get(f"{OWN}/difference", params={"old": first["id"]})).json() == {"items": []}
    assert (await api.post(f"{OWN}/draft/discard", json={"edit": draft["edit"]})).status_code == 204
    assert (await api.get(f"{OWN}/difference", params={"old": first["id"]})).status_code == 404
    assert (await api.get(f"{OWN}/export", params={"version": first["id"]})).status_code == 200


async def test_everything_is_the_administrators_own(api: Api) -> None:
    organiser = await make_accepting_organiser()
    await as_admin(api, organiser.id, Role.REVIEWER)
    for path in ("versions", "draft", "export", f"difference?old={organiser.id}"):
        assert (await api.get(f"{OWN}/{path}")).status_code in {403, 404}
    assert (await api.get(f"/api/v1/organisers/{organiser.id}/rulebook")).json()["content"]["title"][
        "fi"
    ] == small_rulebook().title.fi
