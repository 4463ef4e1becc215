"""The client's desk: what is left, who comes, what it costs. The same pages serve who acts for the client."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import DomainError, NotFound
from marketplace.kernel.i18n import message
from marketplace.plans import clients, plans
from marketplace.vouchers import agreements, queries, visit_queries
from marketplace.vouchers.pages.parts import INVALID, AnyRequest, Page, offers_page, take_choice, words
from marketplace.vouchers.schemas import AgreementEnd
from marketplace.vouchers.scoping import client_of_actor
from marketplace.vouchers.states import VoucherStatus
from marketplace.web.forms import Form, empty_form, read_form
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect

CLIENTS = allow(Role.CLIENT, Role.PROXY)
BASE = "/client/vouchers"
RECENT_VISITS = 5
IN_USE = frozenset({VoucherStatus.GRANTED, VoucherStatus.OPEN})

add_to_navigation(Desk.CLIENT, message("My services"), "/client", order=10)
add_to_navigation(Desk.CLIENT, message("My visits"), "/client/visits", order=20)
add_to_navigation(Desk.CLIENT, message("My plan"), "/client/plan", order=30)


@get("/client", guards=[CLIENTS], include_in_schema=False)
async def client_desk(request: AnyRequest, actor: Caller) -> Response[str]:
    """The vouchers in use with what is left, and the latest visits."""
    vouchers = await queries.my_vouchers(actor)
    client = await clients.client_for(actor, client_of_actor(actor))
    return page(
        request, "vouchers/client_desk.html", client=client, is_proxy=actor.has_role(Role.PROXY), base=BASE,
        vouchers=[each for each in vouchers if each.status in IN_USE],
        earlier=[each for each in vouchers if each.status not in IN_USE],
        visits=(await visit_queries.visits_for(actor, limit=RECENT_VISITS)).items, **words(),
    )  # fmt: skip


@get(BASE + "/{voucher_id:uuid}", guards=[CLIENTS], include_in_schema=False)
async def my_voucher_page(request: AnyRequest, actor: Caller, voucher_id: FromPath[UUID]) -> Response[str]:
    """One voucher: number, what is left, provider, decision, visits."""
    return await _voucher_page(request, actor, voucher_id, empty_form(AgreementEnd))


async def _voucher_page(request: AnyRequest, actor: Actor, voucher_id: UUID, form: Form[AgreementEnd]) -> Response[str]:
    voucher = await queries.voucher_for(actor, voucher_id)
    return page(
        request, "vouchers/client_voucher.html", status_code=200 if form.ok else INVALID, form=form, voucher=voucher,
        base=BASE, decisions=await queries.voucher_decisions(actor, voucher_id), is_in_use=voucher.status in IN_USE,
        visits=(await visit_queries.visits_for(actor, voucher_id=voucher_id)).items, **words(),
    )  # fmt: skip


@get(BASE + "/{voucher_id:uuid}/offers", guards=[CLIENTS], include_in_schema=False)
async def offers_for_voucher_page(request: AnyRequest, actor: Caller, voucher_id: FromPath[UUID]) -> Response[str]:
    """The offers that fit, the lowest own share first."""
    return await offers_page(request, actor, voucher_id, BASE)


@post(BASE + "/{voucher_id:uuid}/offers", guards=[CLIENTS], include_in_schema=False)
async def submit_offer_choice(request: AnyRequest, actor: Caller, voucher_id: FromPath[UUID]) -> Page:
    """Takes the choice."""
    return await take_choice(request, actor, voucher_id, BASE)


@post("/client/agreements/{agreement_id:uuid}/end", guards=[CLIENTS], include_in_schema=False)
async def submit_my_agreement_end(request: AnyRequest, actor: Caller, agreement_id: FromPath[UUID]) -> Page:
    """Ends an agreement after the day that the client gives."""
    known = await queries.agreement_for(actor, agreement_id)
    form = await read_form(request, AgreementEnd)
    try:
        await agreements.end_agreement(actor, agreement_id, form.data.last_day)
    except NotFound:
        raise
    except DomainError as error:
        form.failed(error)
        return await _voucher_page(request, actor, known.voucher_id, form)
    flash(request, message("The agreement was ended."))
    return redirect(f"{BASE}/{known.voucher_id}")


@get("/client/visits", guards=[CLIENTS], include_in_schema=False)
async def my_visits_page(request: AnyRequest, actor: Caller) -> Response[str]:
    """The latest visits with the own share of each."""
    found = await visit_queries.visits_for(actor)
    return page(request, "vouchers/client_visits.html", visits=found.items, **words())


@get("/client/visits/{visit_id:uuid}", guards=[CLIENTS], include_in_schema=False)
async def my_visit_page(request: AnyRequest, actor: Caller, visit_id: FromPath[UUID]) -> Response[str]:
    """One visit: what it cost, who pays, and how that came about."""
    visit = await visit_queries.visit_for(actor, visit_id)
    return page(request, "vouchers/client_visit.html", visit=visit, **words())


@get("/client/plan", guards=[CLIENTS], include_in_schema=False)
async def my_plan_page(request: AnyRequest, actor: Caller) -> Response[str]:
    """The plan in force."""
    return page(request, "vouchers/client_plan.html", plan=await plans.my_plan(actor), **words())


PAGES = [
    client_desk, my_voucher_page, offers_for_voucher_page, submit_offer_choice, submit_my_agreement_end, my_visits_page,
    my_visit_page, my_plan_page,
]  # fmt: skip
