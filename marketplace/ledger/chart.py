"""The chart of accounts: which accounts exist, whose they are and on which side they stand.

The journal is the organiser. Its money walks from left to right, and each credit balance says where it is now:

    budget → voucher → payable → statement → stripe_clearing → paid_out
                └────→ returned

Beside it stands a memo pair for the client's own share, which never passes through the organiser's hands.
"""

from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

import msgspec


class Side(StrEnum):
    """Where an account's balance normally stands. Entries keep debits positive and credits negative."""

    DEBIT = "debit"
    CREDIT = "credit"

    @property
    def sign(self) -> int:
        return 1 if self is Side.DEBIT else -1


class AccountKind(StrEnum):
    """What an account is for, with the owner of each of its kind."""

    BUDGET = "budget"
    """Granted so far, per organiser."""
    VOUCHER = "voucher"
    """Reserved and not yet used, per voucher."""
    RETURNED = "returned"
    """Reserved once and given back unused, per organiser."""
    PAYABLE = "payable"
    """Earned by a provider and not yet settled, per provider. Below zero: corrections to be netted by the next run."""
    STATEMENT = "statement"
    """Settled and not yet sent, per statement."""
    STRIPE_CLEARING = "stripe_clearing"
    """Sent to Stripe accounts and not yet in a bank, per organiser."""
    PAID_OUT = "paid_out"
    """In the providers' bank accounts, per organiser."""
    OWN_SHARE_DUE = "own_share_due"
    """Memo: what a client owes providers directly, per client."""
    OWN_SHARE_INCOME = "own_share_income"
    """Memo: what clients owe a provider directly, per provider."""

    @property
    def normal_side(self) -> Side:
        return Side.DEBIT if self in _DEBIT_KINDS else Side.CREDIT

    @property
    def is_memo(self) -> bool:
        """Memo accounts balance among themselves and never against the organiser's money."""
        return self in _MEMO_KINDS

    @property
    def is_bounded(self) -> bool:
        """Whether the database refuses a balance below zero. Corrections may overdraw only what a provider has earned."""
        return self is not AccountKind.PAYABLE


_DEBIT_KINDS: Final = frozenset({AccountKind.BUDGET, AccountKind.OWN_SHARE_DUE})
_MEMO_KINDS: Final = frozenset({AccountKind.OWN_SHARE_DUE, AccountKind.OWN_SHARE_INCOME})


class Account(msgspec.Struct, frozen=True):
    """One account of one journal. Made by the functions below; the row is written by the first posting to it."""

    journal_id: UUID
    kind: AccountKind
    owner_id: UUID

    @property
    def id(self) -> UUID:
        """Follows from what the account is, so that nobody has to look it up and no row can pose as another."""
        return uuid5(self.journal_id, self.name)

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.owner_id}"


def budget(organiser_id: UUID) -> Account:
    return Account(organiser_id, AccountKind.BUDGET, organiser_id)


def voucher(organiser_id: UUID, voucher_id: UUID) -> Account:
    return Account(organiser_id, AccountKind.VOUCHER, voucher_id)


def returned(organiser_id: UUID) -> Account:
    return Account(organiser_id, AccountKind.RETURNED, organiser_id)


def payable(organiser_id: UUID, provider_id: UUID) -> Account:
    return Account(organiser_id, AccountKind.PAYABLE, provider_id)


def statement(organiser_id: UUID, statement_id: UUID) -> Account:
    return Account(organiser_id, AccountKind.STATEMENT, statement_id)


def stripe_clearing(organiser_id: UUID) -> Account:
    return Account(organiser_id, AccountKind.STRIPE_CLEARING, organiser_id)


def paid_out(organiser_id: UUID) -> Account:
    return Account(organiser_id, AccountKind.PAID_OUT, organiser_id)


def own_share_due(organiser_id: UUID, client_id: UUID) -> Account:
    return Account(organiser_id, AccountKind.OWN_SHARE_DUE, client_id)


def own_share_income(organiser_id: UUID, provider_id: UUID) -> Account:
    return Account(organiser_id, AccountKind.OWN_SHARE_INCOME, provider_id)
