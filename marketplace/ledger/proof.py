"""Proof that the books are what they were: balanced, complete, in order and unchanged since they were written.

The database refuses changes; whoever owns the database can still switch that off. Then the chain tells: a changed
transaction no longer has its hash, a missing one leaves a gap. To rewrite a whole chain and its head one would have to
change every head that was written down elsewhere: keep the heads of a proof, and give them to the next as ``anchors``.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from marketplace.kernel.db import fetch, fetch_one, fetch_value, unit_of_work
from marketplace.ledger.chain import ChainedEntry, ChainedTransaction, MissingTransaction, chain
from marketplace.ledger.schemas import TransactionKind
from marketplace.ledger.tables import GENESIS

Progress = Callable[[int, int], None]
"""Called with the transactions proven so far and in all."""

UNCHAINED = """
select t.journal_id, t.id, t.reference from ledger_transaction t
left join ledger_link l on l.transaction_id = t.id where l.transaction_id is null limit 1
"""

ORPHANED_ENTRY = """
select e.transaction_id from ledger_entry e
left join ledger_transaction t on t.id = e.transaction_id where t.id is null limit 1
"""

HEADLESS = """
select l.journal_id, l.transaction_id from ledger_link l
left join ledger_journal j on j.id = l.journal_id where j.id is null limit 1
"""

BELOW_ZERO = """
select a.journal_id, a.kind, a.owner_id from ledger_account a join ledger_entry e on e.account_id = a.id
where a.kind <> 'payable' group by a.id having sum(e.amount_cents) * a.normal_sign < 0 limit 1
"""


class Problem(StrEnum):
    """What can be wrong with a row of the books."""

    GAP = "gap"
    MISSING = "missing"
    WRONG_LINK = "wrong_link"
    WRONG_HASH = "wrong_hash"
    UNBALANCED = "unbalanced"
    WRONG_ACCOUNT = "wrong_account"
    WRONG_REVERSAL = "wrong_reversal"
    WRONG_HEAD = "wrong_head"
    WRONG_ANCHOR = "wrong_anchor"
    NOT_CHAINED = "not_chained"
    BELOW_ZERO = "below_zero"


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """The first row at which the proof fails."""

    problem: Problem
    journal_id: UUID | None = None
    sequence: int | None = None
    transaction_id: UUID | None = None
    reference: str | None = None


class Head(msgspec.Struct, frozen=True):
    """How far a journal's chain reaches. Written down elsewhere, it proves that the past stayed as it was."""

    sequence: int
    hash: str


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """The result. ``broken`` is None when everything holds."""

    transactions: int
    entries: int
    debits_cents: int
    credits_cents: int
    heads: Mapping[UUID, Head]
    broken: Broken | None = None

    @property
    def ok(self) -> bool:
        return self.broken is None


def silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


async def verify(progress: Progress = silent, anchors: Mapping[UUID, Head] | None = None) -> Proof:
    """Proves every journal, in one snapshot of the database, and stops at the first row that does not hold.

    Checked: each transaction balances and has the hash that its content gives; sequence numbers have no gap and every
    link names the one before; reversals mirror what they name; accounts are what their ids say; no transaction stands
    outside the chain; no bounded account is below zero; the chain still passes through the ``anchors``.
    """
    async with unit_of_work("repeatable_read"):
        return await _Verification(progress, anchors or {}).run()


class _Broke(Exception):
    def __init__(self, broken: Broken) -> None:
        self.broken = broken


