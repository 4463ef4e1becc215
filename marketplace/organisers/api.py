"""Organisers and their rules over the API. Reading is open to everybody, writing to the organiser's administrator."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.errors import NotFound
from marketplace.organisers import products, reference, rules
from marketplace.organisers.organisers import list_organisers
from marketplace.organisers.schemas import (
    BandRules,
    NewBands,
    NewPriceRules,
    NewProduct,
    NewVersion,
    Organiser,
    Product,
    ProductVersion,
    ProductWithVersions,
    PublicProduct,
)
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow, allow_anyone

AnyRequest = Request[Any, Any, Any]
TAG = "Organisers"
ADMIN = allow(Role.ORGANISER_ADMIN)


class OrganiserList(msgspec.Struct, frozen=True):
    items: list[Organiser]


class ServiceClassList(msgspec.Struct, frozen=True):
    items: list[reference.ServiceClass]


class MunicipalityList(msgspec.Struct, frozen=True):
    items: list[reference.Municipality]


class PublicProductList(msgspec.Struct, frozen=True):
    items: list[PublicProduct]


class OwnProductList(msgspec.Struct, frozen=True):
    items: list[ProductWithVersions]


@get("/api/v1/organisers", guards=[allow_anyone], tags=[TAG])
async def show_organisers() -> OrganiserList:
    """Every organiser with the municipalities it serves."""
    return OrganiserList(await list_organisers())


@get("/api/v1/service-classes", guards=[allow_anyone], tags=[TAG])
async def show_service_classes() -> ServiceClassList:
    """The services that vouchers are granted for, each with the unit it is priced by."""
    return ServiceClassList(list(reference.service_classes()))


@get("/api/v1/municipalities", guards=[allow_anyone], tags=[TAG])
async def show_municipalities(county: FromQuery[str | None] = None) -> MunicipalityList:
    """Municipalities of Finland, all of them or those of one wellbeing services county."""
    found = reference.municipalities() if county is None else reference.municipalities_of_county(county)
    return MunicipalityList(list(found))


@get("/api/v1/voucher-products", guards=[allow_anyone], tags=[TAG])
async def show_voucher_products(organiser_id: FromQuery[UUID | None] = None) -> PublicProductList:
    """The public voucher products that have a value today."""
    return PublicProductList(await products.public_products_with_values(organiser_id))


@get("/api/v1/organiser/voucher-products", guards=[ADMIN], tags=[TAG])
async def show_own_voucher_products(actor: Caller) -> OwnProductList:
    """All voucher products of the caller's organiser with every version of theirs."""
    own = await products.products_of(actor)
    return OwnProductList(
        [ProductWithVersions(product=each, versions=tuple(await products.versions_of(actor, each.id))) for each in own]
    )


@post("/api/v1/organiser/voucher-products", guards=[ADMIN], tags=[TAG])
async def create_voucher_product(request: AnyRequest, actor: Caller, data: JSONBody[NewProduct]) -> Product:
    """Adds a voucher product, with its first version where one is given."""

    async def work() -> Product:
        return await products.add_product(actor, _own(actor), data, data.version, publish=data.publish)

    return await idempotent(request, work, Product)


@post("/api/v1/organiser/voucher-products/{product_id:uuid}/versions", guards=[ADMIN], tags=[TAG])
async def create_voucher_product_version(
    request: AnyRequest, actor: Caller, product_id: FromPath[UUID], data: JSONBody[NewVersion]
) -> ProductVersion:
    """Writes the next version of a product; it is published unless `publish` is false."""

    async def work() -> ProductVersion:
        write = products.publish_version if data.publish else products.draft_version
        return await write(actor, product_id, data)

    return await idempotent(request, work, ProductVersion)


@post("/api/v1/organiser/voucher-products/{product_id:uuid}/publish", guards=[ADMIN], tags=[TAG], status_code=200)
async def publish_voucher_product(request: AnyRequest, actor: Caller, product_id: FromPath[UUID]) -> ProductVersion:
    """Publishes the draft version of a product."""

    async def work() -> ProductVersion:
        return await products.publish_draft(actor, product_id)

    return await idempotent(request, work, ProductVersion)


@get("/api/v1/organiser/bands", guards=[ADMIN], tags=[TAG])
async def show_bands(actor: Caller) -> BandRules:
    """The time bands of the caller's organiser today."""
    return await rules.bands_on(_own(actor), today())


@post("/api/v1/organiser/bands", guards=[ADMIN], tags=[TAG], status_code=204)
async def set_bands(actor: Caller, data: JSONBody[NewBands]) -> None:
    """Sets the organiser's time bands from a day on. Setting the same day twice is refused, so no key is needed."""
    await rules.set_bands(
        actor, _own(actor), data.calendar, data.valid_from,
        own_bands_allowed=data.own_bands_allowed, coefficients=data.coefficients,
    )  # fmt: skip


@post("/api/v1/organiser/price-rules", guards=[ADMIN], tags=[TAG], status_code=204)
async def set_price_rules(actor: Caller, data: JSONBody[NewPriceRules]) -> None:
    """Sets price ceilings of a service class from a day on. Setting the same day twice is refused."""
    await rules.set_price_rules(actor, _own(actor), data.service_class, data.rules, data.valid_from)


def _own(actor: Actor) -> UUID:
    if actor.organiser_id is None:
        raise NotFound
    return actor.organiser_id


ROUTES = [
    show_organisers,
    show_service_classes,
    show_municipalities,
    show_voucher_products,
    show_own_voucher_products,
    create_voucher_product,
    create_voucher_product_version,
    publish_voucher_product,
    show_bands,
    set_bands,
    set_price_rules,
]
