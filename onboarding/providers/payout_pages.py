"""The pages of the payout account: Stripe's states in words with the next step, and the bank account beside it."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import DomainError, Invalid
from marketplace.kernel.i18n import message
from marketplace.web.forms import Form, empty_form, filled_form, read_form
from marketplace.web.security import Caller, allow
from marketplace.web.templating import FlashKind, flash, page, redirect
from onboarding.providers import bank_accounts, payout_accounts
from onboarding.providers import registration as providers
from onboarding.providers.labels import ACCOUNT_WORDS
from onboarding.providers.requirement_words import requirements_in_words
from onboarding.providers.schemas import BankAccount

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect

ADMIN = allow(Role.PROVIDER_ADMIN)
ACCOUNT = "/provider/payout-account"
INVALID = 422


@get(ACCOUNT, guards=[ADMIN], include_in_schema=False)
async def show_account(request: AnyRequest, actor: Caller) -> Response[str]:
    """The payout account: its state in words, and the next step."""
    bank = await bank_accounts.my_bank_account(actor)
    if bank is None:
        form = empty_form(BankAccount)
        form.sent["holder_name"] = [(await providers.own_provider(actor)).name]
    else:
        form = filled_form(BankAccount(iban=bank.iban, holder_name=bank.holder_name or "-", bic=bank.bic))
        form.sent["holder_name"] = [bank.holder_name]
    return await _account_page(request, actor, form)


async def _account_page(
    request: AnyRequest, actor: Actor, form: Form[BankAccount], *, status_code: int = 200
) -> Response[str]:
    account = await payout_accounts.my_stripe_account(actor)
    due = requirements_in_words(account.requirements_due) if account else []
    return page(
        request, "providers/payout_account.html", account=account, words=ACCOUNT_WORDS, form=form, base=ACCOUNT,
        due=[(each, isinstance(each, str)) for each in due], bank=await bank_accounts.my_bank_account(actor),
        status_code=status_code,
    )  # fmt: skip


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
        flash(request, error.message, FlashKind.NOTE)
    else:
        flash(request, message("Checked just now: {state}", state=ACCOUNT_WORDS[view.state][0]))
    return redirect(ACCOUNT)


@post(f"{ACCOUNT}/iban", guards=[ADMIN], include_in_schema=False)
async def send_iban(request: AnyRequest, actor: Caller) -> Page:
    """Keeps the bank account for organisers who pay by SEPA."""
    form = await read_form(request, BankAccount)
    try:
        saved = await bank_accounts.save_bank_account(actor, form.data)
    except Invalid as invalid:
        form.failed(invalid)
        return await _account_page(request, actor, form, status_code=INVALID)
    if saved.holder_differs:
        flash(request, message("The bank account was saved. The holder's name is not your company's: those who pay will look at it."), FlashKind.NOTE)  # fmt: skip
    else:
        flash(request, message("The bank account was saved."))
    return redirect(ACCOUNT)


PAGES = [
    show_account,
    start_account,
    go_to_stripe,
    come_back_from_stripe,
    check_account,
    send_iban,
]
