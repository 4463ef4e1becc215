"""One application to several organisers: each thing asked once, judged by each, merged with a colleague's."""

from datetime import timedelta
from uuid import UUID

import pytest

from marketplace.kernel.actors import SYSTEM
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch, fetch_value
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refused
from marketplace.organisers.schemas import Organiser
from onboarding.applications import answering, attachments, bundles, submission
from onboarding.applications import drafts as applications
from onboarding.applications.answering import PageToSave
from onboarding.applications.bundles import Bundle, NewBundle
from onboarding.applications.schemas import Scope, Source
from onboarding.applications.states import ApplicationStatus
from onboarding.applications.writing import EditedMeanwhile
from onboarding.rulebooks.requirements import QuestionGroup, QuestionType
from onboarding.rulebooks.versions import publish_rulebook
from tests.factories.onboarding import CLASS, PDF, PLACE, Applicant, make_applicant, question, small_rulebook, stranger
from tests.factories.organisers import BUSINESS_IDS, make_organiser

OTHER_PLACE = "049"


def rulebook_of(months: int, *, staff_at_least: int = 1, own: str = ""):
    """A rulebook that asks like the others, with terms and perhaps a question of its own."""
    questions = (
        question("staff", QuestionType.NUMBER, minimum=staff_at_least, concept="staff"),
        question("insured", QuestionType.YES_NO, required_answer=True, concept="insurance"),
        question("tax", QuestionType.ATTACHMENT, max_age_months=months, concept="tax_certificate"),
        *([question(own)] if own else []),
    )
    group = QuestionGroup(key="basics", title=small_rulebook().general[0].title, questions=questions)
    return small_rulebook(general=(group,), services=())


async def two_organisers() -> tuple[Organiser, Organiser]:
    """Helsinki wants certificates of three months, the other of six, and more staff."""
    first = await make_organiser()
    second = await make_organiser(
        "Länsi-Uudenmaan hyvinvointialue",
        county_code="03",
        municipality_codes=(OTHER_PLACE,),
        business_id=BUSINESS_IDS[1],
    )
    await publish_rulebook(SYSTEM, first.id, rulebook_of(3), today() - timedelta(days=5))
    await publish_rulebook(
        SYSTEM, second.id, rulebook_of(6, staff_at_least=5, own="opening"), today() - timedelta(days=5)
    )
    return first, second


async def a_bundle(*, has_scope: bool = True) -> tuple[Applicant, UUID, tuple[Organiser, Organiser]]:
    organisers, applicant = await two_organisers(), await make_applicant()
    scope = {"service_classes": (CLASS,), "municipalities": (PLACE, OTHER_PLACE)} if has_scope else {}
    bundle_id = await bundles.start_bundle(
        applicant.actor, NewBundle(organiser_ids=tuple(each.id for each in organisers), **scope)
    )
    return applicant, bundle_id, organisers


async def seen(applicant: Applicant, bundle_id: UUID) -> Bundle:
    return await bundles.bundle_for_applicant(applicant.actor, bundle_id)


async def save(applicant: Applicant, bundle_id: UUID, edits: int | None = None, **answers: object) -> answering.Saved:
    return await answering.save_page(applicant.actor, bundle_id, PageToSave(answers=answers, edits=edits))  # type: ignore[arg-type]


async def test_each_organiser_gets_what_it_takes(database: str) -> None:
    applicant, bundle_id, _ = await a_bundle()
    parts = (await seen(applicant, bundle_id)).parts
    assert [each.summary.municipalities for each in parts] == [(PLACE,), (OTHER_PLACE,)]
    assert len({each.summary.reference for each in parts}) == 2
    assert len({each.summary.bundle_id for each in parts}) == 1


async def test_what_nobody_takes_is_told(database: str) -> None:
    applicant, bundle_id, _ = await a_bundle(has_scope=False)
    with pytest.raises(Invalid) as refused:
        await bundles.save_bundle_scope(
            applicant.actor, bundle_id, Scope(service_classes=(CLASS, "V-PA"), municipalities=("853",))
        )
    assert [each.field for each in refused.value.fields] == ["service_classes.1", "municipalities.0"]
    with pytest.raises(Invalid):
        await bundles.start_bundle(applicant.actor, NewBundle())


async def test_each_thing_is_asked_once_and_saved_for_all(database: str) -> None:
    applicant, bundle_id, _ = await a_bundle()
    bundle = await seen(applicant, bundle_id)
    assert [each.name for each in bundle.asked] == ["staff", "insured", "tax", "opening"]
    assert [len(each.members) for each in bundle.asked] == [2, 2, 2, 1]
    await save(applicant, bundle_id, staff=7, insured=True)
    assert await fetch_value("select count(*) from application_answer where question = 'staff'") == 2


