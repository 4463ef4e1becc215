"""The jobs of the Stripe inbox."""

from uuid import UUID

import msgspec

from marketplace.kernel.jobs import Topic


class StripeEventReceived(msgspec.Struct, frozen=True):
    """``stripe_event_id`` is our row's id, not Stripe's."""

    stripe_event_id: UUID


STRIPE_EVENT: Topic[StripeEventReceived] = Topic("stripe.event", StripeEventReceived)
