"""The case manager's pages of clients and their plans. A client's own page stands above, with the vouchers."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import DomainError, FieldError, Invalid
from marketplace.kernel.i18n import Language, message
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.reference import municipality, service_classes
from marketplace.plans import clients, plans
from marketplace.plans.clients import case_manager_of
from marketplace.plans.schemas import (
    ClientDetails,
    ClientInvitation,
    ClientSearch,
    ClientView,
    PageOfClients,
    PlanDraft,
    PlanForm,
    PlannedService,
    PlanServiceView,
    PlanView,
    ServiceRow,
)
from marketplace.plans.states import PlanStatus
from marketplace.pricing.prices import Unit
from marketplace.web.forms import Form, empty_form, filled_form, read_form, read_query
from marketplace.web.idempotency import idempotent
from marketplace.web.language import language_of
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
CASE_MANAGERS = allow(Role.CASE_MANAGER)
INVALID = 422
SPARE_ROWS = 3

add_to_navigation(
    Desk.ORGANISER, message("Clients"), "/organiser/clients", order=40, roles=frozenset({Role.CASE_MANAGER})
)


@get("/organiser/clients", guards=[CASE_MANAGERS], include_in_schema=False)
async def list_clients_page(request: AnyRequest, actor: Caller) -> Response[str]:
    """All clients by name, page by page."""
    asked = read_query(request, PageOfClients)
    return await _clients_page(request, actor, ClientSearch(page=asked.data.page if asked.ok else 1))


@post("/organiser/clients/search", guards=[CASE_MANAGERS], include_in_schema=False, status_code=200)
async def search_clients_page(request: AnyRequest, actor: Caller) -> Response[str]:
    """Clients by name or identity code. Sent as a form: neither belongs into addresses, logs and histories."""
    search = await read_form(request, ClientSearch)
    return await _clients_page(request, actor, search.data if search.ok else ClientSearch())


async def _clients_page(request: AnyRequest, actor: Actor, asked: ClientSearch) -> Response[str]:
    found = await clients.find_clients(actor, asked.q, asked.page)
    names = {each.id: municipality(each.municipality_code).name for each in found.items}
    return page(request, "plans/clients.html", found=found, clients=found.items, q=asked.q, names=names)


@get("/organiser/clients/new", guards=[CASE_MANAGERS], include_in_schema=False)
async def new_client_page(request: AnyRequest, actor: Caller) -> Response[str]:
    """An empty form for a client."""
    return await _client_form(request, actor, empty_form(ClientDetails))


@post("/organiser/clients", guards=[CASE_MANAGERS], include_in_schema=False)
async def submit_client(request: AnyRequest, actor: Caller) -> Page:
    """Takes a client in."""
    form = await read_form(request, ClientDetails)
    try:
        details = form.data
        made = await idempotent(request, lambda: clients.add_client(actor, details), ClientView)
    except DomainError as error:
        form.failed(error)
        return await _client_form(request, actor, form)
    flash(request, message("The client was added."))
    return redirect(f"/organiser/clients/{made.id}")


@get("/organiser/clients/{client_id:uuid}/change", guards=[CASE_MANAGERS], include_in_schema=False)
async def change_client_page(request: AnyRequest, actor: Caller, client_id: FromPath[UUID]) -> Response[str]:
    """The form of a client's details, filled."""
    known = await clients.client_for(actor, client_id)
    facts = {field: getattr(known, field) for field in ClientDetails.__struct_fields__ if field != "identity_code"}
    return await _client_form(request, actor, filled_form(ClientDetails(**facts)), known)


@post("/organiser/clients/{client_id:uuid}/change", guards=[CASE_MANAGERS], include_in_schema=False)
async def submit_client_change(request: AnyRequest, actor: Caller, client_id: FromPath[UUID]) -> Page:
    """Writes a client's details anew."""
    known = await clients.client_for(actor, client_id)
    form = await read_form(request, ClientDetails)
    try:
        await clients.change_client(actor, client_id, form.data)
    except DomainError as error:
        form.failed(error)
        return await _client_form(request, actor, form, known)
    flash(request, message("The details were saved."))
    return redirect(f"/organiser/clients/{client_id}")


async def _client_form(
    request: AnyRequest, actor: Actor, form: Form[ClientDetails], known: ClientView | None = None
) -> Response[str]:
    organiser = await get_organiser(case_manager_of(actor))
    places = [(code, municipality(code).name) for code in organiser.municipality_codes]
    places.sort(key=lambda place: place[1].in_language(actor.language))
    return page(
        request, "plans/client_form.html", status_code=200 if form.ok else INVALID, form=form, known=known,
        places=[(code, name.in_language(actor.language)) for code, name in places], languages=list(Language),
    )  # fmt: skip


@post("/organiser/clients/{client_id:uuid}/invitations", guards=[CASE_MANAGERS], include_in_schema=False)
async def submit_client_invitation(request: AnyRequest, actor: Caller, client_id: FromPath[UUID]) -> Page:
    """Invites the client or who acts for the client."""
    known = await clients.client_for(actor, client_id)
    form = await read_form(request, ClientInvitation)
    try:
        await clients.invite_client(actor, client_id, form.data)
    except DomainError as error:
        form.failed(error)
        return _invitation_form(request, form, known)
    flash(request, message("The invitation was sent."))
    return redirect(f"/organiser/clients/{client_id}")


