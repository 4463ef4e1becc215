"""Decisions: whole or in part, once, numbered, with reasons; what they leave in approvals, the register and the book."""

import asyncio
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from marketplace.kernel.audit import history
from marketplace.kernel.clock import HELSINKI, clock_set_to, today
from marketplace.kernel.db import execute, fetch, fetch_value
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Language, translate
from onboarding.applications import drafts as applications
from onboarding.applications import submission
from onboarding.applications.states import ApplicationStatus
from onboarding.approvals import approvals
from onboarding.approvals.decision_book import decision_for, decisions_for, decisions_on
from onboarding.approvals.decision_schemas import DecisionOutcome, DecisionView, ScopePart
from onboarding.approvals.states import ApprovalStatus
from onboarding.review import assignment, decisions
from onboarding.review.decision_schemas import DecisionWish
from onboarding.rulebooks.requirements import DecisionTerms, RulebookContent
from tests.factories.onboarding import (
    CLASS,
    OTHER_CLASS,
    PLACE,
    Case,
    a_case,
    a_reviewer,
    a_submitted,
    approve,
    approve_partly,
    hand_on,
    make_other_organiser,
    small_rulebook,
    stranger,
    terms,
)
from tests.factories.organisers import make_organiser
from tests.factories.rulings import REASON, copied, under_rulebook, with_id

BOTH = (CLASS, OTHER_CLASS)


def strict_rulebook(**changes: object) -> RulebookContent:
    """With a reason, and approvals for two years."""
    return small_rulebook(reasons=(REASON,), decision=DecisionTerms(approval_months=24), **changes)


async def the_decision(case: Case) -> DecisionView:
    return (await decisions_on(case.id))[-1]


async def test_approval_is_written_with_the_decision(database: str) -> None:
    case = await a_submitted()
    receipt = await approve(case, valid_to=today() + timedelta(days=365), conditions="Vain arkisin.")
    found = await approvals.approvals_of_provider(case.applicant.actor)
    assert receipt.status is ApplicationStatus.APPROVED
    assert [(each.service_classes, each.municipalities, each.status) for each in found] == [
        ((CLASS,), (PLACE,), ApprovalStatus.IN_FORCE)
    ]
    assert found[0].conditions == "Vain arkisin."


async def test_decision_keeps_what_it_was_based_on(database: str) -> None:
    case = await a_submitted()
    await approve(case, conditions="Vain arkisin.")
    decision = await the_decision(case)
    assert (decision.outcome, decision.number) == (
        DecisionOutcome.APPROVED,
        f"1/{today().year}/{decision.names.reference}",
    )
    assert decision.approved == (ScopePart(service_class=CLASS, municipalities=(PLACE,)),)
    assert (decision.refused, decision.conditions, decision.decided_by) == (
        (),
        "Vain arkisin.",
        case.reviewer.person_id,
    )
    assert (decision.names.provider, decision.names.business_id) == (case.applicant.provider.name, "0000104-6")
    assert decision.rulebook_number == 1
    assert {check.level for check in decision.checks} >= {"green"}
    assert "569/2009" in decision.legal_basis.fi


async def test_decision_is_audited_and_told_of(database: str) -> None:
    case = await a_submitted()
    await approve(case)
    trail = [each for each in await history("application", case.id) if each.action == "application.approved"]
    assert [(each.person_id, each.before, (each.after or {})["status"]) for each in trail] == [
        (case.reviewer.person_id, {"status": "submitted"}, "approved")
    ]
    jobs = {job["entrypoint"] for job in await fetch("select entrypoint from pgqueuer")}
    assert {"decision.made", "approval.changed"} <= jobs
    told = await fetch("select receiver, path from notice where kind = 'decision.approved'")
    assert [(each["receiver"], each["path"]) for each in told] == [
        (case.applicant.someone.id, f"/provider/decisions/{(await the_decision(case)).id}")
    ]