class _Verification:
    """One run: what has been seen so far, and the checks that look at it."""

    def __init__(self, progress: Progress, anchors: Mapping[UUID, Head]) -> None:
        self.progress = progress
        self.anchors = anchors
        self.total = 0
        self.transactions = self.entries = self.debits_cents = self.credits_cents = 0
        self.heads: dict[UUID, Head] = {}

    async def run(self) -> Proof:
        self.total = int(await fetch_value("select count(*) from ledger_transaction"))
        broken: Broken | None = None
        try:
            for row in await fetch("select id, sequence, hash from ledger_journal order by id"):
                await self._journal(row["id"], Head(row["sequence"], row["hash"]))
            await self._loose_ends()
        except _Broke as broke:
            broken = broke.broken
        return Proof(
            transactions=self.transactions,
            entries=self.entries,
            debits_cents=self.debits_cents,
            credits_cents=self.credits_cents,
            heads=self.heads,
            broken=broken,
        )

    async def _journal(self, journal_id: UUID, stored: Head) -> None:
        reached = Head(0, GENESIS)
        anchor = self.anchors.get(journal_id)
        async for found in chain(journal_id):
            reached = await self._next(found, reached)
            if anchor is not None and anchor.sequence == reached.sequence and anchor != reached:
                raise _Broke(_at(Problem.WRONG_ANCHOR, found))
        if reached != stored or (anchor is not None and anchor.sequence > reached.sequence):
            raise _Broke(Broken(problem=Problem.WRONG_HEAD, journal_id=journal_id, sequence=reached.sequence))
        self.heads[journal_id] = reached

    async def _next(self, found: ChainedTransaction | MissingTransaction, before: Head) -> Head:
        if found.sequence != before.sequence + 1:
            raise _Broke(_at(Problem.GAP, found))
        if isinstance(found, MissingTransaction):
            raise _Broke(_at(Problem.MISSING, found))
        problem = _problem_of(found, before) or await self._problem_of_reversal(found)
        if problem is not None:
            raise _Broke(_at(problem, found))
        self._count(found)
        return Head(found.sequence, found.hash)

    async def _problem_of_reversal(self, found: ChainedTransaction) -> Problem | None:
        if found.reverses is None:
            return Problem.WRONG_REVERSAL if found.kind == TransactionKind.REVERSAL else None
        original = await fetch(
            "select e.account_id, e.amount_cents, e.currency from ledger_entry e join ledger_transaction t"
            " on t.id = e.transaction_id where t.id = $1 and t.journal_id = $2 and t.reverses is null",
            found.reverses, found.journal_id,
        )  # fmt: skip
        mirrored = sorted((row["account_id"], -row["amount_cents"], row["currency"]) for row in original)
        own = sorted((entry.account_id, entry.amount_cents, entry.currency) for entry in found.entries)
        return None if mirrored == own else Problem.WRONG_REVERSAL

    def _count(self, found: ChainedTransaction) -> None:
        self.transactions += 1
        self.entries += len(found.entries)
        self.debits_cents += sum(max(entry.amount_cents, 0) for entry in found.entries)
        self.credits_cents += sum(max(-entry.amount_cents, 0) for entry in found.entries)
        self.progress(self.transactions, self.total)

    async def _loose_ends(self) -> None:
        """What no walk along the chains would meet."""
        if row := await fetch_one(UNCHAINED):
            raise _Broke(_loose(Problem.NOT_CHAINED, row))
        if row := await fetch_one(ORPHANED_ENTRY):
            raise _Broke(_loose(Problem.MISSING, row))
        if row := await fetch_one(HEADLESS):
            raise _Broke(_loose(Problem.WRONG_HEAD, row))
        if row := await fetch_one(BELOW_ZERO):
            name = f"{row['kind']}:{row['owner_id']}"
            raise _Broke(Broken(problem=Problem.BELOW_ZERO, journal_id=row["journal_id"], reference=name))
        for journal_id in self.anchors.keys() - self.heads.keys():
            raise _Broke(Broken(problem=Problem.WRONG_HEAD, journal_id=journal_id))


def _problem_of(found: ChainedTransaction, before: Head) -> Problem | None:
    """What is wrong with a transaction by itself, at its place in the chain."""
    if found.previous_hash != before.hash:
        return Problem.WRONG_LINK
    if not _is_balanced(found.entries):
        return Problem.UNBALANCED
    if any(entry.account is None or entry.account.id != entry.account_id for entry in found.entries):
        return Problem.WRONG_ACCOUNT
    return Problem.WRONG_HASH if found.computed_hash() != found.hash else None


def _is_balanced(entries: tuple[ChainedEntry, ...]) -> bool:
    sums: dict[tuple[str, bool], int] = {}
    for entry in entries:
        book = (entry.currency, entry.account is not None and entry.account.kind.is_memo)
        sums[book] = sums.get(book, 0) + entry.amount_cents
    return len(entries) >= 2 and not any(sums.values())


def _at(problem: Problem, found: ChainedTransaction | MissingTransaction) -> Broken:
    return Broken(
        problem=problem,
        journal_id=found.journal_id,
        sequence=found.sequence,
        transaction_id=found.transaction_id,
        reference=found.reference if isinstance(found, ChainedTransaction) else None,
    )


def _loose(problem: Problem, row: Mapping[str, Any]) -> Broken:
    return Broken(
        problem=problem,
        journal_id=row.get("journal_id"),
        transaction_id=row.get("id") or row.get("transaction_id"),
        reference=row.get("reference"),
    )
