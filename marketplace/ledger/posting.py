"""The only writer of the ledger.

A posting joins the caller's unit of work: it becomes true together with what caused it, or not at all. Postings are
idempotent by their reference. What is posted is never changed: ``reverse`` posts the mirror image and names it.

One statement writes any number of transactions with their accounts and entries. Checking, numbering and chaining are
left to the database, which does them when the unit of work commits (migration 0006).
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, fetch, in_transaction, new_id
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.i18n import message
from marketplace.ledger.chart import Account, AccountKind
from marketplace.ledger.schemas import Facts, Leg, Posted, Posting, TransactionKind

WRITE = """
with written as (
    insert into ledger_transaction (id, journal_id, kind, reference, reverses, happened_at, posted_at, facts)
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[], $7::timestamptz[],
        $8::text[])
    on conflict (journal_id, reference) do nothing
    returning id, reference
), accounts as (
    insert into ledger_account (id, journal_id, kind, owner_id, normal_sign, is_bounded, is_memo)
    select * from unnest($9::uuid[], $10::uuid[], $11::text[], $12::uuid[], $13::smallint[], $14::boolean[], $15::boolean[])
    on conflict do nothing
), entries as (
    insert into ledger_entry (transaction_id, position, account_id, amount_cents, currency)
    select leg.* from unnest($16::uuid[], $17::smallint[], $18::uuid[], $19::bigint[], $20::text[])
        as leg (transaction_id, position, account_id, amount_cents, currency)
    where leg.transaction_id in (select id from written)
)
select id from written
"""

EXISTING = """
select t.id, t.journal_id, t.reference, t.kind, t.reverses,
    array_agg(e.account_id order by e.position) as account_ids,
    array_agg(e.amount_cents order by e.position) as amounts,
    array_agg(e.currency order by e.position) as currencies
from unnest($1::uuid[], $2::text[]) as asked (journal_id, reference)
join ledger_transaction t on t.journal_id = asked.journal_id and t.reference = asked.reference
join ledger_entry e on e.transaction_id = t.id
group by t.id
"""

ORIGINAL = """
select t.journal_id, t.kind, t.reference, t.reverses, a.kind as account_kind, a.owner_id, e.amount_cents, e.currency,
    (select r.reference from ledger_transaction r where r.reverses = t.id) as reversed_by
