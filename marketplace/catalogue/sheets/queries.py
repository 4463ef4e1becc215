"""Imports as they are stored: read, locked, counted."""

from typing import Any, Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.own import own_provider
from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.catalogue.sheets.reading import RowOutcome, RowReport
from marketplace.catalogue.sheets.schemas import (
    MOST_SHOWN,
    ImportSummary,
    ImportView,
    ItemCounts,
    ItemView,
    RowView,
)
from marketplace.catalogue.sheets.states import ImportStatus, ItemAction, ItemStatus, SheetKind
from marketplace.kernel.actors import Actor
from marketplace.kernel.db import Row, fetch, fetch_one
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Message, Text, message

MOST_IMPORTS: Final = 100
SUMMARY: Final = """
select i.*, g.name_fi as organiser_fi, g.name_sv as organiser_sv, g.name_en as organiser_en
from sheet_import i join organiser g on g.id = i.organiser_id
"""
COUNTS: Final = """
select count(*) filter (where status = 'proposed' and action = 'new_draft') as new_drafts,
    count(*) filter (where status = 'proposed' and action = 'changed_draft') as changed_drafts,
    count(*) filter (where status = 'proposed' and action = 'price_change') as price_changes,
    count(*) filter (where action = 'nothing') as unchanged,
    count(*) filter (where status = 'left_out') as left_out,
    count(*) filter (where status = 'done' and action <> 'nothing') as imported,
    count(*) filter (where is_published) as published,
    count(*) filter (where status = 'refused') as refused,
    count(*) filter (where status = 'changed_meanwhile') as changed_meanwhile
from sheet_import_item where import_id = $1
"""
# What needs its sender's eyes comes first; what changes nothing, last.
ITEMS: Final = """
select * from sheet_import_item where import_id = $1
order by status not in ('refused', 'changed_meanwhile', 'left_out'), action = 'nothing', number limit $2 offset $3
"""
REFUSED: Final = "select * from sheet_import_row where import_id = $1 and outcome = 'refused' order by number limit $2"
BAD_ROWS: Final = """
select r.number, r.letter, r.heading, r.cells, r.words from sheet_import_row r
where r.import_id = $1 and r.outcome = 'refused'
union all
select r.number, null, '', r.cells, i.problems from sheet_import_item i
join sheet_import_row r on r.import_id = i.import_id and r.number = any(i.rows) and r.outcome = 'accepted'
where i.import_id = $1 and i.status in ('left_out', 'refused', 'changed_meanwhile')
order by 1
"""


async def import_row(import_id: UUID) -> Row | None:
    """The row of an import, whoever's it is."""
    return await fetch_one("select * from sheet_import where id = $1", import_id)


async def locked_import(import_id: UUID, provider_id: UUID | None = None) -> Row:
    """The row of an import, held until the end of the transaction; of this provider only, where one is given.

    Raises:
        NotFound: another provider's import.
    """
    sql = "select * from sheet_import where id = $1 and ($2::uuid is null or provider_id = $2) for update"
    row = await fetch_one(sql, import_id, provider_id)
    if row is None:
        raise NotFound
    return row


async def provider_with(business_id: str) -> UUID:
    """The id of the provider with a business ID, for the command line.

    Raises:
        NotFound: no such provider.
    """
    row = await fetch_one("select id from provider where business_id = $1", business_id)
    if row is None:
        raise NotFound(message("No provider has the business ID {business_id}.", business_id=business_id))
    return row["id"]


async def my_imports(actor: Actor) -> list[ImportSummary]:
    """The newest imports of the actor's provider.

    Raises:
        Forbidden: the actor does not manage a provider.
    """
    sql = f"{SUMMARY} where i.provider_id = $1 order by i.created_at desc, i.id desc limit {MOST_IMPORTS}"
    return [_summary(row) for row in await fetch(sql, own_provider(actor))]


async def my_import(actor: Actor, import_id: UUID, *, limit: int = MOST_SHOWN, offset: int = 0) -> ImportView:
    """An import with some of its offers, those first that were not imported.

    Raises:
        Forbidden: the actor does not manage a provider.
        NotFound: another provider's import.
    """
    row = await fetch_one(f"{SUMMARY} where i.id = $1 and i.provider_id = $2", import_id, own_provider(actor))
    if row is None:
        raise NotFound
    counts = await fetch_one(COUNTS, import_id) or {}
    return ImportView(
        summary=_summary(row),
        counts=ItemCounts(**counts),
        items=tuple(_item(each) for each in await fetch(ITEMS, import_id, limit, offset)),
        refused=tuple(_row(each) for each in await fetch(REFUSED, import_id, MOST_SHOWN)),
    )


async def bad_rows(import_id: UUID) -> list[RowReport]:
    """Every row that did not go in, with why: refused itself, or of an offer that was left out or refused."""
    return [
        RowReport(
            number=row["number"],
            outcome=RowOutcome.REFUSED,
            words=tuple(Message("{words}", {"words": words}) for words in _decoded(row["words"], tuple[Text, ...])),
            column=row["letter"],
            heading=row["heading"],
            cells=_decoded(row["cells"], tuple[str, ...]),
        )
        for row in await fetch(BAD_ROWS, import_id)
    ]


def _summary(row: Row) -> ImportSummary:
    return ImportSummary(
        id=row["id"],
        kind=SheetKind(row["kind"]),
        status=ImportStatus(row["status"]),
        organiser_id=row["organiser_id"],
        organiser_name=Text(row["organiser_fi"], row["organiser_sv"], row["organiser_en"]),
        file_name=row["file_name"],
        format=row["format"],
        rows_accepted=row["rows_accepted"],
        rows_refused=row["rows_refused"],
        rows_noted=row["rows_noted"],
        done=row["done"],
        total=row["total"],
        publish_complete=row["publish_complete"],
        created_at=row["created_at"],
        finished_at=row["finished_at"],
    )


def _item(row: Row) -> ItemView:
    return ItemView(
        number=row["number"],
        action=ItemAction(row["action"]),
        status=ItemStatus(row["status"]),
        offer_id=row["offer_id"],
        content=_decoded(row["content"], OfferDraft),
        before=_decoded(row["before"], OfferDraft) if row["before"] else None,
        valid_from=row["valid_from"],
        rows=tuple(row["rows"]),
        warnings=_decoded(row["warnings"], tuple[Text, ...]),
        problems=_decoded(row["problems"], tuple[Text, ...]),
        is_published=row["is_published"],
    )


def _row(row: Row) -> RowView:
    return RowView(
        number=row["number"],
        outcome=RowOutcome(row["outcome"]),
        column=row["letter"],
        heading=row["heading"],
        words=_decoded(row["words"], tuple[Text, ...]),
        cells=_decoded(row["cells"], tuple[str, ...]),
    )


def _decoded(text: str, kind: Any) -> Any:
    return msgspec.json.decode(text, type=kind)
