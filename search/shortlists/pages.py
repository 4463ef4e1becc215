"""The pages of one's own list, and of the lists that a case manager keeps for clients."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import DomainError, NotFound
from marketplace.kernel.i18n import Language, Message, message
from marketplace.organisers.reference import service_class
from marketplace.plans.clients import find_clients
from marketplace.web.forms import Form, empty_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.language import language_of
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow, allow_anyone, allow_signed_in, safe_next
from marketplace.web.templating import FlashKind, flash, page, redirect
from search.shortlists import keeping, lists
from search.shortlists.described import described
from search.shortlists.on_device import chosen_list, notes_on_device
from search.shortlists.schemas import (
    MAX_NOTE,
    MOST_COMPARED,
    KeptOffer,
    ListTitle,
    NewShortlist,
    NoteText,
    ShortlistName,
    ShortlistView,
)

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
CASE_MANAGERS = allow(Role.CASE_MANAGER)
INVALID = 422
HOME = "/shortlist"
SEARCH = "/?text="

add_to_navigation(Desk.PUBLIC, message("My list"), HOME, order=15)
add_to_navigation(Desk.ORGANISER, message("Clients' shortlists"), HOME, order=42, roles=frozenset({Role.CASE_MANAGER}))


class OfferForm(msgspec.Struct, frozen=True, kw_only=True):
    """An offer to keep or to take off. ``back`` is where to go on; ``list_id`` the account's list, where it is named."""

    offer: UUID
    back: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    list_id: UUID | None = None


class NoteForm(msgspec.Struct, frozen=True, kw_only=True):
    """What to remember about an offer."""

    offer: UUID
    list_id: UUID | None = None
    note: NoteText = ""


class ListForm(msgspec.Struct, frozen=True, kw_only=True):
    """A client's list to begin."""

    client_id: UUID
    name: ListTitle = ""


class ClientsAsked(msgspec.Struct, frozen=True, kw_only=True):
    """For which client a list is to be begun: a part of the name, sent in the body."""

    q: Annotated[str, msgspec.Meta(max_length=200)] = ""


class KeptCard(msgspec.Struct, frozen=True):
    """An offer of a list, made ready for reading."""

    offer_id: UUID
    provider: str
    name: str
    service: str
    is_published: bool
    is_ticked: bool
    note: str


@get(HOME, guards=[allow_anyone], include_in_schema=False)
async def show_shortlist(request: AnyRequest, actor: Caller) -> Response[str]:
    """The visitor's list, the signed-in person's own, or all lists of a case manager."""
    if actor.has_role(Role.CASE_MANAGER):
        return await _overview(request, actor)
    found = await keeping.current_list(actor, request.session) if actor.person_id else None
    return await _shown(request, actor, found)


@get(f"{HOME}/{{shortlist_id:uuid}}", guards=[allow_signed_in], include_in_schema=False)
async def show_one_shortlist(request: AnyRequest, actor: Caller, shortlist_id: FromPath[UUID]) -> Response[str]:
    """One list of the account."""
    return await _shown(request, actor, await lists.list_for(actor, shortlist_id))


@post(f"{HOME}/add", guards=[allow_anyone], include_in_schema=False)
async def add_to_shortlist(request: AnyRequest, actor: Caller) -> Redirect:
    """Keeps an offer and goes back to where it was seen."""
    form = await read_form(request, OfferForm)
    if not form.ok:
        raise NotFound
    try:
        made = await keeping.keep(actor, request.session, form.data.offer, list_id=form.data.list_id)
    except DomainError as error:
        flash(request, error.message, FlashKind.NOTE)
        return redirect(safe_next(form.data.back, HOME))
    flash(request, _kept_words(made))
    return redirect(safe_next(form.data.back, HOME))


@post(f"{HOME}/remove", guards=[allow_anyone], include_in_schema=False)
async def remove_from_shortlist(request: AnyRequest, actor: Caller) -> Redirect:
    """Takes an offer off and goes back to where this was asked."""
    form = await read_form(request, OfferForm)
    if not form.ok:
        raise NotFound
    await keeping.forget(actor, request.session, form.data.offer, list_id=form.data.list_id)
    flash(request, message("The service was taken off the list."))
    return redirect(safe_next(form.data.back, HOME))


@post(f"{HOME}/note", guards=[allow_anyone], include_in_schema=False)
async def write_shortlist_note(request: AnyRequest, actor: Caller) -> Page:
    """Writes the note of an offer anew."""
    form = await read_form(request, NoteForm)
    if not form.ok and "note" not in form.errors:
        raise NotFound
    if form.ok:
        sent = form.data
        await keeping.keep(actor, request.session, sent.offer, list_id=sent.list_id, note=sent.note)
        flash(request, message("The note was saved."))
    else:
        flash(request, form.errors["note"], FlashKind.NOTE)
    return redirect(_address(form.value("list_id")))


@post(f"{HOME}/take-over", guards=[allow_signed_in], include_in_schema=False)
async def take_over_shortlist(request: AnyRequest, actor: Caller) -> Redirect:
    """Moves what was kept before signing in to the account."""
    try:
        moved = await keeping.take_over(actor, request.session)
    except DomainError as error:
        flash(request, error.message, FlashKind.NOTE)
        return redirect(HOME)
    flash(request, message("The services were moved to your own list."))
    return redirect(f"{HOME}/{moved.id}")


