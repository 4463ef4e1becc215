"""Payout rows: read under lock, moved by a transition table, always with an audit event. Nothing else writes them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, fetch_one, in_transaction, new_id
from marketplace.kernel.errors import NotFound
from marketplace.kernel.states import TransitionTable
from marketplace.payouts.schemas import PayoutView
from marketplace.payouts.states import PayoutAction, PayoutStatus, Rail

COLUMNS = ", ".join(PayoutView.__struct_fields__)
LATEST = f"select {COLUMNS} from payout where statement_id = $1 order by attempt desc limit 1"
INSERT = f"""
insert into payout ({COLUMNS}) values ({", ".join(f"${n}" for n in range(1, len(PayoutView.__struct_fields__) + 1))})
"""


def payout_of(row: Row) -> PayoutView:
    return msgspec.convert(row, PayoutView)


async def lock(payout_id: UUID) -> PayoutView:
    """The row as it is now, held until the unit of work ends. Raises NotFound: there is no such payment."""
    if not in_transaction():
        raise RuntimeError("a lock outside a unit of work locks nothing")
    row = await fetch_one(f"select {COLUMNS} from payout where id = $1 for no key update", payout_id)
    if row is None:
        raise NotFound
    return payout_of(row)


async def latest_of(statement_id: UUID) -> PayoutView:
    """The attempt that counts. Every statement has one from the start."""
    row = await fetch_one(LATEST, statement_id)
    if row is None:
        raise NotFound
    return payout_of(row)


async def attempts_of(statement_id: UUID) -> Sequence[PayoutView]:
    rows = await fetch(f"select {COLUMNS} from payout where statement_id = $1 order by attempt desc", statement_id)
    return [payout_of(row) for row in rows]


async def request(actor: Actor, statement_id: UUID, organiser_id: UUID, provider_id: UUID, cents: int) -> PayoutView:
    """Writes the first attempt to pay a statement."""
    return await _insert(
        actor,
        PayoutView(
            id=new_id(), statement_id=statement_id, organiser_id=organiser_id, provider_id=provider_id, attempt=1,
            rail=Rail.STRIPE, amount_cents=cents, status=PayoutStatus.REQUESTED, waiting_for=None, failure_code=None,
            failure_text=None, stripe_account_id=None, transfer_id=None, stripe_payout_id=None, bank_reference=None,
            arrives_on=None, transfer_transaction_id=None, paid_transaction_id=None, requested_at=now(), changed_at=now(),
        ),
    )  # fmt: skip


async def request_again(actor: Actor, failed: PayoutView, *, money_is_there: bool) -> PayoutView:
    """Writes the next attempt. Where the money already lies on the provider's account it only has to reach the bank."""
    kept = {
        "stripe_account_id": failed.stripe_account_id if money_is_there else None,
        "transfer_id": failed.transfer_id if money_is_there else None,
        "transfer_transaction_id": failed.transfer_transaction_id if money_is_there else None,
        "status": PayoutStatus.TRANSFERRED if money_is_there else PayoutStatus.REQUESTED,
    }
    fresh = msgspec.structs.replace(
        failed, id=new_id(), attempt=failed.attempt + 1, rail=Rail.STRIPE, waiting_for=None, failure_code=None,
        failure_text=None, stripe_payout_id=None, arrives_on=None, paid_transaction_id=None, requested_at=now(),
        changed_at=now(), **kept,
    )  # fmt: skip
    return await _insert(actor, fresh)


async def _insert(actor: Actor, payout: PayoutView) -> PayoutView:
    values = [getattr(payout, name) for name in PayoutView.__struct_fields__]
    await execute(INSERT, *(value.value if isinstance(value, PayoutStatus | Rail) else value for value in values))
    await _tell(actor, "payout.requested", payout, before=None)
    return payout


async def move(
    actor: Actor,
    payout: PayoutView,
    table: TransitionTable[PayoutStatus, PayoutAction],
    action: PayoutAction,
    **changes: Any,
) -> PayoutView:
    """Takes a locked payment one step on. Raises IllegalTransition: the step is not open to this actor now."""
    status = table.after(payout.status, action)
    return await change(actor, payout, f"payout.{action}", status=status, waiting_for=None, **changes)


async def change(actor: Actor, payout: PayoutView, event: str, **changes: Any) -> PayoutView:
    """Writes fields of a locked payment and tells of it."""
    changes["changed_at"] = now()
    places = ", ".join(f"{name} = ${n}" for n, name in enumerate(changes, start=2))
    await execute(f"update payout set {places} where id = $1", payout.id, *changes.values())
    changed = msgspec.structs.replace(payout, **changes)
    await _tell(actor, event, changed, before=payout)
    return changed


async def _tell(actor: Actor, event: str, payout: PayoutView, before: PayoutView | None) -> None:
    await audit.record(
        actor, event, "payout", payout.id, before=_told(before), after=_told(payout),
        organiser_id=payout.organiser_id, provider_id=payout.provider_id,
    )  # fmt: skip


def _told(payout: PayoutView | None) -> dict[str, Any] | None:
    if payout is None:
        return None
    names = ("status", "waiting_for", "failure_code", "transfer_id", "stripe_payout_id", "bank_reference")
    return {"attempt": payout.attempt} | {name: value for name in names if (value := getattr(payout, name)) is not None}
