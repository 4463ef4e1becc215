"""Approvals over the API, for the organiser that granted them and the provider that has them."""

from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody

from marketplace.kernel.actors import PROVIDER_ROLES
from marketplace.web.security import Caller, allow
from onboarding.applications.schemas import Words
from onboarding.approvals import approvals
from onboarding.approvals.answers_out import ApprovalOut
from onboarding.scoping import REVIEWING

PROVIDER = allow(*sorted(PROVIDER_ROLES))
TAG = "Review"
REVIEWER = allow(*sorted(REVIEWING))
APPROVALS = "/api/v1/organiser/approvals"


class OrganiserApprovals(msgspec.Struct, frozen=True):
    items: list[ApprovalOut]


@get(APPROVALS, guards=[REVIEWER], tags=[TAG])
async def list_approvals(actor: Caller, provider_id: FromQuery[UUID | None] = None) -> OrganiserApprovals:
    """What the caller's organiser has approved, newest first; of one provider where it is named."""
    found = await approvals.approvals_by_organiser(actor, provider_id)
    return OrganiserApprovals([ApprovalOut.of(each) for each in found])


@post(f"{APPROVALS}/{{approval_id:uuid}}/suspend", guards=[REVIEWER], tags=[TAG], status_code=200)
async def suspend_approval(actor: Caller, approval_id: FromPath[UUID], data: JSONBody[Words]) -> ApprovalOut:
    """Suspends an approval at once."""
    return ApprovalOut.of(await approvals.suspend_approval(actor, approval_id, data.text))


@post(f"{APPROVALS}/{{approval_id:uuid}}/resume", guards=[REVIEWER], tags=[TAG], status_code=200)
async def resume_approval(actor: Caller, approval_id: FromPath[UUID], data: JSONBody[Words]) -> ApprovalOut:
    """Puts a suspended approval back into force."""
    return ApprovalOut.of(await approvals.resume_approval(actor, approval_id, data.text))


@post(f"{APPROVALS}/{{approval_id:uuid}}/end", guards=[REVIEWER], tags=[TAG], status_code=200)
async def end_approval(actor: Caller, approval_id: FromPath[UUID], data: JSONBody[Words]) -> ApprovalOut:
    """Ends an approval at once, for good."""
    return ApprovalOut.of(await approvals.end_approval(actor, approval_id, data.text))


class ApprovalList(msgspec.Struct, frozen=True):
    items: list[ApprovalOut]


@get("/api/v1/provider/approvals", guards=[PROVIDER], tags=[TAG])
async def list_my_approvals(actor: Caller) -> ApprovalList:
    """The approvals of the caller's provider, newest first."""
    return ApprovalList([ApprovalOut.of(each) for each in await approvals.approvals_of_provider(actor)])


ROUTES = [
    list_approvals,
    suspend_approval,
    resume_approval,
    end_approval,
    list_my_approvals,
]
