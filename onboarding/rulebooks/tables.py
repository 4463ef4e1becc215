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
    """A published version is never changed: applications and approvals keep the one they were judged by."""

    id = UUID(primary_key=True, default=new_id)
    rulebook_id = ForeignKey(references=Rulebook, null=False, default=None)
    number = BigInt()
    content = JSONB()
    valid_from = Date(default=None)
    published_by = UUID(null=True, default=None)
    published_at = Timestamptz()
    rulebook_version_number = Unique(["rulebook_id", "number"])
    rulebook_version_numbered = Check("number > 0")
