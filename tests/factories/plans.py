"""Clients and plans for tests, made through the use cases."""

from datetime import date
from typing import Any

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.db import new_id
from marketplace.organisers.schemas import Organiser
from marketplace.plans.clients import add_client
from marketplace.plans.plans import activate_plan, save_plan
from marketplace.plans.schemas import ClientDetails, ClientView, PlanDraft, PlannedService, PlanView

BEGIN = date(2026, 1, 1)


def a_case_manager(organiser: Organiser) -> Actor:
    return Actor(person_id=new_id(), role=Role.CASE_MANAGER, organiser_id=organiser.id)


def client_of(client: ClientView, role: Role = Role.CLIENT) -> Actor:
    """The client, or with ``Role.PROXY`` somebody who acts for the client."""
    return Actor(person_id=new_id(), role=role, client_id=client.id)


def client_details(**changes: Any) -> ClientDetails:
    facts = {"given_names": "Maija", "family_name": "Mattila", "municipality_code": "091", "household_size": 1}
    return ClientDetails(**{**facts, **changes})


async def make_client(manager: Actor, **changes: Any) -> ClientView:
    return await add_client(manager, client_details(**changes))


def plan_draft(minutes: int = 1200, *, valid_from: date = BEGIN, **changes: Any) -> PlanDraft:
    """A plan with so many minutes of regular home care a month."""
    services = (PlannedService(service_class="V-HOMECARE-REG", minutes_per_month=minutes),)
    facts = {"goals": "Kotona asuminen jatkuu.", "valid_from": valid_from, "services": services}
    return PlanDraft(**{**facts, **changes})


async def make_plan(manager: Actor, client: ClientView, draft: PlanDraft | None = None) -> PlanView:
    """A plan in force."""
    saved = await save_plan(manager, client.id, draft or plan_draft())
    return await activate_plan(manager, saved.id)
