"""Requests answered item by item, messages both ways, and what the profile answers in a draft."""

from datetime import timedelta

import pytest

from marketplace.kernel.clock import clock_set_to, now, today
from marketplace.kernel.db import execute, fetch, fetch_value, new_id
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refused
from onboarding.applications import drafts as applications
from onboarding.applications import information, messages, submission
from onboarding.applications.information import ItemToAsk, Reply
from onboarding.applications.schemas import Milestone, NewApplication, NoteKind, RequestView, Source
from onboarding.applications.states import ApplicationStatus
from onboarding.archive.collecting import dossier_of
from onboarding.review.messages import ask
from onboarding.review.reading import application_for_reviewer
from onboarding.rulebooks.requirements import QuestionGroup, QuestionType
from onboarding.rulebooks.versions import publish_rulebook
from tests.factories.onboarding import PDF, Case, a_case, a_draft, a_submitted, question, small_rulebook, stranger

ITEMS = [ItemToAsk(text="Kuka vastaa?"), ItemToAsk(text="Tarkista.", slot="staff"), ItemToAsk(text="Uusi todistus.", slot="certificate")]  # fmt: skip


async def an_asked(items: list[ItemToAsk] | None = None) -> tuple[Case, RequestView]:
    case = await a_submitted()
    await ask(case.reviewer, case.id, items or ITEMS, today() + timedelta(days=14))
    return case, (await view_of(case)).requests[-1]


async def view_of(case: Case):
    return await applications.application_for_applicant(case.applicant.actor, case.id)


async def test_items_are_answered_with_words_a_changed_answer_or_a_file(database: str) -> None:
    case, request = await an_asked()
    actor, (words, changed, file) = case.applicant.actor, request.items
    await information.reply(actor, case.id, words.id, Reply(text="Saara."))
    await information.reply(actor, case.id, changed.id, Reply(answer=12))
    assert [(each.answered, each.due_on) for each in (await view_of(case)).requests] == [(2, request.due_on)]
    with pytest.raises(Invalid) as refused:
        await information.send_replies(actor, case.id)
    assert [each.field for each in refused.value.fields] == [str(file.id)]
    await information.reply_with_file(actor, case.id, file.id, "uusi.pdf", PDF + b"%2")
    receipt = await information.send_replies(actor, case.id)
    view = await view_of(case)
    assert (receipt.status, view.answers["staff"], len(view.attachments)) == (ApplicationStatus.SUBMITTED, 12, 2)
    assert view.requests[0].answered_at is not None


async def test_changed_answer_is_seen_only_when_it_is_sent(database: str) -> None:
    case, request = await an_asked()
    await information.reply(case.applicant.actor, case.id, request.items[1].id, Reply(answer=12))
    assert (await view_of(case)).answers["staff"] == 3
    with pytest.raises(Invalid):
        await information.reply(case.applicant.actor, case.id, request.items[1].id, Reply(answer="monta"))
    taken_back = await information.reply(case.applicant.actor, case.id, request.items[1].id, Reply())
    assert not taken_back.is_answered


async def test_the_organiser_reads_no_reply_before_it_is_sent(database: str) -> None:
    case, request = await an_asked(ITEMS[:1])
    actor, item = case.applicant.actor, request.items[0].id
    await information.reply(actor, case.id, item, Reply(text="Luonnos."))
    await information.reply_with_file(actor, case.id, item, "luonnos.pdf", PDF + b"%2")
    seen = (await application_for_reviewer(case.reviewer, case.id)).application
    assert (seen.requests[0].items[0].reply, seen.requests[0].answered, len(seen.attachments)) == ("", 0, 1)
    dossier = await dossier_of(case.reviewer, case.id)
    assert "uonnos" not in str([dossier.requests, dossier.files, dossier.messages])
    await information.send_replies(actor, case.id)
    seen = (await application_for_reviewer(case.reviewer, case.id)).application
    assert (seen.requests[0].items[0].reply, seen.requests[0].answered, len(seen.attachments)) == ("Luonnos.", 1, 2)
    assert "Luonnos." in str((await dossier_of(case.reviewer, case.id)).requests)


