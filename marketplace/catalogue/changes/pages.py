"""Pages of price changes: a provider announces them, the organiser looks at them, and everybody sees an offer's prices."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from marketplace.catalogue.changes import changes, history, increases, queries
from marketplace.catalogue.changes.schemas import PriceChangeDraft, PriceChangePreview, Rejection
from marketplace.catalogue.changes.showing import change_facts, shown_periods
from marketplace.catalogue.changes.states import STATUS_TONES, STATUS_WORDS, WAITING, ChangeStatus
from marketplace.catalogue.offers import offers
from marketplace.catalogue.offers import price_forms as forms
from marketplace.catalogue.offers.price_checks import price_limits
from marketplace.catalogue.offers.price_forms import PricesForm
from marketplace.catalogue.offers.schemas import OwnOffer
from marketplace.catalogue.prices.price_table import unit_words
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.errors import Conflict, DomainError, Invalid, NotFound, Refused
from marketplace.kernel.i18n import message, show_date
from marketplace.kernel.inputs import label
from marketplace.organisers.reference import service_class
from marketplace.web.forms import Form, Sent, empty_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.language import language_of
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow, allow_anyone
from marketplace.web.templating import FlashKind, flash, page, redirect
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]
PROVIDER = allow(Role.PROVIDER_ADMIN)
ORGANISER = allow(*sorted(REVIEWING))
LIST = "/provider/offers"
OFFER = LIST + "/{offer_id:uuid}"
DESK = "/organiser/price-changes"
CONFIRMED = "confirmed"

add_to_navigation(Desk.ORGANISER, message("Price changes"), DESK, order=45, roles=REVIEWING)


class DayForm(msgspec.Struct, frozen=True, kw_only=True):
    """From which day the prices hold."""

    valid_from: Annotated[date, label(message("First day"))]


@get(f"{OFFER}/price-changes", guards=[PROVIDER], include_in_schema=False)
async def show_price_changes(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """The price changes of an offer, and how its prices may rise."""
    own = await offers.my_offer(actor, offer_id)
    found = await queries.changes_of_offer(actor, offer_id)
    return page(
        request, "changes/of_offer.html", **_offer_facts(own, actor), words=STATUS_WORDS, tones=STATUS_TONES,
        changes=[change_facts(each, actor.language) for each in found], today=today(),
        waiting=any(each.status in WAITING for each in found), outlook=await increases.outlook(actor, offer_id),
    )  # fmt: skip


@get(f"{OFFER}/price-change", guards=[PROVIDER], include_in_schema=False)
async def show_price_change(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """The form of new prices: those of today to begin with, and the first day on which they may rise."""
    own = await _published(request, actor, offer_id)
    if own is None:
        return redirect(f"{LIST}/{offer_id}/price-changes")
    limits = await _limits(actor, own, today())
    form = forms.prices_form(own.content, limits.rules, actor.language)
    return await _form_page(request, actor, own, form)


@post(f"{OFFER}/price-change", guards=[PROVIDER], include_in_schema=False)
async def send_price_change(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """Shows what would change and whom it concerns; when that is confirmed, announces it."""
    own = await _published(request, actor, offer_id)
    if own is None:
        return redirect(f"{LIST}/{offer_id}/price-changes")
    form = await read_form(request, PricesForm)
    if form.value(forms.ADD):
        form.errors = {}
        return await _form_page(request, actor, own, form)
    try:
        draft = await _draft(request, actor, own, form)
        if draft is None or form.value("back"):
            return await _form_page(request, actor, own, form, 422 if form.errors else 200)
        if not form.value(CONFIRMED):
            return _confirm_page(request, actor, own, form, await changes.preview_change(actor, offer_id, draft))

        async def work() -> UUID:
            return (await changes.announce(actor, offer_id, draft)).id

        change_id = await idempotent(request, work, UUID)
    except Invalid as invalid:
        form.failed(Invalid(forms.in_page_words(invalid.fields, form)))
        return await _form_page(request, actor, own, form, 422)
    except Refused as refused:
        flash(request, refused.message, FlashKind.NOTE)
        return redirect(f"{LIST}/{offer_id}/price-changes")
    _flash_announced(request, (await queries.change_for(actor, change_id)).status)
    return redirect(f"{LIST}/{offer_id}/price-changes")


def _flash_announced(request: AnyRequest, status: ChangeStatus) -> None:
    if status is ChangeStatus.AWAITING_APPROVAL:
        flash(request, message("The organiser has got your new prices. You are told what it decides."))
    elif status is ChangeStatus.IN_FORCE:
        flash(request, message("The new prices are in force. Your clients are told."))
    else:
        flash(request, message("The new prices are announced. They begin on their day by themselves."))


async def _draft(request: AnyRequest, actor: Actor, own: OwnOffer, form: Form[PricesForm]) -> PriceChangeDraft | None:
    """What the form says, where all of it can be read; otherwise the form has every error."""
    day = await read_form(request, DayForm)
    is_readable = forms.checked(form).ok
    form.errors = {**day.errors, **form.errors}
    if not (is_readable and day.ok):
        return None
    limits = await _limits(actor, own, day.data.valid_from)
    prices, calendar = forms.read_prices(form, own.content, limits.rules, actor.language)
    return PriceChangeDraft(prices=prices, calendar=calendar, valid_from=day.data.valid_from)


async def _published(request: AnyRequest, actor: Actor, offer_id: UUID) -> OwnOffer | None:
    """The offer as it is published, which a change starts from; None, with the reason said, where it cannot be changed."""
    own = await offers.my_offer(actor, offer_id)
    if any(each.status in WAITING for each in await queries.changes_of_offer(actor, offer_id)):
        return None
    if own.published_version is None:
        text = message("This offer is not published. Change the prices in its draft and publish it.")
        flash(request, text, FlashKind.NOTE)
        return None
    return msgspec.structs.replace(own, content=await changes.published_content(actor, offer_id))


async def _limits(actor: Actor, own: OwnOffer, day: date) -> Any:
    content = own.content
    limits = await price_limits(
        content.organiser_id, content.service_class, day, actor.provider_id, content.municipality_codes
    )
    return limits.in_unit_of(content.prices)


async def _form_page(
    request: AnyRequest, actor: Actor, own: OwnOffer, form: Form[PricesForm], status_code: int = 200
) -> Response[str]:
    outlook = await increases.outlook(actor, own.id)
    if "valid_from" not in form.sent and outlook.earliest_day is not None:
        earliest = outlook.earliest_day
        form.sent["valid_from"] = [f"{earliest.day}.{earliest.month}.{earliest.year}"]
    return page(
        request, "changes/change_form.html", form=form, fields=forms.price_fields(form, await _limits(actor, own, today())),
        outlook=outlook, status_code=status_code, **_offer_facts(own, actor),
    )  # fmt: skip


def _confirm_page(
    request: AnyRequest, actor: Actor, own: OwnOffer, form: Form[PricesForm], preview: PriceChangePreview
) -> Response[str]:
    sent: Sent = {name: values for name, values in form.sent.items() if name not in {CONFIRMED, "back"}}
    kept = [(name, value) for name, values in sent.items() for value in values if isinstance(value, str)]
    return page(
        request, "changes/confirm.html", kept=kept, confirmed=CONFIRMED, unit=unit_words(own_unit(own)),
        **change_facts(preview, actor.language), **_offer_facts(own, actor),
    )  # fmt: skip


def own_unit(own: OwnOffer) -> Any:
    prices = own.content.prices
    return service_class(own.content.service_class).unit if prices is None else prices.unit


def _offer_facts(own: OwnOffer, actor: Actor) -> dict[str, Any]:
    name = own.content.name_fi
    if own.content.name_sv and actor.language.value == "sv":
        name = own.content.name_sv
    if own.content.name_en and actor.language.value == "en":
        name = own.content.name_en
    return {"offer_name": name, "here": f"{LIST}/{own.id}", "unit_of": unit_words(own_unit(own))}


@get("/provider/price-changes/{change_id:uuid}/cancel", guards=[PROVIDER], include_in_schema=False)
async def ask_cancel_price_change(request: AnyRequest, actor: Caller, change_id: FromPath[UUID]) -> Response[str]:
    """Asks before an announced change is taken back."""
    change = await queries.change_for(actor, change_id)
    return page(
        request, "pages/confirm.html", heading=message("Cancel the price change?"), button=message("Cancel the price change"),
        text=message("The prices stay as they are. Clients who were told of the new ones are told that they do not come."),
        action=f"/provider/price-changes/{change_id}/cancel", back=f"{LIST}/{change.offer_id}/price-changes", danger=True,
    )  # fmt: skip


@post("/provider/price-changes/{change_id:uuid}/cancel", guards=[PROVIDER], include_in_schema=False)
async def cancel_price_change(request: AnyRequest, actor: Caller, change_id: FromPath[UUID]) -> Response[Any]:
    """Takes an announced change back; where that is too late, says so."""
    change = await queries.change_for(actor, change_id)
    try:
        await changes.cancel(actor, change_id)
    except (Conflict, Refused) as error:
        flash(request, error.message, FlashKind.NOTE)
    else:
        flash(request, message("The price change is cancelled."))
    return redirect(f"{LIST}/{change.offer_id}/price-changes")


@get(DESK, guards=[ORGANISER], include_in_schema=False)
async def show_organiser_changes(request: AnyRequest, actor: Caller) -> Response[str]:
    """The increases that wait for a decision, what is coming, and what became of the last ones."""
    found = {status: await queries.organiser_changes(actor, status) for status in ChangeStatus}
    return page(
        request, "changes/organiser.html", list=DESK, words=STATUS_WORDS, tones=STATUS_TONES,
        awaiting=found[ChangeStatus.AWAITING_APPROVAL], scheduled=found[ChangeStatus.SCHEDULED],
        decided=sorted(
            [*found[ChangeStatus.IN_FORCE], *found[ChangeStatus.REJECTED], *found[ChangeStatus.CANCELLED]],
            key=lambda each: each.valid_from, reverse=True,
        )[:50],
    )  # fmt: skip


@get(DESK + "/{change_id:uuid}", guards=[ORGANISER], include_in_schema=False)
async def show_organiser_change(request: AnyRequest, actor: Caller, change_id: FromPath[UUID]) -> Response[str]:
    """One price change: what costs what before and after it, and the decision."""
    return await _decision_page(request, actor, change_id, empty_form(Rejection))


@post(DESK + "/{change_id:uuid}/approve", guards=[ORGANISER], include_in_schema=False)
async def approve_price_change(request: AnyRequest, actor: Caller, change_id: FromPath[UUID]) -> Response[Any]:
    """Accepts an increase."""
    try:
        await changes.approve(actor, change_id)
    except NotFound:
        raise
    except DomainError as error:
        flash(request, error.message, FlashKind.NOTE)
        return redirect(f"{DESK}/{change_id}")
    flash(request, message("The new prices are accepted. They begin on their day by themselves."))
    return redirect(DESK)


@post(DESK + "/{change_id:uuid}/reject", guards=[ORGANISER], include_in_schema=False)
async def reject_price_change(request: AnyRequest, actor: Caller, change_id: FromPath[UUID]) -> Response[Any]:
    """Does not accept an increase, with reasons."""
    form = await read_form(request, Rejection)
    try:
        await changes.reject(actor, change_id, form.data)
    except Invalid as invalid:
        form.failed(invalid)
        return await _decision_page(request, actor, change_id, form)
    except Conflict as error:
        flash(request, error.message, FlashKind.NOTE)
        return redirect(f"{DESK}/{change_id}")
    flash(request, message("The provider is told your reasons. Its prices stay as they are."))
    return redirect(DESK)


async def _decision_page(request: AnyRequest, actor: Actor, change_id: UUID, form: Form[Rejection]) -> Response[str]:
    change = await queries.change_for(actor, change_id)
    return page(
        request, "changes/decision.html", form=form, list=DESK, words=STATUS_WORDS, tones=STATUS_TONES,
        unit=unit_words(change.unit), may_see_clients=actor.has_role(Role.ORGANISER_ADMIN),
        status_code=200 if form.ok else 422, **change_facts(change, actor.language),
    )  # fmt: skip


@get("/offers/{offer_id:uuid}/prices", guards=[allow_anyone], include_in_schema=False)
async def show_price_history(request: AnyRequest, offer_id: FromPath[UUID]) -> Response[str]:
    """What a published offer cost, costs and will cost, for everybody."""
    offer = await offers.published_offer(offer_id)
    language = language_of(request)
    periods = shown_periods(await history.price_history(offer_id), language)
    return page(
        request, "changes/history.html", offer=offer, unit=unit_words(offer.unit), periods=periods,
        titles=[_title(each.valid_from, each.valid_to, language) for each in periods],
    )  # fmt: skip


def _title(first: date, last: date | None, language: Any) -> str:
    return f"{show_date(first, language)} – {show_date(last, language) if last else ''}".strip()


ROUTES = [
    show_price_changes, show_price_change, send_price_change, ask_cancel_price_change, cancel_price_change,
    show_organiser_changes, show_organiser_change, approve_price_change, reject_price_change, show_price_history,
]  # fmt: skip