@get("/organiser/clients/{client_id:uuid}/invitations", guards=[CASE_MANAGERS], include_in_schema=False)
async def client_invitation_page(request: AnyRequest, actor: Caller, client_id: FromPath[UUID]) -> Response[str]:
    """The form that invites the client, with the client's own address in it."""
    known = await clients.client_for(actor, client_id)
    return _invitation_form(request, filled_form(ClientInvitation(email=known.email)), known)


def _invitation_form(request: AnyRequest, form: Form[ClientInvitation], known: ClientView) -> Response[str]:
    status = 200 if form.ok else INVALID
    return page(request, "plans/invitation.html", status_code=status, form=form, client=known)


@get("/organiser/clients/{client_id:uuid}/plan", guards=[CASE_MANAGERS], include_in_schema=False)
async def plan_page(request: AnyRequest, actor: Caller, client_id: FromPath[UUID]) -> Response[str]:
    """The form of the client's draft plan; without a draft it begins from the plan in force."""
    known = await clients.client_for(actor, client_id)
    found = await plans.plans_of_client(actor, client_id)
    draft = next((plan for plan in found if plan.status is PlanStatus.DRAFT), None)
    begin = draft or next((plan for plan in found if plan.status is PlanStatus.ACTIVE), None)
    return _plan_form(request, known, filled_form(_as_form(begin)) if begin else empty_form(PlanForm))


@post("/organiser/clients/{client_id:uuid}/plan", guards=[CASE_MANAGERS], include_in_schema=False)
async def submit_plan(request: AnyRequest, actor: Caller, client_id: FromPath[UUID]) -> Page:
    """Saves the draft plan."""
    known = await clients.client_for(actor, client_id)
    form = await read_form(request, PlanForm)
    try:
        await plans.save_plan(actor, client_id, _as_draft(form.data))
    except DomainError as error:
        form.failed(_by_field_of_form(error))
        return _plan_form(request, known, form)
    flash(request, message("The plan was saved as a draft."))
    return redirect(f"/organiser/clients/{client_id}")


@post("/organiser/plans/{plan_id:uuid}/activate", guards=[CASE_MANAGERS], include_in_schema=False)
async def submit_plan_activation(request: AnyRequest, actor: Caller, plan_id: FromPath[UUID]) -> Redirect:
    """Puts a draft into force."""
    plan = await plans.activate_plan(actor, plan_id)
    flash(request, message("The plan is in force."))
    return redirect(f"/organiser/clients/{plan.client_id}")


@post("/organiser/plans/{plan_id:uuid}/end", guards=[CASE_MANAGERS], include_in_schema=False)
async def submit_plan_end(request: AnyRequest, actor: Caller, plan_id: FromPath[UUID]) -> Redirect:
    """Ends a plan today."""
    plan = await plans.end_plan(actor, plan_id)
    flash(request, message("The plan was ended."))
    return redirect(f"/organiser/clients/{plan.client_id}")


def _plan_form(request: AnyRequest, known: ClientView, form: Form[PlanForm]) -> Response[str]:
    rows = [*form.rows("services")]
    rows += range(max(rows, default=-1) + 1, max(rows, default=-1) + 1 + SPARE_ROWS)
    return page(
        request, "plans/plan_form.html", status_code=200 if form.ok else INVALID, form=form, client=known, rows=rows,
        services=service_options(language_of(request)),
    )  # fmt: skip


def service_options(language: Language) -> Sequence[tuple[str, str]]:
    """Every service class with its name, for a list to choose from."""
    return [(each.code, each.name.in_language(language)) for each in service_classes()]


def _as_form(plan: PlanView) -> PlanForm:
    rows = [ServiceRow(service_class=each.service_class, amount=_as_amount(each)) for each in plan.services]
    return PlanForm(valid_from=plan.valid_from, valid_to=plan.valid_to, goals=plan.goals, services=rows)


def _as_amount(planned: PlanServiceView) -> Decimal:
    if planned.minutes_per_month is None:
        return Decimal(planned.units_per_month or 0)
    return Decimal(f"{Decimal(planned.minutes_per_month) / 60:.2f}".rstrip("0").rstrip("."))


def _as_draft(form: PlanForm) -> PlanDraft:
    return PlanDraft(
        goals=form.goals,
        valid_from=form.valid_from,
        valid_to=form.valid_to,
        services=tuple(_as_planned(row) for row in form.services),
    )


def _as_planned(row: ServiceRow) -> PlannedService:
    known = next((each for each in service_classes() if each.code == row.service_class), None)
    if known is not None and known.unit is Unit.HOUR:
        return PlannedService(service_class=row.service_class, minutes_per_month=round(row.amount * 60))
    whole = int(row.amount) if row.amount == int(row.amount) else 0
    return PlannedService(service_class=row.service_class, units_per_month=whole)


def _by_field_of_form(error: DomainError) -> DomainError:
    """The form asks for one amount where the API has two fields for it."""
    if not isinstance(error, Invalid):
        return error
    names = (".minutes_per_month", ".units_per_month")
    return Invalid(FieldError(_renamed(each.field, names), each.message) for each in error.fields)


def _renamed(field: str, names: tuple[str, ...]) -> str:
    for name in names:
        field = field.replace(name, ".amount")
    return field


PAGES = [
    list_clients_page, search_clients_page, new_client_page, submit_client, change_client_page, submit_client_change,
    client_invitation_page, submit_client_invitation, plan_page, submit_plan, submit_plan_activation, submit_plan_end,
]  # fmt: skip
