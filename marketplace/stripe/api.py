"""Where Stripe reports: three endpoints, each with a secret of its own. Anybody may knock; the signature decides."""

import msgspec
from litestar import post
from litestar.params import FromPath

from marketplace.kernel.errors import NotFound
from marketplace.stripe import inbox
from marketplace.stripe.values import WebhookEndpoint
from marketplace.web.request import SafeRequest
from marketplace.web.security import allow_anyone

LARGEST_EVENT_BYTES = 256_000
"""Stripe's events are a few kilobytes; whoever sends more is not Stripe."""


class WebhookAnswer(msgspec.Struct, frozen=True):
    """Stripe looks at the status alone; the body is for people who test."""

    received: bool


@post(
    "/webhooks/stripe/{endpoint:str}",
    guards=[allow_anyone],
    status_code=200,
    request_max_body_size=LARGEST_EVENT_BYTES,
    include_in_schema=False,
)
async def receive_stripe_event(endpoint: FromPath[str], request: SafeRequest) -> WebhookAnswer:
    """Keeps the event and answers at once. Known events are answered the same way, or Stripe would go on sending."""
    if endpoint not in set(WebhookEndpoint):
        raise NotFound
    await inbox.receive(WebhookEndpoint(endpoint), await request.body(), request.headers.get("stripe-signature"))
    return WebhookAnswer(received=True)
