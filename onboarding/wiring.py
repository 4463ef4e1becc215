"""What the application and the worker take of onboarding: its routes, who does its jobs, which events concern it."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from marketplace.kernel.jobs import Handler, Periodic, Topic
from marketplace.stripe.inbox import EventHandler
from onboarding.applications import wiring as applications
from onboarding.approvals import wiring as approvals
from onboarding.archive import wiring as archive
from onboarding.compliance import wiring as compliance
from onboarding.desks import wiring as desks
from onboarding.providers import wiring as providers
from onboarding.providers.payout_accounts import on_account_event
from onboarding.register import wiring as register
from onboarding.review import wiring as review
from onboarding.rulebooks import wiring as rulebooks

ROOMS = (register, desks, providers, rulebooks, applications, approvals, compliance, review, archive)

ROUTES: list[ControllerRouterHandler] = [route for room in ROOMS for route in room.ROUTES]

HANDLERS: Mapping[Topic[Any], Handler] = {topic: handler for room in ROOMS for topic, handler in room.HANDLERS.items()}

ROUNDS: Sequence[Periodic] = [each for room in ROOMS for each in room.ROUNDS]

STRIPE_EVENT_HANDLERS: Mapping[str, EventHandler] = {
    "v2.core.account*": on_account_event,
    "account.*": on_account_event,
}
"""Thin events about accounts (Accounts v2), and the older snapshot ones where an endpoint still sends them."""
