"""Stripe's answers, read into our own values."""

from datetime import UTC, datetime

from marketplace.stripe.states import PayoutStatus, due_from_provider, payout_account_state
from marketplace.stripe.values import PayoutAccount, StripeEvent, StripePayout, StripeTransfer
from marketplace.stripe.wire import WireAccount, WireEvent, WireFunds, WirePayout, WireTransfer


def payout_account(account: WireAccount) -> PayoutAccount:
    return PayoutAccount(
        account_id=account.id,
        state=payout_account_state(account),
        can_receive=account.transfers is not None and account.transfers.status == "active" and not account.closed,
        requirements_due=tuple(entry.description for entry in due_from_provider(account)),
        reasons=tuple(sorted({d.code for c in account.capabilities() for d in c.status_details if d.code})),
    )


def transfer(found: WireTransfer) -> StripeTransfer:
    return StripeTransfer(
        transfer_id=found.id,
        amount_cents=found.amount,
        reversed_cents=found.amount_reversed,
        currency=found.currency,
        destination=found.destination or "",
        transfer_group=found.transfer_group or "",
        created=_moment(found.created),
        metadata=found.metadata or {},
    )


def payout(found: WirePayout, account_id: str) -> StripePayout:
    return StripePayout(
        payout_id=found.id,
        account_id=account_id,
        amount_cents=found.amount,
        currency=found.currency,
        status=PayoutStatus(found.status),
        created=_moment(found.created),
        arrives=_moment(found.arrival_date),
        failure_code=found.failure_code,
        failure_message=found.failure_message,
        metadata=found.metadata or {},
    )


def event(found: WireEvent) -> StripeEvent:
    snapshot = found.data.object if found.data else {}
    related = found.related_object
    object_id = related.id if related else str(snapshot.get("id", ""))
    object_type = related.type if related else str(snapshot.get("object", ""))
    account_id = found.account or (object_id if object_type == "v2.core.account" else found.context)
    return StripeEvent(
        event_id=found.id,
        type=found.type,
        created=_moment(found.created),
        account_id=account_id,
        object_id=object_id,
        object_type=object_type,
        livemode=found.livemode,
    )


def _moment(value: int | str) -> datetime:
    """Stripe's v1 counts seconds since 1970, its v2 writes RFC 3339."""
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else datetime.fromisoformat(value)


def euros(funds: list[WireFunds]) -> int:
    return sum(f.amount for f in funds if f.currency == "eur")