async def test_a_part_is_approved_and_the_rest_refused_with_reasons(database: str) -> None:
    case = await a_submitted(BOTH)
    assert (await approve_partly(case)).status is ApplicationStatus.PARTLY_APPROVED
    decision = await the_decision(case)
    assert decision.approved == (ScopePart(service_class=CLASS, municipalities=(PLACE,)),)
    assert decision.refused == (ScopePart(service_class=OTHER_CLASS, municipalities=(PLACE,)),)
    [approval] = await approvals.approvals_of_provider(case.applicant.actor)
    assert approval.service_classes == (CLASS,)


async def test_refusing_needs_a_reason_of_the_rulebook_or_in_words(database: str) -> None:
    case = await under_rulebook(await a_submitted(BOTH), strict_rulebook())
    with pytest.raises(Invalid) as refused:
        await approve_partly(case, words=" ")
    assert [each.field for each in refused.value.fields] == ["reasons"]
    assert (await _row(case))["status"] == "submitted"
    await approve_partly(case, words="", reasons=("no_insurance",))
    decision = await the_decision(case)
    assert [(each.code, each.text) for each in decision.reasons] == [("no_insurance", REASON.text)]
    assert (await _row(case))["decision_reasons"] == "Vakuutus puuttuu."


async def test_everything_wrong_is_told_at_once(database: str) -> None:
    case = await a_submitted()
    elsewhere = ScopePart(service_class="V-MEALS", municipalities=(PLACE,))
    here = ScopePart(service_class=CLASS, municipalities=(PLACE,))
    wish = DecisionWish(
        approved=(here, elsewhere), reasons=("made_up",), words="paha\x07merkki", valid_from=date(9999, 12, 31)
    )
    with pytest.raises(Invalid) as refused:
        await decisions.decide(case.reviewer, case.id, wish)
    assert {each.field for each in refused.value.fields} == {"approved.1", "reasons.0", "words", "valid_from"}
    assert await fetch_value("select count(*) from decision") == 0


async def test_an_approval_lasts_as_long_as_the_rulebook_says(database: str) -> None:
    case = await under_rulebook(await a_submitted(), strict_rulebook())
    with clock_set_to(datetime(2028, 2, 29, 12, tzinfo=HELSINKI)):
        await decisions.decide(case.reviewer, case.id, DecisionWish())
    decision = await the_decision(case)
    assert (decision.valid_from, decision.valid_to) == (date(2028, 2, 29), date(2030, 2, 27))


async def test_last_day_before_the_first_is_refused_and_changes_nothing(database: str) -> None:
    case = await a_submitted()
    with pytest.raises(Invalid):
        await approve(case, valid_to=today() - timedelta(days=1))
    assert (await _row(case))["status"] == "submitted"


async def test_rejection_needs_reasons_and_tells_them(database: str) -> None:
    case = await a_submitted()
    with pytest.raises(Invalid) as refused:
        await decisions.reject(case.reviewer, case.id, "  ")
    assert refused.value.fields[0].field == "reasons"
    await decisions.reject(case.reviewer, case.id, "Vakuutus puuttuu.")
    view = await applications.application_for_applicant(case.applicant.actor, case.id)
    assert (view.status, view.decision_reasons) == (ApplicationStatus.REJECTED, "Vakuutus puuttuu.")


async def test_decision_never_changes(database: str) -> None:
    case = await a_submitted()
    await approve(case)
    for change in ("update decision set words = 'x'", "delete from decision", "truncate decision cascade"):
        with pytest.raises(Exception, match="append-only"):
            await execute(change)


