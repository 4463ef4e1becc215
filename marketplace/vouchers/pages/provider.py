"""The provider's pages: clients, opening a voucher, and logging a visit on a phone between two homes."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from marketplace.catalogue.offers.published import published_offers_of
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.errors import DomainError, NotFound
from marketplace.kernel.i18n import message
from marketplace.vouchers import agreements, queries, visit_queries, visits
from marketplace.vouchers.choosing import waived_from
from marketplace.vouchers.moments import moments_of
from marketplace.vouchers.pages.parts import INVALID, AnyRequest, Moved, Page, words
from marketplace.vouchers.schemas import AgreementEnd, Cancellation, OpenVoucher, VisitForm, VisitPrice
from marketplace.vouchers.scoping import provider_of_actor
from marketplace.web.forms import Form, empty_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.language import language_of
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import FlashKind, flash, page, redirect

PROVIDERS = allow(Role.PROVIDER_ADMIN, Role.PROVIDER_WORKER)
BASE = "/provider/clients"
VISITS = "/provider/visits"

add_to_navigation(Desk.PROVIDER, message("Clients and visits"), BASE, order=50)


@get(BASE, guards=[PROVIDERS], include_in_schema=False)
async def provider_clients_page(request: AnyRequest, actor: Caller, ended: FromQuery[bool] = False) -> Response[str]:
    """The provider's clients, each with what is left this month and the way to log a visit."""
    cards = await queries.provider_agreements(actor, only_active=not ended)
    return page(request, "vouchers/provider_clients.html", cards=cards, ended=ended, base=BASE, **words())


@get(BASE + "/open", guards=[PROVIDERS], include_in_schema=False)
async def open_voucher_page(request: AnyRequest, actor: Caller) -> Response[str]:
    """Asks for the number of a voucher."""
    return await _open_form(request, actor, empty_form(OpenVoucher))


@post(BASE + "/open", guards=[PROVIDERS], include_in_schema=False)
async def submit_open_voucher(request: AnyRequest, actor: Caller) -> Page:
    """Opens a voucher. Unknown numbers are counted outside of any remembered answer; opening again changes nothing."""
    form = await read_form(request, OpenVoucher)
    try:
        made = await agreements.open_voucher(actor, form.data)
    except DomainError as error:
        form.failed(error)
        return await _open_form(request, actor, form)
    flash(request, message("The voucher is open. You can log visits for {client}.", client=made.client_name))
    return redirect(f"{BASE}/{made.id}")


async def _open_form(request: AnyRequest, actor: Actor, form: Form[OpenVoucher]) -> Response[str]:
    language = language_of(request)
    offers = await published_offers_of(provider_of_actor(actor))
    return page(
        request, "vouchers/open_voucher.html", status_code=200 if form.ok else INVALID, form=form, base=BASE,
        offers=[(str(each.id), each.name.in_language(language), each.organiser_name.in_language(language)) for each in offers],
        asks_visits=any(waived_from(each.prices) for each in offers),
    )  # fmt: skip


@get(BASE + "/{agreement_id:uuid}", guards=[PROVIDERS], include_in_schema=False)
async def agreement_page(request: AnyRequest, actor: Caller, agreement_id: FromPath[UUID]) -> Response[str]:
    """One client: log a visit, and the visits logged before."""
    form = empty_form(VisitForm)
    day = today()
    form.sent["day"] = [f"{day.day}.{day.month}.{day.year}"]
    return await _agreement_page(request, actor, agreement_id, form)


@post(BASE + "/{agreement_id:uuid}/visits", guards=[PROVIDERS], include_in_schema=False)
async def submit_visit(request: AnyRequest, actor: Caller, agreement_id: FromPath[UUID]) -> Page:
    """Logs a visit, or shows its price first where that button was pressed."""
    await queries.agreement_for(actor, agreement_id)
    form = await read_form(request, VisitForm)
    wants_price = "preview" in await request.form()
    try:
        start, end = moments_of(form.data)
        if wants_price:
            price = await visits.preview_visit(actor, agreement_id, start, end)
            return await _agreement_page(request, actor, agreement_id, form, price)

        async def work() -> Moved:
            return Moved((await visits.log_visit(actor, agreement_id, start, end)).id)

        made = await idempotent(request, work, Moved)
    except DomainError as error:
        form.failed(error)
        return await _agreement_page(request, actor, agreement_id, form)
    flash(request, message("The visit was logged."))
    return redirect(f"{VISITS}/{made.id}")


async def _agreement_page(
    request: AnyRequest,
    actor: Actor,
    agreement_id: UUID,
    form: Form[VisitForm],
    price: VisitPrice | None = None,
) -> Response[str]:
    card = await queries.agreement_for(actor, agreement_id)
    logged = await visit_queries.visits_for(actor, agreement_id=agreement_id, limit=20)
    return page(
        request, "vouchers/agreement.html", status_code=200 if form.ok else INVALID, form=form, card=card, price=price,
        visits=logged.items, base=BASE, visits_base=VISITS, **words(),
    )  # fmt: skip


@post(BASE + "/{agreement_id:uuid}/end", guards=[PROVIDERS], include_in_schema=False)
async def submit_provider_agreement_end(request: AnyRequest, actor: Caller, agreement_id: FromPath[UUID]) -> Page:
    """Ends an agreement, today unless a day is given."""
    form = await read_form(request, AgreementEnd)
    await agreements.end_agreement(actor, agreement_id, form.data.last_day)
    flash(request, message("The agreement was ended."))
    return redirect(BASE)


@get(VISITS + "/{visit_id:uuid}", guards=[PROVIDERS], include_in_schema=False)
async def provider_visit_page(request: AnyRequest, actor: Caller, visit_id: FromPath[UUID]) -> Response[str]:
    """A logged visit: who pays what, and how that came about."""
    visit = await visit_queries.visit_for(actor, visit_id)
    return page(request, "vouchers/provider_visit.html", visit=visit, base=BASE, visits_base=VISITS, **words())


@post(VISITS + "/{visit_id:uuid}/cancel", guards=[PROVIDERS], include_in_schema=False)
async def submit_cancellation(request: AnyRequest, actor: Caller, visit_id: FromPath[UUID]) -> Page:
    """Takes a visit back; where that is too late, says so on the visit's page."""
    try:
        await visits.cancel_visit(actor, visit_id, Cancellation())
    except NotFound:
        raise
    except DomainError as error:
        flash(request, error.message, FlashKind.NOTE)
    else:
        flash(request, message("The visit was cancelled. Its time can be logged again."))
    return redirect(f"{VISITS}/{visit_id}")


PAGES = [
    provider_clients_page, open_voucher_page, submit_open_voucher, agreement_page, submit_visit,
    submit_provider_agreement_end, provider_visit_page, submit_cancellation,
]  # fmt: skip
