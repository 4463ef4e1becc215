"""What organisers require, in versions."""

from piccolo.columns import UUID, BigInt, Date, ForeignKey, Timestamptz
from piccolo.columns.column_types import JSONB
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id
from marketplace.organisers.tables import Organiser


class Rulebook(Table):
    """One organiser's set of requirements, under one name through all its versions."""

    id = UUID(primary_key=True, default=new_id)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    name = JSONB()
    created_at = Timestamptz()


class RulebookVersion(Table):
    """A published version is never changed: applications and approvals keep the one they were judged by.

    One that nobody has applied under yet can be withdrawn before its first day; it keeps its number.
    """

    id = UUID(primary_key=True, default=new_id)
    rulebook_id = ForeignKey(references=Rulebook, null=False, default=None)
    number = BigInt()
    content = JSONB()
    valid_from = Date(default=None)
    published_by = UUID(null=True, default=None)
    published_at = Timestamptz()
    withdrawn_by = UUID(null=True, default=None)
    withdrawn_at = Timestamptz(null=True, default=None)
    rulebook_version_number = Unique(["rulebook_id", "number"])
    rulebook_version_numbered = Check("number > 0")


class RulebookDraft(Table):
    """The next version while it is written. ``edit`` counts its changes and goes on counting from draft to draft.

    Without content no draft is open: the last one was published or discarded by ``saved_by``.
    """

    id = UUID(primary_key=True, default=new_id)
    rulebook_id = ForeignKey(references=Rulebook, null=False, default=None, unique=True)
    content = JSONB(null=True, default=None)
    edit = BigInt()
    based_on = UUID(null=True, default=None)
    saved_by = UUID(null=True, default=None)
    saved_at = Timestamptz()
    rulebook_draft_counted = Check("edit > 0")
