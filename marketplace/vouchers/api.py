"""Vouchers, agreements and visits over the API."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from marketplace.kernel.actors import Role
from marketplace.vouchers import agreements, choosing, closing, granting, queries, visit_queries, visits
from marketplace.vouchers.schemas import (
    AgreementCard,
    AgreementEnd,
    Cancellation,
    DecisionView,
    Grant,
    NewVisit,
    OfferChoice,
    OfferForVoucher,
    OpenVoucher,
    Revocation,
    VisitPage,
    VisitPrice,
    VisitView,
    VoucherView,
)
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow

AnyRequest = Request[Any, Any, Any]
TAG = "Vouchers"
CASE_MANAGERS = allow(Role.CASE_MANAGER)
ORGANISER = allow(Role.CASE_MANAGER, Role.FINANCE, Role.ORGANISER_ADMIN)
PROVIDERS = allow(Role.PROVIDER_ADMIN, Role.PROVIDER_WORKER)
CLIENTS = allow(Role.CLIENT, Role.PROXY)
PageNumber = Annotated[int, QueryParameter(ge=1, le=10_000)]
PageSize = Annotated[int, QueryParameter(ge=1, le=200)]


@post("/api/v1/organiser/vouchers", guards=[CASE_MANAGERS], tags=[TAG])
async def grant_voucher(request: AnyRequest, actor: Caller, data: JSONBody[Grant]) -> VoucherView:
    """Grants a voucher from the client's plan in force and reserves its amount."""
    return await idempotent(request, lambda: granting.grant(actor, data), VoucherView)


@get("/api/v1/organiser/vouchers", guards=[ORGANISER], tags=[TAG])
async def list_organiser_vouchers(
    actor: Caller, client_id: FromQuery[UUID | None] = None, page: PageNumber = 1
) -> list[VoucherView]:
    """The organiser's vouchers with reserved, used and left amounts, 50 a page."""
    return await queries.organiser_vouchers(actor, client_id, page)


@get("/api/v1/organiser/vouchers/{voucher_id:uuid}", guards=[ORGANISER], tags=[TAG])
async def show_organiser_voucher(actor: Caller, voucher_id: FromPath[UUID]) -> VoucherView:
    """One voucher."""
    return await queries.voucher_for(actor, voucher_id)


@get("/api/v1/organiser/vouchers/{voucher_id:uuid}/decisions", guards=[ORGANISER], tags=[TAG])
async def list_voucher_decisions(actor: Caller, voucher_id: FromPath[UUID]) -> list[DecisionView]:
    """The decisions on a voucher, in words."""
    return await queries.voucher_decisions(actor, voucher_id)


@post("/api/v1/organiser/vouchers/{voucher_id:uuid}/revoke", guards=[CASE_MANAGERS], tags=[TAG], status_code=200)
async def revoke_voucher(
    request: AnyRequest, actor: Caller, voucher_id: FromPath[UUID], data: JSONBody[Revocation]
) -> VoucherView:
    """Revokes a voucher by a decision; visits until `last_day` may still be logged."""
    return await idempotent(request, lambda: closing.revoke(actor, voucher_id, data), VoucherView)


@post("/api/v1/organiser/vouchers/{voucher_id:uuid}/agreement", guards=[CASE_MANAGERS], tags=[TAG])
async def choose_offer_for_client(
    request: AnyRequest, actor: Caller, voucher_id: FromPath[UUID], data: JSONBody[OfferChoice]
) -> AgreementCard:
    """Chooses an offer together with the client; an agreement in force ends the day before."""
    return await idempotent(request, lambda: agreements.choose_offer(actor, voucher_id, data), AgreementCard)


@post("/api/v1/organiser/agreements/{agreement_id:uuid}/end", guards=[CASE_MANAGERS], tags=[TAG], status_code=200)
async def end_agreement_for_client(
    actor: Caller, agreement_id: FromPath[UUID], data: JSONBody[AgreementEnd]
) -> AgreementCard:
    """Ends an agreement together with the client."""
    return await agreements.end_agreement(actor, agreement_id, data.last_day)


@get("/api/v1/organiser/visits", guards=[ORGANISER], tags=[TAG])
async def list_organiser_visits(
    actor: Caller,
    voucher_id: FromQuery[UUID | None] = None,
    before: FromQuery[datetime | None] = None,
    limit: PageSize = 50,
) -> VisitPage:
    """Visits paid by the organiser, newest first."""
    return await visit_queries.visits_for(actor, voucher_id=voucher_id, before=before, limit=limit)


@post("/api/v1/provider/agreements", guards=[PROVIDERS], tags=[TAG])
async def open_voucher(actor: Caller, data: JSONBody[OpenVoucher]) -> AgreementCard:
    """Opens a voucher by its number with one of the provider's own published offers. Sending it again changes nothing."""
    return await agreements.open_voucher(actor, data)


@get("/api/v1/provider/agreements", guards=[PROVIDERS], tags=[TAG])
async def list_provider_agreements(actor: Caller, *, only_active: FromQuery[bool] = False) -> list[AgreementCard]:
    """The provider's agreements, with what is left of each voucher this month."""
    return await queries.provider_agreements(actor, only_active=only_active)


@get("/api/v1/provider/agreements/{agreement_id:uuid}", guards=[PROVIDERS], tags=[TAG])
async def show_provider_agreement(actor: Caller, agreement_id: FromPath[UUID]) -> AgreementCard:
    """One agreement."""
    return await queries.agreement_for(actor, agreement_id)


