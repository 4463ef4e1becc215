"""The organiser's desk."""

from typing import Any

from litestar import Request, Response, get

from marketplace.kernel.actors import ORGANISER_ROLES
from marketplace.web.security import Caller, allow
from marketplace.web.templating import page
from onboarding.applications.labels import STATUS_TONES
from onboarding.applications.states import (
    APPLICATION_STATUS_NAMES,
)
from onboarding.review import queue
from onboarding.review.schemas import QueueFilters
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]

LIST = "/organiser/applications"


@get("/organiser", guards=[allow(*sorted(ORGANISER_ROLES))], include_in_schema=False)
async def show_desk(request: AnyRequest, actor: Caller) -> Response[str]:
    """The organiser's desk: what waits, and the ways to the rest."""
    is_reviewer = actor.role in REVIEWING
    waiting = (await queue.queue(actor, QueueFilters())).items if is_reviewer else []
    return page(
        request, "desks/organiser_desk.html", is_reviewer=is_reviewer, waiting=waiting, base=LIST,
        status_names=APPLICATION_STATUS_NAMES, tones=STATUS_TONES,
    )  # fmt: skip


PAGES = [
    show_desk,
]
