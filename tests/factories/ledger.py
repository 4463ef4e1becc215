"""Postings as the features make them, in short."""

from collections.abc import Sequence
from uuid import UUID

from marketplace.kernel.clock import now
from marketplace.kernel.db import new_id, unit_of_work
from marketplace.ledger import chart, posting
from marketplace.ledger.schemas import Leg, Posted, Posting, TransactionKind, move


def posting_of(legs: Sequence[Leg], reference: str = "", kind: TransactionKind = TransactionKind.GRANT) -> Posting:
    return Posting(kind=kind, reference=reference or f"test:{new_id()}", legs=legs, happened_at=now())


def granted(organiser_id: UUID, voucher_id: UUID, cents: int = 10_000, reference: str = "") -> Posting:
    legs = move(chart.budget(organiser_id), chart.voucher(organiser_id, voucher_id), cents)
    return posting_of(legs, reference)


def redeemed(
    organiser_id: UUID,
    voucher_id: UUID,
    provider_id: UUID,
    cents: int = 4_000,
    own_share_cents: int = 0,
    reference: str = "",
) -> Posting:
    """``own_share_cents`` is owed by a client whose id is the voucher's: good enough for the books."""
    money = move(chart.voucher(organiser_id, voucher_id), chart.payable(organiser_id, provider_id), cents)
    own = move(
        chart.own_share_due(organiser_id, voucher_id),
        chart.own_share_income(organiser_id, provider_id),
        own_share_cents,
    )
    return posting_of([*money, *own], reference, TransactionKind.REDEMPTION)


async def post(*postings: Posting) -> list[Posted]:
    """Posts in a unit of work of its own."""
    async with unit_of_work():
        return await posting.post_many(postings)
