"""Offers over the API: a provider's own, and the public view of one. Searching them belongs to search."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get, post, put
from litestar.params import FromPath, JSONBody

from marketplace.catalogue.offers import offers
from marketplace.catalogue.offers.schemas import OfferDraft, OfferSummary, PublishedOffer, SavedOffer
from marketplace.kernel.actors import Role
from marketplace.kernel.i18n import translate
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow, allow_anyone

AnyRequest = Request[Any, Any, Any]
TAG = "Offers"
PROVIDER = allow(Role.PROVIDER_ADMIN)
OWN = "/api/v1/provider/offers"


class OwnOfferList(msgspec.Struct, frozen=True):
    items: list[OfferSummary]


class OwnOfferShown(msgspec.Struct, frozen=True, kw_only=True):
    """An offer with what would be edited next. ``obstacles`` say in words why it cannot be published yet."""

    id: UUID
    content: OfferDraft
    draft_version: int | None
    published_version: int | None
    published_at: datetime | None
    is_public: bool
    obstacles: list[str]


@get(OWN, guards=[PROVIDER], tags=[TAG])
async def show_own_offers(actor: Caller) -> OwnOfferList:
    """All offers of the caller's provider: drafts, published and withdrawn ones."""
    return OwnOfferList(await offers.my_offers(actor))


@post(OWN, guards=[PROVIDER], tags=[TAG])
async def create_offer(request: AnyRequest, actor: Caller, data: JSONBody[OfferDraft]) -> SavedOffer:
    """Begins an offer as a draft. Texts and prices may follow later."""

    async def work() -> SavedOffer:
        return await offers.save_draft(actor, None, data)

    return await idempotent(request, work, SavedOffer)


@get(OWN + "/{offer_id:uuid}", guards=[PROVIDER], tags=[TAG])
async def show_own_offer(actor: Caller, offer_id: FromPath[UUID]) -> OwnOfferShown:
    """The draft of an offer, or its newest version where there is no draft."""
    own = await offers.my_offer(actor, offer_id)
    return OwnOfferShown(
        id=own.id,
        content=own.content,
        draft_version=own.draft_version,
        published_version=own.published_version,
        published_at=own.published_at,
        is_public=own.is_public,
        obstacles=[translate(obstacle, actor.language) for obstacle in own.obstacles],
    )


@put(OWN + "/{offer_id:uuid}", guards=[PROVIDER], tags=[TAG])
async def change_offer(
    request: AnyRequest, actor: Caller, offer_id: FromPath[UUID], data: JSONBody[OfferDraft]
) -> SavedOffer:
    """Writes the draft anew. The published version stays as it is until the draft is published."""

    async def work() -> SavedOffer:
        return await offers.save_draft(actor, offer_id, data)

    return await idempotent(request, work, SavedOffer)


@post(OWN + "/{offer_id:uuid}/publish", guards=[PROVIDER], tags=[TAG], status_code=200)
async def publish_offer(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> SavedOffer:
    """Makes the draft public. Refused with the reason where an approval does not cover it."""

    async def work() -> SavedOffer:
        return await offers.publish(actor, offer_id)

    return await idempotent(request, work, SavedOffer)


@post(OWN + "/{offer_id:uuid}/withdraw", guards=[PROVIDER], tags=[TAG], status_code=200)
async def withdraw_offer(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> SavedOffer:
    """Takes the published version out of the public's sight."""

    async def work() -> SavedOffer:
        return await offers.withdraw(actor, offer_id)

    return await idempotent(request, work, SavedOffer)


@get("/api/v1/offers/{offer_id:uuid}", guards=[allow_anyone], tags=[TAG])
async def show_published_offer(offer_id: FromPath[UUID]) -> PublishedOffer:
    """A public offer with its prices and the time bands they go by. Amounts are integer cents per unit."""
    return await offers.published_offer(offer_id)


ROUTES = [
    show_own_offers,
    create_offer,
    show_own_offer,
    change_offer,
    publish_offer,
    withdraw_offer,
    show_published_offer,
]
