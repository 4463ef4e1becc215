"""Price changes over the API: a provider announces them, the organiser decides, and an offer's prices are for everybody."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from marketplace.catalogue.changes import changes, history, increases, queries
from marketplace.catalogue.changes.schemas import (
    IncreaseOutlook,
    PriceChangeDraft,
    PriceChangePreview,
    PriceChangeView,
    PricePeriod,
    Rejection,
)
from marketplace.catalogue.changes.states import ChangeStatus
from marketplace.kernel.actors import Role
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow, allow_anyone
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]
TAG = "Price changes"
PROVIDER = allow(Role.PROVIDER_ADMIN)
ORGANISER = allow(*sorted(REVIEWING))
OF_OFFER = "/api/v1/provider/offers/{offer_id:uuid}/price-changes"
OF_ORGANISER = "/api/v1/organiser/price-changes"
PageNumber = Annotated[int, QueryParameter(ge=1, le=10_000)]


class PriceHistory(msgspec.Struct, frozen=True):
    """Oldest first."""

    items: list[PricePeriod]


class OfferChanges(msgspec.Struct, frozen=True):
    """The last announced first, and how the offer's prices may rise."""

    items: list[PriceChangeView]
    increases: IncreaseOutlook


class OrganiserChanges(msgspec.Struct, frozen=True):
    items: list[PriceChangeView]


@get("/api/v1/offers/{offer_id:uuid}/prices", guards=[allow_anyone], tags=[TAG])
async def list_prices_through_time(offer_id: FromPath[UUID]) -> PriceHistory:
    """The price lists of a public offer with the days on which they held or will; a day to come is scheduled."""
    return PriceHistory(await history.price_history(offer_id))


@get(OF_OFFER, guards=[PROVIDER], tags=[TAG])
async def list_price_changes(actor: Caller, offer_id: FromPath[UUID]) -> OfferChanges:
    """The price changes of one's own offer, with the organiser's rules for increases and the earliest day."""
    found = await queries.changes_of_offer(actor, offer_id)
    return OfferChanges(found, await increases.outlook(actor, offer_id))


@post(OF_OFFER, guards=[PROVIDER], tags=[TAG])
async def announce_price_change(
    request: AnyRequest, actor: Caller, offer_id: FromPath[UUID], data: JSONBody[PriceChangeDraft]
) -> PriceChangeView:
    """Announces new prices of a published offer from a day on. Decreases may begin today."""

    async def work() -> PriceChangeView:
        return await changes.announce(actor, offer_id, data)

    return await idempotent(request, work, PriceChangeView)


@post(f"{OF_OFFER}/preview", guards=[PROVIDER], tags=[TAG], status_code=200)
async def preview_price_change(
    actor: Caller, offer_id: FromPath[UUID], data: JSONBody[PriceChangeDraft]
) -> PriceChangePreview:
    """What announcing would do, without doing it."""
    return await changes.preview_change(actor, offer_id, data)


@post("/api/v1/provider/price-changes/{change_id:uuid}/cancel", guards=[PROVIDER], tags=[TAG], status_code=200)
async def cancel_announced_prices(request: AnyRequest, actor: Caller, change_id: FromPath[UUID]) -> PriceChangeView:
    """Takes a change back before its first day."""

    async def work() -> PriceChangeView:
        return await changes.cancel(actor, change_id)

    return await idempotent(request, work, PriceChangeView)


@get(OF_ORGANISER, guards=[ORGANISER], tags=[TAG])
async def list_organiser_price_changes(
    actor: Caller, status: FromQuery[ChangeStatus] = ChangeStatus.AWAITING_APPROVAL, page: PageNumber = 1
) -> OrganiserChanges:
    """The price changes of the organiser's offers that stand so, a hundred a page; those that wait for it by default."""
    return OrganiserChanges(await queries.organiser_changes(actor, status, page))


@get(OF_ORGANISER + "/{change_id:uuid}", guards=[ORGANISER], tags=[TAG])
async def show_price_change_of_organiser(actor: Caller, change_id: FromPath[UUID]) -> PriceChangeView:
    """One price change with the prices before and after it."""
    return await queries.change_for(actor, change_id)


@post(OF_ORGANISER + "/{change_id:uuid}/approve", guards=[ORGANISER], tags=[TAG], status_code=200)
async def approve_announced_prices(request: AnyRequest, actor: Caller, change_id: FromPath[UUID]) -> PriceChangeView:
    """Accepts an increase that waits."""

    async def work() -> PriceChangeView:
        return await changes.approve(actor, change_id)

    return await idempotent(request, work, PriceChangeView)


@post(OF_ORGANISER + "/{change_id:uuid}/reject", guards=[ORGANISER], tags=[TAG], status_code=200)
async def reject_announced_prices(
    request: AnyRequest, actor: Caller, change_id: FromPath[UUID], data: JSONBody[Rejection]
) -> PriceChangeView:
    """Does not accept an increase that waits; the provider reads the reasons."""

    async def work() -> PriceChangeView:
        return await changes.reject(actor, change_id, data)

    return await idempotent(request, work, PriceChangeView)


ROUTES = [
    list_prices_through_time, list_price_changes, announce_price_change, preview_price_change, cancel_announced_prices,
    list_organiser_price_changes, show_price_change_of_organiser, approve_announced_prices, reject_announced_prices,
]  # fmt: skip
