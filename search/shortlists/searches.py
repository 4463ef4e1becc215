"""Searches that a person keeps by name, to ask them again later."""

from datetime import date, datetime
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import msgspec

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import Invalid, NotFound, NotSignedIn, Refused
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import label

MOST_KEPT: Final = 50
LONGEST_QUERY: Final = 2_000
ASKED: Final = frozenset({
    "text", "place", "municipality", "service_class", "organiser", "language", "skill", "available", "when", "evening",
    "weekend", "night", "starts_by", "sort", "week", "month", "km", "pause", "product", "at_most",
})  # fmt: skip
"""What of an address is the search itself: neither the page of results nor the reader's language, and never an income."""

COLUMNS: Final = "id, name, query, created_at, used_on"
SAVE: Final = f"""
insert into saved_search (id, owner_id, name, query, created_at) values ($1, $2, $3, $4, $5)
on conflict (owner_id, lower(name)) do update set query = excluded.query, name = excluded.name
returning {COLUMNS}
"""
OTHERS: Final = "select count(*) from saved_search where owner_id = $1 and lower(name) <> lower($2)"
OWN: Final = f"select {COLUMNS} from saved_search where owner_id = $1 order by lower(name), id"
USE: Final = f"update saved_search set used_on = $3 where id = $1 and owner_id = $2 returning {COLUMNS}"


class NewSearch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A search to keep: ``query`` is the part of its address after the question mark."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120), label(message("Name of the search"))]
    query: Annotated[str, msgspec.Meta(max_length=LONGEST_QUERY)] = ""


class KeptSearch(msgspec.Struct, frozen=True, kw_only=True):
    """A search that was kept. ``address`` opens it; ``used_on`` is the last day on which it was opened."""

    id: UUID
    name: str
    address: str
    created_at: datetime
    used_on: date | None


def search_only(query: str) -> str:
    """The parameters of an address that make the search, in their order; everything else is left out."""
    pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=False, max_num_fields=300)
    return urlencode(
        [(name, value) for name, value in pairs if name in ASKED and "\x00" not in value] or [("text", "")]
    )


@transactional()
async def save_search(actor: Actor, new: NewSearch) -> KeptSearch:
    """Keeps a search. One of the same name is replaced by it.

    Raises:
        NotSignedIn: nobody is there to keep it for.
        Invalid: it has no name, or is longer than an address may be.
        Refused: the person keeps as many as one may (``too_many_searches``).
    """
    owner = _owner(actor)
    name, query = " ".join(new.name.split()), _read(new.query)
    if not name:
        raise Invalid.field("name", message("Give the search a name."))
    if await fetch_value(OTHERS, owner, name) >= MOST_KEPT:
        text = message("You can keep at most {most} searches. Delete one first.", most=MOST_KEPT)
        raise Refused(text, code="too_many_searches")
    row = await fetch_one(SAVE, new_id(), owner, name, query, now())
    assert row is not None
    return _kept(row)


def _read(query: str) -> str:
    try:
        asked = search_only(query)
    except ValueError:
        asked = None
    if asked is None or len(asked) > LONGEST_QUERY:
        raise Invalid.field("query", message("This search is too long to be kept."))
    return asked


async def saved_searches(actor: Actor) -> list[KeptSearch]:
    """One's own searches by name.

    Raises:
        NotSignedIn: nobody is asking.
    """
    return [_kept(row) for row in await fetch(OWN, _owner(actor))]


@transactional()
async def use_search(actor: Actor, search_id: UUID) -> KeptSearch:
    """Opens a search, and notes the day.

    Raises:
        NotFound: it is not the actor's.
    """
    row = await fetch_one(USE, search_id, _owner(actor), today())
    if row is None:
        raise NotFound
    return _kept(row)


@transactional()
async def delete_search(actor: Actor, search_id: UUID) -> None:
    """Forgets a search.

    Raises:
        NotFound: it is not the actor's.
    """
    if not await execute("delete from saved_search where id = $1 and owner_id = $2", search_id, _owner(actor)):
        raise NotFound


def _owner(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotSignedIn
    return actor.person_id


def _kept(row: Row) -> KeptSearch:
    return KeptSearch(
        id=row["id"],
        name=row["name"],
        address=f"/?{row['query']}",
        created_at=row["created_at"],
        used_on=row["used_on"],
    )
