"""The organiser's desk: what waits, first of all."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from litestar import Request, Response, get

from marketplace.kernel.actors import ORGANISER_ROLES, Actor
from marketplace.kernel.i18n import message
from marketplace.web.security import Caller, allow
from marketplace.web.templating import page
from onboarding.compliance.reading import waiting_for as compliance_waiting_for
from onboarding.review.counts import LIMIT
from onboarding.review.schemas import Waiting
from onboarding.review.waiting import waiting_for as review_waiting_for
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]

LIST = "/organiser/applications"


async def _compliance(actor: Actor) -> list[Waiting]:
    """Approvals whose conditions may no longer be met."""
    found = await compliance_waiting_for(actor)
    path = "/organiser/compliance"
    return [
        Waiting(title=message("Suspensions proposed"), count=found.proposed, path=path, tone="bad"),
        Waiting(title=message("Approvals to be kept true"), count=found.under_way, path=path, tone="wait"),
    ]


WaitingReader = Callable[[Actor], Awaitable[list[Waiting]]]
ROOMS: Sequence[WaitingReader] = (review_waiting_for, _compliance)
"""Each room says what of its work waits for the actor."""

_above: list[WaitingReader] = []


def waiting_is_also_told_by(reader: WaitingReader) -> None:
    """Names a function of a feature above that says what waits for a reviewer; naming it twice is once."""
    if reader not in _above:
        _above.append(reader)


@get("/organiser", guards=[allow(*sorted(ORGANISER_ROLES))], include_in_schema=False)
async def show_desk(request: AnyRequest, actor: Caller) -> Response[str]:
    """The organiser's desk: what waits, and the ways to the rest."""
    is_reviewer = actor.role in REVIEWING
    waiting = [each for room in (*ROOMS, *_above) for each in await room(actor)] if is_reviewer else []
    return page(
        request, "desks/organiser_desk.html", is_reviewer=is_reviewer, waiting=waiting, limit=LIMIT, base=LIST,
        something=any(each.count for each in waiting),
    )  # fmt: skip


PAGES = [show_desk]
