"""Shortlists in an account: one of one's own, and for a case manager one for each client. Nobody sees another's."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from marketplace.kernel import audit
from marketplace.kernel.actors import CLIENT_ROLES, Actor, Role
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import NotFound, NotSignedIn, Refused
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import checked_words
from marketplace.plans.clients import client_for
from search.shortlists.described import described, were_public
from search.shortlists.on_device import full
from search.shortlists.schemas import MOST_KEPT, MOST_LISTS, KeptOffer, NewShortlist, Shortlists, ShortlistView

# A case manager who changed organisers no longer sees the lists of clients left behind, nor a proxy those of another.
VISIBLE: Final = """
    from shortlist s left join client c on c.id = s.client_id
    where s.owner_id = $1 and (s.client_id is null or s.client_id = $2 or c.organiser_id = $3)
"""
COLUMNS: Final = (
    "s.id, s.client_id, s.name, s.changed_at, coalesce(c.given_names || ' ' || c.family_name, '') as client_name"
)
ALL: Final = f"""
select {COLUMNS} {VISIBLE}
order by s.client_id is distinct from $2, lower(c.family_name) nulls first, lower(c.given_names), s.id limit {MOST_LISTS}
"""
ONE: Final = f"select {COLUMNS} {VISIBLE} and s.id = $4"
LOCK: Final = f"select s.id, s.name {VISIBLE} and s.id = $4 for update of s"
FOUND: Final = "select id from shortlist where owner_id = $1 and client_id is not distinct from $2"
INSERT: Final = """
insert into shortlist (id, owner_id, client_id, name, created_at, changed_at) values ($1, $2, $3, $4, $5, $5)
on conflict do nothing
"""
ITEMS: Final = """
select shortlist_id, offer_id, note from shortlist_item where shortlist_id = any($1::uuid[])
order by place, added_at, id
"""
KEEP: Final = """
insert into shortlist_item (id, shortlist_id, offer_id, note, place, added_at)
values ($1, $2, $3, coalesce($4, ''), (select coalesce(max(place), 0) + 1 from shortlist_item where shortlist_id = $2), $5)
on conflict (shortlist_id, offer_id) do update set note = coalesce($4, shortlist_item.note)
"""
TOUCH: Final = "update shortlist set changed_at = $2 where id = $1"


async def my_lists(actor: Actor) -> Shortlists:
    """All lists that the actor keeps under the present hat.

    Raises:
        NotSignedIn: a visitor, whose list is on the device only.
    """
    rows = await fetch(ALL, *_scope(actor))
    return Shortlists(items=await _views(rows))


async def list_for(actor: Actor, list_id: UUID) -> ShortlistView:
    """One list.

    Raises:
        NotFound: somebody else's, or of a client who is not the actor's.
    """
    row = await fetch_one(ONE, *_scope(actor), list_id)
    if row is None:
        raise NotFound
    return (await _views([row]))[0]


@transactional()
async def open_list(actor: Actor, asked: NewShortlist) -> ShortlistView:
    """The actor's list for a client, or the actor's own; begun where there is none yet.

    Raises:
        NotFound: not a client of the actor.
        Refused: the person keeps as many lists as one may.
        Invalid: a name that cannot be.
    """
    owner_id, own_client, _ = _scope(actor)
    client_id = asked.client_id or own_client
    if client_id is not None:
        await client_for(actor, client_id)
    found = await fetch_value(FOUND, owner_id, client_id)
    return await list_for(actor, found or await _begun(actor, client_id, asked))


async def _begun(actor: Actor, client_id: UUID | None, asked: NewShortlist) -> UUID:
    owner_id, name = actor.person_id, checked_words("name", asked.name)
    if await fetch_value("select count(*) from shortlist where owner_id = $1", owner_id) >= MOST_LISTS:
        text = message("You keep {most} lists already. Delete those that you no longer need.", most=MOST_LISTS)
        raise Refused(text, code="too_many_shortlists")
    list_id = new_id()
    if await execute(INSERT, list_id, owner_id, client_id, name, now()):
        await audit.record(actor, "shortlist.begun", "shortlist", list_id, after={"client_id": client_id})
        return list_id
    return await fetch_value(FOUND, owner_id, client_id)  # Begun at the same moment in another window.


@transactional()
async def rename_list(actor: Actor, list_id: UUID, name: str) -> ShortlistView:
    """Gives a list another name.

    Raises:
        NotFound: as ``list_for``.
        Invalid: a name that cannot be.
    """
    await _locked(actor, list_id)
    await execute(
        "update shortlist set name = $2, changed_at = $3 where id = $1", list_id, checked_words("name", name), now()
    )
    await audit.record(actor, "shortlist.renamed", "shortlist", list_id)
    return await list_for(actor, list_id)


@transactional()
async def delete_list(actor: Actor, list_id: UUID) -> None:
    """Deletes a list with its notes.

    Raises:
        NotFound: as ``list_for``.
    """
    await _locked(actor, list_id)
    await execute("delete from shortlist_item where shortlist_id = $1", list_id)
    await execute("delete from shortlist where id = $1", list_id)
    await audit.record(actor, "shortlist.deleted", "shortlist", list_id)


@transactional()
async def keep_offer(actor: Actor, list_id: UUID, offer_id: UUID, note: str | None = None) -> ShortlistView:
    """Puts an offer on a list, or writes its note anew; without a ``note`` the one there is stays.

    Raises:
        NotFound: as ``list_for``, or the offer is not public and not on the list either.
        Refused: the list is full.
        Invalid: a note that cannot be.
    """
    await _locked(actor, list_id)
    await _keep(list_id, {offer_id: None if note is None else checked_words("note", note)})
    await audit.record(actor, "shortlist.offer_kept", "shortlist", list_id, after={"offer_id": offer_id})
    return await list_for(actor, list_id)


@transactional()
async def keep_all(actor: Actor, list_id: UUID, notes: Mapping[UUID, str]) -> ShortlistView:
    """Takes over what was kept on a device; offers that are no longer public are left behind.

    Raises:
        NotFound: as ``list_for``.
        Refused: the list would be too full.
    """
    await _locked(actor, list_id)
    public = await were_public(list(notes))
    taken = {offer_id: note or None for offer_id, note in notes.items() if offer_id in public}
    await _keep(list_id, taken)
    after = {"offer_ids": [str(each) for each in taken]}
    await audit.record(actor, "shortlist.offers_taken_over", "shortlist", list_id, after=after)
    return await list_for(actor, list_id)


@transactional()
async def take_off(actor: Actor, list_id: UUID, offer_id: UUID) -> ShortlistView:
    """Takes an offer off a list; one that is not there is off already.

    Raises:
        NotFound: as ``list_for``.
    """
    await _locked(actor, list_id)
    if await execute("delete from shortlist_item where shortlist_id = $1 and offer_id = $2", list_id, offer_id):
        await execute(TOUCH, list_id, now())
        await audit.record(actor, "shortlist.offer_taken_off", "shortlist", list_id, after={"offer_id": offer_id})
    return await list_for(actor, list_id)


async def _keep(list_id: UUID, notes: Mapping[UUID, str | None]) -> None:
    kept = {row["offer_id"] for row in await fetch(ITEMS, [list_id])}
    new = [offer_id for offer_id in notes if offer_id not in kept]
    if set(new) - await were_public(new):
        raise NotFound(message("These offers are no longer published."))
    if len(kept) + len(new) > MOST_KEPT:
        raise full()
    for offer_id, note in notes.items():
        await execute(KEEP, new_id(), list_id, offer_id, note, now())
    await execute(TOUCH, list_id, now())


async def _locked(actor: Actor, list_id: UUID) -> Row:
    row = await fetch_one(LOCK, *_scope(actor), list_id)
    if row is None:
        raise NotFound
    return row


def _scope(actor: Actor) -> tuple[UUID, UUID | None, UUID | None]:
    """Whose lists, of which client as that client, and of clients of which organiser."""
    if actor.person_id is None:
        raise NotSignedIn
    client_id = actor.client_id if actor.role in CLIENT_ROLES else None
    return actor.person_id, client_id, actor.organiser_id if actor.has_role(Role.CASE_MANAGER) else None


async def _views(rows: Sequence[Row]) -> tuple[ShortlistView, ...]:
    notes: dict[UUID, dict[UUID, str]] = {row["id"]: {} for row in rows}
    for item in await fetch(ITEMS, list(notes)):
        notes[item["shortlist_id"]][item["offer_id"]] = item["note"]
    every = {offer_id: "" for kept in notes.values() for offer_id in kept}
    known = {each.offer_id: each for each in await described(every)}
    return tuple(_view(row, notes[row["id"]], known) for row in rows)


def _view(row: Row, notes: Mapping[UUID, str], known: Mapping[UUID, KeptOffer]) -> ShortlistView:
    return ShortlistView(
        id=row["id"],
        client_id=row["client_id"],
        client_name=row["client_name"],
        name=row["name"],
        changed_at=row["changed_at"],
        items=tuple(replace(known[each], note=note) for each, note in notes.items() if each in known),
    )
