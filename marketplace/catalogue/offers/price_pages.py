"""The page of an offer's prices, in the provider's editor."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from marketplace.catalogue.offers import offers
from marketplace.catalogue.offers import price_forms as forms
from marketplace.catalogue.offers.schemas import OwnOffer
from marketplace.catalogue.prices.price_table import is_banded, unit_words
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.errors import Invalid
from marketplace.organisers.rules import service_rules_on
from marketplace.organisers.schemas import ServiceRules
from marketplace.web.forms import Form, Sent, read_form
from marketplace.web.security import Caller, allow
from marketplace.web.templating import page, redirect

AnyRequest = Request[Any, Any, Any]
PROVIDER = allow(Role.PROVIDER_ADMIN)
LIST = "/provider/offers"
OFFER = LIST + "/{offer_id:uuid}"
BLANK_ROWS = 3


@get(f"{OFFER}/prices", guards=[PROVIDER], include_in_schema=False)
async def show_prices(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """The prices by time band, or one price for all times."""
    own = await offers.my_offer(actor, offer_id)
    rules = await _rules(own)
    shown: Sent = {name: [*values] for name, values in forms.prices_form(own.content, rules, actor.language).items()}
    return _prices_page(request, own, Form(forms.PricesForm, shown), rules)


@post(f"{OFFER}/prices", guards=[PROVIDER], include_in_schema=False)
async def send_prices(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """Saves the prices. Gaps and overlaps of the time bands are named."""
    own = await offers.my_offer(actor, offer_id)
    rules = await _rules(own)
    form = await read_form(request, forms.PricesForm)
    rows = _answered_rows(form)
    fields = ["not_served", *(f"bands.{i}.hours" for i in rows)] if form.value("pricing") == forms.Pricing.BANDS else []
    if errors := forms.unreadable_hours({field: form.value(field) for field in fields}):
        form.failed(Invalid(errors))

    if await _saved(actor, own, form, rules, rows):
        return redirect(f"{LIST}/{offer_id}")
    return _prices_page(request, own, form, rules, 422)


async def _saved(
    actor: Actor, own: OwnOffer, form: Form[forms.PricesForm], rules: ServiceRules, rows: list[int]
) -> bool:
    """Saves the draft with the prices; otherwise the form has the errors."""
    if not form.ok:
        return False
    try:
        await offers.save_draft(actor, own.id, forms.with_prices(own.content, form.data, rules, actor.language))
    except Invalid as invalid:
        form.failed(Invalid(forms.in_page_words(invalid.fields, rows)))
        return False
    return True


async def _rules(own: OwnOffer) -> ServiceRules:
    return await service_rules_on(own.content.organiser_id, own.content.service_class, today())


def _answered_rows(form: Form[forms.PricesForm]) -> list[int]:
    parts = ("name", "hours", "price_cents")
    return [i for i in form.rows("bands") if any(form.value(f"bands.{i}.{part}").strip() for part in parts)]


def _prices_page(
    request: AnyRequest, own: OwnOffer, form: Form[forms.PricesForm], rules: ServiceRules, status_code: int = 200
) -> Response[str]:
    rows = _answered_rows(form)
    after = max(rows, default=-1) + 1
    blank = range(after, after + BLANK_ROWS) if rules.bands.own_bands_allowed else range(0)
    return page(
        request, "offers/prices.html", form=form, here=f"{LIST}/{own.id}", rows=rows, blank_rows=blank,
        own_bands=rules.bands.own_bands_allowed, banded=is_banded(rules.unit), unit=unit_words(rules.unit),
        is_hourly=rules.unit == "hour", ceilings=rules.prices, status_code=status_code,
    )  # fmt: skip


ROUTES = [show_prices, send_prices]