from ledger_transaction t
join ledger_entry e on e.transaction_id = t.id
join ledger_account a on a.id = e.account_id
where t.id = $1 order by e.position
"""


class ReferenceReused(Conflict):
    """The reference is in the books already, for something else. A defect of the caller, never a race."""

    code = "ledger.reference_reused"
    default_message = message("This was already entered in the books with other amounts.")


class AlreadyReversed(Conflict):
    code = "ledger.already_reversed"
    default_message = message("This was already reversed in the books.")


async def post(posting: Posting) -> Posted:
    """Enters one transaction in the current unit of work. One round trip; two where the reference is known already.

    Raises:
        ValueError: the legs do not balance, are fewer than two or belong to several journals.
        ReferenceReused: the reference was posted before with another kind or other legs.
        asyncpg.CheckViolationError: at commit, when a bounded account would go below zero. Ask ``balance`` first, under a
            lock of your own row.
    """
    return (await post_many([posting]))[0]


async def post_many(postings: Sequence[Posting]) -> list[Posted]:
    """Enters several transactions, in this order, in one round trip. Raises what ``post`` raises; all or nothing."""
    if not in_transaction():
        raise RuntimeError("a posting belongs to the unit of work of what caused it")
    for posting in postings:
        _check(posting)
    if len({(posting.journal_id, posting.reference) for posting in postings}) < len(postings):
        raise ValueError("two postings of one batch have the same reference")
    ids = [new_id() for _ in postings]
    written = await fetch(WRITE, *_transactions(ids, postings), *_accounts(postings), *_legs(ids, postings))
    new_ids = {row["id"] for row in written}
    known = await _known([posting for id_, posting in zip(ids, postings, strict=True) if id_ not in new_ids])
    return [
        Posted(transaction_id=id_, reference=posting.reference, is_new=True)
        if id_ in new_ids
        else known[posting.journal_id, posting.reference]
        for id_, posting in zip(ids, postings, strict=True)
    ]


async def reverse(transaction_id: UUID, reference: str, reason: str, facts: Facts | None = None) -> Posted:
    """Posts the mirror image of a transaction and names it. ``reason`` is a code, kept among the facts.

    The same call again returns the same reversal. A reversal itself is not reversed: post what is true instead.

    Raises:
        NotFound: there is no such transaction.
        AlreadyReversed: it was reversed under another reference, or is a reversal.
    """
    rows = await fetch(ORIGINAL, transaction_id)
    if not rows:
        raise NotFound
    original = rows[0]
    if original["reverses"] is not None or original["reversed_by"] not in {None, reference}:
        raise AlreadyReversed
    return await post(
        Posting(
            kind=TransactionKind.REVERSAL,
            reference=reference,
            legs=[_mirrored(row) for row in rows],
            happened_at=now(),
            facts={"reason": reason, "reversed": original["reference"], **(facts or {})},
            reverses=transaction_id,
        )
    )


def _mirrored(row: Row) -> Leg:
    account = Account(row["journal_id"], AccountKind(row["account_kind"]), row["owner_id"])
    return Leg(account, -row["amount_cents"], row["currency"])


def _check(posting: Posting) -> None:
    """What the database would refuse at commit is a defect of the caller: tell it here, where the caller stands."""
    sums: dict[tuple[str, bool], int] = {}
    for leg in posting.legs:
        book = (leg.currency, leg.account.kind.is_memo)
        sums[book] = sums.get(book, 0) + leg.amount_cents
    if len(posting.legs) < 2 or any(sums.values()):
        raise ValueError(f"{posting.reference} does not balance")
    if len({leg.account.journal_id for leg in posting.legs}) > 1:
        raise ValueError(f"{posting.reference} mixes journals")


async def _known(postings: Sequence[Posting]) -> dict[tuple[UUID, str], Posted]:
    """The transactions that already bear these references.

    Raises:
        ReferenceReused: one of them says something else.
    """
    if not postings:
        return {}
    rows = await fetch(EXISTING, [p.journal_id for p in postings], [p.reference for p in postings])
    found = {(row["journal_id"], row["reference"]): row for row in rows}
    for posting in postings:
        if _told_by_row(found[posting.journal_id, posting.reference]) != _told_by(posting):
            raise ReferenceReused
    return {
        key: Posted(transaction_id=row["id"], reference=row["reference"], is_new=False) for key, row in found.items()
    }


def _told_by(posting: Posting) -> tuple[object, ...]:
    legs = [(leg.account.id, leg.amount_cents, leg.currency) for leg in posting.legs]
    return posting.kind.value, posting.reverses, legs


def _told_by_row(row: Row) -> tuple[object, ...]:
    legs = list(zip(row["account_ids"], row["amounts"], row["currencies"], strict=True))
    return row["kind"], row["reverses"], legs


def _transactions(ids: Sequence[UUID], postings: Sequence[Posting]) -> list[list[object]]:
    posted_at = now()
    return _columns(
        8,
        [
            (id_, p.journal_id, p.kind.value, p.reference, p.reverses, p.happened_at, posted_at, _json(p.facts))
            for id_, p in zip(ids, postings, strict=True)
        ],
    )


def _accounts(postings: Sequence[Posting]) -> list[list[object]]:
    """Each account once, sorted: two units of work that create the same ones wait for each other in one direction."""
    accounts = {leg.account.id: leg.account for posting in postings for leg in posting.legs}
    return _columns(
        7,
        [
            (id_, a.journal_id, a.kind.value, a.owner_id, a.kind.normal_side.sign, a.kind.is_bounded, a.kind.is_memo)
            for id_, a in sorted(accounts.items())
        ],
    )


def _legs(ids: Sequence[UUID], postings: Sequence[Posting]) -> list[list[object]]:
    return _columns(
        5,
        [
            (id_, position, leg.account.id, leg.amount_cents, leg.currency)
            for id_, posting in zip(ids, postings, strict=True)
            for position, leg in enumerate(posting.legs)
        ],
    )


def _columns(width: int, rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    """Rows turned into the columns that ``unnest`` takes, also where there are no rows."""
    return [[row[i] for row in rows] for i in range(width)]


def _json(facts: Facts) -> str:
    return msgspec.json.encode(facts, order="deterministic").decode()
