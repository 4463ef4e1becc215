"""Questions to the ledger. Every balance is the sum of entries, read where it is asked: none is stored.

The index on (account, amount) makes that sum an index-only scan: about a millisecond for ten thousand entries.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from marketplace.kernel.db import Row, fetch, fetch_value
from marketplace.ledger.chart import Account, AccountKind
from marketplace.ledger.schemas import AccountStatement, StatementLine, TransactionKind, TrialBalance, TrialBalanceRow

BALANCE = "select coalesce(sum(amount_cents), 0)::bigint from ledger_entry where account_id = $1"

BALANCES = """
select account_id, sum(amount_cents)::bigint as cents from ledger_entry where account_id = any($1::uuid[]) group by account_id
"""

OF_OWNER = """
select coalesce(sum(e.amount_cents), 0)::bigint from ledger_account a join ledger_entry e on e.account_id = a.id
where a.kind = $1 and a.owner_id = $2
"""

OPENING = """
select coalesce(sum(e.amount_cents), 0)::bigint from ledger_entry e join ledger_transaction t on t.id = e.transaction_id
where e.account_id = $1 and t.posted_at < $2
"""

LINES = """
select t.id, l.sequence, t.kind, t.reference, t.reverses, t.happened_at, t.posted_at, e.amount_cents
from ledger_entry e join ledger_transaction t on t.id = e.transaction_id join ledger_link l on l.transaction_id = t.id
where e.account_id = $1 and t.posted_at >= $2 and t.posted_at < $3
order by t.posted_at, l.sequence, e.position
"""

TRIAL_BALANCE = """
select a.kind, count(distinct a.id) as accounts,
    coalesce(sum(e.amount_cents) filter (where e.amount_cents > 0), 0)::bigint as debits,
    coalesce(-sum(e.amount_cents) filter (where e.amount_cents < 0), 0)::bigint as credits
from ledger_account a join ledger_entry e on e.account_id = a.id
where $1::uuid is null or a.journal_id = $1
group by a.kind
"""


async def balance(account: Account) -> int:
    """Cents on the account's normal side, with what the current unit of work has posted; 0 for an account never used.

    Exact while the caller holds the lock that every writer to this account takes, as a voucher's own row.
    """
    return account.kind.normal_side.sign * int(await fetch_value(BALANCE, account.id))


async def balances(accounts: Sequence[Account]) -> dict[Account, int]:
    """Many balances in one round trip."""
    rows = await fetch(BALANCES, [account.id for account in accounts])
    cents = {row["account_id"]: row["cents"] for row in rows}
    return {account: account.kind.normal_side.sign * cents.get(account.id, 0) for account in accounts}


async def balance_of_owner(kind: AccountKind, owner_id: UUID) -> int:
    """Cents on all accounts of one kind and owner, whatever the journal: what a provider has earned everywhere."""
    return kind.normal_side.sign * int(await fetch_value(OF_OWNER, kind.value, owner_id))


async def statement(account: Account, since: datetime, until: datetime) -> AccountStatement:
    """What moved on an account in ``since <= posted < until`` (aware moments). Only committed postings."""
    sign = account.kind.normal_side.sign
    opening = sign * int(await fetch_value(OPENING, account.id, since))
    lines: list[StatementLine] = []
    closing = opening
    for row in await fetch(LINES, account.id, since, until):
        closing += sign * row["amount_cents"]
        lines.append(_line(row, sign, closing))
    return AccountStatement(account=account, opening_cents=opening, lines=lines, closing_cents=closing)


def _line(row: Row, sign: int, balance_cents: int) -> StatementLine:
    return StatementLine(
        transaction_id=row["id"],
        sequence=row["sequence"],
        kind=TransactionKind(row["kind"]),
        reference=row["reference"],
        reverses=row["reverses"],
        happened_at=row["happened_at"],
        posted_at=row["posted_at"],
        change_cents=sign * row["amount_cents"],
        balance_cents=balance_cents,
    )


async def trial_balance(journal_id: UUID | None = None) -> TrialBalance:
    """Everything debited and credited, by kind of account in the chart's order, of one journal or of all."""
    found = {row["kind"]: row for row in await fetch(TRIAL_BALANCE, journal_id)}
    rows = [_trial_row(kind, found[kind.value]) for kind in AccountKind if kind.value in found]
    return TrialBalance(
        rows=rows,
        debits_cents=sum(row.debits_cents for row in rows),
        credits_cents=sum(row.credits_cents for row in rows),
    )


def _trial_row(kind: AccountKind, row: Row) -> TrialBalanceRow:
    return TrialBalanceRow(
        kind=kind,
        accounts=row["accounts"],
        debits_cents=row["debits"],
        credits_cents=row["credits"],
        balance_cents=kind.normal_side.sign * (row["debits"] - row["credits"]),
    )
