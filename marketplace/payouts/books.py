"""What settlement and payment write into the ledger. Each posting is named after the row that caused it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from marketplace.kernel.clock import now
from marketplace.ledger import chart
from marketplace.ledger.posting import post, reverse
from marketplace.ledger.schemas import Facts, Leg, Posting, TransactionKind, move
from marketplace.payouts.schemas import PayoutView


async def post_settlement(organiser_id: UUID, provider_id: UUID, statement_id: UUID, number: str, cents: int) -> None:
    """Earned becomes owed under a statement."""
    legs = move(chart.payable(organiser_id, provider_id), chart.statement(organiser_id, statement_id), cents)
    facts = {"statement": str(statement_id), "number": number}
    await _post(TransactionKind.SETTLEMENT, f"settlement:{statement_id}", legs, facts)


async def post_transfer(payout: PayoutView, transfer_id: str) -> UUID:
    """The money left the organiser's funds and lies on the provider's Stripe account."""
    legs = move(
        chart.statement(payout.organiser_id, payout.statement_id),
        chart.stripe_clearing(payout.organiser_id),
        payout.amount_cents,
    )
    facts = {"payout": str(payout.id), "stripe_transfer": transfer_id}
    return await _post(TransactionKind.TRANSFER, f"transfer:{payout.id}", legs, facts)


async def post_paid(payout: PayoutView, stripe_payout_id: str) -> UUID:
    """The money is in the provider's bank account."""
    legs = move(chart.stripe_clearing(payout.organiser_id), chart.paid_out(payout.organiser_id), payout.amount_cents)
    facts = {"payout": str(payout.id), "stripe_payout": stripe_payout_id}
    return await _post(TransactionKind.PAYOUT, f"payout:{payout.id}", legs, facts)


async def post_bank_payment(payout: PayoutView, happened_at: datetime) -> UUID:
    """The organiser paid the statement from its own bank account."""
    legs = move(
        chart.statement(payout.organiser_id, payout.statement_id),
        chart.paid_out(payout.organiser_id),
        payout.amount_cents,
    )
    facts = {"payout": str(payout.id), "rail": "sepa"}
    return await _post(TransactionKind.PAYOUT, f"payout:{payout.id}", legs, facts, happened_at)


async def undo_paid(payout: PayoutView, paid_transaction_id: UUID) -> None:
    """A bank sent the money back: it lies on the provider's Stripe account again."""
    await reverse(paid_transaction_id, f"payout_failed:{payout.id}", "payout_failed", {"payout": str(payout.id)})


async def undo_transfer(payout: PayoutView, transfer_transaction_id: UUID) -> None:
    """The money came back from the provider's Stripe account: it is owed under the statement again."""
    await reverse(
        transfer_transaction_id, f"transfer_reversed:{payout.id}", "transfer_reversed", {"payout": str(payout.id)}
    )


async def _post(
    kind: TransactionKind, reference: str, legs: Sequence[Leg], facts: Facts, happened_at: datetime | None = None
) -> UUID:
    posting = Posting(kind=kind, reference=reference, legs=legs, happened_at=happened_at or now(), facts=facts)
    return (await post(posting)).transaction_id
