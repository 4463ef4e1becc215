"""What offers take from the rooms above: price changes to come, and what else has a say when an offer is published.

Those rooms say at their wiring where it is read.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import PriceList


class PriceNews(msgspec.Struct, frozen=True, kw_only=True):
    """Prices that are announced and not yet in force."""

    valid_from: date
    prices: PriceList
    calendar: BandCalendar


NewsReader = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, PriceNews]]]
PublishingCheck = Callable[[UUID, OfferDraft], Awaitable[None]]

_readers: Final[list[NewsReader]] = []
_checks: Final[list[PublishingCheck]] = []


def price_news_is_read_by(reader: NewsReader) -> None:
    """Names the one function that gives the announced prices of offers; a second call replaces the first."""
    _readers[:] = [reader]


def publishing_is_checked_by(check: PublishingCheck) -> None:
    """Names a function that raises ``Refused`` where a draft may not be published today; naming it twice is once.

    It runs in the unit of work that publishes, under the offer's lock, after all other checks.
    """
    if check not in _checks:
        _checks.append(check)


async def price_news_of(offer_id: UUID) -> PriceNews | None:
    """The prices of an offer that are announced, or None."""
    return (await price_news([offer_id])).get(offer_id)


async def price_news(offer_ids: Sequence[UUID]) -> Mapping[UUID, PriceNews]:
    """The announced prices of those of the offers that have some."""
    for reader in _readers if offer_ids else []:
        return await reader(offer_ids)
    return {}


async def check_publishing(offer_id: UUID, draft: OfferDraft) -> None:
    """Asks everybody who has a say.

    Raises:
        Refused: somebody is against it.
    """
    for check in _checks:
        await check(offer_id, draft)
