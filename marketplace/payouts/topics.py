"""The jobs of payouts. Payloads carry ids only."""

from uuid import UUID

import msgspec

from marketplace.kernel.jobs import Topic


class OfPayout(msgspec.Struct, frozen=True):
    payout_id: UUID


PAYOUT_REQUESTED = Topic("payout.requested", OfPayout)
"""Send a payment, or go on where an earlier try stopped. Handled by ``stripe_rail``."""
