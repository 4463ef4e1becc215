"""The organiser's pages about its voucher products."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.errors import DomainError, Invalid, NotFound
from marketplace.kernel.i18n import Message, message
from marketplace.kernel.money import Money
from marketplace.organisers import products
from marketplace.organisers.reference import service_class, service_classes
from marketplace.organisers.schemas import Caps, FlatVersionForm, ProductDraft, ProductVersion, VersionDraft
from marketplace.organisers.states import STATUS_WORDS, VersionStatus
from marketplace.pricing.prices import UNIT_WORDS, Unit
from marketplace.pricing.values import FlatValue, Household, unit_value
from marketplace.web.forms import Form, empty_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect

AnyRequest = Request[Any, Any, Any]
ADMIN = allow(Role.ORGANISER_ADMIN)
LIST = "/organiser/products"

add_to_navigation(Desk.ORGANISER, message("Voucher products"), LIST, order=60, roles=frozenset({Role.ORGANISER_ADMIN}))


@get(LIST, guards=[ADMIN], include_in_schema=False)
async def show_products(request: AnyRequest, actor: Caller) -> Response[str]:
    """All voucher products of the organiser with what they are worth today."""
    own = [(each, await _version_today(each.id)) for each in await products.products_of(actor)]
    return page(
        request, "organisers/products.html", products=own, classes=_class_names(), value_words=value_words, list=LIST
    )


@get(f"{LIST}/new", guards=[ADMIN], include_in_schema=False)
async def show_new_product(request: AnyRequest) -> Response[str]:
    """The form for a new voucher product."""
    return _product_form(request, empty_form(ProductDraft))


@post(f"{LIST}/new", guards=[ADMIN], include_in_schema=False)
async def send_new_product(request: AnyRequest, actor: Caller) -> Response[Any]:
    """Adds the product and goes on to its first version."""
    form = await read_form(request, ProductDraft)
    if not form.ok:
        return _product_form(request, form, 422)

    async def work() -> UUID:
        return (await products.create_product(actor, _own(actor), form.data)).id

    try:
        product_id = await idempotent(request, work, UUID)
    except Invalid as invalid:
        form.failed(invalid)
        return _product_form(request, form, 422)
    flash(request, message("The voucher product was added. Give it a value next."))
    return redirect(f"{LIST}/{product_id}/versions/new")


@get(f"{LIST}/{{product_id:uuid}}", guards=[ADMIN], include_in_schema=False)
async def show_product(request: AnyRequest, actor: Caller, product_id: FromPath[UUID]) -> Response[str]:
    """A product with all its versions."""
    versions = await products.versions_of(actor, product_id)
    found = await products.product(product_id)
    draft = next((each for each in versions if each.status is VersionStatus.DRAFT), None)
    return page(
        request, "organisers/product.html", product=found, versions=versions, draft=draft, list=LIST,
        service_name=service_class(found.service_class).name, value_words=value_words, status_words=STATUS_WORDS,
    )  # fmt: skip


@get(f"{LIST}/{{product_id:uuid}}/versions/new", guards=[ADMIN], include_in_schema=False)
async def show_new_version(request: AnyRequest, actor: Caller, product_id: FromPath[UUID]) -> Response[str]:
    """The form for a version whose value is the same for everybody at all times."""
    return await _version_form(request, actor, product_id, empty_form(FlatVersionForm))


@post(f"{LIST}/{{product_id:uuid}}/versions/new", guards=[ADMIN], include_in_schema=False)
async def send_new_version(request: AnyRequest, actor: Caller, product_id: FromPath[UUID]) -> Response[Any]:
    """Writes the draft version; publishing it is a step of its own."""
    form = await read_form(request, FlatVersionForm)
    if form.ok:
        try:
            await products.draft_version(actor, product_id, await _draft(product_id, form.data))
            return redirect(f"{LIST}/{product_id}")
        except Invalid as invalid:
            form.failed(_as_in_form(invalid))
    return await _version_form(request, actor, product_id, form, 422)


@post(f"{LIST}/{{product_id:uuid}}/publish", guards=[ADMIN], include_in_schema=False)
async def send_publish(request: AnyRequest, actor: Caller, product_id: FromPath[UUID]) -> Response[Any]:
    """Publishes the draft version; from then on it is never changed."""
    try:
        version = await products.publish_draft(actor, product_id)
    except Invalid as invalid:
        form = empty_form(FlatVersionForm)
        form.failed(_as_in_form(invalid))
        return await _version_form(request, actor, product_id, form, 422)
    flash(request, message("The new value is in force from {day}.", day=version.valid_from))
    return redirect(f"{LIST}/{product_id}")


def value_words(version: ProductVersion) -> Message:
    """What a version is worth, in a few words for a table."""
    rule = version.value_rule
    per = {"unit": UNIT_WORDS[Unit(rule.unit)]}
    if isinstance(rule, FlatValue):
        return message("{value} per {unit}", value=Money(unit_value(rule, Household())), **per)
    return message("By time or income, per {unit}", **per)


def _product_form(request: AnyRequest, form: Form[ProductDraft], status_code: int = 200) -> Response[str]:
    classes = [(each.code, each.name.in_language(request.user.language)) for each in service_classes()]
    return page(request, "organisers/product_form.html", form=form, classes=classes, list=LIST, status_code=status_code)


async def _version_form(
    request: AnyRequest, actor: Actor, product_id: UUID, form: Form[FlatVersionForm], status_code: int = 200
) -> Response[str]:
    versions = await products.versions_of(actor, product_id)
    found = await products.product(product_id)
    return page(
        request, "organisers/version_form.html", form=form, product=found, is_first=not versions, list=LIST,
        unit=UNIT_WORDS[service_class(found.service_class).unit], status_code=status_code,
    )  # fmt: skip


async def _draft(product_id: UUID, form: FlatVersionForm) -> VersionDraft:
    unit = service_class((await products.product(product_id)).service_class).unit
    hours = form.hours_per_month
    return VersionDraft(
        value_rule=FlatValue(value_cents=form.value_cents, unit=unit),
        valid_from=form.valid_from,
        label=form.version_label,
        price_ceiling_cents=form.price_ceiling_cents,
        caps=Caps(minutes_per_month=None if hours is None else hours * 60),
        source_note=form.source_note,
        source_year=form.valid_from.year,
    )


def _as_in_form(invalid: Invalid) -> DomainError:
    """The form asks for the amount alone, where the rule has it inside."""
    return Invalid([type(e)(e.field.removeprefix("value_rule."), e.message) for e in invalid.fields])


async def _version_today(product_id: UUID) -> ProductVersion | None:
    try:
        return await products.version_on(product_id, today())
    except DomainError:
        return None


def _class_names() -> dict[str, Any]:
    return {each.code: each.name for each in service_classes()}


def _own(actor: Actor) -> UUID:
    if actor.organiser_id is None:
        raise NotFound
    return actor.organiser_id


ROUTES = [
    show_products,
    show_new_product,
    send_new_product,
    show_product,
    show_new_version,
    send_new_version,
    send_publish,
]
