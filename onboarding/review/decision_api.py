"""Deciding over the API: alone or by two people, whole or in part, or handing on to another organiser."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, JSONBody

from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow
from onboarding.applications.schemas import Receipt, Words
from onboarding.approvals.schemas import ApprovalTerms
from onboarding.review import decisions, proposals
from onboarding.review.decision_schemas import Confirmation, DecisionWish, ProposalList, ReturnOfProposal, Transfer
from onboarding.review.transferring import transfer
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]
TAG = "Review"
REVIEWER = allow(*sorted(REVIEWING))
ONE = "/api/v1/organiser/applications/{application_id:uuid}"


async def _once(request: AnyRequest, work: Callable[[], Awaitable[Receipt]]) -> Receipt:
    return await idempotent(request, work, Receipt)


@post(f"{ONE}/decide", guards=[REVIEWER], tags=[TAG], status_code=200)
async def decide_application(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[DecisionWish]
) -> Receipt:
    """Approves all or a part of what was applied for, or rejects it. Final.

    Refused (``four_eyes``) where the organiser's decisions are confirmed by a second person: propose it then.
    """
    return await _once(request, lambda: decisions.decide(actor, application_id, data))


@post(f"{ONE}/approve", guards=[REVIEWER], tags=[TAG], status_code=200)
async def approve_application(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[ApprovalTerms]
) -> Receipt:
    """Approves the provider for all that it applied for."""
    return await _once(request, lambda: decisions.approve(actor, application_id, data))


@post(f"{ONE}/reject", guards=[REVIEWER], tags=[TAG], status_code=200)
async def reject_application(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[Words]
) -> Receipt:
    """Rejects an application, with reasons in one's own words."""
    return await _once(request, lambda: decisions.reject(actor, application_id, data.text))


@post(f"{ONE}/propose", guards=[REVIEWER], tags=[TAG], status_code=200)
async def propose_decision(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[DecisionWish]
) -> Receipt:
    """Proposes a decision to the colleagues. Nobody outside the organiser sees it."""
    return await _once(request, lambda: proposals.propose(actor, application_id, data))


@get(f"{ONE}/proposals", guards=[REVIEWER], tags=[TAG])
async def list_proposals(actor: Caller, application_id: FromPath[UUID]) -> ProposalList:
    """The decisions that were proposed on an application, newest first, with their answers."""
    return await proposals.proposals_on(actor, application_id)


@post(f"{ONE}/proposal/confirm", guards=[REVIEWER], tags=[TAG], status_code=200)
async def confirm_proposal(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[Confirmation]
) -> Receipt:
    """Makes the decision that a colleague proposed, as it stands. Final."""
    return await _once(request, lambda: proposals.confirm(actor, application_id, data))


@post(f"{ONE}/proposal/return", guards=[REVIEWER], tags=[TAG], status_code=200)
async def return_proposal(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[ReturnOfProposal]
) -> Receipt:
    """Gives a proposal back to its maker, with words about what should be different."""
    return await _once(request, lambda: proposals.give_back(actor, application_id, data))


@post(f"{ONE}/transfer", guards=[REVIEWER], tags=[TAG], status_code=200)
async def transfer_application(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[Transfer]
) -> Receipt:
    """Ends the matter here and opens it as a draft at the organiser that is competent."""
    return await _once(request, lambda: transfer(actor, application_id, data))


ROUTES = [
    decide_application,
    approve_application,
    reject_application,
    propose_decision,
    list_proposals,
    confirm_proposal,
    return_proposal,
    transfer_application,
]
