"""Transfers from the platform's balance to an account's, and their reversals."""

from marketplace.stripe.double import accounts, events
from marketplace.stripe.double.errors import ApiError, insufficient_balance, missing
from marketplace.stripe.double.routing import Call, listed
from marketplace.stripe.double.world import PLATFORM, Json, World, new_id


def create(call: Call) -> Json:
    world, amount, destination = call.world, call.params["amount"], call.params["destination"]
    _check(world, amount, call.params["currency"], destination)
    world.balances[PLATFORM] -= amount
    world.balances[destination] += amount
    body = _body(call)
    world.transfers[body["id"]] = body
    events.snapshot(world, "transfer.created", body)
    return body


def _check(world: World, amount: int, currency: str, destination: str) -> None:
    record = world.accounts.get(destination)
    if record is None:
        raise missing("destination", destination, "destination", 400)
    if not accounts.can_receive(record):
        text = "Your destination account needs to have at least one of the following capabilities enabled: transfers"
        raise ApiError(400, text, code="insufficient_capabilities_for_transfer")
    if currency != "eur" or world.balances[PLATFORM] < amount:
        raise insufficient_balance()


def _body(call: Call) -> Json:
    id_ = new_id("tr")
    return {
        "id": id_,
        "object": "transfer",
        "amount": call.params["amount"],
        "amount_reversed": 0,
        "balance_transaction": new_id("txn"),
        "created": events.unix_now(),
        "currency": call.params["currency"],
        "description": call.params.get("description"),
        "destination": call.params["destination"],
        "destination_payment": new_id("py"),
        "livemode": False,
        "metadata": call.params.get("metadata", {}),
        "reversals": {"object": "list", "data": [], "has_more": False, "url": f"/v1/transfers/{id_}/reversals"},
        "reversed": False,
        "source_transaction": None,
        "source_type": "card",
        "transfer_group": call.params.get("transfer_group"),
    }


def retrieve(call: Call) -> Json:
    return _known(call.world, call.path[0])


def list_all(call: Call) -> Json:
    wanted = {name: call.params[name] for name in ("transfer_group", "destination") if name in call.params}
    found = [t for t in call.world.transfers.values() if all(t[name] == value for name, value in wanted.items())]
    return listed(found, call.params, "/v1/transfers")


def reverse(call: Call) -> Json:
    """Takes all or a part back. The account must still have it: Stripe does not go below zero here."""
    world, transfer = call.world, _known(call.world, call.path[0])
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = call.params.get("amount", left)
    if amount > left or left == 0:
        raise ApiError(
            400, f"Transfer reversal amount ({amount}) is greater than unreversed amount ({left}).", param="amount"
        )
    if world.balances[transfer["destination"]] < amount:
        raise insufficient_balance()
    world.balances[transfer["destination"]] -= amount
    world.balances[PLATFORM] += amount
    reversal = _reversal(transfer["id"], amount, call)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].append(reversal)
    events.snapshot(world, "transfer.reversed", transfer)
    return reversal


def _reversal(transfer_id: str, amount: int, call: Call) -> Json:
    return {
        "id": new_id("trr"),
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": new_id("txn"),
        "created": events.unix_now(),
        "currency": "eur",
        "destination_payment_refund": new_id("pyr"),
        "metadata": call.params.get("metadata", {}),
        "source_refund": None,
        "transfer": transfer_id,
    }


def _known(world: World, transfer_id: str) -> Json:
    transfer = world.transfers.get(transfer_id)
    if transfer is None:
        raise missing("transfer", transfer_id, "transfer")
    return transfer
