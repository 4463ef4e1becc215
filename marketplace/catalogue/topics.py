"""What the catalogue tells of, to be done after the commit."""

from uuid import UUID

import msgspec

from marketplace.kernel.jobs import Topic


class OfferChanged(msgspec.Struct, frozen=True):
    """An offer was published, replaced or withdrawn, or its provider's approval changed."""

    offer_id: UUID


OFFER_CHANGED = Topic("offer.changed", OfferChanged)
"""Handled above, by search, which compares its index with ``published.published_offer``."""
