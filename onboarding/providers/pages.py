"""How somebody becomes a provider, and what is known of the company."""

from itertools import pairwise
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from marketplace.accounts.browser_session import wear
from marketplace.accounts.memberships import hats
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import DomainError, Invalid, Refused, TooManyAttempts, Unavailable
from marketplace.kernel.i18n import Message, counted, message
from marketplace.web.forms import Form, empty_form, filled_form, read_form, read_query
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow, allow_signed_in
from marketplace.web.templating import FlashKind, flash, page, redirect
from onboarding.providers import companies
from onboarding.providers import registration as providers
from onboarding.providers.close_network import ClosePersonRegistration, register_close_person
from onboarding.providers.facts_kept import (
    REGISTER_NAMES,
    FactsChange,
    changes_between,
    facts_history,
    situation_name,
)
from onboarding.providers.page_forms import CompanyForm
from onboarding.providers.rechecking import check_again
from onboarding.providers.schemas import (
    KIND_NAMES,
    ContactDetails,
    FactsSource,
    LookUp,
    ProviderKind,
    ProviderRegistration,
    ProviderView,
)

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
ADMIN = allow(Role.PROVIDER_ADMIN)
INVALID = 422
REGISTER = "/provider/register"
DETAILS = "/provider/register/details"
PERSON = "/provider/register/person"
COMPANY = "/provider/profile/company"
MOST_CHANGES = 20


@get(REGISTER, guards=[allow_signed_in], include_in_schema=False)
async def show_registration(request: AnyRequest) -> Response[str]:
    """Asks for the business id."""
    return page(request, "providers/register_company.html", form=empty_form(CompanyForm), action=DETAILS, person=PERSON)


@get(DETAILS, guards=[allow_signed_in], include_in_schema=False)
async def show_company_details(request: AnyRequest) -> Response[str]:
    """Shows what the business register knows, and asks for the rest."""
    asked = read_query(request, CompanyForm)
    try:
        looked_up = await companies.look_up(asked.data.business_id)
    except Invalid as invalid:
        asked.failed(invalid)
        return page(
            request, "providers/register_company.html", form=asked, action=DETAILS, person=PERSON, status_code=INVALID
        )
    form = empty_form(ProviderRegistration)
    form.sent["business_id"] = [asked.data.business_id]
    return _details_page(request, form, looked_up)


@post(DETAILS, guards=[allow_signed_in], include_in_schema=False)
async def send_registration(request: AnyRequest, actor: Caller) -> Page:
    """Registers the company; the person goes on as its administrator."""
    form = await read_form(request, ProviderRegistration)
    looked_up = LookUp(is_answered=False)
    try:
        looked_up = await companies.look_up(form.value("business_id"))
        registration = form.data

        async def work() -> ProviderView:
            return await providers.register_provider(actor, registration, looked_up)

        provider = await idempotent(request, work, ProviderView)
    except DomainError as error:
        form.failed(error)
        return _details_page(request, form, looked_up, status_code=error.status)
    await _put_hat_on(request, actor, provider)
    flash(request, message("{name} was registered. Apply to an organiser next.", name=provider.name))
    return redirect("/provider")


def _details_page(
    request: AnyRequest, form: Form[ProviderRegistration], looked_up: LookUp, *, status_code: int = 200
) -> Response[str]:
    return page(
        request, "providers/register_details.html", form=form, looked_up=looked_up, facts=looked_up.facts,
        kinds=[(kind.value, name) for kind, name in KIND_NAMES.items() if kind is not ProviderKind.CLOSE_NETWORK], kind_names=KIND_NAMES,
        is_double=companies.company_register().is_double, register_names=REGISTER_NAMES,
        situation_name=situation_name, action=DETAILS, back=REGISTER, status_code=status_code,
    )  # fmt: skip


