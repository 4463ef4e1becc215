"""One application as a ZIP: complete, the same each time, safe to unpack, and without what its reader may not know."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to, now
from marketplace.kernel.db import execute, fetch_value, new_id
from marketplace.kernel.errors import NotFound, Unavailable
from marketplace.kernel.i18n import Language
from onboarding.applications.states import ApplicationStatus
from onboarding.archive import collecting, exporting
from onboarding.archive.names import file_path, safe
from onboarding.review import notes
from tests.factories.accounts import audited
from tests.factories.files import away, file_store
from tests.factories.onboarding import PDF, a_case, a_draft, a_submitted, approve, stranger

__all__ = ["file_store"]


async def unpacked(actor: Actor, application_id: object, document: str = "<p>") -> dict[str, bytes]:
    """The archive's files by their path below the folder."""
    dossier = await collecting.dossier_of(actor, application_id)  # type: ignore[arg-type]
    content = b"".join([piece async for piece in exporting.zip_of(dossier, document)])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        folders = {name.partition("/")[0] for name in archive.namelist()}
        assert folders == {dossier.reference}
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


async def test_the_archive_holds_answers_beside_their_rules_and_files_with_sums(database, file_store):
    case = await a_case(ApplicationStatus.APPROVED)
    found = await unpacked(case.reviewer, case.id)
    facts = json.loads(found["application.json"])
    answers = {each["slot"]: each for group in facts["answers"] for each in group["answers"]}
    assert facts["application"]["status"] == "approved"
    assert (answers["staff"]["answer"], answers["staff"]["shown"]) == (3, "3")
    assert answers["insured"]["question"]["en"] == "insured?"
    [path] = answers["certificate"]["files"]
    assert path == "attachments/01-certificate-todistus.pdf"
    assert found[path] == PDF
    sums = dict(line.split("  ")[::-1] for line in found["SHA256SUMS"].decode().splitlines())
    assert sums == {name: hashlib.sha256(found[name]).hexdigest() for name in sums}
    assert {"application.json", "application.html", "messages.json", "audit.json", "audit.csv", path} == set(sums)
    assert facts["approvals"][0]["status"] == "in_force"


async def test_the_archive_is_the_same_each_time(database, file_store):
    case = await a_case(ApplicationStatus.APPROVED)
    with clock_set_to(now() + timedelta(hours=1)):
        dossier = await collecting.dossier_of(case.reviewer, case.id)
        once, twice = [b"".join([p async for p in exporting.zip_of(dossier, "x")]) for _ in range(2)]
    assert once == twice


async def test_the_provider_takes_its_own_along_without_what_the_organiser_keeps_to_itself(database, file_store):
    case = await a_submitted()
    await notes.note_internally(case.reviewer, case.id, "Soita vielä.")
    staff, own = await unpacked(case.reviewer, case.id), await unpacked(case.applicant.actor, case.id)
    assert "Soita vielä." in staff["messages.json"].decode()
    assert json.loads(own["messages.json"]) == []
    actions = {each["action"] for each in json.loads(own["audit.json"])}
    assert "application.noted" not in actions
    assert "application.submitted" in actions


async def test_what_was_done_before_sending_is_told_and_not_what_it_was(database, file_store):
    case = await a_submitted()
    events = json.loads((await unpacked(case.reviewer, case.id))["audit.json"])
    early = [each for each in events if each["action"] == "application.answers_saved"]
    assert early
    assert all(each["before"] is None and each["after"] is None for each in early)
    own = json.loads((await unpacked(case.applicant.actor, case.id))["audit.json"])
    assert any(each["after"] for each in own if each["action"] == "application.answers_saved")


async def test_only_both_sides_reach_it_and_the_organiser_only_once_it_was_sent(database, file_store):
    case = await a_draft()
    await collecting.dossier_of(case.applicant.actor, case.id)
    for actor in (
        case.reviewer,
        stranger(),
        Actor(),
        Actor(person_id=new_id(), role=Role.FINANCE, organiser_id=case.organiser.id),
    ):
        with pytest.raises(NotFound):
            await collecting.dossier_of(actor, case.id)
    other = Actor(person_id=new_id(), role=Role.REVIEWER, organiser_id=new_id())
    sent = await a_submitted_again(case)
    with pytest.raises(NotFound):
        await collecting.history_of(other, sent)


async def a_submitted_again(case) -> object:
    from onboarding.applications import submission

    await submission.submit(case.applicant.actor, case.id, declared=True)
    return case.id