async def test_same_words_may_answer_all(database: str) -> None:
    case, _ = await an_asked(ITEMS[:1])
    await information.answer_request(case.applicant.actor, case.id, "Saara.")
    view = await view_of(case)
    assert [each.body for each in view.notes if each.kind is NoteKind.ANSWER] == ["Saara."]
    with pytest.raises(Conflict):
        await information.answer_request(case.applicant.actor, case.id, "Uudestaan.")


async def test_faulty_requests_are_refused(database: str) -> None:
    case = await a_submitted()
    faulty = [
        ([], None),
        ([ItemToAsk(text=" ")], None),
        ([ItemToAsk(text="?", slot="nothing")], None),
        ([ItemToAsk(text="?")] * 31, None),
        (ITEMS, today() - timedelta(days=1)),
        (ITEMS, today() + timedelta(days=999)),
    ]
    for items, due_on in faulty:
        with pytest.raises(Invalid):
            await ask(case.reviewer, case.id, items, due_on)
    assert await fetch_value("select count(*) from information_request") == 0


async def test_item_of_another_application_is_not_found(database: str) -> None:
    case, request = await an_asked()
    with pytest.raises(NotFound):
        await information.reply(case.applicant.actor, case.id, new_id(), Reply(text="x"))
    with pytest.raises(NotFound):
        await information.reply(stranger(), case.id, request.items[0].id, Reply(text="x"))


async def test_dates_tell_what_happened_and_what_is_expected(database: str) -> None:
    case = await a_submitted()
    steps = (await view_of(case)).steps
    assert [(each.step, each.is_expected) for each in steps] == [
        (Milestone.SENT, False),
        (Milestone.DECISION_EXPECTED, True),
    ]
    assert steps[1].on == today() + timedelta(days=90)


async def test_while_something_is_asked_the_answers_due_day_is_told(database: str) -> None:
    case, request = await an_asked()
    steps = (await view_of(case)).steps
    assert [each.step for each in steps] == [Milestone.SENT, Milestone.ASKED, Milestone.ANSWER_DUE]
    assert steps[2].on == request.due_on


