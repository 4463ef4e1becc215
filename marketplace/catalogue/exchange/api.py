"""The Finnish Service Catalogue over the API: a service comes in as a draft, a published offer goes out as a service."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from marketplace.catalogue.exchange.services import import_service, service_of
from marketplace.catalogue.offers.states import OfferStatus
from marketplace.catalogue.sheets.uploads import asked_organiser
from marketplace.kernel.actors import Role
from marketplace.kernel.config import get_config
from marketplace.kernel.i18n import translate
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow, allow_anyone

AnyRequest = Request[Any, Any, Any]
TAG = "Import and export"
PROVIDER = allow(Role.PROVIDER_ADMIN)


class VoucherTold(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher that the service names, in one language. It is not stored: offers tell it by their organiser."""

    language: str
    value: str
    url: str
    additional_information: str


class ImportedService(msgspec.Struct, frozen=True, kw_only=True):
    """The draft that a service became, and in words what of it was not used or is still to be decided."""

    id: UUID
    version: int
    status: OfferStatus
    left_out: list[str]
    vouchers: list[VoucherTold]


@post("/api/v1/provider/offers/ptv", guards=[PROVIDER], tags=[TAG])
async def import_ptv_service(
    request: AnyRequest,
    actor: Caller,
    data: JSONBody[dict[str, Any]],
    organiser_id: FromQuery[str] = "",
    service_class: FromQuery[str] = "",
) -> ImportedService:
    """Makes a draft of one service in the shape of the catalogue's open API, version 11.

    ``organiser_id`` may be left out where one organiser has approved the provider; ``service_class`` where the service's
    own class or its name tell ours.
    """

    async def work() -> ImportedService:
        chosen = await asked_organiser(actor, organiser_id)
        saved, read = await import_service(actor, data, chosen, service_class or None)
        return ImportedService(
            id=saved.id,
            version=saved.version,
            status=saved.status,
            left_out=[translate(each, actor.language) for each in read.left_out],
            vouchers=[msgspec.convert(each, VoucherTold, from_attributes=True) for each in read.vouchers],
        )

    return await idempotent(request, work, ImportedService)


@get("/api/v1/offers/{offer_id:uuid}/ptv", guards=[allow_anyone], tags=[TAG])
async def show_offer_as_ptv_service(offer_id: FromPath[UUID]) -> Response[dict[str, Any]]:
    """A public offer as a service of the catalogue, version 11, with ``serviceVouchers``; prices are in its words."""
    return Response(dict(await service_of(offer_id, get_config().base_url)))


ROUTES = [import_ptv_service, show_offer_as_ptv_service]
