"""Every action of every actor in every status: what the tables do not allow is refused and changes nothing."""

from collections.abc import Awaitable, Callable

import pytest

from marketplace.kernel.db import fetch, fetch_value
from marketplace.kernel.errors import Conflict
from onboarding.applications import attachments, information, submission
from onboarding.applications import drafts as applications
from onboarding.applications.schemas import Scope
from onboarding.applications.states import APPLICANT, REVIEWER, ApplicationAction, ApplicationStatus, Capability, may
from onboarding.approvals import approvals
from onboarding.approvals.states import APPROVAL_REVIEWER, ApprovalAction, ApprovalStatus
from onboarding.review import assignment, decisions, messages
from tests.factories.onboarding import CLASS, PDF, PLACE, Case, a_case, terms

A, C = ApplicationAction, Capability
Attempt = Callable[[Case], Awaitable[object]]

MOVES: dict[ApplicationAction, Attempt] = {
    A.SUBMIT: lambda case: submission.submit(case.applicant.actor, case.id, declared=True),
    A.ANSWER: lambda case: information.answer_request(case.applicant.actor, case.id, "Näin on."),
    A.WITHDRAW: lambda case: submission.withdraw(case.applicant.actor, case.id),
    A.REQUEST_INFORMATION: lambda case: messages.request_information(case.reviewer, case.id, "Kuka?"),
    A.APPROVE: lambda case: decisions.approve(case.reviewer, case.id, terms()),
    A.REJECT: lambda case: decisions.reject(case.reviewer, case.id, "Ei."),
}
USES: dict[str, tuple[Capability, Attempt]] = {
    "save_scope": (
        C.CHANGE_SCOPE,
        lambda case: applications.save_scope(
            case.applicant.actor, case.id, Scope(service_classes=(CLASS,), municipalities=(PLACE,))
        ),
    ),
    "save_answers": (
        C.EDIT_ANSWERS,
        lambda case: applications.save_answers(case.applicant.actor, case.id, {"staff": 7}),
    ),
    "attach": (
        C.EDIT_ANSWERS,
        lambda case: attachments.attach(case.applicant.actor, case.id, "certificate", "uusi.pdf", PDF + b"%"),
    ),
    "claim": (C.BE_REVIEWED, lambda case: assignment.claim(case.reviewer, case.id)),
}
TRACES = (
    "select (select to_jsonb(a) from application a)::text"
    " || (select count(*) from application_answer) || (select jsonb_agg(value order by question) from application_answer)"
    " || (select count(*) from application_attachment) || (select count(*) from review_note)"
    " || (select count(*) from approval)"
)


@pytest.mark.parametrize("status", ApplicationStatus)
@pytest.mark.parametrize("action", MOVES)
async def test_move_in_status(database: str, status: ApplicationStatus, action: ApplicationAction) -> None:
    case = await a_case(status)
    table = APPLICANT if action in APPLICANT.moves else REVIEWER
    before = await fetch_value(TRACES)
    if table.allows(status, action):
        await MOVES[action](case)
        assert await fetch_value("select status from application") == table.after(status, action)
    else:
        await _refused_without_a_trace(MOVES[action](case), before)


@pytest.mark.parametrize("status", ApplicationStatus)
@pytest.mark.parametrize("use", USES)
async def test_use_in_status(database: str, status: ApplicationStatus, use: str) -> None:
    case = await a_case(status)
    capability, attempt = USES[use]
    before = await fetch_value(TRACES)
    if may(status, capability):
        await attempt(case)
    else:
        await _refused_without_a_trace(attempt(case), before)


async def _refused_without_a_trace(attempt: Awaitable[object], before: str) -> None:
    with pytest.raises((Conflict, _hidden())):
        await attempt
    assert await fetch_value(TRACES) == before


def _hidden() -> type[Exception]:
    """To a reviewer a draft does not exist."""
    from marketplace.kernel.errors import NotFound

    return NotFound


@pytest.mark.parametrize("status", ApprovalStatus)
@pytest.mark.parametrize("action", ApprovalAction)
async def test_approval_action_in_status(database: str, status: ApprovalStatus, action: ApprovalAction) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    do = {
        ApprovalAction.SUSPEND: approvals.suspend_approval,
        ApprovalAction.RESUME: approvals.resume_approval,
        ApprovalAction.END: approvals.end_approval,
    }
    approval_id = (await approvals.approvals_by_organiser(case.reviewer))[0].id
    if status is ApprovalStatus.SUSPENDED:
        await approvals.suspend_approval(case.reviewer, approval_id, "Syy.")
    elif status is ApprovalStatus.ENDED:
        await approvals.end_approval(case.reviewer, approval_id, "Syy.")
    before = await fetch("select * from approval")
    if APPROVAL_REVIEWER.allows(status, action):
        assert (await do[action](case.reviewer, approval_id, "Syy.")).status is APPROVAL_REVIEWER.after(status, action)
    else:
        with pytest.raises(Conflict):
            await do[action](case.reviewer, approval_id, "Syy.")
        assert await fetch("select * from approval") == before
