"""Decisions over the API for both sides, their documents, and the verification of documents for everybody."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from marketplace.accounts.browser_session import address_of
from marketplace.kernel.actors import ORGANISER_ROLES, PROVIDER_ROLES
from marketplace.web.security import Caller, allow, allow_anyone
from onboarding.approvals.decision_book import decision_for, decisions_for
from onboarding.approvals.decision_schemas import DecisionPage
from onboarding.downloads import download
from onboarding.review.decision_out import DecisionOut, OrganiserDecisionOut, VerifiedOut
from onboarding.review.documents import document_of
from onboarding.review.verification import verify

AnyRequest = Request[Any, Any, Any]
TAG = "Review"
STAFF = allow(*sorted(ORGANISER_ROLES))
PARTY = allow(*sorted(PROVIDER_ROLES))
OURS = "/api/v1/organiser/decisions"
THEIRS = "/api/v1/provider/decisions"


@get(OURS, guards=[STAFF], tags=[TAG])
async def list_organiser_decisions(
    actor: Caller,
    application_id: FromQuery[UUID | None] = None,
    after: Annotated[str, QueryParameter(max_length=100)] = "",
) -> DecisionPage:
    """The decisions of the caller's organiser, newest first; those on one application where it is named."""
    return await decisions_for(actor, application_id=application_id, after=after)


@get(f"{OURS}/{{decision_id:uuid}}", guards=[STAFF], tags=[TAG])
async def show_organiser_decision(actor: Caller, decision_id: FromPath[UUID]) -> OrganiserDecisionOut:
    """One decision of the caller's organiser, with the checks of its day."""
    return OrganiserDecisionOut.of(await decision_for(actor, decision_id))


@get(f"{OURS}/{{decision_id:uuid}}/document", guards=[STAFF], tags=[TAG])
async def show_organiser_document(actor: Caller, decision_id: FromPath[UUID]) -> Response[bytes]:
    """The PDF of a decision."""
    return download(*await document_of(actor, decision_id))


@get(THEIRS, guards=[PARTY], tags=[TAG])
async def list_provider_decisions(
    actor: Caller,
    application_id: FromQuery[UUID | None] = None,
    after: Annotated[str, QueryParameter(max_length=100)] = "",
) -> DecisionPage:
    """The decisions to the caller's provider, newest first; those on one application where it is named."""
    return await decisions_for(actor, application_id=application_id, after=after)


@get(f"{THEIRS}/{{decision_id:uuid}}", guards=[PARTY], tags=[TAG])
async def show_provider_decision(actor: Caller, decision_id: FromPath[UUID]) -> DecisionOut:
    """One decision to the caller's provider."""
    return DecisionOut.of(await decision_for(actor, decision_id))


@get(f"{THEIRS}/{{decision_id:uuid}}/document", guards=[PARTY], tags=[TAG])
async def show_provider_document(actor: Caller, decision_id: FromPath[UUID]) -> Response[bytes]:
    """The PDF of a decision."""
    return download(*await document_of(actor, decision_id))


@get("/api/v1/verify/{code:str}", guards=[allow_anyone], tags=["Register"])
async def verify_document(request: AnyRequest, code: FromPath[str]) -> VerifiedOut:
    """Whether the document with this code is genuine, and what holds today."""
    return VerifiedOut.of(await verify(code, address=address_of(request)))


ROUTES = [
    list_organiser_decisions,
    show_organiser_decision,
    show_organiser_document,
    list_provider_decisions,
    show_provider_decision,
    show_provider_document,
    verify_document,
]
