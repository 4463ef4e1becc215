"""Providers over the API: registration, contact details, the payout account."""

from datetime import date
from typing import Any

import msgspec
from litestar import Request, get, post, put
from litestar.params import FromPath, JSONBody

from marketplace.kernel.actors import PROVIDER_ROLES, Role
from marketplace.kernel.i18n import translate
from marketplace.stripe.values import OnboardingLink
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow, allow_signed_in
from onboarding.providers import bank_accounts, close_network, companies, facts_kept, payout_accounts, rechecking
from onboarding.providers import registration as providers
from onboarding.providers.business_ids import read_business_id
from onboarding.providers.close_network import ClosePersonRegistration
from onboarding.providers.facts_kept import FactsVersion
from onboarding.providers.schemas import (
    BankAccount,
    BankAccountView,
    CompanyFacts,
    ContactDetails,
    PayoutAccountView,
    ProviderRegistration,
    ProviderView,
)
from onboarding.scoping import acting_provider

AnyRequest = Request[Any, Any, Any]

TAG = "Onboarding"
PROVIDER = allow(*sorted(PROVIDER_ROLES))
PROVIDER_ADMIN = allow(Role.PROVIDER_ADMIN)


class CompanyFound(msgspec.Struct, frozen=True, kw_only=True):
    """A look-up in the business register. ``answered`` is false while the register is silent; then go on by hand."""

    business_id: str
    answered: bool
    facts: CompanyFacts | None


class ChangedFact(msgspec.Struct, frozen=True, kw_only=True):
    """What the register said before and says now; days as ISO text."""

    field: str
    label: str
    before: str | None
    after: str | None


class FactsCheck(msgspec.Struct, frozen=True, kw_only=True):
    """``is_gone``: the register does not know the business id any more; what was known stays."""

    is_gone: bool
    changes: list[ChangedFact]


class FactsVersions(msgspec.Struct, frozen=True):
    items: list[FactsVersion]


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
async def save_bank_account(actor: Caller, data: JSONBody[BankAccount]) -> BankAccountView:
    """Keeps the bank account (IBAN) for organisers who pay by SEPA. A change is told to every administrator."""
    return await bank_accounts.save_bank_account(actor, data)


@get("/api/v1/provider/bank-account", guards=[PROVIDER_ADMIN], tags=[TAG])
async def show_bank_account(actor: Caller) -> BankAccountView | None:
    """The bank account; null where none is kept."""
    return await bank_accounts.my_bank_account(actor)


@post("/api/v1/providers/close-network", guards=[allow_signed_in], tags=[TAG])
async def register_close_person(
    request: AnyRequest, actor: Caller, data: JSONBody[ClosePersonRegistration]
) -> ProviderView:
    """Registers a person of a client's close network, who has no business ID and gets a number of ours."""

    async def work() -> ProviderView:
        return await close_network.register_close_person(actor, data)

    return await idempotent(request, work, ProviderView)


@post("/api/v1/provider/facts/check", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=200)
async def check_facts_again(actor: Caller) -> FactsCheck:
    """Asks the business register (YTJ) now, at most every five minutes. Nothing in ``changes``: nothing changed."""
    change = await rechecking.check_again(actor)
    changes = [
        ChangedFact(
            field=each.field,
            label=translate(each.label, actor.language),
            before=_written(each.before),
            after=_written(each.after),
        )
        for each in (change.changes if change else ())
    ]
    return FactsCheck(is_gone=bool(change and change.is_gone), changes=changes)


def _written(value: str | date | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value


@get("/api/v1/provider/facts", guards=[PROVIDER], tags=[TAG])
async def list_facts_versions(actor: Caller) -> FactsVersions:
    """Every version of the business register's facts, newest first."""
    return FactsVersions(await facts_kept.facts_history(acting_provider(actor)))


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
    show_bank_account,
    register_close_person,
    check_facts_again,
    list_facts_versions,
    refresh_payout_account,
    link_payout_account,
]
