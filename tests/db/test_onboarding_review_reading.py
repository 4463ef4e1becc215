"""An application as its reviewer reads it: checks, answers with what changed, questions; and checks made again later."""

from datetime import timedelta

import pytest

from marketplace.kernel.clock import clock_set_to, now, today
from marketplace.kernel.db import execute, fetch_value
from marketplace.kernel.errors import Conflict, Invalid
from onboarding.applications import drafts as applications
from onboarding.applications.information import ItemToAsk
from onboarding.applications.schemas import NewApplication, Source
from onboarding.applications.states import ApplicationStatus
from onboarding.review import messages, notes, reading
from onboarding.review.checks.snapshots import checks_made_again
from onboarding.review.schemas import CheckLevel, Handler, QueueFilters, QueueSort
from onboarding.review.waiting import waiting_for
from tests.factories.onboarding import CLASS, PLACE, Case, a_case, a_submitted, approve

GREEN, AMBER = CheckLevel.GREEN, CheckLevel.AMBER


async def levels(case: Case) -> dict[str, CheckLevel]:
    found = await reading.application_for_reviewer(case.reviewer, case.id)
    return {check.code: check.level for check in found.checks}


async def test_checks_of_a_sound_company(database: str) -> None:
    found = await levels(await a_submitted())
    assert found.pop("ytj") is AMBER
    assert set(found.values()) == {GREEN}
    assert {"business_id", "name", "register_prepayment", "situation", "required_answers", "duplicates"} <= set(found)


async def test_second_application_for_the_same_is_pointed_out(database: str) -> None:
    case = await a_submitted()
    new = NewApplication(organiser_id=case.organiser.id, service_classes=(CLASS,), municipalities=(PLACE,))
    again = await applications.start_application(case.applicant.actor, new)
    await execute("update application set status = 'submitted', submitted_at = $2 where id = $1", again.id, now())
    assert (await levels(case))["duplicates"] is AMBER
    await execute("update application set status = 'withdrawn' where id = $1", again.id)
    assert (await levels(case))["duplicates"] is GREEN


async def test_checks_of_a_decision_are_found_again(database: str) -> None:
    case = await a_submitted()
    before = (await reading.application_for_reviewer(case.reviewer, case.id)).checks
    assert await checks_made_again(case.id) == []
    await approve(case)
    await execute("update provider set facts = null, name = 'Aivan Muu Oy'")
    assert await checks_made_again(case.id) == before
    assert await fetch_value("select count(*) from check_snapshot") == 1


async def test_answers_are_marked_where_they_changed_or_came_from_elsewhere(database: str) -> None:
    case = await a_submitted()
    await execute("update application_answer set source = 'profile' where question = 'insured'")
    with clock_set_to(now() + timedelta(hours=1)):
        await messages.request_information(case.reviewer, case.id, "Montako?")
    with clock_set_to(now() + timedelta(hours=2)):
        await applications.save_answers(case.applicant.actor, case.id, {"staff": 7})
    found = await reading.application_for_reviewer(case.reviewer, case.id)
    answers = {each.slot: each for group in found.groups for each in group.answers}
    assert {slot for slot, each in answers.items() if each.is_changed} == {"staff"}
    assert (answers["staff"].answer, answers["insured"].source) == (7, Source.PROFILE)
    assert list(found.hashes) == [answers["certificate"].files[0].file_id]
    assert len(found.hashes[answers["certificate"].files[0].file_id]) == 64


async def test_questions_are_asked_item_by_item(database: str) -> None:
    case = await a_submitted()
    items = [ItemToAsk(text="Montako?", slot="staff"), ItemToAsk(text="Kuka?")]
    receipt = await messages.ask(case.reviewer, case.id, items, today() + timedelta(days=7))
    assert receipt.status is ApplicationStatus.INFORMATION_REQUESTED
    found = await reading.application_for_reviewer(case.reviewer, case.id)
    request = reading.open_request(found.application.requests)
    assert request is not None
    assert [(item.slot, item.is_answered) for item in request.items] == [("staff", False), (None, False)]
    with pytest.raises(Conflict):
        await messages.ask(case.reviewer, case.id, items)


@pytest.mark.parametrize(
    ("items", "days"),
    [([], None), ([ItemToAsk(text=" ")], None), ([ItemToAsk(text="Kuka?", slot="none")], None), ([ItemToAsk(text="Kuka?")], -1)],
    ids=["nothing", "empty", "unknown slot", "past"],
)  # fmt: skip
async def test_questions_that_cannot_be_asked_change_nothing(
    database: str, items: list[ItemToAsk], days: int | None
) -> None:
    case = await a_submitted()
    with pytest.raises(Invalid):
        await messages.ask(case.reviewer, case.id, items, today() + timedelta(days=days) if days else None)
    assert await fetch_value("select status from application where id = $1", case.id) == "submitted"


async def test_notes_are_written_after_the_decision_too(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    await notes.note_internally(case.reviewer, case.id, "Soitettu.")
    with pytest.raises(Invalid) as refused:
        await notes.note_internally(case.reviewer, case.id, "  ", field="note")
    assert [each.field for each in refused.value.fields] == ["note"]


async def test_what_waits_for_a_reviewer(database: str) -> None:
    case = await a_submitted()
    mine, to_confirm, late, free = await waiting_for(case.reviewer)
    assert [mine.count, to_confirm.count, late.count, free.count] == [0, 0, 0, 1]
    assert free.lines[0][1] == f"/organiser/applications/{case.id}"
    assert QueueFilters(handler=Handler.NOBODY.value, sort=QueueSort.DEADLINE).handler in free.path
