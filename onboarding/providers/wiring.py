"""What the application and the worker take of this room."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from marketplace.kernel.jobs import Handler, Periodic, Topic
from onboarding.providers import api, certificate_api, pages, payout_pages, profile_api, profile_pages
from onboarding.providers.payout_accounts import create_stripe_account
from onboarding.providers.rechecking import ask_for_facts
from onboarding.topics import FACTS_WANTED, STRIPE_ACCOUNT_WANTED

ROUTES: list[ControllerRouterHandler] = [
    *api.ROUTES,
    *profile_api.ROUTES,
    *certificate_api.ROUTES,
    *pages.PAGES,
    *profile_pages.PAGES,
    *payout_pages.PAGES,
]
HANDLERS: Mapping[Topic[Any], Handler] = {FACTS_WANTED: ask_for_facts, STRIPE_ACCOUNT_WANTED: create_stripe_account}
ROUNDS: Sequence[Periodic] = ()
