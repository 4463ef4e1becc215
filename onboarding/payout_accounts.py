"""A provider's payout account at Stripe: made by a job, finished on Stripe's own pages, told in five states.

Nothing here believes an event or a return from Stripe's pages: each is a reason to ask Stripe what is true.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import SYSTEM, Actor
from marketplace.kernel.clock import now
from marketplace.kernel.config import get_config
from marketplace.kernel.db import Row, execute, fetch_one, new_id, transactional
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.i18n import message
from marketplace.stripe.errors import StripeRefused
from marketplace.stripe.gateway import StripeGateway, gateway_from
from marketplace.stripe.states import PayoutAccountState
from marketplace.stripe.values import OnboardingLink, PayoutAccount, StripeEvent
from onboarding.providers import provider_of
from onboarding.schemas import PayoutAccountView, ReceivingAccount
from onboarding.scoping import acting_provider, administered_provider
from onboarding.topics import STRIPE_ACCOUNT_WANTED, OfProvider

COUNTRY: Final = "FI"
RETURN_PATH: Final = "/provider/payout-account/return"
CONTINUE_PATH: Final = "/provider/payout-account/continue"

INSERT = """
insert into payout_account (id, provider_id, kind, state, can_receive, requirements_due, problem, attempt, created_by, created_at)
values ($1, $2, 'stripe', $3, false, '{}', '', 1, $4, $5) on conflict do nothing
"""
WRITE = """
update payout_account set stripe_account_id = $2, state = $3, can_receive = $4, requirements_due = $5, problem = '',
    checked_at = $6 where id = $1
