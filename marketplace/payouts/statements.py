"""Reading statements and sums. The organiser's money people see their organiser's, a provider's administrator its own."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.db import Row, fetch, fetch_one, fetch_value
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Text
from marketplace.kernel.scoping import organiser_of, provider_of
from marketplace.ledger.chart import AccountKind
from marketplace.ledger.queries import balance_of_owner, trial_balance
from marketplace.payouts import records
from marketplace.payouts.schemas import (
    PayoutView,
    StatementLineView,
    StatementPage,
    StatementSummary,
    StatementView,
    Sums,
)
from marketplace.payouts.states import PayoutStatus, WaitingFor
from onboarding.providers.bank_accounts import bank_account_view
from onboarding.providers.schemas import BankAccountView

PER_PAGE: Final = 50
ORGANISER_READERS: Final = frozenset({Role.FINANCE, Role.ORGANISER_ADMIN})
ON_THE_WAY: Final = frozenset({PayoutStatus.TRANSFERRING, PayoutStatus.TRANSFERRED, PayoutStatus.IN_TRANSIT})

OWN = ("number", "run_id", "organiser_id", "provider_id", "until_day", "line_count", "amount_cents", "own_share_cents")
SUMMARY = f"""
select s.id, s.created_at, {", ".join(f"s.{name}" for name in OWN)}, p.name as provider_name,
    o.name_fi, o.name_sv, o.name_en, to_jsonb(latest) as payout
from statement s
join provider p on p.id = s.provider_id
join organiser o on o.id = s.organiser_id
join lateral (select * from payout where statement_id = s.id order by attempt desc limit 1) latest on true
"""
OF_RUN = f"{SUMMARY} where s.run_id = $1 order by s.number"
ONE = f"{SUMMARY} where s.id = $1"
SCOPED = "($1::uuid is null or s.organiser_id = $1) and ($2::uuid is null or s.provider_id = $2)"
MANY = f"{SUMMARY} where {SCOPED} order by s.created_at desc, s.number desc limit $3 offset $4"
COUNT = f"select count(*) from statement s where {SCOPED}"
LINES = """
select redemption_id, visited_on, voucher_number, payer_cents, own_share_cents from statement_line
where statement_id = $1 order by visited_on, voucher_number, redemption_id
"""
LATEST_BY_STATUS = """
select latest.status, sum(latest.amount_cents)::bigint as cents from statement s
join lateral (select status, amount_cents from payout where statement_id = s.id order by attempt desc limit 1) latest on true
where s.provider_id = $1 group by latest.status
"""


async def list_statements(actor: Actor, page: int = 1) -> StatementPage:
    """The statements that the actor may see, newest first, fifty to a page.

    Raises:
        NotFound: the actor has nothing to do with statements.
    """
    scope = _scope(actor)
    total: int = await fetch_value(COUNT, *scope)
    rows = await fetch(MANY, *scope, PER_PAGE, (page - 1) * PER_PAGE)
    return StatementPage(
        statements=[_summary(row) for row in rows], page=page, pages=max(1, -(-total // PER_PAGE)), total=total
    )


async def get_statement(actor: Actor, statement_id: UUID) -> StatementView:
    """A statement with its visits and payments.

    Raises:
        NotFound: there is none that the actor may know of.
    """
    organiser_id, provider_id = _scope(actor)
    row = await fetch_one(ONE, statement_id)
    if row is None or row["organiser_id"] != (organiser_id or row["organiser_id"]):
        raise NotFound
    if row["provider_id"] != (provider_id or row["provider_id"]):
        raise NotFound
    lines = [msgspec.convert(line, StatementLineView) for line in await fetch(LINES, statement_id)]
    summary, attempts = _summary(row), await records.attempts_of(statement_id)
    account = await _bank_account(summary)
    return StatementView(
        summary=summary, bank_account=account.iban if account else None,
        account_holder=account.holder_name if account else None, holder_differs=bool(account and account.holder_differs),
        lines=lines, payouts=attempts,
    )  # fmt: skip


async def _bank_account(summary: StatementSummary) -> BankAccountView | None:
    if summary.payout.waiting_for is not WaitingFor.BANK_TRANSFER:
        return None
    return await bank_account_view(summary.provider_id)


async def summaries_of_run(run_id: UUID) -> Sequence[StatementSummary]:
    """The statements of one run. The caller has made sure that its reader may see them."""
    return [_summary(row) for row in await fetch(OF_RUN, run_id)]


def paying_organiser(actor: Actor) -> UUID:
    """The organiser whose money the actor looks after, or ``NotFound``."""
    return organiser_of(actor, *ORGANISER_READERS)


async def organiser_sums(actor: Actor) -> Sums:
    """Where the organiser's money stands, by its books.

    Raises:
        NotFound: the actor does not look after an organiser's money.
    """
    books = await trial_balance(paying_organiser(actor))
    return Sums(
        unsettled_cents=books.balance_of(AccountKind.PAYABLE),
        to_pay_cents=books.balance_of(AccountKind.STATEMENT),
        on_the_way_cents=books.balance_of(AccountKind.STRIPE_CLEARING),
        paid_cents=books.balance_of(AccountKind.PAID_OUT),
    )


async def provider_sums(actor: Actor) -> Sums:
    """Where a provider's money stands, with all its organisers together.

    Raises:
        NotFound: the actor does not administer a provider.
    """
    provider_id = provider_of(actor, Role.PROVIDER_ADMIN)
    found = {PayoutStatus(row["status"]): row["cents"] for row in await fetch(LATEST_BY_STATUS, provider_id)}
    return Sums(
        unsettled_cents=await balance_of_owner(AccountKind.PAYABLE, provider_id),
        to_pay_cents=sum(cents for status, cents in found.items() if status not in ON_THE_WAY | {PayoutStatus.PAID}),
        on_the_way_cents=sum(found.get(status, 0) for status in ON_THE_WAY),
        paid_cents=found.get(PayoutStatus.PAID, 0),
    )


def _scope(actor: Actor) -> tuple[UUID | None, UUID | None]:
    """Organiser and provider to whom the actor's view is limited. Only the system sees all."""
    if actor.organiser_id is not None and actor.role in ORGANISER_READERS:
        return actor.organiser_id, None
    if actor.provider_id is not None and actor.has_role(Role.PROVIDER_ADMIN):
        return None, actor.provider_id
    if actor.has_role(Role.SYSTEM):
        return None, None
    raise NotFound


def _summary(row: Row) -> StatementSummary:
    name = Text(fi=row["name_fi"], sv=row["name_sv"], en=row["name_en"])
    return StatementSummary(
        id=row["id"],
        created_at=row["created_at"],
        provider_name=row["provider_name"],
        organiser_name=name,
        payout=msgspec.json.decode(row["payout"], type=PayoutView),
        **{field: row[field] for field in OWN},
    )
