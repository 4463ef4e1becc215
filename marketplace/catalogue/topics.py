"""What the catalogue tells of, to be done after the commit."""

from uuid import UUID

import msgspec

from marketplace.kernel.jobs import Topic


class OfferChanged(msgspec.Struct, frozen=True):
    """An offer was published, replaced or withdrawn, or its provider's approval changed."""

    offer_id: UUID


OFFER_CHANGED = Topic("offer.changed", OfferChanged)
"""Handled above, by search, which compares its index with ``published.published_offer``."""


class OfPriceChange(msgspec.Struct, frozen=True):
    change_id: UUID


PRICE_CHANGE_SCHEDULED = Topic("price_change.scheduled", OfPriceChange)
"""An offer has prices for a day to come. Handled above, by vouchers: agreements take them, and clients are told."""

PRICE_CHANGE_UNDONE = Topic("price_change.undone", OfPriceChange)
"""Prices that were to come will not. Handled above, by vouchers: agreements keep theirs, and clients are told."""