async def test_answer_is_judged_by_each_organiser_and_kept_where_it_does_not_fit(database: str) -> None:
    applicant, bundle_id, _ = await a_bundle()
    saved = await save(applicant, bundle_id, staff=3)
    assert [each.field for each in saved.problems] == ["staff"]
    assert "Länsi" in str(saved.problems[0].message.values["organiser"])
    bundle = await seen(applicant, bundle_id)
    assert bundle.unread_of(bundle.asked[0]) == "3"
    assert await fetch_value("select count(*) from application_answer") == 1
    assert (await save(applicant, bundle_id, staff=8)).problems == ()
    bundle = await seen(applicant, bundle_id)
    assert (bundle.answer_to(bundle.asked[0]), bundle.unread_of(bundle.asked[0])) == (8, None)


async def test_what_cannot_be_read_is_not_lost(database: str) -> None:
    applicant, bundle_id, _ = await a_bundle()
    await save(applicant, bundle_id, staff="monta", insured=True)
    bundle = await seen(applicant, bundle_id)
    assert bundle.unread_of(bundle.asked[0]) == "monta"
    assert bundle.answer_to(bundle.asked[1]) is True
    with pytest.raises(Invalid):
        await save(applicant, bundle_id, nothing="x")


async def test_certificate_goes_to_those_who_take_its_age(database: str) -> None:
    applicant, bundle_id, organisers = await a_bundle()
    old, very_old = today() - timedelta(days=120), today() - timedelta(days=300)
    refusal = await attachments.attach_to_all(applicant.actor, bundle_id, "tax", "vero.pdf", PDF, old)
    assert refusal is not None
    row = await fetch(
        "select a.organiser_id from application_attachment t join application a on a.id = t.application_id"
    )
    assert [each["organiser_id"] for each in row] == [organisers[1].id]
    for day in (very_old, None, today() + timedelta(days=1)):
        with pytest.raises(Invalid):
            await attachments.attach_to_all(applicant.actor, bundle_id, "tax", "vero.pdf", PDF + b"%", day)
    assert await fetch_value("select count(*) from stored_file") == 1


async def test_one_file_serves_all_and_is_taken_out_of_all(database: str) -> None:
    applicant, bundle_id, _ = await a_bundle()
    await attachments.attach_to_all(applicant.actor, bundle_id, "tax", "vero.pdf", PDF, today())
    await attachments.attach_to_all(applicant.actor, bundle_id, "tax", "sama.pdf", PDF, today())
    assert await fetch_value("select count(*) from application_attachment") == 2
    assert await fetch_value("select count(*) from stored_file") == 1
    bundle = await seen(applicant, bundle_id)
    file = bundle.files_of(bundle.asked[2])[0]
    assert (await attachments.file_of_bundle(applicant.actor, bundle_id, file.file_id))[1] == PDF
    with pytest.raises(NotFound):
        await attachments.file_of_bundle(stranger(), bundle_id, file.file_id)
    await attachments.remove_from_all(applicant.actor, bundle_id, file.file_id)
    assert await fetch_value("select count(*) from application_attachment") == 0
    with pytest.raises(NotFound):
        await attachments.remove_from_all(applicant.actor, bundle_id, file.file_id)


async def test_second_colleague_is_told_and_nothing_is_overwritten(database: str) -> None:
    applicant, bundle_id, _ = await a_bundle()
    opened = await seen(applicant, bundle_id)
    await save(applicant, bundle_id, edits=opened.edits, staff=7, insured=True)
    with pytest.raises(EditedMeanwhile) as meanwhile:
        await save(applicant, bundle_id, edits=opened.edits, staff=9, insured=None)
    collision = meanwhile.value.collisions[0]
    assert (collision.name, collision.theirs, collision.mine, collision.who) == ("staff", 7, 9, "Aino Yrittäjä")
    assert meanwhile.value.unseen == {"insured": True}
    bundle = await seen(applicant, bundle_id)
    assert bundle.answer_to(bundle.asked[0]) == 7
    await save(applicant, bundle_id, edits=bundle.edits, staff=9)
    assert await fetch_value("select value from application_answer where question = 'staff' limit 1") == "9"


async def test_colleagues_on_different_questions_do_not_disturb_each_other(database: str) -> None:
    applicant, bundle_id, _ = await a_bundle()
    opened = await seen(applicant, bundle_id)
    await save(applicant, bundle_id, edits=opened.edits, staff=7, insured=None)
    await save(applicant, bundle_id, edits=opened.edits, staff=None, insured=True)
    bundle = await seen(applicant, bundle_id)
    assert [bundle.answer_to(each) for each in bundle.asked[:2]] == [7, True]
    assert bundle.changed is not None
    assert bundle.changed.who == "Aino Yrittäjä"


async def test_added_organiser_has_the_common_answers_already(database: str) -> None:
    applicant, bundle_id, (first, second) = await a_bundle()
    dropped = (await seen(applicant, bundle_id)).parts[1]
    await bundles.drop_organiser(applicant.actor, bundle_id, dropped.id)
    await bundles.save_bundle_scope(
        applicant.actor, bundle_id, Scope(service_classes=(CLASS,), municipalities=(PLACE,))
    )
    await save(applicant, bundle_id, staff=7, insured=True)
    await attachments.attach_to_all(applicant.actor, bundle_id, "tax", "vero.pdf", PDF, today())
    added = await bundles.add_organiser(applicant.actor, bundle_id, second.id)
    view = await applications.application_for_applicant(applicant.actor, added)
    assert view.answers == {"staff": 7, "insured": True}
    assert [each.question for each in view.attachments] == ["tax"]
    with pytest.raises(Conflict):
        await bundles.add_organiser(applicant.actor, bundle_id, first.id)