@post("/api/v1/provider/agreements/{agreement_id:uuid}/end", guards=[PROVIDERS], tags=[TAG], status_code=200)
async def end_provider_agreement(
    actor: Caller, agreement_id: FromPath[UUID], data: JSONBody[AgreementEnd]
) -> AgreementCard:
    """Ends an agreement; visits until its last day may still be logged."""
    return await agreements.end_agreement(actor, agreement_id, data.last_day)


@post("/api/v1/provider/visits", guards=[PROVIDERS], tags=[TAG])
async def log_visit(request: AnyRequest, actor: Caller, data: JSONBody[NewVisit]) -> VisitView:
    """Logs and redeems a visit. A refusal's `code` says which rule, its `detail` what can be done."""
    return await idempotent(
        request, lambda: visits.log_visit(actor, data.agreement_id, data.start, data.end), VisitView
    )


@post("/api/v1/provider/visits/preview", guards=[PROVIDERS], tags=[TAG], status_code=200)
async def preview_visit(actor: Caller, data: JSONBody[NewVisit]) -> VisitPrice:
    """What logging the visit would cost whom, without logging it."""
    return await visits.preview_visit(actor, data.agreement_id, data.start, data.end)


@get("/api/v1/provider/visits", guards=[PROVIDERS], tags=[TAG])
async def list_provider_visits(
    actor: Caller,
    agreement_id: FromQuery[UUID | None] = None,
    before: FromQuery[datetime | None] = None,
    limit: PageSize = 50,
) -> VisitPage:
    """The provider's visits, newest first."""
    return await visit_queries.visits_for(actor, agreement_id=agreement_id, before=before, limit=limit)


@get("/api/v1/provider/visits/{visit_id:uuid}", guards=[PROVIDERS], tags=[TAG])
async def show_provider_visit(actor: Caller, visit_id: FromPath[UUID]) -> VisitView:
    """One visit with its price in lines and words."""
    return await visit_queries.visit_for(actor, visit_id)


@post("/api/v1/provider/visits/{visit_id:uuid}/cancel", guards=[PROVIDERS], tags=[TAG], status_code=200)
async def cancel_visit(
    request: AnyRequest, actor: Caller, visit_id: FromPath[UUID], data: JSONBody[Cancellation]
) -> VisitView:
    """Takes back a visit that is not settled yet."""
    return await idempotent(request, lambda: visits.cancel_visit(actor, visit_id, data), VisitView)


@get("/api/v1/client/vouchers", guards=[CLIENTS], tags=[TAG])
async def list_my_vouchers(actor: Caller) -> list[VoucherView]:
    """The vouchers of the client who calls, or whom the caller acts for."""
    return await queries.my_vouchers(actor)


@get("/api/v1/client/vouchers/{voucher_id:uuid}", guards=[CLIENTS], tags=[TAG])
async def show_my_voucher(actor: Caller, voucher_id: FromPath[UUID]) -> VoucherView:
    """One voucher."""
    return await queries.voucher_for(actor, voucher_id)


@get("/api/v1/client/vouchers/{voucher_id:uuid}/decisions", guards=[CLIENTS], tags=[TAG])
async def list_my_voucher_decisions(actor: Caller, voucher_id: FromPath[UUID]) -> list[DecisionView]:
    """The decisions on a voucher, in words, with how to appeal."""
    return await queries.voucher_decisions(actor, voucher_id)


@get("/api/v1/client/vouchers/{voucher_id:uuid}/offers", guards=[CLIENTS], tags=[TAG])
async def list_offers_for_my_voucher(actor: Caller, voucher_id: FromPath[UUID]) -> list[OfferForVoucher]:
    """Offers that fit the voucher, with the own share of each, the lowest first."""
    return await choosing.offers_for_voucher(actor, voucher_id)


@post("/api/v1/client/vouchers/{voucher_id:uuid}/agreement", guards=[CLIENTS], tags=[TAG])
async def choose_offer(
    request: AnyRequest, actor: Caller, voucher_id: FromPath[UUID], data: JSONBody[OfferChoice]
) -> AgreementCard:
    """Chooses an offer for the voucher; an agreement in force ends the day before."""
    return await idempotent(request, lambda: agreements.choose_offer(actor, voucher_id, data), AgreementCard)


@post("/api/v1/client/agreements/{agreement_id:uuid}/end", guards=[CLIENTS], tags=[TAG], status_code=200)
async def end_my_agreement(actor: Caller, agreement_id: FromPath[UUID], data: JSONBody[AgreementEnd]) -> AgreementCard:
    """Ends an agreement with a provider."""
    return await agreements.end_agreement(actor, agreement_id, data.last_day)


@get("/api/v1/client/visits", guards=[CLIENTS], tags=[TAG])
async def list_my_visits(
    actor: Caller,
    voucher_id: FromQuery[UUID | None] = None,
    before: FromQuery[datetime | None] = None,
    limit: PageSize = 50,
) -> VisitPage:
    """The client's visits with the own share of each, newest first."""
    return await visit_queries.visits_for(actor, voucher_id=voucher_id, before=before, limit=limit)


API_ROUTES = [
    grant_voucher, list_organiser_vouchers, show_organiser_voucher, list_voucher_decisions, revoke_voucher,
    choose_offer_for_client, end_agreement_for_client, list_organiser_visits,
    open_voucher, list_provider_agreements, show_provider_agreement, end_provider_agreement,
    log_visit, preview_visit, list_provider_visits, show_provider_visit, cancel_visit,
    list_my_vouchers, show_my_voucher, list_my_voucher_decisions, list_offers_for_my_voucher, choose_offer,
    end_my_agreement, list_my_visits,
]  # fmt: skip
