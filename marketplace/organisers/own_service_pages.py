"""The organiser's pages about the fees of its own services, which are shown beside providers' prices."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.i18n import Message, message
from marketplace.kernel.money import Money
from marketplace.organisers import own_service
from marketplace.organisers.own_service_schemas import OwnService, UnitFeeForm
from marketplace.organisers.reference import service_class, service_classes
from marketplace.pricing.own_service import UnitFee
from marketplace.pricing.prices import UNIT_WORDS, Unit
from marketplace.web.forms import Form, empty_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect

AnyRequest = Request[Any, Any, Any]
ADMIN = allow(Role.ORGANISER_ADMIN)
LIST = "/organiser/own-services"

add_to_navigation(Desk.ORGANISER, message("Own services"), LIST, order=65, roles=frozenset({Role.ORGANISER_ADMIN}))


@get(LIST, guards=[ADMIN], include_in_schema=False)
async def show_own_service_fees(request: AnyRequest, actor: Caller) -> Response[str]:
    """What clients pay for the organiser's own services, by service, the newest first."""
    told = await own_service.own_services_of(actor)
    names = {each.service_class: service_class(each.service_class).name for each in told}
    return page(
        request,
        "organisers/own_services.html",
        told=told,
        names=names,
        fee_in_short=fee_in_short,
        today=today(),
        list=LIST,
    )


@get(f"{LIST}/new", guards=[ADMIN], include_in_schema=False)
async def show_new_own_service(request: AnyRequest) -> Response[str]:
    """The form for a fee per unit."""
    return _form(request, empty_form(UnitFeeForm))


@post(f"{LIST}/new", guards=[ADMIN], include_in_schema=False)
async def send_new_own_service(request: AnyRequest, actor: Caller) -> Response[Any]:
    """Tells the fee and goes back to the list."""
    form = await read_form(request, UnitFeeForm)
    if not form.ok:
        return _form(request, form, 422)

    async def work() -> UUID:
        return (await own_service.set_own_service(actor, _own(actor), form.data.as_new())).id

    try:
        await idempotent(request, work, UUID)
    except Invalid as invalid:
        form.failed(Invalid([type(e)(e.field.removeprefix("rule."), e.message) for e in invalid.fields]))
        return _form(request, form, 422)
    except Conflict as conflict:
        form.failed(conflict)
        return _form(request, form, 422)
    flash(request, message("The fee is told from {day} on.", day=form.data.valid_from))
    return redirect(LIST)


def fee_in_short(told: OwnService) -> Message:
    """A fee in a few words for a table."""
    if isinstance(told.rule, UnitFee):
        return message("{value} per {unit}", value=Money(told.rule.cents), unit=UNIT_WORDS[told.rule.unit])
    return message("By income and household, for a month")


def _form(request: AnyRequest, form: Form[UnitFeeForm], status_code: int = 200) -> Response[str]:
    language = request.user.language
    classes = [(each.code, each.name.in_language(language)) for each in service_classes()]
    units = [(unit.value, UNIT_WORDS[unit]) for unit in Unit if unit is not Unit.KM]
    return page(
        request,
        "organisers/own_service_form.html",
        form=form,
        classes=classes,
        units=units,
        list=LIST,
        status_code=status_code,
    )


def _own(actor: Actor) -> UUID:
    if actor.organiser_id is None:
        raise NotFound
    return actor.organiser_id


ROUTES = [show_own_service_fees, show_new_own_service, send_new_own_service]