async def test_last_organiser_cannot_be_left_out(database: str) -> None:
    applicant, bundle_id, _ = await a_bundle()
    parts = (await seen(applicant, bundle_id)).parts
    await bundles.drop_organiser(applicant.actor, bundle_id, parts[0].id)
    with pytest.raises(Refused):
        await bundles.drop_organiser(applicant.actor, bundle_id, parts[1].id)
    with pytest.raises(NotFound):
        await bundles.drop_organiser(applicant.actor, bundle_id, parts[0].id)


async def complete(applicant: Applicant, bundle_id: UUID) -> Bundle:
    await save(applicant, bundle_id, staff=7, insured=True, opening="Aina")
    await attachments.attach_to_all(applicant.actor, bundle_id, "tax", "vero.pdf", PDF, today())
    return await seen(applicant, bundle_id)


async def test_applications_are_sent_together_or_one_at_a_time(database: str) -> None:
    applicant, bundle_id, _ = await a_bundle()
    first, second = (await complete(applicant, bundle_id)).parts
    receipts = await submission.submit_bundle(applicant.actor, bundle_id, [first.id], declared=True)
    assert [each.status for each in receipts] == [ApplicationStatus.SUBMITTED]
    bundle = await seen(applicant, bundle_id)
    assert ([each.id for each in bundle.parts], [each.id for each in bundle.sent]) == ([second.id], [first.id])
    await submission.submit_bundle(applicant.actor, bundle_id, [second.id], declared=True)
    assert (await seen(applicant, bundle_id)).parts == ()
    with pytest.raises(Conflict):
        await save(applicant, bundle_id, staff=8)


async def test_all_are_sent_or_none(database: str) -> None:
    applicant, bundle_id, _ = await a_bundle()
    await save(applicant, bundle_id, staff=7, insured=True)
    await attachments.attach_to_all(applicant.actor, bundle_id, "tax", "vero.pdf", PDF, today())
    parts = (await seen(applicant, bundle_id)).parts
    with pytest.raises(Invalid) as refused:
        await submission.submit_bundle(applicant.actor, bundle_id, [each.id for each in parts], declared=True)
    assert [each.field for each in refused.value.fields] == [f"{parts[1].id}/opening"]
    assert await fetch_value("select count(*) from application where status = 'draft'") == 2


async def test_new_rulebook_is_told_accepted_and_asks_only_the_new(database: str) -> None:
    applicant, bundle_id, (first, _) = await a_bundle()
    bundle = await complete(applicant, bundle_id)
    seen_version = bundle.parts[0].filling.rulebook.id
    stricter = rulebook_of(3, own="night_care")
    await publish_rulebook(SYSTEM, first.id, stricter, today())
    bundle = await seen(applicant, bundle_id)
    assert bundle.parts[0].news
    assert [each.field for each in bundle.parts[0].lacking] == ["night_care"]
    with pytest.raises(Conflict):
        await submission.submit(applicant.actor, bundle.parts[0].id, declared=True, rulebook_id=seen_version)
    await bundles.accept_rulebook(applicant.actor, bundle.parts[0].id, bundle.parts[0].filling.rulebook.id)
    assert (await seen(applicant, bundle_id)).parts[0].news == ()
    with pytest.raises(Conflict):
        await bundles.accept_rulebook(applicant.actor, bundle.parts[0].id, seen_version)


async def test_other_providers_bundle_is_not_found(database: str) -> None:
    applicant, bundle_id, (first, _) = await a_bundle()
    part, other = (await seen(applicant, bundle_id)).parts[0], stranger()
    attempts = [
        bundles.bundle_for_applicant(other, bundle_id),
        bundles.save_bundle_scope(other, bundle_id, Scope()),
        bundles.add_organiser(other, bundle_id, first.id),
        bundles.drop_organiser(other, bundle_id, part.id),
        bundles.accept_rulebook(other, part.id, part.filling.rulebook.id),
        answering.save_page(other, bundle_id, PageToSave(answers={})),
        attachments.attach_to_all(other, bundle_id, "tax", "a.pdf", PDF, today()),
        submission.submit_bundle(other, bundle_id, [part.id], declared=True),
        submission.withdraw_bundle(other, bundle_id),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            await attempt


async def test_offers_say_what_each_organiser_asks(database: str) -> None:
    await two_organisers()
    found = {each.name.fi: each for each in await bundles.offers()}
    other = found["Länsi-Uudenmaan hyvinvointialue"]
    assert (other.questions, other.attachments, other.decide_within_days) == (3, 1, 90)


async def test_source_of_typed_answers_is_ones_own(database: str) -> None:
    applicant, bundle_id, _ = await a_bundle()
    await save(applicant, bundle_id, staff=7)
    bundle = await seen(applicant, bundle_id)
    assert bundle.source_of(bundle.asked[0]) is Source.OWN
    assert bundle.minutes_left == 4
