"""A provider's own approvals, one at a time."""

from uuid import UUID

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, fetch_one
from marketplace.kernel.errors import NotFound
from onboarding.approvals.approvals import approvals_of_provider
from onboarding.approvals.schemas import ApprovalView
from onboarding.approvals.states import ApprovalStatus
from onboarding.scoping import administered_provider


async def own_approval(actor: Actor, approval_id: UUID) -> ApprovalView:
    """One approval of the actor's provider.

    Raises:
        NotFound: there is none, or it is another provider's.
    """
    found = next((each for each in await approvals_of_provider(actor) if each.id == approval_id), None)
    if found is None:
        raise NotFound
    return found


async def locked_own(actor: Actor, approval_id: UUID) -> Row:
    """The locked row of an approval that the actor's provider has.

    Raises:
        NotFound: there is none, or it is another provider's.
    """
    row = await fetch_one(
        "select * from approval where id = $1 and provider_id = $2 for update",
        approval_id,
        administered_provider(actor),
    )
    if row is None:
        raise NotFound
    return row


def is_alive(status: str, valid_to: object) -> bool:
    """Whether an approval has neither ended nor run out: what can still be renewed, extended or left."""
    return status != ApprovalStatus.ENDED and (valid_to is None or str(valid_to) >= today().isoformat())
