"""Every action of every actor in every status: what the tables do not allow is refused and changes nothing."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
import pytest

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.db import fetch, fetch_value, new_id
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.states import TransitionTable
from onboarding.applications import answering, attachments, bundles, information, submission
from onboarding.applications import drafts as applications
from onboarding.applications.answering import PageToSave
from onboarding.applications.schemas import Receipt, Scope
from onboarding.applications.states import (
    APPLICANT,
    CONFIRMER,
    REVIEWER,
    ApplicationAction,
    ApplicationStatus,
    Capability,
    may,
)
from onboarding.approvals import approvals
from onboarding.approvals.decision_schemas import ScopePart
from onboarding.approvals.states import APPROVAL_REVIEWER, ApprovalAction, ApprovalStatus
from onboarding.review import assignment, decisions, messages, proposals
from onboarding.review.decision_schemas import Confirmation, DecisionWish, ReturnOfProposal, Transfer
from onboarding.review.transferring import transfer
from tests.factories.onboarding import (
    CLASS,
    OTHER_CLASS,
    PDF,
    PLACE,
    Case,
    a_case,
    a_submitted,
    make_other_organiser,
    stranger,
    terms,
)

A, C = ApplicationAction, Capability
Attempt = Callable[[Case], Awaitable[object]]

Table = TransitionTable[ApplicationStatus, ApplicationAction]
BOTH = (CLASS, OTHER_CLASS)
PART = DecisionWish(
    approved=(ScopePart(service_class=CLASS, municipalities=(PLACE,)),), words="Siivouksesta puuttuu vakuutus."
)
NOTHING = DecisionWish(approved=(), words="Ei.")
PROPOSED = {A.APPROVE: DecisionWish(), A.APPROVE_PARTLY: PART, A.REJECT: NOTHING}
"""What is proposed where the second person's answer comes to this."""


async def confirm(case: Case, actor: Actor) -> Receipt:
    return await proposals.confirm(actor, case.id, Confirmation(proposal_id=await _proposal()))


async def give_back(case: Case, actor: Actor) -> Receipt:
    answer = ReturnOfProposal(proposal_id=await _proposal(), words="Ei näin.")
    return await proposals.give_back(actor, case.id, answer)


async def hand_on(case: Case, actor: Actor) -> Receipt:
    target = await fetch_value("select id from organiser where id <> $1", case.organiser.id)
    return await transfer(actor, case.id, Transfer(organiser_id=target, words="Toimivalta on muualla."))


async def _proposal() -> UUID:
    return await fetch_value("select id from decision_proposal order by proposed_at desc limit 1") or new_id()


MOVES: dict[str, tuple[Table, dict[ApplicationAction, Callable[[Case, Actor], Awaitable[object]]]]] = {
    "applicant": (
        APPLICANT,
        {
            A.SUBMIT: lambda case, actor: submission.submit(actor, case.id, declared=True),
            A.ANSWER: lambda case, actor: information.answer_request(actor, case.id, "Näin on."),
            A.WITHDRAW: lambda case, actor: submission.withdraw(actor, case.id),
        },
    ),
    "reviewer": (
        REVIEWER,
        {
            A.REQUEST_INFORMATION: lambda case, actor: messages.request_information(actor, case.id, "Kuka?"),
            A.PROPOSE: lambda case, actor: proposals.propose(actor, case.id, DecisionWish()),
            A.APPROVE: lambda case, actor: decisions.approve(actor, case.id, terms()),
            A.APPROVE_PARTLY: lambda case, actor: decisions.decide(actor, case.id, PART),
            A.REJECT: lambda case, actor: decisions.reject(actor, case.id, "Ei."),
            A.TRANSFER: hand_on,
        },
    ),
    "confirmer": (
        CONFIRMER,
        {
            A.APPROVE: confirm,
            A.APPROVE_PARTLY: confirm,
            A.REJECT: confirm,
            A.RETURN_PROPOSAL: give_back,
            A.RETURN_UNANSWERED: give_back,
        },
    ),
}
EVERY_MOVE = [(kind, action) for kind, (_, moves) in MOVES.items() for action in moves]


async def _on_bundle(case: Case, do: Callable[[Actor, UUID], Awaitable[object]]) -> object:
    """What is done to the draft that the application belongs to, with a bundle that has nothing else in it."""
    return await do(case.applicant.actor, await fetch_value("select bundle_id from application where id = $1", case.id))


async def _save_page(actor: Actor, bundle_id: UUID) -> object:
    return await answering.save_page(actor, bundle_id, PageToSave(answers={"staff": 7}))


async def _save_bundle_scope(actor: Actor, bundle_id: UUID) -> object:
    scope = Scope(service_classes=(CLASS,), municipalities=(PLACE,))
    return await bundles.save_bundle_scope(actor, bundle_id, scope)