async def test_numbers_run_without_gaps_by_organiser_and_year(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    [approval] = await approvals.approvals_of_provider(case.applicant.actor)
    with pytest.raises(Invalid):
        await approvals.suspend_approval(case.reviewer, approval.id, " ")
    await approvals.suspend_approval(case.reviewer, approval.id, "Selvitys.")
    next_year = datetime(today().year + 1, 1, 1, 0, 30, tzinfo=HELSINKI)
    with clock_set_to(next_year):
        await approvals.resume_approval(case.reviewer, approval.id, "Kunnossa.")
    numbers = [each.number.rpartition("/")[0] for each in await decisions_on(case.id)]
    assert numbers == [f"1/{today().year}", f"2/{today().year}", f"1/{today().year + 1}"]


async def test_two_reviewers_at_once_decide_once(database: str) -> None:
    case = await a_submitted()
    colleague = await a_reviewer(case.organiser.id)
    outcomes = await asyncio.gather(
        decisions.approve(case.reviewer, case.id, terms()),
        decisions.reject(colleague, case.id, "Ei."),
        decisions.approve(colleague, case.id, terms()),
        return_exceptions=True,
    )
    lost = [each for each in outcomes if isinstance(each, Conflict)]
    assert len(lost) == 2
    words = translate(lost[0].message, Language.EN)
    assert "Aino Testaaja has handled this application already" in words
    assert await fetch_value("select count(*) from decision") == 1
    assert await fetch_value("select last_number from decision_count") == 1


async def test_many_organisers_decisions_at_once_are_numbered_one_by_one(database: str) -> None:
    case = await a_submitted()
    copies = [await copied(case) for _ in range(5)]
    await asyncio.gather(*(decisions.approve(case.reviewer, each, terms()) for each in [case.id, *copies]))
    numbers = await fetch("select split_part(number, '/', 1)::int as n from decision order by 1")
    assert [each["n"] for each in numbers] == [1, 2, 3, 4, 5, 6]


async def test_withdrawal_and_approval_at_once_settle_on_one(database: str) -> None:
    case = await a_submitted()
    outcomes = await asyncio.gather(
        decisions.approve(case.reviewer, case.id, terms()),
        submission.withdraw(case.applicant.actor, case.id),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Conflict) for each in outcomes) == 1


async def test_colleague_who_has_it_in_hand_decides(database: str) -> None:
    case = await a_submitted()
    await assignment.claim(case.reviewer, case.id)
    with pytest.raises(Conflict) as refused:
        await decisions.reject(await a_reviewer(case.organiser.id), case.id, "Ei.")
    assert refused.value.code == "claimed_by_other"