async def _put_hat_on(request: AnyRequest, actor: Actor, provider: ProviderView) -> None:
    """The new administrator goes on in that role at once."""
    owned = await hats(actor.person_id) if actor.person_id else []
    hat = next((hat for hat in owned if hat.provider_id == provider.id), None)
    if hat is not None:
        wear(request, hat)


@get(PERSON, guards=[allow_signed_in], include_in_schema=False)
async def show_person_registration(request: AnyRequest) -> Response[str]:
    """The registration of somebody of the client's close network, who has no business id."""
    return page(request, "providers/register_person.html", form=empty_form(ClosePersonRegistration), action=PERSON, back=REGISTER)  # fmt: skip


@post(PERSON, guards=[allow_signed_in], include_in_schema=False)
async def send_person_registration(request: AnyRequest, actor: Caller) -> Page:
    """Registers a person of the close network."""
    form = await read_form(request, ClosePersonRegistration)
    try:
        registration = form.data

        async def work() -> ProviderView:
            return await register_close_person(actor, registration)

        provider = await idempotent(request, work, ProviderView)
    except DomainError as error:
        form.failed(error)
        return page(request, "providers/register_person.html", form=form, action=PERSON, back=REGISTER, status_code=error.status)  # fmt: skip
    await _put_hat_on(request, actor, provider)
    flash(request, message("You are registered. Your number is {number}.", number=provider.public_id))
    return redirect("/provider")


@get(COMPANY, guards=[ADMIN], include_in_schema=False)
async def show_company(request: AnyRequest, actor: Caller) -> Response[str]:
    """What the business register says, since when and how it changed, and whom to contact."""
    provider = await providers.own_provider(actor)
    contact = ContactDetails(
        contact_name=provider.contact_name, contact_email=provider.contact_email, contact_phone=provider.contact_phone
    )
    return await _company_page(request, provider, filled_form(contact))


@post(COMPANY, guards=[ADMIN], include_in_schema=False)
async def send_contact(request: AnyRequest, actor: Caller) -> Page:
    """Changes whom to contact."""
    form = await read_form(request, ContactDetails)
    try:
        await providers.change_contact(actor, form.data)
    except Invalid as invalid:
        form.failed(invalid)
        return await _company_page(request, await providers.own_provider(actor), form, status_code=INVALID)
    flash(request, message("The contact details were saved."))
    return redirect(COMPANY)


@post(f"{COMPANY}/check", guards=[ADMIN], include_in_schema=False)
async def check_company(request: AnyRequest, actor: Caller) -> Page:
    """The button "Check again from YTJ"."""
    try:
        change = await check_again(actor)
    except (TooManyAttempts, Refused, Unavailable) as error:
        flash(request, error.message, FlashKind.NOTE)
    else:
        flash(request, _what_changed(change))
    return redirect(COMPANY)


def _what_changed(change: FactsChange | None) -> Message:
    if change is None:
        return message("Checked just now: nothing has changed.")
    if change.is_gone:
        return message("Checked just now: the business register does not know this business ID any more.")
    return counted("Checked just now: {count} fact has changed.", "Checked just now: {count} facts have changed.", count=len(change.changes))  # fmt: skip


async def _company_page(
    request: AnyRequest, provider: ProviderView, form: Form[ContactDetails], *, status_code: int = 200
) -> Response[str]:
    versions = await facts_history(provider.id)
    changes = [(new.fetched_at, changes_between(old.facts, new.facts)) for new, old in pairwise(versions)]
    return page(
        request, "providers/company.html", provider=provider, facts=provider.facts, form=form, action=COMPANY,
        kind_names=KIND_NAMES, register_names=REGISTER_NAMES, situation_name=situation_name, changes=changes[:MOST_CHANGES],
        is_double=provider.facts_source is FactsSource.YTJ_DOUBLE, back="/provider/profile", status_code=status_code,
    )  # fmt: skip


PAGES = [
    show_registration,
    show_company_details,
    send_registration,
    show_person_registration,
    send_person_registration,
    show_company,
    send_contact,
    check_company,
]
