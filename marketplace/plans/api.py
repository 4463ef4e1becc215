"""Clients and plans over the API."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.db import unit_of_work
from marketplace.plans import clients, plans
from marketplace.plans.schemas import (
    ClientDetails,
    ClientInvitation,
    ClientPage,
    ClientSearch,
    ClientView,
    NewPlan,
    PlanDraft,
    PlanView,
)
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow

AnyRequest = Request[Any, Any, Any]
TAG = "Plans"
CASE_MANAGERS = allow(Role.CASE_MANAGER)


class MadeInvitation(msgspec.Struct, frozen=True):
    """The id of an invitation that was sent."""

    invitation_id: UUID


@post("/api/v1/organiser/clients", guards=[CASE_MANAGERS], tags=[TAG])
async def add_client(request: AnyRequest, actor: Caller, data: JSONBody[ClientDetails]) -> ClientView:
    """Takes a client in. The answer shows the identity code masked."""
    return await idempotent(request, lambda: clients.add_client(actor, data), ClientView)


@get("/api/v1/organiser/clients", guards=[CASE_MANAGERS], tags=[TAG])
async def list_clients(actor: Caller, page: Annotated[int, QueryParameter(ge=1, le=10_000)] = 1) -> ClientPage:
    """All clients by name, page by page."""
    return await clients.find_clients(actor, page=page)


@post("/api/v1/organiser/clients/search", guards=[CASE_MANAGERS], tags=[TAG], status_code=200)
async def find_clients(actor: Caller, data: JSONBody[ClientSearch]) -> ClientPage:
    """Clients by a part of their name, or by their whole identity code: in the body, so that no address holds either."""
    return await clients.find_clients(actor, data.q, data.page)


@get("/api/v1/organiser/clients/{client_id:uuid}", guards=[CASE_MANAGERS], tags=[TAG])
async def show_client(actor: Caller, client_id: FromPath[UUID]) -> ClientView:
    """One client."""
    return await clients.client_for(actor, client_id)


@put("/api/v1/organiser/clients/{client_id:uuid}", guards=[CASE_MANAGERS], tags=[TAG])
async def change_client(actor: Caller, client_id: FromPath[UUID], data: JSONBody[ClientDetails]) -> ClientView:
    """Writes a client's details anew; an empty identity code keeps the known one."""
    return await clients.change_client(actor, client_id, data)


@post("/api/v1/organiser/clients/{client_id:uuid}/invitations", guards=[CASE_MANAGERS], tags=[TAG])
async def invite_client(
    request: AnyRequest, actor: Caller, client_id: FromPath[UUID], data: JSONBody[ClientInvitation]
) -> MadeInvitation:
    """Invites the client (`client`) or who acts for the client (`proxy`) by e-mail."""

    async def work() -> MadeInvitation:
        return MadeInvitation(await clients.invite_client(actor, client_id, data))

    return await idempotent(request, work, MadeInvitation)


@get("/api/v1/organiser/clients/{client_id:uuid}/plans", guards=[CASE_MANAGERS], tags=[TAG])
async def list_client_plans(actor: Caller, client_id: FromPath[UUID]) -> list[PlanView]:
    """All plans of a client: in force, draft, ended."""
    return await plans.plans_of_client(actor, client_id)


@post("/api/v1/organiser/plans", guards=[CASE_MANAGERS], tags=[TAG])
async def save_plan(request: AnyRequest, actor: Caller, data: JSONBody[NewPlan]) -> PlanView:
    """Writes the client's draft plan; with `activate` it comes into force at once."""
    return await idempotent(request, lambda: _save(actor, data), PlanView)


async def _save(actor: Actor, new: NewPlan) -> PlanView:
    draft = PlanDraft(goals=new.goals, valid_from=new.valid_from, valid_to=new.valid_to, services=new.services)
    async with unit_of_work():
        saved = await plans.save_plan(actor, new.client_id, draft)
        return await plans.activate_plan(actor, saved.id) if new.activate else saved


@post("/api/v1/organiser/plans/{plan_id:uuid}/activate", guards=[CASE_MANAGERS], tags=[TAG], status_code=200)
async def activate_plan(actor: Caller, plan_id: FromPath[UUID]) -> PlanView:
    """Puts a draft into force; the plan before it ends."""
    return await plans.activate_plan(actor, plan_id)


@post("/api/v1/organiser/plans/{plan_id:uuid}/end", guards=[CASE_MANAGERS], tags=[TAG], status_code=200)
async def end_plan(actor: Caller, plan_id: FromPath[UUID]) -> PlanView:
    """Ends a plan today."""
    return await plans.end_plan(actor, plan_id)


@get("/api/v1/client/plan", guards=[allow(Role.CLIENT, Role.PROXY)], tags=[TAG])
async def show_my_plan(actor: Caller) -> PlanView | None:
    """The plan in force of the client who calls, or whom the caller acts for."""
    return await plans.my_plan(actor)


API_ROUTES = [
    add_client, list_clients, find_clients, show_client, change_client, invite_client, list_client_plans, save_plan, activate_plan,
    end_plan, show_my_plan,
]  # fmt: skip
