"""Shortlists and searches kept in an account. Those of somebody without one live in the browser's session only."""

from piccolo.columns import UUID, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id


class Shortlist(Table):
    """Offers that a person keeps together: a client one's own, a case manager one for each client."""

    id = UUID(primary_key=True, default=new_id)
    owner_id = UUID(default=None, index=True)
    client_id = UUID(null=True, default=None)
    name = Varchar(120)
    created_at = Timestamptz()
    changed_at = Timestamptz()


class ShortlistItem(Table):
    """An offer on a shortlist, with what its owner noted about it."""

    id = UUID(primary_key=True, default=new_id)
    shortlist_id = ForeignKey(references=Shortlist, null=False, default=None)
    offer_id = UUID(default=None)
    note = Text(default="")
    place = Integer(default=0)
    added_at = Timestamptz()
    shortlist_item_once = Unique(["shortlist_id", "offer_id"])


class SavedSearch(Table):
    """A search that a person keeps, as the query of its address, with the name it was given."""

    id = UUID(primary_key=True, default=new_id)
    owner_id = UUID(default=None, index=True)
    name = Varchar(120)
    query = Text()
    created_at = Timestamptz()
    used_on = Date(null=True, default=None)
