"""Who has an application: claiming, giving, taking over, several at once, and who is looking at it."""

from datetime import timedelta

import pytest

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.audit import history
from marketplace.kernel.clock import clock_set_to, now
from marketplace.kernel.db import fetch, fetch_value, new_id
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.i18n import Language, translate
from onboarding.applications.states import ApplicationStatus
from onboarding.review import assignment, decisions, presence, queue, reading
from onboarding.review.schemas import MOST_AT_ONCE, QueueFilters
from tests.factories.accounts import a_hat, a_person
from tests.factories.onboarding import Case, a_case, a_reviewer, a_submitted, stranger
from tests.factories.organisers import make_organiser

NOTICES = "select kind, receiver, subject_en from notice where kind like 'application.%' order by created_at, kind"


async def a_colleague(case: Case, name: str = "Kaija Kollega") -> Actor:
    """Another reviewer, with a hat that is written down."""
    someone = await a_person(name)
    await a_hat(someone, Role.REVIEWER, scope_id=case.organiser.id)
    return Actor(person_id=someone.id, role=Role.REVIEWER, organiser_id=case.organiser.id)


async def holder(case: Case) -> object:
    return await fetch_value("select claimed_by from application where id = $1", case.id)


async def test_claim_keeps_colleagues_away_until_they_take_over(database: str) -> None:
    case = await a_submitted()
    colleague = await a_colleague(case)
    await assignment.claim(case.reviewer, case.id)
    await assignment.claim(case.reviewer, case.id)
    with pytest.raises(Conflict) as refused:
        await assignment.claim(colleague, case.id)
    assert "Aino Testaaja" in translate(refused.value.message, Language.EN)
    with pytest.raises(Conflict):
        await decisions.reject(colleague, case.id, "Ei.")
    await assignment.claim(colleague, case.id, take_over=True)
    assert (await reading.application_for_reviewer(colleague, case.id)).claimed_by_name == "Kaija Kollega"
    told = [row for row in await fetch(NOTICES) if row["kind"] == "application.taken_over"]
    assert [row["receiver"] for row in told] == [case.reviewer.person_id]
    assert "Kaija Kollega took over" in told[0]["subject_en"]


async def test_only_the_own_claim_is_released(database: str) -> None:
    case = await a_submitted()
    with pytest.raises(Conflict):
        await assignment.release(case.reviewer, case.id)
    await assignment.claim(case.reviewer, case.id)
    await assignment.release(case.reviewer, case.id)
    assert await holder(case) is None


async def test_colleague_who_is_given_an_application_is_told(database: str) -> None:
    case = await a_submitted()
    colleague = await a_colleague(case)
    assert colleague.person_id is not None
    await assignment.assign(case.reviewer, case.id, colleague.person_id)
    assert await holder(case) == colleague.person_id
    told = [row for row in await fetch(NOTICES) if row["kind"] == "application.assigned"]
    assert [row["receiver"] for row in told] == [colleague.person_id]
    assert "application.claimed" in [event.action for event in await history("application", case.id)]
    with pytest.raises(Conflict):
        await assignment.claim(case.reviewer, case.id)


async def test_only_those_who_review_here_are_given_anything(database: str) -> None:
    case = await a_submitted()
    for person_id in (new_id(), case.applicant.someone.id):
        with pytest.raises(Invalid):
            await assignment.assign(case.reviewer, case.id, person_id)
    assert await holder(case) is None


async def test_several_go_each_by_itself(database: str) -> None:
    case = await a_submitted()
    colleague = await a_colleague(case)
    await assignment.claim(colleague, case.id)
    done = await assignment.assign_many(colleague, [case.id, new_id(), case.id], colleague.person_id)
    assert [(each.reference != "", each.problem is None) for each in done] == [(True, True), (False, False)]
    done = await assignment.assign_many(case.reviewer, [case.id], None)
    assert done[0].problem is not None
    assert await holder(case) == colleague.person_id
    assert (await assignment.assign_many(colleague, [case.id], None))[0].problem is None
    assert await holder(case) is None


async def test_none_and_too_many_are_refused(database: str) -> None:
    case = await a_submitted()
    for wanted in ([], [new_id() for _ in range(MOST_AT_ONCE + 1)]):
        with pytest.raises(Invalid):
            await assignment.assign_many(case.reviewer, wanted, None)


async def test_nothing_of_another_organiser_is_moved(database: str) -> None:
    case = await a_submitted()
    other = await make_organiser("Turku", county_code="05", business_id="0204819-8")
    elsewhere = await a_reviewer(other.id)
    done = await assignment.assign_many(elsewhere, [case.id], elsewhere.person_id)
    assert (done[0].reference, done[0].problem is not None) == ("", True)
    with pytest.raises(NotFound):
        await assignment.colleagues(stranger())


async def test_decided_application_stays_with_who_had_it(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    with pytest.raises(Conflict):
        await assignment.claim(case.reviewer, case.id)


async def test_others_are_seen_for_two_minutes(database: str) -> None:
    case = await a_submitted()
    colleague = await a_colleague(case)
    assert await presence.here(case.reviewer, case.id) == []
    assert [each.name for each in await presence.here(colleague, case.id)] == ["Aino Testaaja"]
    assert (await queue.queue(colleague, QueueFilters())).items[0].open_with == ["Aino Testaaja"]
    with clock_set_to(now() + timedelta(seconds=121)):
        assert await presence.here(colleague, case.id) == []
        assert (await queue.queue(colleague, QueueFilters())).items[0].open_with == []


async def test_presence_keeps_since_when_while_it_is_renewed(database: str) -> None:
    case = await a_submitted()
    colleague, begun = await a_colleague(case), now()
    for seconds in (0, 60, 120):
        with clock_set_to(begun + timedelta(seconds=seconds)):
            await presence.here(case.reviewer, case.id)
            seen = (await presence.here(colleague, case.id))[0]
    assert (seen.since, seen.seen_at) == (begun, begun + timedelta(seconds=120))
    with clock_set_to(begun + timedelta(hours=1)):
        await presence.here(case.reviewer, case.id)
        assert (await presence.here(colleague, case.id))[0].since == begun + timedelta(hours=1)
    assert await fetch_value("select count(*) from review_presence") == 2


async def test_presence_elsewhere_is_not_found(database: str) -> None:
    case = await a_submitted()
    other = await make_organiser("Turku", county_code="05", business_id="0204819-8")
    with pytest.raises(NotFound):
        await presence.here(await a_reviewer(other.id), case.id)
    assert await presence.present_at(await a_reviewer(other.id), [case.id]) == {}
