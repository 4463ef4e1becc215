"""Shortlists over the API, for the signed-in: one's own and, for a case manager, one for each client."""

from typing import Any
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.params import FromPath, JSONBody

from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow_signed_in
from search.shortlists import lists
from search.shortlists.schemas import NewShortlist, OfferNote, ShortlistName, Shortlists, ShortlistView

AnyRequest = Request[Any, Any, Any]
TAG = "Shortlists"


@get("/api/v1/shortlists", guards=[allow_signed_in], tags=[TAG])
async def list_shortlists(actor: Caller) -> Shortlists:
    """The caller's lists with their offers and notes."""
    return await lists.my_lists(actor)


@post("/api/v1/shortlists", guards=[allow_signed_in], tags=[TAG])
async def open_shortlist(request: AnyRequest, actor: Caller, data: JSONBody[NewShortlist]) -> ShortlistView:
    """The caller's list for a client, or without `client_id` their own; begun where there is none yet."""
    return await idempotent(request, lambda: lists.open_list(actor, data), ShortlistView)


@get("/api/v1/shortlists/{shortlist_id:uuid}", guards=[allow_signed_in], tags=[TAG])
async def show_shortlist(actor: Caller, shortlist_id: FromPath[UUID]) -> ShortlistView:
    """One list."""
    return await lists.list_for(actor, shortlist_id)


@put("/api/v1/shortlists/{shortlist_id:uuid}", guards=[allow_signed_in], tags=[TAG])
async def rename_shortlist(actor: Caller, shortlist_id: FromPath[UUID], data: JSONBody[ShortlistName]) -> ShortlistView:
    """Gives the list another name."""
    return await lists.rename_list(actor, shortlist_id, data.name)


@delete("/api/v1/shortlists/{shortlist_id:uuid}", guards=[allow_signed_in], tags=[TAG])
async def delete_shortlist(actor: Caller, shortlist_id: FromPath[UUID]) -> None:
    """Deletes the list with its notes."""
    await lists.delete_list(actor, shortlist_id)


@put("/api/v1/shortlists/{shortlist_id:uuid}/offers/{offer_id:uuid}", guards=[allow_signed_in], tags=[TAG])
async def keep_shortlist_offer(
    actor: Caller, shortlist_id: FromPath[UUID], offer_id: FromPath[UUID], data: JSONBody[OfferNote]
) -> ShortlistView:
    """Puts the offer on the list with this note, or writes its note anew."""
    return await lists.keep_offer(actor, shortlist_id, offer_id, data.note)


@delete("/api/v1/shortlists/{shortlist_id:uuid}/offers/{offer_id:uuid}", guards=[allow_signed_in], tags=[TAG])
async def take_off_shortlist_offer(actor: Caller, shortlist_id: FromPath[UUID], offer_id: FromPath[UUID]) -> None:
    """Takes the offer off the list."""
    await lists.take_off(actor, shortlist_id, offer_id)


ROUTES = [
    list_shortlists,
    open_shortlist,
    show_shortlist,
    rename_shortlist,
    delete_shortlist,
    keep_shortlist_offer,
    take_off_shortlist_offer,
]