async def test_requests_for_information_and_answers_to_hidden_questions_are_kept(database, file_store):
    case = await a_case(ApplicationStatus.INFORMATION_REQUESTED)
    await execute(
        "insert into application_answer (id, application_id, question, value, answered_by, answered_at, source)"
        " values ($1, $2, 'gone@unit', '\"ennen\"', $3, now(), 'own')",
        new_id(), case.id, case.applicant.someone.id,
    )  # fmt: skip
    facts = json.loads((await unpacked(case.applicant.actor, case.id))["application.json"])
    assert [item["asked"] for request in facts["information_requests"] for item in request["items"]]
    left = facts["answers"][-1]
    assert (left["title"]["en"], left["answers"][0]["answer"]) == ("Other answers", "ennen")


async def test_a_draft_has_an_archive_too_with_questions_left_open(database, file_store):
    case = await a_draft(is_complete=False)
    facts = json.loads((await unpacked(case.applicant.actor, case.id))["application.json"])
    assert {each["answer"] for group in facts["answers"] for each in group["answers"]} == {None}


async def test_a_file_whose_bytes_are_gone_is_named_as_missing(database, file_store):
    case = await a_submitted()
    for path in file_store.rglob("*"):
        path.is_file() and path.unlink()
    found = await unpacked(case.reviewer, case.id)
    manifest = {each["path"]: each["state"] for each in json.loads(found["manifest.json"])}
    assert manifest["attachments/01-certificate-todistus.pdf"] == "missing"
    assert "certificate" not in found["SHA256SUMS"].decode()


async def test_a_store_that_is_away_is_told_before_anything_is_sent(database, file_store, monkeypatch):
    case = await a_submitted()
    dossier = await collecting.dossier_of(case.reviewer, case.id)
    with away(monkeypatch), pytest.raises(Unavailable):
        await exporting.check_files(dossier)


async def test_bytes_that_differ_from_what_was_stored_are_told(database, file_store):
    case = await a_submitted()
    await execute("update stored_file set sha256 = repeat('0', 64)")
    manifest = json.loads((await unpacked(case.reviewer, case.id))["manifest.json"])
    assert [each["path"] for each in manifest if each["state"] == "differs"] == [
        "attachments/01-certificate-todistus.pdf"
    ]


async def test_the_export_is_noted(database, file_store):
    case = await a_submitted()
    await exporting.note_export(case.reviewer, await collecting.dossier_of(case.reviewer, case.id))
    assert await audited("application.exported") == 1


async def test_history_tells_who_did_what_and_what_it_changed(database, file_store):
    case = await a_case(ApplicationStatus.APPROVED)
    reader = Actor(
        **{**{f: getattr(case.reviewer, f) for f in case.reviewer.__struct_fields__}, "language": Language.EN}
    )
    facts, lines = await collecting.history_of(reader, case.id)
    told = {line.action: line for line in lines}
    assert facts["provider_name"]
    assert told["application.submitted"].what == "The application was sent"
    assert told["application.submitted"].who == "Aino Yrittäjä"
    assert any("Approved" in change for line in lines for change in line.changes)
    assert lines == sorted(lines, key=lambda line: line.happened_at)


async def test_the_provider_reads_no_names_of_the_organisers_staff(database, file_store):
    case = await a_submitted()
    await approve(case)
    _, lines = await collecting.history_of(case.applicant.actor, case.id)
    decided = [line for line in lines if line.role == Role.REVIEWER]
    assert decided
    assert {line.who for line in decided} == {"Järjestäjä"}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("todistus.pdf", "attachments/01-tax-todistus.pdf"),
        ("Työeläke ääni.PDF", "attachments/01-tax-Tyoelake-aani.pdf"),
        ("../../etc/passwd", "attachments/01-tax-etc-passwd"),
        ("..", "attachments/01-tax"),
        ("CON", "attachments/01-tax-CON"),
        ("a" * 300 + ".png", f"attachments/01-tax-{'a' * 60}.png"),
        ("\u202egnp.exe", "attachments/01-tax-gnp.exe"),
    ],
    ids=["plain", "letters", "upwards", "dots", "device", "long", "turned"],
)
def test_names_are_safe_on_any_computer(name, path):
    assert file_path("attachments", 1, "tax", name) == path


def test_a_unit_in_a_slot_makes_a_safe_name():
    assert safe("tax@01a2-äö") == "tax-01a2-ao"


async def test_a_cell_that_looks_like_a_formula_is_text(database, file_store):
    case = await a_submitted()
    await execute("update person set name = '=HYPERLINK(1)' where id = $1", case.applicant.someone.id)
    assert await fetch_value("select count(*) from person where name like '=%'") == 1
    assert ",'=HYPERLINK(1)," in (await unpacked(case.applicant.actor, case.id))["audit.csv"].decode()
