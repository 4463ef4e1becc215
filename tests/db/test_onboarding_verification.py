"""Documents of decisions, made once after the commit, and what anybody may learn of them by their code."""

import hashlib
import io
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pypdf
import pytest

from marketplace.kernel import files
from marketplace.kernel.clock import HELSINKI, clock_set_to, today
from marketplace.kernel.db import execute, fetch_one, fetch_value
from marketplace.kernel.errors import Conflict, NotFound, TooManyAttempts
from marketplace.kernel.typesetting import NotDrawn
from onboarding.applications.states import ApplicationStatus
from onboarding.approvals import approvals
from onboarding.approvals.decision_book import decisions_on
from onboarding.approvals.decision_schemas import DecisionOutcome, DecisionView
from onboarding.review import documents
from onboarding.review.verification import DocumentState, Verified, verify
from onboarding.topics import OfDecision
from tests.factories.onboarding import Case, a_case, a_submitted, approve, stranger


async def newest(case: Case) -> DecisionView:
    return (await decisions_on(case.id))[-1]


async def made(case: Case) -> DecisionView:
    await documents.make_document(OfDecision((await newest(case)).id))
    return await newest(case)


async def test_document_is_made_once_and_stored_with_its_hash(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    with pytest.raises(Conflict):
        await documents.document_of(case.applicant.actor, (await newest(case)).id)
    first = await made(case)
    again = await made(case)
    facts, content = await documents.document_of(case.applicant.actor, first.id)
    assert first.file_id == again.file_id == facts.id
    assert hashlib.sha256(content).hexdigest() == first.sha256 == facts.sha256
    assert facts.name == f"paatos-{first.number.replace('/', '-')}.pdf"
    assert pypdf.PdfReader(io.BytesIO(content)).trailer["/Root"]["/Lang"] == "fi-FI"
    assert content == documents.draw(first)


async def test_only_the_two_sides_download_it(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    decision = await made(case)
    assert (await documents.document_of(case.reviewer, decision.id))[1].startswith(b"%PDF")
    with pytest.raises(NotFound):
        await documents.document_of(stranger(), decision.id)
    with pytest.raises(NotFound):
        await files.content_of(decision.file_id or UUID(int=0), owner="application", owner_id=case.id)


async def test_failure_is_seen_and_mended_by_the_next_try(
    database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    with monkeypatch.context() as broken:
        broken.setattr(documents, "TEMPLATE", tmp_path / "gone.typ")
        with pytest.raises(NotDrawn):
            await made(case)
    failed = await newest(case)
    assert (failed.is_made, failed.attempts, "NotDrawn" in failed.error) == (False, 1, True)
    mended = await made(case)
    assert (mended.is_made, mended.attempts, mended.error) == (True, 2, "")


async def test_made_document_is_never_replaced(database: str) -> None:
    await made(await a_case(ApplicationStatus.APPROVED))
    for change in ("update decision_document set sha256 = 'x'", "delete from decision_document"):
        with pytest.raises(Exception, match="made once"):
            await execute(change)


async def test_words_with_signs_of_no_font_are_still_a_document(database: str) -> None:
    case = await a_submitted()
    await approve(case, conditions="Hyvä 🙂 #panic() *ei* 中")
    decision = await made(case)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(documents.draw(decision))).pages)
    assert "Hyvä (U+1F642) #panic() *ei* (U+4E2D)" in text


async def verified(case: Case) -> Verified:
    return await verify((await newest(case)).code)


async def test_genuine_document_tells_what_is_in_force(database: str) -> None:
    case = await a_case(ApplicationStatus.PARTLY_APPROVED)
    decision = await made(case)
    found = await verify(f" {decision.code.lower().replace('-', ' ')} ")
    assert (found.number, found.state, found.sha256) == (decision.number, DocumentState.IN_FORCE, decision.sha256)
    assert [part.state for part in found.parts] == [DocumentState.IN_FORCE, DocumentState.NOT_APPROVED]
    assert found.provider_name == case.applicant.provider.name
    assert not {"Aino", "Testaaja"} & set(str(found).split())


async def test_what_became_of_the_approval_is_told(database: str) -> None:
    case = await a_submitted()
    await approve(case, valid_to=today() + timedelta(days=30))
    approval = (await approvals.approvals_by_organiser(case.reviewer))[0]
    first = (await newest(case)).code
    await approvals.suspend_approval(case.reviewer, approval.id, "Selvitys.")
    assert (await verify(first)).state is DocumentState.SUSPENDED
    suspension = await verified(case)
    assert (suspension.outcome, suspension.is_latest) == (DecisionOutcome.SUSPENDED, True)
    await approvals.resume_approval(case.reviewer, approval.id, "Kunnossa.")
    assert (await verify(suspension.code)).is_latest is False
    later = datetime.now(HELSINKI) + timedelta(days=40)
    with clock_set_to(later):
        assert (await verify(first)).state is DocumentState.EXPIRED
    await approvals.end_approval(case.reviewer, approval.id, "Loppu.")
    assert (await verify(first)).state is DocumentState.ENDED


async def test_renewal_replaces_what_is_over(database: str) -> None:
    case = await a_submitted()
    await approve(case, valid_to=today() + timedelta(days=30))
    approval = (await approvals.approvals_by_organiser(case.reviewer))[0]
    await execute(
        "insert into application select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'reference',"
        " 'H-2', 'kind', 'renewal', 'previous_approval_id', $1::uuid))).* from application a", approval.id
    )  # fmt: skip
    renewal = await fetch_value("select id from application where reference = 'H-2'")
    await execute(
        "insert into approval select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'application_id',"
        " $1::uuid, 'valid_from', a.valid_to + 1, 'valid_to', null))).* from approval a", renewal
    )  # fmt: skip
    assert (await verified(case)).state is DocumentState.IN_FORCE
    with clock_set_to(datetime.now(HELSINKI) + timedelta(days=31)):
        assert (await verified(case)).state is DocumentState.REPLACED


async def test_approval_of_tomorrow_is_not_in_force_yet(database: str) -> None:
    case = await a_submitted()
    await approve(case, valid_from=today() + timedelta(days=1))
    assert (await verified(case)).state is DocumentState.NOT_YET


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (ApplicationStatus.REJECTED, DocumentState.NOT_APPROVED),
        (ApplicationStatus.TRANSFERRED, DocumentState.TRANSFERRED),
    ],
)
async def test_genuine_does_not_mean_approved(database: str, status: ApplicationStatus, state: DocumentState) -> None:
    found = await verified(await a_case(status))
    assert (found.state, {part.state for part in found.parts}) == (state, {state})


async def test_unknown_codes_are_not_found_and_soon_refused(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    known = (await newest(case)).code
    for n in range(20):
        with pytest.raises(NotFound):
            await verify(f"CODE{n}", address="192.0.2.1")
        await verify(known, address="192.0.2.2")
    with pytest.raises(TooManyAttempts):
        await verify(known, address="192.0.2.1")


async def test_codes_cannot_be_guessed_and_differ(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    approval = (await approvals.approvals_by_organiser(case.reviewer))[0]
    await approvals.suspend_approval(case.reviewer, approval.id, "Syy.")
    codes = [each.code for each in await decisions_on(case.id)]
    assert len(set(codes)) == 2
    assert {len(code.replace("-", "")) for code in codes} == {20}
    row = await fetch_one("select count(*) as n from decision where code = any($1)", codes)
    assert row == {"n": 2}
