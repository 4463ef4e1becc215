"""Pages of a provider's offers: the list, the editor step by step, the preview, publishing and withdrawing."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from marketplace.catalogue.offers import forms, offers
from marketplace.catalogue.offers.choices import Choice, choices_of, municipality_groups
from marketplace.catalogue.offers.price_forms import in_page_words
from marketplace.catalogue.offers.public_pages import offer_facts, public_address
from marketplace.catalogue.offers.schemas import SERVICE_LANGUAGES, OfferDraft, OwnOffer
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import DomainError, Invalid
from marketplace.kernel.i18n import message
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.reference import service_class
from marketplace.web.forms import Form, empty_form, filled_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect

AnyRequest = Request[Any, Any, Any]
T = TypeVar("T", bound=msgspec.Struct)
PROVIDER = allow(Role.PROVIDER_ADMIN)
LIST = "/provider/offers"
OFFER = LIST + "/{offer_id:uuid}"

add_to_navigation(Desk.PROVIDER, message("Offers"), LIST, order=40, roles=frozenset({Role.PROVIDER_ADMIN}))


@get(LIST, guards=[PROVIDER], include_in_schema=False)
async def show_offers(request: AnyRequest, actor: Caller) -> Response[str]:
    """All offers of the provider, each with where it stands."""
    own = await offers.my_offers(actor)
    names = {each.service_class: service_class(each.service_class).name for each in own}
    return page(request, "offers/offers.html", offers=own, classes=names, list=LIST)


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


@get(f"{OFFER}/place", guards=[PROVIDER], include_in_schema=False)
async def show_place(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """Where and for whom the service is given."""
    own = await offers.my_offer(actor, offer_id)
    return await _place_page(request, actor, own, filled_form(forms.place_form(own.content)))


@post(f"{OFFER}/place", guards=[PROVIDER], include_in_schema=False)
async def send_place(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """Saves where and for whom the service is given."""
    own = await offers.my_offer(actor, offer_id)
    form = await read_form(request, forms.PlaceForm)
    if await _saved(actor, own, form, forms.with_place):
        return redirect(f"{LIST}/{offer_id}")
    return await _place_page(request, actor, own, form, 422)


@get(f"{OFFER}/description", guards=[PROVIDER], include_in_schema=False)
async def show_description(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """What the offer is called and what it is."""
    own = await offers.my_offer(actor, offer_id)
    return _description_page(request, own, filled_form(forms.description_form(own.content)))


@post(f"{OFFER}/description", guards=[PROVIDER], include_in_schema=False)
async def send_description(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """Saves the name and the description."""
    own = await offers.my_offer(actor, offer_id)
    form = await read_form(request, forms.DescriptionForm)
    if await _saved(actor, own, form, forms.with_description):
        return redirect(f"{LIST}/{offer_id}")
    return _description_page(request, own, form, 422)


@get(f"{OFFER}/preview", guards=[PROVIDER], include_in_schema=False)
async def show_preview(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """The offer as the public would see it."""
    preview = await offers.preview(actor, offer_id)
    return page(
        request,
        "offers/preview.html",
        offer=preview,
        back=f"{LIST}/{offer_id}",
        **offer_facts(preview, actor.language),
    )


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


async def _saved(
    actor: Actor,
    own: OwnOffer,
    form: Form[T],
    merge: Callable[[OfferDraft, T], OfferDraft],
) -> bool:
    """Saves the draft with a step's answers; otherwise the form has the errors."""
    if not form.ok:
        return False
    try:
        await offers.save_draft(actor, own.id, merge(own.content, form.data))
    except Invalid as invalid:
        form.failed(Invalid(in_page_words(invalid.fields, [])))
        return False
    return True


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


async def _place_page(
    request: AnyRequest, actor: Actor, own: OwnOffer, form: Form[forms.PlaceForm], status_code: int = 200
) -> Response[str]:
    groups = await municipality_groups(actor, own.content, actor.language)
    return page(
        request, "offers/place.html", form=form, groups=groups, languages=list(SERVICE_LANGUAGES.items()),
        here=f"{LIST}/{own.id}", status_code=status_code,
    )  # fmt: skip


def _description_page(
    request: AnyRequest, own: OwnOffer, form: Form[forms.DescriptionForm], status_code: int = 200
) -> Response[str]:
    return page(request, "offers/description.html", form=form, here=f"{LIST}/{own.id}", status_code=status_code)


ROUTES = [
    show_offers,
    show_new_offer,
    send_new_offer,
    show_offer_steps,
    show_place,
    send_place,
    show_description,
    send_description,
    show_preview,
    send_publish_offer,
    ask_withdraw,
    send_withdraw,
]