async def _attach_to_all(actor: Actor, bundle_id: UUID) -> object:
    return await attachments.attach_to_all(actor, bundle_id, "certificate", "uusi.pdf", PDF + b"%4")


async def _reply(case: Case) -> object:
    """A reply to the newest item; in a draft, where nothing can be asked, it is answered by an ordinary answer."""
    item = await fetch_value("select id from information_request_item order by id desc limit 1")
    if item is None:
        return await applications.save_answers(case.applicant.actor, case.id, {"staff": 8})
    return await information.reply(case.applicant.actor, case.id, item, information.Reply(text="Saara."))


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
    "save_page": (C.CHANGE_SCOPE, lambda case: _on_bundle(case, _save_page)),
    "save_bundle_scope": (C.CHANGE_SCOPE, lambda case: _on_bundle(case, _save_bundle_scope)),
    "attach_to_all": (C.CHANGE_SCOPE, lambda case: _on_bundle(case, _attach_to_all)),
    "reply": (C.EDIT_ANSWERS, _reply),
    "claim": (C.BE_REVIEWED, lambda case: assignment.claim(case.reviewer, case.id)),
}
TRACES = (
    "select (select jsonb_agg(to_jsonb(a) order by a.id) from application a)::text"
    " || (select count(*) from application_answer) || (select jsonb_agg(value order by question) from application_answer)"
    " || (select count(*) from application_attachment) || (select count(*) from review_note)"
    " || (select count(*) from approval) || (select count(*) from decision)"
    " || coalesce((select jsonb_agg(to_jsonb(p) order by p.id) from decision_proposal p)::text, '')"
    " || (select count(*) from decision_draft) || (select count(*) from notice) || (select count(*) from decision_count)"
)


def test_every_move_of_every_table_is_tried() -> None:
    for table, moves in MOVES.values():
        assert set(table.moves) == set(moves)


@pytest.mark.parametrize("status", ApplicationStatus)
@pytest.mark.parametrize(("kind", "action"), EVERY_MOVE)
async def test_move_in_status_by_everybody(
    database: str, status: ApplicationStatus, kind: str, action: ApplicationAction
) -> None:
    """Those whose table it is not are refused in every status; then the one whose it is, as the table says."""
    table, moves = MOVES[kind]
    case = await _case(status, kind, action)
    people = await _everybody(case)
    before = await fetch_value(TRACES)
    for other in people.keys() - _whose(kind):
        await _refused_without_a_trace(moves[action](case, people[other]), before)
    attempt = moves[action](case, people["colleague" if kind == "confirmer" else kind])
    if table.allows(status, action):
        await attempt
        assert await fetch_value("select status from application where id = $1", case.id) == table.after(status, action)
    else:
        await _refused_without_a_trace(attempt, before)


async def _case(status: ApplicationStatus, kind: str, action: ApplicationAction) -> Case:
    """An application in a status; where a second person answers, with a proposal that their action fits."""
    if status is not ApplicationStatus.TRANSFERRED:
        await make_other_organiser()
    if kind == "confirmer" and status is ApplicationStatus.DECISION_PROPOSED:
        case = await a_submitted(BOTH)
        if action is A.RETURN_UNANSWERED:
            await messages.request_information(case.reviewer, case.id, "Kuka?")
        await proposals.propose(case.reviewer, case.id, PROPOSED.get(action, DecisionWish()))
        return case
    return await a_case(status, BOTH)


async def _everybody(case: Case) -> dict[str, Actor]:
    """One of each kind of actor around an application."""
    applicant = case.applicant.actor
    elsewhere = await fetch_value("select id from organiser where id <> $1", case.organiser.id)
    colleague = Actor(person_id=new_id(), role=Role.REVIEWER, organiser_id=case.organiser.id)
    return {
        "applicant": applicant,
        "worker": msgspec.structs.replace(applicant, role=Role.PROVIDER_WORKER),
        "stranger": stranger(),
        "reviewer": case.reviewer,
        "colleague": colleague,
        "case_manager": msgspec.structs.replace(colleague, role=Role.CASE_MANAGER),
        "reviewer_elsewhere": msgspec.structs.replace(colleague, organiser_id=elsewhere),
        "nobody": Actor(),
    }


def _whose(kind: str) -> set[str]:
    """Those who may make the moves of a table."""
    return {"applicant": {"applicant"}, "reviewer": {"reviewer", "colleague"}, "confirmer": {"colleague"}}[kind]


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
    """Out of turn it is a conflict; one's own proposal is refused; what is not one's business does not exist."""
    with pytest.raises((Conflict, Refused, NotFound)):
        await attempt
    assert await fetch_value(TRACES) == before


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
