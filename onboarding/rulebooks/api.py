"""Rulebooks over the API."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, JSONBody

from marketplace.kernel.actors import Role
from marketplace.kernel.errors import NotFound
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow, allow_anyone
from onboarding.rulebooks.schemas import NewRulebook, RulebookVersionView
from onboarding.rulebooks.versions import publish_rulebook, rulebook_in_force

AnyRequest = Request[Any, Any, Any]

TAG = "Review"
REGISTER_TAG = "Register"
ADMIN = allow(Role.ORGANISER_ADMIN)


@post("/api/v1/organiser/rulebook", guards=[ADMIN], tags=[TAG])
async def publish_own_rulebook(request: AnyRequest, actor: Caller, data: JSONBody[NewRulebook]) -> RulebookVersionView:
    """Publishes the next version of the organiser's rulebook, in force from a day on."""
    organiser_id = actor.organiser_id
    if organiser_id is None:
        raise NotFound

    async def work() -> RulebookVersionView:
        return await publish_rulebook(actor, organiser_id, data.content, data.valid_from)

    return await idempotent(request, work, RulebookVersionView)


@get("/api/v1/organisers/{organiser_id:uuid}/rulebook", guards=[allow_anyone], tags=[REGISTER_TAG])
async def show_rulebook(organiser_id: FromPath[UUID]) -> RulebookVersionView:
    """What an organiser requires of providers today."""
    return await rulebook_in_force(organiser_id)


ROUTES = [
    publish_own_rulebook,
    show_rulebook,
]