async def test_only_the_two_sides_read_a_decision(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    decision = await the_decision(case)
    for reader in (case.applicant.actor, case.reviewer):
        assert (await decision_for(reader, decision.id)).number == decision.number
        assert [each.id for each in (await decisions_for(reader, application_id=case.id)).items] == [decision.id]
    other = await a_reviewer((await make_other_organiser()).id)
    for outsider in (stranger(), other):
        with pytest.raises(NotFound):
            await decision_for(outsider, decision.id)
        assert (await decisions_for(outsider)).items == []


async def test_list_of_decisions_takes_any_cursor(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    for cursor in ("x", "0001-01-01T00:00:00+14:00_" + str(case.id), "9999-12-31T23:59:59-14:00_" + str(case.id)):
        assert len((await decisions_for(case.reviewer, after=cursor)).items) == 1
    decision = await the_decision(case)
    after = f"{decision.decided_at.isoformat()}_{decision.id}"
    assert (await decisions_for(case.reviewer, after=after)).items == []


async def test_transfer_ends_here_and_opens_a_draft_there(database: str) -> None:
    case, target = await a_submitted(), await make_other_organiser()
    assert (await hand_on(case, target)).status is ApplicationStatus.TRANSFERRED
    decision = await the_decision(case)
    assert (decision.outcome, decision.transferred_to, decision.appeal) == (
        DecisionOutcome.TRANSFERRED,
        target.id,
        None,
    )
    assert "434/2003" in decision.legal_basis.fi
    mine = {each.organiser_id: each for each in await applications.my_applications(case.applicant.actor)}
    draft = mine[target.id]
    assert (draft.status, draft.service_classes, draft.municipalities) == (ApplicationStatus.DRAFT, (CLASS,), ())
    assert draft.reference == decision.names.new_reference
    view = await applications.application_for_applicant(case.applicant.actor, draft.id)
    assert (view.answers["staff"], view.answers["plan"]) == (3, "https://example.org/omavalvonta")
    assert [each.question for each in view.attachments] == ["certificate"]


async def test_transfer_needs_a_reason_and_an_organiser_that_takes_applications(database: str) -> None:
    case = await a_submitted()
    closed = await make_organiser("Salon kaupunki", county_code="05", business_id="1234567-1")
    for target in (closed.id, case.organiser.id, UUID(int=1)):
        with pytest.raises(Invalid) as refused:
            await hand_on(case, with_id(closed, target))
        assert "organiser_id" in {each.field for each in refused.value.fields}
    assert (await _row(case))["status"] == "submitted"


async def test_decision_waits_for_a_second_person_where_the_rulebook_says_so(database: str) -> None:
    case = await under_rulebook(await a_submitted(), small_rulebook(decision=DecisionTerms(four_eyes=True)))
    with pytest.raises(Refused) as refused:
        await approve(case)
    assert refused.value.code == "four_eyes"


async def covered_days(*days: date) -> list[bool]:
    sql = "select exists (select from approval_covers where $1::date between first_day and last_day)"
    return [await fetch_value(sql, day) for day in days]


async def test_days_of_a_suspension_stay_without_approval(database: str) -> None:
    case = await a_submitted()
    await decisions.approve(case.reviewer, case.id, terms(valid_from=date(2026, 11, 1)))
    [approval] = await approvals.approvals_of_provider(case.applicant.actor)
    days = [date(2026, 11, day) for day in (9, 10, 19, 20)]
    with clock_set_to(datetime(2026, 11, 10, 12, tzinfo=HELSINKI)):
        await approvals.suspend_approval(case.reviewer, approval.id, "Selvitys.")
        assert await covered_days(*days) == [True, False, False, False]
    with clock_set_to(datetime(2026, 11, 20, 12, tzinfo=HELSINKI)):
        await approvals.resume_approval(case.reviewer, approval.id, "Kunnossa.")
        assert await covered_days(*days, date(2030, 1, 1)) == [True, False, False, True, True]
        await approvals.suspend_approval(case.reviewer, approval.id, "Taas.")
        await approvals.resume_approval(case.reviewer, approval.id, "Erehdys.")
    assert await covered_days(*days) == [True, False, False, True]


async def test_an_end_after_a_suspension_does_not_pay_for_the_days_between(database: str) -> None:
    case = await a_submitted()
    await decisions.approve(case.reviewer, case.id, terms(valid_from=date(2026, 11, 1)))
    [approval] = await approvals.approvals_of_provider(case.applicant.actor)
    with clock_set_to(datetime(2026, 11, 10, 12, tzinfo=HELSINKI)):
        await approvals.suspend_approval(case.reviewer, approval.id, "Selvitys.")
    with clock_set_to(datetime(2026, 11, 20, 12, tzinfo=HELSINKI)):
        await approvals.end_approval(case.reviewer, approval.id, "Ehdot eivät täyty.")
    assert await covered_days(date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 19)) == [True, False, False]


async def test_suspended_resumed_and_ended_by_decisions_of_their_own(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    [approval] = await approvals.approvals_of_provider(case.applicant.actor)
    for move in (approvals.suspend_approval, approvals.resume_approval, approvals.end_approval):
        await move(case.reviewer, approval.id, "Syy.")
    made = (await decisions_on(case.id))[1:]
    assert [each.outcome for each in made] == [
        DecisionOutcome.SUSPENDED,
        DecisionOutcome.RESUMED,
        DecisionOutcome.ENDED,
    ]
    assert {(each.words, each.approval_id, each.application_id) for each in made} == {("Syy.", approval.id, case.id)}
    with pytest.raises(Conflict):
        await approvals.resume_approval(case.reviewer, approval.id, "Sittenkin.")


async def test_ending_needs_a_reason_and_the_own_organiser(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    [approval] = await approvals.approvals_of_provider(case.applicant.actor)
    for reason in (" ", "paha\x07merkki"):
        with pytest.raises(Invalid):
            await approvals.end_approval(case.reviewer, approval.id, reason)
    with pytest.raises(NotFound):
        await approvals.end_approval(await a_reviewer((await make_other_organiser()).id), approval.id, "Ei meidän.")


async def _row(case: Case) -> dict[str, object]:
    return (await fetch("select * from application where id = $1", case.id))[0]
