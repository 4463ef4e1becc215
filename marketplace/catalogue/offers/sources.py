"""What offers take from above: prices to come, the cost of a reader's month, and what has a say when one is published.

Those rooms say at their wiring where it is read.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Final, Protocol
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.schemas import OfferDraft, PublishedOffer
from marketplace.kernel.i18n import Language, Message
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import PriceList


class PriceNews(msgspec.Struct, frozen=True, kw_only=True):
    """Prices that are announced and not yet in force."""

    valid_from: date
    prices: PriceList
    calendar: BandCalendar


class OwnMonth(msgspec.Struct, frozen=True, kw_only=True):
    """What a month of the reader's own week costs with an offer, in words. ``builder`` is where the week is made.

    ``week`` in sentences, empty without one; ``comparison`` is where each cent is explained.
    """

    builder: str
    comparison: str = ""
    month: str = ""
    week: tuple[str, ...] = ()
    sum: Message | None = None
    words: tuple[Message, ...] = ()


class Sent(Protocol):
    """The parameters of an address, of which each may stand several times."""

    def get(self, key: str, default: str, /) -> str: ...

    def getall(self, key: str, default: list[str], /) -> list[str]: ...


MonthTeller = Callable[[PublishedOffer, Sent, Language], Awaitable[OwnMonth]]
NewsReader = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, PriceNews]]]
PublishingCheck = Callable[[UUID, OfferDraft], Awaitable[None]]

_readers: Final[list[NewsReader]] = []
_checks: Final[list[PublishingCheck]] = []
_tellers: Final[list[MonthTeller]] = []


def price_news_is_read_by(reader: NewsReader) -> None:
    """Names the one function that gives the announced prices of offers; a second call replaces the first."""
    _readers[:] = [reader]


def publishing_is_checked_by(check: PublishingCheck) -> None:
    """Names a function that raises ``Refused`` where a draft may not be published today; naming it twice is once.

    It runs in the unit of work that publishes, under the offer's lock, after all other checks.
    """
    if check not in _checks:
        _checks.append(check)


def own_month_is_told_by(teller: MonthTeller) -> None:
    """Names the one function that prices a reader's week by an offer; a second call replaces the first."""
    _tellers[:] = [teller]


async def own_month(offer: PublishedOffer, sent: Sent, language: Language) -> OwnMonth | None:
    """What the week of an address costs with an offer; None where nobody prices weeks."""
    for teller in _tellers:
        return await teller(offer, sent, language)
    return None


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
