"""What the application and the worker take of onboarding: its routes, who does its jobs, which events concern it."""

from collections.abc import Mapping
from typing import Any

from litestar.types import ControllerRouterHandler

from marketplace.kernel.jobs import Handler, Topic
from marketplace.stripe.inbox import EventHandler
from onboarding import api, application_pages, pages, register_pages, review_api, review_pages
from onboarding.notices import send_notice
from onboarding.payout_accounts import create_stripe_account, on_account_event
from onboarding.providers import ask_for_facts
from onboarding.topics import FACTS_WANTED, NOTICE, STRIPE_ACCOUNT_WANTED

ROUTES: list[ControllerRouterHandler] = [
    *api.ROUTES,
    *review_api.ROUTES,
    *register_pages.PAGES,
    *pages.PAGES,
    *application_pages.PAGES,
    *review_pages.PAGES,
]

HANDLERS: Mapping[Topic[Any], Handler] = {
    NOTICE: send_notice,
    FACTS_WANTED: ask_for_facts,
    STRIPE_ACCOUNT_WANTED: create_stripe_account,
}

STRIPE_EVENT_HANDLERS: Mapping[str, EventHandler] = {
    "v2.core.account*": on_account_event,
    "account.*": on_account_event,
}
"""Thin events about accounts (Accounts v2), and the older snapshot ones where an endpoint still sends them."""
