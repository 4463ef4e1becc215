"""Fees of organisers' own services over the API: read by everybody, set by the organiser's administrator."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromQuery, JSONBody

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import translate
from marketplace.organisers import own_service
from marketplace.organisers.own_service_schemas import NewOwnService, OwnService
from marketplace.pricing.own_service import MonthOfUse, fee_words, own_service_cents
from marketplace.pricing.values import Household
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow, allow_anyone

AnyRequest = Request[Any, Any, Any]
TAG = "Organisers"
ADMIN = allow(Role.ORGANISER_ADMIN)
Count = Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class OwnServiceList(msgspec.Struct, frozen=True):
    items: list[OwnService]


class FeeAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A month of the service, and the household whose fee is asked. Nothing of it is stored."""

    organiser_id: UUID
    service_class: Annotated[str, msgspec.Meta(max_length=40)]
    hours_per_month: Count = 0
    visits: Count = 0
    days: Count = 0
    pieces: Count = 0
    household_size: Annotated[int, msgspec.Meta(ge=1, le=20)] | None = None
    gross_income_cents: Annotated[int, msgspec.Meta(ge=0, le=100_000_000_00)] | None = None
    savings_cents: Annotated[int, msgspec.Meta(ge=0, le=100_000_000_00)] | None = None


class Fee(msgspec.Struct, frozen=True, kw_only=True):
    """The month's fee in cents, ``None`` where it needs an income, and how it came about."""

    cents: int | None
    receipt: list[str]
    service: OwnService


@get("/api/v1/own-services", guards=[allow_anyone], tags=[TAG])
async def show_own_services(organiser_id: FromQuery[UUID | None] = None) -> OwnServiceList:
    """What clients pay for organisers' own services today."""
    return OwnServiceList(await own_service.own_services(today(), organiser_id))


@post("/api/v1/own-services/fee", guards=[allow_anyone], tags=[TAG], status_code=200)
async def compute_own_service_fee(actor: Caller, data: JSONBody[FeeAsked]) -> Fee:
    """A month of the organiser's own service for a household. Nothing is stored."""
    found = await own_service.own_service_on(data.organiser_id, data.service_class, today())
    if found is None:
        raise NotFound
    minutes = data.hours_per_month * 60
    days = data.days or data.visits or int(bool(minutes or data.pieces))
    use = MonthOfUse(minutes=minutes, visits=data.visits, days=days, weeks=-(-days // 7), pieces=data.pieces)
    household = Household(
        size=data.household_size or 1, gross_income_cents=data.gross_income_cents, savings_cents=data.savings_cents
    )
    words = translate(fee_words(found.rule, use, household), actor.language)
    return Fee(cents=own_service_cents(found.rule, use, household), receipt=[words], service=found)


@get("/api/v1/organiser/own-services", guards=[ADMIN], tags=[TAG])
async def show_told_own_services(actor: Caller) -> OwnServiceList:
    """Every fee that the caller's organiser has told, by service, the newest first."""
    return OwnServiceList(await own_service.own_services_of(actor))


@post("/api/v1/organiser/own-services", guards=[ADMIN], tags=[TAG])
async def set_own_service(request: AnyRequest, actor: Caller, data: JSONBody[NewOwnService]) -> OwnService:
    """Tells the fee of the organiser's own service from a day on. Setting the same day twice is refused."""

    async def work() -> OwnService:
        return await own_service.set_own_service(actor, _own(actor), data)

    return await idempotent(request, work, OwnService)


def _own(actor: Actor) -> UUID:
    if actor.organiser_id is None:
        raise NotFound
    return actor.organiser_id


ROUTES = [show_own_services, compute_own_service_fee, show_told_own_services, set_own_service]