@get(f"{HOME}/clients", guards=[CASE_MANAGERS], include_in_schema=False)
async def ask_client_of_shortlist(request: AnyRequest, actor: Caller) -> Response[str]:
    """For which client? The first clients by name, and a box to look for others."""
    return await _clients(request, actor, "")


@post(f"{HOME}/clients", guards=[CASE_MANAGERS], include_in_schema=False, status_code=200)
async def find_client_of_shortlist(request: AnyRequest, actor: Caller) -> Response[str]:
    """The clients found. A name stands in no address."""
    form = await read_form(request, ClientsAsked)
    return await _clients(request, actor, form.data.q if form.ok else "")


@post(f"{HOME}/new", guards=[CASE_MANAGERS], include_in_schema=False)
async def begin_shortlist(request: AnyRequest, actor: Caller) -> Redirect:
    """Begins a client's list and goes searching for it."""
    form = await read_form(request, ListForm)
    asked = NewShortlist(client_id=form.data.client_id, name=form.data.name)
    made = await idempotent(request, lambda: lists.open_list(actor, asked), ShortlistView)
    await keeping.choose(actor, request.session, made.id)
    flash(request, message("The list of {name} is open. What you keep now goes on it.", name=made.client_name))
    return redirect(f"{HOME}/{made.id}")


@post(f"{HOME}/{{shortlist_id:uuid}}/search", guards=[allow_signed_in], include_in_schema=False)
async def search_for_shortlist(request: AnyRequest, actor: Caller, shortlist_id: FromPath[UUID]) -> Redirect:
    """From now on what is kept goes on this list; on to the search."""
    await keeping.choose(actor, request.session, shortlist_id)
    return redirect(SEARCH)


@post(f"{HOME}/{{shortlist_id:uuid}}/name", guards=[allow_signed_in], include_in_schema=False)
async def rename_shortlist_page(request: AnyRequest, actor: Caller, shortlist_id: FromPath[UUID]) -> Page:
    """Gives a list another name."""
    form = await read_form(request, ShortlistName)
    if not form.ok:
        return await _shown(request, actor, await lists.list_for(actor, shortlist_id), form)
    await lists.rename_list(actor, shortlist_id, form.data.name)
    flash(request, message("The name of the list was saved."))
    return redirect(f"{HOME}/{shortlist_id}")


@post(f"{HOME}/{{shortlist_id:uuid}}/delete", guards=[allow_signed_in], include_in_schema=False)
async def delete_shortlist_page(request: AnyRequest, actor: Caller, shortlist_id: FromPath[UUID]) -> Redirect:
    """Deletes a list with its notes."""
    await lists.delete_list(actor, shortlist_id)
    flash(request, message("The list was deleted."))
    return redirect(HOME)


async def _shown(
    request: AnyRequest, actor: Actor, found: ShortlistView | None, form: Form[ShortlistName] | None = None
) -> Response[str]:
    language, on_device = language_of(request), notes_on_device(request.session)
    items = found.items if found else () if actor.person_id else await described(on_device)
    return page(
        request, "shortlists/shortlist.html", status_code=200 if form is None else INVALID,
        form=form or empty_form(ShortlistName), kept=_cards(items, language), found=found, title=_title(found),
        base=_address(str(found.id) if found else ""), left_on_device=len(on_device) if actor.person_id else 0,
        is_case_manager=actor.has_role(Role.CASE_MANAGER), most_compared=MOST_COMPARED, most_note=MAX_NOTE,
    )  # fmt: skip


async def _overview(request: AnyRequest, actor: Actor) -> Response[str]:
    """All lists of a case manager, side by side."""
    language = language_of(request)
    found = (await lists.my_lists(actor)).items
    shown = [(each, _title(each), _cards(each.items, language)) for each in found if each.client_id or each.items]
    return page(
        request, "shortlists/shortlists.html", shown=shown, chosen=chosen_list(request.session),
        left_on_device=len(notes_on_device(request.session)),
    )  # fmt: skip


async def _clients(request: AnyRequest, actor: Actor, q: str) -> Response[str]:
    found = await find_clients(actor, q)
    return page(request, "shortlists/clients.html", clients=found.items, total=found.total, q=q)


def _cards(items: Sequence[KeptOffer], language: Language) -> list[KeptCard]:
    cards: list[KeptCard] = []
    ticked = 0
    for each in items:
        is_ticked = each.is_published and ticked < MOST_COMPARED
        ticked += is_ticked
        service = service_class(each.service_class).name.in_language(language)
        name = each.name.in_language(language)
        cards.append(KeptCard(each.offer_id, each.provider, name, service, each.is_published, is_ticked, each.note))
    return cards


def _title(found: ShortlistView | None) -> Message:
    if found is None or not (found.name or found.client_name):
        return message("My list")
    if found.name and found.client_name:
        return message("{client}: {name}", client=found.client_name, name=found.name)
    return message("{name}", name=found.name) if found.name else message("List of {name}", name=found.client_name)


def _kept_words(made: ShortlistView | None) -> Message:
    if made is not None and made.client_name:
        return message("The service was put on the list of {name}.", name=made.client_name)
    return message("The service was put on your list.")


def _address(list_id: str) -> str:
    return f"{HOME}/{list_id}" if list_id else HOME


ROUTES = [
    show_shortlist,
    show_one_shortlist,
    add_to_shortlist,
    remove_from_shortlist,
    write_shortlist_note,
    take_over_shortlist,
    ask_client_of_shortlist,
    find_client_of_shortlist,
    begin_shortlist,
    search_for_shortlist,
    rename_shortlist_page,
    delete_shortlist_page,
]
