"""Accounts v2 with the recipient configuration: created bare, made good on the onboarding page, told by thin events."""

import msgspec

from marketplace.stripe.double import events
from marketplace.stripe.double.errors import missing
from marketplace.stripe.double.routing import Call
from marketplace.stripe.double.world import AccountRecord, Json, World, new_id

CAPABILITY_EVENT = "v2.core.account[configuration.recipient].capability_status_updated"
REQUIREMENTS_EVENT = "v2.core.account[requirements].updated"


class Stage(msgspec.Struct, frozen=True):
    """What Stripe tells about an account: its capabilities' status with a reason, and what is missing."""

    status: str
    code: str = ""
    resolution: str = ""
    missing: tuple[str, ...] = ()
    awaiting: str = "user"
    terms_accepted: bool = True


STAGES = {
    "new": Stage(
        "restricted",
        "requirements_past_due",
        "provide_info",
        (
            "identity.business_details.address",
            "identity.business_details.id_numbers",
            "configuration.recipient.default_outbound_destination",
            "identity.attestations.terms_of_service",
        ),
        terms_accepted=False,
    ),
    "information_due": Stage(
        "restricted", "requirements_past_due", "provide_info", ("identity.business_details.documents",)
    ),
    "pending": Stage(
        "pending",
        "requirements_pending_verification",
        "no_resolution",
        ("identity.business_details.id_numbers",),
        awaiting="stripe",
    ),
    "active": Stage("active"),
    "restricted": Stage("restricted", "restricted_other", "contact_stripe"),
    "rejected": Stage("rejected", "rejected_other", "no_resolution"),
}


def create(call: Call) -> Json:
    record = AccountRecord(new_id("acct"), events.rfc3339_now(), dict(call.params))
    include = record.parameters.pop("include", [])
    call.world.accounts[record.id] = record
    call.world.balances[record.id] = 0
    events.thin(call.world, "v2.core.account.created", record.id)
    return shown(record, include)


def retrieve(call: Call) -> Json:
    return shown(known(call.world, call.path[0]), call.params.get("include", []))


def known(world: World, account_id: str) -> AccountRecord:
    record = world.accounts.get(account_id)
    if record is None:
        raise missing("account", account_id)
    return record


def can_receive(record: AccountRecord) -> bool:
    return STAGES[record.stage].status == "active"


def move_to(world: World, record: AccountRecord, stage: str) -> None:
    """Puts the account into a stage and tells about it, as Stripe's checks would."""
    record.stage = stage
    events.thin(world, REQUIREMENTS_EVENT, record.id)
    events.thin(world, CAPABILITY_EVENT, record.id)


def shown(record: AccountRecord, include: list[str]) -> Json:
    """The account as Stripe writes it: what was not asked for with ``include`` is null."""
    given, stage = record.parameters, STAGES[record.stage]
    parts: Json = {
        "configuration": _configuration(stage) if "configuration.recipient" in include else None,
        "identity": _identity(given, record, stage) if "identity" in include else None,
        "requirements": _requirements(stage) if "requirements" in include else None,
        "defaults": _defaults(given) if "defaults" in include else None,
        "future_requirements": {"entries": []} if "future_requirements" in include else None,
    }
    return {
        "id": record.id,
        "object": "v2.core.account",
        "applied_configurations": ["recipient"],
        "closed": False,
        "contact_email": given.get("contact_email"),
        "created": record.created,
        "dashboard": given.get("dashboard"),
        "display_name": given.get("display_name"),
        "livemode": False,
        "metadata": given.get("metadata", {}),
        **parts,
    }


def _configuration(stage: Stage) -> Json:
    details = [{"code": stage.code, "resolution": stage.resolution}] if stage.code else []
    capability = {"status": stage.status, "status_details": details}
    balance = {"stripe_transfers": capability, "payouts": capability}
    recipient = {"applied": True, "capabilities": {"stripe_balance": balance}}
    return {"recipient": recipient}


def _identity(given: Json, record: AccountRecord, stage: Stage) -> Json:
    accepted: Json = {"date": record.created, "ip": "127.0.0.1", "user_agent": "double"}
    attestations = {"terms_of_service": {"account": accepted}} if stage.terms_accepted else {}
    return {**given.get("identity", {}), "attestations": attestations}


def _defaults(given: Json) -> Json:
    defaults = given.get("defaults", {})
    responsibilities = {**defaults.get("responsibilities", {}), "requirements_collector": "stripe"}
    return {**defaults, "responsibilities": responsibilities}


def _requirements(stage: Stage) -> Json:
    entries = [_entry(stage, description) for description in stage.missing]
    summary: Json = {"summary": {"minimum_deadline": {"status": "currently_due"}}} if entries else {}
    return {"alternatives": [], "entries": entries, **summary}


def _entry(stage: Stage, description: str) -> Json:
    deadline = {"status": "currently_due"}
    restricts = {
        "capability": "stripe_balance.stripe_transfers",
        "configuration": "recipient",
        "deadline": deadline,
    }
    return {
        "awaiting_action_from": stage.awaiting,
        "description": description,
        "errors": [],
        "impact": {"restricts_capabilities": [restricts]},
        "minimum_deadline": deadline,
        "requested_reasons": [{"code": "routine_onboarding"}],
    }
