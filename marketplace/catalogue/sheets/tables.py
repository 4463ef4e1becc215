"""Sheets that providers have sent: the file's rows as they were read, and what each offer would get of them."""

from piccolo.columns import JSONB, UUID, Array, Boolean, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.catalogue.offers.tables import Offer
from marketplace.kernel.db import new_id
from marketplace.organisers.tables import Organiser
from onboarding.providers.tables import Provider


class SheetImport(Table):
    """One file, from its dry run to its outcome. ``done`` of ``total`` is how far its job has come."""

    id = UUID(primary_key=True, default=new_id)
    provider_id = ForeignKey(references=Provider, null=False, default=None, index=True)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    kind = Varchar(10)
    status = Varchar(20)
    file_id = UUID(default=None)
    file_name = Varchar(255)
    format = Varchar(10)
    service_class = Varchar(40, null=True, default=None)
    valid_from = Date(null=True, default=None)
    publish_complete = Boolean(default=False)
    header = JSONB(default="[]")
    rows_accepted = Integer(default=0)
    rows_refused = Integer(default=0)
    rows_noted = Integer(default=0)
    done = Integer(default=0)
    total = Integer(default=0)
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz()
    read_at = Timestamptz(null=True, default=None)
    accepted_by = UUID(null=True, default=None)
    accepted_at = Timestamptz(null=True, default=None)
    finished_at = Timestamptz(null=True, default=None)
    sheet_import_known_kind = Check("kind in ('prices', 'offers')")
    sheet_import_known_status = Check("status in ('reading', 'ready', 'importing', 'done', 'discarded')")


class SheetImportRow(Table):
    """A row of the file with what it was understood to mean, or why it was refused. Words are in three languages."""

    id = UUID(primary_key=True, default=new_id)
    import_id = ForeignKey(references=SheetImport, null=False, default=None)
    number = Integer()
    outcome = Varchar(10)
    words = JSONB()
    letter = Varchar(3, null=True, default=None)
    heading = Text(default="")
    cells = JSONB()
    sheet_import_row_number = Unique(["import_id", "number"])
    sheet_import_row_known_outcome = Check("outcome in ('accepted', 'refused', 'note')")


class SheetImportItem(Table):
    """What accepting does with one offer. ``base`` marks the offer's versions that the dry run compared with."""

    id = UUID(primary_key=True, default=new_id)
    import_id = ForeignKey(references=SheetImport, null=False, default=None)
    number = Integer()
    action = Varchar(20)
    status = Varchar(20)
    offer_id = ForeignKey(references=Offer, null=True, default=None)
    base = Text(default="")
    content = JSONB()
    before = JSONB(null=True, default=None)
    valid_from = Date(null=True, default=None)
    rows = Array(Integer())
    warnings = JSONB(default="[]")
    problems = JSONB(default="[]")
    is_published = Boolean(default=False)
    sheet_import_item_number = Unique(["import_id", "number"])
    sheet_import_item_known_action = Check("action in ('new_draft', 'changed_draft', 'price_change', 'nothing')")
    sheet_import_item_known_status = Check("status in ('proposed', 'left_out', 'done', 'refused', 'changed_meanwhile')")
