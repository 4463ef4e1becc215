"""Keeping offers wherever the caller's list is: on this device for a visitor, in the account for the signed-in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marketplace.kernel.actors import Actor
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import checked_words
from search.shortlists import lists
from search.shortlists.described import were_public
from search.shortlists.on_device import (
    Session,
    choose_list,
    chosen_list,
    forget_all_on_device,
    forget_on_device,
    keep_on_device,
    notes_on_device,
)
from search.shortlists.schemas import NewShortlist, ShortlistView


async def kept_offers(actor: Actor, session: Mapping[str, Any]) -> frozenset[UUID]:
    """The offers on the list that the caller is filling now."""
    if actor.person_id is None:
        return frozenset(notes_on_device(session))
    found = await current_list(actor, session)
    return frozenset(each.offer_id for each in found.items) if found else frozenset()


async def current_list(actor: Actor, session: Mapping[str, Any]) -> ShortlistView | None:
    """The list that a signed-in caller is filling now: the chosen one, else their own; None where it is not begun."""
    chosen, every = chosen_list(session), (await lists.my_lists(actor)).items
    return next((each for each in every if each.id == chosen), None) or next(
        (each for each in every if each.client_id == actor.client_id), None
    )


async def keep(
    actor: Actor, session: Session, offer_id: UUID, *, list_id: UUID | None = None, note: str | None = None
) -> ShortlistView | None:
    """Keeps an offer, or writes its note anew. Returns the account's list, None for that of the device.

    Raises:
        NotFound: the offer is not public, or the list is not the caller's.
        Refused: the list is full.
        Invalid: a note that cannot be.
    """
    if actor.person_id is not None:
        target = list_id or (await _current(actor, session)).id
        return await lists.keep_offer(actor, target, offer_id, note)
    _no_account(list_id)
    if offer_id not in notes_on_device(session) and not await were_public([offer_id]):
        raise NotFound(message("These offers are no longer published."))
    keep_on_device(session, offer_id, None if note is None else checked_words("note", note))
    return None


async def forget(actor: Actor, session: Session, offer_id: UUID, *, list_id: UUID | None = None) -> None:
    """Takes an offer off.

    Raises:
        NotFound: the list is not the caller's.
    """
    if actor.person_id is not None:
        found = list_id or getattr(await current_list(actor, session), "id", None)
        if found is not None:
            await lists.take_off(actor, found, offer_id)
        return
    _no_account(list_id)
    forget_on_device(session, offer_id)


async def take_over(actor: Actor, session: Session, list_id: UUID | None = None) -> ShortlistView:
    """Moves what was kept on the device before signing in to a list of the account.

    Raises:
        NotFound: the list is not the caller's.
        Refused: the list would be too full.
    """
    target = list_id or (await _current(actor, session)).id
    moved = await lists.keep_all(actor, target, notes_on_device(session))
    forget_all_on_device(session)
    return moved


async def choose(actor: Actor, session: Session, list_id: UUID) -> ShortlistView:
    """From now on what is found is kept on this list.

    Raises:
        NotFound: the list is not the caller's.
    """
    found = await lists.list_for(actor, list_id)
    choose_list(session, found.id)
    return found


async def _current(actor: Actor, session: Mapping[str, Any]) -> ShortlistView:
    return await current_list(actor, session) or await lists.open_list(actor, NewShortlist())


def _no_account(list_id: UUID | None) -> None:
    """A visitor has no list with an id."""
    if list_id is not None:
        raise NotFound
