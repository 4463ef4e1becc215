"""Decisions over the API."""

from typing import Any
from uuid import UUID

from litestar import Request, post
from litestar.params import FromPath, JSONBody

from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow
from onboarding.applications.schemas import Receipt, Words
from onboarding.approvals.schemas import ApprovalTerms
from onboarding.review import decisions
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]
TAG = "Review"
REVIEWER = allow(*sorted(REVIEWING))
QUEUE = "/api/v1/organiser/applications"


@post(f"{QUEUE}/{{application_id:uuid}}/approve", guards=[REVIEWER], tags=[TAG], status_code=200)
async def approve_application(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[ApprovalTerms]
) -> Receipt:
    """Approves the provider for all that it applied for."""

    async def work() -> Receipt:
        return await decisions.approve(actor, application_id, data)

    return await idempotent(request, work, Receipt)


@post(f"{QUEUE}/{{application_id:uuid}}/reject", guards=[REVIEWER], tags=[TAG], status_code=200)
async def reject_application(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[Words]
) -> Receipt:
    """Rejects an application, with reasons."""

    async def work() -> Receipt:
        return await decisions.reject(actor, application_id, data.text)

    return await idempotent(request, work, Receipt)


ROUTES = [approve_application, reject_application]
