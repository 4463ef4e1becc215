"""Settlement runs, their statements with lines, and the attempts to pay each statement. The money itself is in the ledger."""

from piccolo.columns import UUID, BigInt, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id
from marketplace.organisers.tables import Organiser
from onboarding.providers.tables import Provider


class SettlementRun(Table):
    """One settling of everything that an organiser's providers have earned up to a day, that day included."""

    id = UUID(primary_key=True, default=new_id)
    organiser_id = ForeignKey(Organiser, null=False, default=None, on_delete=OnDelete.restrict)
    until_day = Date(default=None)
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz(default=None)


class Statement(Table):
    """What one run owes one provider. Never changed; how far its payment has got is told by its last payout."""

    id = UUID(primary_key=True, default=new_id)
    run_id = ForeignKey(SettlementRun, null=False, default=None, on_delete=OnDelete.restrict)
    organiser_id = ForeignKey(Organiser, null=False, default=None, on_delete=OnDelete.restrict)
    provider_id = ForeignKey(Provider, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    number = Varchar(20, default=None)
    until_day = Date(default=None)
    line_count = Integer(default=None)
    amount_cents = BigInt(default=None)
    own_share_cents = BigInt(default=None)
    created_at = Timestamptz(default=None)
    statement_one_per_provider = Unique(["run_id", "provider_id"])
    statement_number_once = Unique(["organiser_id", "number"])
    statement_owes_something = Check("amount_cents > 0 and own_share_cents >= 0 and line_count > 0")


class StatementLine(Table):
    """One redeemed visit on a statement. The database lets no redemption be settled twice."""

    id = UUID(primary_key=True, default=new_id)
    statement_id = ForeignKey(Statement, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    redemption_id = UUID(default=None, unique=True)
    visited_on = Date(default=None)
    voucher_number = Varchar(40, default=None)
    payer_cents = BigInt(default=None)
    own_share_cents = BigInt(default=None)


class Payout(Table):
    """One attempt to pay a statement. Idempotency keys at Stripe come from this row's id.

    ``waiting_for`` says why a requested payout has not been sent. ``failure_code`` and ``failure_text`` are the payment
    service's own. The transaction ids name the ledger's postings, so that they can be reversed.
    """

    id = UUID(primary_key=True, default=new_id)
    statement_id = ForeignKey(Statement, null=False, default=None, on_delete=OnDelete.restrict)
    organiser_id = ForeignKey(Organiser, null=False, default=None, on_delete=OnDelete.restrict)
    provider_id = ForeignKey(Provider, null=False, default=None, on_delete=OnDelete.restrict, index=True)
    attempt = Integer(default=None)
    rail = Varchar(10, default=None)
    amount_cents = BigInt(default=None)
    status = Varchar(20, default=None)
    waiting_for = Varchar(40, null=True, default=None)
    failure_code = Varchar(80, null=True, default=None)
    failure_text = Text(null=True, default=None)
    stripe_account_id = Varchar(80, null=True, default=None)
    transfer_id = Varchar(80, null=True, default=None, index=True)
    stripe_payout_id = Varchar(80, null=True, default=None, unique=True)
    bank_reference = Varchar(140, null=True, default=None)
    arrives_on = Date(null=True, default=None)
    transfer_transaction_id = UUID(null=True, default=None)
    paid_transaction_id = UUID(null=True, default=None)
    requested_at = Timestamptz(default=None)
    changed_at = Timestamptz(default=None)
    payout_one_row_per_attempt = Unique(["statement_id", "attempt"])
    payout_known_rail = Check("rail in ('stripe', 'sepa')")
    payout_known_status = Check(
        "status in ('requested', 'transferring', 'transferred', 'in_transit', 'paid', 'failed', 'reversed')"
    )
    payout_of_something = Check("amount_cents > 0 and attempt > 0")
