"""Reading the books in the order of their chain, and the hash of each transaction as an auditor would compute it.

The database writes the hashes (function ``ledger_hash``); here they are computed again by other means, from the rows
alone. Both follow one recipe: SHA-256 over the lines of ``recipe``, in UTF-8.
"""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from marketplace.kernel.db import Row, fetch
from marketplace.ledger.chart import Account, AccountKind

RECIPE_VERSION = "ledger 1"
PAGE = 1000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

CHAIN = """
select l.journal_id, l.sequence, l.previous_hash, l.hash, l.transaction_id, t.journal_id as own_journal_id, t.kind,
    t.reference, t.reverses, t.happened_at, t.posted_at, t.facts, e.account_ids, e.kinds, e.owner_ids, e.amounts,
    e.currencies, e.positions
from ledger_link l
left join ledger_transaction t on t.id = l.transaction_id
left join lateral (
    select array_agg(e.position order by e.position) as positions,
        array_agg(e.account_id order by e.position) as account_ids,
        array_agg(e.amount_cents order by e.position) as amounts,
        array_agg(e.currency order by e.position) as currencies,
        array_agg(a.kind order by e.position) as kinds,
        array_agg(a.owner_id order by e.position) as owner_ids
    from ledger_entry e left join ledger_account a on a.id = e.account_id
    where e.transaction_id = l.transaction_id
) e on true
where l.journal_id = $1 and l.sequence > $2
order by l.sequence limit $3
"""


class ChainedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One leg as it stands in the books. ``account`` is None where the account's row is gone."""

    position: int
    account_id: UUID
    account: Account | None
    amount_cents: int
    currency: str


class ChainedTransaction(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction at its place in the chain."""

    journal_id: UUID
    sequence: int
    previous_hash: str
    hash: str
    transaction_id: UUID
    kind: str
    reference: str
    reverses: UUID | None
    happened_at: datetime
    posted_at: datetime
    facts: str
    entries: tuple[ChainedEntry, ...]

    def recipe(self) -> str:
        """The text whose SHA-256 is the hash."""
        entries = [f"{e.position} {e.account_id} {e.amount_cents} {e.currency}" for e in self.entries]
        lines = [
            RECIPE_VERSION, self.previous_hash, self.journal_id, self.sequence, self.transaction_id, self.kind,
            self.reference, self.reverses or "-", microseconds(self.happened_at), microseconds(self.posted_at),
            *entries, self.facts,
        ]  # fmt: skip
        return "\n".join(str(line) for line in lines)

    def computed_hash(self) -> str:
        return hashlib.sha256(self.recipe().encode()).hexdigest()


class MissingTransaction(msgspec.Struct, frozen=True):
    """A link whose transaction is gone, or claims another journal."""

    journal_id: UUID
    sequence: int
    transaction_id: UUID


def microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


async def chain(journal_id: UUID) -> AsyncIterator[ChainedTransaction | MissingTransaction]:
    """Every transaction of a journal in the order of its chain, read a page at a time."""
    reached = 0
    while rows := await fetch(CHAIN, journal_id, reached, PAGE):
        for row in rows:
            yield _transaction(row)
        reached = rows[-1]["sequence"]


def _transaction(row: Row) -> ChainedTransaction | MissingTransaction:
    if row["own_journal_id"] != row["journal_id"]:
        return MissingTransaction(row["journal_id"], row["sequence"], row["transaction_id"])
    names = (
        "journal_id", "sequence", "previous_hash", "hash", "transaction_id", "kind", "reference", "reverses",
        "happened_at", "posted_at", "facts",
    )  # fmt: skip
    return ChainedTransaction(**{name: row[name] for name in names}, entries=tuple(_entries(row)))


def _entries(row: Row) -> list[ChainedEntry]:
    columns = ("positions", "account_ids", "kinds", "owner_ids", "amounts", "currencies")
    legs = zip(*(row[column] or () for column in columns), strict=True)
    return [
        ChainedEntry(
            position=position,
            account_id=account_id,
            account=Account(row["journal_id"], AccountKind(kind), owner_id) if kind in set(AccountKind) else None,
            amount_cents=cents,
            currency=currency,
        )
        for position, account_id, kind, owner_id, cents, currency in legs
    ]
