"""What a provider does with its own approvals, over the API: renewing, extending, leaving."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, JSONBody

from marketplace.kernel.actors import PROVIDER_ROLES, Role
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow
from onboarding.applications.bundle_api import BundleOut, bundle_out
from onboarding.applications.bundles import bundle_for_applicant
from onboarding.approvals import leaving, renewal
from onboarding.approvals.answers_out import ApprovalOut
from onboarding.approvals.leaving import Leaving, LeavingView
from onboarding.approvals.own import own_approval

AnyRequest = Request[Any, Any, Any]
TAG = "Onboarding"
PROVIDER = allow(*sorted(PROVIDER_ROLES))
ADMIN = allow(Role.PROVIDER_ADMIN)
ONE = "/api/v1/provider/approvals/{approval_id:uuid}"


class Extension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be added to an approval: service classes and municipalities by their codes."""

    service_classes: Annotated[tuple[str, ...], msgspec.Meta(max_length=200)] = ()
    municipalities: Annotated[tuple[str, ...], msgspec.Meta(max_length=400)] = ()


@get(ONE, guards=[PROVIDER], tags=[TAG])
async def show_my_approval(actor: Caller, approval_id: FromPath[UUID]) -> ApprovalOut:
    """One approval of the caller's provider."""
    return ApprovalOut.of(await own_approval(actor, approval_id))


@post(f"{ONE}/renew", guards=[ADMIN], tags=[TAG])
async def begin_renewal(request: AnyRequest, actor: Caller, approval_id: FromPath[UUID]) -> BundleOut:
    """Begins the renewal of an approval before it ends, with the earlier answers carried over; or gives the one begun."""

    async def work() -> UUID:
        return await renewal.renew(actor, approval_id)

    return await _shown(request, actor, await idempotent(request, work, UUID))


@post(f"{ONE}/extend", guards=[ADMIN], tags=[TAG])
async def begin_extension(
    request: AnyRequest, actor: Caller, approval_id: FromPath[UUID], data: JSONBody[Extension]
) -> BundleOut:
    """Begins a small application for more services or municipalities: only what that brings is asked."""

    async def work() -> UUID:
        return await renewal.extend(actor, approval_id, data.service_classes, data.municipalities)

    return await _shown(request, actor, await idempotent(request, work, UUID))


async def _shown(request: AnyRequest, actor: Caller, bundle_id: UUID) -> BundleOut:
    return bundle_out(await bundle_for_applicant(actor, bundle_id), request.user.language)


@post(f"{ONE}/leave", guards=[ADMIN], tags=[TAG], status_code=200)
async def leave_register(
    request: AnyRequest, actor: Caller, approval_id: FromPath[UUID], data: JSONBody[Leaving]
) -> LeavingView:
    """Leaves the register with the chosen last day, for good."""

    async def work() -> LeavingView:
        return await leaving.leave(actor, approval_id, data)

    return await idempotent(request, work, LeavingView)


ROUTES = [show_my_approval, begin_renewal, begin_extension, leave_register]
