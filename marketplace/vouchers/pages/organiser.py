"""The organiser's pages: a client with plan and vouchers, granting, a voucher with its decisions, all vouchers."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import DomainError, NotFound
from marketplace.kernel.i18n import Language, message
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.products import products_of
from marketplace.plans import clients, plans
from marketplace.plans.schemas import ClientView, PlanServiceView
from marketplace.plans.states import STATUS_WORDS, PlanStatus
from marketplace.vouchers import agreements, closing, granting, queries, visit_queries
from marketplace.vouchers.pages.parts import INVALID, AnyRequest, Moved, Page, offers_page, take_choice, words
from marketplace.vouchers.schemas import AgreementEnd, Grant, GrantForm, PageAsked, Revocation
from marketplace.vouchers.states import CASE_MANAGER, VoucherAction
from marketplace.web.forms import Form, empty_form, read_form, read_query
from marketplace.web.idempotency import idempotent
from marketplace.web.language import language_of
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect

CASE_MANAGERS = allow(Role.CASE_MANAGER)
READERS = frozenset({Role.CASE_MANAGER, Role.FINANCE, Role.ORGANISER_ADMIN})
ORGANISER = allow(*sorted(READERS))
BASE = "/organiser/vouchers"

add_to_navigation(Desk.ORGANISER, message("Vouchers"), BASE, order=50, roles=READERS)


@get("/organiser/clients/{client_id:uuid}", guards=[CASE_MANAGERS], include_in_schema=False)
async def client_page(request: AnyRequest, actor: Caller, client_id: FromPath[UUID]) -> Response[str]:
    """One client: details, plan, vouchers."""
    client = await clients.client_for(actor, client_id)
    found = await plans.plans_of_client(actor, client_id)
    return page(
        request, "vouchers/client.html", client=client, plans=found, plan_words=STATUS_WORDS,
        active=next((plan for plan in found if plan.status is PlanStatus.ACTIVE), None),
        vouchers=await queries.organiser_vouchers(actor, client_id), **words(),
    )  # fmt: skip


@get("/organiser/clients/{client_id:uuid}/vouchers/new", guards=[CASE_MANAGERS], include_in_schema=False)
async def grant_page(request: AnyRequest, actor: Caller, client_id: FromPath[UUID]) -> Response[str]:
    """The form that grants a voucher."""
    client = await clients.client_for(actor, client_id)
    return await _grant_form(request, actor, client, empty_form(GrantForm))


@post("/organiser/clients/{client_id:uuid}/vouchers", guards=[CASE_MANAGERS], include_in_schema=False)
async def submit_grant(request: AnyRequest, actor: Caller, client_id: FromPath[UUID]) -> Page:
    """Grants a voucher, once however often the button is pressed."""
    client = await clients.client_for(actor, client_id)
    form = await read_form(request, GrantForm)
    try:
        asked = form.data

        async def work() -> Moved:
            return Moved((await granting.grant(actor, _as_grant(client_id, asked))).id)

        made = await idempotent(request, work, Moved)
    except DomainError as error:
        form.failed(error)
        return await _grant_form(request, actor, client, form)
    flash(request, message("The voucher was granted. Give its number to the client."))
    return redirect(f"{BASE}/{made.id}")


def _as_grant(client_id: UUID, asked: GrantForm) -> Grant:
    return Grant(
        client_id=client_id,
        product_id=asked.product_id,
        plan_service_id=asked.plan_service_id,
        valid_from=asked.valid_from,
        valid_to=asked.valid_to,
        reasons=asked.reasons,
    )


async def _grant_form(request: AnyRequest, actor: Actor, client: ClientView, form: Form[GrantForm]) -> Response[str]:
    language = language_of(request)
    found = await plans.plans_of_client(actor, client.id)
    active = next((plan for plan in found if plan.status is PlanStatus.ACTIVE), None)
    services = active.services if active else []
    wanted = {service.service_class for service in services}
    products = [each for each in await products_of(actor) if each.service_class in wanted]
    return page(
        request, "vouchers/grant_form.html", status_code=200 if form.ok else INVALID, form=form, client=client,
        active=active, services=[(str(each.id), _service_words(each, language)) for each in services],
        products=[(str(each.id), each.name.in_language(language)) for each in products], **words(),
    )  # fmt: skip


def _service_words(service: PlanServiceView, language: Language) -> str:
    name = service.name.in_language(language)
    hours = service.minutes_per_month
    return f"{name}: {service.units_per_month}" if hours is None else f"{name}: {hours / 60:g} h"


@get(BASE, guards=[ORGANISER], include_in_schema=False)
async def vouchers_page(request: AnyRequest, actor: Caller) -> Response[str]:
    """All vouchers of the organiser with reserved, used and left amounts."""
    asked = read_query(request, PageAsked)
    number = asked.data.page if asked.ok else 1
    found = await queries.organiser_vouchers(actor, page=number)
    return page(request, "vouchers/organiser_vouchers.html", vouchers=found, number=number, base=BASE, **words())


@get(BASE + "/{voucher_id:uuid}", guards=[ORGANISER], include_in_schema=False)
async def voucher_page(request: AnyRequest, actor: Caller, voucher_id: FromPath[UUID]) -> Response[str]:
    """A voucher: number, money, decisions, provider, visits."""
    return await _voucher_page(request, actor, voucher_id, empty_form(Revocation))


@post(BASE + "/{voucher_id:uuid}/revoke", guards=[CASE_MANAGERS], include_in_schema=False)
async def submit_revocation(request: AnyRequest, actor: Caller, voucher_id: FromPath[UUID]) -> Page:
    """Revokes a voucher by a decision."""
    form = await read_form(request, Revocation)
    try:
        await closing.revoke(actor, voucher_id, form.data)
    except NotFound:
        raise
    except DomainError as error:
        form.failed(error)
        return await _voucher_page(request, actor, voucher_id, form)
    flash(request, message("The voucher was revoked."))
    return redirect(f"{BASE}/{voucher_id}")


async def _voucher_page(request: AnyRequest, actor: Actor, voucher_id: UUID, form: Form[Revocation]) -> Response[str]:
    voucher = await queries.voucher_for(actor, voucher_id)
    return page(
        request, "vouchers/organiser_voucher.html", status_code=200 if form.ok else INVALID, form=form, voucher=voucher,
        organiser=await get_organiser(voucher.organiser_id), base=BASE,
        decisions=await queries.voucher_decisions(actor, voucher_id),
        agreements=await queries.agreements_of_voucher(actor, voucher_id),
        visits=(await visit_queries.visits_for(actor, voucher_id=voucher_id)).items,
        may_write=actor.has_role(Role.CASE_MANAGER), may_revoke=CASE_MANAGER.allows(voucher.status, VoucherAction.REVOKE),
        **words(),
    )  # fmt: skip


@get(BASE + "/{voucher_id:uuid}/offers", guards=[CASE_MANAGERS], include_in_schema=False)
async def offers_for_client_page(request: AnyRequest, actor: Caller, voucher_id: FromPath[UUID]) -> Response[str]:
    """The offers that fit, to choose together with the client."""
    return await offers_page(request, actor, voucher_id, BASE)


@post(BASE + "/{voucher_id:uuid}/offers", guards=[CASE_MANAGERS], include_in_schema=False)
async def submit_offer_for_client(request: AnyRequest, actor: Caller, voucher_id: FromPath[UUID]) -> Page:
    """Takes the choice."""
    return await take_choice(request, actor, voucher_id, BASE)


@post("/organiser/agreements/{agreement_id:uuid}/end", guards=[CASE_MANAGERS], include_in_schema=False)
async def submit_agreement_end(request: AnyRequest, actor: Caller, agreement_id: FromPath[UUID]) -> Page:
    """Ends an agreement together with the client, today unless a day is given."""
    form = await read_form(request, AgreementEnd)
    ended = await agreements.end_agreement(actor, agreement_id, form.data.last_day)
    flash(request, message("The agreement was ended."))
    return redirect(f"{BASE}/{ended.voucher_id}")


PAGES = [
    client_page, grant_page, submit_grant, vouchers_page, voucher_page, submit_revocation, offers_for_client_page,
    submit_offer_for_client, submit_agreement_end,
]  # fmt: skip
