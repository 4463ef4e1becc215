"""Approvals over the API, for the organiser that granted them."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from marketplace.kernel.actors import PROVIDER_ROLES
from marketplace.web.security import Caller, allow
from onboarding.applications.schemas import Words
from onboarding.approvals import approvals, finding
from onboarding.approvals.answers_out import ApprovalOut, FoundApprovalOut
from onboarding.approvals.finding import ApprovalFilters, HistoryLine
from onboarding.approvals.states import ApprovalStatus
from onboarding.scoping import REVIEWING

PROVIDER = allow(*sorted(PROVIDER_ROLES))
TAG = "Review"
REVIEWER = allow(*sorted(REVIEWING))
APPROVALS = "/api/v1/organiser/approvals"
Search = Annotated[str, QueryParameter(max_length=100)]


class OrganiserApprovals(msgspec.Struct, frozen=True):
    """A page of approvals; ``next`` is what to send as ``after`` for the following one."""

    items: list[FoundApprovalOut]
    next: str | None = None


@get(APPROVALS, guards=[REVIEWER], tags=[TAG])
async def list_approvals(
    actor: Caller,
    status: FromQuery[ApprovalStatus | None] = None,
    service_class: Search = "",
    municipality: Search = "",
    q: Search = "",
    ends_by: FromQuery[date | None] = None,
    provider_id: FromQuery[UUID | None] = None,
    after: Search = "",
) -> OrganiserApprovals:
    """What the caller's organiser has approved, newest first, 50 a page.

    `q` is a part of the provider's name or business id; `ends_by` finds those whose last day is then at the latest.
    """
    filters = ApprovalFilters(
        status=status, service_class=service_class, municipality=municipality, q=q, ends_by=ends_by,
        provider_id=provider_id, after=after,
    )  # fmt: skip
    found = await finding.find_approvals(actor, filters)
    return OrganiserApprovals([FoundApprovalOut.of(each) for each in found.items], found.next)


@get(f"{APPROVALS}/{{approval_id:uuid}}", guards=[REVIEWER], tags=[TAG])
async def show_organiser_approval(actor: Caller, approval_id: FromPath[UUID]) -> ApprovalOut:
    """One approval."""
    return ApprovalOut.of(await finding.approval_for_organiser(actor, approval_id))


@get(f"{APPROVALS}/{{approval_id:uuid}}/history", guards=[REVIEWER], tags=[TAG])
async def show_approval_history(actor: Caller, approval_id: FromPath[UUID]) -> list[HistoryLine]:
    """What became of an approval, oldest first, with the decisions."""
    return await finding.history_of(actor, approval_id)


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
    show_organiser_approval,
    show_approval_history,
    suspend_approval,
    resume_approval,
    end_approval,
    list_my_approvals,
]
