"""An organiser that owes money to a provider, a payout account for it, and the worker that pays."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

import asyncpg

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import HELSINKI, now, today
from marketplace.kernel.db import execute, fetch, fetch_value, new_id, unit_of_work
from marketplace.kernel.jobs import build_worker, run_until_idle
from marketplace.ledger.chart import AccountKind
from marketplace.ledger.proof import verify
from marketplace.ledger.queries import trial_balance
from marketplace.payouts.records import COLUMNS, payout_of
from marketplace.payouts.schemas import PayoutView
from marketplace.payouts.settlements import run_settlement
from marketplace.payouts.stripe_rail import send
from marketplace.payouts.topics import OfPayout
from marketplace.payouts.wiring import JOB_HANDLERS
from marketplace.stripe.double import Double
from marketplace.stripe.double.control import AccountStage, PayoutStep
from marketplace.stripe.gateway import StripeGateway
from marketplace.stripe.values import StripeEvent
from marketplace.vouchers import money
from tests.factories.vouchers import Setting, a_setting

FIRST_DAY = date(2026, 11, 17)
"""Of the agreement in a setting."""

ACCOUNT = """
insert into payout_account (id, provider_id, kind, stripe_account_id, state, can_receive, requirements_due, problem, created_by,
    created_at) values ($1, $2, 'stripe', $3, $4, $5, '{}', '', $1, $6)
on conflict (provider_id, kind) do update set state = excluded.state, can_receive = excluded.can_receive
"""


VISIT = """
insert into visit (id, agreement_id, voucher_id, organiser_id, provider_id, starts_at, ends_at, day, minutes, billed_minutes,
    units, price_cents, payer_cents, own_share_cents, receipt, status, transaction_id, logged_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, 30, 30, 0, $9, $10, $11, '{}', 'redeemed', $12, $13)
"""


@dataclass(frozen=True)
class Debt:
    """An organiser with its finance, and a provider that has earned something on a voucher."""

    setting: Setting
    finance: Actor

    @property
    def provider(self) -> Actor:
        return self.setting.provider

    @property
    def organiser_id(self) -> UUID:
        return self.setting.organiser.id

    @property
    def provider_id(self) -> UUID:
        assert self.provider.provider_id is not None
        return self.provider.provider_id


async def a_debt(*cents: int) -> Debt:
    """Visits of these payer's shares (one of 33 euros unless told otherwise), each with an own share of seven euros."""
    setting = await a_setting()
    debt = Debt(setting, finance_of(setting.organiser.id))
    for each in cents or (3_300,):
        await earn(debt, each)
    return debt


async def earn(
    debt: Debt, payer_cents: int, *, own_share_cents: int = 700, provider_id: UUID | None = None, day: date = FIRST_DAY
) -> UUID:
    """A redeemed visit of any price: its row and its entries, without the rules that a logged one must pass."""
    provider_id, visit_id, voucher = provider_id or debt.provider_id, new_id(), debt.setting.voucher
    earlier: int = await fetch_value("select count(*) from visit where voucher_id = $1", voucher.id)
    start = datetime.combine(day, time(6), HELSINKI) + timedelta(minutes=30 * earlier)
    async with unit_of_work():
        transaction_id = await money.redeem(
            organiser_id=debt.organiser_id, voucher_id=voucher.id, provider_id=provider_id, visit_id=visit_id,
            client_id=debt.setting.client.id, payer_cents=payer_cents, own_share_cents=own_share_cents,
        )  # fmt: skip
        await execute(
            VISIT, visit_id, debt.setting.agreement.id, voucher.id, debt.organiser_id, provider_id, start,
            start + timedelta(minutes=30), day, payer_cents + own_share_cents, payer_cents, own_share_cents,
            transaction_id, now(),
        )  # fmt: skip
    return visit_id


def finance_of(organiser_id: UUID) -> Actor:
    return Actor(person_id=new_id(), role=Role.FINANCE, organiser_id=organiser_id)


async def settled(debt: Debt) -> PayoutView:
    """Settles the debt; gives the payment that is to be made."""
    await run_settlement(debt.finance, debt.organiser_id, today())
    return await last_payout()


async def last_payout() -> PayoutView:
    rows = await fetch(f"select {COLUMNS} from payout order by requested_at desc, attempt desc limit 1")
    return payout_of(rows[0])


async def an_account(double: Double, gateway: StripeGateway, provider_id: UUID, *, stage: str = "active") -> str:
    """The provider's account at the double and its row with us."""
    made = await gateway.create_recipient_account(
        provider_id, "Hoiva Oy", "a@example.org", "FI", f"account-{provider_id}"
    )
    double.advance(AccountStage(account=made.account_id, to=stage))
    await keep_account(provider_id, made.account_id, can_receive=stage == "active")
    return made.account_id


async def keep_account(provider_id: UUID, account_id: str, *, can_receive: bool) -> None:
    state = "active" if can_receive else "information_due"
    await execute(ACCOUNT, new_id(), provider_id, account_id, state, can_receive, now())


async def work(database: str) -> None:
    """Runs every job of payouts that is due; what vouchers and offers wanted done is none of ours here."""
    ours = [topic.name for topic in JOB_HANDLERS]
    await execute("delete from pgqueuer where entrypoint <> all($1::text[])", ours)
    connection = await asyncpg.connect(database)
    try:
        await run_until_idle(build_worker(connection, JOB_HANDLERS))
    finally:
        await connection.close()


async def waiting_jobs(topic: str = "payout.requested") -> int:
    return await fetch_value("select count(*) from pgqueuer where entrypoint = $1 and status = 'queued'", topic)


def event_about(payout: PayoutView, type_: str) -> StripeEvent:
    """An event of Stripe about the payment: ``payout.*`` of the provider's account, ``transfer.*`` of our own."""
    is_payout = type_.startswith("payout.")
    return StripeEvent(
        event_id=f"evt_{new_id().hex}", type=type_, created=now(), livemode=False,
        account_id=payout.stripe_account_id if is_payout else None,
        object_id=(payout.stripe_payout_id if is_payout else payout.transfer_id) or "",
        object_type="payout" if is_payout else "transfer",
    )  # fmt: skip


async def sent(debt: Debt) -> PayoutView:
    """A payment that is on its way to the bank."""
    await send(OfPayout((await settled(debt)).id))
    return await last_payout()


def bank_says(double: Double, payout: PayoutView, *steps: str) -> None:
    """Moves a payment on at the double, without telling us."""
    for step in steps:
        double.advance(PayoutStep(payout=payout.stripe_payout_id or "", to=step))


async def books(debt: Debt) -> dict[AccountKind, int]:
    """Where the money is; the proof holds and the books balance wherever this is asked."""
    assert (await verify()).ok
    found = await trial_balance(debt.organiser_id)
    assert found.is_balanced
    kinds = (AccountKind.PAYABLE, AccountKind.STATEMENT, AccountKind.STRIPE_CLEARING, AccountKind.PAID_OUT)
    return {kind: cents for kind in kinds if (cents := found.balance_of(kind))}
