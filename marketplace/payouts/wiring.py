"""What the application and the worker take of payouts: routes, jobs, and the events of Stripe that concern them."""

from collections.abc import Mapping
from typing import Any, Final

from litestar.types import ControllerRouterHandler

from marketplace.kernel.jobs import Handler, Topic
from marketplace.payouts import api, pages
from marketplace.payouts.events import on_payout_event, on_transfer_event
from marketplace.payouts.stripe_rail import send
from marketplace.payouts.topics import PAYOUT_REQUESTED
from marketplace.payouts.waiting import send_what_waited
from marketplace.stripe.inbox import EventHandler
from onboarding.topics import PAYOUT_ACCOUNT_CHANGED

ROUTES: Final[list[ControllerRouterHandler]] = [*api.ROUTES, *pages.ROUTES]

JOB_HANDLERS: Final[Mapping[Topic[Any], Handler]] = {
    PAYOUT_REQUESTED: send,
    PAYOUT_ACCOUNT_CHANGED: send_what_waited,
}

STRIPE_EVENT_HANDLERS: Final[Mapping[str, EventHandler]] = {
    "payout.*": on_payout_event,
    "transfer.*": on_transfer_event,
}
