"""What a new rulebook would mean for those approved already."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch_value, new_id
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import Text
from onboarding.applications.states import ApplicationStatus
from onboarding.approvals import approvals, impact_check
from onboarding.approvals.impact import FindingKind, Impact
from onboarding.approvals.impact_check import OfImpact, begin_check, check_by_id, finish_check, impact_of, newest_check
from onboarding.rulebooks.requirements import Choice, Question, QuestionType, RulebookContent
from tests.factories.accounts import an_actor
from tests.factories.onboarding import Case, a_case, question, small_rulebook

TOMORROW = timedelta(days=1)


def rulebook(*more: Question, without: tuple[str, ...] = (), **changed: dict[str, Any]) -> RulebookContent:
    """The small rulebook with questions changed by key, left out or added."""
    content = small_rulebook()
    group = content.general[0]
    kept = [replace(q, **changed.get(q.key, {})) for q in group.questions if q.key not in without]
    return replace(content, general=(replace(group, questions=(*kept, *more)),))


async def impact_on(case: Case, content: RulebookContent) -> Impact:
    return await impact_of(content, case.organiser.id, today() + TOMORROW)


@pytest.fixture
async def approved(database: str) -> Case:
    return await a_case(ApplicationStatus.APPROVED)


async def test_same_rulebook_concerns_nobody(approved: Case) -> None:
    found = await impact_on(approved, small_rulebook())
    assert (found.checked, found.affected, found.already) == (1, (), 0)


async def test_stricter_rule_names_provider_answer_and_reason(approved: Case) -> None:
    found = await impact_on(approved, rulebook(staff={"minimum": 5}))
    (provider,) = found.affected
    (finding,) = provider.findings
    assert (found.failing, provider.fails, provider.name) == (1, True, approved.applicant.provider.name)
    assert (finding.kind, finding.slot, finding.answer.fi) == (FindingKind.REFUSED, "staff", "3")
    assert finding.problem.en == "This must be at least 5."
    assert [(each.key, each.refused) for each in found.questions] == [("staff", 1)]


async def test_other_answer_required_is_told(approved: Case) -> None:
    found = await impact_on(approved, rulebook(insured={"required_answer": False}))
    finding = found.affected[0].findings[0]
    assert (finding.answer.fi, finding.problem.en) == ("Kyllä", "The rulebook requires the answer No.")


async def test_new_question_has_to_be_answered_and_optional_one_not(approved: Case) -> None:
    hidden = question("hidden", QuestionType.NUMBER, required=False)
    found = await impact_on(approved, rulebook(question("nights", QuestionType.YES_NO), hidden))
    assert (found.failing, found.to_answer) == (0, 1)
    assert [each.slot for each in found.affected[0].findings] == ["nights"]


async def test_question_that_profile_answers_needs_no_answer_and_is_judged(approved: Case) -> None:
    asked = question("register", QuestionType.YES_NO, profile="registers.prepayment", required_answer=True)
    assert (await impact_on(approved, rulebook(asked))).affected == ()
    refused = replace(asked, required_answer=False)
    assert (await impact_on(approved, rulebook(refused))).affected[0].findings[0].kind is FindingKind.REFUSED


async def test_service_that_is_gone_is_told(approved: Case) -> None:
    content = replace(small_rulebook(), service_classes=("V-CLEANING",), services=())
    found = await impact_on(approved, content)
    assert [each.kind for each in found.affected[0].findings] == [FindingKind.SERVICE_GONE]
    assert found.failing == 1


async def test_what_is_wrong_by_the_present_rulebook_is_counted_apart(approved: Case) -> None:
    """A file without its date was let in: the question asked for none then."""
    content = rulebook(checked_on={"required": True})
    found = await impact_of(content, approved.organiser.id, today() + TOMORROW)
    assert [each.slot for each in found.affected[0].findings] == ["checked_on"]
    from onboarding.rulebooks.versions import publish_rulebook

    admin = await an_actor(Role.ORGANISER_ADMIN, scope_id=approved.organiser.id)
    await publish_rulebook(admin, approved.organiser.id, content, today())
    found = await impact_on(approved, content)
    assert (found.affected, found.already) == ((), 1)


async def test_choice_taken_away_is_refused(approved: Case) -> None:
    text = Text("a", "a", "a")
    content = rulebook(plan={"type": QuestionType.CHOICE, "choices": (Choice(value="one", text=text),)})
    assert (await impact_on(approved, content)).affected[0].findings[0].problem.en == "Choose one of the answers."


async def test_ended_and_run_out_approvals_do_not_count(approved: Case) -> None:
    approval_id = await fetch_value("select id from approval")
    assert (await impact_on(approved, small_rulebook())).checked == 1
    await approvals.end_approval(approved.reviewer, approval_id, "Lopetti.")
    assert (await impact_on(approved, small_rulebook())).checked == 0


async def test_progress_is_told(approved: Case) -> None:
    told: list[tuple[int, int]] = []
    await impact_of(small_rulebook(), approved.organiser.id, today(), lambda done, total: told.append((done, total)))
    assert told == [(1, 1)]


async def admin_of(case: Case) -> Actor:
    return await an_actor(Role.ORGANISER_ADMIN, scope_id=case.organiser.id)


async def test_small_check_is_done_at_once_and_kept(approved: Case) -> None:
    admin, content = await admin_of(approved), rulebook(staff={"minimum": 5})
    run = await begin_check(admin, content, today())
    assert run.result is not None
    assert (run.result.failing, run.checked, run.total) == (1, 1, 1)
    assert await check_by_id(admin, run.id) == run
    assert await newest_check(admin, content, today()) == run
    assert await newest_check(admin, small_rulebook(), today()) is None


async def test_large_check_is_a_job(approved: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impact_check, "AT_ONCE", 0)
    admin = await admin_of(approved)
    run = await begin_check(admin, rulebook(staff={"minimum": 5}), today())
    assert (run.result, run.checked, run.total) == (None, 0, 1)
    await finish_check(OfImpact(run.id))
    await finish_check(OfImpact(run.id))
    done = await check_by_id(admin, run.id)
    assert (done.checked, done.result and done.result.failing) == (1, 1)


async def test_later_check_takes_the_place_of_the_earlier(approved: Case) -> None:
    admin = await admin_of(approved)
    first = await begin_check(admin, small_rulebook(), today())
    await begin_check(admin, small_rulebook(), today() + TOMORROW)
    with pytest.raises(NotFound):
        await check_by_id(admin, first.id)
    await finish_check(OfImpact(first.id))


async def test_strangers_and_odd_days_are_refused(approved: Case) -> None:
    with pytest.raises(NotFound):
        await begin_check(approved.reviewer, small_rulebook(), today())
    stranger = Actor(person_id=new_id(), role=Role.ORGANISER_ADMIN, organiser_id=new_id())
    with pytest.raises(NotFound):
        await check_by_id(stranger, (await begin_check(await admin_of(approved), small_rulebook(), today())).id)
    with pytest.raises(Invalid):
        await begin_check(await admin_of(approved), small_rulebook(), date(9999, 12, 31))
