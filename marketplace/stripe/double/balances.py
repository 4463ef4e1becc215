"""Balances and how they are paid out."""

from marketplace.stripe.double import events
from marketplace.stripe.double.routing import Call
from marketplace.stripe.double.world import PLATFORM, Json, World, new_id


def retrieve(call: Call) -> Json:
    available = {"amount": call.world.balances[call.account], "currency": "eur", "source_types": {}}
    pending = {"amount": 0, "currency": "eur", "source_types": {}}
    return {"object": "balance", "available": [available], "pending": [pending], "livemode": False}


def update_settings(call: Call) -> Json:
    schedule = call.params.get("payments", {}).get("payouts", {}).get("schedule", {})
    record = call.world.accounts.get(call.account)
    if record is not None:
        record.payout_interval = schedule.get("interval", record.payout_interval)
    return _settings(record.payout_interval if record else "manual")


def _settings(interval: str) -> Json:
    payouts: Json = {
        "minimum_balance_by_currency": None,
        "schedule": {"interval": interval},
        "statement_descriptor": None,
        "status": "enabled",
    }
    timing: Json = {"delay_days": 2}
    return {
        "object": "balance_settings",
        "payments": {"debit_negative_balances": False, "payouts": payouts, "settlement_timing": timing},
    }


def top_up(world: World, amount: int) -> Json:
    """Money arrives in the platform's balance, as after a bank transfer to Stripe."""
    world.balances[PLATFORM] += amount
    created = events.unix_now()
    body: Json = {
        "id": new_id("tu"),
        "object": "topup",
        "amount": amount,
        "balance_transaction": new_id("txn"),
        "created": created,
        "currency": "eur",
        "description": None,
        "expected_availability_date": created,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "source": None,
        "statement_descriptor": None,
        "status": "succeeded",
        "transfer_group": None,
    }
    events.snapshot(world, "topup.succeeded", body)
    return body
