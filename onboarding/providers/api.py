"""Providers over the API: registration, contact details, the payout account."""

from typing import Any

import msgspec
from litestar import Request, get, post, put
from litestar.params import FromPath, JSONBody

from marketplace.kernel.actors import PROVIDER_ROLES, Role
from marketplace.stripe.values import OnboardingLink
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow, allow_signed_in
from onboarding.providers import companies, payout_accounts
from onboarding.providers import registration as providers
from onboarding.providers.business_ids import read_business_id
from onboarding.providers.schemas import (
    BankAccount,
    CompanyFacts,
    ContactDetails,
    PayoutAccountView,
    ProviderRegistration,
    ProviderView,
)

AnyRequest = Request[Any, Any, Any]

TAG = "Onboarding"
PROVIDER = allow(*sorted(PROVIDER_ROLES))
PROVIDER_ADMIN = allow(Role.PROVIDER_ADMIN)


class CompanyFound(msgspec.Struct, frozen=True, kw_only=True):
    """A look-up in the business register. ``answered`` is false while the register is silent; then go on by hand."""

    business_id: str
    answered: bool
    facts: CompanyFacts | None


@get("/api/v1/companies/{business_id:str}", guards=[allow_signed_in], tags=[TAG])
async def look_company_up(business_id: FromPath[str]) -> CompanyFound:
    """What the business register (YTJ) knows of a company."""
    written = read_business_id(business_id)
    found = await companies.look_up(written)
    return CompanyFound(business_id=written, answered=found.is_answered, facts=found.facts)


@post("/api/v1/providers", guards=[allow_signed_in], tags=[TAG])
async def register_provider(request: AnyRequest, actor: Caller, data: JSONBody[ProviderRegistration]) -> ProviderView:
    """Registers a provider; the caller becomes its administrator and may put that hat on (`/api/v1/hat`)."""
    looked_up = await companies.look_up(data.business_id)

    async def work() -> ProviderView:
        return await providers.register_provider(actor, data, looked_up)

    return await idempotent(request, work, ProviderView)


@get("/api/v1/provider", guards=[PROVIDER], tags=[TAG])
async def show_provider(actor: Caller) -> ProviderView:
    """The caller's own provider."""
    return await providers.own_provider(actor)


@put("/api/v1/provider/contact", guards=[PROVIDER_ADMIN], tags=[TAG])
async def change_contact(actor: Caller, data: JSONBody[ContactDetails]) -> ProviderView:
    """Changes whom to reach at the provider."""
    return await providers.change_contact(actor, data)


@get("/api/v1/provider/payout-account", guards=[PROVIDER], tags=[TAG])
async def show_payout_account(actor: Caller) -> PayoutAccountView | None:
    """The provider's account at Stripe as last known; null where none was asked for."""
    return await payout_accounts.my_stripe_account(actor)


@post("/api/v1/provider/payout-account", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=202)
async def start_payout_account(request: AnyRequest, actor: Caller) -> PayoutAccountView:
    """Has an account made at Stripe, which takes a moment. Asking twice makes one."""

    async def work() -> PayoutAccountView:
        return await payout_accounts.start_stripe_account(actor)

    return await idempotent(request, work, PayoutAccountView)


@put("/api/v1/provider/bank-account", guards=[PROVIDER_ADMIN], tags=[TAG])
async def save_bank_account(actor: Caller, data: JSONBody[BankAccount]) -> BankAccount:
    """Keeps the bank account (IBAN) for organisers who pay by SEPA."""
    return BankAccount(iban=await payout_accounts.save_iban(actor, data.iban))


@post("/api/v1/provider/payout-account/refresh", guards=[PROVIDER], tags=[TAG], status_code=200)
async def refresh_payout_account(actor: Caller) -> PayoutAccountView:
    """Asks Stripe now how the account stands."""
    return await payout_accounts.refresh(actor)


@post("/api/v1/provider/payout-account/link", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=200)
async def link_payout_account(actor: Caller) -> OnboardingLink:
    """A fresh link to Stripe's own pages, good for minutes and one use."""
    return await payout_accounts.onboarding_link(actor)


ROUTES = [
    look_company_up,
    register_provider,
    show_provider,
    change_contact,
    show_payout_account,
    start_payout_account,
    save_bank_account,
    refresh_payout_account,
    link_payout_account,
]
