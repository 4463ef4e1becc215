"""A voucher's entries in the ledger: reserved when granted, paid out by visits, the rest given back."""

from uuid import UUID

from marketplace.kernel.clock import now
from marketplace.ledger import chart, posting
from marketplace.ledger.schemas import Posting, TransactionKind, move

ROUNDING = "rounding"


async def reserve(organiser_id: UUID, voucher_id: UUID, cents: int) -> None:
    """Sets a voucher's amount aside from the organiser's budget."""
    legs = move(chart.budget(organiser_id), chart.voucher(organiser_id, voucher_id), cents)
    facts = {"voucher": str(voucher_id)}
    await posting.post(
        Posting(kind=TransactionKind.GRANT, reference=f"grant:{voucher_id}", legs=legs, happened_at=now(), facts=facts)
    )


async def add_rounding(organiser_id: UUID, voucher_id: UUID, visit_id: UUID, cents: int) -> None:
    """Adds the cents that rounding each visit on its own has come to above the rounded whole."""
    legs = move(chart.budget(organiser_id), chart.voucher(organiser_id, voucher_id), cents)
    facts = {"voucher": str(voucher_id), "redemption": str(visit_id), "reason": ROUNDING}
    await posting.post(
        Posting(
            kind=TransactionKind.VALUE_CHANGE,
            reference=f"rounding:{visit_id}",
            legs=legs,
            happened_at=now(),
            facts=facts,
        )
    )


async def redeem(
    *,
    organiser_id: UUID,
    voucher_id: UUID,
    provider_id: UUID,
    client_id: UUID,
    visit_id: UUID,
    payer_cents: int,
    own_share_cents: int,
) -> UUID | None:
    """Moves the payer's part to the provider, and notes the own share. None where the visit costs nothing."""
    legs = [
        *move(chart.voucher(organiser_id, voucher_id), chart.payable(organiser_id, provider_id), payer_cents),
        *move(
            chart.own_share_due(organiser_id, client_id),
            chart.own_share_income(organiser_id, provider_id),
            own_share_cents,
        ),
    ]
    if not legs:
        return None
    posted = await posting.post(
        Posting(
            kind=TransactionKind.REDEMPTION,
            reference=f"redemption:{visit_id}",
            legs=legs,
            happened_at=now(),
            facts={"redemption": str(visit_id), "voucher": str(voucher_id)},
        )
    )
    return posted.transaction_id


async def give_back(organiser_id: UUID, voucher_id: UUID, cents: int, cause: str) -> None:
    """Returns what is left of a voucher. ``cause`` makes the posting's reference: ``close``, or a cancelled visit's id."""
    legs = move(chart.voucher(organiser_id, voucher_id), chart.returned(organiser_id), cents)
    if not legs:
        return
    await posting.post(
        Posting(
            kind=TransactionKind.RETURN,
            reference=f"return:{voucher_id}:{cause}",
            legs=legs,
            happened_at=now(),
            facts={"voucher": str(voucher_id)},
        )
    )
