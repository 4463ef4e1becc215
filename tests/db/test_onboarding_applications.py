"""The applicant's side: scope, answers, attachments, sending, answering, withdrawing."""

from datetime import timedelta

import pytest

from marketplace.kernel.actors import SYSTEM
from marketplace.kernel.audit import history
from marketplace.kernel.clock import clock_set_to, now, today
from marketplace.kernel.db import fetch, fetch_value
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refused
from onboarding.applications import attachments, information, submission
from onboarding.applications import drafts as applications
from onboarding.applications.schemas import NewApplication, NoteKind, Scope
from onboarding.applications.states import ApplicationStatus
from onboarding.review import notes, reading
from onboarding.rulebooks.versions import publish_rulebook, rulebook_in_force
from tests.factories.onboarding import (
    ANSWERS,
    CLASS,
    PDF,
    PLACE,
    a_case,
    a_draft,
    a_submitted,
    make_accepting_organiser,
    make_applicant,
    question,
    small_rulebook,
    stranger,
)
from tests.factories.organisers import make_organiser

NOTICES = "select count(*) from notice"


def fields(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [each.field for each in refused.value.fields]


async def test_draft_is_started_under_the_rulebook_of_the_day(database: str) -> None:
    case = await a_draft()
    view = await applications.application_for_applicant(case.applicant.actor, case.id)
    assert (view.status, view.rulebook.number) == (ApplicationStatus.DRAFT, 1)
    assert (view.summary.service_classes, view.summary.municipalities) == ((CLASS,), (PLACE,))
    assert view.summary.reference.startswith(f"H-{today().year}-")
    assert view.answers == ANSWERS
    assert [each.name for each in view.attachments] == ["todistus.pdf"]


async def test_unknown_and_foreign_scope_is_refused_all_at_once(database: str) -> None:
    organiser, applicant = await make_accepting_organiser(), await make_applicant()
    new = NewApplication(
        organiser_id=organiser.id, service_classes=("V-NOTHING", "V-PA"), municipalities=("999", "853")
    )
    with pytest.raises(Invalid) as refused:
        await applications.start_application(applicant.actor, new)
    assert fields(refused) == ["service_classes.0", "service_classes.1", "municipalities.0", "municipalities.1"]


async def test_organiser_without_a_rulebook_takes_no_applications(database: str) -> None:
    organiser, applicant = await make_organiser(), await make_applicant()
    with pytest.raises(Refused):
        await applications.start_application(applicant.actor, NewApplication(organiser_id=organiser.id))


async def test_scope_of_a_draft_is_changed(database: str) -> None:
    case = await a_draft()
    await applications.save_scope(case.applicant.actor, case.id, Scope(service_classes=("V-CLEANING",)))
    view = await applications.application_for_applicant(case.applicant.actor, case.id)
    assert (view.summary.service_classes, view.summary.municipalities) == (("V-CLEANING",), ())
    with pytest.raises(Invalid):
        await applications.save_scope(case.applicant.actor, case.id, Scope(municipalities=("049",)))


async def test_answers_are_saved_changed_and_taken_back(database: str) -> None:
    case = await a_draft()
    await applications.save_answers(case.applicant.actor, case.id, {"staff": 5, "plan": None})
    view = await applications.application_for_applicant(case.applicant.actor, case.id)
    assert view.answers == {"insured": True, "staff": 5, "care_rule": True}
    trail = [each.after for each in await history("application", case.id) if each.action == "application.answers_saved"]
    assert trail[-1] == {"staff": 5, "plan": None}


async def test_wrong_answers_are_all_named_and_nothing_is_saved(database: str) -> None:
    case = await a_draft()
    wrong = {"staff": 0, "checked_on": "2020-01-01", "nothing": "x", "plan": "uusi"}
    with pytest.raises(Invalid) as refused:
        await applications.save_answers(case.applicant.actor, case.id, wrong)
    assert fields(refused) == ["staff", "checked_on", "nothing"]
    view = await applications.application_for_applicant(case.applicant.actor, case.id)
    assert view.answers["plan"] == ANSWERS["plan"]


async def test_same_file_twice_is_attached_once(database: str) -> None:
    case = await a_draft()
    again = await attachments.attach(case.applicant.actor, case.id, "certificate", "sama.pdf", PDF)
    view = await applications.application_for_applicant(case.applicant.actor, case.id)
    assert [each.id for each in view.attachments] == [again.id]


@pytest.mark.parametrize(
    "content", [b"", b"MZ\x90\x00 an executable", b"<script>alert(1)</script>", b"%PDF" + bytes(10 * 1024 * 1024)]
)
async def test_disguised_or_oversized_file_is_refused(database: str, content: bytes) -> None:
    case = await a_draft(is_complete=False)
    with pytest.raises(Invalid) as refused:
        await attachments.attach(case.applicant.actor, case.id, "certificate", "todistus.pdf", content)
    assert fields(refused) == ["certificate"]
    assert await fetch_value("select count(*) from stored_file") == 0


async def test_file_for_no_such_question_is_refused(database: str) -> None:
    case = await a_draft()
    for asked in ("plan", "nothing", ""):
        with pytest.raises(Invalid):
            await attachments.attach(case.applicant.actor, case.id, asked, "todistus.pdf", PDF)


async def test_file_is_removed_from_a_draft_only(database: str) -> None:
    case = await a_draft()
    view = await applications.application_for_applicant(case.applicant.actor, case.id)
    await attachments.remove_attachment(case.applicant.actor, case.id, view.attachments[0].id)
    assert await fetch_value("select count(*) from stored_file") == 0
    with pytest.raises(NotFound):
        await attachments.remove_attachment(case.applicant.actor, case.id, view.attachments[0].id)
    await attachments.attach(case.applicant.actor, case.id, "certificate", "todistus.pdf", PDF)
    await submission.submit(case.applicant.actor, case.id, declared=True)
    view = await applications.application_for_applicant(case.applicant.actor, case.id)
    with pytest.raises(Conflict):
        await attachments.remove_attachment(case.applicant.actor, case.id, view.attachments[0].id)


async def test_too_many_attachments_are_refused(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await a_draft()
    monkeypatch.setattr(attachments, "MAX_ATTACHMENTS", 1)
    with pytest.raises(Refused):
        await attachments.attach(case.applicant.actor, case.id, "certificate", "toinen.pdf", PDF + b"%")
    assert await fetch_value("select count(*) from stored_file") == 1


async def test_file_is_read_by_both_sides_once_it_was_sent(database: str) -> None:
    case = await a_draft()
    actor = case.applicant.actor
    attached = (await applications.application_for_applicant(actor, case.id)).attachments[0]
    assert (await attachments.attachment_content(actor, case.id, attached.id))[1] == PDF
    with pytest.raises(NotFound):
        await attachments.attachment_content(case.reviewer, case.id, attached.id)
    await submission.submit(actor, case.id, declared=True)
    assert (await attachments.attachment_content(case.reviewer, case.id, attached.id))[0].sha256
    with pytest.raises(NotFound):
        await attachments.attachment_content(stranger(), case.id, attached.id)


async def test_everything_missing_is_told_at_once(database: str) -> None:
    case = await a_draft(is_complete=False)
    await applications.save_scope(case.applicant.actor, case.id, Scope(service_classes=(CLASS,)))
    with pytest.raises(Invalid) as refused:
        await submission.submit(case.applicant.actor, case.id, declared=False)
    assert fields(refused) == ["municipalities", "insured", "staff", "plan", "certificate", "care_rule", "declared"]


async def test_sent_application_keeps_its_rulebook_and_is_told_of(database: str) -> None:
    case = await a_draft()
    receipt = await submission.submit(case.applicant.actor, case.id, declared=True)
    await publish_rulebook(SYSTEM, case.organiser.id, small_rulebook(), today())
    view = await applications.application_for_applicant(case.applicant.actor, case.id)
    assert (receipt.status, view.rulebook.number) == (ApplicationStatus.SUBMITTED, 1)
    assert receipt.reference == view.summary.reference
    told = await fetch("select kind from notice order by kind")
    assert [each["kind"] for each in told] == ["application.received", "application.submitted"]


async def test_draft_is_judged_by_the_rulebook_in_force_when_it_is_sent(database: str) -> None:
    case = await a_draft()
    general = (*small_rulebook().general, small_rulebook().general[0])
    stricter = small_rulebook(
        general=(general[0].__class__(key="new", title=general[0].title, questions=(question("extra"),)),)
    )
    await publish_rulebook(SYSTEM, case.organiser.id, stricter, today())
    with pytest.raises(Invalid) as refused:
        await submission.submit(case.applicant.actor, case.id, declared=True)
    assert fields(refused) == ["extra"]
    view = await applications.application_for_applicant(case.applicant.actor, case.id)
    assert view.rulebook.number == 2


async def test_request_is_answered_and_goes_back_to_review(database: str) -> None:
    case = await a_case(ApplicationStatus.INFORMATION_REQUESTED)
    await applications.save_answers(case.applicant.actor, case.id, {"plan": "https://example.org/uusi"})
    receipt = await information.answer_request(case.applicant.actor, case.id, "Sairaanhoitaja, 12 vuotta.")
    view = await applications.application_for_applicant(case.applicant.actor, case.id)
    assert receipt.status is ApplicationStatus.SUBMITTED
    assert [(note.kind, note.body) for note in view.notes] == [
        (NoteKind.REQUEST, "Kuka vastaa?"),
        (NoteKind.ANSWER, "Sairaanhoitaja, 12 vuotta."),
    ]


async def test_answer_needs_words_and_all_that_the_rulebook_wants(database: str) -> None:
    case = await a_case(ApplicationStatus.INFORMATION_REQUESTED)
    await applications.save_answers(case.applicant.actor, case.id, {"staff": None})
    with pytest.raises(Invalid) as refused:
        await information.answer_request(case.applicant.actor, case.id, " ")
    assert fields(refused) == ["staff", "text"]


async def test_internal_notes_are_not_for_the_applicant(database: str) -> None:
    case = await a_submitted()
    await notes.note_internally(case.reviewer, case.id, "Soitettu vakuutusyhtiöön.")
    assert (await applications.application_for_applicant(case.applicant.actor, case.id)).notes == []
    seen = await reading.application_for_reviewer(case.reviewer, case.id)
    assert [note.kind for note in seen.application.notes] == [NoteKind.NOTE]


async def test_withdrawn_draft_tells_nobody(database: str) -> None:
    case = await a_draft()
    await submission.withdraw(case.applicant.actor, case.id)
    assert await fetch_value(NOTICES) == 0


async def test_other_providers_application_is_not_found(database: str) -> None:
    case, other = await a_case(ApplicationStatus.INFORMATION_REQUESTED), stranger()
    attempts = [
        applications.application_for_applicant(other, case.id),
        applications.save_scope(other, case.id, Scope()),
        applications.save_answers(other, case.id, {}),
        attachments.attach(other, case.id, "certificate", "a.pdf", PDF),
        attachments.remove_attachment(other, case.id, case.id),
        submission.submit(other, case.id, declared=True),
        information.answer_request(other, case.id, "Hei"),
        submission.withdraw(other, case.id),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            await attempt
    assert await applications.my_applications(other) == []
    assert len(await applications.my_applications(case.applicant.actor)) == 1


async def test_stale_drafts_are_closed_and_fresh_ones_stay(database: str) -> None:
    case = await a_draft()
    assert await submission.close_stale_drafts() == 0
    with clock_set_to(now() + timedelta(days=366)):
        assert await submission.close_stale_drafts() == 1
    view = await applications.application_for_applicant(case.applicant.actor, case.id)
    assert view.status is ApplicationStatus.WITHDRAWN


async def test_rulebook_of_another_organiser_cannot_be_published(database: str) -> None:
    case = await a_draft()
    with pytest.raises(NotFound):
        await publish_rulebook(case.reviewer, case.organiser.id, small_rulebook(), today())


async def test_rulebook_with_unknown_class_or_contradiction_is_refused(database: str) -> None:
    organiser = await make_organiser()
    faulty = small_rulebook(service_classes=("V-WHAT", CLASS), general=(*small_rulebook().general,) * 2)
    with pytest.raises(Invalid) as refused:
        await publish_rulebook(SYSTEM, organiser.id, faulty, today())
    assert "service_classes.0" in fields(refused)
    with pytest.raises(Refused):
        await rulebook_in_force(organiser.id)
