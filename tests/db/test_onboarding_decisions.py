"""The reviewer's side: the queue, claims, decisions; nothing decided twice, nobody else's business."""

import asyncio
from datetime import date, datetime, timedelta

import pytest

from marketplace.kernel.audit import history
from marketplace.kernel.clock import HELSINKI, clock_set_to, today
from marketplace.kernel.db import fetch, fetch_value
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.i18n import Language, translate
from onboarding.applications import drafts as applications
from onboarding.applications import submission
from onboarding.applications.states import ApplicationStatus
from onboarding.approvals import approvals
from onboarding.approvals.states import ApprovalStatus
from onboarding.review import decisions, notes
from tests.factories.onboarding import (
    CLASS,
    PLACE,
    Case,
    a_case,
    a_reviewer,
    a_submitted,
    approve,
    terms,
)
from tests.factories.organisers import make_organiser


async def test_approval_is_written_with_the_decision(database: str) -> None:
    case = await a_submitted()
    receipt = await approve(case, valid_to=today() + timedelta(days=365), conditions="Vain arkisin.")
    found = await approvals.approvals_of_provider(case.applicant.actor)
    assert receipt.status is ApplicationStatus.APPROVED
    assert [(each.service_classes, each.municipalities, each.status) for each in found] == [
        ((CLASS,), (PLACE,), ApprovalStatus.IN_FORCE)
    ]
    assert found[0].conditions == "Vain arkisin."
    assert found == await approvals.approvals_by_organiser(case.reviewer, case.applicant.provider.id)


async def test_decision_is_audited_and_told_of(database: str) -> None:
    case = await a_submitted()
    await approve(case)
    trail = [each for each in await history("application", case.id) if each.action == "application.approved"]
    assert [(each.person_id, each.before, each.after) for each in trail] == [
        (case.reviewer.person_id, {"status": "submitted"}, {"status": "approved"})
    ]
    jobs = await fetch("select entrypoint from pgqueuer order by id")
    assert {"onboarding.notice", "approval.changed"} <= {job["entrypoint"] for job in jobs}


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
    with pytest.raises(Invalid):
        await notes.note_internally(case.reviewer, case.id, "paha\x07merkki")


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
    assert await fetch_value("select count(*) from approval") == (0 if _rejected(outcomes) else 1)


async def test_withdrawal_and_approval_at_once_settle_on_one(database: str) -> None:
    case = await a_submitted()
    outcomes = await asyncio.gather(
        decisions.approve(case.reviewer, case.id, terms()),
        submission.withdraw(case.applicant.actor, case.id),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Conflict) for each in outcomes) == 1


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


async def test_suspended_resumed_and_ended(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    approval = (await approvals.approvals_by_organiser(case.reviewer))[0]
    assert (
        await approvals.suspend_approval(case.reviewer, approval.id, "Selvitys.")
    ).status is ApprovalStatus.SUSPENDED
    assert (await approvals.resume_approval(case.reviewer, approval.id, "Kunnossa.")).status is ApprovalStatus.IN_FORCE
    ended = await approvals.end_approval(case.reviewer, approval.id, "Oma pyyntö.")
    assert (ended.status, ended.status_from, ended.status_reason) == (ApprovalStatus.ENDED, today(), "Oma pyyntö.")
    with pytest.raises(Conflict):
        await approvals.resume_approval(case.reviewer, approval.id, "Sittenkin.")


async def test_ending_needs_a_reason_and_the_own_organiser(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    approval = (await approvals.approvals_by_organiser(case.reviewer))[0]
    with pytest.raises(Invalid):
        await approvals.end_approval(case.reviewer, approval.id, " ")
    other = await make_organiser("Turku", county_code="05", business_id="0204819-8")
    with pytest.raises(NotFound):
        await approvals.end_approval(await a_reviewer(other.id), approval.id, "Ei ole meidän.")


def _rejected(outcomes: list[object]) -> bool:
    return any(
        getattr(each, "status", None) == ApplicationStatus.REJECTED
        for each in outcomes
        if not isinstance(each, Conflict)
    )


async def _row(case: Case) -> dict[str, object]:
    return (await fetch("select * from application where id = $1", case.id))[0]
