"""``/_double/…``: what only a double has. Makes time pass, money arrive and things go wrong; shows what it remembers."""

from typing import Any

import msgspec

from marketplace.stripe.double import accounts, balances, payouts, webhooks
from marketplace.stripe.double.errors import ApiError, bad_parameter
from marketplace.stripe.double.faults import Fault, Faults
from marketplace.stripe.double.http import Request
from marketplace.stripe.double.world import World


class PayoutStep(msgspec.Struct, forbid_unknown_fields=True, tag_field="what", tag="payout"):
    payout: str
    to: str


class TopUp(msgspec.Struct, forbid_unknown_fields=True, tag_field="what", tag="top_up"):
    """``amount`` in cents."""

    amount: int


class AccountStage(msgspec.Struct, forbid_unknown_fields=True, tag_field="what", tag="account"):
    account: str
    to: str


class FailNextPayouts(msgspec.Struct, forbid_unknown_fields=True, tag_field="what", tag="fail_next_payout"):
    times: int = 1


class Webhooks(msgspec.Struct, forbid_unknown_fields=True, tag_field="what", tag="webhooks"):
    """``hold``, ``release``, ``release_reversed`` or ``redeliver`` (with the event's id)."""

    do: str
    event: str = ""


Advance = PayoutStep | TopUp | AccountStage | FailNextPayouts | Webhooks


def control(world: World, faults: Faults, request: Request) -> object:
    """The answer to a ``/_double/`` request, as something to be written as JSON."""
    match request.method, request.path:
        case "GET", "/_double/state":
            return world
        case "GET", "/_double/health":
            return {"ok": True, "double": True}
        case "POST", "/_double/faults":
            faults.add(_read(request.body, Fault))
            return faults.waiting
        case "DELETE", "/_double/faults":
            faults.clear()
            return faults.waiting
        case "POST", "/_double/advance":
            return advance(world, _read(request.body, Advance))
        case _:
            raise ApiError(404, f"The double knows no {request.method} {request.path}")


def advance(world: World, step: Advance) -> object:
    match step:
        case PayoutStep():
            record = payouts.known(world, step.payout)
            payouts.advance(world, record, step.to)
            return record.body
        case TopUp():
            return balances.top_up(world, step.amount)
        case AccountStage():
            return _stage(world, step)
        case FailNextPayouts():
            world.payouts_to_fail += step.times
            return {"payouts_to_fail": world.payouts_to_fail}
        case Webhooks():
            return _webhooks(world, step)


def _stage(world: World, step: AccountStage) -> object:
    if step.to not in accounts.STAGES:
        raise bad_parameter("parameter_invalid", "to", f"Must be one of {', '.join(accounts.STAGES)}")
    record = accounts.known(world, step.account)
    accounts.move_to(world, record, step.to)
    return accounts.shown(record, ["configuration.recipient", "requirements"])


def _webhooks(world: World, step: Webhooks) -> object:
    match step.do:
        case "hold":
            world.webhooks_held = True
        case "release" | "release_reversed":
            webhooks.release(world, newest_first=step.do == "release_reversed")
        case "redeliver" if step.event in world.events:
            webhooks.redeliver(world, step.event)
        case _:
            raise bad_parameter("parameter_invalid", "do", "Must be hold, release, release_reversed or redeliver")
    return {"held": world.webhooks_held}


def _read(body: bytes, type_: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=type_)
    except msgspec.MsgspecError as error:
        raise bad_parameter("parameter_invalid", "", str(error)) from error
