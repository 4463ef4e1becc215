"""Settlement and payment over the API."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from marketplace.kernel.actors import Role
from marketplace.payouts import by_hand, statements
from marketplace.payouts.schemas import (
    BankPayment,
    PayoutView,
    SettlementOrder,
    SettlementResult,
    StatementPage,
    StatementView,
    Sums,
)
from marketplace.payouts.settlements import run_settlement
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow

AnyRequest = Request[Any, Any, Any]
PageNumber = Annotated[int, QueryParameter(ge=1, le=100_000)]
FINANCE = allow(Role.FINANCE)
ORGANISER = allow(Role.FINANCE, Role.ORGANISER_ADMIN)
PROVIDER = allow(Role.PROVIDER_ADMIN)
TAGS: Sequence[str] = ("Payments",)


@post("/api/v1/organiser/settlements", guards=[FINANCE], tags=TAGS, status_code=201)
async def create_settlement(request: AnyRequest, actor: Caller, data: JSONBody[SettlementOrder]) -> SettlementResult:
    """Settle every redeemed visit up to a day: one statement for each provider, which is then paid."""

    async def work() -> SettlementResult:
        return await run_settlement(actor, statements.paying_organiser(actor), data.until_day)

    return await idempotent(request, work, SettlementResult)


@get("/api/v1/organiser/settlements/sums", guards=[ORGANISER], tags=TAGS)
async def organiser_sums(actor: Caller) -> Sums:
    """Where the organiser's money stands."""
    return await statements.organiser_sums(actor)


@get("/api/v1/organiser/statements", guards=[ORGANISER], tags=TAGS)
async def list_organiser_statements(actor: Caller, page: PageNumber = 1) -> StatementPage:
    """The organiser's statements, newest first."""
    return await statements.list_statements(actor, page)


@get("/api/v1/organiser/statements/{statement_id:uuid}", guards=[ORGANISER], tags=TAGS)
async def get_organiser_statement(actor: Caller, statement_id: FromPath[UUID]) -> StatementView:
    """A statement with its visits and payments."""
    return await statements.get_statement(actor, statement_id)


@post("/api/v1/organiser/payouts/{payout_id:uuid}/retry", guards=[FINANCE], tags=TAGS, status_code=201)
async def retry_payout(request: AnyRequest, actor: Caller, payout_id: FromPath[UUID]) -> PayoutView:
    """Try a failed payment again. The answer is the new attempt."""
    return await idempotent(request, lambda: by_hand.retry_payout(actor, payout_id), PayoutView)


@post("/api/v1/organiser/payouts/{payout_id:uuid}/bank-payment", guards=[FINANCE], tags=TAGS, status_code=200)
async def record_bank_payment(
    request: AnyRequest, actor: Caller, payout_id: FromPath[UUID], data: JSONBody[BankPayment]
) -> PayoutView:
    """Record that a waiting payment was made by the organiser's own bank transfer."""
    return await idempotent(request, lambda: by_hand.record_bank_payment(actor, payout_id, data), PayoutView)


@get("/api/v1/provider/payments/sums", guards=[PROVIDER], tags=TAGS)
async def provider_sums(actor: Caller) -> Sums:
    """Where the provider's money stands, with all its organisers together."""
    return await statements.provider_sums(actor)


@get("/api/v1/provider/statements", guards=[PROVIDER], tags=TAGS)
async def list_provider_statements(actor: Caller, page: PageNumber = 1) -> StatementPage:
    """The provider's statements, newest first."""
    return await statements.list_statements(actor, page)


@get("/api/v1/provider/statements/{statement_id:uuid}", guards=[PROVIDER], tags=TAGS)
async def get_provider_statement(actor: Caller, statement_id: FromPath[UUID]) -> StatementView:
    """A statement with its visits and payments."""
    return await statements.get_statement(actor, statement_id)


ROUTES = [
    create_settlement, organiser_sums, list_organiser_statements, get_organiser_statement, retry_payout,
    record_bank_payment, provider_sums, list_provider_statements, get_provider_statement,
]  # fmt: skip
