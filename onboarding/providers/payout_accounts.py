"""A provider's payout account at Stripe: made by a job, finished on Stripe's own pages, told in five states.

Nothing here believes an event or a return from Stripe's pages: each is a reason to ask Stripe what is true.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import SYSTEM, Actor
from marketplace.kernel.clock import now
from marketplace.kernel.config import get_config
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.i18n import message
from marketplace.stripe.current import current_gateway
from marketplace.stripe.errors import StripeRefused, StripeUnavailable
from marketplace.stripe.states import PayoutAccountState
from marketplace.stripe.values import OnboardingLink, PayoutAccount, StripeEvent
from onboarding.providers.registration import provider_of
from onboarding.providers.schemas import PayoutAccountView, ReceivingAccount
from onboarding.scoping import acting_provider, administered_provider
from onboarding.topics import PAYOUT_ACCOUNT_CHANGED, STRIPE_ACCOUNT_WANTED, OfProvider

COUNTRY: Final = "FI"
RETURN_PATH: Final = "/provider/payout-account/return"
CONTINUE_PATH: Final = "/provider/payout-account/continue"

INSERT = """
insert into payout_account (id, provider_id, kind, state, can_receive, requirements_due, problem, attempt, created_by, created_at)
values ($1, $2, 'stripe', $3, false, '{}', '', 1, $4, $5) on conflict do nothing
"""
WRITE = """
update payout_account set stripe_account_id = $2, state = $3, can_receive = $4, requirements_due = $5, problem = '',
    failing = '', tried_at = $6, checked_at = $6 where id = $1
"""
AGAIN = "update payout_account set problem = '', attempt = attempt + 1 where id = $1"
RECEIVING = """
select a.provider_id, a.kind, a.stripe_account_id, a.iban, a.bic, a.holder_name, a.holder_differs,
    a.can_receive, p.name
from payout_account a join provider p on p.id = a.provider_id
where a.provider_id = $1 and (a.iban is not null or a.stripe_account_id is not null)
order by a.can_receive desc, a.kind = 'stripe' desc
"""
NOTE_TRY = "update payout_account set tried_at = $2, failing = $3 where id = $1 and stripe_account_id is null"
NEXT_TRY = """
select min(execute_after) from pgqueuer where entrypoint = $1 and dedupe_key like $2 and status in ('queued', 'picked')
"""
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
    if row["stripe_account_id"] is None and await _next_try(provider_id) is None:
        # A job that runs right now would swallow a second one of the same name: each try has its own.
        await STRIPE_ACCOUNT_WANTED.enqueue(OfProvider(provider_id), dedupe_key=f"{_jobs_of(provider_id)}{new_id()}")
    return await _shown(await _of(provider_id))


async def create_stripe_account(wanted: OfProvider) -> None:
    """The handler of ``STRIPE_ACCOUNT_WANTED``. Run again after a crash it finds the account that it made before.

    Raises:
        StripeUnavailable: Stripe does not answer; the queue tries again with the same key.
    """
    row = await fetch_one(OF_PROVIDER, wanted.provider_id)
    if row is None or row["stripe_account_id"] is not None:
        return
    provider = await provider_of(wanted.provider_id)
    key = f"account-{provider.id}" if row["attempt"] == 1 else f"account-{provider.id}-{row['attempt']}"
    stripe = current_gateway()
    try:
        account = await stripe.create_recipient_account(
            provider.id, provider.name, provider.contact_email, COUNTRY, key
        )
        await stripe.set_manual_payouts(account.account_id, f"manual-{key}")
    except StripeUnavailable:
        await _note_try(row["id"], "unavailable")
        raise
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
    return await _shown(row) if row else None


async def onboarding_link(actor: Actor) -> OnboardingLink:
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
    return await current_gateway().account_link(row["stripe_account_id"], base + RETURN_PATH, base + CONTINUE_PATH)


async def refresh(actor: Actor) -> PayoutAccountView:
    """Asks Stripe now how the account stands: the "check again" button.

    Raises:
        NotFound: no account was asked for.
        StripeUnavailable: Stripe does not answer; what was known stays.
    """
    provider_id = acting_provider(actor)
    row = await _of(provider_id)
    if row["stripe_account_id"] is not None:
        await _look_again(row)
    return await _shown(await _of(provider_id))


async def on_account_event(event: StripeEvent) -> None:
    """Takes note that something changed about an account at Stripe. Accounts that are not ours are left alone."""
    row = await fetch_one("select * from payout_account where stripe_account_id = $1", event.account_id)
    if row is not None:
        await _look_again(row)


async def receiving_account(provider_id: UUID) -> ReceivingAccount | None:
    """Where to pay a provider, for the payouts: its Stripe account once money can reach it, else its bank account.

    None while it has neither; an account at Stripe that is not ready yet is given with ``can_receive`` false.
    """
    rows = await fetch(RECEIVING, provider_id)
    return msgspec.convert(rows[0], ReceivingAccount) if rows else None


async def _look_again(row: Row) -> None:
    account = await current_gateway().retrieve_account(row["stripe_account_id"])
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
    if row["can_receive"] != account.can_receive:
        await PAYOUT_ACCOUNT_CHANGED.enqueue(OfProvider(row["provider_id"]))


@transactional()
async def _note_problem(row_id: UUID, reason: str) -> None:
    await execute(
        "update payout_account set problem = $2, failing = '', tried_at = $3, checked_at = $3 where id = $1",
        row_id,
        reason,
        now(),
    )
    await audit.record(SYSTEM, "payout_account.refused", "payout_account", row_id, after={"reason": reason})


async def _of(provider_id: UUID, *, lock: bool = False) -> Row:
    row = await fetch_one(OF_PROVIDER + (" for update" if lock else ""), provider_id)
    if row is None:
        raise NotFound(message("No payout account was asked for yet."))
    return row


@transactional()
async def _note_try(row_id: UUID, failing: str) -> None:
    """The page says that it was tried in vain, rather than "in a moment" for ever."""
    await execute(NOTE_TRY, row_id, now(), failing)


def _jobs_of(provider_id: UUID) -> str:
    return f"payout_account:{provider_id}:"


async def _next_try(provider_id: UUID) -> datetime | None:
    found: datetime | None = await fetch_value(NEXT_TRY, STRIPE_ACCOUNT_WANTED.name, f"{_jobs_of(provider_id)}%")
    return found


async def _shown(row: Row) -> PayoutAccountView:
    next_try = await _next_try(row["provider_id"]) if row["stripe_account_id"] is None else None
    facts = {**row, "is_failing": bool(row["failing"]), "next_try_at": next_try}
    return msgspec.convert(facts, PayoutAccountView)
