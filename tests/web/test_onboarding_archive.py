"""The archive, the history and the periods, as people and programs reach them."""

import io
import json
import zipfile

import pytest

from marketplace.kernel.actors import Role
from marketplace.kernel.db import fetch_value
from onboarding.applications.states import ApplicationStatus
from tests.factories.accounts import a_person, audited
from tests.factories.files import file_store
from tests.factories.onboarding import a_case, a_submitted
from tests.web.onboarding_people import a_staff_member, as_applicant, as_reviewer, sign_in, token_of

__all__ = ["file_store"]
PERIODS = {"withdrawn_draft": 6, "withdrawn_application": 12, "rejected_application": 24, "ended_approval": 120}


def opened(answer) -> zipfile.ZipFile:
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    return zipfile.ZipFile(io.BytesIO(answer.content))


async def test_a_reviewer_downloads_the_archive_with_a_page_for_people(client, file_store):
    case = await a_submitted()
    await as_reviewer(client, case)
    answer = await client.get(f"/organiser/applications/{case.id}/archive.zip")
    reference = await fetch_value("select reference from application")
    assert answer.headers["content-disposition"] == f'attachment; filename="{reference}.zip"'
    archive = opened(answer)
    document = archive.read(f"{reference}/application.html").decode()
    assert "<h1>Application H-" in document
    assert 'href="attachments/01-certificate-todistus.pdf"' in document
    assert await audited("application.exported") == 1


async def test_an_applicant_downloads_its_own(client, file_store):
    case = await a_submitted()
    await as_applicant(client, case.applicant)
    assert opened(await client.get(f"/provider/applications/{case.id}/archive.zip")).testzip() is None


async def test_answers_are_text_in_the_page_for_people(client, file_store):
    case = await a_submitted()
    from marketplace.kernel.db import execute

    await execute("update application_answer set value = '\"<script>x()</script>\"' where question = 'plan'")
    await as_applicant(client, case.applicant)
    archive = opened(await client.get(f"/provider/applications/{case.id}/archive.zip"))
    [page] = [name for name in archive.namelist() if name.endswith(".html")]
    assert "<script>x()" not in archive.read(page).decode()


async def test_strangers_download_nothing(client, file_store):
    case = await a_submitted()
    other = await a_person()
    await sign_in(client, other)
    assert (await client.get(f"/organiser/applications/{case.id}/archive.zip")).status_code == 303
    await as_applicant(client, case.applicant)
    assert (await client.get(f"/organiser/applications/{case.id}/archive.zip")).status_code in {303, 403}


async def test_the_history_reads_in_plain_words(client, file_store):
    case = await a_case(ApplicationStatus.APPROVED)
    await as_reviewer(client, case)
    page = await client.page(f"/organiser/applications/{case.id}/history")
    assert "The application was sent" in page.text
    assert "Aino Yrittäjä" in page.text
    assert page.select_one(f'a[href="/organiser/applications/{case.id}/archive.zip"]')
    assert "The e-mail is being sent." in page.text
    review = await client.page(f"/organiser/applications/{case.id}")
    assert review.select_one(f'a[href="/organiser/applications/{case.id}/history"]')


async def test_an_administrator_sets_periods_and_sees_what_goes(client, file_store):
    case = await a_case(ApplicationStatus.REJECTED)
    await sign_in(client, await a_staff_member(case, Role.ORGANISER_ADMIN))
    answer = await client.submit("/organiser/retention", {"rejected_application": "24", "ended_approval": ""})
    assert answer.status_code == 303
    page = await client.page("/organiser/retention")
    assert page.select_one("#rejected_application")["value"] == "24"
    assert "no application's time is over" in page.text
    for wrong in ("0", "601", "many"):
        assert (await client.submit("/organiser/retention", {"rejected_application": wrong})).status_code == 422


async def test_a_program_does_the_same(api, file_store):
    case = await a_submitted()
    program = await token_of(api, await a_staff_member(case, Role.ORGANISER_ADMIN))
    here = f"/api/v1/organiser/applications/{case.id}"
    assert "application.submitted" in {
        each["action"] for each in (await program.get(f"{here}/history")).json()["items"]
    }
    archive = opened(await program.get(f"{here}/archive.zip"))
    facts = json.loads(archive.read(archive.namelist()[0]))
    assert facts["format"] == "setelitori-application-archive"
    assert (await program.put("/api/v1/organiser/retention", json=PERIODS)).json() == PERIODS
    assert (await program.get("/api/v1/organiser/retention")).json() == PERIODS
    assert (await program.get("/api/v1/organiser/retention/due")).json() == {"items": []}
    assert (await program.put("/api/v1/organiser/retention", json={"ended_approval": 0})).status_code == 422


async def test_a_provider_takes_its_own_by_program(api, file_store):
    case = await a_submitted()
    program = await token_of(api, case.applicant.someone)
    opened(await program.get(f"/api/v1/provider/applications/{case.id}/archive.zip"))
    assert (await program.get("/api/v1/organiser/retention")).status_code == 403


@pytest.mark.parametrize("path", ["history", "archive.zip"])
async def test_reviewers_of_others_find_nothing(client, file_store, path):
    case, stranger = await a_submitted(), await a_person()
    from tests.factories.accounts import a_hat, with_second_factor

    stranger = await with_second_factor(stranger)
    await a_hat(stranger, Role.REVIEWER)
    await sign_in(client, stranger)
    assert (await client.get(f"/organiser/applications/{case.id}/{path}")).status_code == 404