async def test_both_sides_write_at_any_time(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    await messages.write_to_organiser(case.applicant.actor, case.id, "Uusi numero.")
    await messages.write_to_applicant(case.reviewer, case.id, "Kiitos.")
    notes = (await view_of(case)).notes
    assert [each.kind for each in notes][-2:] == [NoteKind.TO_ORGANISER, NoteKind.TO_APPLICANT]
    told = {row["kind"] for row in await fetch("select kind from notice")}
    assert "application.message" in told


async def test_messages_need_words_and_a_sent_application(database: str) -> None:
    case = await a_draft()
    with pytest.raises(Refused):
        await messages.write_to_organiser(case.applicant.actor, case.id, "Hei")
    with pytest.raises(NotFound):
        await messages.write_to_applicant(case.reviewer, case.id, "Hei")
    await submission.submit(case.applicant.actor, case.id, declared=True)
    with pytest.raises(Invalid):
        await messages.write_to_organiser(case.applicant.actor, case.id, " ")
    with pytest.raises(NotFound):
        await messages.write_to_organiser(stranger(), case.id, "Hei")


def with_profile() -> QuestionGroup:
    questions = (
        question("prepaid", QuestionType.YES_NO, profile="registers.prepayment"),
        question("tax", QuestionType.ATTACHMENT, profile="certificates.tax", max_age_months=3),
    )
    return QuestionGroup(key="facts", title=small_rulebook().general[0].title, questions=questions)


async def a_profiled_draft() -> Case:
    """A draft whose rulebook asks what the profile knows: registers, and a tax certificate of last week."""
    case = await a_draft()
    from marketplace.kernel.actors import SYSTEM

    content = small_rulebook(general=(*small_rulebook().general, with_profile()))
    await publish_rulebook(SYSTEM, case.organiser.id, content, today())
    return case


async def a_tax_certificate(case: Case, *, days_old: int) -> None:
    file = new_id()
    await execute(
        "insert into stored_file (id, name, media_type, size_bytes, sha256, owner, owner_id, created_by, created_at)"
        " values ($1, 'vero.pdf', 'application/pdf', 5, 'x', 'provider', $2, $3, $4)",
        file, case.applicant.provider.id, case.applicant.actor.person_id, now(),
    )  # fmt: skip
    await execute(
        "insert into provider_certificate (id, provider_id, kind, title, issued_on, file_id, version, created_by, created_at)"
        " values ($1, $2, 'tax', '', $3, $4, 1, $5, $6)",
        new_id(), case.applicant.provider.id, today() - timedelta(days=days_old), file, case.applicant.actor.person_id, now(),
    )  # fmt: skip


async def test_profile_answers_are_shown_followed_and_frozen_when_sent(database: str) -> None:
    case = await a_profiled_draft()
    assert "tax" not in {each.question for each in (await view_of(case)).attachments}
    await a_tax_certificate(case, days_old=7)
    view = await view_of(case)
    assert (view.answers["prepaid"], view.sources["prepaid"]) == (True, Source.PROFILE)
    assert [each.source for each in view.attachments if each.question == "tax"] == [Source.PROFILE]
    assert await fetch_value("select count(*) from application_answer where question = 'prepaid'") == 0
    await submission.submit(case.applicant.actor, case.id, declared=True)
    await execute("update provider set facts = null")
    sent = await view_of(case)
    assert (sent.answers["prepaid"], sent.sources["prepaid"]) == (True, Source.PROFILE)
    assert len([each for each in sent.attachments if each.question == "tax"]) == 1


async def test_profile_answer_is_overridden_for_one_application(database: str) -> None:
    case = await a_profiled_draft()
    await applications.save_answers(case.applicant.actor, case.id, {"prepaid": False})
    assert (await view_of(case)).sources["prepaid"] is Source.OWN
    await applications.save_answers(case.applicant.actor, case.id, {"prepaid": None})
    view = await view_of(case)
    assert (view.answers["prepaid"], view.sources["prepaid"]) == (True, Source.PROFILE)


async def test_old_certificate_of_the_profile_does_not_do(database: str) -> None:
    case = await a_profiled_draft()
    await a_tax_certificate(case, days_old=200)
    with pytest.raises(Invalid) as refused:
        await submission.submit(case.applicant.actor, case.id, declared=True)
    assert [each.field for each in refused.value.fields] == ["tax"]


async def test_drafts_are_warned_of_once_before_they_close(database: str) -> None:
    case = await a_draft()
    assert await submission.warn_of_stale_drafts() == 0
    with clock_set_to(now() + timedelta(days=340)):
        assert await submission.warn_of_stale_drafts() == 1
        assert await submission.warn_of_stale_drafts() == 0
    told = await fetch("select kind, provider_id from notice")
    assert [(each["kind"], each["provider_id"]) for each in told] == [
        ("application.draft_closes", case.applicant.provider.id)
    ]


async def test_many_drafts_are_warned_of_in_turn(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await a_draft()
    new = NewApplication(organiser_id=case.organiser.id)
    await applications.start_application(case.applicant.actor, new)
    monkeypatch.setattr(submission, "MOST_AT_ONCE", 1)
    with clock_set_to(now() + timedelta(days=340)):
        assert [await submission.warn_of_stale_drafts() for _ in range(3)] == [1, 1, 0]


async def test_words_that_cannot_be_kept_are_refused_at_their_place(database: str) -> None:
    case = await a_submitted()
    with pytest.raises(Invalid) as refused:
        await ask(case.reviewer, case.id, [ItemToAsk(text="Kuka?"), ItemToAsk(text="Mi\x00kä?")])
    assert [each.field for each in refused.value.fields] == ["items.1.text"]
