"""The provider's desk: from the first visit to a registered company with a payout account."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from marketplace.accounts.browser_session import wear
from marketplace.accounts.memberships import hats
from marketplace.kernel.actors import PROVIDER_ROLES, Actor, Role
from marketplace.kernel.errors import DomainError, Invalid
from marketplace.kernel.i18n import Message, message
from marketplace.web.forms import Form, empty_form, filled_form, read_form, read_query
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow, allow_signed_in
from marketplace.web.templating import flash, page, redirect
from onboarding.providers import companies, payout_accounts
from onboarding.providers import registration as providers
from onboarding.providers.labels import ACCOUNT_WORDS
from onboarding.providers.page_forms import CompanyForm
from onboarding.providers.schemas import (
    KIND_NAMES,
    BankAccount,
    LookUp,
    PayoutAccountView,
    ProviderRegistration,
    ProviderView,
)

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
State = tuple[Message, str]
Task = tuple[Message, str, Message, str]
PROVIDER = allow(*sorted(PROVIDER_ROLES))
ADMIN = allow(Role.PROVIDER_ADMIN)
INVALID = 422
REGISTER = "/provider/register"
DETAILS = "/provider/register/details"
ACCOUNT = "/provider/payout-account"


@get(REGISTER, guards=[allow_signed_in], include_in_schema=False)
async def show_registration(request: AnyRequest) -> Response[str]:
    """Asks for the business id."""
    return page(request, "providers/register_company.html", form=empty_form(CompanyForm), action=DETAILS)


@get(DETAILS, guards=[allow_signed_in], include_in_schema=False)
async def show_company_details(request: AnyRequest) -> Response[str]:
    """Shows what the business register knows, and asks for the rest."""
    asked = read_query(request, CompanyForm)
    try:
        looked_up = await companies.look_up(asked.data.business_id)
    except Invalid as invalid:
        asked.failed(invalid)
        return page(request, "providers/register_company.html", form=asked, action=DETAILS, status_code=INVALID)
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
        kinds=[(kind.value, name) for kind, name in KIND_NAMES.items()], kind_names=KIND_NAMES,
        is_double=companies.company_register().is_double, action=DETAILS, back=REGISTER, status_code=status_code,
    )  # fmt: skip


async def _put_hat_on(request: AnyRequest, actor: Actor, provider: ProviderView) -> None:
    """The new administrator goes on in that role at once."""
    owned = await hats(actor.person_id) if actor.person_id else []
    hat = next((hat for hat in owned if hat.provider_id == provider.id), None)
    if hat is not None:
        wear(request, hat)


@get(ACCOUNT, guards=[ADMIN], include_in_schema=False)
async def show_account(request: AnyRequest, actor: Caller) -> Response[str]:
    """The payout account: its state in words, and the next step."""
    iban = await payout_accounts.my_iban(actor)
    form = filled_form(BankAccount(iban=iban)) if iban else empty_form(BankAccount)
    return await _account_page(request, actor, form)


async def _account_page(
    request: AnyRequest, actor: Actor, form: Form[BankAccount], *, status_code: int = 200
) -> Response[str]:
    account = await payout_accounts.my_stripe_account(actor)
    return page(
        request, "providers/payout_account.html", account=account, words=ACCOUNT_WORDS, form=form, base=ACCOUNT,
        due=_due_words(account), status_code=status_code,
    )  # fmt: skip


def _due_words(account: PayoutAccountView | None) -> list[str]:
    """Stripe's names of what is missing, made readable: ``individual.email`` → ``individual: email``."""
    due = account.requirements_due if account else ()
    return [entry.replace(".", ": ").replace("_", " ") for entry in due]


@post(f"{ACCOUNT}/start", guards=[ADMIN], include_in_schema=False)
async def start_account(request: AnyRequest, actor: Caller) -> Page:
    """Has the account made at Stripe. A double click makes one."""
    await payout_accounts.start_stripe_account(actor)
    flash(request, message("The account is being made. Reload the page in a moment."))
    return redirect(ACCOUNT)


@get(payout_accounts.CONTINUE_PATH, guards=[ADMIN], include_in_schema=False)
async def go_to_stripe(actor: Caller) -> Redirect:
    """Leads to Stripe's pages by a fresh link. Stripe sends people with an old link here as well."""
    return redirect((await payout_accounts.onboarding_link(actor)).url)


@get(payout_accounts.RETURN_PATH, guards=[ADMIN], include_in_schema=False)
async def come_back_from_stripe(request: AnyRequest, actor: Caller) -> Page:
    """Where Stripe's pages end: asks what is true now rather than believing that all is done."""
    return await _checked(request, actor)


@post(f"{ACCOUNT}/check", guards=[ADMIN], include_in_schema=False)
async def check_account(request: AnyRequest, actor: Caller) -> Page:
    """The "check again" button."""
    return await _checked(request, actor)


async def _checked(request: AnyRequest, actor: Actor) -> Redirect:
    try:
        view = await payout_accounts.refresh(actor)
    except DomainError as error:
        flash(request, error.message)
    else:
        flash(request, message("Checked just now: {state}", state=ACCOUNT_WORDS[view.state][0]))
    return redirect(ACCOUNT)


@post(f"{ACCOUNT}/iban", guards=[ADMIN], include_in_schema=False)
async def send_iban(request: AnyRequest, actor: Caller) -> Page:
    """Keeps the bank account for organisers who pay by SEPA."""
    form = await read_form(request, BankAccount)
    try:
        await payout_accounts.save_iban(actor, form.data.iban)
    except Invalid as invalid:
        form.failed(invalid)
        return await _account_page(request, actor, form, status_code=INVALID)
    flash(request, message("The bank account was saved."))
    return redirect(ACCOUNT)


PAGES = [
    show_registration,
    show_company_details,
    send_registration,
    show_account,
    start_account,
    go_to_stripe,
    come_back_from_stripe,
    check_account,
    send_iban,
]
