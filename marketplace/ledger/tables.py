"""The books. Append-only: migration 0006 holds the triggers that balance, chain and protect these rows."""

from piccolo.columns import UUID, BigInt, BigSerial, Boolean, ForeignKey, SmallInt, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id

GENESIS = "0" * 64
"""What stands for the hash before a journal's first transaction."""


class Journal(Table, tablename="ledger_journal"):
    """The head of one organiser's chain: its last sequence number and hash. The only row here that ever changes."""

    id = UUID(primary_key=True, default=None)
    sequence = BigInt(default=0)
    hash = Varchar(64, default=GENESIS)


class LedgerAccount(Table, tablename="ledger_account"):
    """An account of ``chart``, written by its first posting. Its id follows from journal, kind and owner.

    ``normal_sign`` is 1 where debits add to the balance and -1 where credits do. A bounded account never goes below zero.
    """

    id = UUID(primary_key=True, default=None)
    journal_id = UUID(default=None)
    kind = Varchar(40)
    owner_id = UUID(default=None)
    normal_sign = SmallInt()
    is_bounded = Boolean(default=True)
    is_memo = Boolean(default=False)
    ledger_account_one_per_owner = Unique(["journal_id", "kind", "owner_id"])
    ledger_account_normal_sign = Check("normal_sign in (-1, 1)")


class LedgerTransaction(Table, tablename="ledger_transaction"):
    """One event in the life of the money, told by two or more entries. ``facts`` is JSON of codes and ids."""

    id = UUID(primary_key=True, default=new_id)
    journal_id = UUID(default=None)
    kind = Varchar(40)
    reference = Varchar(120)
    reverses = ForeignKey("self", null=True, default=None, on_delete=OnDelete.restrict)
    happened_at = Timestamptz()
    posted_at = Timestamptz()
    facts = Text(default="{}")
    ledger_transaction_once = Unique(["journal_id", "reference"])
    ledger_transaction_plain_reference = Check("reference ~ '^[a-z0-9_.:-]+$'")


class Entry(Table, tablename="ledger_entry"):
    """One leg: cents on one account. Debits are positive, credits negative."""

    id = BigSerial(primary_key=True)
    transaction_id = ForeignKey(LedgerTransaction, null=False, on_delete=OnDelete.restrict)
    position = SmallInt()
    account_id = ForeignKey(LedgerAccount, null=False, on_delete=OnDelete.restrict)
    amount_cents = BigInt()
    currency = Varchar(3)
    ledger_entry_in_order = Unique(["transaction_id", "position"])
    ledger_entry_moves_something = Check("amount_cents <> 0")


class Link(Table, tablename="ledger_link"):
    """A transaction's place in its journal's chain, written by the database itself when the transaction commits."""

    transaction_id = UUID(primary_key=True, default=None)
    journal_id = UUID(default=None)
    sequence = BigInt()
    previous_hash = Varchar(64)
    hash = Varchar(64)
    ledger_link_one_chain = Unique(["journal_id", "sequence"])
