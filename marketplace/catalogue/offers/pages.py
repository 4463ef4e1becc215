"""Pages of a provider's offers: the list, beginning one, its steps, the preview, publishing and withdrawing."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from marketplace.catalogue.offers import forms, offers
from marketplace.catalogue.offers.choices import Choice, choices_of, known_plan_url
from marketplace.catalogue.offers.own import own_provider
from marketplace.catalogue.offers.plain_language import hints_of
from marketplace.catalogue.offers.public_pages import offer_facts, public_address
from marketplace.catalogue.offers.schemas import OfferDetails, OfferDraft, OwnOffer
from marketplace.catalogue.offers.version_pages import BulkForm, list_page
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import DomainError, Invalid
from marketplace.kernel.i18n import message
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.reference import service_class
from marketplace.web.forms import Form, empty_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect

AnyRequest = Request[Any, Any, Any]
PROVIDER = allow(Role.PROVIDER_ADMIN)
LIST = "/provider/offers"
OFFER = LIST + "/{offer_id:uuid}"

add_to_navigation(Desk.PROVIDER, message("Offers"), LIST, order=40, roles=frozenset({Role.PROVIDER_ADMIN}))


@get(LIST, guards=[PROVIDER], include_in_schema=False)
async def show_offers(request: AnyRequest, actor: Caller) -> Response[str]:
    """All offers of the provider, each with where it stands."""
    return await list_page(request, actor, empty_form(BulkForm))


@get(f"{LIST}/new", guards=[PROVIDER], include_in_schema=False)
async def show_new_offer(request: AnyRequest, actor: Caller) -> Response[str]:
    """The first question: which service, for which organiser's clients."""
    return await _scope_page(request, actor, empty_form(forms.ScopeForm))


@post(f"{LIST}/new", guards=[PROVIDER], include_in_schema=False)
async def send_new_offer(request: AnyRequest, actor: Caller) -> Response[Any]:
    """Begins the draft with everything that the approval covers, and goes on to its steps."""
    form = await read_form(request, forms.ScopeForm)
    if not form.ok:
        return await _scope_page(request, actor, form, 422)
    chosen = next((each for each in await choices_of(actor) if each.scope == form.data.scope), None)
    draft = OfferDraft(
        organiser_id=form.data.organiser_id,
        service_class=form.data.service_class,
        municipality_codes=chosen.municipality_codes if chosen else (),
        details=OfferDetails(self_monitoring_url=await known_plan_url(own_provider(actor))),
    )

    async def work() -> UUID:
        return (await offers.save_draft(actor, None, draft)).id

    try:
        offer_id = await idempotent(request, work, UUID)
    except Invalid as invalid:
        form.failed(Invalid.field("scope", invalid.fields[0].message))
        return await _scope_page(request, actor, form, 422)
    return redirect(f"{LIST}/{offer_id}")


@get(OFFER, guards=[PROVIDER], include_in_schema=False)
async def show_offer_steps(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """The steps of an offer with what is still missing."""
    own = await offers.my_offer(actor, offer_id)
    return await _steps_page(request, own)


@get(f"{OFFER}/preview", guards=[PROVIDER], include_in_schema=False)
async def show_preview(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """The offer as the public would see it."""
    preview = await offers.preview(actor, offer_id)
    content = (await offers.my_offer(actor, offer_id)).content
    return page(
        request, "offers/preview.html", offer=preview, back=f"{LIST}/{offer_id}", hints=hints_of(content),
        **await offer_facts(preview, actor.language, photo=f"{LIST}/{offer_id}/photo/picture"),
    )  # fmt: skip


@post(f"{OFFER}/publish", guards=[PROVIDER], include_in_schema=False)
async def send_publish_offer(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """Makes the draft public, or says on the same page why not."""

    async def work() -> None:
        await offers.publish(actor, offer_id)

    try:
        await idempotent(request, work, type(None))
    except (Invalid, DomainError) as error:
        if error.status not in {409, 422}:
            raise
        return await _steps_page(request, await offers.my_offer(actor, offer_id), error)
    flash(request, message("The offer is published. It appears in the search in a moment."))
    return redirect(f"{LIST}/{offer_id}")


@get(f"{OFFER}/withdraw", guards=[PROVIDER], include_in_schema=False)
async def ask_withdraw(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """Asks before the offer is taken out of the public's sight."""
    await offers.my_offer(actor, offer_id)
    here = f"{LIST}/{offer_id}"
    return page(
        request, "pages/confirm.html", heading=message("Withdraw the offer?"), button=message("Withdraw the offer"),
        text=message("Nobody finds it any more. Agreements that were made on it go on. You can publish it again later."),
        action=f"{here}/withdraw", back=here, danger=True,
    )  # fmt: skip


@post(f"{OFFER}/withdraw", guards=[PROVIDER], include_in_schema=False)
async def send_withdraw(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """Takes the offer out of the public's sight."""

    async def work() -> None:
        await offers.withdraw(actor, offer_id)

    await idempotent(request, work, type(None))
    flash(request, message("The offer is withdrawn."))
    return redirect(f"{LIST}/{offer_id}")


async def _scope_page(
    request: AnyRequest, actor: Actor, form: Form[forms.ScopeForm], status_code: int = 200
) -> Response[str]:
    found: list[Choice] = await choices_of(actor)
    return page(request, "offers/new_offer.html", form=form, choices=found, list=LIST, status_code=status_code)


async def _steps_page(request: AnyRequest, own: OwnOffer, error: DomainError | None = None) -> Response[str]:
    organiser = await get_organiser(own.content.organiser_id)
    return page(
        request, "offers/offer_steps.html", own=own, content=own.content, error=error, faulty=isinstance(error, Invalid), list=LIST,
        here=f"{LIST}/{own.id}", public=public_address(own.id), organiser=organiser,
        service=service_class(own.content.service_class), status_code=error.status if error else 200,
    )  # fmt: skip


ROUTES = [
    show_offers,
    show_new_offer,
    send_new_offer,
    show_offer_steps,
    show_preview,
    send_publish_offer,
    ask_withdraw,
    send_withdraw,
]
