"""What goes in and out of settlement and payment. Amounts are integer cents."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from marketplace.kernel.i18n import Text, message
from marketplace.kernel.inputs import label
from marketplace.payouts.states import PayoutStatus, Rail, WaitingFor


class SettlementOrder(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Settle every visit up to and with this day (Finnish calendar)."""

    until_day: Annotated[date, label(message("Last day of the visits"))]


class BankPayment(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A bank transfer that the organiser has made by itself."""

    bank_reference: Annotated[str, Meta(min_length=1, max_length=140), label(message("Reference of the bank transfer"))]
    paid_on: Annotated[date, label(message("Day of the bank transfer"))]


class PayoutView(msgspec.Struct, kw_only=True, frozen=True):
    """One attempt to pay a statement. ``arrives_on`` is an estimate until the status is ``paid``."""

    id: UUID
    statement_id: UUID
    organiser_id: UUID
    provider_id: UUID
    attempt: int
    rail: Rail
    amount_cents: int
    status: PayoutStatus
    waiting_for: WaitingFor | None
    failure_code: str | None
    failure_text: str | None
    stripe_account_id: str | None
    transfer_id: str | None
    stripe_payout_id: str | None
    bank_reference: str | None
    arrives_on: date | None
    transfer_transaction_id: UUID | None
    paid_transaction_id: UUID | None
    requested_at: datetime
    changed_at: datetime


class StatementSummary(msgspec.Struct, kw_only=True, frozen=True):
    """What one settlement run owes one provider, with its latest payment."""

    id: UUID
    number: str
    run_id: UUID
    organiser_id: UUID
    organiser_name: Text
    provider_id: UUID
    provider_name: str
    until_day: date
    line_count: int
    amount_cents: int
    own_share_cents: int
    created_at: datetime
    payout: PayoutView


class StatementLineView(msgspec.Struct, kw_only=True, frozen=True):
    """One redeemed visit."""

    redemption_id: UUID
    visited_on: date
    voucher_number: str
    payer_cents: int
    own_share_cents: int


class StatementView(msgspec.Struct, kw_only=True, frozen=True):
    """A statement with its visits and every attempt to pay it, newest first.

    ``bank_account`` is the provider's IBAN while the payment waits for a bank transfer of the organiser's own, with the
    holder's name beside it; ``holder_differs`` where that name is none of the provider's: look before paying.
    """

    summary: StatementSummary
    bank_account: str | None
    account_holder: str | None
    holder_differs: bool
    lines: Sequence[StatementLineView]
    payouts: Sequence[PayoutView]


class StatementPage(msgspec.Struct, kw_only=True, frozen=True):
    """Statements, newest first. ``page`` counts from 1."""

    statements: Sequence[StatementSummary]
    page: int
    pages: int
    total: int


class SettlementResult(msgspec.Struct, kw_only=True, frozen=True):
    """What a run made. ``run_id`` is None where there was nothing to settle."""

    run_id: UUID | None
    until_day: date
    statements: Sequence[StatementSummary]
    total_cents: int


class Sums(msgspec.Struct, kw_only=True, frozen=True):
    """Where money stands: earned and not settled, settled and not paid, with the payment service, paid."""

    unsettled_cents: int
    to_pay_cents: int
    on_the_way_cents: int
    paid_cents: int
