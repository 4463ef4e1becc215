"""Imports as their provider sees them: the dry run, what was left out, and what became of it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.catalogue.sheets.grids import Kind
from marketplace.catalogue.sheets.reading import RowOutcome
from marketplace.catalogue.sheets.states import ImportStatus, ItemAction, ItemStatus, SheetKind
from marketplace.kernel.i18n import Message, Text

MOST_LEFT_OUT = 20_000
MOST_SHOWN = 200


class NewImport(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is to be read. ``service_class`` is for rows that name no service of ours, ``valid_from`` for no day."""

    kind: SheetKind
    organiser_id: UUID
    service_class: str | None = None
    valid_from: date | None = None


class Acceptance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do with a dry run: everything that it proposes but for the numbers in ``leave_out``.

    With ``publish_complete`` drafts that lack nothing are published at once.
    """

    publish_complete: bool = False
    leave_out: Annotated[tuple[int, ...], msgspec.Meta(max_length=MOST_LEFT_OUT)] = ()


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What accepting would do with one offer. With ``problems`` it is left out."""

    action: ItemAction
    content: OfferDraft
    rows: tuple[int, ...]
    offer_id: UUID | None = None
    base: str = ""
    before: OfferDraft | None = None
    valid_from: date | None = None
    warnings: tuple[Message, ...] = ()
    problems: tuple[Message, ...] = ()


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """One offer of an import. ``before`` is None for a new one; ``rows`` are those of the file that it comes from."""

    number: int
    action: ItemAction
    status: ItemStatus
    offer_id: UUID | None
    content: OfferDraft
    before: OfferDraft | None
    valid_from: date | None
    rows: tuple[int, ...]
    warnings: tuple[Text, ...]
    problems: tuple[Text, ...]
    is_published: bool

    @property
    def name(self) -> Text:
        """The offer's name, which may be missing in a draft."""
        return Text(self.content.name_fi, self.content.name_sv, self.content.name_en)


class RowView(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the file. ``column`` is a letter as in a spreadsheet, where one is to blame; ``heading`` its heading."""

    number: int
    outcome: RowOutcome
    column: str | None
    heading: str
    words: tuple[Text, ...]
    cells: tuple[str, ...]


class ImportSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the provider's list of imports. ``done`` of ``total`` is how far its job has come."""

    id: UUID
    kind: SheetKind
    status: ImportStatus
    organiser_id: UUID
    organiser_name: Text
    file_name: str
    format: Kind
    rows_accepted: int
    rows_refused: int
    rows_noted: int
    done: int
    total: int
    publish_complete: bool
    created_at: datetime
    finished_at: datetime | None


class ItemCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many offers of an import stand where."""

    new_drafts: int = 0
    changed_drafts: int = 0
    price_changes: int = 0
    unchanged: int = 0
    left_out: int = 0
    imported: int = 0
    published: int = 0
    refused: int = 0
    changed_meanwhile: int = 0

    @property
    def to_import(self) -> int:
        return self.new_drafts + self.changed_drafts + self.price_changes


class ImportView(msgspec.Struct, frozen=True, kw_only=True):
    """An import with a page of its offers, and its refused rows (the first 200; the error file has them all)."""

    summary: ImportSummary
    counts: ItemCounts
    items: tuple[ItemView, ...]
    refused: tuple[RowView, ...]


class OwnVersions(msgspec.Struct, frozen=True, kw_only=True):
    """One of the provider's offers as planning needs it: what is public, and what would be edited next."""

    id: UUID
    base: str
    newest: OfferDraft
    public: OfferDraft | None
    has_draft: bool
