"""Shortlists as they are read and written."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Text, message
from marketplace.kernel.inputs import label

MAX_NAME = 120
MAX_NOTE = 1_000
MOST_KEPT = 50
"""Offers on one list."""

MOST_LISTS = 200
"""Lists of one person."""

MOST_COMPARED = 6
"""As many as a comparison takes: the first of a list are ticked for it."""

ListTitle = Annotated[str, msgspec.Meta(max_length=MAX_NAME), label(message("Name of the list"))]
NoteText = Annotated[str, msgspec.Meta(max_length=MAX_NOTE), label(message("Note"))]


class NewShortlist(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list to begin: for one of the case manager's clients, or without ``client_id`` one's own."""

    client_id: UUID | None = None
    name: ListTitle = ""


class ShortlistName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a list is called; empty for the usual name."""

    name: ListTitle = ""


class OfferNote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the list's owner notes about an offer."""

    note: NoteText = ""


class KeptOffer(msgspec.Struct, frozen=True, kw_only=True):
    """An offer on a list. ``is_published`` is false where it can no longer be had; its last name is shown then."""

    offer_id: UUID
    provider: str
    name: Text
    service_class: str
    is_published: bool
    note: str = ""


class ShortlistView(msgspec.Struct, frozen=True, kw_only=True):
    """A list with its offers in the order in which they were kept. ``client_id`` names for whom it is kept."""

    id: UUID
    client_id: UUID | None
    client_name: str
    name: str
    changed_at: datetime
    items: tuple[KeptOffer, ...]


class Shortlists(msgspec.Struct, frozen=True, kw_only=True):
    """All lists of the caller: one's own first, then those of clients by name."""

    items: tuple[ShortlistView, ...]