"""
AGAIN = "update payout_account set problem = '', attempt = attempt + 1 where id = $1"
OF_PROVIDER = "select * from payout_account where provider_id = $1 and kind = 'stripe'"


@transactional()
async def start_stripe_account(actor: Actor) -> PayoutAccountView:
    """Has an account made at Stripe for the actor's provider. Asking twice makes one; after a refusal it tries anew.

    Raises:
        NotFound: the actor administers no provider.
    """
    provider_id = administered_provider(actor)
    row_id = new_id()
    if await execute(INSERT, row_id, provider_id, PayoutAccountState.NEW.value, actor.person_id, now()):
        await audit.record(actor, "payout_account.started", "payout_account", row_id)
    row = await _of(provider_id, lock=True)
    if row["problem"]:
        await execute(AGAIN, row["id"])
    if row["stripe_account_id"] is None:
        await STRIPE_ACCOUNT_WANTED.enqueue(OfProvider(provider_id), dedupe_key=f"payout_account:{provider_id}")
    return _view(await _of(provider_id))


async def create_stripe_account(wanted: OfProvider, *, gateway: StripeGateway | None = None) -> None:
    """The handler of ``STRIPE_ACCOUNT_WANTED``. Run again after a crash it finds the account that it made before.

    Raises:
        StripeUnavailable: Stripe does not answer; the queue tries again with the same key.
    """
    row = await fetch_one(OF_PROVIDER, wanted.provider_id)
    if row is None or row["stripe_account_id"] is not None:
        return
    provider = await provider_of(wanted.provider_id)
    key = f"account-{provider.id}" if row["attempt"] == 1 else f"account-{provider.id}-{row['attempt']}"
    async with _stripe(gateway) as stripe:
        try:
            account = await stripe.create_recipient_account(
                provider.id, provider.name, provider.contact_email, COUNTRY, key
            )
            await stripe.set_manual_payouts(account.account_id, f"manual-{key}")
        except StripeRefused as refusal:
            await _note_problem(row["id"], refusal.reason)
            return
    await _keep(row["id"], account)


async def my_stripe_account(actor: Actor) -> PayoutAccountView | None:
    """The account of the actor's provider; None where none was asked for yet.

    Raises:
        NotFound: the actor acts for no provider.
    """
    row = await fetch_one(OF_PROVIDER, acting_provider(actor))
    return _view(row) if row else None


async def onboarding_link(actor: Actor, *, gateway: StripeGateway | None = None) -> OnboardingLink:
    """A fresh link to Stripe's own pages, good for minutes and one use.

    Raises:
        NotFound: no account was asked for.
        Conflict: the account is not made yet.
        StripeUnavailable: Stripe does not answer.
    """
    row = await _of(administered_provider(actor))
    if row["stripe_account_id"] is None:
        text = message("The account is still being made. Try again in a moment.")
        raise Conflict(text, code="payout_account_not_ready")
    base = get_config().base_url.rstrip("/")
    async with _stripe(gateway) as stripe:
        return await stripe.account_link(row["stripe_account_id"], base + RETURN_PATH, base + CONTINUE_PATH)


async def refresh(actor: Actor, *, gateway: StripeGateway | None = None) -> PayoutAccountView:
    """Asks Stripe now how the account stands: the "check again" button.

    Raises:
        NotFound: no account was asked for.
        StripeUnavailable: Stripe does not answer; what was known stays.
    """
    provider_id = acting_provider(actor)
    row = await _of(provider_id)
    if row["stripe_account_id"] is not None:
        await _look_again(row, gateway)
    return _view(await _of(provider_id))


async def on_account_event(event: StripeEvent, *, gateway: StripeGateway | None = None) -> None:
    """Takes note that something changed about an account at Stripe. Accounts that are not ours are left alone."""
    row = await fetch_one("select * from payout_account where stripe_account_id = $1", event.account_id)
    if row is not None:
        await _look_again(row, gateway)


async def receiving_account(provider_id: UUID) -> ReceivingAccount | None:
    """Where to pay a provider, for the payouts; None while it has no account at Stripe."""
    row = await fetch_one(OF_PROVIDER, provider_id)
    if row is None or row["stripe_account_id"] is None:
        return None
    return ReceivingAccount(
        provider_id=provider_id, stripe_account_id=row["stripe_account_id"], can_receive=row["can_receive"]
    )


async def _look_again(row: Row, gateway: StripeGateway | None) -> None:
    async with _stripe(gateway) as stripe:
        account = await stripe.retrieve_account(row["stripe_account_id"])
    await _keep(row["id"], account)


@transactional()
async def _keep(row_id: UUID, account: PayoutAccount) -> None:
    """Writes what Stripe said. Two answers may cross: the later writer asked later or will be told again by an event."""
    row = await fetch_one("select * from payout_account where id = $1 for update", row_id)
    if row is None:
        raise NotFound
    due = list(account.requirements_due)
    await execute(WRITE, row_id, account.account_id, account.state.value, account.can_receive, due, now())
    before = {"state": row["state"], "can_receive": row["can_receive"]}
    after = {"state": account.state, "can_receive": account.can_receive}
    if before != after or row["stripe_account_id"] is None:
        await audit.record(
            SYSTEM, "payout_account.state_changed", "payout_account", row_id,
            before=before, after=after, provider_id=row["provider_id"],
        )  # fmt: skip


@transactional()
async def _note_problem(row_id: UUID, reason: str) -> None:
    await execute("update payout_account set problem = $2, checked_at = $3 where id = $1", row_id, reason, now())
    await audit.record(SYSTEM, "payout_account.refused", "payout_account", row_id, after={"reason": reason})


async def _of(provider_id: UUID, *, lock: bool = False) -> Row:
    row = await fetch_one(OF_PROVIDER + (" for update" if lock else ""), provider_id)
    if row is None:
        raise NotFound(message("No payout account was asked for yet."))
    return row


def _view(row: Row) -> PayoutAccountView:
    return msgspec.convert(row, PayoutAccountView)


@asynccontextmanager
async def _stripe(gateway: StripeGateway | None) -> AsyncGenerator[StripeGateway]:
    """The given gateway, or one for this call: calls are few, and connections belong to one event loop."""
    if gateway is not None:
        yield gateway
        return
    made = gateway_from(get_config())
    try:
        yield made
    finally:
        await made.aclose()
