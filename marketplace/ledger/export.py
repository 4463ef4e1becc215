"""The whole ledger as flat rows, one per entry, in the order of the chain: for CSV or JSON lines, and for auditors.

With the recipe of ``chain`` anybody can compute every hash again from these rows alone.
"""

import csv
from collections.abc import AsyncIterator
from datetime import datetime
from typing import TextIO
from uuid import UUID

import msgspec

from marketplace.kernel.db import fetch
from marketplace.ledger.chain import ChainedEntry, ChainedTransaction, chain

JOURNALS = "select id from ledger_journal where $1::uuid is null or id = $1 order by id"


class ExportedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry with its transaction beside it. ``debit_cents`` or ``credit_cents`` is zero."""

    journal_id: UUID
    sequence: int
    transaction_id: UUID
    kind: str
    reference: str
    reverses: UUID | None
    happened_at: datetime
    posted_at: datetime
    position: int
    account: str
    account_id: UUID
    debit_cents: int
    credit_cents: int
    currency: str
    facts: str
    previous_hash: str
    hash: str


FIELDS = ExportedEntry.__struct_fields__
"""The columns, in their order: the head of a CSV file."""


async def write(stream: TextIO, form: str, journal_id: UUID | None = None) -> int:
    """Writes the export as ``csv`` (with a head) or ``json`` (one object a line); returns how many rows.

    Raises:
        ValueError: another form was asked for.
    """
    if form not in {"csv", "json"}:
        raise ValueError(form)
    rows = csv.writer(stream, lineterminator="\n")
    if form == "csv":
        rows.writerow(FIELDS)
    count = 0
    async for entry in export(journal_id):
        if form == "csv":
            rows.writerow(msgspec.to_builtins(getattr(entry, field)) for field in FIELDS)
        else:
            stream.write(msgspec.json.encode(entry).decode() + "\n")
        count += 1
    return count


async def export(journal_id: UUID | None = None) -> AsyncIterator[ExportedEntry]:
    """Every entry of one journal or of all. Needs no snapshot: what is chained stays, and what comes later comes after."""
    for row in await fetch(JOURNALS, journal_id):
        async for found in chain(row["id"]):
            if isinstance(found, ChainedTransaction):  # A missing one is for the proof to tell, not for the export.
                for entry in found.entries:
                    yield _exported(found, entry)


def _exported(found: ChainedTransaction, entry: ChainedEntry) -> ExportedEntry:
    return ExportedEntry(
        journal_id=found.journal_id,
        sequence=found.sequence,
        transaction_id=found.transaction_id,
        kind=found.kind,
        reference=found.reference,
        reverses=found.reverses,
        happened_at=found.happened_at,
        posted_at=found.posted_at,
        position=entry.position,
        account=entry.account.name if entry.account else "",
        account_id=entry.account_id,
        debit_cents=max(entry.amount_cents, 0),
        credit_cents=max(-entry.amount_cents, 0),
        currency=entry.currency,
        facts=found.facts,
        previous_hash=found.previous_hash,
        hash=found.hash,
    )
