"""What goes into the ledger and what comes out. Amounts are integer cents."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from marketplace.kernel.money import EURO
from marketplace.ledger.chart import Account, AccountKind

Facts = Mapping[str, str | int]
"""Codes and ids that say what a transaction is about. Never personal data: what is posted stays."""


class TransactionKind(StrEnum):
    """Why money moved."""

    GRANT = "grant"
    VALUE_CHANGE = "value_change"
    REDEMPTION = "redemption"
    RETURN = "return"
    SETTLEMENT = "settlement"
    TRANSFER = "transfer"
    PAYOUT = "payout"
    REVERSAL = "reversal"


class Leg(msgspec.Struct, frozen=True):
    """One entry to be: debits are positive, credits negative. Made by ``debit`` and ``credit``."""

    account: Account
    amount_cents: int
    currency: str = EURO


def debit(account: Account, cents: int) -> Leg:
    """Raises ``ValueError`` where the amount is not above zero: the side says the direction, never the sign."""
    return Leg(account, _above_zero(cents))


def credit(account: Account, cents: int) -> Leg:
    """Raises ``ValueError`` where the amount is not above zero."""
    return Leg(account, -_above_zero(cents))


def move(debited: Account, credited: Account, cents: int) -> Sequence[Leg]:
    """The two legs of one amount, or none where it is zero: an own share often is."""
    return (debit(debited, cents), credit(credited, cents)) if cents else ()


def _above_zero(cents: int) -> int:
    if cents <= 0:
        raise ValueError("a leg moves more than zero cents")
    return cents


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction to be. ``reference`` names its cause, once per journal: ``redemption:<id>``.

    ``happened_at`` is when it took place (aware); when it was posted is the ledger's own to say.
    """

    kind: TransactionKind
    reference: str
    legs: Sequence[Leg]
    happened_at: datetime
    facts: Facts = {}
    reverses: UUID | None = None

    @property
    def journal_id(self) -> UUID:
        return self.legs[0].account.journal_id


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """What ``post`` did: ``is_new`` is False where the reference had been posted before, with the same legs."""

    transaction_id: UUID
    reference: str
    is_new: bool


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """One entry on an account, with the balance after it, both on the account's normal side."""

    transaction_id: UUID
    sequence: int
    kind: TransactionKind
    reference: str
    reverses: UUID | None
    happened_at: datetime
    posted_at: datetime
    change_cents: int
    balance_cents: int


class AccountStatement(msgspec.Struct, frozen=True, kw_only=True):
    """An account's entries of a time, between its opening and closing balance on its normal side."""

    account: Account
    opening_cents: int
    lines: Sequence[StatementLine]
    closing_cents: int


class TrialBalanceRow(msgspec.Struct, frozen=True, kw_only=True):
    """All accounts of one kind: everything debited and credited, and the difference on the kind's normal side."""

    kind: AccountKind
    accounts: int
    debits_cents: int
    credits_cents: int
    balance_cents: int


class TrialBalance(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the books balance: both totals are equal, or something is badly wrong."""

    rows: Sequence[TrialBalanceRow]
    debits_cents: int
    credits_cents: int

    @property
    def is_balanced(self) -> bool:
        return self.debits_cents == self.credits_cents

    def balance_of(self, kind: AccountKind) -> int:
        """The balance of all accounts of a kind, 0 where there are none."""
        return sum(row.balance_cents for row in self.rows if row.kind is kind)
