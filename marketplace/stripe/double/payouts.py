"""Payouts from a balance to the bank: pending, then in transit, then paid or failed. Failed money comes back."""

import time

from marketplace.stripe.double import events
from marketplace.stripe.double.errors import ApiError, insufficient_balance, missing
from marketplace.stripe.double.routing import Call, listed
from marketplace.stripe.double.world import Json, PayoutRecord, World, new_id

_STEPS = {"pending": "in_transit", "in_transit": "paid"}
_MAY_BECOME = {
    "pending": {"in_transit", "paid", "failed", "canceled"},
    "in_transit": {"paid", "failed"},
    "paid": {"failed"},
}
"""Stripe, too, sometimes learns days later that a paid payout has failed."""


def create(call: Call) -> Json:
    world, amount = call.world, call.params["amount"]
    if call.params["currency"] != "eur" or world.balances[call.account] < amount:
        raise insufficient_balance()
    world.balances[call.account] -= amount
    fails = world.payouts_to_fail > 0
    world.payouts_to_fail -= fails
    record = PayoutRecord(call.account, _body(call), fails, _next_due(world))
    world.payouts[record.body["id"]] = record
    events.snapshot(world, "payout.created", record.body, call.account)
    return record.body


def _body(call: Call) -> Json:
    created = events.unix_now()
    return {
        "id": new_id("po"),
        "object": "payout",
        "amount": call.params["amount"],
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": created + 2 * 24 * 3600,
        "automatic": False,
        "balance_transaction": new_id("txn"),
        "created": created,
        "currency": call.params["currency"],
        "description": call.params.get("description"),
        "destination": "ba_double",
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": call.params.get("metadata", {}),
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": call.params.get("statement_descriptor"),
        "status": "pending",
        "trace_id": None,
        "type": "bank_account",
    }


def retrieve(call: Call) -> Json:
    record = known(call.world, call.path[0])
    if record.account != call.account:
        raise missing("payout", call.path[0], "payout")
    return record.body


def list_all(call: Call) -> Json:
    own = [record.body for record in call.world.payouts.values() if record.account == call.account]
    status = call.params.get("status")
    return listed([body for body in own if status in (None, body["status"])], call.params, "/v1/payouts")


def known(world: World, payout_id: str) -> PayoutRecord:
    record = world.payouts.get(payout_id)
    if record is None:
        raise missing("payout", payout_id, "payout")
    return record


def take_due_steps(world: World) -> bool:
    """Every payout whose moment has come goes one step on. True when one did."""
    due = [record for record in world.payouts.values() if record.due is not None and record.due <= time.time()]
    for record in due:
        next_status = _STEPS[record.body["status"]]
        advance(world, record, "failed" if record.fails and next_status == "paid" else next_status)
    return bool(due)


def advance(world: World, record: PayoutRecord, status: str) -> None:
    """Moves a payout on and tells about it.

    Raises:
        ApiError: it cannot become that any more.

    """
    body = record.body
    if status not in _MAY_BECOME.get(body["status"], set()):
        raise ApiError(400, f"A payout that is {body['status']} cannot become {status}.", code="payout_not_allowed")
    body["status"] = status
    record.due = _next_due(world) if status in _STEPS else None
    if status in {"failed", "canceled"}:
        _give_back(world, record)
    events.snapshot(world, "payout.updated" if status == "in_transit" else f"payout.{status}", body, record.account)


def _give_back(world: World, record: PayoutRecord) -> None:
    world.balances[record.account] += record.body["amount"]
    record.body["failure_balance_transaction"] = new_id("txn")
    if record.body["status"] == "failed":
        record.body["failure_code"] = "account_closed"
        record.body["failure_message"] = "The bank account has been closed."


def _next_due(world: World) -> float | None:
    return None if world.payout_seconds is None else time.time() + world.payout_seconds
