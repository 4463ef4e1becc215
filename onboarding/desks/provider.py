"""The provider's desk: what is to be done, and where."""

from typing import Any

from litestar import Request, Response, get

from marketplace.kernel.actors import PROVIDER_ROLES, Actor, Role
from marketplace.kernel.i18n import Message, message
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow, allow_anyone
from marketplace.web.templating import page
from onboarding.applications import drafts as applications
from onboarding.applications.schemas import ApplicationSummary
from onboarding.applications.states import APPLICATION_STATUS_NAMES, ApplicationStatus
from onboarding.approvals import approvals
from onboarding.approvals.labels import APPROVAL_TONES
from onboarding.approvals.states import APPROVAL_STATUS_NAMES
from onboarding.labels import class_names, municipality_names
from onboarding.providers import payout_accounts
from onboarding.providers import registration as providers
from onboarding.providers.labels import ACCOUNT_WORDS
from onboarding.providers.schemas import (
    KIND_NAMES,
    PayoutAccountView,
    ProviderView,
)

AnyRequest = Request[Any, Any, Any]

PROVIDER = allow(*sorted(PROVIDER_ROLES))
REGISTER = "/provider/register"
ACCOUNT = "/provider/payout-account"


Task = tuple[Message, str, Message, str]
State = tuple[Message, str]
DONE = message("Done")


add_to_navigation(Desk.PROVIDER, message("Applications"), "/provider/applications", order=10)


add_to_navigation(Desk.PROVIDER, message("Payout account"), ACCOUNT, order=80, roles=frozenset({Role.PROVIDER_ADMIN}))


@get("/provider", guards=[allow_anyone], include_in_schema=False)
async def show_desk(request: AnyRequest, actor: Caller) -> Response[str]:
    """The provider's desk with what is next; to everybody else, how to become a provider."""
    if actor.role not in PROVIDER_ROLES:
        return page(request, "providers/become_provider.html", register_path=REGISTER)
    provider = await providers.own_provider(actor)
    own, approved = await applications.my_applications(actor), await approvals.approvals_of_provider(actor)
    account = await payout_accounts.my_stripe_account(actor)
    iban = await payout_accounts.my_iban(actor)
    return page(
        request, "desks/desk.html", provider=provider, approvals=approved, kind_names=KIND_NAMES,
        tasks=_tasks(actor, provider, own, account, iban), approval_names=APPROVAL_STATUS_NAMES,
        approval_tones=APPROVAL_TONES, class_names=class_names, municipality_names=municipality_names,
        is_first_time=not approved,
    )  # fmt: skip


def _tasks(
    actor: Actor,
    provider: ProviderView,
    own: list[ApplicationSummary],
    account: PayoutAccountView | None,
    iban: str | None,
) -> list[Task]:
    """What is done and what is next, for the task list."""
    facts = (message("Wait for a check"), "wait") if provider.facts_unverified else (DONE, "done")
    application, tone = _applications_state(own)
    tasks: list[Task] = [
        (message("Company's details"), "", facts[0], facts[1]),
        (message("Application to an organiser"), "/provider/applications", application, tone),
    ]
    if actor.has_role(Role.PROVIDER_ADMIN):
        tasks.append((message("Payout account"), ACCOUNT, *_account_state(account, iban)))
    return tasks


def _applications_state(own: list[ApplicationSummary]) -> State:
    statuses = {each.status for each in own}
    if ApplicationStatus.INFORMATION_REQUESTED in statuses:
        return APPLICATION_STATUS_NAMES[ApplicationStatus.INFORMATION_REQUESTED], "wait"
    if ApplicationStatus.APPROVED in statuses:
        return DONE, "done"
    if ApplicationStatus.SUBMITTED in statuses:
        return APPLICATION_STATUS_NAMES[ApplicationStatus.SUBMITTED], ""
    if ApplicationStatus.DRAFT in statuses:
        return message("Unfinished"), "wait"
    return message("Not begun"), "wait"


def _account_state(account: PayoutAccountView | None, iban: str | None) -> State:
    if account is not None and account.stripe_account_id is not None:
        name, tone, _ = ACCOUNT_WORDS[account.state]
        return (DONE, "done") if tone == "good" else (name, tone)
    return (DONE, "done") if iban else (message("Not begun"), "wait")


PAGES = [
    show_desk,
]
