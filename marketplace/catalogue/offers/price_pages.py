"""The page of an offer's prices, in the provider's editor."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from marketplace.catalogue.offers import offers
from marketplace.catalogue.offers import price_forms as forms
from marketplace.catalogue.offers.price_checks import PriceLimits, price_limits
from marketplace.catalogue.offers.price_forms import PricesForm
from marketplace.catalogue.offers.schemas import OwnOffer
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.errors import Invalid
from marketplace.web.forms import Form, read_form
from marketplace.web.security import Caller, allow
from marketplace.web.templating import page, redirect

AnyRequest = Request[Any, Any, Any]
PROVIDER = allow(Role.PROVIDER_ADMIN)
LIST = "/provider/offers"
OFFER = LIST + "/{offer_id:uuid}"


@get(f"{OFFER}/prices", guards=[PROVIDER], include_in_schema=False)
async def show_prices(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """The prices by time band, or one price for all times."""
    own = await offers.my_offer(actor, offer_id)
    limits = await _limits(request, actor, own)
    return _prices_page(request, own, forms.prices_form(own.content, limits.rules, actor.language), limits)


@post(f"{OFFER}/prices", guards=[PROVIDER], include_in_schema=False)
async def send_prices(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """Saves the prices, or adds rows to the page. Gaps and overlaps of the time bands are named and drawn."""
    own = await offers.my_offer(actor, offer_id)
    limits = await _limits(request, actor, own)
    form = await read_form(request, PricesForm)
    if form.value(forms.ADD):
        form.errors = {}
        return _prices_page(request, own, form, limits)
    if await _saved(actor, own, form, limits):
        return redirect(f"{LIST}/{offer_id}")
    return _prices_page(request, own, form, limits, 422)


async def _saved(actor: Actor, own: OwnOffer, form: Form[PricesForm], limits: PriceLimits) -> bool:
    """Saves the draft with the prices; otherwise the form has the errors."""
    if not forms.checked(form).ok:
        return False
    try:
        draft = forms.with_prices(own.content, form, limits.rules, actor.language)
        await offers.save_draft(actor, own.id, draft)
    except Invalid as invalid:
        form.failed(Invalid(forms.in_page_words(invalid.fields, form)))
        return False
    return True


async def _limits(request: AnyRequest, actor: Actor, own: OwnOffer) -> PriceLimits:
    """What holds for the prices, by the unit that the address names or else by that of the draft."""
    content = own.content
    limits = await price_limits(
        content.organiser_id, content.service_class, today(), actor.provider_id, content.municipality_codes
    )
    return limits.in_unit_of(content.prices).in_unit(request.query_params.get("unit", ""))


def _prices_page(
    request: AnyRequest, own: OwnOffer, form: Form[PricesForm], limits: PriceLimits, status_code: int = 200
) -> Response[str]:  # fmt: skip
    return page(
        request, "offers/prices.html", form=form, here=f"{LIST}/{own.id}", is_published=own.published_version is not None,
        fields=forms.price_fields(form, limits), status_code=status_code,
    )  # fmt: skip


ROUTES = [show_prices, send_prices]
